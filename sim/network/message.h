/* SPDX-License-Identifier: MIT
 * message.h -- one message on its way from node to node over a network that may lose it.
 *
 * Embedded in its owner; zero it before first use.  The lean path for whoever sends millions
 * (RPS, gossip): two or three events a message, callbacks, no request, no object, no actor's
 * wake.  Sent by transport_send (transport/transport.h) or, by a job, channel_send.
 *
 * A *link* is an ordered pair of nodes.  Which random numbers decide about a message is said by
 * its link and its `number` there, whatever else happens: a run with loss and one without, or
 * with twice the loss, stay paired, and who sends more elsewhere shifts nobody.  So give equal
 * messages equal numbers: round * messages of a round on the link + which of them.
 *
 * A *packet* is what one loss voids: the whole message, or, with `per: packet` of the loss
 * process, a slice of packet_bytes of it (loss/loss.h). */
#ifndef TRAINCAST_SIM_NETWORK_MESSAGE_H
#define TRAINCAST_SIM_NETWORK_MESSAGE_H

#include "sim/node/node.h"

struct message;
struct transport;
typedef void(message_fn)(struct message *message);

struct message {
    /* set by the sender */
    struct node *from, *to;
    int64_t bytes;
    int64_t round;   /* from 1, as scripts name it; 0: of no round */
    uint32_t which;  /* of its link's messages of the round, from 0, likewise */
    uint32_t number; /* on its link, see above */
    bool vital;      /* nobody can go on without it: sent again until it is there, whatever the
                      * transport */
    /* Callback, exactly once: what will ever arrive has arrived, or it is sure that nothing
     * will.  message->outcome: OK, or LOST when some of it is missing: message_has says what.
     */
    message_fn *delivered;
    /* Callback or NULL, exactly once, not before delivered: its sender has done with it
     * (acknowledged, given up); the message may be sent again, or be gone, from then on.
     * Without acknowledgement right after delivered. */
    message_fn *over;
    void *owner;
    /* set by the transport */
    enum outcome outcome;
    int attempts;       /* copies that were sent, wholly or in part */
    int64_t bytes_sent; /* of all copies */
    int32_t packets, packets_missing;
    double begin_s, delivered_s; /* NaN: not yet */
    /* private to sim/network */
    bool under_way, is_delivered;
    enum copy_stage { COPY_WAITS, COPY_UP, COPY_DOWN, COPY_FLOWS } stage;
    struct transport *transport;
    uint64_t missing_bits;           /* of up to 64 packets, else */
    uint64_t *missing;               /* [(packets + 63) / 64] */
    int32_t copy_packets, copy_lost; /* of the copy on its way */
    int64_t copy_bytes;
    double copy_sent_s;
    double acked_s;              /* when the acknowledgement arrives; INFINITY: it does not */
    struct message *next_queued; /* in a NIC's queue, with ... */
    double queued_bytes, queued_cap_per_s;
    message_fn *crossed;
    struct event event; /* its next step */
    struct event deadline;
    struct flow flow; /* of the copy on its way, where NICs are shared fairly */
};

static inline bool message_is_under_way(const struct message *message)
{
    return message->under_way;
}
/* Once delivered: has this packet, counted from 0, arrived? */
static inline bool message_has(const struct message *message, int32_t packet)
{
    const uint64_t *bits = message->missing ? message->missing : &message->missing_bits;

    return !(bits[packet / 64] >> (packet % 64) & 1);
}
/* Frees what a message of more than 64 packets keeps; it is not under way.  Safe on {0}. */
void message_done(struct message *message);

#endif
