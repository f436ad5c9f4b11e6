/* SPDX-License-Identifier: MIT
 * formula.h -- arithmetic over measures of runs: `time(vm) / time(faas)`, `cost(a) < cost(b)`.
 *
 *     comparison  = sum { ('<' | '>') sum }          a chain: every neighbour must hold
 *     sum         = product { ('+' | '-') product }
 *     product     = factor { ('*' | '/') factor }
 *     factor      = NUMBER | '(' sum ')' | '-' factor | MEASURE '(' RUN ')'
 * Names are found when the formula is read, so what can go wrong later is only a measure that
 * has no value in a run. */
#ifndef TRAINCAST_SIM_VALIDATE_FORMULA_H
#define TRAINCAST_SIM_VALIDATE_FORMULA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/field.h"

enum formula_what { FORMULA_NUMBER, FORMULA_MEASURE, FORMULA_OPERATOR };

/* One step of the postfix form. */
struct formula_step {
    enum formula_what what;
    double number;       /* FORMULA_NUMBER */
    size_t measure, run; /* FORMULA_MEASURE: positions in their maps */
    char sign;           /* FORMULA_OPERATOR: + - * /, or '~' to change the sign */
};

enum { FORMULA_SIDES = 8, FORMULA_DEPTH = 32 };

struct formula {
    struct formula_step *step;
    size_t steps, capacity;
    size_t side_end[FORMULA_SIDES]; /* side i is steps [side_end[i - 1], side_end[i]) */
    char relation[FORMULA_SIDES];   /* '<' or '>' between side i and i + 1 */
    size_t sides;                   /* 1: a number; more: a comparison */
};

/* Reads text; false with *err as a predicate ("has no measure 'tme'"). */
bool formula_read(struct formula *ret_formula, const char *text, const struct map *measures,
                  const struct map *runs, struct err *err);
void formula_done(struct formula *formula); /* safe on {0}, twice */

/* The value of a measure in a run; NaN: it has none. */
typedef double(formula_measure_fn)(void *arg, size_t measure, size_t run);
double formula_side(const struct formula *formula, size_t side, formula_measure_fn *measure,
                    void *arg);
/* Whether every relation of the chain holds; false where a side has no value. */
bool formula_holds(const struct formula *formula, const double *side);

#endif
