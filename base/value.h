/* SPDX-License-Identifier: MIT
 * value.h -- a duration, rate or factor that may be a constant, a distribution or a trace in time.
 *
 * YAML: `80 ms` · `{lognormal: {median: 80 ms, sigma: 0.3}}` · `{empirical: file.csv}` ·
 * `{trace: file.csv}` (rows time_s,value; holds until the next row, the last one for ever). */
#ifndef TRAINCAST_BASE_VALUE_H
#define TRAINCAST_BASE_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/rng.h"

enum value_kind {
    VALUE_CONSTANT,    /* a */
    VALUE_UNIFORM,     /* min a, max b */
    VALUE_NORMAL,      /* mean a, sd b, cut off below at 0 */
    VALUE_LOGNORMAL,   /* median a, sigma b (of the logarithm) */
    VALUE_EXPONENTIAL, /* mean a */
    VALUE_WEIBULL,     /* scale a, shape b */
    VALUE_EMPIRICAL,   /* table.value[count], equally likely */
    VALUE_TRACE,       /* table.value[i] from table.time_s[i] on */
};

struct value {
    enum value_kind kind;
    double a, b;
    struct value_table *table; /* owned by the scenario's arena; NULL unless EMPIRICAL or TRACE */
};

struct value_table {
    size_t count;
    double *time_s; /* ascending; NULL for EMPIRICAL */
    double *value;
};

static inline struct value value_constant(double a)
{
    return (struct value){.kind = VALUE_CONSTANT, .a = a};
}

/* One draw.  rng is untouched by CONSTANT and TRACE; now_s is used by TRACE only. */
double value_draw(const struct value *value, struct rng *rng, double now_s);
/* Mean over the distribution (of a TRACE: the value at 0); what closed forms use. */
double value_mean(const struct value *value);
/* The time after now_s at which a TRACE changes next; INFINITY otherwise. */
double value_next_change_s(const struct value *value, double now_s);
bool value_is_random(const struct value *value);

#endif
