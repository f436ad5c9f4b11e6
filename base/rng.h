/* SPDX-License-Identifier: MIT
 * rng.h -- random numbers that are indexed, not drawn from a running stream.
 *
 * A number is a pure function of (seed, stream name, two indices, position): a re-invoked worker
 * repeats its round, and a new consumer shifts nobody else's numbers.  Counter-based Philox4x32-10
 * (Salmon et al., SC'11) from Random123. */
#ifndef TRAINCAST_BASE_RNG_H
#define TRAINCAST_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

/* A named family of numbers of one run; make it once, use it for every index. */
struct rng_stream {
    uint32_t key[2];
};

/* A cursor in the numbers of one (stream, a, b).  Lives on the stack, costs nothing to make. */
struct rng {
    uint32_t key[2];
    uint32_t a, b;     /* indices: worker and step, node and invocation ... */
    uint64_t block;    /* position, in blocks of four 32-bit numbers */
    uint32_t word[4];
    int left;          /* unread entries of word */
};

struct rng_stream rng_stream(uint64_t seed, const char *name);
struct rng rng_at(struct rng_stream stream, uint32_t a, uint32_t b);

uint32_t rng_u32(struct rng *rng);
uint64_t rng_u64(struct rng *rng);
double rng_uniform(struct rng *rng);                 /* in [0, 1), 53 bits */
uint64_t rng_below(struct rng *rng, uint64_t bound); /* in [0, bound), unbiased; bound > 0 */
double rng_normal(struct rng *rng);                  /* mean 0, variance 1 (Box-Muller) */
double rng_exponential(struct rng *rng);             /* mean 1 */
void rng_shuffle(struct rng *rng, uint32_t *item, size_t count); /* Fisher-Yates, in place */

#endif
