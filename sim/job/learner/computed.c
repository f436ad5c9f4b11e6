/* SPDX-License-Identifier: MIT
 * computed.c -- a learner that really trains: each worker's round is a job of the pool.
 *
 * At the start of a round all workers hold the same weights, of which there is one copy.  A
 * worker's contribution is a pure function of (weights, worker, round), so a worker that lost
 * its round gets the same numbers again, on any number of threads.  Evaluations go on beside
 * the next rounds, from a copy of the weights. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/optimizer/optimizer.h"
#include "algorithms/reduce.h"
#include "base/memory.h"
#include "sim/job/learner/computed.h"

static struct computed *computed_of(struct learner *learner)
{
    return (struct computed *)learner;
}

/* -- a worker's round -- */
static void contribute(void *arg, int lane)
{
    struct contribution *mine = arg;
    struct computed *c = mine->computed;

    mine->weight =
        c->optimizer.kind->contribute(&c->optimizer, c->weights, mine->state, &mine->sampler,
                                      mine->round, &c->scratch[lane], mine->message);
}

static struct work work_of(const struct learner *learner, int worker, int64_t round)
{
    const struct computed *c = (const struct computed *)learner;

    return optimizer_round_work(&c->charged, &c->contribution[worker].sampler, round);
}

static struct work begin(struct learner *learner, int worker, int64_t round)
{
    struct computed *c = computed_of(learner);
    struct contribution *mine = &c->contribution[worker];

    assert(round == c->round);
    if (mine->round != round) {
        mine->round = round;
        if (!c->phantom)
            pool_submit(c->pool, &mine->future, c->flops_per_round, contribute, mine);
    }
    return work_of(learner, worker, round);
}

static void finish(struct learner *learner, int worker, int64_t round)
{
    struct computed *c = computed_of(learner);

    assert(c->contribution[worker].round == round);
    (void)round;
    future_wait(c->pool, &c->contribution[worker].future);
}

/* What a worker keeps from round to round is lost with its memory, and so is what it was about
 * to say: it will say it without.  What it had said already stays as it was. */
static void forget(struct learner *learner, int worker)
{
    struct computed *c = computed_of(learner);
    struct contribution *mine = &c->contribution[worker];

    if (!mine->state)
        return;
    future_drop(c->pool, &mine->future);
    mine->round = -1;
    memset(mine->state, 0, (size_t)c->state_floats * sizeof *mine->state);
}

static void absorb(struct computed *c, int64_t round, const bool *arrived)
{
    for (int w = 0; w < c->workers; w++) {
        struct contribution *mine = &c->contribution[w];

        if (mine->state && mine->round == round && (!arrived || arrived[w]))
            c->optimizer.kind->absorb(&c->optimizer, mine->state, mine->message, c->weights,
                                      round);
    }
}

static void keep_before(struct computed *c)
{
    if (c->before)
        memcpy(c->before, c->weights, (size_t)c->model.parameters * sizeof *c->before);
}

/* reduced: NULL when nothing was. */
static void note_settled(struct computed *c, int64_t round, const float *reduced)
{
    if (c->before && c->settled_round < 0 &&
        c->optimizer.kind->settled(&c->optimizer, c->before, c->weights, reduced, round))
        c->settled_round = round;
}

static void apply(struct computed *c, int64_t round)
{
    keep_before(c);
    c->optimizer.kind->apply(&c->optimizer, c->weights, c->reduced, round);
    note_settled(c, round, c->reduced);
}

void computed_adopt(struct computed *c, int64_t round, const float *weights)
{
    keep_before(c);
    memcpy(c->weights, weights, (size_t)c->shared_floats * sizeof(float));
    note_settled(c, round, NULL);
    c->round = round + 1;
}

bool computed_reduce(const struct computed *c, const float *const *message,
                     const double *weight, const bool *arrived, int count, float *out)
{
    int64_t averaged = c->message_floats - c->leader_floats;
    int leader = 0;

    if (!reduce(message, weight, arrived, count, averaged, out).values)
        return false;
    while (arrived && !arrived[leader])
        leader++;
    memcpy(out + averaged, message[leader] + averaged, (size_t)c->leader_floats * sizeof *out);
    return true;
}

void computed_form(struct computed *c, int64_t round, const bool *arrived)
{
    assert(round == c->round);
    if (!c->phantom &&
        computed_reduce(c, c->message, c->weight, arrived, c->workers, c->reduced)) {
        apply(c, round);
        absorb(c, round, arrived);
    }
    c->round = round + 1;
}

/* Waits for the contributions of those that arrived (NULL: all). */
static void collect_contributions(struct computed *c, const bool *arrived)
{
    for (int w = 0; w < c->workers; w++) {
        struct contribution *mine = &c->contribution[w];

        if (arrived && !arrived[w]) {
            future_drop(c->pool, &mine->future);
        } else {
            future_wait(c->pool, &mine->future);
            c->message[w] = mine->message;
            c->weight[w] = mine->weight;
        }
    }
}

static void reduce_round(struct learner *learner, int64_t round, const bool *arrived)
{
    struct computed *c = computed_of(learner);

    collect_contributions(c, arrived);
    computed_form(c, round, arrived);
}

/* -- where messages were lost -- */
/* What the bytes of a vector before this one are in floats: four bytes each, unless another
 * model's vector is charged. */
static int64_t floats_before(const struct computed *c, int64_t bytes)
{
    int64_t vector_bytes = c->base.facts.vector_bytes;
    int64_t averaged = c->message_floats - c->leader_floats;

    if (vector_bytes == 4 * averaged || vector_bytes == 0)
        return bytes / 4;
    return (int64_t)((__int128)bytes * averaged / vector_bytes);
}

/* False: a part came from nobody. */
static bool reduce_part(const struct computed *c, const struct reduce_part *part,
                        const float **message)
{
    int64_t averaged = c->message_floats - c->leader_floats;
    int64_t begin = floats_before(c, part->offset_bytes);
    int64_t end = floats_before(c, part->offset_bytes + part->bytes);

    end = end < averaged ? end : averaged;
    if (begin >= end)
        return true;
    for (int w = 0; w < c->workers; w++)
        message[w] = part->arrived[w] ? c->message[w] + begin : NULL;
    return reduce(message, c->weight, part->arrived, c->workers, end - begin,
                  c->reduced + begin)
        .values;
}

static void reduce_parts(struct learner *learner, int64_t round, const struct reduce_part *part,
                         int parts)
{
    struct computed *c = computed_of(learner);
    int64_t averaged = c->message_floats - c->leader_floats;
    const float **message = NEW_ARRAY(const float *, (size_t)c->workers);
    bool *arrived = NEW_ARRAY(bool, (size_t)c->workers), whole = true;
    int leader = 0;

    for (int i = 0; i < parts; i++)
        for (int w = 0; w < c->workers; w++)
            arrived[w] |= part[i].arrived[w];
    collect_contributions(c, arrived);
    for (int i = 0; i < parts && !c->phantom; i++)
        whole &= reduce_part(c, &part[i], message);
    while (leader < c->workers && !arrived[leader])
        leader++;
    if (whole && leader < c->workers && !c->phantom) {
        memcpy(c->reduced + averaged, c->message[leader] + averaged,
               (size_t)c->leader_floats * sizeof *c->reduced);
        apply(c, round);
        absorb(c, round, arrived);
    }
    c->round = round + 1;
    free(arrived);
    free(message);
}

/* -- evaluation -- */
static void score_part(void *arg, int lane)
{
    struct score_part *part = arg;
    struct computed *c = part->computed;

    part->score = (struct score){0};
    c->model.kind->evaluate(&c->model, c->evaluated_weights, part->rows,
                            c->scratch[lane].number, &part->score);
}

static struct score sum_parts(const struct computed *c, size_t from, size_t to)
{
    struct score sum = {0};

    for (size_t i = from; i < to; i++) {
        sum.loss += c->part[i].score.loss;
        sum.rows += c->part[i].score.rows;
        sum.correct += c->part[i].score.correct;
    }
    return sum;
}

struct evaluation evaluation_of(const struct model *model, const struct score *train,
                                const struct score *test)
{
    struct evaluation evaluation = evaluation_none;

    evaluation.train_loss = train->loss / (double)train->rows;
    if (test->rows)
        evaluation.test_loss = test->loss / (double)test->rows;
    if (model->kind->unlabelled)
        return evaluation;
    evaluation.train_accuracy = (double)train->correct / (double)train->rows;
    if (test->rows)
        evaluation.test_accuracy = (double)test->correct / (double)test->rows;
    return evaluation;
}

/* Waits for the evaluation under way and keeps its result. */
static void collect(struct computed *c)
{
    struct evaluation evaluation;
    struct score train, test;

    if (c->evaluating < 0)
        return;
    for (size_t i = 0; i < c->part_count; i++)
        future_wait(c->pool, &c->part[i].future);
    train = sum_parts(c, 0, c->train_parts);
    test = sum_parts(c, c->train_parts, c->part_count);
    evaluation = evaluation_of(&c->model, &train, &test);
    ROOM_FOR_ONE(c->evaluated, c->evaluated_count, c->evaluated_capacity);
    c->evaluated[c->evaluated_count++] =
        (struct evaluated){.round = c->evaluating, .evaluation = evaluation};
    c->evaluating = -1;
}

static void evaluate(struct learner *learner, int64_t round)
{
    struct computed *c = computed_of(learner);

    assert(round == c->round - 1);
    if (c->phantom)
        return;
    collect(c);
    memcpy(c->evaluated_weights, c->weights,
           (size_t)(c->model.parameters + c->model.statistics) * sizeof *c->weights);
    c->evaluating = round;
    for (size_t i = 0; i < c->part_count; i++) {
        struct rows rows = c->part[i].rows;

        pool_submit(
            c->pool, &c->part[i].future,
            c->model.kind->evaluate_work(&c->model, rows.count, c->part[i].nonzeros).flops,
            score_part, &c->part[i]);
    }
}

static struct evaluation evaluation(struct learner *learner, int64_t round)
{
    struct computed *c = computed_of(learner);

    if (c->evaluating == round)
        collect(c);
    for (size_t i = c->evaluated_count; i > 0; i--)
        if (c->evaluated[i - 1].round == round)
            return c->evaluated[i - 1].evaluation;
    return evaluation_none;
}

static int64_t settled_round(const struct learner *learner)
{
    return ((const struct computed *)learner)->settled_round;
}

static const float *parameters(const struct learner *learner)
{
    const struct computed *c = (const struct computed *)learner;

    return c->phantom ? NULL : c->weights;
}

static void computed_free(struct learner *learner)
{
    struct computed *c = computed_of(learner);

    stale_free(c);
    replicas_free(c);
    for (int w = 0; w < c->workers; w++)
        future_drop(c->pool, &c->contribution[w].future);
    for (size_t i = 0; i < c->part_count; i++)
        future_drop(c->pool, &c->part[i].future);
    for (int lane = 0; c->scratch && lane < c->lanes; lane++)
        scratch_done(&c->scratch[lane]);
    partition_done(&c->partition);
    if (!c->data_is_borrowed)
        data_done(&c->data);
    if (c->pixels_are_own) {
        free(c->data.train.x);
        free(c->data.test.x);
    }
    model_done(&c->model);
    model_done(&c->charged_model);
    free(c->scratch);
    free(c->train_row);
    free(c->contribution);
    free(c->messages);
    free(c->states);
    free(c->message);
    free(c->weight);
    free(c->weights);
    free(c->before);
    free(c->reduced);
    free(c->evaluated_weights);
    free(c->part);
    free(c->evaluated);
    free(c);
}

const struct learner_kind computed_kind = {
    .work = work_of,
    .begin = begin,
    .finish = finish,
    .reduce = reduce_round,
    .reduce_parts = reduce_parts,
    .forget = forget,
    .evaluate = evaluate,
    .evaluation = evaluation,
    .settled_round = settled_round,
    .parameters = parameters,
    .free = computed_free,
};
