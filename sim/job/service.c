/* SPDX-License-Identifier: MIT
 * service.c -- job kind `service`: requests arrive whatever happens (open loop) and are
 * answered.
 *
 * No training, no epochs: each request is a task of the group's platform, that is a function
 * invocation or work on one of its machines.  It reads, computes and writes.  What comes out:
 * the latency of every request, its distribution, and the bill. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/job/message_series.h"
#include "sim/job/run.h"

struct service_conf {
    struct value inter_arrival_s;
    int64_t requests;
    double duration_s;
    struct value service_time_s;
    double parallel_ratio;
    int64_t working_memory_bytes;
    int64_t read_bytes, write_bytes;
};

static const struct field fields[] = {
    CONF(struct service_conf, inter_arrival_s, .preset = "{exponential: {mean: 1 s}}",
         .doc = "Time between two arrivals; exponential is a Poisson process."),
    CONF(struct service_conf, requests, .optional = true,
         .absent = "as many as arrive in duration", .doc = "How many requests arrive in all."),
    CONF(struct service_conf, duration_s, .optional = true,
         .absent = "until all requests arrived", .doc = "How long requests arrive."),
    CONF(struct service_conf, service_time_s, .preset = "50 ms",
         .doc = "Arithmetic of one request, in seconds of one core of speed 1."),
    CONF(struct service_conf, parallel_ratio, .max = 1, .preset = "0",
         .doc = "Share of that arithmetic that more cores speed up."),
    CONF(struct service_conf, working_memory_bytes, .preset = "64 MB",
         .doc = "Memory of one request while it is answered."),
    CONF(struct service_conf, read_bytes, .preset = "0 B",
         .doc = "Read through channel main before the arithmetic; 0: no request is made."),
    CONF(struct service_conf, write_bytes, .preset = "0 B",
         .doc = "Written through channel main after it; 0: no request is made."),
    CONF_END,
};

/* Messages are counted this often at most: over a long run still some rows only. */
static const double count_every_s = 1, count_every_ratio = 0.002;

struct service;

struct call { /* one request of the service, alive from arrival to answer */
    struct task task;
    struct service *service;
    int64_t number;
    double arrival_s;
    struct object input, output;
};

struct service {
    struct run *run;
    const struct service_conf *conf;
    struct platform *platform;
    struct channel *channel; /* NULL: none */
    int clients;             /* entity: the clients, whose wait is the critical path */
    struct rng_stream arrivals, times;
    struct event arrival;
    struct event close; /* when the stated duration is over */
    int64_t arrived, in_progress, running, failed;
    bool is_watched; /* its network may lose: messages are counted over time */
    struct message_series messages;
    double counted_s;  /* when they were last */
    double *latency_s; /* of the answered ones */
    size_t answered, latency_capacity;
};

static double now_s(const struct service *s)
{
    return engine_now_s(s->run->world.engine);
}

/* What the clients see: somebody is being answered; or else somebody waits for a node; or else
 * nobody wants anything. */
static void book(const struct service *s)
{
    enum activity activity = s->running       ? ACTIVITY_SERVE
                             : s->in_progress ? ACTIVITY_START
                                              : ACTIVITY_IDLE;

    ledger_activity(s->run->world.ledger, s->clients, activity, now_s(s));
}

/* -- one request -- */
/* Blocks. */
static enum outcome move(struct actor *self, struct call *call, struct node *node,
                         enum verb verb)
{
    const struct service *s = call->service;
    bool reads = verb == VERB_GET;
    struct request request = {.verb = verb,
                              .node = node,
                              .object = reads ? &call->input : &call->output,
                              .bytes = reads ? s->conf->read_bytes : s->conf->write_bytes};

    if (!s->channel || request.bytes == 0)
        return OUTCOME_OK;
    return channel_do(self, s->channel, &request, reads ? "its input" : "its output");
}

/* Blocks. */
static enum outcome answer(struct actor *self, struct node *node, struct task *task)
{
    struct call *call = task->owner;
    struct service *s = call->service;
    struct rng rng = rng_at(s->times, (uint32_t)call->number, 0);
    enum outcome outcome = node_memory_take(node, s->conf->working_memory_bytes);

    if (outcome != OUTCOME_OK)
        return outcome;
    s->running++;
    book(s);
    outcome = move(self, call, node, VERB_GET);
    if (outcome == OUTCOME_OK)
        outcome = node_compute(self, node, value_draw(&s->conf->service_time_s, &rng, now_s(s)),
                               s->conf->parallel_ratio, "its arithmetic");
    if (outcome == OUTCOME_OK)
        outcome = move(self, call, node, VERB_PUT);
    node_memory_give(node, s->conf->working_memory_bytes);
    s->running--;
    return outcome;
}

static bool more_arrive(const struct service *s)
{
    return event_is_scheduled(&s->arrival);
}

static void note_latency(struct service *s, const struct call *call)
{
    double latency_s = now_s(s) - call->arrival_s;

    ROOM_FOR_ONE(s->latency_s, s->answered, s->latency_capacity);
    s->latency_s[s->answered++] = latency_s;
    if (s->run->scenario->record.requests == 1)
        ledger_series(s->run->world.ledger, s->clients, call->number, now_s(s), "latency_s",
                      latency_s);
}

static void finish_if_over(struct service *s)
{
    bool all_came = s->conf->requests && s->arrived == s->conf->requests;

    if (s->in_progress || more_arrive(s) || (event_is_scheduled(&s->close) && !all_came))
        return;
    engine_cancel(s->run->world.engine, &s->close);
    if (s->arrived && !s->answered)
        run_stop(s->run, RUN_FAILED, "no_answer", "none of %lld requests was answered",
                 (long long)s->arrived);
    run_stop(s->run, RUN_DONE, all_came ? "requests" : "duration", "%s", "");
    run_release(s->run);
}

static void close_doors(struct engine *engine, struct event *event)
{
    (void)engine;
    finish_if_over((struct service *)((char *)event - offsetof(struct service, close)));
}

static void count_messages(struct service *s)
{
    double now = now_s(s);

    if (!s->is_watched || now - s->counted_s < fmax(count_every_s, count_every_ratio * now))
        return;
    s->counted_s = now;
    message_series_note(&s->messages, &s->run->world, (int64_t)s->answered + s->failed);
}

static void ended(struct task *task, const struct attempt_end *end)
{
    struct call *call = task->owner;
    struct service *s = call->service;

    if (!isinf(end->retry_at_s))
        return;
    if (end->outcome == OUTCOME_OK)
        note_latency(s, call);
    else
        s->failed++;
    free(call);
    s->in_progress--;
    book(s);
    count_messages(s);
    finish_if_over(s);
}

/* -- arrivals -- */
static void schedule_arrival(struct service *s)
{
    struct rng rng = rng_at(s->arrivals, (uint32_t)s->arrived, 0);
    double due_s = now_s(s) + value_draw(&s->conf->inter_arrival_s, &rng, now_s(s));

    if (s->conf->requests && s->arrived >= s->conf->requests)
        return;
    if (s->conf->duration_s > 0 && due_s > s->conf->duration_s)
        return;
    engine_at(s->run->world.engine, &s->arrival, due_s);
}

static void arrive(struct engine *engine, struct event *event)
{
    struct service *s = (struct service *)((char *)event - offsetof(struct service, arrival));
    struct call *call = NEW(struct call);

    call->service = s;
    call->number = s->arrived++;
    call->arrival_s = engine_now_s(engine);
    object_init(&call->input, NULL);
    object_init(&call->output, NULL);
    call->input.bytes = s->conf->read_bytes;
    call->input.visible_s = 0;
    call->task = (struct task){.body = answer,
                               .ended = ended,
                               .owner = call,
                               .entity = s->clients,
                               .member = -1,
                               .synchronous = true};
    s->in_progress++;
    schedule_arrival(s);
    s->platform->kind->submit(s->platform, &call->task);
    book(s);
}

/* -- the job -- */
static bool is_given(const struct stop_conf *stop)
{
    return stop->epochs > 0 || stop->rounds || stop->time_s > 0 || stop->cost_pusd ||
           !isnan(stop->train_loss) || !isnan(stop->test_loss) || !isnan(stop->test_accuracy);
}

static void check(const struct scenario *scenario, const struct learner *learner,
                  struct diag_list *diags)
{
    const struct service_conf *conf = scenario->job.conf;

    (void)learner;
    if (!conf->requests && !(conf->duration_s > 0))
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, "job"),
                 "nothing bounds this run: give job.requests or job.duration");
    else if (!conf->requests && value_mean(&conf->inter_arrival_s) <= 0)
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, "job.inter_arrival"),
                 "without end requests arrive at the same time: give job.requests");
    if (is_given(&scenario->stop))
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, "stop"),
                 "a job of kind 'service' does not use 'stop': job.requests and job.duration "
                 "bound it");
    if ((conf->read_bytes || conf->write_bytes) && !scenario->channels.count)
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, "job"),
                 "requests that read or write need a channel");
}

static struct job *start(struct run *run)
{
    struct service *s = NEW(struct service);

    s->run = run;
    s->conf = run->scenario->job.conf;
    s->platform = run->platform[0];
    s->channel = run->scenario->channels.count ? run->channel[0] : NULL;
    s->is_watched = s->channel && s->channel->kind->facts(s->channel->conf).is_watched;
    s->clients = ledger_entity(run->world.ledger, "clients", 0);
    s->arrivals = rng_stream(run->world.seed, "service.arrivals");
    s->times = rng_stream(run->world.seed, "service.times");
    s->arrival.fire = arrive;
    s->close.fire = close_doors;
    if (s->conf->duration_s > 0)
        engine_at(run->world.engine, &s->close, s->conf->duration_s);
    ledger_activity(run->world.ledger, s->clients, ACTIVITY_IDLE, 0);
    s->platform->kind->launch(s->platform, NULL, 0);
    schedule_arrival(s);
    finish_if_over(s);
    return (struct job *)s;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The smallest latency that a share q of the answers does not exceed. */
static double quantile_s(const struct service *s, double q)
{
    size_t rank = (size_t)ceil(q * (double)s->answered);

    return s->latency_s[rank > 0 ? rank - 1 : 0];
}

static void note(struct service *s, double end_s, const char *metric, double value)
{
    ledger_series(s->run->world.ledger, s->clients, s->arrived, end_s, metric, value);
}

static void figures(struct job *job, struct run_end *end)
{
    struct service *s = (struct service *)job;
    double sum_s = 0;

    ledger_cut(s->run->world.ledger, s->clients, end->sim_time_s, s->arrived);
    if (s->is_watched)
        message_series_note(&s->messages, &s->run->world, s->arrived);
    note(s, end->sim_time_s, "requests_arrived", (double)s->arrived);
    note(s, end->sim_time_s, "requests_answered", (double)s->answered);
    note(s, end->sim_time_s, "requests_failed", (double)s->failed);
    if (!s->answered)
        return;
    for (size_t i = 0; i < s->answered; i++)
        sum_s += s->latency_s[i];
    qsort(s->latency_s, s->answered, sizeof *s->latency_s, by_size);
    note(s, end->sim_time_s, "latency_mean_s", sum_s / (double)s->answered);
    note(s, end->sim_time_s, "latency_p50_s", quantile_s(s, 0.50));
    note(s, end->sim_time_s, "latency_p95_s", quantile_s(s, 0.95));
    note(s, end->sim_time_s, "latency_p99_s", quantile_s(s, 0.99));
    note(s, end->sim_time_s, "latency_max_s", quantile_s(s, 1));
}

static struct job *service_free(struct job *job)
{
    struct service *s = (struct service *)job;

    free(s->latency_s);
    free(s);
    return NULL;
}

static const char *const needs[] = {"channel?", NULL};

const struct job_kind job_service = {
    .kind =
        {
            .name = "service",
            .doc =
                "Requests arrive in an open loop; each is a function invocation or a request "
                "to a VM of the first group.",
            .fields = fields,
            .conf_size = sizeof(struct service_conf),
            .needs = needs,
        },
    .check = check,
    .start = start,
    .figures = figures,
    .free = service_free,
};
