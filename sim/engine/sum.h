/* SPDX-License-Identifier: MIT
 * sum.h -- a running sum that millions of additions and subtractions leave exact.
 *
 * What rounding leaves out of the sum is carried along (Knuth's two-sum). */
#ifndef TRAINCAST_SIM_ENGINE_SUM_H
#define TRAINCAST_SIM_ENGINE_SUM_H

struct sum {
    double value, rest;
};

static inline void sum_add(struct sum *sum, double amount)
{
    double total = sum->value + amount;
    double part = total - sum->value;
    sum->rest += (sum->value - (total - part)) + (amount - part);
    sum->value = total + sum->rest;
    sum->rest -= sum->value - total;
}

#endif
