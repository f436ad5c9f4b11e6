/* SPDX-License-Identifier: MIT
 * following.c -- a learner that repeats a trajectory and computes what is not in it.
 *
 * Round by round one of three is in charge:
 *   the trajectory     as long as it knows the round;
 *   the shared way     beyond its end: computed, and added to it;
 *   a way of its own   after somebody's contribution was left out, or a worker's state was
 * lost: computed, and added to nothing. The computed learner is made when it is first needed,
 * and brought to where it is needed from the nearest snapshot, by computing the rounds between.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/job/learner/trajectory_inside.h"

struct following {
    struct learner base;
    struct trajectory *trajectory;
    const struct scenario *scenario;
    const struct data_shelf *shelf;
    struct pool *pool;
    struct computed *own;      /* NULL: not needed yet */
    int64_t round;             /* the first that is not reduced yet */
    int64_t departed;          /* the first round on a way of its own; INT64_MAX: none */
    int64_t *begun, *finished; /* [workers]: in which round it last did so; -1: none */
    bool *asked;               /* [asked_capacity]: the round's evaluation was begun */
    int64_t asked_capacity;
    int64_t knowledge; /* of the trajectory, at first */
};

static struct following *following_of(const struct learner *learner)
{
    return (struct following *)learner;
}

static struct learner *own_of(const struct following *f)
{
    return &f->own->base;
}

/* -- the computed learner -- */
/* The mistakes of a scenario with which others have computed already can only be a data file
 * that went away. */
static void fail(struct diag_list *diags)
{
    diag_print(diags, stderr);
    fprintf(stderr, "traincast: error: what was computed before cannot be continued\n");
    exit(3);
}

static void make_own(struct following *f)
{
    struct diag_list diags;
    struct learner *learner;

    if (f->own)
        return;
    diag_init(&diags);
    learner = learner_new_lent(f->scenario, f->shelf, f->pool, &diags);
    if (!learner)
        fail(&diags);
    diag_done(&diags);
    f->own = (struct computed *)learner;
}

/* A round in which everybody takes part. */
static void compute_round(struct following *f)
{
    int64_t round = f->own->round;
    int workers = f->base.facts.workers;

    for (int w = 0; w < workers; w++)
        computed_kind.begin(own_of(f), w, round);
    for (int w = 0; w < workers; w++)
        computed_kind.finish(own_of(f), w, round);
    computed_kind.reduce(own_of(f), round, NULL);
}

/* The state before the round, as it is on the shared way. */
static void bring(struct following *f, int64_t round)
{
    const struct snapshot *snapshot = snapshot_before(f->trajectory, round);

    make_own(f);
    assert(f->own->round <= round);
    if (snapshot && snapshot->round > f->own->round)
        snapshot_restore(f->trajectory, snapshot, f->own);
    while (f->own->round < round)
        compute_round(f);
}

static bool is_computed(const struct following *f, int64_t round)
{
    return round >= f->departed || round >= f->trajectory->rounds;
}

/* From this round on the run learns something else than others do. */
static void depart(struct following *f)
{
    bool computed = is_computed(f, f->round) && f->own && f->own->round == f->round;

    if (f->departed != INT64_MAX)
        return;
    bring(f, f->round);
    f->departed = f->round;
    for (int w = 0; w < f->base.facts.workers && !computed; w++) {
        if (f->begun[w] == f->round)
            computed_kind.begin(own_of(f), w, f->round);
        if (f->finished[w] == f->round)
            computed_kind.finish(own_of(f), w, f->round);
    }
}

/* -- the calls of a learner -- */
static struct work work_of(const struct learner *learner, int worker, int64_t round)
{
    struct following *f = following_of(learner);

    if (round < f->trajectory->rounds)
        return f->trajectory->work[round * learner->facts.workers + worker];
    make_own(f);
    return computed_kind.work(own_of(f), worker, round);
}

static struct work begin(struct learner *learner, int worker, int64_t round)
{
    struct following *f = following_of(learner);
    struct work work;

    assert(round == f->round);
    f->begun[worker] = round;
    if (!is_computed(f, round))
        return work_of(learner, worker, round);
    bring(f, round);
    work = computed_kind.begin(own_of(f), worker, round);
    if (round < f->departed) {
        trajectory_reserve(f->trajectory, round + 1);
        f->trajectory->work[round * learner->facts.workers + worker] = work;
    }
    return work;
}

static void finish(struct learner *learner, int worker, int64_t round)
{
    struct following *f = following_of(learner);

    f->finished[worker] = round;
    if (is_computed(f, round))
        computed_kind.finish(own_of(f), worker, round);
}

static bool everybody(const struct learner *learner, const bool *arrived)
{
    for (int w = 0; arrived && w < learner->facts.workers; w++)
        if (!arrived[w])
            return false;
    return true;
}

static void add_round(struct following *f)
{
    struct trajectory *trajectory = f->trajectory;

    trajectory->rounds = f->round;
    trajectory->settled_round = f->own->settled_round;
    snapshot_keep(trajectory, f->own, false);
}

static void reduce_round(struct learner *learner, int64_t round, const bool *arrived)
{
    struct following *f = following_of(learner);

    assert(round == f->round);
    if (!everybody(learner, arrived))
        depart(f);
    if (is_computed(f, round)) {
        computed_kind.reduce(own_of(f), round, arrived);
        f->round++;
        if (round < f->departed)
            add_round(f);
        return;
    }
    f->round++;
}

/* Where messages are lost every run has a way of its own. */
static void reduce_parts(struct learner *learner, int64_t round, const struct reduce_part *part,
                         int parts)
{
    struct following *f = following_of(learner);

    assert(round == f->round);
    depart(f);
    computed_kind.reduce_parts(own_of(f), round, part, parts);
    f->round++;
}

/* Before it has delivered in the first round it has nothing to lose but what it begins anew. */
static void forget(struct learner *learner, int worker)
{
    struct following *f = following_of(learner);

    if (!f->trajectory->state_floats)
        return;
    if (f->round > 0 || f->finished[worker] == f->round)
        depart(f);
    if (is_computed(f, f->round) && f->own)
        computed_kind.forget(own_of(f), worker);
    f->begun[worker] = f->finished[worker] = -1;
}

static void ask(struct following *f, int64_t round)
{
    int64_t capacity = f->asked_capacity ? f->asked_capacity : 16;

    while (capacity <= round)
        capacity *= 2;
    if (capacity > f->asked_capacity) {
        f->asked = memory_resize(f->asked, (size_t)capacity, sizeof *f->asked);
        memset(f->asked + f->asked_capacity, 0, (size_t)(capacity - f->asked_capacity));
        f->asked_capacity = capacity;
    }
    f->asked[round] = true;
}

static bool is_known(const struct following *f, int64_t round)
{
    return round < f->departed && round < f->trajectory->rounds &&
           f->trajectory->is_evaluated[round];
}

static void evaluate(struct learner *learner, int64_t round)
{
    struct following *f = following_of(learner);

    assert(round == f->round - 1);
    ask(f, round);
    if (is_known(f, round))
        return;
    if (round < f->departed)
        bring(f, round + 1);
    computed_kind.evaluate(own_of(f), round);
}

static struct evaluation evaluation(struct learner *learner, int64_t round)
{
    struct following *f = following_of(learner);
    struct evaluation evaluation;

    if (round < 0 || round >= f->asked_capacity || !f->asked[round])
        return evaluation_none;
    if (is_known(f, round))
        return f->trajectory->evaluation[round];
    evaluation = computed_kind.evaluation(own_of(f), round);
    if (round < f->departed) {
        f->trajectory->evaluation[round] = evaluation;
        f->trajectory->is_evaluated[round] = true;
    }
    return evaluation;
}

static int64_t settled_round(const struct learner *learner)
{
    const struct following *f = following_of(learner);

    return f->departed == INT64_MAX ? f->trajectory->settled_round : f->own->settled_round;
}

static const float *parameters(const struct learner *learner)
{
    struct following *f = following_of(learner);

    if (learner->facts.phantom)
        return NULL;
    if (f->departed == INT64_MAX)
        bring(f, f->round);
    return computed_kind.parameters(own_of(f));
}

bool learner_has_added(const struct learner *learner)
{
    struct following *f = following_of(learner);

    if (f->own && f->departed == INT64_MAX && f->own->round == f->trajectory->rounds)
        snapshot_keep(f->trajectory, f->own, true);
    return trajectory_knowledge(f->trajectory) > f->knowledge;
}

static void following_free(struct learner *learner)
{
    struct following *f = following_of(learner);

    if (f->own)
        learner_free(own_of(f));
    free(f->begun);
    free(f->finished);
    free(f->asked);
    free(f);
}

static const struct learner_kind following_kind = {
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
    .free = following_free,
};

struct learner *learner_new_following(struct trajectory *trajectory,
                                      const struct scenario *scenario,
                                      const struct data_shelf *shelf, struct pool *pool,
                                      struct diag_list *diags)
{
    struct following *f = NEW(struct following);

    f->base.kind = &following_kind;
    f->trajectory = trajectory;
    f->scenario = scenario;
    f->shelf = shelf;
    f->pool = pool;
    f->departed = INT64_MAX;
    f->knowledge = trajectory_knowledge(trajectory);
    if (!trajectory->known) {
        f->own = (struct computed *)learner_new_lent(scenario, shelf, pool, diags);
        if (!f->own) {
            free(f);
            return NULL;
        }
        trajectory_know(trajectory, f->own);
        snapshot_keep(trajectory, f->own, false);
    }
    learner_facts_copy(&f->base.facts, &trajectory->facts);
    f->begun = NEW_ARRAY(int64_t, f->base.facts.workers);
    f->finished = NEW_ARRAY(int64_t, f->base.facts.workers);
    for (int w = 0; w < f->base.facts.workers; w++)
        f->begun[w] = f->finished[w] = -1;
    return &f->base;
}
