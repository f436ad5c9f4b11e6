/* SPDX-License-Identifier: MIT
 * resolved.h -- the resolved scenario as a tree: every leaf with its text, number and origin.
 *
 * Written by the loader beside the structs, in the order of the tables.  `resolve`, the hash,
 * the params of the database and scenario_place read it; they need no tables. */
#ifndef TRAINCAST_SIM_SCENARIO_RESOLVED_H
#define TRAINCAST_SIM_SCENARIO_RESOLVED_H

#include <stdio.h>

#include "sim/scenario/document.h"

struct resolved {
    const char *key;
    const char *text;  /* of a leaf; NULL: a mapping */
    bool is_free_text; /* quoted in YAML where it needs to be */
    double number;     /* NaN: no number; in the database's unit */
    const char *unit;
    struct place place; /* {0}: by preset */
    enum layer layer;
    const char *source, *date, *fitted_to;
    bool apart;   /* with all below it: cannot change what is learnt (base/field.h) */
    bool is_file; /* the content of the file that is named matters */
    struct resolved *first, *last, *next;
};

struct scenario;
const struct resolved *scenario_resolved(const struct scenario *scenario);

/* A new last child; parent NULL: one that nobody sees (a check of a value without a scenario).
 */
struct resolved *resolved_add(struct arena *arena, struct resolved *parent, const char *key);
void resolved_from(struct resolved *to, const struct item *item); /* where it comes from */
const struct resolved *resolved_find(const struct resolved *root, const char *key_path,
                                     bool nearest);
void resolved_print(const struct resolved *root, bool with_origins, FILE *out);

typedef void(resolved_leaf_fn)(void *arg, const char *key_path, const char *text, double number,
                               const char *unit);
void resolved_leaves(const struct resolved *root, resolved_leaf_fn *leaf, void *arg);

#endif
