/* SPDX-License-Identifier: MIT
 * copy.c -- one copy of a message: crosses, arrives or not; acknowledged, or sent again. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/memory.h"
#include "sim/network/nic_queue.h"
#include "sim/network/transport/transport_inside.h"

struct message *message_of_event(struct event *event)
{
    return (struct message *)((char *)event - offsetof(struct message, event));
}

struct message *message_of_deadline(struct event *event)
{
    return (struct message *)((char *)event - offsetof(struct message, deadline));
}

struct message *message_of_flow(struct flow *flow)
{
    return (struct message *)((char *)flow - offsetof(struct message, flow));
}

static struct engine *engine_of(const struct message *message)
{
    return message->transport->world->engine;
}

static void wait_until(struct message *message, double due_s, event_fn *then)
{
    message->stage = COPY_WAITS;
    message->event.fire = then;
    engine_at(engine_of(message), &message->event, due_s);
}

/* -- which packets are lost ------------------------------------------------------------------
 */

static struct loss_copy copy_of(const struct message *message)
{
    return (struct loss_copy){
        .from = loss_node_id(message->from->group, message->from->number),
        .to = loss_node_id(message->to->group, message->to->number),
        .number = message->number,
        .attempt = message->attempts - 1,
        .packets = message->packets,
        .bytes = message->bytes,
        .round = message->round,
        .which = message->which,
        .sent_s = message->copy_sent_s,
    };
}

static uint64_t *scratch(struct transport *transport, size_t words)
{
    if (words > transport->scratch_words) {
        transport->scratch =
            memory_resize(transport->scratch, words, sizeof *transport->scratch);
        transport->scratch_words = words;
    }
    memset(transport->scratch, 0, words * sizeof *transport->scratch);
    return transport->scratch;
}

/* The packets of the copy.  Of what was delivered already nothing is missing: then as many as
 * its last copy had, the first ones. */
static uint64_t asked_for(const struct message *message, const uint64_t *bits, size_t word)
{
    int64_t left = message->copy_packets - 64 * (int64_t)word;

    if (!message->is_delivered)
        return bits[word];
    if (left <= 0)
        return 0;
    return left >= 64 ? UINT64_MAX : (UINT64_C(1) << left) - 1;
}

/* What is missing when the copy has arrived; kept in the message when `keep`.  The processes
 * answer alike each time they are asked. */
static int32_t missing_after(struct message *message, bool keep)
{
    struct transport *transport = message->transport;
    struct loss_process *loss = path_of(transport, message->from, message->to)->loss;
    struct loss_copy copy = copy_of(message);
    size_t words = message_words(message);
    uint64_t *lost, *bits = message_bits(message);
    int32_t count = 0;

    if (!loss) {
        if (keep)
            message_all_there(message);
        return 0;
    }
    lost = scratch(transport, words);
    loss_decide(loss, &copy, lost);
    for (size_t i = 0; i < words; i++) {
        count += __builtin_popcountll(asked_for(message, bits, i) & lost[i]);
        if (keep)
            bits[i] &= lost[i];
    }
    if (keep)
        message->packets_missing = count;
    return count;
}

/* -- a copy has come to its end --------------------------------------------------------------
 */

static void again(struct engine *engine, struct event *event)
{
    struct message *message = message_of_event(event);
    int64_t most = message->transport->rule.timer->max_attempts;

    (void)engine;
    if (most && message->attempts >= most && !message->vital)
        message_end(message);
    else
        copy_send(message);
}

static void acknowledged(struct engine *engine, struct event *event)
{
    (void)engine;
    message_end(message_of_event(event));
}

/* From the copy's last byte, which would have arrived now, until the timer expires. */
static double timer_left_s(const struct message *message)
{
    const struct transport *transport = message->transport;
    const struct timer_conf *timer = transport->rule.timer;
    double latency_s = transport_latency_s(transport, message->from, message->to);
    double first_s = 2 * latency_s + timer->timeout_s;
    double timer_s = first_s * pow(timer->backoff_ratio, message->attempts - 1);

    return fmax(fmin(timer_s, timer->max_timeout_s) - latency_s, 0);
}

/* When the receiver's acknowledgement, sent now, is back; INFINITY when it is lost, too. */
static double acknowledge(struct message *message)
{
    struct transport *transport = message->transport;
    const struct path *back = path_of(transport, message->to, message->from);
    int64_t bytes = transport->rule.timer->ack_bytes;
    double rate = fmin(back->cap_per_s, fmin(share_capacity(message->to->nic_up),
                                             share_capacity(message->from->nic_down)));
    struct loss_copy copy = copy_of(message);

    transport->acks->sent++;
    transport->acks->bytes_sent += bytes;
    copy.packets = 1;
    copy.bytes = bytes;
    if (loss_decide(back->ack_loss, &copy, scratch(transport, 1))) {
        transport->acks->lost++;
        transport->acks->dropped++;
        transport->acks->bytes_lost += bytes;
        transport->acks->bytes_dropped += bytes;
        return INFINITY;
    }
    return engine_now_s(engine_of(message)) +
           path_latency_s(message, message->to, message->from, 1) + (double)bytes / rate;
}

static bool is_enough(const struct message *message)
{
    const struct transport_rule *rule = &message->transport->rule;

    if (message->vital)
        return message->packets_missing == 0;
    return message->packets - message->packets_missing >=
           rule->wanted_ratio * message->packets - 1e-9;
}

/* Waits for the acknowledgement or the timer, whichever is first. */
static void wait_for_answer(struct message *message, bool something_came)
{
    double timer_s = engine_now_s(engine_of(message)) + timer_left_s(message);
    double answer_s = something_came ? acknowledge(message) : INFINITY;

    if (message->is_delivered)
        message->acked_s = fmin(message->acked_s, answer_s);
    if (message->is_delivered && message->acked_s <= timer_s)
        wait_until(message, message->acked_s, acknowledged);
    else /* what is missing of a copy is asked for by the acknowledgement of the rest */
        wait_until(message, fmin(timer_s, answer_s), again);
}

static void copy_arrived(struct message *message)
{
    bool something_came = message->copy_lost < message->packets_missing;

    if (message->is_delivered)
        something_came = message->copy_lost < message->copy_packets;
    else
        missing_after(message, true);
    if (!message_is_repaired(message)) {
        message_end(message);
        return;
    }
    if (!message->is_delivered && is_enough(message))
        message_deliver(message);
    wait_for_answer(message, something_came);
}

/* -- crossing --------------------------------------------------------------------------------
 */

static void book(struct message *message, int64_t bytes)
{
    struct message_count *count = message->transport->count;

    count->bytes_sent += bytes;
    message->bytes_sent += bytes;
    if (message->transport->requests)
        message->transport->requests->bytes += bytes;
    if (message->attempts > 1)
        count->bytes_retransmitted += bytes;
}

static int64_t bytes_lost(const struct message *message)
{
    if (message->copy_lost == message->copy_packets)
        return message->copy_bytes;
    return (int64_t)((double)message->copy_bytes / message->copy_packets * message->copy_lost);
}

static void crossed_down(struct message *message)
{
    copy_arrived(message);
}

static void came_to_receiver(struct engine *engine, struct event *event)
{
    struct message *message = message_of_event(event);

    (void)engine;
    if (message->copy_lost == message->copy_packets) {
        copy_arrived(message);
        return;
    }
    message->stage = COPY_DOWN;
    nic_queue_join(
        message->to, NIC_DOWN, message, (double)(message->copy_bytes - bytes_lost(message)),
        path_of(message->transport, message->from, message->to)->cap_per_s, crossed_down);
}

static void crossed_up(struct message *message)
{
    double latency_s = path_latency_s(message, message->from, message->to, 0);

    book(message, message->copy_bytes);
    wait_until(message, engine_now_s(engine_of(message)) + latency_s, came_to_receiver);
}

static void crossed_both(struct engine *engine, struct flow *flow)
{
    struct message *message = message_of_flow(flow);

    (void)engine;
    book(message, message->copy_bytes);
    copy_arrived(message);
}

static void cross_both(struct engine *engine, struct event *event)
{
    struct message *message = message_of_event(event);
    struct share *share[2] = {message->from->nic_up, message->to->nic_down};
    bool arrives = message->copy_lost < message->copy_packets;

    message->stage = COPY_FLOWS;
    message->flow.done = crossed_both;
    flow_begin(engine, &message->flow, share, arrives ? 2 : 1, (double)message->copy_bytes,
               path_of(message->transport, message->from, message->to)->cap_per_s);
}

/* What the sender believes to be missing; after a lost acknowledgement, all it sent last. */
void copy_send(struct message *message)
{
    struct transport *transport = message->transport;
    double now_s = engine_now_s(transport->world->engine);

    if (!message->is_delivered) {
        message->copy_packets = message->packets_missing;
        message->copy_bytes = message_missing_bytes(message);
    }
    if (message->attempts++ > 0)
        transport->count->retransmitted++;
    message->copy_sent_s = now_s;
    message->copy_lost = missing_after(message, false);
    if (message->copy_lost > 0) {
        transport->count->dropped++;
        transport->count->bytes_dropped += bytes_lost(message);
    }
    if (transport->queues) {
        message->stage = COPY_UP;
        nic_queue_join(message->from, NIC_UP, message, (double)message->copy_bytes,
                       path_of(transport, message->from, message->to)->cap_per_s, crossed_up);
    } else {
        wait_until(message, now_s + path_latency_s(message, message->from, message->to, 0),
                   cross_both);
    }
}

void copy_stop(struct message *message)
{
    struct engine *engine = engine_of(message);
    double crossed;

    switch (message->stage) {
    case COPY_WAITS:
        engine_cancel(engine, &message->event);
        return;
    case COPY_UP:
        crossed = nic_queue_leave(message->from, NIC_UP, message);
        book(message, (int64_t)crossed);
        return;
    case COPY_DOWN:
        nic_queue_leave(message->to, NIC_DOWN, message);
        return;
    case COPY_FLOWS:
        crossed = (double)message->copy_bytes - flow_cancel(engine, &message->flow);
        book(message, (int64_t)crossed);
        return;
    }
}
