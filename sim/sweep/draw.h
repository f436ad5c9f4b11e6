/* SPDX-License-Identifier: MIT
 * draw.h -- values drawn from a range: at random, or one from each N-th of it. */
#ifndef TRAINCAST_SIM_SWEEP_DRAW_H
#define TRAINCAST_SIM_SWEEP_DRAW_H

#include <stdint.h>

#include "sim/scenario/document.h"

/* clang-format off */
#define DRAW_RANGE "{\"type\": \"object\", \"properties\": {\"min\": {}, \"max\": {}, \"step\": {}}," \
    " \"required\": [\"min\", \"max\"], \"additionalProperties\": false}"
#define DRAW_SCHEMA "{\"type\": \"object\", \"additionalProperties\": {\"oneOf\": [" \
    "{\"type\": \"array\", \"minItems\": 1}," \
    " {\"type\": \"object\", \"properties\": {\"uniform\": " DRAW_RANGE "}," \
    " \"required\": [\"uniform\"], \"additionalProperties\": false}," \
    " {\"type\": \"object\", \"properties\": {\"log_uniform\": " DRAW_RANGE "}," \
    " \"required\": [\"log_uniform\"], \"additionalProperties\": false}]}}"
/* clang-format on */

struct draw {
    size_t points;
    uint64_t seed;
    bool stratified; /* latin hypercube */

    /* of the axis that was opened last */
    const char *key;
    const struct node *list; /* to choose from; NULL: a range */
    struct place place;
    bool logarithmic;
    double min, max, step; /* step 0: any number */
    const char *unit;      /* as written behind the numbers; "" */
};

/* What stands at KEY; false after a complaint. */
bool draw_open(struct draw *draw, const struct item *item, struct diag_list *diags);
/* The point's number with its unit. */
char *draw_text(const struct draw *draw, size_t point, struct arena *arena);
/* Which of so many values of axis draw->key the point takes. */
size_t draw_index(const struct draw *draw, size_t point, size_t values);
bool draw_is_list(const struct node *keys, const char *key);

#endif
