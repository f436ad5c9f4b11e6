/* SPDX-License-Identifier: MIT
 * permutation.c -- see permutation.h.  Works on blocks, so that those outside (up to half of
 * them) cost no mispredicted branches: they are collected and put through together. */
#include "algorithms/optimizer/permutation.h"

#include "algorithms/math/vector.h"

enum { BLOCK = 256 };

void permutation_init(struct permutation *permutation, struct rng *rng, uint32_t size)
{
    uint32_t bits = PERMUTATION_BITS_LEAST;

    while (bits < 32 && (size - 1) >> bits != 0)
        bits++;
    permutation->size = size;
    permutation->mask = UINT32_MAX >> (32 - bits);
    permutation->shift = (bits + 1) / 2;
    for (int i = 0; i < PERMUTATION_ROUNDS; i++) {
        permutation->add[i] = rng_u32(rng);
        permutation->multiply[i] = rng_u32(rng) | 1;
    }
}

/* x[i] = bijection(x[i]) for i in [0, count rounded up to LANES). */
VECTOR_INLINE void permutation_mix_body(const struct permutation *permutation, int64_t count,
                                        uint32_t *x)
{
    for (int64_t i = 0; i < count; i += LANES) {
        vector_bits v = *(vector_bits *)(x + i);

        for (int r = 0; r < PERMUTATION_ROUNDS; r++) {
            v = ((v + permutation->add[r]) * permutation->multiply[r]) & permutation->mask;
            v ^= v >> permutation->shift;
        }
        *(vector_bits *)(x + i) = v;
    }
}

VECTOR_KERNEL(static, permutation_mix,
              (const struct permutation *permutation, int64_t count, uint32_t *x),
              (permutation, count, x))

/* Fills out[0..count) with the elements at positions from ..., count <= BLOCK. */
static void fill_block(const struct permutation *permutation, uint32_t from, int64_t count,
                       uint32_t *out)
{
    uint32_t x[BLOCK] __attribute__((aligned(32)));
    uint16_t place[BLOCK]; /* where x[i] belongs in out */
    int64_t left = count;

    for (int64_t i = 0; i < BLOCK; i++) {
        x[i] = from + (uint32_t)i;
        place[i] = (uint16_t)i;
    }
    while (left > 0) {
        int64_t outside = 0;

        permutation_mix(permutation, left, x);
        for (int64_t i = 0; i < left; i++) {
            uint32_t element = x[i];
            uint16_t to = place[i];

            out[to] = element;
            x[outside] = element;
            place[outside] = to;
            outside += element >= permutation->size;
        }
        left = outside;
    }
}

void permutation_fill(const struct permutation *permutation, uint32_t from, int64_t count,
                      uint32_t *out)
{
    for (int64_t i = 0; i < count; i += BLOCK)
        fill_block(permutation, from + (uint32_t)i, count - i < BLOCK ? count - i : BLOCK,
                   out + i);
}
