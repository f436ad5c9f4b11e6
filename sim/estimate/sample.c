/* SPDX-License-Identifier: MIT
 * sample.c -- see sample.h. */
#include "sim/estimate/sample.h"

#include <math.h>

#include "algorithms/optimizer/optimizer.h"
#include "sim/job/training.h"

bool sample_is_needed(const struct scenario *scenario)
{
    const struct stop_conf *stop = &scenario->stop;

    return !isnan(stop->train_loss) || !isnan(stop->test_loss) || !isnan(stop->test_accuracy) ||
           optimizer_can_settle(&scenario->optimizer);
}

static bool is_reached(const struct stop_conf *stop, const struct evaluation *now)
{
    return now->train_loss <= stop->train_loss || now->test_loss <= stop->test_loss ||
           now->test_accuracy >= stop->test_accuracy;
}

/* As often as the run would look; where that is by the clock, after every round. */
static bool is_looked_at(const struct every *every, double epochs_per_round, int64_t round)
{
    return every->unit == EVERY_SECOND || training_is_every(every, epochs_per_round, round);
}

static void one_round(struct learner *learner, int64_t round)
{
    int workers = learner_facts(learner)->workers;

    for (int w = 0; w < workers; w++)
        learner_begin(learner, w, round);
    for (int w = 0; w < workers; w++)
        learner_finish(learner, w, round);
    learner_reduce(learner, round, NULL);
}

static void train(struct sample *sample, const struct scenario *scenario,
                  struct learner *learner, int64_t rounds_most)
{
    double epochs_per_round = learner_facts(learner)->epochs_per_round;

    sample->end = SAMPLE_NOT_REACHED;
    while (sample->end == SAMPLE_NOT_REACHED && sample->rounds < rounds_most) {
        int64_t round = sample->rounds++;
        struct evaluation now;

        one_round(learner, round);
        sample->settled = learner_is_settled(learner, round);
        if (!is_looked_at(&scenario->evaluate.every, epochs_per_round, round) &&
            !sample->settled && sample->rounds < rounds_most)
            continue;
        learner_evaluate(learner, round);
        now = learner_evaluation(learner, round);
        sample->train_loss = now.train_loss;
        sample->test_loss = now.test_loss;
        sample->test_accuracy = now.test_accuracy;
        if (sample->settled || is_reached(&scenario->stop, &now))
            sample->end = SAMPLE_REACHED;
        else if (!isfinite(now.train_loss))
            sample->end = SAMPLE_DIVERGED;
    }
}

bool sample_run(struct sample *ret_sample, const struct scenario *scenario, double ratio,
                int workers, int64_t rounds_most, struct pool *pool, struct diag_list *diags)
{
    struct learner *learner = learner_new_sample(scenario, ratio, workers, pool, diags);
    struct sample *sample = ret_sample;

    if (!learner)
        return false;
    *sample = (struct sample){.ratio = ratio, .workers = learner_facts(learner)->workers};
    for (int w = 0; w < sample->workers; w++)
        sample->rows += learner_facts(learner)->real_rows[w];
    train(sample, scenario, learner, rounds_most);
    learner_free(learner);
    return true;
}
