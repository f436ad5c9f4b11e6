/* SPDX-License-Identifier: MIT
 * nic_queue.c -- see nic_queue.h. */
#include "sim/network/nic_queue.h"

#include "base/memory.h"

struct nic_queue {
    struct flow flow; /* the first one's; first, so that one is the other */
    struct share *share;
    struct engine *engine;
    struct message *first, *last;
};

static flow_fn crossed_nic;

static void begin_first(struct nic_queue *queue)
{
    struct message *message = queue->first;

    if (!message)
        return;
    queue->flow.done = crossed_nic;
    flow_begin(queue->engine, &queue->flow, &queue->share, 1, message->queued_bytes,
               message->queued_cap_per_s);
}

static struct message *take_first(struct nic_queue *queue)
{
    struct message *message = queue->first;

    queue->first = message->next_queued;
    if (!queue->first)
        queue->last = NULL;
    message->next_queued = NULL;
    return message;
}

static void crossed_nic(struct engine *engine, struct flow *flow)
{
    struct nic_queue *queue = (struct nic_queue *)flow;
    struct message *message = take_first(queue);

    (void)engine;
    begin_first(queue);
    message->crossed(message);
}

static struct nic_queue **queue_of(struct node *node, enum nic_direction direction)
{
    return direction == NIC_UP ? &node->up_queue : &node->down_queue;
}

static struct nic_queue *queue_new(struct node *node, enum nic_direction direction)
{
    struct nic_queue *queue = NEW(struct nic_queue);

    queue->engine = node->world->engine;
    queue->share = direction == NIC_UP ? node->nic_up : node->nic_down;
    return queue;
}

void nic_queue_join(struct node *node, enum nic_direction direction, struct message *message,
                    double bytes, double cap_per_s, message_fn *crossed)
{
    struct nic_queue **place = queue_of(node, direction), *queue = *place;

    if (!queue)
        *place = queue = queue_new(node, direction);
    message->queued_bytes = bytes;
    message->queued_cap_per_s = cap_per_s;
    message->crossed = crossed;
    message->next_queued = NULL;
    if (queue->last) {
        queue->last = queue->last->next_queued = message;
        return;
    }
    queue->first = queue->last = message;
    begin_first(queue);
}

double nic_queue_leave(struct node *node, enum nic_direction direction, struct message *message)
{
    struct nic_queue *queue = *queue_of(node, direction);
    struct message *before = queue ? queue->first : NULL;

    if (before == message && message) {
        double left = flow_cancel(queue->engine, &queue->flow);

        take_first(queue);
        begin_first(queue);
        return message->queued_bytes - left;
    }
    while (before && before->next_queued != message)
        before = before->next_queued;
    if (!before)
        return -1;
    before->next_queued = message->next_queued;
    if (queue->last == message)
        queue->last = before;
    message->next_queued = NULL;
    return 0;
}
