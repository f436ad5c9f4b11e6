/* SPDX-License-Identifier: MIT
 * data_parallel.c -- job kind `data_parallel`: W workers learn from a shard each and exchange.
 *
 * LambdaML, sections 2 and 3 (Jiang et al., SIGMOD 2021); the same job runs on functions and on
 * machines.  The settings and checks are here, what a worker does is in worker.c, what a round
 * yields in round.c, who waits for whom in sync/. */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/job/check_network.h"
#include "sim/job/training.h"

#define MEBIBYTE 1048576.0

const char *const data_parallel_loss_names[] = {"wait", "abort", "continue_without", NULL};
const char *const data_parallel_missing_names[] = {"wait", "crash", NULL};

static const struct field fields[] = {DATA_PARALLEL_FIELDS(struct data_parallel_conf, ),
                                      CONF_END};

static int workers_group(const struct scenario *scenario)
{
    return run_find(&scenario->groups, "workers");
}

/* -- checks -- */
static void check_stop(const struct scenario *scenario, struct diag_list *diags)
{
    const struct stop_conf *stop = &scenario->stop;

    if (!(stop->epochs > 0) && !stop->rounds && !(stop->time_s > 0) && !stop->cost_pusd)
        diag_add(
            diags, DIAG_ERROR, scenario_place(scenario, "stop"),
            "nothing bounds this run: give stop.epochs, stop.rounds, stop.time or stop.cost");
}

/* A criterion that is never met would be believed to be looked at. */
static void check_phantom(const struct scenario *scenario, struct diag_list *diags)
{
    const struct stop_conf *stop = &scenario->stop;
    const struct {
        const char *key;
        bool given;
    } criteria[] = {{"stop.train_loss", !isnan(stop->train_loss)},
                    {"stop.test_loss", !isnan(stop->test_loss)},
                    {"stop.test_accuracy", !isnan(stop->test_accuracy)}};

    for (size_t i = 0; i < sizeof criteria / sizeof *criteria; i++)
        if (criteria[i].given)
            diag_add(diags, DIAG_ERROR, scenario_place(scenario, criteria[i].key),
                     "model '%s' is a phantom, which only costs: it has no loss to stop at",
                     scenario->model.kind->name);
}

static void check_accuracy(const struct scenario *scenario, struct diag_list *diags)
{
    const struct model_kind *model = (const struct model_kind *)scenario->model.kind;

    if (model && model->unlabelled && !isnan(scenario->stop.test_accuracy))
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, "stop.test_accuracy"),
                 "model '%s' has no accuracy to stop at", model->kind.name);
}

static void check_test_set(const struct scenario *scenario, const struct learner *learner,
                           struct diag_list *diags)
{
    const struct stop_conf *stop = &scenario->stop;
    const struct {
        const char *key;
        bool given;
    } criteria[] = {{"stop.test_loss", !isnan(stop->test_loss)},
                    {"stop.test_accuracy", !isnan(stop->test_accuracy)}};

    if (!learner || learner_facts(learner)->test_rows)
        return;
    if (scenario->evaluate.charged && scenario->evaluate.charged_rows != EVALUATED_TRAINING &&
        !scenario->data.charge_as.test_rows)
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, "evaluate.charged_rows"),
                 "there are no test rows whose evaluation could be charged: give the data a "
                 "test set, or data.charge_as.test_rows");
    if (learner_facts(learner)->phantom)
        return;
    for (size_t i = 0; i < sizeof criteria / sizeof *criteria; i++)
        if (criteria[i].given)
            diag_add(diags, DIAG_ERROR, scenario_place(scenario, criteria[i].key),
                     "there are no test rows, so this is never met: give the data a test set "
                     "(data.test_rows or data.test_path)");
}

static void check_channel(const struct scenario *scenario, const struct platform_facts *node,
                          struct diag_list *diags)
{
    const struct choice *main = scenario->channels.entry;
    struct channel_facts facts = channel_kind_of(main)->facts(main->conf);

    if (facts.needs_addressable_nodes && isfinite(node->lifetime_s))
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, "channels.main"),
                 "channel '%s' needs nodes that can be reached from outside; a %s cannot",
                 main->kind->name, node->node_word);
}

void training_check_message(const struct scenario *scenario, int64_t bytes,
                            struct diag_list *diags)
{
    const struct choice *main = scenario->channels.entry;
    int64_t limit_bytes = channel_kind_of(main)->facts(main->conf).max_object_bytes;
    char size[64], limit[64];

    job_check_passage(scenario, bytes, diags);
    if (!limit_bytes || bytes <= limit_bytes)
        return;
    units_format((double)bytes, DIMENSION_BYTES, size, sizeof size);
    units_format((double)limit_bytes, DIMENSION_BYTES, limit, sizeof limit);
    diag_add(diags, DIAG_ERROR, scenario_place(scenario, "channels.main"),
             "a message of %s does not fit into channel '%s', whose limit is %s", size,
             main->kind->name, limit);
}

void training_check_capacity(const struct scenario *scenario, int64_t bytes,
                             struct diag_list *diags)
{
    const struct choice *main = scenario->channels.entry;
    int64_t capacity_bytes = channel_kind_of(main)->facts(main->conf).capacity_bytes;
    char size[64], capacity[64];

    if (!capacity_bytes || bytes <= capacity_bytes)
        return;
    units_format((double)bytes, DIMENSION_BYTES, size, sizeof size);
    units_format((double)capacity_bytes, DIMENSION_BYTES, capacity, sizeof capacity);
    diag_add(diags, DIAG_ERROR, scenario_place(scenario, "channels.main"),
             "a round's messages of %s do not fit into channel '%s', which holds %s", size,
             main->kind->name, capacity);
}

/* The data set must be there before anything has run. */
static void check_store(const struct scenario *scenario, struct diag_list *diags)
{
    const struct choice *store =
        &((const struct data_parallel_conf *)scenario->job.conf)->store;

    struct channel_facts facts = channel_kind_of(store)->facts(store->conf);

    job_check_channel(scenario, store, "job.store", diags);
    if (facts.starts || facts.has_receiver)
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, "job.store"),
                 "the data set cannot lie in '%s', which %s", store->kind->name,
                 facts.has_receiver ? "keeps nothing" : "is empty when the run begins");
}

/* What is hot must have been kept by somebody. */
static void check_location(const struct scenario *scenario, const struct platform_facts *node,
                           struct diag_list *diags)
{
    if (scenario->data.location != DATA_IN_STORE && !(node->disk_bytes_per_s > 0))
        diag_add(
            diags, DIAG_ERROR, scenario_place(scenario, "data.location"),
            "a %s keeps nothing from one job to the next: only of machines can the data be "
            "in 'memory' or on 'disk' when the run begins",
            node->node_word);
}

static void check_memory(const struct scenario *scenario, const struct learner_facts *facts,
                         const struct platform_facts *node, struct diag_list *diags)
{
    char need[64], have[64];

    for (int w = 0; w < facts->workers; w++) {
        int64_t bytes = learner_memory_bytes(facts, &scenario->evaluate, w);

        if (!node->memory_bytes || bytes <= node->memory_bytes)
            continue;
        units_format(ceil((double)bytes / MEBIBYTE) * MEBIBYTE, DIMENSION_MEMORY, need,
                     sizeof need);
        units_format((double)node->memory_bytes, DIMENSION_MEMORY, have, sizeof have);
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, "groups.workers.platform.memory"),
                 "out of memory: worker %d needs %s for its partition and the model, but a %s "
                 "has %s",
                 w, need, node->node_word, have);
        return;
    }
}

/* With a barrier, workers that the account does not admit keep all others waiting for ever. */
static void check_admission(const struct scenario *scenario, const struct group_conf *group,
                            const struct platform_facts *node, struct diag_list *diags)
{
    if (!node->nodes_most || group->count <= node->nodes_most)
        return;
    diag_add(diags, DIAG_ERROR, scenario_place(scenario, "groups.workers.count"),
             "%lld workers are more than the %lld %ss that the account runs at once",
             (long long)group->count, (long long)node->nodes_most, node->node_word);
    diag_add(diags, DIAG_NOTE, scenario_place(scenario, "groups.workers.platform.concurrency"),
             "'concurrency' of the platform is that limit");
}

static void check_latency(const struct scenario *scenario, const struct platform_facts *node,
                          struct diag_list *diags)
{
    const struct choice *main = scenario->channels.entry;
    const struct channel_kind *kind = channel_kind_of(main);

    if (kind->facts(main->conf).has_receiver && isnan(node->latency_s) &&
        isnan(kind->means(main->conf, 0).latency_s))
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, "channels.main"),
                 "nothing says how long a message takes: give channel '%s' a latency",
                 main->kind->name);
}

void training_check(const struct scenario *scenario, const struct learner *learner,
                    struct diag_list *diags)
{
    int index = workers_group(scenario);
    const struct group_conf *group = (const struct group_conf *)scenario->groups.entry + index;
    struct platform_facts node;

    if (index < 0) {
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, "groups"),
                 "job '%s' needs a group 'workers'", scenario->job.kind->name);
        return;
    }
    node = platform_kind_of(&group->platform)->facts(group->platform.conf);
    check_stop(scenario, diags);
    check_accuracy(scenario, diags);
    check_admission(scenario, group, &node, diags);
    check_channel(scenario, &node, diags);
    check_latency(scenario, &node, diags);
    check_store(scenario, diags);
    check_location(scenario, &node, diags);
    check_test_set(scenario, learner, diags);
    if (!learner)
        return;
    if (learner_facts(learner)->phantom)
        check_phantom(scenario, diags);
    check_memory(scenario, learner_facts(learner), &node, diags);
}

static void check_lifetime(const struct scenario *scenario, const struct learner *learner,
                           struct diag_list *diags)
{
    const struct group_conf *group =
        (const struct group_conf *)scenario->groups.entry + workers_group(scenario);
    struct platform_facts node =
        platform_kind_of(&group->platform)->facts(group->platform.conf);

    training_check_lifetime(scenario, group, &node, learner, diags);
}

static void check(const struct scenario *scenario, const struct learner *learner,
                  struct diag_list *diags)
{
    size_t errors = diags->errors;

    training_check(scenario, learner, diags);
    if (learner && diags->errors == errors)
        check_lifetime(scenario, learner, diags);
    if (workers_group(scenario) >= 0)
        sync_kind_of(&scenario->sync)->check(scenario, learner, diags);
}

static const char *unrepeatable(const struct scenario *scenario)
{
    const struct choice *main = scenario->channels.entry;

    if (!sync_kind_of(&scenario->sync)->lockstep)
        return "workers do not wait for each other: what they learn depends on the clock";
    if (channel_kind_of(main)->facts(main->conf).may_lose)
        return "what is learnt depends on which messages the network loses";
    return NULL;
}

/* -- the job -- */
static struct training *training_of(struct job *job)
{
    return (struct training *)job;
}

static void launch(struct training *t)
{
    struct task **task = NEW_ARRAY(struct task *, t->workers);

    for (int w = 0; w < t->workers; w++)
        task[w] = &t->worker[w].task[0];
    t->platform->kind->launch(t->platform, task, t->workers);
    free(task);
}

static void on_main_up(struct engine *engine, struct event *event)
{
    struct training *t =
        (struct training *)((char *)event - offsetof(struct training, main_up));

    (void)engine;
    launch(t);
}

/* A service that must start first is not waited for by functions that are paid for. */
static void launch_in_time(struct training *t)
{
    for (int w = 0; w < t->workers; w++)
        worker_init(t, &t->worker[w], w);
    training_count_members(t);
    t->sync->start(t);
    t->main_up.fire = on_main_up;
    if (t->main->kind->facts(t->main->conf).before_workers && !channel_is_up(t->main))
        channel_when_up(t->main, &t->main_up);
    else
        launch(t);
}

struct job *training_start(struct run *run, const struct sync_kind *sync, const void *sync_conf)
{
    struct training *t = NEW(struct training);
    int group = workers_group(run->scenario);

    t->run = run;
    t->conf = run->scenario->job.conf;
    t->compute = &run_group(run, group)->compute;
    t->facts = learner_facts(run->learner);
    t->platform = run->platform[group];
    t->lifetime_s = t->platform->kind->facts(run_group(run, group)->platform.conf).lifetime_s;
    t->main = run->channel[0];
    t->store = run_open_channel(run, "store", &t->conf->store);
    t->is_watched = t->main->kind->facts(t->main->conf).is_watched ||
                    t->store->kind->facts(t->store->conf).is_watched;
    object_init(&t->first_model, NULL);
    t->workers = t->working = t->facts->workers;
    t->worker = NEW_ARRAY(struct worker, t->workers);
    t->arrived = NEW_ARRAY(bool, t->workers);
    t->sync = sync;
    t->sync_conf = sync_conf;
    t->last_round = INT64_MAX;
    t->evaluated_round = -1;
    t->final = (struct evaluation){NAN, NAN, NAN, NAN};
    t->time_to_loss_s = NAN;
    t->cost_to_loss_pusd = -1;
    launch_in_time(t);
    t->last_entity = t->worker[0].entity;
    return (struct job *)t;
}

static struct job *start(struct run *run)
{
    const struct choice *sync = &run->scenario->sync;

    return training_start(run, sync_kind_of(sync), sync->conf);
}

void training_figures(struct job *job, struct run_end *end)
{
    struct training *t = training_of(job);

    training_flush(t);
    end->train_loss = t->final.train_loss;
    end->train_accuracy = t->final.train_accuracy;
    end->test_loss = t->final.test_loss;
    end->test_accuracy = t->final.test_accuracy;
    end->rounds = t->round;
    end->epochs = training_epoch_of(t, t->round);
    end->time_to_loss_s = t->time_to_loss_s;
    end->cost_to_loss_pusd = t->cost_to_loss_pusd;
    if (t->has_final && !t->facts->phantom && !isfinite(t->final.train_loss)) {
        end->status = RUN_DIVERGED;
        end->stop_reason = "diverged";
        end->message = "the training loss is not a finite number: try a smaller "
                       "optimizer.learning_rate, or optimizer.schedule.warm_up";
    }
    if (t->sync->figures && !t->run->trial)
        t->sync->figures(t, end->sim_time_s);
    /* From the last complete round to the end: what its last member did. */
    run_cut(t->run, t->last_entity, end->sim_time_s, t->round);
}

static void dismiss(struct job *job)
{
    training_dismiss(training_of(job));
}

struct job *training_free(struct job *job)
{
    struct training *t = training_of(job);

    t->sync->free(t);
    free(t->arrived);
    free(t->worker);
    free(t);
    return NULL;
}

/* Whether there is a pattern is for the kind of synchronisation to say. */
static const char *const needs[] = {"data",     "model", "optimizer", "channel",
                                    "pattern?", "sync",  NULL};

const struct job_kind job_data_parallel = {
    .kind =
        {
            .name = "data_parallel",
            .doc =
                "Workers learn from a shard of the data each and exchange models or gradients "
                "every round.",
            .source =
                "LambdaML: Jiang et al., Towards Demystifying Serverless Machine Learning "
                "Training, SIGMOD 2021, sections 2 and 3",
            .fields = fields,
            .conf_size = sizeof(struct data_parallel_conf),
            .needs = needs,
        },
    .trains = true,
    .check = check,
    .unrepeatable = unrepeatable,
    .start = start,
    .figures = training_figures,
    .dismiss = dismiss,
    .free = training_free,
};
