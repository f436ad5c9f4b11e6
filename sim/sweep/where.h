/* SPDX-License-Identifier: MIT
 * where.h -- which points of a sweep are wanted: `workers * platform.memory <= 300 GB`.
 *
 *     either     = both { 'or' both }
 *     both       = one { 'and' one }
 *     one        = 'not' one | sum [ ('<' | '<=' | '>' | '>=' | '==' | '!=') sum ]
 *     sum        = product { ('+' | '-') product }
 *     product    = factor { ('*' | '/') factor }
 *     factor     = QUANTITY | 'TEXT' | NAME | '-' factor | '(' either ')'
 * A QUANTITY is a number with its unit, if any.  A NAME is an axis, by its key or its key's
 * last parts (`memory`), or else a word that stands for itself (`channel == s3`) if some axis
 * has such a value.  Everything is evaluated, so a mistake in an expression shows at the first
 * point. */
#ifndef TRAINCAST_SIM_SWEEP_WHERE_H
#define TRAINCAST_SIM_SWEEP_WHERE_H

#include <stdbool.h>

#include "base/err.h"

struct where_value {
    const char *text; /* NULL: a number */
    double number;
};

enum where_name { WHERE_UNKNOWN, WHERE_WORD, WHERE_AXIS, WHERE_ABSENT };

/* What a name means; *ret_value for WHERE_AXIS.  WHERE_ABSENT: an axis that this point says
 * nothing of.  For WHERE_UNKNOWN *ret_near may be a name that was meant. */
typedef enum where_name(where_name_fn)(void *arg, const char *name,
                                       struct where_value *ret_value, const char **ret_near);

/* Whether the expression holds; false with *err as a predicate when it makes no sense.  What
 * compares with an absent value does not hold. */
bool where_holds(const char *text, where_name_fn *name, void *arg, bool *ret_holds,
                 struct err *err);

#endif
