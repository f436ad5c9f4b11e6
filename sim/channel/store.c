/* SPDX-License-Identifier: MIT
 * store.c -- a storage service: every request pays a latency and may be refused, objects move
 * by one connection through the client's NIC and the service.
 *
 * A try takes one latency until the service answers its first byte; then the data move.  The
 * service has seen (and counts, and charges) a request when it answers: one that its client
 * broke off before is free.  Writers and readers see one order: what was PUT is there for every
 * look that comes later or at the same instant.
 *
 * A refused request ends with its latency; the client library tries again after a random time
 * below backoff, 2 backoff, 4 backoff ...
 *
 * SIMPLIFIED: polls and LISTs, which would need an event each, are never refused.
 * SIMPLIFIED: bulk requests are one request each; a real client sends one per part. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/channel/store_inside.h"

const char *const polling_names[] = {"ideal", "computed", "explicit", NULL};

static struct engine *engine_of(const struct store *store)
{
    return store->channel.world->engine;
}

/* -- randomness ------------------------------------------------------------------------------
 */

double store_latency_s(struct store *store, struct request *request, double sent_s)
{
    const struct value *latency_s =
        store->group < 0 ? &store->conf->latency_s : store_latency_of(store, request);
    struct rng rng;

    if (latency_s->kind == VALUE_CONSTANT)
        return latency_s->a; /* long waits make millions of polls */
    rng = request_rng(request, store->latency, request->draws++);
    return value_draw(latency_s, &rng, sent_s);
}

static double backoff_s(struct store *store, const struct request *request)
{
    struct rng rng = request_rng(request, store->backoff, (uint32_t)request->attempt);

    return rng_uniform(&rng) * fmin(store->patience->max_backoff_s,
                                    ldexp(store->patience->backoff_s, request->attempt - 1));
}

/* -- the end of a try ------------------------------------------------------------------------
 */

void store_book(struct store *store, struct request *request, enum outcome outcome,
                bool follows)
{
    struct request_count *count = store->count[request->verb];

    count->count++;
    if (store->ways->meter)
        store->ways->meter(store, request, outcome);
    if (follows)
        return;
    if (outcome != OUTCOME_OK)
        count->failed++;
    if (outcome == OUTCOME_THROTTLED)
        count->unbilled++;
    ledger_request_row(store->channel.world->ledger, request->node->entity, count,
                       request->sent_s, request->tick_s, 0, outcome);
}

static void moved(struct store *store, struct request *request, int64_t bytes,
                  enum outcome outcome)
{
    struct request_count *count = store->count[request->verb];

    count->bytes += bytes;
    ledger_request_row(store->channel.world->ledger, request->node->entity, count,
                       request->sent_s, engine_now_s(engine_of(store)), bytes, outcome);
}

/* -- data ------------------------------------------------------------------------------------
 */

int64_t store_wanted_bytes(const struct request *request)
{
    struct object *object =
        request->seen ? request->seen->next_listed : request->listing->first;
    int64_t bytes = 0;

    for (; object; object = object->next_listed)
        if (request->wants(request, object))
            bytes += object->bytes;
    return bytes;
}

void store_complete(struct store *store, struct request *request)
{
    if (request->verb == VERB_PUT) {
        store_appear(store, request->object, request->bytes);
        if (request->wrote)
            request->wrote(request);
    }
    if (!store->may_lose || !store_loses_answer(store, request))
        request_finish(request, OUTCOME_OK);
}

static double wire_bytes(const struct store *store, const struct request *request)
{
    return (double)request->bytes * store->wire_ratio;
}

static void transferred(struct engine *engine, struct flow *flow)
{
    struct request *request = request_of_flow(flow);
    struct store *store = store_of(request);

    (void)engine;
    request->stage = REQUEST_HAS_MOVED;
    moved(store, request, (int64_t)wire_bytes(store, request), OUTCOME_OK);
    if (store->ways->arrive)
        store->ways->arrive(store, request);
    else
        store_complete(store, request);
}

void store_transfer(struct store *store, struct request *request)
{
    struct node *node = request->node;
    bool writes = request->verb == VERB_PUT;
    const struct store_path *path = writes ? &store->to : &store->from;
    struct share *share[FLOW_SHARES] = {writes ? node->nic_up : node->nic_down};
    double cap_per_s =
        store->group < 0 ? store->connection_bytes_per_s : store_cap_per_s(store, request);

    for (int i = 0; i < path->count; i++)
        share[i + 1] = path->share[i];
    if (request->bulk)
        cap_per_s *= (double)store->conf->bulk_connections;
    request->stage = REQUEST_MOVES;
    request->flow.done = transferred;
    flow_begin(engine_of(store), &request->flow, share, path->count + 1,
               wire_bytes(store, request), cap_per_s);
}

/* What is read is what is there now, whatever comes while it moves. */
void store_serve(struct store *store, struct request *request)
{
    if (request->verb == VERB_GET) {
        request->bytes = request->object->bytes;
        request->version = request->object->version;
    } else if (request->verb == VERB_FETCH) {
        request->bytes =
            store->reads_all ? request->listing->bytes : store_wanted_bytes(request);
        request->upto = request->listing->last;
    }
    request->stage = REQUEST_IS_SERVED;
    if (store->ways->serve)
        store->ways->serve(store, request);
    else
        store_transfer(store, request);
}

/* -- tries
 * ------------------------------------------------------------------------------------- */

static void answered(struct engine *engine, struct event *event)
{
    struct request *request = request_of_event(event);
    struct store *store = store_of(request);

    request->tick_s = engine_now_s(engine);
    store_book(store, request, OUTCOME_OK, true);
    if (request->verb == VERB_PUT) {
        store_serve(store, request);
        return;
    }
    moved(store, request, 0, OUTCOME_OK); /* a DELETE */
    request_finish(request, OUTCOME_OK);
}

static void refused(struct engine *engine, struct event *event)
{
    struct request *request = request_of_event(event);
    struct store *store = store_of(request);

    request->tick_s = engine_now_s(engine);
    store_book(store, request, OUTCOME_THROTTLED, false);
    if (++request->attempt >= store->patience->max_attempts) {
        request_finish(request, OUTCOME_THROTTLED);
        return;
    }
    event->fire = store_try;
    engine_at(engine, event, request->tick_s + backoff_s(store, request));
}

void store_try(struct engine *engine, struct event *event)
{
    struct request *request = request_of_event(event);
    struct store *store = store_of(request);

    request->sent_s = engine_now_s(engine);
    if (store->may_lose && store_loses_question(store, request))
        return;
    if (store->ways->admit && !store->ways->admit(store, request))
        event->fire = refused;
    else
        event->fire =
            request->verb == VERB_PUT || request->verb == VERB_DELETE ? answered : store_look;
    engine_at(engine, event,
              request->sent_s + store_latency_s(store, request, request->sent_s));
}

static void too_large(struct engine *engine, struct event *event)
{
    (void)engine;
    request_finish(request_of_event(event), OUTCOME_TOO_LARGE);
}

static bool waits_ideally(const struct store *store, struct request *request)
{
    if (store->conf->polling != POLLING_IDEAL || request->verb == VERB_PUT ||
        request->verb == VERB_DELETE)
        return false;
    return request->verb == VERB_LIST || !store_is_there(request);
}

void store_begin(struct channel *channel, struct request *request)
{
    struct store *store = (struct store *)channel;
    int64_t limit_bytes = store->conf->max_object_bytes;

    if (request->verb == VERB_DELETE && !request->done) {
        request->sent_s = request->begin_s;
        store_book(store, request, OUTCOME_OK, true);
        moved(store, request, 0, OUTCOME_OK);
        request_finish(request, OUTCOME_OK);
        return;
    }
    if (request->verb == VERB_PUT && limit_bytes && request->bytes > limit_bytes) {
        request->event.fire = too_large;
        engine_at(engine_of(store), &request->event, request->begin_s);
    } else if (waits_ideally(store, request)) {
        store_wait_ideally(store, request);
    } else {
        store_try(engine_of(store), &request->event);
    }
}

void store_cancel(struct channel *channel, struct request *request)
{
    struct store *store = (struct store *)channel;

    double left;

    engine_cancel(engine_of(store), &request->event);
    switch (request->stage) {
    case REQUEST_ASKS:
        store_stop_waiting(store, request);
        break;
    case REQUEST_MOVES:
        left = flow_cancel(engine_of(store), &request->flow);
        moved(store, request, (int64_t)wire_bytes(store, request) - (int64_t)left,
              OUTCOME_CANCELLED);
        break;
    case REQUEST_IS_SERVED:
        moved(store, request, 0, OUTCOME_CANCELLED);
        store->ways->forget(store, request);
        break;
    case REQUEST_HAS_MOVED:
        store->ways->forget(store, request);
        break;
    }
}

void store_show(struct channel *channel, struct object *object, int64_t bytes)
{
    store_appear((struct store *)channel, object, bytes);
}

/* -- money
 * ------------------------------------------------------------------------------------- */

int64_t store_requests_pusd(const struct store *store, enum verb verb, int64_t price_pusd)
{
    const struct request_count *count = store->count[verb];

    return count ? (count->count - count->unbilled) * price_pusd : 0;
}

void store_charge_requests(struct store *store, enum verb verb, int64_t price_pusd)
{
    const struct channel *channel = &store->channel;
    int64_t due_pusd = store_requests_pusd(store, verb, price_pusd);
    char resource[64];

    if (due_pusd == 0)
        return;
    snprintf(resource, sizeof resource, "%s %s", channel->name, store->ways->operation[verb]);
    ledger_charge(channel->world->ledger, resource,
                  (double)(store->count[verb]->count - store->count[verb]->unbilled),
                  BILL_REQUEST, price_pusd, due_pusd);
}

/* -- life
 * ---------------------------------------------------------------------------------------- */

struct channel_means store_means(const struct store_conf *conf)
{
    bool unlimited = isnan(conf->bandwidth_bytes_per_s);

    return (struct channel_means){.latency_s = value_mean(&conf->latency_s),
                                  .connection_bytes_per_s =
                                      unlimited ? INFINITY : conf->bandwidth_bytes_per_s,
                                  .bulk_connections = conf->bulk_connections};
}

void store_init(struct store *store, const struct store_ways *ways,
                const struct channel_kind *kind, struct world *world, const char *name,
                const void *settings, const struct store_conf *conf,
                const struct patience_conf *patience)
{
    channel_init(&store->channel, kind, world, name, settings);
    store->ways = ways;
    store->conf = conf;
    store->patience = patience;
    store->wire_ratio = 1;
    store->connection_bytes_per_s =
        isnan(conf->bandwidth_bytes_per_s) ? INFINITY : conf->bandwidth_bytes_per_s;
    store->latency = channel_stream(&store->channel, "latency");
    store->backoff = channel_stream(&store->channel, "backoff");
    store_loss_init(store);
    for (int verb = 0; verb < VERB_COUNT; verb++)
        if (ways->operation[verb])
            store->count[verb] =
                ledger_request_count(world->ledger, name, ways->operation[verb]);
}

void store_done(struct store *store)
{
    store_loss_done(store);
    channel_done(&store->channel);
    free(store->polling);
}
