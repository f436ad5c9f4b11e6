/* SPDX-License-Identifier: MIT
 * draw.c -- see draw.h.  Numbers depend on (seed, key, point) alone: another axis beside it
 * changes none of them. */
#include "sim/sweep/draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "base/units.h"
#include "sim/sweep/axes.h"

/* -- reading -- */
/* "10 MB/s" as 10 and "MB/s". */
static bool split(const struct item *item, double *ret_number, const char **ret_unit,
                  struct diag_list *diags)
{
    char *end;

    if (item->value->type == NODE_BAD)
        return false;
    if (item->value->type != NODE_SCALAR) {
        diag_add(diags, DIAG_ERROR, item->value->place, "'%s' must be a number with its unit",
                 item->key);
        return false;
    }
    *ret_number = strtod(item->value->text, &end);
    if (end == item->value->text || !isfinite(*ret_number)) {
        diag_add(diags, DIAG_ERROR, item->value->place,
                 "'%s' must be a number with its unit, not '%s'", item->key, item->value->text);
        return false;
    }
    *ret_unit = end + strspn(end, " ");
    return true;
}

/* "3", "GB" in the program's unit of the first dimension that has it; of a function's memory,
 * whose GB are 1024 MB, its own. */
static bool measure(const struct draw *draw, double number, const char *unit,
                    enum dimension *ret_dimension, double *ret_value)
{
    char text[96];

    snprintf(text, sizeof text, "%.17g %s", number, unit);
    for (int d = 0; d < DIMENSION_COUNT; d++) {
        *ret_dimension = (enum dimension)d;
        if (d == DIMENSION_BYTES && axes_are_of_memory(draw->key))
            continue;
        if (units_parse(text, *ret_dimension, ret_value, NULL))
            return true;
    }
    return false;
}

/* The number in the unit of 'min'. */
static bool convert(const struct draw *draw, double *number, const char *unit)
{
    enum dimension of_min, own;
    double one, value;

    if (!measure(draw, 1, draw->unit, &of_min, &one) ||
        !measure(draw, *number, unit, &own, &value) || own != of_min)
        return false;
    *number = value / one;
    return true;
}

static bool read_end(struct draw *draw, const struct node *range, const char *key,
                     double *ret_number, struct diag_list *diags)
{
    const struct item *item = node_find(range, key);
    const char *unit;

    if (!item) {
        diag_add(diags, DIAG_ERROR, range->place, "a range needs '%s'", key);
        return false;
    }
    if (!split(item, ret_number, &unit, diags))
        return false;
    if (!draw->unit)
        draw->unit = unit;
    if (strcmp(draw->unit, unit) != 0 && !convert(draw, ret_number, unit)) {
        diag_add(diags, DIAG_ERROR, item->value->place,
                 "'%s' is in '%s', but 'min' in '%s', which measures something else", key, unit,
                 draw->unit);
        return false;
    }
    return true;
}

static bool read_range(struct draw *draw, const struct node *range, struct diag_list *diags)
{
    bool ok;

    draw->place = range->place;
    draw->unit = NULL;
    draw->step = 0;
    if (range->type != NODE_MAPPING) {
        if (range->type != NODE_BAD)
            diag_add(diags, DIAG_ERROR, range->place, "a range is {min: .., max: ..}, not %s",
                     node_type_word(range));
        return false;
    }
    ok = read_end(draw, range, "min", &draw->min, diags) &&
         read_end(draw, range, "max", &draw->max, diags) &&
         (!node_find(range, "step") || read_end(draw, range, "step", &draw->step, diags));
    for (const struct item *item = range->first; item; item = item->next)
        if (strcmp(item->key, "min") && strcmp(item->key, "max") && strcmp(item->key, "step")) {
            diag_add(diags, DIAG_ERROR, item->place, "a range has no field '%s'", item->key);
            ok = false;
        }
    if (ok && !(draw->min < draw->max)) {
        diag_add(diags, DIAG_ERROR, range->place, "'min' is not below 'max'");
        ok = false;
    }
    if (ok && draw->step < 0) {
        diag_add(diags, DIAG_ERROR, range->place, "'step' is below 0");
        ok = false;
    }
    if (ok && draw->logarithmic && draw->min <= 0) {
        diag_add(diags, DIAG_ERROR, range->place, "a logarithmic range begins above 0");
        ok = false;
    }
    return ok;
}

bool draw_open(struct draw *draw, const struct item *item, struct diag_list *diags)
{
    const struct node *node = item->value;
    const struct item *range = node->type == NODE_MAPPING ? node->first : NULL;

    draw->key = item->key;
    draw->list = NULL;
    if (node->type == NODE_BAD)
        return false;
    if (node->type == NODE_LIST && node->count > 0) {
        draw->list = node;
        return true;
    }
    if (range && !range->next &&
        (strcmp(range->key, "uniform") == 0 || strcmp(range->key, "log_uniform") == 0)) {
        draw->logarithmic = range->key[0] == 'l';
        return read_range(draw, range->value, diags);
    }
    diag_add(diags, DIAG_ERROR, node->place,
             "'%s' must be a list of values, or a range like '{uniform: {min: 1 GB, max: 3 GB, "
             "step: 64 MB}}' or '{log_uniform: ...}'",
             item->key);
    return false;
}

bool draw_is_list(const struct node *keys, const char *key)
{
    const struct node *node = node_get(keys, key);

    return node && node->type == NODE_LIST;
}

/* -- drawing -- */
/* In [0, 1). */
static double uniform_of(const struct draw *draw, size_t point)
{
    struct rng rng =
        rng_at(rng_stream(draw->seed, draw->key), (uint32_t)point, draw->stratified);
    double within = rng_uniform(&rng);
    uint32_t *stratum;
    double taken;

    if (!draw->stratified)
        return within;
    stratum = NEW_ARRAY(uint32_t, draw->points);
    for (size_t i = 0; i < draw->points; i++)
        stratum[i] = (uint32_t)i;
    rng = rng_at(rng_stream(draw->seed, draw->key), UINT32_MAX, 0);
    rng_shuffle(&rng, stratum, draw->points);
    taken = stratum[point];
    free(stratum);
    return (taken + within) / (double)draw->points;
}

/* A draw as text; of sizes, whole bytes. */
static char *with_unit(const struct draw *draw, double value, struct arena *arena)
{
    enum dimension dimension;
    double bytes, rounded;
    char *text = arena_format(arena, "%.6g%s%s", value, draw->unit[0] ? " " : "", draw->unit);

    if (!measure(draw, strtod(text, NULL), draw->unit, &dimension, &bytes) ||
        (dimension != DIMENSION_BYTES && dimension != DIMENSION_MEMORY))
        return text;
    rounded = round(bytes);
    return rounded == bytes ? text : arena_format(arena, "%.0f B", rounded);
}

char *draw_text(const struct draw *draw, size_t point, struct arena *arena)
{
    double u = uniform_of(draw, point), value;

    if (draw->logarithmic)
        value = exp(log(draw->min) + u * (log(draw->max) - log(draw->min)));
    else if (draw->step > 0)
        value = draw->min +
                u * (floor((draw->max - draw->min) / draw->step + 1e-9) + 1) * draw->step;
    else
        value = draw->min + u * (draw->max - draw->min);
    if (draw->step > 0)
        value = draw->min + floor((value - draw->min) / draw->step) * draw->step;
    value = fmin(fmax(value, draw->min), draw->max);
    return with_unit(draw, value, arena);
}

size_t draw_index(const struct draw *draw, size_t point, size_t values)
{
    return (size_t)(uniform_of(draw, point) * (double)values);
}
