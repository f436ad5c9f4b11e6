/* SPDX-License-Identifier: MIT
 * nic_queue.h -- datagrams one after another through one direction of a node's network card.
 *
 * The first of the queue crosses the NIC's share as one flow, beside whatever else the node
 * does; the others wait behind it.  So a message costs a step, however many peers it has.
 * SIMPLIFIED: the queue has no end; a network that drops what is too much is a loss process. */
#ifndef TRAINCAST_SIM_NETWORK_NIC_QUEUE_H
#define TRAINCAST_SIM_NETWORK_NIC_QUEUE_H

#include "sim/network/message.h"

enum nic_direction { NIC_UP, NIC_DOWN };

/* So many bytes of the message cross the node's NIC at cap_per_s at most, after those before
 * them; then crossed is called, as a callback. */
void nic_queue_join(struct node *node, enum nic_direction direction, struct message *message,
                    double bytes, double cap_per_s, message_fn *crossed);
/* Takes it out; returns the bytes that had crossed, or -1 when it was not in the queue. */
double nic_queue_leave(struct node *node, enum nic_direction direction,
                       struct message *message);

#endif
