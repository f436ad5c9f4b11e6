/* SPDX-License-Identifier: MIT
 * node.h -- where a body runs: cores, memory, NIC up and down.
 *
 * A node is made by a platform (platform.h) and belongs to it.  Several bodies or lanes may use
 * one node at once; all they do shares its cores and its NIC (max-min fair, sim/engine/flow.h).
 * What may outlast the body (a message posted and still under way) holds the node meanwhile:
 * node_hold and node_let_go. */
#ifndef TRAINCAST_SIM_NODE_NODE_H
#define TRAINCAST_SIM_NODE_NODE_H

#include "sim/engine/flow.h"
#include "sim/node/world.h"

struct credits;
struct nic_queue;

struct node {
    struct world *world;
    int entity; /* whose activities the ledger books: the worker's, server's, VM's */
    /* Of its group, from 0; indexes its random numbers.  A VM's place in the cluster, a
     * sandbox's in the order in which the group's were made. */
    uint32_t number;
    uint32_t group;                  /* its platform's number */
    double vcpus;                    /* may be a fraction */
    double speed_ratio;              /* 1: as the catalogue says; 0.5: half as fast */
    struct share *cores;             /* capacity: vcpus, in core-seconds per second; crossed by
                                      * node_compute only, which keeps the CPU credits */
    struct share *nic_up, *nic_down; /* bytes per second */
    struct nic_queue *up_queue, *down_queue; /* sim/network's: of datagrams; NULL until used */
    double latency_s;   /* one way, of a direct message between two such nodes, where the
                         * catalogue says it of the instance; NaN: the channel says */
    struct share *disk; /* bytes per second from its own volume; NULL: nothing is kept there */
    double disk_latency_s;
    int64_t memory_bytes, used_bytes, peak_bytes; /* memory_bytes 0: unlimited */
    struct credits *credits;                      /* NULL: cores are always there in full */
    uint32_t holds;                               /* see node_hold */
};

void node_init(struct node *node, struct world *world, double vcpus, double speed_ratio,
               double up_bytes_per_s, double down_bytes_per_s, int64_t memory_bytes);
void node_done(struct node *node); /* no flow may be in progress on it; safe twice */

/* A request holds the nodes it refers to from begin to end or cancel: their platform keeps them
 * in memory, although their body may have left and the sandbox be gone. */
static inline void node_hold(struct node *node)
{
    node->holds++;
}
static inline void node_let_go(struct node *node)
{
    node->holds--;
}

/* Blocks.  core_s seconds of one core of speed 1, of which parallel_ratio runs on all vCPUs
 * (Amdahl): alone on the node it takes core_s * ((1-p) + p/v) / speed for v >= 1 vCPUs and
 * core_s / (v speed) below one.  OUTCOME_OK or the actor's doom. */
enum outcome node_compute(struct actor *self, struct node *node, double core_s,
                          double parallel_ratio, const char *for_what);
/* The seconds node_compute takes on an otherwise idle node without CPU credits. */
double node_compute_alone_s(const struct node *node, double core_s, double parallel_ratio);

/* OUT_OF_MEMORY leaves the node's account unchanged. */
enum outcome node_memory_take(struct node *node, int64_t bytes);
void node_memory_give(struct node *node, int64_t bytes);

#endif
