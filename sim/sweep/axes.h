/* SPDX-License-Identifier: MIT
 * axes.h -- what a sweep varies, and the combinations of values it asks for.
 *
 *     grid:   {KEY: [values], ...}              every value with every other
 *     zip:    {KEY: [values], ...}              the first of each, the second of each ...
 *     list:   [{KEY: value, ...}, ...]          the points themselves
 *     random: {points: N, keys: {KEY: RANGE, ...}}
 *     latin_hypercube: {points: N, keys: {KEY: RANGE, ...}}
 * RANGE is a list of values, or {uniform: {min: 1 GB, max: 3 GB, step: 64 MB}}, or
 * {log_uniform: {...}}; a step may be absent.  A latin hypercube takes one value out of each
 * N-th of every range (McKay, Beckman and Conover, Technometrics 1979), so that few points
 * cover it well.
 *
 * Each of them is a *block*: a list of points that give values to some axes.  What stands side
 * by side is combined, every point of one block with every point of the others.  KEY is any key
 * of a scenario, as --set takes it. */
#ifndef TRAINCAST_SIM_SWEEP_AXES_H
#define TRAINCAST_SIM_SWEEP_AXES_H

#include <stdint.h>

#include "base/diag.h"
#include "base/field.h"
#include "sim/scenario/arena.h"

struct node; /* of sim/scenario/document.h: what the file says */

struct axis_value {
    const char *text; /* YAML on one line */
    const char *word; /* what 'where' compares: the text, or of {kind: s3, ...} "s3" */
    const char *name; /* the word, and what tells it from others of the axis with that word */
    const struct node *node; /* NULL: drawn */
    struct place place;
    double number;    /* in the program's unit; NaN: not a number */
    const char *unit; /* of the number, as the database has it; "" */
};

struct axis {
    const char *key;
    struct place place;
    struct axis_value *value;
    size_t values, capacity;
    bool is_range; /* its values are drawn from a range */
};

struct block {
    struct axis *axis;
    size_t axes, axis_capacity;
    size_t points;
    int32_t *pick; /* [points][axes]: which value; -1: this point says nothing of that axis */
};

enum { AXES_BLOCKS = 5 };

struct axes {
    struct block block[AXES_BLOCKS];
    size_t blocks;
    size_t combinations; /* of all blocks; 1 without any */
};

/* As in the file; NULL where it says nothing. */
struct draws_conf {
    int64_t points;
    const struct node *keys;
};
struct axes_conf {
    const struct node *grid, *zip, *list;
    struct draws_conf random, latin_hypercube;
};
extern const struct field axes_fields[];

enum { AXES_MOST_COMBINATIONS = 1000000 };

/* False after a complaint.  Everything is in the arena. */
bool axes_read(struct axes *ret_axes, const struct axes_conf *conf, uint64_t seed,
               struct arena *arena, struct diag_list *diags);

/* The value of each axis in a combination, in order: calls each for the axes it gives. */
typedef void(axes_value_fn)(void *arg, const struct axis *axis, const struct axis_value *value);
void axes_of(const struct axes *axes, size_t combination, axes_value_fn *each, void *arg);

/* Whether a key's bytes are of memory, whose MB and GB are powers of 1024. */
bool axes_are_of_memory(const char *key);
/* text as a number with any unit; NaN when it is none. */
double axes_number(const char *text, bool of_memory, const char **ret_unit);

#endif
