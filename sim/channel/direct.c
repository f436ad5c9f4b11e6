/* SPDX-License-Identifier: MIT
 * direct.c -- messages straight from node to node: a latency, then the bytes through both NICs.
 *
 * The template for a new channel: no service, no requests to pay, no polling.  A PUT is a send
 * to request.to and is over when the last byte is there, which is when the object can be read;
 * a GET waits for that.  Its reader counts as waiting until the message is on its way.
 *
 * With a loss process, a transport or links between groups, messages go by sim/network; who
 * needs neither request nor object has them sent without (channel_send).
 *
 * SIMPLIFIED: connections are open already.  A message to its own node takes no time.
 * SIMPLIFIED: a message stays with the reader's rank: who replaces a dead node need not be sent
 * again what its predecessor had received. */
#include "sim/channel/direct.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/memory.h"
#include "sim/channel/channel.h"
#include "sim/network/transport/transport.h"

extern const struct channel_kind channel_direct;

const struct field direct_fields[] = {
    CONF(struct direct_conf, latency_s, .min = 0, .max = 60, .optional = true,
         .absent = "that of the instances",
         .doc = "One way, from sending a message to its first byte's arrival; drawn for each."),
    CONF(struct direct_conf, bandwidth_bytes_per_s, .min = 0, .max = 1e15, .above_min = true,
         .optional = true, .absent = "the NICs alone limit",
         .doc = "The most one connection carries."),
    CONF(struct direct_conf, loss, .family = "loss", .optional = true,
         .absent = "nothing is lost", .doc = "Which messages the network loses."),
    CONF(struct direct_conf, transport, .family = "transport", .optional = true,
         .absent = "nothing is lost: no timers, no acknowledgements",
         .doc = "What is done about messages that are lost."),
    CONF(struct direct_conf, sharing, .names = sharing_names, .optional = true,
         .absent = "by_transport",
         .doc =
             "How messages share network cards: `fair`, all at once, as many TCP connections "
             "do; `queue`, one after another, as datagrams do; `by_transport`: `queue` with "
             "an unreliable one, else `fair`."),
    CONF(struct direct_conf, traffic, .names = traffic_names, .optional = true,
         .absent = "training",
         .doc = "The class of its messages: the database counts by it, links lose by it."),
    CONF_END,
};

/* A PUT over the transport. */
struct parcel {
    struct message message;  /* first */
    struct request *request; /* NULL once it has arrived */
    TAILQ_ENTRY(parcel) neighbour;
};
TAILQ_HEAD(parcels, parcel);

struct direct {
    struct channel channel;
    const struct direct_conf *conf;
    double connection_bytes_per_s;
    struct rng_stream latency;
    struct request_count *count;
    struct message_count *messages;
    struct transport *transport;
    struct parcels parcels; /* that are not acknowledged yet */
    bool is_plain;          /* PUTs need no transport: nothing is lost, links say nothing */
};

static struct engine *engine_of(const struct request *request)
{
    return request->channel->world->engine;
}

/* -- receiving ----------------------------------------------------------------------------- */

static bool is_there(const struct request *request)
{
    return request->verb == VERB_LIST ? request->listing->keys > request->known
                                      : object_is_visible(request->object);
}

static bool is_coming(const struct request *request)
{
    return request->verb == VERB_LIST ? request->listing->coming > 0
                                      : request->object->coming > 0;
}

static void received(struct engine *engine, struct event *event)
{
    struct request *request = request_of_event(event);

    (void)engine;
    request_waits(request, false);
    request_finish(request, OUTCOME_OK);
}

static void receive(struct request *request)
{
    if (!is_there(request)) {
        request_waits(request, !is_coming(request));
        request_queue(request);
        return;
    }
    request->event.fire = received;
    engine_at(engine_of(request), &request->event, request->begin_s);
}

/* What was waited for is on its way, or there, or it is not coming after all. */
static void tell(struct request *first)
{
    struct request *last = first ? first->prev : NULL, *request = first, *next;

    for (; request; request = next) {
        next = request == last ? NULL : request->next;
        if (!is_there(request)) {
            request_waits(request, !is_coming(request));
            continue;
        }
        request_unqueue(request);
        request->event.fire = received;
        engine_at(engine_of(request), &request->event, 0);
    }
}

static void tell_readers(struct object *object)
{
    tell(object->waiting);
    if (object->listing)
        tell(object->listing->waiting);
}

/* -- sending ------------------------------------------------------------------------------- */

static void set_coming(struct object *object, int change)
{
    object->coming += (uint32_t)change;
    if (object->listing)
        object->listing->coming += change;
}

static void book(struct direct *direct, const struct request *request, int64_t bytes,
                 enum outcome outcome)
{
    direct->count->bytes += bytes;
    direct->messages->bytes_sent += bytes;
    ledger_request_row(request->channel->world->ledger, request->node->entity, direct->count,
                       request->begin_s, engine_now_s(engine_of(request)), bytes, outcome);
}

static void arrived(struct engine *engine, struct event *event)
{
    struct request *request = request_of_event(event);

    set_coming(request->object, -1);
    object_appear(request->object, request->bytes, engine_now_s(engine));
    tell_readers(request->object);
    request_finish(request, OUTCOME_OK);
}

static void transferred(struct engine *engine, struct flow *flow)
{
    struct request *request = request_of_flow(flow);

    book((struct direct *)request->channel, request, request->bytes, OUTCOME_OK);
    arrived(engine, &request->event);
}

static void transfer(struct engine *engine, struct event *event)
{
    struct request *request = request_of_event(event);
    struct direct *direct = (struct direct *)request->channel;
    struct share *share[2] = {request->node->nic_up, request->to->nic_down};

    request->flow.done = transferred;
    flow_begin(engine, &request->flow, share, 2, (double)request->bytes,
               direct->connection_bytes_per_s);
}

/* The channel's latency where it is given, else the instances' own. */
static double latency_s(struct direct *direct, const struct request *request)
{
    struct rng rng = request_rng(request, direct->latency, 0);
    double given_s = value_draw(&direct->conf->latency_s, &rng, request->begin_s);

    return isnan(given_s) ? fmax(request->node->latency_s, request->to->latency_s) : given_s;
}

/* -- sending over a transport -------------------------------------------------------------- */

/* The request is over when its message has arrived: who sends does not wait for the
 * acknowledgement, and goes on while lost ones are repeated. */
static void parcel_delivered(struct message *message)
{
    struct parcel *parcel = (struct parcel *)message;
    struct request *request = parcel->request;

    if (message->outcome != OUTCOME_OK && request->missed)
        request->missed(request);
    set_coming(request->object, -1);
    object_appear(request->object, request->bytes, message->delivered_s);
    tell_readers(request->object);
    parcel->request = NULL;
    request->message = NULL;
    request_finish(request, message->outcome);
}

static void parcel_free(struct direct *direct, struct parcel *parcel)
{
    TAILQ_REMOVE(&direct->parcels, parcel, neighbour);
    message_done(&parcel->message);
    free(parcel);
}

static void parcel_over(struct message *message)
{
    parcel_free(message->owner, (struct parcel *)message);
}

static void post_parcel(struct direct *direct, struct request *request)
{
    struct parcel *parcel = NEW(struct parcel);

    parcel->request = request;
    TAILQ_INSERT_TAIL(&direct->parcels, parcel, neighbour);
    parcel->message = (struct message){.from = request->node,
                                       .to = request->to,
                                       .bytes = request->bytes,
                                       .round = request->round,
                                       .which = request->which,
                                       .number = request->number,
                                       .vital = request->vital,
                                       .delivered = parcel_delivered,
                                       .over = parcel_over,
                                       .owner = direct};
    request->message = &parcel->message;
    transport_send(direct->transport, &parcel->message);
}

static void take_back(struct request *request)
{
    struct parcel *parcel = (struct parcel *)request->message;

    transport_recall(&parcel->message);
    parcel_free((struct direct *)request->channel, parcel);
    request->message = NULL;
    set_coming(request->object, -1);
    tell_readers(request->object);
}

static void post(struct direct *direct, struct request *request)
{
    double due_s = request->begin_s;

    assert(request->to);
    set_coming(request->object, 1);
    tell_readers(request->object);
    if (!direct->is_plain) {
        post_parcel(direct, request);
        return;
    }
    request->event.fire = arrived;
    if (request->to != request->node) {
        due_s += latency_s(direct, request);
        request->event.fire = transfer;
        direct->count->count++;
        direct->messages->sent++;
    }
    engine_at(engine_of(request), &request->event, due_s);
}

/* -- the channel --------------------------------------------------------------------------- */

static void deleted(struct engine *engine, struct event *event)
{
    (void)engine;
    request_finish(request_of_event(event), OUTCOME_OK);
}

static void begin(struct channel *channel, struct request *request)
{
    struct engine *engine = channel->world->engine;

    switch (request->verb) {
    case VERB_PUT:
        post((struct direct *)channel, request);
        return;
    case VERB_GET:
    case VERB_LIST:
        receive(request);
        return;
    case VERB_FETCH:  /* not among its facts */
    case VERB_DELETE: /* a message is nobody's but its reader's */
    case VERB_COUNT:
        break;
    }
    request->event.fire = deleted;
    if (request->done)
        engine_at(engine, &request->event, request->begin_s);
    else
        request_finish(request, OUTCOME_OK);
}

static void cancel(struct channel *channel, struct request *request)
{
    struct direct *direct = (struct direct *)channel;
    struct engine *engine = channel->world->engine;
    int64_t left = request->bytes;

    if (request->message) {
        take_back(request);
        return;
    }
    engine_cancel(engine, &request->event);
    request_unqueue(request);
    if (request->verb != VERB_PUT)
        return;
    set_coming(request->object, -1);
    tell_readers(request->object);
    if (request->to == request->node)
        return;
    if (flow_in_progress(&request->flow))
        left = (int64_t)flow_cancel(engine, &request->flow);
    direct->messages->lost++;
    direct->count->failed++;
    book(direct, request, request->bytes - left, OUTCOME_CANCELLED);
}

static void settle(struct channel *channel)
{
    (void)channel; /* traffic inside a region is free */
}

static int64_t accrued_pusd(struct channel *channel)
{
    (void)channel;
    return 0;
}

static bool gives_up(const struct choice *transport)
{
    const struct transport_kind *kind = transport_kind_of(transport);

    return kind->gives_up || kind->rule(transport->conf).timer->max_attempts > 0;
}

/* Vital messages apart, which any transport sends again for ever. */
static bool repeats(const struct choice *transport)
{
    struct transport_rule rule = transport_kind_of(transport)->rule(transport->conf);

    return rule.repairs && !rule.timer->max_attempts && !isfinite(rule.deadline_s) &&
           rule.wanted_ratio > 0;
}

static int64_t packet_bytes(const struct choice *loss)
{
    const struct loss_conf *conf = loss->conf;

    return conf && conf->per == LOSS_PER_PACKET ? conf->packet_bytes : 0;
}

static struct channel_facts facts(const void *settings)
{
    const struct direct_conf *conf = settings;
    const struct kind *transport = conf->transport.kind;

    return (struct channel_facts){.posted = true,
                                  .has_receiver = true,
                                  .traffic = (enum traffic)conf->traffic,
                                  .may_lose = transport ? gives_up(&conf->transport)
                                                        : conf->loss.kind != NULL,
                                  .repeats = transport && repeats(&conf->transport),
                                  .packet_bytes = packet_bytes(&conf->loss),
                                  .is_watched = transport || conf->loss.kind,
                                  .needs_addressable_nodes = true};
}

static void check(const void *settings, const struct loss_check *check)
{
    const struct direct_conf *conf = settings;
    const struct loss_kind *loss = conf->loss.kind ? loss_kind_of(&conf->loss) : NULL;

    if (loss && loss->check)
        loss->check(conf->loss.conf, check);
    if (!loss || !loss->lose || conf->transport.kind)
        return;
    diag_add(check->diags, DIAG_ERROR, check->place(check, "loss"),
             "messages are lost, and nothing says what is done about it: give the channel a "
             "'transport'");
    diag_add(check->diags, DIAG_NOTE, check->place(check, "loss"),
             "there are: reliable, unreliable, bounded");
}

static const struct choice *loss_of(const void *settings)
{
    return &((const struct direct_conf *)settings)->loss;
}

static bool unused(const struct channel *channel, char *out, size_t size)
{
    return transport_unused(((const struct direct *)channel)->transport, out, size);
}

static void send(struct channel *channel, struct message *message)
{
    transport_send(((struct direct *)channel)->transport, message);
}

static struct channel_means means(const void *settings, int64_t bytes)
{
    const struct direct_conf *conf = settings;
    bool unlimited = isnan(conf->bandwidth_bytes_per_s);

    (void)bytes;
    return (struct channel_means){.latency_s = value_mean(&conf->latency_s),
                                  .connection_bytes_per_s =
                                      unlimited ? INFINITY : conf->bandwidth_bytes_per_s,
                                  .bulk_connections = 1};
}

static struct channel *open_direct(struct world *world, const char *name, const void *conf)
{
    struct direct *direct = NEW(struct direct);
    struct transport_setup setup;

    channel_init(&direct->channel, &channel_direct, world, name, conf);
    direct->conf = conf;
    direct->connection_bytes_per_s = isnan(direct->conf->bandwidth_bytes_per_s)
                                         ? INFINITY
                                         : direct->conf->bandwidth_bytes_per_s;
    direct->latency = channel_stream(&direct->channel, "latency");
    direct->count = ledger_request_count(world->ledger, name, "SEND");
    direct->messages = ledger_messages(world->ledger, (enum traffic)direct->conf->traffic);
    direct->is_plain = !direct->conf->loss.kind && !direct->conf->transport.kind &&
                       (!world->network || !world->network->links);
    setup = (struct transport_setup){
        .world = world,
        .name = name,
        .transport = &direct->conf->transport,
        .loss = &direct->conf->loss,
        .latency_s = &direct->conf->latency_s,
        .connection_bytes_per_s = direct->connection_bytes_per_s,
        .sharing = (enum sharing)direct->conf->sharing,
        .traffic = (enum traffic)direct->conf->traffic,
        .requests = direct->count,
    };
    direct->transport = transport_new(&setup);
    TAILQ_INIT(&direct->parcels);
    return &direct->channel;
}

static struct channel *close_direct(struct channel *channel)
{
    struct direct *direct = (struct direct *)channel;
    struct parcel *parcel;

    if (!channel)
        return NULL;
    while ((parcel = TAILQ_FIRST(&direct->parcels))) { /* a run that was broken off */
        transport_recall(&parcel->message);
        parcel_free(direct, parcel);
    }
    transport_free(direct->transport);
    channel_done(channel);
    free(channel);
    return NULL;
}

const struct channel_kind channel_direct = {
    .kind = {.name = "direct",
             .doc = "Messages straight from node to node; the nodes need addresses, so not "
                    "between functions.",
             .fields = direct_fields,
             .conf_size = sizeof(struct direct_conf)},
    .facts = facts,
    .check = check,
    .loss = loss_of,
    .unused = unused,
    .means = means,
    .open = open_direct,
    .begin = begin,
    .cancel = cancel,
    .send = send,
    .settle = settle,
    .accrued_pusd = accrued_pusd,
    .close = close_direct,
};
