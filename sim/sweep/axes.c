/* SPDX-License-Identifier: MIT
 * axes.c -- see axes.h. */
#include "sim/sweep/axes.h"

#include <math.h>
#include <string.h>

#include "base/field.h"
#include "base/memory.h"
#include "base/units.h"
#include "sim/scenario/document.h"
#include "sim/sweep/axis_names.h"
#include "sim/sweep/draw.h"

/* clang-format off */
#define VALUES "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"array\", \"minItems\": 1}}"
/* clang-format on */

static const struct field draws_fields[] = {
    CONF(struct draws_conf, points, .min = 1, .max = AXES_MOST_COMBINATIONS,
         .doc = "How many points are drawn."),
    CONF(struct draws_conf, keys, .schema = DRAW_SCHEMA,
         .doc =
             "Key of a scenario: a list of values to choose from, or a range, {uniform: {min: "
             "1 GB, max: 3 GB, step: 64 MB}} or {log_uniform: ...}; without a step any number "
             "between can be drawn, of bytes any whole one."),
    CONF_END,
};

const struct field axes_fields[] = {
    CONF(struct axes_conf, grid, .optional = true, .schema = VALUES,
         .doc = "Key of a scenario: list of values; every value is combined with every other."),
    CONF(struct axes_conf, zip, .optional = true, .schema = VALUES,
         .doc =
             "Key of a scenario: list of values, all equally long; the first go together, the "
             "second, and so on."),
    CONF(struct axes_conf, list, .optional = true,
         .schema = "{\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": \"object\"}}",
         .doc = "The points themselves: a list of mappings from keys to values."),
    CONF(struct axes_conf, random, .fields = draws_fields, .optional = true, .absent = "none",
         .doc = "Points drawn at random."),
    CONF(struct axes_conf, latin_hypercube, .fields = draws_fields, .optional = true,
         .absent = "none",
         .doc = "Points drawn so that each N-th of every range has one of the N points."),
    CONF_END,
};

bool axes_are_of_memory(const char *key)
{
    static const char memory[] = "memory";
    size_t length = strlen(key), size = strlen(memory);

    return length >= size && strcmp(key + length - size, memory) == 0;
}

double axes_number(const char *text, bool of_memory, const char **ret_unit)
{
    for (int i = 0; i < DIMENSION_COUNT; i++) {
        double value, scale;
        const char *unit;

        if ((of_memory && i == DIMENSION_BYTES) ||
            !units_parse(text, (enum dimension)i, &value, NULL))
            continue;
        unit = dimension_unit((enum dimension)i, &scale);
        if (ret_unit)
            *ret_unit = unit;
        return value / scale;
    }
    if (ret_unit)
        *ret_unit = "";
    return NAN;
}

/* -- axes and values -- */
static struct axis *add_axis(struct axes *axes, struct block *block, const struct item *item,
                             struct diag_list *diags)
{
    for (size_t i = 0; i <= axes->blocks; i++)
        for (size_t k = 0; k < axes->block[i].axes; k++)
            if (strcmp(axes->block[i].axis[k].key, item->key) == 0) {
                diag_add(diags, DIAG_ERROR, item->place, "'%s' is varied twice", item->key);
                diag_add(diags, DIAG_NOTE, axes->block[i].axis[k].place, "it is varied here");
                return NULL;
            }
    ROOM_FOR_ONE(block->axis, block->axes, block->axis_capacity);
    block->axis[block->axes] = (struct axis){.key = item->key, .place = item->place};
    return &block->axis[block->axes++];
}

static void add_text(struct axis *axis, const char *text, const char *word, struct place place,
                     const struct node *node)
{
    struct axis_value value = {
        .text = text, .word = word, .name = word, .place = place, .node = node};

    value.number = axes_number(word, axes_are_of_memory(axis->key), &value.unit);
    ROOM_FOR_ONE(axis->value, axis->values, axis->capacity);
    axis->value[axis->values++] = value;
}

static void add_value(struct axis *axis, const struct node *node, struct arena *arena)
{
    const struct node *kind = node_get(node, "kind");
    const char *text = node_in_a_line(arena, node);

    add_text(axis, text,
             node->type == NODE_SCALAR           ? node->text
             : kind && kind->type == NODE_SCALAR ? kind->text
                                                 : text,
             node->place, node);
}

static bool is_usable(const struct node *node, enum node_type type, const char *what,
                      struct place place, struct diag_list *diags)
{
    if (node->type == NODE_BAD)
        return false;
    if (node->type != type) {
        diag_add(diags, DIAG_ERROR, place, "%s, not %s", what, node_type_word(node));
        return false;
    }
    if (node->count == 0) {
        diag_add(diags, DIAG_ERROR, place, "there is nothing in it");
        return false;
    }
    return true;
}

/* KEY: [values] */
static bool add_list_axis(struct axes *axes, struct block *block, const struct item *item,
                          struct arena *arena, struct diag_list *diags)
{
    struct axis *axis;

    if (!is_usable(item->value, NODE_LIST, "must be a list of values, for example '[1, 2]'",
                   item->place, diags))
        return false;
    axis = add_axis(axes, block, item, diags);
    for (const struct item *at = item->value->first; axis && at; at = at->next)
        if (at->value->type != NODE_BAD)
            add_value(axis, at->value, arena);
    return axis != NULL;
}

/* -- blocks -- */
static void new_picks(struct block *block, size_t points, struct arena *arena)
{
    block->points = points;
    block->pick = arena_alloc(arena, points * block->axes + 1, sizeof *block->pick);
}

static bool has_room(const struct axes *axes, double points, struct place place,
                     struct diag_list *diags)
{
    if (points * (double)axes->combinations <= AXES_MOST_COMBINATIONS)
        return true;
    diag_add(diags, DIAG_ERROR, place, "that makes %.3g points; at most %d are taken",
             points * (double)axes->combinations, (int)AXES_MOST_COMBINATIONS);
    return false;
}

/* The last axis changes fastest. */
static bool read_grid(struct axes *axes, struct block *block, const struct node *node,
                      struct arena *arena, struct diag_list *diags)
{
    double points = 1;
    bool ok = true;

    for (const struct item *item = node->first; item; item = item->next)
        ok = add_list_axis(axes, block, item, arena, diags) && ok;
    for (size_t i = 0; i < block->axes; i++)
        points *= (double)block->axis[i].values;
    if (!ok || !has_room(axes, points, node->place, diags))
        return false;
    new_picks(block, (size_t)points, arena);
    for (size_t point = 0; point < block->points; point++) {
        size_t rest = point;

        for (size_t i = block->axes; i-- > 0; rest /= block->axis[i].values)
            block->pick[point * block->axes + i] = (int32_t)(rest % block->axis[i].values);
    }
    return true;
}

static bool read_zip(struct axes *axes, struct block *block, const struct node *node,
                     struct arena *arena, struct diag_list *diags)
{
    bool ok = true;

    for (const struct item *item = node->first; item; item = item->next)
        ok = add_list_axis(axes, block, item, arena, diags) && ok;
    for (size_t i = 1; ok && i < block->axes; i++)
        if (block->axis[i].values != block->axis[0].values) {
            diag_add(diags, DIAG_ERROR, block->axis[i].place,
                     "'%s' has %zu values, but '%s' has %zu: in a zip they go together",
                     block->axis[i].key, block->axis[i].values, block->axis[0].key,
                     block->axis[0].values);
            ok = false;
        }
    if (!ok || !has_room(axes, (double)block->axis[0].values, node->place, diags))
        return false;
    new_picks(block, block->axis[0].values, arena);
    for (size_t i = 0; i < block->points * block->axes; i++)
        block->pick[i] = (int32_t)(i / block->axes);
    return true;
}

static struct axis *axis_of(struct axes *axes, struct block *block, const struct item *item,
                            struct diag_list *diags)
{
    for (size_t i = 0; i < block->axes; i++)
        if (strcmp(block->axis[i].key, item->key) == 0)
            return &block->axis[i];
    return add_axis(axes, block, item, diags);
}

static bool read_list(struct axes *axes, struct block *block, const struct node *node,
                      struct arena *arena, struct diag_list *diags)
{
    size_t point = 0;
    bool ok = has_room(axes, (double)node->count, node->place, diags);

    for (const struct item *at = node->first; at; at = at->next)
        ok = is_usable(at->value, NODE_MAPPING, "a point must be a mapping (key: value)",
                       at->value->place, diags) &&
             ok;
    if (!ok)
        return false;
    for (const struct item *at = node->first; at; at = at->next)
        for (const struct item *item = at->value->first; item; item = item->next)
            ok = axis_of(axes, block, item, diags) && ok;
    if (!ok)
        return false;
    new_picks(block, node->count, arena);
    for (const struct item *at = node->first; at; at = at->next, point++) {
        for (size_t i = 0; i < block->axes; i++)
            block->pick[point * block->axes + i] = -1;
        for (const struct item *item = at->value->first; item; item = item->next) {
            struct axis *axis = axis_of(axes, block, item, diags);

            add_value(axis, item->value, arena);
            block->pick[point * block->axes + (size_t)(axis - block->axis)] =
                (int32_t)axis->values - 1;
        }
    }
    return true;
}

static bool read_draws(struct axes *axes, struct block *block, const struct draws_conf *conf,
                       bool stratified, uint64_t seed, struct arena *arena,
                       struct diag_list *diags)
{
    struct draw draw = {.points = (size_t)conf->points, .seed = seed, .stratified = stratified};
    bool ok = has_room(axes, (double)conf->points, conf->keys->place, diags);

    for (const struct item *item = conf->keys->first; ok && item; item = item->next) {
        struct axis *axis = add_axis(axes, block, item, diags);

        if (!axis || !draw_open(&draw, item, diags))
            return false;
        for (size_t i = 0; !draw.list && i < draw.points; i++) {
            const char *text = draw_text(&draw, i, arena);

            add_text(axis, text, text, draw.place, NULL);
            axis->is_range = true;
        }
        for (const struct item *at = draw.list ? draw.list->first : NULL; at; at = at->next)
            add_value(axis, at->value, arena);
    }
    if (!ok)
        return false;
    new_picks(block, draw.points, arena);
    for (size_t i = 0; i < block->axes; i++) {
        const struct axis *axis = &block->axis[i];

        draw.key = axis->key;
        for (size_t point = 0; point < draw.points; point++)
            block->pick[point * block->axes + i] =
                (int32_t)(draw_is_list(conf->keys, axis->key)
                              ? draw_index(&draw, point, axis->values)
                              : point);
    }
    return true;
}

typedef bool(read_fn)(struct axes *axes, struct block *block, const struct node *node,
                      struct arena *arena, struct diag_list *diags);

static bool read_block(struct axes *axes, const struct node *node, enum node_type type,
                       const char *what, read_fn *read, struct arena *arena,
                       struct diag_list *diags)
{
    struct block *block = &axes->block[axes->blocks];

    if (!node)
        return true;
    if (!is_usable(node, type, what, node->place, diags) ||
        !read(axes, block, node, arena, diags))
        return false;
    axes->combinations *= block->points;
    axes->blocks++;
    return true;
}

static bool read_drawn(struct axes *axes, const struct draws_conf *conf, bool stratified,
                       uint64_t seed, struct arena *arena, struct diag_list *diags)
{
    struct block *block = &axes->block[axes->blocks];

    if (!conf->keys)
        return true;
    if (!is_usable(conf->keys, NODE_MAPPING, "must be a mapping from keys to ranges",
                   conf->keys->place, diags) ||
        !read_draws(axes, block, conf, stratified, seed, arena, diags))
        return false;
    axes->combinations *= block->points;
    axes->blocks++;
    return true;
}

bool axes_read(struct axes *ret_axes, const struct axes_conf *conf, uint64_t seed,
               struct arena *arena, struct diag_list *diags)
{
    static const char lists[] = "must be a mapping from keys to lists of values";
    struct axes *axes = ret_axes;
    bool ok;

    *axes = (struct axes){.combinations = 1};
    ok = read_block(axes, conf->grid, NODE_MAPPING, lists, read_grid, arena, diags) &&
         read_block(axes, conf->zip, NODE_MAPPING, lists, read_zip, arena, diags) &&
         read_block(axes, conf->list, NODE_LIST, "must be a list of points", read_list, arena,
                    diags) &&
         read_drawn(axes, &conf->random, false, seed, arena, diags) &&
         read_drawn(axes, &conf->latin_hypercube, true, seed, arena, diags);
    for (size_t b = 0; ok && b < axes->blocks; b++)
        for (size_t i = 0; i < axes->block[b].axes; i++)
            axis_name_values(&axes->block[b].axis[i], arena);
    return ok;
}

void axes_of(const struct axes *axes, size_t combination, axes_value_fn *each, void *arg)
{
    size_t below = axes->combinations;

    for (size_t b = 0; b < axes->blocks; b++) {
        const struct block *block = &axes->block[b];
        const int32_t *pick;

        below /= block->points;
        pick = block->pick + combination / below % block->points * block->axes;
        for (size_t i = 0; i < block->axes; i++)
            if (pick[i] >= 0)
                each(arg, &block->axis[i], &block->axis[i].value[pick[i]]);
    }
}
