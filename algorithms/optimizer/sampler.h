/* SPDX-License-Identifier: MIT
 * sampler.h -- which rows of its shard a worker learns from at each step.
 *
 * The rows of a step are a pure function of (seed, worker, step): a repeated round draws the
 * same rows, nothing is stored, nothing is drawn in order.  n rows in the shard, B =
 * batch_size:
 *
 *   B >= n      every step takes the whole shard in its natural order (full batch).
 *   B < n       pass p goes through the shard in a random order of its own (permutation.h).
 *     classical (charged_rows = 0): an epoch is one pass of ceil(n/B) steps; its last step is
 * short when B does not divide n, so an epoch sees each row exactly once. charged (charged_rows
 * > 0): an epoch has ceil(charged_rows/B) steps of B rows each; steps run through pass after
 * pass as through one endless tape.  The step that ends a pass takes its tail and goes on with
 * the head of the next: at such a seam, and only there, a row can come twice in one step.
 *
 * Charged is what the simulated worker pays for: min(B, rows left in the charged epoch) at each
 * step, so that an epoch costs charged_rows in all.  Classical: charged = real. */
#ifndef TRAINCAST_ALGORITHMS_OPTIMIZER_SAMPLER_H
#define TRAINCAST_ALGORITHMS_OPTIMIZER_SAMPLER_H

#include "algorithms/math/matrix.h"
#include "base/rng.h"

struct sampler {
    struct rows shard;       /* the worker's training rows */
    int64_t steps_per_epoch; /* of this worker; steps are counted from 0 over all epochs */
    int64_t step_rows;       /* real rows of a step that is not short: min(B, n) */
    int64_t charged_rows;    /* rows of a charged epoch (= n when classical) */
    int64_t charged_nonzeros;
    int64_t batch_size; /* B */
    bool classical;
    uint32_t worker;
    uint64_t seed;
    struct rng_stream stream;
};

/* shard is borrowed; shard.count >= 1, batch_size >= 1, charged_rows 0 or >= 1.
 * SIMPLIFIED: charged non-zeros are the shard's mean per row times the charged rows. */
void sampler_init(struct sampler *sampler, struct rows shard, int64_t batch_size,
                  int64_t charged_rows, uint64_t seed, uint32_t worker);

/* index: room for step_rows entries, used when the rows are not contiguous; the result borrows
 * it, and says whose step it is. */
struct rows sampler_rows(const struct sampler *sampler, int64_t step, uint32_t *index);

/* Real rows of the step, without naming them. */
int64_t sampler_row_count(const struct sampler *sampler, int64_t step);

/* Charged rows and non-zeros of the step. */
struct sampler_charge {
    int64_t rows, nonzeros;
};
struct sampler_charge sampler_charge(const struct sampler *sampler, int64_t step);

#endif
