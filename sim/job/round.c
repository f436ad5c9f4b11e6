/* SPDX-License-Identifier: MIT
 * round.c -- what happens once per round of a training job: reduce, evaluate, decide, book.
 *
 * The first member through a round's exchange forms it: values are reduced, and whether there
 * is another round, and whether everybody starts a new function first, is decided there and
 * then, so that all members see the same decision at whatever time they arrive. */
#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/memory.h"
#include "sim/job/training.h"

static double now_s(const struct training *t)
{
    return engine_now_s(t->run->world.engine);
}

double training_epoch_of(const struct training *t, int64_t rounds)
{
    return (double)rounds * t->facts->epochs_per_round;
}

/* -- who takes part -- */
void training_set_members(struct training *t)
{
    t->members = 0;
    for (int w = 0; w < t->workers; w++) {
        t->arrived[w] = t->worker[w].member;
        if (t->worker[w].member)
            t->worker[w].rank = t->members++;
    }
    if (!t->members)
        return;
    t->plan =
        exchange_plan_new(&t->run->scenario->pattern, t->members, t->facts->message_bytes);
    ROOM_FOR_ONE(t->plans, t->plan_count, t->plan_capacity);
    t->plans[t->plan_count++] = t->plan;
}

struct round_state *training_round(struct training *t, int64_t round)
{
    struct round_state *state = &t->state[round & 1];

    if (state->round != round) {
        assert(state->round < 0);
        *state = (struct round_state){.round = round, .begin_s = now_s(t), .last_entity = -1};
    }
    if (!state->exchange)
        state->exchange = exchange_new(t->plan, t->main);
    return state;
}

void training_abort(struct training *t, enum run_status status, const char *reason,
                    const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    run_stop(t->run, status, reason, "%s", text);
    for (int w = 0; w < t->workers; w++)
        engine_cancel(t->run->world.engine, &t->worker[w].loss);
    run_release(t->run);
}

/* -- what the rounds yield -- */
static void note_loss_reached(struct training *t, const struct round_row *row)
{
    double wanted = t->run->scenario->stop.train_loss;

    if (!isnan(t->time_to_loss_s) || isnan(wanted) || !(row->train_loss <= wanted))
        return;
    t->time_to_loss_s = row->sim_time_s;
    t->cost_to_loss_pusd = row->cost_pusd;
}

void training_flush(struct training *t)
{
    struct round_row *row = &t->pending;

    if (!t->has_pending)
        return;
    t->has_pending = false;
    t->has_final = true;
    t->final = learner_evaluation(t->run->learner, row->round - 1);
    row->train_loss = t->final.train_loss;
    row->train_accuracy = t->final.train_accuracy;
    row->test_loss = t->final.test_loss;
    row->test_accuracy = t->final.test_accuracy;
    note_loss_reached(t, row);
    ledger_round(t->run->world.ledger, row);
    run_report(t->run, row->round, row->epoch, t->run->scenario->stop.epochs, row->train_loss);
}

static bool evaluation_is_due(const struct training *t, int64_t round)
{
    const struct every *every = &t->run->scenario->evaluate.every;
    double before, after;

    switch (every->unit) {
    case EVERY_NEVER:
        return false;
    case EVERY_ROUND:
        before = (double)round / every->count;
        after = (double)(round + 1) / every->count;
        return floor(after + 1e-9) > floor(before + 1e-9);
    case EVERY_EPOCH:
        before = training_epoch_of(t, round) / every->count;
        after = training_epoch_of(t, round + 1) / every->count;
        return floor(after + 1e-9) > floor(before + 1e-9);
    case EVERY_SECOND:
        return now_s(t) - t->last_evaluated_s >= every->count;
    }
    return false;
}

/* The criteria that need no losses. */
static const char *stop_by_progress(const struct training *t, int64_t round)
{
    const struct stop_conf *stop = &t->run->scenario->stop;

    if (stop->epochs > 0 && training_epoch_of(t, round + 1) >= stop->epochs - 1e-9)
        return "epochs";
    if (stop->rounds && round + 1 >= stop->rounds)
        return "rounds";
    if (stop->time_s > 0 && now_s(t) >= stop->time_s)
        return "time";
    if (stop->cost_pusd && run_cost_pusd(t->run) >= stop->cost_pusd)
        return "cost";
    return NULL;
}

static bool stops_by_learning(const struct stop_conf *stop)
{
    return !isnan(stop->train_loss) || !isnan(stop->test_loss) || !isnan(stop->test_accuracy);
}

/* Waits in real time for the round's losses.  No criterion on them: divergence is then seen
 * when they are next collected. */
static const char *stop_by_learning(const struct training *t, int64_t round)
{
    const struct stop_conf *stop = &t->run->scenario->stop;
    struct evaluation now = learner_evaluation(t->run->learner, round);

    if (now.train_loss <= stop->train_loss)
        return "train_loss";
    if (now.test_loss <= stop->test_loss)
        return "test_loss";
    if (now.test_accuracy >= stop->test_accuracy)
        return "test_accuracy";
    return NULL;
}

/* Does anybody's function end before another round and the margin are over? */
static bool lifetimes_end(const struct training *t)
{
    for (int w = 0; w < t->workers; w++)
        if (t->worker[w].member && t->worker[w].actor &&
            now_s(t) + t->longest_round_s + t->conf->lifetime_margin_s > t->worker[w].expires_s)
            return true;
    return false;
}

static void decide(struct training *t, struct round_state *state)
{
    const char *reason = stop_by_progress(t, state->round);

    if (t->has_final && !isfinite(t->final.train_loss)) {
        t->last_round = state->round;
        run_stop(t->run, RUN_DIVERGED, "diverged", "the training loss became %g",
                 t->final.train_loss);
        return;
    }
    if (state->evaluated && stops_by_learning(&t->run->scenario->stop)) {
        const char *learnt = stop_by_learning(t, state->round);

        reason = learnt ? learnt : reason;
    }
    if (reason) {
        t->last_round = state->round;
        run_stop(t->run, RUN_DONE, reason, "%s", "");
    } else if (isfinite(t->lifetime_s) && lifetimes_end(t)) {
        t->reinvoked_round = state->round + 1;
        object_init(&t->checkpoint, NULL);
    }
}

/* The round's values, and what follows from them.  Once per round, by its first member through.
 */
static void form(struct training *t, struct round_state *state)
{
    double since_s = t->round == 0 ? state->begin_s : t->formed_s;
    bool last = stop_by_progress(t, state->round) != NULL;

    if (now_s(t) - since_s > t->longest_round_s)
        t->longest_round_s = now_s(t) - since_s;
    t->formed_s = now_s(t);
    learner_reduce(t->run->learner, state->round, t->arrived);
    t->round = state->round + 1;
    if (evaluation_is_due(t, state->round) ||
        (last && t->run->scenario->evaluate.every.unit != EVERY_NEVER)) {
        training_flush(t);
        learner_evaluate(t->run->learner, state->round);
        state->evaluated = true;
        t->evaluated_round = state->round;
    }
    decide(t, state);
}

static void complete(struct training *t, struct round_state *state)
{
    ledger_cut(t->run->world.ledger, state->last_entity, now_s(t), state->round + 1);
    if (state->evaluated) {
        t->last_evaluated_s = now_s(t);
        t->pending = (struct round_row){
            .round = state->round + 1,
            .epoch = training_epoch_of(t, state->round + 1),
            .sim_time_s = now_s(t),
            .cost_pusd = run_cost_pusd(t->run),
            .messages_lost = ledger_messages(t->run->world.ledger)->lost,
        };
        t->has_pending = true;
    }
    exchange_free(state->exchange);
    *state = (struct round_state){.round = -1};
}

void training_leave_round(struct training *t, struct worker *worker)
{
    struct round_state *state = &t->state[worker->round & 1];

    assert(state->round == worker->round);
    if (t->round == state->round)
        form(t, state);
    worker->round++;
    if (++state->left == t->members)
        complete(t, state);
}

/* -- going on without somebody -- */
/* Whoever is still inside is told, and leaves it; its memory is kept until the end. */
static void retire(struct training *t, struct round_state *state)
{
    if (!state->exchange)
        return;
    exchange_abandon(state->exchange);
    ROOM_FOR_ONE(t->retired, t->retired_count, t->retired_capacity);
    t->retired[t->retired_count++] = state->exchange;
    state->exchange = NULL;
}

void training_exclude(struct training *t, struct worker *lost)
{
    int64_t oldest = t->round;

    lost->member = false;
    lost->gone = true;
    t->working--;
    for (int i = 0; i < 2; i++) {
        struct round_state *state = &t->state[i];

        if (state->round < 0)
            continue;
        if (lost->round > state->round)
            state->left--;
        retire(t, state);
    }
    training_set_members(t);
    if (!t->members) {
        training_abort(t, RUN_FAILED, "no_workers", "no worker is left");
        return;
    }
    for (int i = 0; i < 2; i++)
        if (t->state[i].round >= 0 && t->state[i].round < oldest &&
            t->state[i].left == t->members)
            complete(t, &t->state[i]);
}
