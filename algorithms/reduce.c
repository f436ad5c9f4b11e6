/* SPDX-License-Identifier: MIT
 * reduce.c -- see reduce.h. */
#include "algorithms/reduce.h"

#include "algorithms/math/vector.h"

/* Small enough for the first cache and the stack of a simulated worker. */
enum { BLOCK = 256 };

/* total[i] += weight * x[i] for i in [0, BLOCK). */
VECTOR_INLINE void reduce_add_body(const float *x, double weight, double *total)
{
    vector_double *sum = (vector_double *)total;

    for (int64_t i = 0; i < BLOCK / 4; i++) {
        vector_half part;

        memcpy(&part, x + 4 * i, sizeof part);
        sum[i] += __builtin_convertvector(part, vector_double) * weight;
    }
}

VECTOR_KERNEL(static, reduce_add, (const float *x, double weight, double *total),
              (x, weight, total))

static void add_part(const float *x, double weight, int64_t count, double *total)
{
    if (count == BLOCK) {
        reduce_add(x, weight, total);
        return;
    }
    for (int64_t i = 0; i < count; i++)
        total[i] += (double)x[i] * weight;
}

static bool takes_part(const bool *arrived, int rank)
{
    return !arrived || arrived[rank];
}

static double weight_of(const double *weight, int rank)
{
    return weight ? weight[rank] : 1;
}

struct reduction reduce(const float *const *contribution, const double *weight,
                        const bool *arrived, int ranks, int64_t length, float *out)
{
    struct reduction reduction = {.values = true};
    double total[BLOCK] __attribute__((aligned(32)));

    for (int rank = 0; rank < ranks; rank++) {
        if (!takes_part(arrived, rank))
            continue;
        reduction.weight += weight_of(weight, rank);
        reduction.count++;
        if (!contribution[rank])
            reduction.values = false;
    }
    reduction.values = reduction.values && reduction.count > 0;
    if (!reduction.values)
        return reduction;
    for (int64_t from = 0; from < length; from += BLOCK) {
        int64_t count = length - from < BLOCK ? length - from : BLOCK;

        memset(total, 0, sizeof total);
        for (int rank = 0; rank < ranks; rank++)
            if (takes_part(arrived, rank))
                add_part(contribution[rank] + from, weight_of(weight, rank), count, total);
        for (int64_t i = 0; i < count; i++)
            out[from + i] = (float)(total[i] / reduction.weight);
    }
    return reduction;
}
