/* SPDX-License-Identifier: MIT
 * node.h -- where a body runs: cores, memory, NIC up and down.
 *
 * A node is made by a platform (platform.h) and belongs to it.  Several bodies or lanes may use
 * one node at once; all they do shares its cores and its NIC (max-min fair, sim/engine/flow.h). */
#ifndef TRAINCAST_SIM_NODE_NODE_H
#define TRAINCAST_SIM_NODE_NODE_H

#include "sim/engine/flow.h"
#include "sim/node/world.h"

struct node {
    struct world *world;
    int entity;           /* whose activities the ledger books: the worker's, server's, VM's */
    uint32_t number;      /* of its group, from 0: index of its random numbers */
    double vcpus;         /* may be a fraction */
    double speed_ratio;   /* 1: as the catalogue says; 0.5: half as fast */
    struct share *cores;  /* capacity: vcpus, in core-seconds per second */
    struct share *nic_up, *nic_down; /* bytes per second */
    int64_t memory_bytes, used_bytes, peak_bytes; /* memory_bytes 0: unlimited */
};

void node_init(struct node *node, struct world *world, double vcpus, double speed_ratio,
               double up_bytes_per_s, double down_bytes_per_s, int64_t memory_bytes);
void node_done(struct node *node); /* no flow may be in progress on it; safe twice */

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
