/* SPDX-License-Identifier: MIT
 * transport.c -- one channel's transport: paths, and what becomes of a message; copy.c says
 * what becomes of each copy of it. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/network/transport/transport_inside.h"

#define TRANSPORT(name_) extern const struct transport_kind transport_##name_;
#include "sim/network/transport/list.h"
#undef TRANSPORT

static const struct kind *const kinds[] = {
#define TRANSPORT(name_) &transport_##name_.kind,
#include "sim/network/transport/list.h"
#undef TRANSPORT
    NULL,
};

const struct family transport_family = {
    .name = "transport",
    .doc = "What is done about messages that a network loses.",
    .kinds = kinds,
};

const char *const sharing_names[] = {"by_transport", "fair", "queue", NULL};

/* -- paths -----------------------------------------------------------------------------------
 */

static struct rng_stream stream_of(const struct transport_setup *setup, const char *link,
                                   const char *what)
{
    char name[160];

    snprintf(name, sizeof name, "network.%s%s%s.%s", setup->name, link ? "." : "",
             link ? link : "", what);
    return rng_stream(setup->world->seed, name);
}

static bool has_own_loss(const struct network_link *link)
{
    return link->loss && link->loss->kind;
}

/* own: the channel's path, whose loss holds for links that say nothing of it; NULL: it is it.
 */
static void path_init(struct path *path, const struct transport_setup *setup,
                      const struct network_link *link, const struct path *own)
{
    const struct choice *loss = link ? link->loss : setup->loss;
    const char *name = link ? link->name : NULL;

    path->latency_s = link && link->latency_s ? link->latency_s : setup->latency_s;
    path->cap_per_s = setup->connection_bytes_per_s;
    if (link)
        path->cap_per_s = fmin(path->cap_per_s, link->bandwidth_bytes_per_s);
    path->borrows_loss = link && !has_own_loss(link);
    if (path->borrows_loss) {
        path->loss = own->loss;
        path->ack_loss = own->ack_loss;
        return;
    }
    path->loss = loss_new(loss, stream_of(setup, name, "loss"));
    path->ack_loss = loss_new(loss, stream_of(setup, name, "loss.ack"));
}

const struct path *path_of(const struct transport *transport, const struct node *from,
                           const struct node *to)
{
    if (transport->paths == 1)
        return transport->path;
    return &transport->path[1 + network_find(transport->world->network, (int)from->group,
                                             (int)to->group, transport->traffic)];
}

static double instances_latency_s(const struct node *from, const struct node *to)
{
    double longer_s = fmax(from->latency_s, to->latency_s);

    return isnan(longer_s) ? 0 : longer_s;
}

double path_mean_latency_s(const struct path *path, const struct node *from,
                           const struct node *to)
{
    double mean_s = value_mean(path->latency_s);

    return isnan(mean_s) ? instances_latency_s(from, to) : mean_s;
}

double transport_latency_s(const struct transport *transport, const struct node *from,
                           const struct node *to)
{
    return path_mean_latency_s(path_of(transport, from, to), from, to);
}

/* Drawn anew for each copy (kind 0) and acknowledgement (kind 1). */
double path_latency_s(const struct message *message, const struct node *from,
                      const struct node *to, int kind)
{
    const struct transport *transport = message->transport;
    const struct path *path = path_of(transport, from, to);
    struct rng rng;
    double drawn_s;

    if (path->latency_s->kind == VALUE_CONSTANT)
        drawn_s = path->latency_s->a;
    else {
        rng = rng_at(transport->latency, loss_node_id(from->group, from->number),
                     loss_node_id(to->group, to->number));
        rng.block = (uint64_t)message->number << 32 | (uint64_t)(2 * message->attempts + kind)
                                                          << 16;
        drawn_s = value_draw(path->latency_s, &rng, engine_now_s(transport->world->engine));
    }
    return isnan(drawn_s) ? instances_latency_s(from, to) : drawn_s;
}

/* -- life ------------------------------------------------------------------------------------
 */

static const struct timer_conf no_timer;

struct transport *transport_new(const struct transport_setup *setup)
{
    struct transport *transport = NEW(struct transport);
    const struct network *network = setup->world->network;
    const struct choice *choice = setup->transport;
    bool queues = false;

    transport->world = setup->world;
    transport->traffic = setup->traffic;
    transport->rule =
        (struct transport_rule){.timer = &no_timer, .deadline_s = INFINITY, .wanted_ratio = 1};
    if (choice && choice->kind) {
        transport->rule = transport_kind_of(choice)->rule(choice->conf);
        queues = transport_kind_of(choice)->queues;
    }
    transport->queues =
        setup->sharing == SHARING_BY_KIND ? queues : setup->sharing == SHARING_QUEUE;
    transport->paths = 1 + (network ? network->links : 0);
    transport->path = NEW_ARRAY(struct path, transport->paths);
    for (int i = 0; i < transport->paths; i++)
        path_init(&transport->path[i], setup, i ? &network->link[i - 1] : NULL,
                  i ? &transport->path[0] : NULL);
    transport->latency = stream_of(setup, NULL, "latency");
    transport->count = ledger_messages(setup->world->ledger, setup->traffic);
    transport->requests = setup->requests;
    transport->acks = ledger_messages(setup->world->ledger, TRAFFIC_CONTROL);
    return transport;
}

struct transport *transport_free(struct transport *transport)
{
    if (!transport)
        return NULL;
    for (int i = 0; i < transport->paths; i++) {
        if (transport->path[i].borrows_loss)
            continue;
        loss_free(transport->path[i].loss);
        loss_free(transport->path[i].ack_loss);
    }
    free(transport->path);
    free(transport->scratch);
    free(transport);
    return NULL;
}

bool transport_unused(const struct transport *transport, char *out, size_t size)
{
    for (int i = 0; i < transport->paths; i++) {
        const struct loss_process *loss = transport->path[i].loss;

        if (loss && loss->kind->unused && loss->kind->unused(loss->state, out, size))
            return true;
    }
    return false;
}

/* -- what has arrived ------------------------------------------------------------------------
 */

void message_done(struct message *message)
{
    assert(!message->under_way);
    free(message->missing);
    message->missing = NULL;
}

size_t message_words(const struct message *message)
{
    return ((size_t)message->packets + 63) / 64;
}

uint64_t *message_bits(struct message *message)
{
    return message->missing ? message->missing : &message->missing_bits;
}

static void nothing_is_there(struct message *message)
{
    size_t words = message_words(message);
    int rest = message->packets % 64;
    uint64_t *bits;

    if (words > 1) {
        message->missing = memory_resize(message->missing, words, sizeof *message->missing);
    } else if (message->missing) {
        free(message->missing);
        message->missing = NULL;
    }
    bits = message_bits(message);
    memset(bits, 0xff, words * sizeof *bits);
    if (rest)
        bits[words - 1] = (UINT64_C(1) << rest) - 1;
    message->packets_missing = message->packets;
}

void message_all_there(struct message *message)
{
    memset(message_bits(message), 0, message_words(message) * sizeof(uint64_t));
    message->packets_missing = 0;
}

int64_t message_missing_bytes(const struct message *message)
{
    if (message->packets_missing == message->packets)
        return message->bytes;
    return (int64_t)((double)message->bytes / message->packets * message->packets_missing);
}

bool message_is_repaired(const struct message *message)
{
    return message->vital || message->transport->rule.repairs;
}

/* -- the ends of a message -------------------------------------------------------------------
 */

static void release(struct message *message)
{
    const struct transport *transport = message->transport;

    if (transport->requests && message->from != message->to)
        ledger_request_row(transport->world->ledger, message->from->entity, transport->requests,
                           message->begin_s, message->delivered_s, message->bytes_sent,
                           message->outcome);
    message->under_way = false;
    node_let_go(message->from);
    node_let_go(message->to);
}

static void note_delivered(struct message *message)
{
    struct message_count *count = message->transport->count;
    struct request_count *requests = message->transport->requests;
    struct engine *engine = message->transport->world->engine;

    message->is_delivered = true;
    message->delivered_s = engine_now_s(engine);
    message->outcome = message->packets_missing ? OUTCOME_LOST : OUTCOME_OK;
    engine_cancel(engine, &message->deadline);
    if (message->from == message->to)
        return;
    if (message->packets_missing) {
        count->lost++;
        count->bytes_lost += message_missing_bytes(message);
    }
    if (requests)
        requests->failed += message->packets_missing > 0;
}

void message_deliver(struct message *message)
{
    note_delivered(message);
    message->delivered(message);
}

void message_end(struct message *message)
{
    message_fn *over = message->over;
    bool is_delivered = message->is_delivered;

    if (!is_delivered)
        note_delivered(message);
    release(message);
    if (!is_delivered)
        message->delivered(message);
    if (over)
        over(message);
}

/* -- sending ---------------------------------------------------------------------------------
 */

static void too_late(struct engine *engine, struct event *event)
{
    struct message *message = message_of_deadline(event);

    (void)engine;
    copy_stop(message);
    message_end(message);
}

static void is_here(struct engine *engine, struct event *event)
{
    struct message *message = message_of_event(event);

    (void)engine;
    message_all_there(message);
    message_end(message);
}

void transport_send(struct transport *transport, struct message *message)
{
    struct engine *engine = transport->world->engine;
    const struct path *path = path_of(transport, message->from, message->to);

    assert(!message->under_way && message->delivered);
    message->transport = transport;
    message->under_way = true;
    message->is_delivered = false;
    message->attempts = 0;
    message->bytes_sent = 0;
    message->begin_s = engine_now_s(engine);
    message->delivered_s = NAN;
    message->acked_s = INFINITY;
    node_hold(message->from);
    node_hold(message->to);
    if (message->from == message->to) {
        message->packets = 1;
        nothing_is_there(message);
        message->stage = COPY_WAITS;
        message->event.fire = is_here;
        engine_at(engine, &message->event, message->begin_s);
        return;
    }
    message->packets = loss_packets(path->loss, message->bytes);
    nothing_is_there(message);
    transport->count->sent++;
    if (transport->requests)
        transport->requests->count++;
    if (!message->vital && isfinite(transport->rule.deadline_s)) {
        message->deadline.fire = too_late;
        engine_at(engine, &message->deadline, message->begin_s + transport->rule.deadline_s);
    }
    copy_send(message);
}

void transport_recall(struct message *message)
{
    if (!message->under_way)
        return;
    copy_stop(message);
    if (!message->is_delivered)
        note_delivered(message);
    engine_cancel(message->transport->world->engine, &message->deadline);
    release(message);
}

/* -- closed form -----------------------------------------------------------------------------
 */

double transport_mean_s(const struct timer_conf *timer, double latency_s, double transfer_s,
                        double loss_ratio)
{
    double mean_s = latency_s + transfer_s, lost = loss_ratio;
    double timer_s = 2 * latency_s + timer->timeout_s;

    if (loss_ratio >= 1)
        return INFINITY;
    while (timer_s < timer->max_timeout_s && timer->backoff_ratio > 1 &&
           lost * timer_s > 1e-17 * mean_s) {
        mean_s += lost * (transfer_s + timer_s);
        lost *= loss_ratio;
        timer_s *= timer->backoff_ratio;
    }
    /* from here on the timer does not grow, or nothing is left to add: a geometric series */
    return mean_s +
           lost / (1 - loss_ratio) * (transfer_s + fmin(timer_s, timer->max_timeout_s));
}
