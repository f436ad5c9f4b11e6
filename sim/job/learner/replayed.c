/* SPDX-License-Identifier: MIT
 * replayed.c -- a learner that repeats what an earlier run learnt: no data, no arithmetic.
 *
 * Valid wherever learning does not depend on the clock: then the trajectory is the same on
 * every platform, channel and pattern.  Asking for a round beyond the recorded ones is our own
 * bug. */
#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/job/learner/trajectory_inside.h"

struct replayed {
    struct learner base;
    const struct trajectory *trajectory;
};

static const struct trajectory *trajectory_of(const struct learner *learner)
{
    return ((const struct replayed *)learner)->trajectory;
}

static struct work work_of(const struct learner *learner, int worker, int64_t round)
{
    const struct trajectory *trajectory = trajectory_of(learner);

    assert(round < trajectory->rounds);
    return trajectory->work[round * trajectory->facts.workers + worker];
}

static struct work begin(struct learner *learner, int worker, int64_t round)
{
    return work_of(learner, worker, round);
}

static void finish(struct learner *learner, int worker, int64_t round)
{
    (void)learner;
    (void)worker;
    (void)round;
}

static void reduce_nothing(struct learner *learner, int64_t round, const bool *arrived)
{
    (void)learner;
    (void)round;
    (void)arrived;
}

/* Who loses messages learns by them: whoever replays sees to it that none is lost. */
static void reduce_no_parts(struct learner *learner, int64_t round,
                            const struct reduce_part *part, int parts)
{
    (void)learner;
    (void)round;
    (void)part;
    (void)parts;
    assert(!"a replayed run lost messages");
}

static void forget(struct learner *learner, int worker)
{
    (void)learner;
    (void)worker;
}

static void evaluate(struct learner *learner, int64_t round)
{
    (void)learner;
    (void)round;
}

static struct evaluation evaluation(struct learner *learner, int64_t round)
{
    const struct trajectory *trajectory = trajectory_of(learner);

    if (round < 0 || round >= trajectory->rounds)
        return evaluation_none;
    return trajectory->evaluation[round];
}

static int64_t settled_round(const struct learner *learner)
{
    return trajectory_of(learner)->settled_round;
}

static const float *parameters(const struct learner *learner)
{
    (void)learner;
    return NULL;
}

static void replayed_free(struct learner *learner)
{
    free(learner);
}

static const struct learner_kind replayed_kind = {
    .work = work_of,
    .begin = begin,
    .finish = finish,
    .reduce = reduce_nothing,
    .reduce_parts = reduce_no_parts,
    .forget = forget,
    .evaluate = evaluate,
    .evaluation = evaluation,
    .settled_round = settled_round,
    .parameters = parameters,
    .free = replayed_free,
};

struct learner *learner_new_replayed(const struct trajectory *trajectory)
{
    struct replayed *replayed = NEW(struct replayed);

    replayed->base.kind = &replayed_kind;
    learner_facts_copy(&replayed->base.facts, &trajectory->facts);
    replayed->trajectory = trajectory;
    return &replayed->base;
}
