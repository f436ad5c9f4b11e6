/* SPDX-License-Identifier: MIT
 * peers.c -- a worker's round among its peers: steps of its own, then phase by phase it sends
 * its parcels and waits until it is known what becomes of those to it.
 *
 * SIMPLIFIED: the first round begins when all workers have loaded their data; how they find
 * each other takes no time. SIMPLIFIED: that nothing more will come of a phase is known to its
 * receivers when it is so: in reality a mark behind the last message says it, or a timer
 * (`deadline`). */
#include "sim/job/peers.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/job/learner/replicas.h"

/* Blocks.  Until everybody has loaded its data. */
static enum outcome meet(struct actor *self, struct worker *worker, struct node *node)
{
    struct peers *peers = peers_of(worker->training);
    struct peer *mine = &peers->peer[worker->number];
    enum outcome outcome = OUTCOME_OK;

    if (mine->node)
        return OUTCOME_OK;
    mine->node = node;
    mine->waiting = self;
    if (++peers->ready == worker->training->workers)
        for (int w = 0; w < worker->training->workers; w++)
            if (w != worker->number)
                actor_wake(peers->peer[w].waiting);
    worker_book(worker, ACTIVITY_WAIT);
    while (outcome == OUTCOME_OK && peers->ready < worker->training->workers)
        outcome = engine_wait(self, INFINITY, "the others to be ready");
    mine->waiting = NULL;
    return outcome;
}

/* Blocks.  Until nothing more comes, or the deadline. */
static enum outcome await_phase(struct actor *self, struct peers_round *round, int p,
                                struct worker *worker)
{
    struct peers *peers = round->peers;
    struct peer *mine = &peers->peer[worker->number];
    struct peer_phase *phase = &round->phase[p].peer[worker->number];
    double until_s = training_now_s(worker->training) + peers->conf->deadline_s;
    enum outcome outcome = OUTCOME_OK;

    peers_book(round, worker->number);
    mine->waiting = self;
    while (outcome == OUTCOME_OK && phase->awaited > 0)
        outcome = engine_wait(self, until_s, "messages of its peers");
    mine->waiting = NULL;
    peers_close(round, p, worker->number);
    return outcome == OUTCOME_TIMEOUT ? OUTCOME_OK : outcome;
}

/* The critical path goes through the last to come, as in BSP (bsp_round.c). */
static void enter(struct peers_round *round, struct worker *worker)
{
    struct training *t = worker->training;
    struct peer *mine = &round->peers->peer[worker->number];

    mine->in = round;
    if (++round->entered == t->workers)
        run_cut(t->run, worker->entity, training_now_s(t), round->round + 1);
}

/* Blocks. */
static enum outcome exchange(struct actor *self, struct worker *worker)
{
    struct peers *peers = peers_of(worker->training);
    struct peers_round *round = peers_round(peers, worker->round);
    enum outcome outcome = OUTCOME_OK;

    enter(round, worker);
    for (int p = 0; outcome == OUTCOME_OK && p < peers->averaging.kind->phases; p++) {
        peers->peer[worker->number].phase = p;
        peers_send(round, p, worker->number);
        outcome = await_phase(self, round, p, worker);
    }
    if (outcome != OUTCOME_OK)
        return outcome;
    worker->round++;
    if (++round->through == worker->training->workers)
        peers_form(round);
    return OUTCOME_OK;
}

static bool is_evaluated_after(const struct training *t, int64_t round)
{
    return training_is_every(&t->run->scenario->evaluate.every, t->facts->epochs_per_round,
                             round) ||
           training_ends_after(t, round + 1);
}

/* Blocks. */
static enum outcome do_round(struct actor *self, struct worker *worker, struct node *node)
{
    struct training *t = worker->training;
    int64_t round = worker->round;
    struct work work;
    enum outcome outcome = meet(self, worker, node);

    if (outcome != OUTCOME_OK)
        return outcome;
    work = learner_work(t->run->learner, worker->number, round);
    outcome = worker_compute(self, worker, node, ACTIVITY_COMPUTE, &work, 1);
    if (outcome == OUTCOME_OK)
        outcome = exchange(self, worker);
    if (outcome == OUTCOME_OK && t->run->scenario->evaluate.charged &&
        is_evaluated_after(t, round))
        outcome = worker_evaluate(self, worker, node);
    return outcome;
}

/* -- the kind -- */
static bool goes_on(const struct worker *worker)
{
    const struct training *t = worker->training;

    return worker->round <= t->last_round && !training_ends_after(t, worker->round);
}

static bool hands_over(const struct worker *worker, int64_t begun_with)
{
    (void)worker;
    (void)begun_with;
    return false;
}

static char *data_path(void *arg, const char *path)
{
    return scenario_data_path(arg, path);
}

static bool build_graph(struct peers *peers, const struct scenario *scenario,
                        const struct choice *graph, int workers, struct diag_list *diags)
{
    struct graph_request request = {
        .conf = graph->conf,
        .nodes = workers,
        .place = scenario_place(scenario, "job.averaging.graph"),
        .path = data_path,
        .path_arg = (void *)scenario,
    };

    return graph_build(&peers->graph, graph->kind, &request, diags);
}

bool peers_bind(struct peers *peers, const struct scenario *scenario, int workers,
                int64_t parameters, struct diag_list *diags)
{
    const struct decentralised_conf *conf = scenario->job.conf;
    const struct averaging_kind *kind = averaging_kind_of(&conf->averaging);
    struct err err = {0};

    if (kind->graph &&
        !build_graph(peers, scenario, kind->graph(conf->averaging.conf), workers, diags))
        return false;
    if (averaging_init(&peers->averaging, &conf->averaging, workers, parameters,
                       (uint64_t)scenario->seed, (const int32_t(*)[2])peers->graph.edge,
                       peers->graph.edges, &err))
        return true;
    diag_add(diags, DIAG_ERROR, scenario_place(scenario, "job.averaging"), "%s", err.text);
    graph_done(&peers->graph);
    return false;
}

/* The most parcels of a phase between the same two workers. */
static uint32_t count_on_link(const struct peers *peers)
{
    const struct averaging *averaging = &peers->averaging;
    int32_t *count = NEW_ARRAY(int32_t, averaging->workers);
    int32_t most = 1;

    for (int p = 0; p < averaging->kind->phases; p++)
        for (int from = 0; from < averaging->workers; from++) {
            struct parcels parcels = {0};

            averaging->kind->parcels(averaging, 0, p, from, &parcels);
            for (size_t i = 0; i < parcels.count; i++)
                if (++count[parcels.parcel[i].to] > most)
                    most = count[parcels.parcel[i].to];
            for (size_t i = 0; i < parcels.count; i++)
                count[parcels.parcel[i].to] = 0;
            parcels_done(&parcels);
        }
    free(count);
    return (uint32_t)most;
}

static void start(struct training *t)
{
    struct peers *peers = NEW(struct peers);
    struct diag_list none;

    t->state = peers;
    peers->t = t;
    peers->conf = t->sync_conf;
    peers->peer = NEW_ARRAY(struct peer, t->workers);
    for (int w = 0; w < t->workers; w++)
        peers->peer[w].worker = &t->worker[w];
    diag_init(&none);
    if (!peers_bind(peers, t->run->scenario, t->workers, t->facts->parameters, &none))
        abort(); /* it was checked */
    diag_done(&none);
    peers->link_most = count_on_link(peers);
    learner_replicas_init(t->run->learner, &peers->averaging, peers->conf->local_steps,
                          peers->conf->evaluate_replicas);
    learner_replicas_step(t->run->learner, 0);
}

static void peers_free(struct training *t)
{
    struct peers *peers = peers_of(t);

    peers_free_rounds(peers);
    averaging_done(&peers->averaging);
    graph_done(&peers->graph);
    free(peers->peer);
    free(peers);
}

static void figures(struct training *t, double sim_time_s)
{
    struct peers *peers = peers_of(t);

    peers_flush(peers);
    if (isfinite(peers->conf->deadline_s))
        ledger_series(t->run->world.ledger, LEDGER_RUN, t->round, sim_time_s, "messages_late",
                      (double)peers->late);
}

const struct sync_kind peers_sync = {
    .kind = {.name = "peers"},
    .start = start,
    .free = peers_free,
    .figures = figures,
    .goes_on = goes_on,
    .round = do_round,
    .hands_over = hands_over,
};
