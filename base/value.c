/* SPDX-License-Identifier: MIT
 * value.c -- see value.h. */
#include "base/value.h"

#include <math.h>

/* Index of the last row at or before now_s; the first row also serves earlier times. */
static size_t trace_row(const struct value_table *table, double now_s)
{
    size_t low = 0, high = table->count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (table->time_s[middle] <= now_s)
            low = middle;
        else
            high = middle;
    }
    return low;
}

double value_draw(const struct value *value, struct rng *rng, double now_s)
{
    switch (value->kind) {
    case VALUE_CONSTANT:
        return value->a;
    case VALUE_UNIFORM:
        return value->a + (value->b - value->a) * rng_uniform(rng);
    case VALUE_NORMAL:
        return fmax(0, value->a + value->b * rng_normal(rng));
    case VALUE_LOGNORMAL:
        return value->a * exp(value->b * rng_normal(rng));
    case VALUE_EXPONENTIAL:
        return value->a * rng_exponential(rng);
    case VALUE_WEIBULL:
        return value->a * pow(rng_exponential(rng), 1 / value->b);
    case VALUE_EMPIRICAL:
        return value->table->value[rng_below(rng, value->table->count)];
    case VALUE_TRACE:
        return value->table->value[trace_row(value->table, now_s)];
    }
    return NAN;
}

/* E max(0, N(a, b^2)): the draw is cut off at 0, so its mean is a little above a. */
static double mean_of_cut_normal(double a, double b)
{
    double z = b > 0 ? a / b : INFINITY;

    if (!(b > 0))
        return fmax(0, a);
    return a * 0.5 * erfc(-z / M_SQRT2) + b * exp(-z * z / 2) / sqrt(2 * M_PI);
}

static double mean_of_table(const struct value_table *table)
{
    double sum = 0;

    for (size_t i = 0; i < table->count; i++)
        sum += table->value[i];
    return sum / (double)table->count;
}

double value_mean(const struct value *value)
{
    switch (value->kind) {
    case VALUE_CONSTANT:
    case VALUE_EXPONENTIAL:
        return value->a;
    case VALUE_UNIFORM:
        return (value->a + value->b) / 2;
    case VALUE_NORMAL:
        return mean_of_cut_normal(value->a, value->b);
    case VALUE_LOGNORMAL:
        return value->a * exp(value->b * value->b / 2);
    case VALUE_WEIBULL:
        return value->a * tgamma(1 + 1 / value->b);
    case VALUE_EMPIRICAL:
        return mean_of_table(value->table);
    case VALUE_TRACE:
        return value->table->value[trace_row(value->table, 0)];
    }
    return NAN;
}

double value_next_change_s(const struct value *value, double now_s)
{
    size_t row;

    if (value->kind != VALUE_TRACE)
        return INFINITY;
    if (now_s < value->table->time_s[0])
        return value->table->time_s[0];
    row = trace_row(value->table, now_s) + 1;
    return row < value->table->count ? value->table->time_s[row] : INFINITY;
}

bool value_is_random(const struct value *value)
{
    return value->kind != VALUE_CONSTANT && value->kind != VALUE_TRACE;
}
