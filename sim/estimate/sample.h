/* SPDX-License-Identifier: MIT
 * sample.h -- how many rounds it takes to reach a loss, by training on a part of the rows.
 *
 * The closed form needs the rounds, and no formula has them: LambdaML trains on a sample of
 * about 10 %.  Real seconds pass, simulated ones do not.  Steps per epoch are those of all rows
 * (learner_new_sample), so a round of the sample stands for a round of the whole. */
#ifndef TRAINCAST_SIM_ESTIMATE_SAMPLE_H
#define TRAINCAST_SIM_ESTIMATE_SAMPLE_H

#include "base/diag.h"
#include "base/pool.h"
#include "sim/scenario/scenario.h"

enum sample_end { SAMPLE_REACHED, SAMPLE_NOT_REACHED, SAMPLE_DIVERGED };

struct sample {
    double ratio;
    int workers;  /* that trained; 1: one alone */
    int64_t rows; /* that they trained on */
    enum sample_end end;
    int64_t rounds; /* until then */
    bool settled;   /* it is the optimizer that found no more rounds needed */
    double train_loss, test_loss, test_accuracy; /* of the last evaluation */
};

/* Whether the scenario stops at a loss or an accuracy, or when its optimizer finds that it may.
 */
bool sample_is_needed(const struct scenario *scenario);
/* Trains until such a criterion is met, for rounds_most rounds at most.  workers 0: the
 * scenario's.  False with the reason in *diags. */
bool sample_run(struct sample *ret_sample, const struct scenario *scenario, double ratio,
                int workers, int64_t rounds_most, struct pool *pool, struct diag_list *diags);

#endif
