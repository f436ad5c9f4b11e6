/* SPDX-License-Identifier: MIT
 * decentralised.c -- job kind `decentralised`: workers with a replica of the model each, which
 * they bring together by messages straight to each other, some of which may be lost.
 *
 * A round: `local_steps` steps of the optimizer from the own replica, then an exchange by the
 * kind of averaging (algorithms/averaging): what moves over channel main, and what each makes
 * of what arrived.  There is no server and no common model: a run's losses are the mean over
 * the replicas'; best, worst, each and the averaged model's are in view series.
 * The settings and checks are here; peers.h says where the rest is. */
#include <math.h>

#include "sim/job/check_network.h"
#include "sim/job/learner/replicas.h"
#include "sim/job/peers.h"

static const struct field fields[] = {
    CONF(struct decentralised_conf, averaging, .family = "averaging",
         .doc = "How the replicas are brought together."),
    CONF(struct decentralised_conf, local_steps, .min = 1, .max = 1e9, .preset = "1",
         .doc = "Rounds of the optimizer that a worker does by itself between two exchanges."),
    CONF(struct decentralised_conf, deadline_s, .above_min = true, .optional = true,
         .absent_is = ABSENT_INFINITY, .absent = "waits until it is known",
         .doc = "How long after entering a phase of the exchange a worker waits for messages "
                "at most; what comes later is as good as lost."),
    CONF(struct decentralised_conf, evaluate_replicas, .preset = "yes",
         .doc = "Evaluate each replica: the run's losses are their mean. no: only the averaged "
                "model, which takes less real time, and flatters replicas that differ."),
    CONF(struct decentralised_conf, training.store, .key = "store", .family = "channel",
         .preset = "s3", .doc = "Where the data set lies."),
    CONF_END,
};

static void check_channel(const struct scenario *scenario, struct diag_list *diags)
{
    const struct choice *main = scenario->channels.entry;

    if (!channel_kind_of(main)->send)
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, "channels.main"),
                 "peers send messages straight to each other, which channel '%s' cannot: give "
                 "'channel: {kind: direct}'",
                 main->kind->name);
}

static void check_steps(const struct scenario *scenario, struct diag_list *diags)
{
    const struct decentralised_conf *conf = scenario->job.conf;

    if (averaging_kind_of(&conf->averaging)->of_gradients && conf->local_steps > 1)
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, "job.local_steps"),
                 "averaging '%s' exchanges the gradient of every step: 'local_steps' must be 1",
                 conf->averaging.kind->name);
}

static void check_evaluation(const struct scenario *scenario, struct diag_list *diags)
{
    const struct evaluate_conf *evaluate = &scenario->evaluate;

    if (evaluate->charged && evaluate->every.unit == EVERY_SECOND)
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, "evaluate.every"),
                 "workers that wait for nobody cannot tell after which round this is due: "
                 "charged evaluation needs 'every: N rounds' or 'N epochs'");
}

struct peer_messages {
    struct job_messages messages; /* first */
    const struct averaging *averaging;
};

static int64_t count_messages(const struct job_messages *messages, int64_t round, int from,
                              int to)
{
    const struct averaging *averaging = ((const struct peer_messages *)messages)->averaging;
    struct parcels parcels = {0};
    int64_t count = 0;

    for (int p = 0; p < averaging->kind->phases; p++)
        averaging->kind->parcels(averaging, round - 1, p, from, &parcels);
    for (size_t i = 0; i < parcels.count; i++)
        count += parcels.parcel[i].to == to;
    parcels_done(&parcels);
    return count;
}

/* Every round's parcels are as large as those of the first; the last phase's are the largest.
 */
static int64_t largest_bytes(const struct averaging *averaging,
                             const struct learner_facts *facts)
{
    int64_t largest = 0;
    int p = averaging->kind->phases - 1;

    for (int from = 0; from < averaging->workers; from++) {
        struct parcels parcels = {0};

        averaging->kind->parcels(averaging, 0, p, from, &parcels);
        for (size_t i = 0; i < parcels.count; i++) {
            int64_t bytes = peers_bytes(averaging, facts, p, &parcels.parcel[i]);

            largest = bytes > largest ? bytes : largest;
        }
        parcels_done(&parcels);
    }
    return largest;
}

static void check_messages(const struct scenario *scenario, const struct peers *peers,
                           const struct learner_facts *facts, struct diag_list *diags)
{
    const struct decentralised_conf *conf = scenario->job.conf;
    double epochs = facts->epochs_per_round * (double)conf->local_steps;
    struct peer_messages of = {
        .messages = {.count = count_messages,
                     .rounds = training_rounds_most(&scenario->stop, epochs)},
        .averaging = &peers->averaging};

    training_check_message(scenario, largest_bytes(&peers->averaging, facts), diags);
    job_check_messages(scenario, &of.messages, diags);
}

static void check_learning(const struct scenario *scenario, const struct learner *learner,
                           struct diag_list *diags)
{
    const struct decentralised_conf *conf = scenario->job.conf;
    const struct learner_facts *facts = learner_facts(learner);
    const char *objection =
        learner_replicas_objection(learner, averaging_kind_of(&conf->averaging));
    struct peers peers = {0};

    if (objection)
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, "optimizer"),
                 "optimizer '%s' cannot learn in replicas: %s", scenario->optimizer.kind->name,
                 objection);
    if (peers_bind(&peers, scenario, facts->workers, facts->parameters, diags))
        check_messages(scenario, &peers, facts, diags);
    averaging_done(&peers.averaging);
    graph_done(&peers.graph);
}

static void check(const struct scenario *scenario, const struct learner *learner,
                  struct diag_list *diags)
{
    training_check(scenario, learner, diags);
    check_channel(scenario, diags);
    check_steps(scenario, diags);
    check_evaluation(scenario, diags);
    if (learner)
        check_learning(scenario, learner, diags);
}

static bool may_lose(const struct scenario *scenario)
{
    const struct decentralised_conf *conf = scenario->job.conf;

    return !averaging_kind_of(&conf->averaging)->needs_all;
}

static struct job *start(struct run *run)
{
    return training_start(run, &peers_sync, run->scenario->job.conf);
}

static const char *const needs[] = {"data", "model", "optimizer", "channel", NULL};

const struct job_kind job_decentralised = {
    .kind =
        {
            .name = "decentralised",
            .doc = "Workers with a replica of the model each, which they bring together by "
                   "messages straight to each other, in rounds and without a server; messages "
                   "may be lost.",
            .fields = fields,
            .conf_size = sizeof(struct decentralised_conf),
            .needs = needs,
        },
    .trains = true,
    .check = check,
    .may_lose = may_lose,
    .start = start,
    .figures = training_figures,
    .free = training_free,
};
