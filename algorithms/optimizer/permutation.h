/* SPDX-License-Identifier: MIT
 * permutation.h -- a random order of 0 .. n-1 of which any stretch can be asked for, without
 * memory.
 *
 * A bijection of the next power of two (rounds of adding and multiplying by an odd number
 * modulo it, and folding the upper half onto the lower), keyed by indexed random numbers; what
 * falls outside n is put through again until it falls inside.  Shuffling a list of a million
 * rows takes longer than learning from them; this takes a few nanoseconds a row, and a step in
 * the middle of a pass costs no more than one at its start. */
#ifndef TRAINCAST_ALGORITHMS_OPTIMIZER_PERMUTATION_H
#define TRAINCAST_ALGORITHMS_OPTIMIZER_PERMUTATION_H

#include "base/rng.h"

/* With 6 rounds and at least 8 bits, positions, neighbours, fixed points, cycles and the spread
 * of batch counts are those of a uniformly random order (test permutation.c). */
enum { PERMUTATION_ROUNDS = 6, PERMUTATION_BITS_LEAST = 8 };

struct permutation {
    uint32_t size; /* n >= 1 */
    uint32_t mask; /* 2^bits - 1 >= n - 1 */
    uint32_t shift;
    uint32_t multiply[PERMUTATION_ROUNDS], add[PERMUTATION_ROUNDS];
};

/* Takes 2 * PERMUTATION_ROUNDS numbers from rng.  1 <= size <= UINT32_MAX. */
void permutation_init(struct permutation *permutation, struct rng *rng, uint32_t size);

/* out[i] = the element at position from + i, for i in [0, count); from + count <= size. */
void permutation_fill(const struct permutation *permutation, uint32_t from, int64_t count,
                      uint32_t *out);

#endif
