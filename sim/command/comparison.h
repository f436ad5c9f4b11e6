/* SPDX-License-Identifier: MIT
 * comparison.h -- two runs side by side, read from their databases' views. */
#ifndef TRAINCAST_SIM_COMMAND_COMPARISON_H
#define TRAINCAST_SIM_COMMAND_COMPARISON_H

#include <stdint.h>

#include "sim/results/results.h"

enum { COMPARED = 2 };

struct compared_row {
    char *key;
    char *text[COMPARED];    /* NULL: this run has none */
    double number[COMPARED]; /* NaN: none */
};

/* Parts of a comparison, each a query of (key, value). */
/* clang-format off */
#define COMPARISON_LIST(X)                                                                  \
    X(RUN,      run,      "run")                                                            \
    X(LEARNING, learning, "learning")                                                       \
    X(TIME,     time,     "time, s")                                                        \
    X(BILL,     bill,     "bill, USD")                                                      \
    X(REQUESTS, requests, "requests")                                                       \
    X(PARAMS,   params,   "settings that differ")
/* clang-format on */

#define X(upper_, lower_, heading_) COMPARISON_##upper_,
enum comparison_part { COMPARISON_LIST(X) COMPARISON_COUNT };
#undef X

struct comparison {
    struct {
        struct compared_row *row;
        size_t count, capacity;
    } part[COMPARISON_COUNT];
};

/* Reads run_id of results as run number which (0 or 1). */
bool comparison_read(struct comparison *comparison, int which, const struct results *results,
                     int64_t run_id, struct err *err);
/* Leaves out what neither has and settings that are alike; after both are read. */
void comparison_trim(struct comparison *comparison);
/* all: also settings that only one of them has. */
void comparison_print(const struct comparison *comparison, bool all);
void comparison_print_json(const struct comparison *comparison);
void comparison_done(struct comparison *comparison); /* safe on {0} */

#endif
