/* SPDX-License-Identifier: MIT
 * form.c -- see form.h. */
#include "sim/estimate/form.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/estimate/server.h"
#include "sim/job/training.h"
#include "sim/ledger/money.h"

const char *const term_names[TERM_COUNT] = {
#define X(upper_, lower_) #lower_,
    TERM_LIST(X)
#undef X
};

/* More rounds than any run has: to stop doubling at. */
static const int64_t rounds_most = (int64_t)1 << 50;

/* -- what there is --------------------------------------------------------------------------
 */

static struct channel_means means_of(const struct choice *channel, int64_t bytes)
{
    return channel_kind_of(channel)->means(channel->conf, bytes);
}

static bool has_form(const struct choice *channel, struct place place, struct diag_list *diags)
{
    if (channel_kind_of(channel)->means)
        return true;
    diag_add(diags, DIAG_ERROR, place, "no closed form describes channel '%s': simulate it",
             channel->kind->name);
    return false;
}

static const struct choice *store_of(const struct scenario *scenario)
{
    const struct field *field = field_find(scenario->job.kind->fields, "store");

    return field && field->type == FIELD_CHOICE
               ? (const struct choice *)((const char *)scenario->job.conf + field->offset)
               : NULL;
}

static bool is_lossy(const struct scenario *scenario)
{
    const struct choice *main = scenario->channels.entry;

    return channel_kind_of(main)->facts(main->conf).is_watched;
}

static const struct group_conf *group_named(const struct scenario *scenario, const char *name)
{
    return (const struct group_conf *)scenario->groups.entry +
           run_find(&scenario->groups, name);
}

/* The group on whose machine channel main runs; NULL: it runs on none. */
static const struct group_conf *server_of(const struct scenario *scenario)
{
    const struct choice *main = scenario->channels.entry;
    const char *on = channel_kind_of(main)->facts(main->conf).on;

    return on ? group_named(scenario, on) : NULL;
}

static bool check(const struct scenario *scenario, struct diag_list *diags)
{
    const struct sync_kind *sync = sync_kind_of(&scenario->sync);
    size_t errors = diags->errors;

    if (!job_kind_of(&scenario->job)->trains || job_kind_of(&scenario->job)->trains_several ||
        !scenario->sync.kind || !store_of(scenario) ||
        run_find(&scenario->groups, "workers") < 0 || !scenario->channels.count) {
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, "job"),
                 "no closed form describes a job of kind '%s': simulate it",
                 scenario->job.kind->name);
        return false;
    }
    if (!scenario->pattern.kind || sync->staleness(scenario->sync.conf) != 0)
        diag_add(
            diags, DIAG_ERROR, scenario_place(scenario, "sync"),
            "the closed form is one of rounds that end for all; with sync '%s' they do not: "
            "simulate it",
            scenario->sync.kind->name);
    if (scenario->links.count || is_lossy(scenario))
        diag_add(
            diags, DIAG_ERROR, scenario_place(scenario, "channels.main"),
            "the closed form is one of a network that loses nothing and is the same between "
            "all: simulate it");
    if (server_of(scenario) == group_named(scenario, "workers"))
        diag_add(
            diags, DIAG_ERROR, scenario_place(scenario, "channels.main"),
            "the closed form is one of a server that has its machine to itself: simulate it");
    has_form(scenario->channels.entry, scenario_place(scenario, "channels.main"), diags);
    has_form(store_of(scenario), scenario_place(scenario, "job.store"), diags);
    return diags->errors == errors;
}

/* -- seconds --------------------------------------------------------------------------------
 */

static struct platform_facts node_of(const struct form *form)
{
    return platform_kind_of(&form->group->platform)->facts(form->group->platform.conf);
}

/* One like the workers', to ask how long something takes on it. */
static struct node idle_node(const struct form *form)
{
    return (struct node){.vcpus = node_of(form).vcpus,
                         .speed_ratio = node_of(form).speed_ratio *
                                        value_mean(&form->group->pace.speed_ratio)};
}

/* So many bytes from where the data lie, as they come in. */
static double moving_s(const struct form *form, double bytes)
{
    struct platform_facts node = node_of(form);
    struct channel_means store;

    if (form->scenario->data.location == DATA_ON_DISK)
        return node.disk_latency_s + bytes / node.disk_bytes_per_s;
    store = means_of(store_of(form->scenario), (int64_t)bytes);
    return store.latency_s +
           bytes / fmin(store.connection_bytes_per_s * (double)store.bulk_connections,
                        node.down_bytes_per_s);
}

/* By one request over several connections, parsed as it comes in: until the last worker has its
 * own. */
static double load_s(const struct form *form, const struct learner_facts *facts)
{
    struct node node = idle_node(form);
    double longest_s = 0;

    if (form->scenario->data.location == DATA_IN_MEMORY)
        return 0;
    for (int w = 0; w < facts->workers; w++) {
        double bytes = (double)learner_load_bytes(facts, &form->scenario->evaluate, w);
        double core_s = bytes / form->group->compute.parse_bytes_per_s /
                        pace_of_member(&form->group->pace, w);

        longest_s = fmax(longest_s,
                         fmax(moving_s(form, bytes), node_compute_alone_s(&node, core_s, 0)));
    }
    return longest_s;
}

static double group_start_s(const struct group_conf *group, int64_t count)
{
    return platform_kind_of(&group->platform)->start_mean_s(group->platform.conf, count);
}

/* Workers start when the channel is up, or wait for it when they first need it. */
static void fill_start(struct form *form)
{
    const struct choice *main = form->scenario->channels.entry;
    double channel_s = form->server ? group_start_s(form->server, form->server->count)
                                    : means_of(main, 0).start_s;

    if (channel_kind_of(main)->facts(main->conf).before_workers)
        form->before_nodes_s = channel_s;
    form->start_s = form->before_nodes_s + group_start_s(form->group, form->workers);
    form->start_s += fmax(0, channel_s - form->start_s - form->load_s);
}

static double compute_s(const struct form *form, const struct learner *learner, int64_t round)
{
    struct node node = idle_node(form);
    const struct compute_conf *compute = &form->group->compute;
    double longest_s = 0;

    for (int w = 0; w < form->workers; w++) {
        struct work work = learner_work(learner, w, round);
        double core_s = training_core_s(compute, &work) / pace_of_member(&form->group->pace, w);

        longest_s =
            fmax(longest_s, node_compute_alone_s(&node, core_s, compute->parallel_ratio));
    }
    return longest_s;
}

/* A round's work depends on its place in the epoch: the last batch may be short. */
static void fill_compute(struct form *form, const struct learner *learner)
{
    form->rounds_per_period =
        form->epochs_per_round < 1 ? llround(1 / form->epochs_per_round) : 1;
    form->round_compute_s = NEW_ARRAY(double, (size_t)form->rounds_per_period);
    for (int64_t round = 0; round < form->rounds_per_period; round++) {
        form->round_compute_s[round] = compute_s(form, learner, round);
        form->period_compute_s += form->round_compute_s[round];
    }
}

/* So many bytes between a worker and the server, of which each takes one core at most. */
static struct server_message server_message(const struct form *form, int64_t bytes,
                                            double server_core_s, double bytes_per_s)
{
    struct channel_means means = means_of(form->scenario->channels.entry, bytes);
    struct node worker = idle_node(form);

    return (struct server_message){
        .wire_bytes = means.wire_bytes,
        .bytes_per_s = fmin(form->line.connection_bytes_per_s, bytes_per_s),
        .worker_s = node_compute_alone_s(&worker, means.convert_core_s, 0),
        .server_s = means.convert_core_s * server_core_s};
}

/* Workers have equal parts of the server's NIC. */
static void fill_server(struct form *form, const struct learner_facts *facts)
{
    int64_t push_bytes = learner_message_bytes(facts);
    struct vector_size vector = learner_vector(facts);
    int64_t pull_bytes = vector_sent_bytes(vector, vector.bytes, form->workers);
    struct channel_means means = means_of(form->scenario->channels.entry, push_bytes);
    const struct choice *platform = &form->server->platform;
    struct platform_facts server = platform_kind_of(platform)->facts(platform->conf);
    double cores = fmin(means.threads, server.vcpus);
    double core_s = 1 / server.speed_ratio / value_mean(&form->server->pace.speed_ratio) /
                    pace_of_member(&form->server->pace, 0) / fmin(1, cores);
    struct critical_line *line = &form->line;
    struct server_line through;

    line->up_bytes_per_s = fmin(line->up_bytes_per_s, server.down_bytes_per_s / form->workers);
    line->down_bytes_per_s =
        fmin(line->down_bytes_per_s, server.up_bytes_per_s / form->workers);
    through = (struct server_line){
        .latency_s = line->latency_s,
        .push = server_message(form, push_bytes, core_s, line->up_bytes_per_s),
        .pull = server_message(form, pull_bytes, core_s, line->down_bytes_per_s),
        .update_s = means.update_core_s * core_s,
        .cores = fmax(1, cores)};
    form->exchange.first = server_exchange(&through, form->workers, &form->exchange_work_s);
    form->exchange.second = form->exchange.next = form->exchange.first;
}

static void fill_exchange(struct form *form, const struct learner_facts *facts)
{
    const struct choice *main = form->scenario->channels.entry;
    struct channel_facts channel = channel_kind_of(main)->facts(main->conf);
    struct channel_means means = means_of(main, learner_message_bytes(facts));
    struct platform_facts node = node_of(form);
    struct exchange_plan *plan;

    form->line = (struct critical_line){
        .latency_s =
            channel.has_receiver && isnan(means.latency_s) ? node.latency_s : means.latency_s,
        .connection_bytes_per_s = means.connection_bytes_per_s,
        .up_bytes_per_s = node.up_bytes_per_s,
        .down_bytes_per_s = node.down_bytes_per_s,
        .has_receiver = channel.has_receiver,
        .fetches = channel.fetches,
    };
    if (form->server) {
        fill_server(form, facts);
        return;
    }
    plan = exchange_plan_on(&channel, &form->scenario->pattern, form->workers,
                            learner_vector(facts));
    form->exchange = critical_rounds(plan, &form->line,
                                     form->period_compute_s / (double)form->rounds_per_period);
    exchange_plan_free(plan);
}

/* Worker 0 writes the first model, the others read it. */
static double first_model_s(const struct form *form, const struct learner_facts *facts)
{
    struct channel_means store = means_of(store_of(form->scenario), facts->start_bytes);
    struct platform_facts node = node_of(form);
    double bytes = (double)facts->start_bytes;
    double put_s = store.latency_s +
                   bytes / fmin(store.connection_bytes_per_s * (double)store.bulk_connections,
                                node.up_bytes_per_s);

    if (!facts->start_bytes)
        return 0;
    return form->workers == 1
               ? put_s
               : put_s + store.latency_s +
                     bytes / fmin(store.connection_bytes_per_s * (double)store.bulk_connections,
                                  node.down_bytes_per_s);
}

/* -- money ----------------------------------------------------------------------------------
 */

static double per(int64_t amount, int64_t count)
{
    return count ? (double)amount / (double)count : 0;
}

static void fill_money(struct form *form, const struct learner_facts *facts)
{
    const struct choice *main = form->scenario->channels.entry;
    const struct choice *store = store_of(form->scenario);
    struct vector_size vector = learner_vector(facts);
    struct collective_totals totals =
        collective_totals(&form->scenario->pattern, form->workers, vector);
    struct channel_means put = means_of(main, llround(per(totals.put_bytes, totals.puts)));
    struct channel_means get = means_of(main, llround(per(totals.get_bytes, totals.gets)));
    const struct evaluate_conf *evaluate = &form->scenario->evaluate;

    form->round_pusd = (double)totals.puts * put.put_pusd + (double)totals.gets * get.get_pusd;
    for (int w = 0; form->scenario->data.location == DATA_IN_STORE && w < form->workers; w++)
        form->load_pusd += means_of(store, learner_load_bytes(facts, evaluate, w)).get_pusd;
    if (facts->start_bytes) {
        struct channel_means first = means_of(store, facts->start_bytes);

        form->load_pusd += first.put_pusd + (form->workers - 1) * first.get_pusd;
    }
    form->rent_pusd_per_hour = (double)put.pusd_per_hour;
    form->rent_granularity_s = put.rent_granularity_s;
}

bool form_init(struct form *ret_form, const struct scenario *scenario,
               const struct learner *learner, struct diag_list *diags)
{
    struct form *form = ret_form;
    const struct learner_facts *facts;

    *form = (struct form){.scenario = scenario};
    if (!check(scenario, diags))
        return false;
    facts = learner_facts(learner);
    form->group = group_named(scenario, "workers");
    form->server = server_of(scenario);
    form->workers = facts->workers;
    form->epochs_per_round = facts->epochs_per_round;
    form->load_s = load_s(form, facts);
    fill_start(form);
    fill_compute(form, learner);
    fill_exchange(form, facts);
    form->first_model_s = first_model_s(form, facts);
    fill_money(form, facts);
    return true;
}

void form_done(struct form *form)
{
    free(form->round_compute_s);
    *form = (struct form){0};
}

/* -- after R rounds -------------------------------------------------------------------------
 */

static double compute_until_s(const struct form *form, int64_t rounds)
{
    double sum_s = (double)(rounds / form->rounds_per_period) * form->period_compute_s;

    for (int64_t round = 0; round < rounds % form->rounds_per_period; round++)
        sum_s += form->round_compute_s[round];
    return sum_s;
}

static double rent_pusd(const struct form *form, double held_s)
{
    double granule_s = form->rent_granularity_s;

    if (form->rent_pusd_per_hour == 0)
        return 0;
    return form->rent_pusd_per_hour / 3600 * granule_s *
           fmax(1, ceil(held_s / granule_s - 1e-9));
}

/* So many nodes of the group, held until time_s since before_s. */
static double held_pusd(const struct group_conf *group, int64_t count, double before_s,
                        double time_s)
{
    const struct platform_kind *platform = platform_kind_of(&group->platform);
    double start_s = group_start_s(group, count);

    return (double)count * (double)platform->cost_mean_pusd(group->platform.conf, start_s,
                                                            time_s - before_s - start_s);
}

struct form_point form_at(const struct form *form, int64_t rounds)
{
    struct form_point point = {.rounds = rounds};

    point.term_s[TERM_START] = form->start_s;
    point.term_s[TERM_LOAD] = form->load_s;
    point.term_s[TERM_COMPUTE] = compute_until_s(form, rounds);
    point.term_s[TERM_COMMUNICATE] = form->first_model_s + critical_s(&form->exchange, rounds);
    for (int term = 0; term < TERM_COUNT; term++)
        point.time_s += point.term_s[term];
    point.nodes_pusd =
        held_pusd(form->group, form->workers, form->before_nodes_s, point.time_s);
    point.requests_pusd = form->load_pusd + (double)rounds * form->round_pusd;
    point.rent_pusd = rent_pusd(form, point.time_s);
    if (form->server)
        point.rent_pusd += held_pusd(form->server, form->server->count, 0, point.time_s);
    point.cost_pusd = point.nodes_pusd + point.requests_pusd + point.rent_pusd;
    return point;
}

/* -- how many rounds ------------------------------------------------------------------------
 */

/* Whether the criterion is met after so many rounds. */
static bool ends_by(const struct form *form, int criterion, int64_t rounds)
{
    const struct stop_conf *stop = &form->scenario->stop;

    switch (criterion) {
    case 0:
        return stop->epochs > 0 &&
               (double)rounds * form->epochs_per_round >= stop->epochs - 1e-9;
    case 1:
        return stop->rounds && rounds >= stop->rounds;
    case 2:
        return stop->time_s > 0 && form_at(form, rounds).time_s >= stop->time_s;
    default:
        return stop->cost_pusd && form_at(form, rounds).cost_pusd >= (double)stop->cost_pusd;
    }
}

/* All criteria grow with the rounds: doubles, then halves the interval. */
static int64_t first_round(const struct form *form, int criterion)
{
    int64_t above = 1, below = 0;

    while (above < rounds_most && !ends_by(form, criterion, above)) {
        below = above;
        above *= 2;
    }
    while (above < rounds_most && above - below > 1) {
        int64_t middle = below + (above - below) / 2;

        if (ends_by(form, criterion, middle))
            above = middle;
        else
            below = middle;
    }
    return above;
}

int64_t form_rounds(const struct form *form, const char **ret_reason)
{
    static const char *const reasons[] = {"epochs", "rounds", "time", "cost"};
    int64_t least = INT64_MAX;

    for (int criterion = 0; criterion < 4; criterion++) {
        int64_t rounds = first_round(form, criterion);

        if (rounds >= least)
            continue;
        least = rounds;
        *ret_reason = reasons[criterion];
    }
    return least;
}
