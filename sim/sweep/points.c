/* SPDX-License-Identifier: MIT
 * points.c -- the points of a sweep: which combinations are wanted, and what each is called. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "sim/scenario/document.h"
#include "sim/sweep/sweep.h"
#include "sim/sweep/where.h"

/* One combination, while it is looked at. */
struct candidate {
    const struct sweep *sweep;
    size_t scenario, combination;
    const char *name; /* looked for */
    bool is_axis;     /* some axis has that name, if not at this point */
    const struct axis_value *value;
};

/* `platform.memory` is meant by its whole key or by its last parts. */
static bool is_called(const char *key, const char *name)
{
    size_t all = strlen(key), part = strlen(name);

    return part <= all && strcmp(key + all - part, name) == 0 &&
           (part == all || key[all - part - 1] == '.');
}

static void find_value(void *arg, const struct axis *axis, const struct axis_value *value)
{
    struct candidate *c = arg;

    if (is_called(axis->key, c->name))
        c->value = value;
}

/* Some axis is called so, or has such a value; else what may have been meant. */
static enum where_name find_in_axes(const struct sweep *sweep, const char *name,
                                    const char **ret_near)
{
    struct nearest nearest = {.word = name};
    enum where_name found = WHERE_UNKNOWN;

    for (size_t b = 0; b < sweep->axes.blocks; b++)
        for (size_t i = 0; i < sweep->axes.block[b].axes; i++) {
            const struct axis *axis = &sweep->axes.block[b].axis[i];
            const char *dot = strrchr(axis->key, '.');

            if (is_called(axis->key, name))
                return WHERE_ABSENT;
            nearest_try(&nearest, axis->key);
            nearest_try(&nearest, dot ? dot + 1 : axis->key);
            for (size_t v = 0; v < axis->values; v++) {
                if (strcmp(axis->value[v].word, name) == 0)
                    found = WHERE_WORD;
                nearest_try(&nearest, axis->value[v].word);
            }
        }
    for (size_t i = 0; i < sweep->scenarios; i++)
        if (strcmp(sweep->stem[i], name) == 0)
            found = WHERE_WORD;
    *ret_near = nearest.best;
    return found;
}

static enum where_name find_name(void *arg, const char *name, struct where_value *ret_value,
                                 const char **ret_near)
{
    struct candidate *c = arg;

    c->value = NULL;
    if (strcmp(name, "scenario") == 0) {
        ret_value->text = c->sweep->stem[c->scenario];
        return WHERE_AXIS;
    }
    c->name = name;
    axes_of(&c->sweep->axes, c->combination, find_value, c);
    if (!c->value)
        return find_in_axes(c->sweep, name, ret_near);
    ret_value->text = isnan(c->value->number) ? c->value->word : NULL;
    ret_value->number = c->value->number;
    return WHERE_AXIS;
}

/* -- where -- */
static bool holds_one(struct candidate *c, const struct node *node, bool *ret_holds,
                      struct diag_list *diags)
{
    struct err err = {0};

    if (node->type == NODE_BAD)
        return false;
    if (node->type != NODE_SCALAR) {
        diag_add(diags, DIAG_ERROR, node->place, "'where' must be a comparison, not %s",
                 node_type_word(node));
        return false;
    }
    if (where_holds(node->text, find_name, c, ret_holds, &err))
        return true;
    diag_add(diags, DIAG_ERROR, node->place, "'where' %s", err.text);
    return false;
}

/* False after a complaint. */
static bool is_wanted(struct candidate *c, bool *ret_wanted, struct diag_list *diags)
{
    const struct node *where = c->sweep->conf.where;
    bool holds, ok = true;

    *ret_wanted = true;
    if (!where)
        return true;
    if (where->type != NODE_LIST)
        return holds_one(c, where, ret_wanted, diags);
    for (const struct item *item = where->first; item; item = item->next)
        if (!holds_one(c, item->value, &holds, diags))
            ok = false;
        else
            *ret_wanted = *ret_wanted && holds;
    return ok;
}

/* -- names -- */
static void add_word(void *arg, const struct axis *axis, const struct axis_value *value)
{
    (void)axis;
    text_add(arg, "/%s", value->name);
}

/* "{channel} with {memory}" */
static bool fill_template(struct candidate *c, struct text *out, struct diag_list *diags)
{
    const char *at = c->sweep->conf.point_name;

    while (*at) {
        size_t plain = strcspn(at, "{"), length = strcspn(at + plain, "}");
        struct where_value value = {0};
        const char *near = NULL;
        char name[64];

        text_add_bytes(out, at, plain);
        at += plain;
        if (!*at)
            break;
        snprintf(name, sizeof name, "%.*s", (int)length - 1, at + 1);
        if (!at[length] || find_name(c, name, &value, &near) < WHERE_AXIS) {
            diag_add(diags, DIAG_ERROR, (struct place){c->sweep->path, 1, 1},
                     "'point_name' names '{%s}', which is no axis%s%s%s", name,
                     near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
            return false;
        }
        text_add(out, "%s", c->value ? c->value->name : value.text ? value.text : "-");
        at += length + 1;
    }
    return true;
}

static char *name_of(struct candidate *c, struct arena *arena, struct diag_list *diags)
{
    struct text text = {0};
    char *name = NULL;

    if (c->sweep->conf.point_name) {
        if (!fill_template(c, &text, diags))
            goto done;
    } else {
        text_add(&text, "%s", c->sweep->stem[c->scenario]);
        axes_of(&c->sweep->axes, c->combination, add_word, &text);
    }
    name = arena_text(arena, text.chars ? text.chars : "");
done:
    text_done(&text);
    return name;
}

/* -- points -- */
static void add_points(struct sweep *sweep, const struct candidate *c, char *name)
{
    for (int64_t r = 0; r < sweep->conf.replications; r++) {
        ROOM_FOR_ONE(sweep->point, sweep->points, sweep->point_capacity);
        sweep->point[sweep->points++] = (struct point){c->scenario, c->combination, r, name};
    }
}

static bool check_seed(const struct sweep *sweep, struct diag_list *diags)
{
    for (size_t b = 0; b < sweep->axes.blocks; b++)
        for (size_t i = 0; i < sweep->axes.block[b].axes; i++)
            if (strcmp(sweep->axes.block[b].axis[i].key, "seed") == 0 &&
                (sweep->conf.replications > 1 || sweep->conf.seed)) {
                diag_add(diags, DIAG_ERROR, sweep->axes.block[b].axis[i].place,
                         "'seed' is an axis, and 'replications' or 'seed' set it too");
                return false;
            }
    return true;
}

static int by_name(const void *left, const void *right)
{
    const struct point *const *a = left, *const *b = right;
    int order = strcmp((*a)->name, (*b)->name);

    return order ? order : *a < *b ? -1 : *a > *b;
}

/* Runs that differ and are called the same would be taken for replications of one. */
static void warn_of_like_names(const struct sweep *sweep, struct diag_list *diags)
{
    const struct point **all = NEW_ARRAY(const struct point *, sweep->points + 1);

    for (size_t i = 0; i < sweep->points; i++)
        all[i] = &sweep->point[i];
    qsort(all, sweep->points, sizeof *all, by_name);
    for (size_t i = 1; i < sweep->points; i++) {
        const struct point *a = all[i - 1], *b = all[i];

        if (strcmp(a->name, b->name) != 0 ||
            (a->scenario == b->scenario && a->combination == b->combination))
            continue;
        diag_add(diags, DIAG_WARNING, (struct place){sweep->path, 1, 1},
                 "points %zu and %zu are both called '%s'%s", (size_t)(a - sweep->point) + 1,
                 (size_t)(b - sweep->point) + 1, a->name,
                 sweep->conf.point_name ? ": let 'point_name' name what they differ in" : "");
        break;
    }
    free(all);
}

bool sweep_make_points(struct sweep *sweep, struct diag_list *diags)
{
    struct candidate c = {.sweep = sweep};
    size_t combinations = sweep->axes.combinations;
    bool wanted;

    if (!check_seed(sweep, diags))
        return false;
    for (c.scenario = 0; c.scenario < sweep->scenarios; c.scenario++)
        for (c.combination = 0; c.combination < combinations; c.combination++) {
            char *name;

            if (!is_wanted(&c, &wanted, diags))
                return false;
            if (!wanted)
                continue;
            name = name_of(&c, &sweep->arena, diags);
            if (!name)
                return false;
            if (sweep->points + (size_t)sweep->conf.replications > AXES_MOST_COMBINATIONS) {
                diag_add(diags, DIAG_ERROR, (struct place){sweep->path, 1, 1},
                         "that makes more than %d points", (int)AXES_MOST_COMBINATIONS);
                return false;
            }
            add_points(sweep, &c, name);
        }
    if (sweep->points) {
        warn_of_like_names(sweep, diags);
        return true;
    }
    diag_add(diags, DIAG_ERROR, sweep->conf.where->place,
             "no point is left of %zu: 'where' excludes all", combinations * sweep->scenarios);
    return false;
}
