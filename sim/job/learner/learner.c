/* SPDX-License-Identifier: MIT
 * learner.c -- the calls of learner.h, and the recording of trajectories. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/job/learner/trajectory_inside.h"

const struct evaluation evaluation_none = {NAN, NAN, NAN, NAN};

const struct learner_facts *learner_facts(const struct learner *learner)
{
    return &learner->facts;
}

struct work learner_work(const struct learner *learner, int worker, int64_t round)
{
    return learner->kind->work(learner, worker, round);
}

struct work learner_begin(struct learner *learner, int worker, int64_t round)
{
    struct work work = learner->kind->begin(learner, worker, round);

    if (learner->recorded) {
        trajectory_reserve(learner->recorded, round + 1);
        if (learner->recorded->rounds <= round)
            learner->recorded->rounds = round + 1;
        learner->recorded->work[round * learner->facts.workers + worker] = work;
    }
    return work;
}

void learner_finish(struct learner *learner, int worker, int64_t round)
{
    learner->kind->finish(learner, worker, round);
}

void learner_reduce(struct learner *learner, int64_t round, const bool *arrived)
{
    learner->kind->reduce(learner, round, arrived);
}

void learner_reduce_parts(struct learner *learner, int64_t round,
                          const struct reduce_part *part, int parts)
{
    learner->kind->reduce_parts(learner, round, part, parts);
}

bool learner_is_settled(const struct learner *learner, int64_t round)
{
    int64_t settled = learner->kind->settled_round(learner);

    if (learner->recorded)
        learner->recorded->settled_round = settled;
    return settled >= 0 && settled <= round;
}

void learner_forget(struct learner *learner, int worker)
{
    learner->kind->forget(learner, worker);
}

void learner_evaluate(struct learner *learner, int64_t round)
{
    learner->kind->evaluate(learner, round);
}

struct evaluation learner_evaluation(struct learner *learner, int64_t round)
{
    struct evaluation evaluation = learner->kind->evaluation(learner, round);

    if (learner->recorded && round >= 0 && round < learner->recorded->rounds)
        learner->recorded->evaluation[round] = evaluation;
    return evaluation;
}

const float *learner_parameters(const struct learner *learner)
{
    return learner->kind->parameters(learner);
}

struct learner *learner_free(struct learner *learner)
{
    if (!learner)
        return NULL;
    learner_facts_done(&learner->facts);
    learner->kind->free(learner);
    return NULL;
}

static void *copy_of(const void *from, size_t count, size_t size)
{
    void *to = memory_new(count, size);

    memcpy(to, from, count * size);
    return to;
}

static bool has_test_set(const struct evaluate_conf *evaluate)
{
    return evaluate->charged && evaluate->charged_rows != EVALUATED_TRAINING;
}

int64_t learner_load_bytes(const struct learner_facts *facts,
                           const struct evaluate_conf *evaluate, int w)
{
    return facts->partition_bytes[w] + (has_test_set(evaluate) ? facts->test.bytes : 0);
}

int64_t learner_memory_bytes(const struct learner_facts *facts,
                             const struct evaluate_conf *evaluate, int w)
{
    return facts->footprint_bytes[w] + (has_test_set(evaluate) ? facts->test.memory_bytes : 0);
}

struct work learner_evaluate_work(const struct learner_facts *facts,
                                  const struct evaluate_conf *evaluate, int w)
{
    if (!has_test_set(evaluate))
        return facts->evaluate_work[w];
    return evaluate->charged_rows == EVALUATED_BOTH
               ? work_sum(facts->evaluate_work[w], facts->test.work)
               : facts->test.work;
}

void learner_facts_copy(struct learner_facts *to, const struct learner_facts *from)
{
    size_t W = (size_t)from->workers;

    *to = *from;
    to->sum_bytes = copy_of(from->sum_bytes, W, sizeof *to->sum_bytes);
    to->partition_bytes = copy_of(from->partition_bytes, W, sizeof *to->partition_bytes);
    to->footprint_bytes = copy_of(from->footprint_bytes, W, sizeof *to->footprint_bytes);
    to->real_rows = copy_of(from->real_rows, W, sizeof *to->real_rows);
    to->evaluate_work = copy_of(from->evaluate_work, W, sizeof *to->evaluate_work);
}

void learner_facts_done(struct learner_facts *facts)
{
    free(facts->sum_bytes);
    free(facts->partition_bytes);
    free(facts->footprint_bytes);
    free(facts->real_rows);
    free(facts->evaluate_work);
    *facts = (struct learner_facts){0};
}

struct trajectory *learner_record(struct learner *learner)
{
    learner->recorded = trajectory_new();
    trajectory_know(learner->recorded, (const struct computed *)learner);
    return learner->recorded;
}
