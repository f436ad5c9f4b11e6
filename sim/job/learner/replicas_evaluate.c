/* SPDX-License-Identifier: MIT
 * replicas_evaluate.c -- what the replicas of a round are worth, each and averaged.
 *
 * Goes on beside the next rounds, on all cores; equal replicas are evaluated once. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/job/learner/replicas_inside.h"

static struct replicas *replicas_of(const struct learner *learner)
{
    return ((const struct computed *)learner)->replicas;
}

static void run_score(void *arg, int lane)
{
    struct replica_score *score = arg;
    struct computed *c = score->replicas->computed;

    score->score = (struct score){0};
    c->model.kind->evaluate(&c->model, score->weights, score->part->rows,
                            c->scratch[lane].number, &score->score);
}

/* -- begin -- */
static void submit_model(struct replicas *r, const float *weights)
{
    struct computed *c = r->computed;

    for (size_t i = 0; i < c->part_count; i++) {
        struct replica_score *score = &r->score[r->scores++];
        const struct score_part *part = &c->part[i];

        *score = (struct replica_score){.replicas = r, .weights = weights, .part = part};
        pool_submit(
            c->pool, &score->future,
            c->model.kind->evaluate_work(&c->model, part->rows.count, part->nonzeros).flops,
            run_score, score);
    }
}

/* Evaluated already under another worker's number?  Where, or where it will be. */
static size_t place_of(const struct replicas *r, int model)
{
    for (int i = 0; i < model; i++)
        if (r->evaluated[i] == r->evaluated[model])
            return r->score_of[i];
    return r->scores;
}

static bool all_are_one(const struct replicas *r)
{
    for (int w = 1; w < r->computed->workers; w++)
        if (r->evaluated[w] != r->evaluated[0])
            return false;
    return true;
}

static struct tensor *averaged_model(struct replicas *r)
{
    struct tensor *mean;

    if (all_are_one(r))
        return tensor_ref(r->evaluated[0]);
    mean = tensor_new(&r->tensors);
    replicas_average(r, mean->value);
    return mean;
}

static double distance(struct replicas *r)
{
    struct computed *c = r->computed;

    if (all_are_one(r))
        return 0;
    for (int w = 0; w < c->workers; w++)
        r->in[w] = r->evaluated[w]->value;
    return replicas_distance(r->in, c->workers, c->model.parameters);
}

void replicas_evaluate(struct learner *learner, int64_t round)
{
    struct replicas *r = replicas_of(learner);
    int n = r->computed->workers;

    assert(round == r->computed->round - 1);
    if (r->computed->phantom)
        return;
    learner_replicas_evaluation(learner);
    replicas_drop_evaluation(r);
    r->evaluated = NEW_ARRAY(struct tensor *, n + 1);
    r->score_of = NEW_ARRAY(size_t, n + 1);
    r->score = NEW_ARRAY(struct replica_score, (size_t)(n + 1) * r->computed->part_count);
    for (int w = 0; w < n; w++)
        r->evaluated[w] = tensor_ref(r->step[w].model);
    r->evaluated[n] = averaged_model(r);
    r->result = (struct replicas_evaluation){.distance = distance(r)};
    for (int i = r->singly ? 0 : n; i <= n; i++) {
        r->score_of[i] = place_of(r, i);
        if (!r->singly || r->score_of[i] == r->scores)
            submit_model(r, r->evaluated[i]->value);
    }
    r->evaluating = r->evaluated_round = round;
}

/* -- end -- */
static struct score sum(const struct replicas *r, size_t place, size_t from, size_t to)
{
    struct score score = {0};

    for (size_t i = place + from; i < place + to; i++) {
        score.loss += r->score[i].score.loss;
        score.rows += r->score[i].score.rows;
        score.correct += r->score[i].score.correct;
    }
    return score;
}

static struct evaluation evaluation_at(const struct replicas *r, size_t place)
{
    const struct computed *c = r->computed;
    struct score train = sum(r, place, 0, c->train_parts);
    struct score test = sum(r, place, c->train_parts, c->part_count);

    return evaluation_of(&c->model, &train, &test);
}

const struct replicas_evaluation *learner_replicas_evaluation(struct learner *learner)
{
    struct replicas *r = replicas_of(learner);
    int n = r->computed->workers;

    if (r->computed->phantom)
        r->result = (struct replicas_evaluation){.averaged = evaluation_none, .distance = NAN};
    if (r->evaluating < 0)
        return &r->result;
    for (size_t i = 0; i < r->scores; i++)
        future_wait(r->computed->pool, &r->score[i].future);
    for (int w = 0; r->singly && w < n; w++)
        r->single[w] = evaluation_at(r, r->score_of[w]);
    r->result.averaged = evaluation_at(r, r->score_of[n]);
    r->result.replica = r->singly ? r->single : NULL;
    r->evaluating = -1;
    return &r->result;
}

struct evaluation replicas_mean_evaluation(struct learner *learner, int64_t round)
{
    struct replicas *r = replicas_of(learner);
    const struct replicas_evaluation *result = learner_replicas_evaluation(learner);
    struct evaluation mean = {0};
    int n = r->computed->workers;

    if (!r->evaluated || round != r->evaluated_round)
        return evaluation_none;
    if (!result->replica)
        return result->averaged;
    for (int w = 0; w < n; w++) {
        mean.train_loss += result->replica[w].train_loss / n;
        mean.train_accuracy += result->replica[w].train_accuracy / n;
        mean.test_loss += result->replica[w].test_loss / n;
        mean.test_accuracy += result->replica[w].test_accuracy / n;
    }
    return mean;
}

void replicas_drop_evaluation(struct replicas *r)
{
    if (!r->evaluated)
        return;
    for (size_t i = 0; i < r->scores; i++)
        future_drop(r->computed->pool, &r->score[i].future);
    for (int i = 0; i <= r->computed->workers; i++)
        tensor_unref(r->evaluated[i]);
    free(r->evaluated);
    free(r->score_of);
    free(r->score);
    r->evaluated = NULL;
    r->score_of = NULL;
    r->score = NULL;
    r->scores = 0;
    r->evaluating = -1;
}
