/* SPDX-License-Identifier: MIT
 * bsp_round.c -- what happens once per round: reduce, and who takes part in the next.
 *
 * The first member through a round's exchange forms it: values are reduced, and whether there
 * is another round, and whether everybody starts a new function first, is decided there and
 * then, so that all members see the same decision at whatever time they arrive.  The last
 * member through completes it. */
#include <assert.h>
#include <stdlib.h>

#include "algorithms/collective/carried.h"
#include "base/memory.h"
#include "sim/job/sync/bsp.h"

/* -- exchanges -- */
void bsp_plan(struct training *t)
{
    struct bsp *bsp = bsp_of(t);

    struct channel_facts main = t->main->kind->facts(t->main->conf);
    struct vector_size vector = learner_vector(t->facts);
    const struct network *network = t->run->world.network;

    main.is_watched |= network && network->links > 0; /* so that its messages have numbers */
    bsp->plan = exchange_plan_on(&main, &t->run->scenario->pattern, t->members, vector);
    ROOM_FOR_ONE(bsp->plans, bsp->plan_count, bsp->plan_capacity);
    bsp->plans[bsp->plan_count++] = bsp->plan;
}

struct bsp_round *bsp_round(struct training *t, int64_t round)
{
    struct bsp *bsp = bsp_of(t);
    struct bsp_round *state = &bsp->state[round & 1];

    if (state->round != round) {
        assert(state->round < 0);
        *state = (struct bsp_round){.round = round, .begin_s = training_now_s(t)};
    }
    if (!state->exchange) {
        state->exchange = exchange_new(bsp->plan, t->main);
        exchange_set_round(state->exchange, round);
    }
    return state;
}

void bsp_free_rounds(struct bsp *bsp)
{
    for (int i = 0; i < 2; i++)
        if (bsp->state[i].round >= 0)
            exchange_free(bsp->state[i].exchange);
    for (size_t i = 0; i < bsp->retired_count; i++)
        exchange_free(bsp->retired[i]);
    for (size_t i = 0; i < bsp->plan_count; i++)
        exchange_plan_free(bsp->plans[i]);
    free(bsp->plans);
    free(bsp->retired);
}

/* -- a round's two ends -- */
/* Does anybody's function end before another round and the margin are over? */
static bool lifetimes_end(const struct training *t)
{
    double needed_s = t->longest_round_s + t->conf->lifetime_margin_s;

    for (int w = 0; w < t->workers; w++)
        if (t->worker[w].member && t->worker[w].actor &&
            training_now_s(t) + needed_s > t->worker[w].expires_s)
            return true;
    return false;
}

/* Part by part, where the network lost contributions. */
static void reduce_what_arrived(struct training *t, int64_t round,
                                const struct carried_part *sum, int parts)
{
    struct reduce_part *part = NEW_ARRAY(struct reduce_part, (size_t)parts);
    bool *arrived = NEW_ARRAY(bool, (size_t)parts *(size_t)t->workers);

    for (int i = 0; i < parts; i++) {
        bool *of_part = arrived + (size_t)i * (size_t)t->workers;

        for (int w = 0; w < t->workers; w++)
            of_part[w] = t->worker[w].member && carried_from(&sum[i], t->worker[w].rank);
        part[i] = (struct reduce_part){
            .offset_bytes = sum[i].offset_bytes, .bytes = sum[i].bytes, .arrived = of_part};
    }
    learner_reduce_parts(t->run->learner, round, part, parts);
    free(arrived);
    free(part);
}

static void reduce(struct training *t, int64_t round)
{
    int parts;
    const struct carried_part *sum = exchange_plan_sums(bsp_of(t)->plan, &parts);

    if (sum)
        reduce_what_arrived(t, round, sum, parts);
    else
        learner_reduce(t->run->learner, round, t->arrived);
}

/* The round's values, and what follows from them.  Once per round, by its first member through.
 */
static void form(struct training *t, struct bsp_round *state)
{
    struct bsp *bsp = bsp_of(t);

    reduce(t, state->round);
    state->evaluated = training_form(t, state->begin_s);
    if (t->last_round == INT64_MAX && isfinite(t->lifetime_s) && lifetimes_end(t)) {
        bsp->reinvoked_round = state->round + 1;
        object_init(&bsp->checkpoint, NULL);
    }
}

static void complete(struct training *t, struct bsp_round *state)
{
    training_complete(t, state->round, state->evaluated, LEDGER_RUN);
    exchange_free(state->exchange);
    *state = (struct bsp_round){.round = -1};
}

/* The critical path from one exchange to the next goes through the member that came to the
 * latter last: all the others were in the former by then, and it computed in between, once.  So
 * the path is cut when the last member comes. */
void bsp_enter_round(struct worker *worker, struct bsp_round *state)
{
    struct training *t = worker->training;
    struct bsp_worker *mine = &bsp_of(t)->worker[worker->number];

    if (mine->entered >= worker->round)
        return;
    mine->entered = worker->round;
    if (++state->entered == t->members)
        run_cut(t->run, worker->entity, training_now_s(t), worker->round + 1);
}

void bsp_leave_round(struct worker *worker)
{
    struct training *t = worker->training;
    struct bsp_round *state = &bsp_of(t)->state[worker->round & 1];

    assert(state->round == worker->round);
    if (t->round == state->round)
        form(t, state);
    worker->round++;
    if (++state->left == t->members)
        complete(t, state);
}

/* -- going on without somebody -- */
/* Whoever is still inside is told, and leaves it; its memory is kept until the end. */
static void retire(struct bsp *bsp, struct bsp_round *state)
{
    if (!state->exchange)
        return;
    exchange_abandon(state->exchange);
    ROOM_FOR_ONE(bsp->retired, bsp->retired_count, bsp->retired_capacity);
    bsp->retired[bsp->retired_count++] = state->exchange;
    state->exchange = NULL;
}

/* Those who wait for the checkpoint of a leader that will not write it read the last model, as
 * they would without a checkpoint (bsp.c). */
static void give_up_checkpoint(struct training *t, const struct worker *lost)
{
    struct object *checkpoint = &bsp_of(t)->checkpoint;

    if (lost->rank == 0 && bsp_of(t)->reinvoked_round >= 0 && !object_is_visible(checkpoint))
        t->store->kind->show(t->store, checkpoint, t->facts->model_bytes);
}

void bsp_excluded(struct training *t, struct worker *lost)
{
    struct bsp *bsp = bsp_of(t);

    give_up_checkpoint(t, lost);
    for (int i = 0; i < 2; i++) {
        struct bsp_round *state = &bsp->state[i];

        if (state->round < 0)
            continue;
        if (lost->round > state->round)
            state->left--;
        if (bsp->worker[lost->number].entered >= state->round)
            state->entered--;
        retire(bsp, state);
    }
    if (!t->members)
        return;
    bsp_plan(t);
    for (int i = 0; i < 2; i++)
        if (bsp->state[i].round >= 0 && bsp->state[i].round < t->round &&
            bsp->state[i].left == t->members)
            complete(t, &bsp->state[i]);
}
