/* SPDX-License-Identifier: MIT
 * transport_inside.h -- what transport.c (messages) and copy.c (their copies) share. */
#ifndef TRAINCAST_SIM_NETWORK_TRANSPORT_TRANSPORT_INSIDE_H
#define TRAINCAST_SIM_NETWORK_TRANSPORT_TRANSPORT_INSIDE_H

#include "sim/network/transport/transport.h"

/* What a message meets between two groups; the first is the channel's own, the others belong to
 * the scenario's links. */
struct path {
    const struct value *latency_s;
    double cap_per_s;
    struct loss_process *loss, *ack_loss; /* NULL: nothing is lost */
    bool borrows_loss;                    /* they are those of the channel's own path */
};

struct transport {
    struct world *world;
    struct transport_rule rule;
    enum traffic traffic;
    bool queues;
    struct path *path;
    int paths;
    struct rng_stream latency;
    struct message_count *count, *acks;
    struct request_count *requests; /* NULL: none */
    uint64_t *scratch;              /* [scratch_words]: packets of a copy that are lost */
    size_t scratch_words;
};

const struct path *path_of(const struct transport *transport, const struct node *from,
                           const struct node *to);
double path_mean_latency_s(const struct path *path, const struct node *from,
                           const struct node *to);
double path_latency_s(const struct message *message, const struct node *from,
                      const struct node *to, int kind);

struct message *message_of_event(struct event *event);
struct message *message_of_deadline(struct event *event);
struct message *message_of_flow(struct flow *flow);
size_t message_words(const struct message *message);
uint64_t *message_bits(struct message *message);
void message_all_there(struct message *message);
int64_t message_missing_bytes(const struct message *message);
bool message_is_repaired(const struct message *message);
void message_deliver(struct message *message);
/* Its sender has done with it; delivers it before, unless that was done. */
void message_end(struct message *message);

/* -- copy.c -- */
void copy_send(struct message *message);
void copy_stop(struct message *message); /* books what had left */

#endif
