/* SPDX-License-Identifier: MIT
 * store_loss.c -- requests to a service that the network loses, and what the client does then.
 *
 * A try is two messages, the request and the answer, and each may be lost; a PUT's request is
 * its data, a GET's answer is.  The client notices when its timeout has passed without an
 * answer, waits a random time below backoff, 2 backoff, 4 backoff ... and tries again,
 * max_attempts times in all; then the request ends with outcome timeout.
 *
 *   lost             the service   counted   failed   billed
 *   the request      has not seen it   yes      yes      no
 *   the answer       has done it       yes      yes      yes: a PUT's object is there
 *
 * SIMPLIFIED: polls and LISTs, which would need an event each, are never lost; nor are DELETEs
 * that nobody waits for.  Data of a lost PUT take no bandwidth: they end with their first
 * packets. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/channel/store_inside.h"

enum half { HALF_REQUEST, HALF_ANSWER };

/* Whom the requests of all clients go to. */
static const uint32_t the_service = UINT32_MAX;

const struct field client_fields[] = {
    CONF(struct client_conf, timeout_s, .above_min = true, .max = 86400, .preset = "60 s",
         .doc = "A request without an answer for so long is given up and tried again.",
         .source = "botocore: read_timeout"),
    CONF(struct client_conf, backoff_s, .max = 3600, .preset = "1 s",
         .doc = "It waits a random time below this before, below twice this before the third "
                "try, and so on.",
         .source = BOTO),
    CONF(struct client_conf, max_backoff_s, .max = 86400, .preset = "20 s",
         .doc = "The longest such time.", .source = "botocore, standard retry mode"),
    CONF(struct client_conf, max_attempts, .min = 1, .max = 60, .preset = "5",
         .doc = "Tries in all; then the request has failed: outcome timeout.", .source = BOTO),
    CONF_END,
};

static const struct network_link *link_of(const struct store *store,
                                          const struct request *request, enum half half)
{
    const struct network *network = store->channel.world->network;
    int client = (int)request->node->group, found = -1;

    if (store->group >= 0)
        found = half == HALF_REQUEST
                    ? network_find(network, client, store->group, TRAFFIC_STORAGE)
                    : network_find(network, store->group, client, TRAFFIC_STORAGE);
    return found < 0 ? NULL : &network->link[found];
}

/* -- links to a service that runs on a group's machine ----------------------------------------
 */

const struct value *store_latency_of(const struct store *store, const struct request *request)
{
    const struct network_link *link =
        store->channel.world->network ? link_of(store, request, HALF_REQUEST) : NULL;

    return link && link->latency_s ? link->latency_s : &store->conf->latency_s;
}

double store_cap_per_s(const struct store *store, const struct request *request)
{
    const struct network_link *link =
        store->channel.world->network ? link_of(store, request, HALF_REQUEST) : NULL;

    return link ? fmin(link->bandwidth_bytes_per_s, store->connection_bytes_per_s)
                : store->connection_bytes_per_s;
}

static const struct loss_process *process_of(const struct store *store,
                                             const struct request *request, enum half half)
{
    const struct network *network = store->channel.world->network;
    const struct network_link *link =
        network && store->link_loss ? link_of(store, request, half) : NULL;

    if (link && link->loss->kind)
        return store->link_loss[link - network->link];
    return store->loss;
}

/* -- losing ----------------------------------------------------------------------------------
 */

static bool is_lost(struct store *store, struct request *request, enum half half, int64_t bytes)
{
    const struct loss_process *process = process_of(store, request, half);
    uint64_t lost[1] = {0};
    struct loss_copy copy = {
        .from = half == HALF_REQUEST ? (uint32_t)request->node->entity : the_service,
        .to = half == HALF_REQUEST ? the_service : (uint32_t)request->node->entity,
        .number = request->serial,
        .attempt = request->lost_tries,
        .packets = 1,
        .bytes = bytes,
        .sent_s = engine_now_s(store->channel.world->engine),
    };

    if (!process)
        return false;
    store->messages->bytes_sent += bytes;
    if (half == HALF_REQUEST ? request->lost_tries > 0 : request->answers++ > 0) {
        store->messages->retransmitted++;
        store->messages->bytes_retransmitted += bytes;
    } else {
        store->messages->sent++;
    }
    if (!loss_decide(process, &copy, lost))
        return false;
    store->messages->dropped++;
    store->messages->bytes_dropped += bytes;
    return true;
}

static double backoff_s(const struct store *store, const struct request *request)
{
    const struct client_conf *client = &store->conf->client;
    struct rng rng = request_rng(request, store->lost_backoff, (uint32_t)request->lost_tries);

    return rng_uniform(&rng) *
           fmin(client->max_backoff_s, ldexp(client->backoff_s, request->lost_tries - 1));
}

static void give_up(struct engine *engine, struct event *event)
{
    struct request *request = request_of_event(event);

    (void)engine;
    request_finish(request, OUTCOME_TIMEOUT);
}

/* The client hears nothing from since_s on, of a half with so many bytes. */
static void try_again(struct store *store, struct request *request, double since_s,
                      int64_t bytes)
{
    const struct client_conf *client = &store->conf->client;
    double noticed_s = since_s + client->timeout_s;

    request->stage = REQUEST_ASKS;
    if (++request->lost_tries >= client->max_attempts) {
        store->messages->lost++;
        store->messages->bytes_lost += bytes;
        request->event.fire = give_up;
    } else {
        request->event.fire = store_try;
        noticed_s += backoff_s(store, request);
    }
    engine_at(store->channel.world->engine, &request->event, noticed_s);
}

bool store_loses_question(struct store *store, struct request *request)
{
    struct request_count *count = store->count[request->verb];

    int64_t bytes = request->verb == VERB_PUT ? request->bytes : 0;

    if (request->verb == VERB_LIST || request->verb == VERB_FETCH ||
        !is_lost(store, request, HALF_REQUEST, bytes))
        return false;
    count->count++;
    count->failed++;
    count->unbilled++;
    ledger_request_row(store->channel.world->ledger, request->node->entity, count,
                       request->sent_s, request->sent_s, 0, OUTCOME_LOST);
    try_again(store, request, request->sent_s, bytes);
    return true;
}

bool store_loses_answer(struct store *store, struct request *request)
{
    int64_t bytes = request->verb == VERB_PUT ? 0 : request->bytes;

    if (request->verb == VERB_FETCH || !is_lost(store, request, HALF_ANSWER, bytes))
        return false;
    store->count[request->verb]->failed++;
    try_again(store, request, engine_now_s(store->channel.world->engine), bytes);
    return true;
}

/* -- life ------------------------------------------------------------------------------------
 */

void store_loss_init(struct store *store)
{
    const struct world *world = store->channel.world;
    const struct network *network = world->network;
    bool any = false;

    store->group = -1;
    store->lost_backoff = channel_stream(&store->channel, "loss.backoff");
    store->messages = ledger_messages(world->ledger, TRAFFIC_STORAGE);
    store->loss = loss_new(&store->conf->loss, channel_stream(&store->channel, "loss"));
    for (int i = 0; network && i < network->links; i++)
        any |= network->link[i].loss && network->link[i].loss->kind;
    store->may_lose = store->loss || any;
    if (!any)
        return;
    store->link_loss = NEW_ARRAY(struct loss_process *, (size_t)network->links);
    for (int i = 0; i < network->links; i++)
        store->link_loss[i] = loss_new(network->link[i].loss,
                                       channel_stream(&store->channel, network->link[i].name));
}

void store_loss_done(struct store *store)
{
    const struct network *network = store->channel.world->network;

    loss_free(store->loss);
    for (int i = 0; store->link_loss && i < network->links; i++)
        loss_free(store->link_loss[i]);
    free(store->link_loss);
}

void store_check(const struct store_conf *conf, const struct loss_check *check)
{
    const struct loss_kind *loss = conf->loss.kind ? loss_kind_of(&conf->loss) : NULL;

    if (!loss || !loss->lose)
        return;
    if (loss->check)
        loss->check(conf->loss.conf, check);
    if (!(conf->client.timeout_s > 0))
        diag_add(
            check->diags, DIAG_ERROR, check->place(check, "loss"),
            "requests are lost, and nothing says when the client notices: give the channel "
            "a 'client', for example 'client: {timeout: 60 s}'");
}

bool store_unused(const struct channel *channel, char *out, size_t size)
{
    const struct loss_process *loss = ((const struct store *)channel)->loss;

    return loss && loss->kind->unused && loss->kind->unused(loss->state, out, size);
}
