/* SPDX-License-Identifier: MIT
 * ssp.c -- stale synchronous parallel: the fastest is at most `bound` clocks ahead of the
 * slowest.
 *
 * At every clock (round) a worker writes one vector into channel main: its model (ma_sgd) or
 * the sum of its updates so far (ga_sgd), so that the newest says everything.  Clock c of a
 * worker, counted from 0:
 *
 *   read      from clock 1 on, of all others, one after another, the newest of the clocks
 *             c - 1 - bound to c - 1 + bound; where there is none yet it waits for the first
 *   learn     from the view formed of what it has seen, its own included (learner/stale.h)
 *   publish   PUT its own
 *
 * So it works on clock c only when the slowest has finished clock c - 1 - bound.  With bound 0
 * that is BSP: the same weights, bit for bit, as by any pattern.  (Ho et al., More Effective
 * Distributed ML via a Stale Synchronous Parallel Parameter Server, NIPS 2013, where what is
 * written are rows of a server's table.)
 *
 * The *gap* is the clock that a worker begins less the fewest clocks that a member has
 * finished; the largest is the series `ssp_gap`.  A round of the run is a clock that all
 * members have finished: its result, which nobody needs to have seen, is what is evaluated; the
 * critical path goes through the last to publish it.  A criterion on epochs or rounds lets each
 * worker leave after its last clock; any other ends the run there and then.
 *
 * A worker whose memory was lost reads its own object again.  One that is left behind holds
 * nobody back: what it has published counts, in the clocks it published it for.
 *
 * SIMPLIFIED: gradients are formed into a view clock by clock in the order of workers, whoever
 * had read them when; a real worker adds what it reads to what it has, and rounds otherwise. */
#include "sim/job/sync/ssp.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"

static const struct field fields[] = {
    CONF(struct ssp_conf, bound, .max = 1000000000,
         .doc = "Clocks (rounds) by which the fastest worker may be ahead of the slowest; 0: "
                "as with bsp.",
         .source = "Ho et al., NIPS 2013, call it the staleness threshold"),
    CONF_END,
};

static struct ssp_worker *state_of(const struct worker *worker)
{
    return &ssp_of(worker)->worker[worker->number];
}

/* -- clocks of all -- */
/* Forms what all members have finished by now. */
static void go_on_to_slowest(struct training *t, int entity)
{
    struct ssp *ssp = t->state;
    int64_t slowest = INT64_MAX;

    for (int w = 0; w < t->workers; w++)
        if (t->worker[w].member && ssp->worker[w].finished < slowest)
            slowest = ssp->worker[w].finished;
    ssp->slowest = slowest;
    while (t->round < slowest && t->last_round == INT64_MAX) {
        learner_reduce_published(t->run->learner, t->round);
        own_pace_form(t, entity);
    }
}

/* The others can read it from now on, although its writer may have to write it again because it
 * does not know. */
static void published(struct call *call)
{
    struct worker *worker = call->worker;
    struct training *t = worker->training;
    struct ssp *ssp = t->state;
    struct ssp_worker *mine = state_of(worker);

    if (mine->finished > worker->round)
        return;
    learner_publish(t->run->learner, worker->number, worker->round);
    ssp_copy_written(worker, worker->round);
    mine->seen[worker->number] = worker->round;
    mine->finished = worker->round + 1;
    ssp->last_entity = worker->entity;
    if (worker->round == ssp->slowest)
        go_on_to_slowest(t, worker->entity);
}

static void publishing_ended(struct call *call)
{
    call->worker->round++;
}

/* -- a worker's clock -- */
static void note_gap(const struct worker *worker)
{
    struct ssp *ssp = ssp_of(worker);
    int64_t gap = worker->round - ssp->slowest;

    assert(gap <= ssp->conf->bound);
    if (gap > ssp->largest_gap)
        ssp->largest_gap = gap;
}

/* Blocks. */
static enum outcome learn(struct actor *self, struct worker *worker, struct node *node)
{
    struct training *t = worker->training;
    struct learner *learner = t->run->learner;
    struct work work = learner_begin_seen(learner, worker->number, worker->round,
                                          state_of(worker)->seen, t->arrived);
    enum outcome outcome;

    note_gap(worker);
    outcome = worker_compute(self, worker, node, ACTIVITY_COMPUTE, &work, 1);
    if (outcome == OUTCOME_OK)
        learner_finish_seen(learner, worker->number, worker->round);
    return outcome;
}

/* Blocks. */
static enum outcome publish(struct actor *self, struct worker *worker, struct node *node)
{
    struct ssp_worker *mine = state_of(worker);

    mine->call.wrote = published;
    mine->call.landed = publishing_ended;
    return call_do(
        self, &mine->call, worker, node, VERB_PUT, ssp_copy_to_write(worker, worker->round),
        learner_message_bytes(worker->training->facts), "its contribution to be written");
}

static enum outcome do_round(struct actor *self, struct worker *worker, struct node *node)
{
    struct ssp_worker *mine = state_of(worker);
    enum outcome outcome = OUTCOME_OK;

    if (mine->finished > worker->round) { /* its predecessor never heard that it had written */
        worker->round = mine->finished;
        return OUTCOME_OK;
    }
    pace_begin(&mine->pace, worker);
    if (worker->round > 0)
        outcome = ssp_read_others(self, worker, node);
    if (outcome == OUTCOME_OK)
        outcome = learn(self, worker, node);
    if (outcome == OUTCOME_OK)
        outcome = publish(self, worker, node);
    if (outcome == OUTCOME_OK)
        outcome = pace_end(self, &mine->pace, worker, node);
    return outcome;
}

static bool goes_on(const struct worker *worker)
{
    const struct training *t = worker->training;

    return t->last_round == INT64_MAX && !training_ends_after(t, worker->round);
}

/* -- new functions, lost memory, lost workers -- */
static bool hands_over(const struct worker *worker, int64_t begun_with)
{
    return pace_hands_over(&state_of(worker)->pace, worker, begun_with);
}

static enum outcome recover(struct actor *self, struct worker *worker, struct node *node)
{
    return ssp_read_own(self, worker, node);
}

static void excluded(struct training *t, struct worker *lost)
{
    struct ssp *ssp = t->state;

    if (!t->members)
        return;
    ssp_copy_abandon(t, lost);
    go_on_to_slowest(t, ssp->last_entity);
}

/* -- the kind -- */
static int64_t staleness(const void *conf)
{
    return ((const struct ssp_conf *)conf)->bound;
}

static void check(const struct scenario *scenario, const struct learner *learner,
                  struct diag_list *diags)
{
    const struct learner_facts *facts = learner ? learner_facts(learner) : NULL;

    own_pace_check(scenario, learner, diags);
    if (facts)
        own_pace_check_room(scenario, learner_message_bytes(facts),
                            2 * facts->workers * learner_message_bytes(facts), diags);
}

static void start(struct training *t)
{
    struct ssp *ssp = NEW(struct ssp);

    t->state = ssp;
    ssp->conf = t->sync_conf;
    ssp->worker = NEW_ARRAY(struct ssp_worker, t->workers);
    ssp->last_entity = t->worker[0].entity;
    for (int w = 0; w < t->workers; w++) {
        ssp->worker[w].seen = NEW_ARRAY(int64_t, t->workers);
        for (int v = 0; v < t->workers; v++)
            ssp->worker[w].seen[v] = -1;
    }
}

static void figures(struct training *t, double sim_time_s)
{
    const struct ssp *ssp = t->state;

    ledger_series(t->run->world.ledger, LEDGER_RUN, t->round, sim_time_s, "ssp_gap",
                  (double)ssp->largest_gap);
}

static void ssp_free(struct training *t)
{
    struct ssp *ssp = t->state;

    for (int w = 0; w < t->workers; w++) {
        ssp_copies_free(&ssp->worker[w]);
        free(ssp->worker[w].seen);
    }
    free(ssp->worker);
    free(ssp);
}

const struct sync_kind sync_ssp = {
    .kind =
        {
            .name = "ssp",
            .doc =
                "Stale synchronous parallel: each worker publishes its contribution of every "
                "clock in the channel and reads those of all others; it waits for none that "
                "is at most `bound` clocks behind. What is learnt depends on the clock "
                "unless bound is 0; the series ssp_gap says how far the fastest was ahead.",
            .source =
                "Ho et al., More Effective Distributed ML via a Stale Synchronous Parallel "
                "Parameter Server, NIPS 2013",
            .fields = fields,
            .conf_size = sizeof(struct ssp_conf),
        },
    .staleness = staleness,
    .check = check,
    .start = start,
    .free = ssp_free,
    .figures = figures,
    .goes_on = goes_on,
    .round = do_round,
    .hands_over = hands_over,
    .recover = recover,
    .excluded = excluded,
};
