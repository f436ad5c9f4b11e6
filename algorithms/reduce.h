/* SPDX-License-Identifier: MIT
 * reduce.h -- the one place where contributions become one vector.
 *
 * What an exchange moves and in which order things arrive must not change learning: ring, tree
 * and arrival order would each round differently.  So values are formed once per round, in rank
 * order, with double accumulators, and every receiver shares the result. */
#ifndef TRAINCAST_ALGORITHMS_REDUCE_H
#define TRAINCAST_ALGORITHMS_REDUCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reduction {
    double weight; /* sum of the weights that arrived; 0 when nobody's did */
    int count;     /* contributions that arrived */
    bool values;   /* false: out was not written (nobody arrived, or phantoms without values) */
};

/* out[i] = sum_r weight[r] contribution[r][i] / sum_r weight[r] over the ranks r in [0, ranks)
 * with arrived[r] (NULL: all), rounded to float once. contribution: float[length] per rank;
 * NULL is a phantom: it has a weight but no values, and one that arrives leaves out unwritten.
 * Borrowed; none may overlap out. weight:       per rank, > 0 for those that arrived.  NULL:
 * all 1. out:          float[length]; may be NULL when all are phantoms. A single contribution
 * comes out bit for bit when its weight is an integer below 2^29. To have the sum, multiply by
 * reduction.weight. */
struct reduction reduce(const float *const *contribution, const double *weight,
                        const bool *arrived, int ranks, int64_t length, float *out);

#endif
