/* SPDX-License-Identifier: MIT
 * sum_bytes.c -- how large workers' messages, and sums of them, are on their way.
 *
 * Gradients of sparse rows are sent as what is not zero, if that is shorter; the more of them
 * are added, the fewer zeros are left: what goes back is larger than what came, up to whole. */
#include "algorithms/model/network.h"
#include "base/memory.h"
#include "sim/job/learner/computed.h"

/* Enough for the largest of all to be hardly larger. */
enum { MESSAGES_COUNTED = 64 };

int64_t computed_longest_step(const struct computed *c)
{
    int64_t rows = 1;

    for (int w = 0; w < c->workers; w++)
        if (c->contribution[w].sampler.step_rows > rows)
            rows = c->contribution[w].sampler.step_rows;
    return rows;
}

/* SIMPLIFIED: the sum of so many workers' messages has the same size in all rounds, whoever
 * they are: that of the largest of the first rounds'.  Batches are alike; but a charged batch
 * that is larger than the rows in memory touches more features than those. */
int64_t *computed_sum_bytes(const struct computed *c)
{
    int64_t rounds = 1 + MESSAGES_COUNTED / c->workers;
    int64_t *largest = NEW_ARRAY(int64_t, c->workers);
    struct scratch scratch;

    if (network_of_model(
            c->charged.model)) /* whose gradients are dense: rows are not looked at */
        scratch_init(&scratch, 1, computed_longest_step(c));
    else
        optimizer_scratch_init(&c->charged, computed_longest_step(c), &scratch);

    for (int64_t round = 0; round < rounds; round++) {
        struct touched sum = touched_none(c->model.features);

        for (int w = 0; w < c->workers; w++) {
            int64_t bytes = optimizer_sum_bytes(&c->charged, &c->contribution[w].sampler, round,
                                                &scratch, &sum);

            largest[w] = bytes > largest[w] ? bytes : largest[w];
        }
        touched_done(&sum);
    }
    scratch_done(&scratch);
    return largest;
}
