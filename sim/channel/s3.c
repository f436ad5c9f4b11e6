/* SPDX-License-Identifier: MIT
 * s3.c -- an object store: every request pays a latency and may be refused, objects move by
 * one connection through the client's NIC, and each request has its price.
 *
 * A try takes one latency until the service answers its first byte; then the data move.  The
 * service has seen (and counts, and charges) a request when it answers: one that its client
 * broke off before is free.  Writers and readers see one order: what was PUT is there for every
 * look that comes later or at the same instant (AWS: strong consistency, since December 2020).
 *
 * A refused request (503) ends with its latency; the client library tries again after a random
 * time below backoff, 2 backoff, 4 backoff ...  AWS counts it but does not charge it, and does
 * charge a GET that finds nothing (S3 User Guide, Billing for Amazon S3 error responses).
 *
 * SIMPLIFIED: the rate limit holds for the channel as one prefix, for PUTs and first GETs only:
 * polls and LISTs, which would need an event each, are never refused.
 * SIMPLIFIED: bulk requests are one request each; a real client sends one per part.
 * SIMPLIFIED: no charge for stored GB-months (messages live for seconds), nor for transfer
 * (none inside a region). */
#include "sim/channel/s3_inside.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

static const char *const operation[VERB_COUNT] = {"PUT", "GET", "LIST", "DELETE"};

static struct engine *engine_of(const struct s3 *s3)
{
    return s3->channel.world->engine;
}

/* -- randomness ------------------------------------------------------------------------------
 */

double s3_latency_s(struct s3 *s3, struct request *request, double sent_s)
{
    struct rng rng;

    if (s3->conf->latency_s.kind == VALUE_CONSTANT)
        return s3->conf->latency_s.a; /* long waits make millions of polls */
    rng = request_rng(request, s3->latency, request->draws++);
    return value_draw(&s3->conf->latency_s, &rng, sent_s);
}

static double backoff_s(struct s3 *s3, const struct request *request)
{
    struct rng rng = request_rng(request, s3->backoff, (uint32_t)request->attempt);

    return rng_uniform(&rng) *
           fmin(s3->conf->max_backoff_s, ldexp(s3->conf->backoff_s, request->attempt - 1));
}

/* -- the end of a try ------------------------------------------------------------------------
 */

void s3_book(struct s3 *s3, struct request *request, enum outcome outcome)
{
    struct request_count *count = s3->count[request->verb];

    count->count++;
    if (outcome == OUTCOME_OK && request->verb != VERB_LIST)
        return; /* its row is written when the data have moved */
    if (outcome != OUTCOME_OK)
        count->failed++;
    if (outcome == OUTCOME_THROTTLED)
        count->unbilled++;
    ledger_request_row(s3->channel.world->ledger, request->node->entity, count, request->sent_s,
                       request->tick_s, 0, outcome);
}

static void moved(struct s3 *s3, struct request *request, int64_t bytes, enum outcome outcome)
{
    struct request_count *count = s3->count[request->verb];

    count->bytes += bytes;
    ledger_request_row(s3->channel.world->ledger, request->node->entity, count, request->sent_s,
                       engine_now_s(engine_of(s3)), bytes, outcome);
}

static void transferred(struct engine *engine, struct flow *flow)
{
    struct request *request = request_of_flow(flow);
    struct s3 *s3 = s3_of(request);

    (void)engine;
    moved(s3, request, request->bytes, OUTCOME_OK);
    if (request->verb == VERB_PUT)
        s3_appear(s3, request->object, request->bytes);
    request_finish(request, OUTCOME_OK);
}

void s3_transfer(struct s3 *s3, struct request *request)
{
    struct node *node = request->node;
    struct share *share[2] = {request->verb == VERB_PUT ? node->nic_up : node->nic_down,
                              s3->aggregate};
    double cap_per_s = s3->connection_bytes_per_s;

    if (request->bulk)
        cap_per_s *= (double)s3->conf->bulk_connections;
    if (request->verb == VERB_GET) {
        request->bytes = request->object->bytes;
        request->version = request->object->version;
    }
    request->flow.done = transferred;
    flow_begin(engine_of(s3), &request->flow, share, s3->aggregate ? 2 : 1,
               (double)request->bytes, cap_per_s);
}

/* -- tries
 * ------------------------------------------------------------------------------------- */

static void answered(struct engine *engine, struct event *event)
{
    struct request *request = request_of_event(event);
    struct s3 *s3 = s3_of(request);

    request->tick_s = engine_now_s(engine);
    s3_book(s3, request, OUTCOME_OK);
    if (request->verb == VERB_PUT) {
        s3_transfer(s3, request);
        return;
    }
    moved(s3, request, 0, OUTCOME_OK); /* a DELETE */
    request_finish(request, OUTCOME_OK);
}

static void refused(struct engine *engine, struct event *event)
{
    struct request *request = request_of_event(event);
    struct s3 *s3 = s3_of(request);

    request->tick_s = engine_now_s(engine);
    s3_book(s3, request, OUTCOME_THROTTLED);
    if (++request->attempt >= s3->conf->max_attempts) {
        request_finish(request, OUTCOME_THROTTLED);
        return;
    }
    event->fire = s3_try;
    engine_at(engine, event, request->tick_s + backoff_s(s3, request));
}

static bool is_accepted(struct s3 *s3, const struct request *request)
{
    switch (request->verb) {
    case VERB_PUT:
        return bucket_take(&s3->writes, request->sent_s);
    case VERB_GET:
        return bucket_take(&s3->reads, request->sent_s);
    case VERB_LIST:
    case VERB_DELETE:
    case VERB_COUNT:
        break;
    }
    return true;
}

void s3_try(struct engine *engine, struct event *event)
{
    struct request *request = request_of_event(event);
    struct s3 *s3 = s3_of(request);

    request->sent_s = engine_now_s(engine);
    if (!is_accepted(s3, request))
        event->fire = refused;
    else
        event->fire =
            request->verb == VERB_PUT || request->verb == VERB_DELETE ? answered : s3_look;
    engine_at(engine, event, request->sent_s + s3_latency_s(s3, request, request->sent_s));
}

static void too_large(struct engine *engine, struct event *event)
{
    (void)engine;
    request_finish(request_of_event(event), OUTCOME_TOO_LARGE);
}

static void begin(struct channel *channel, struct request *request)
{
    struct s3 *s3 = (struct s3 *)channel;

    if (request->verb == VERB_DELETE && !request->done) {
        request->sent_s = request->begin_s;
        s3_book(s3, request, OUTCOME_OK);
        moved(s3, request, 0, OUTCOME_OK);
        request_finish(request, OUTCOME_OK);
        return;
    }
    if (request->verb == VERB_PUT && request->bytes > s3->conf->max_object_bytes) {
        request->event.fire = too_large;
        engine_at(engine_of(s3), &request->event, request->begin_s);
    } else if (s3->conf->polling == POLLING_IDEAL &&
               (request->verb == VERB_LIST || !object_is_visible(request->object)) &&
               (request->verb == VERB_LIST || request->verb == VERB_GET)) {
        s3_wait_ideally(s3, request);
    } else {
        s3_try(engine_of(s3), &request->event);
    }
}

static void cancel(struct channel *channel, struct request *request)
{
    struct s3 *s3 = (struct s3 *)channel;

    engine_cancel(engine_of(s3), &request->event);
    s3_stop_waiting(s3, request);
    if (flow_in_progress(&request->flow)) {
        double left = flow_cancel(engine_of(s3), &request->flow);

        moved(s3, request, request->bytes - (int64_t)left, OUTCOME_CANCELLED);
    }
}

/* -- money
 * ------------------------------------------------------------------------------------- */

static int64_t price_pusd(const struct s3 *s3, enum verb verb)
{
    const int64_t price[VERB_COUNT] = {
        [VERB_PUT] = s3->conf->put_price_pusd_per_request,
        [VERB_GET] = s3->conf->get_price_pusd_per_request,
        [VERB_LIST] = s3->conf->list_price_pusd_per_request,
        [VERB_DELETE] = s3->conf->delete_price_pusd_per_request,
    };

    return price[verb];
}

static int64_t billed(const struct s3 *s3, enum verb verb)
{
    return s3->count[verb]->count - s3->count[verb]->unbilled;
}

static int64_t accrued_pusd(struct channel *channel)
{
    struct s3 *s3 = (struct s3 *)channel;
    int64_t sum_pusd = 0;

    if (s3->settled)
        return 0;
    s3_book_polls(s3);
    for (int verb = 0; verb < VERB_COUNT; verb++)
        sum_pusd += billed(s3, verb) * price_pusd(s3, verb);
    return sum_pusd;
}

static void settle(struct channel *channel)
{
    struct s3 *s3 = (struct s3 *)channel;

    if (s3->settled)
        return;
    s3_book_polls(s3);
    s3->settled = true;
    for (int verb = 0; verb < VERB_COUNT; verb++) {
        char resource[64];
        int64_t count = billed(s3, verb), price = price_pusd(s3, verb);

        if (count == 0 || price == 0)
            continue;
        snprintf(resource, sizeof resource, "%s %s", channel->name, operation[verb]);
        ledger_charge(channel->world->ledger, resource, (double)count, BILL_REQUEST, price,
                      count * price);
    }
}

/* -- life
 * ---------------------------------------------------------------------------------------- */

static struct channel_facts facts(const void *conf)
{
    const struct s3_conf *s3 = conf;

    return (struct channel_facts){.lists_by_name = s3->polling != POLLING_IDEAL,
                                  .max_object_bytes = s3->max_object_bytes};
}

static struct channel *open_s3(struct world *world, const char *name, const void *conf)
{
    struct s3 *s3 = NEW(struct s3);

    channel_init(&s3->channel, &channel_s3, world, name, conf);
    s3->conf = conf;
    s3->connection_bytes_per_s =
        isnan(s3->conf->bandwidth_bytes_per_s) ? INFINITY : s3->conf->bandwidth_bytes_per_s;
    if (isfinite(s3->conf->aggregate_bandwidth_bytes_per_s))
        s3->aggregate =
            share_new(world->engine, name, s3->conf->aggregate_bandwidth_bytes_per_s);
    s3->writes = bucket_full(s3->conf->write_rate_per_s, s3->conf->burst_s);
    s3->reads = bucket_full(s3->conf->read_rate_per_s, s3->conf->burst_s);
    s3->latency = channel_stream(&s3->channel, "latency");
    s3->backoff = channel_stream(&s3->channel, "backoff");
    for (int verb = 0; verb < VERB_COUNT; verb++)
        s3->count[verb] = ledger_request_count(world->ledger, name, operation[verb]);
    return &s3->channel;
}

static struct channel *close_s3(struct channel *channel)
{
    struct s3 *s3 = (struct s3 *)channel;

    if (!s3)
        return NULL;
    channel_done(channel);
    share_free(s3->aggregate);
    free(s3->polling);
    free(s3);
    return NULL;
}

const struct channel_kind channel_s3 = {
    .kind = {.name = "s3",
             .doc = "An object store: a latency per request, limited request rates, a price "
                    "per request; readers poll.",
             .fields = s3_fields,
             .conf_size = sizeof(struct s3_conf)},
    .facts = facts,
    .open = open_s3,
    .begin = begin,
    .cancel = cancel,
    .settle = settle,
    .accrued_pusd = accrued_pusd,
    .close = close_s3,
};
