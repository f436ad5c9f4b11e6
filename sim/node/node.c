/* SPDX-License-Identifier: MIT
 * node.c -- see node.h. */
#include "sim/node/node.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "sim/node/credits.h"

void node_init(struct node *node, struct world *world, double vcpus, double speed_ratio,
               double up_bytes_per_s, double down_bytes_per_s, int64_t memory_bytes)
{
    assert(vcpus > 0 && speed_ratio > 0);
    *node = (struct node){
        .world = world,
        .vcpus = vcpus,
        .speed_ratio = speed_ratio,
        .cores = share_new(world->engine, "cores", vcpus),
        .nic_up = share_new(world->engine, "NIC up", up_bytes_per_s),
        .nic_down = share_new(world->engine, "NIC down", down_bytes_per_s),
        .latency_s = NAN,
        .memory_bytes = memory_bytes,
    };
}

void node_done(struct node *node)
{
    node->credits = credits_free(node->credits);
    node->cores = share_free(node->cores);
    node->nic_up = share_free(node->nic_up);
    node->nic_down = share_free(node->nic_down);
    node->disk = share_free(node->disk);
    free(node->up_queue);
    free(node->down_queue);
    node->up_queue = node->down_queue = NULL;
}

/* -- cores -------------------------------------------------------------------------------- */

/* Cores that work of this kind keeps busy on average.  SIMPLIFIED: Amdahl's serial and parallel
 * stretches are taken as finely interleaved, as they are in a loop over batches: tasks that
 * share a node share its cores by these averages. */
static double cores_wanted(const struct node *node, double parallel_ratio)
{
    assert(parallel_ratio >= 0 && parallel_ratio <= 1);
    if (node->vcpus < 1)
        return node->vcpus;
    return 1 / ((1 - parallel_ratio) + parallel_ratio / node->vcpus);
}

double node_compute_alone_s(const struct node *node, double core_s, double parallel_ratio)
{
    return core_s / node->speed_ratio / cores_wanted(node, parallel_ratio);
}

struct computation {
    struct flow flow; /* first */
    struct actor *self;
    struct node *node;
    bool over;
};

static void computation_over(struct engine *engine, struct flow *flow)
{
    struct computation *computation = (struct computation *)flow;

    (void)engine;
    computation->over = true;
    credits_update(computation->node->credits);
    actor_wake(computation->self);
}

enum outcome node_compute(struct actor *self, struct node *node, double core_s,
                          double parallel_ratio, const char *for_what)
{
    struct engine *engine = node->world->engine;
    struct computation computation = {
        .flow = {.done = computation_over}, .self = self, .node = node};
    enum outcome outcome = OUTCOME_OK;

    flow_begin(engine, &computation.flow, &node->cores, 1, core_s / node->speed_ratio,
               cores_wanted(node, parallel_ratio));
    credits_update(node->credits);
    while (!computation.over && outcome == OUTCOME_OK)
        outcome = engine_wait(self, INFINITY, for_what);
    if (!computation.over) {
        flow_cancel(engine, &computation.flow);
        credits_update(node->credits);
    }
    return outcome;
}

/* -- memory ------------------------------------------------------------------------------- */

enum outcome node_memory_take(struct node *node, int64_t bytes)
{
    assert(bytes >= 0);
    if (node->memory_bytes > 0 && bytes > node->memory_bytes - node->used_bytes)
        return OUTCOME_OUT_OF_MEMORY;
    node->used_bytes += bytes;
    if (node->used_bytes > node->peak_bytes)
        node->peak_bytes = node->used_bytes;
    return OUTCOME_OK;
}

void node_memory_give(struct node *node, int64_t bytes)
{
    assert(bytes >= 0 && bytes <= node->used_bytes);
    node->used_bytes -= bytes;
}
