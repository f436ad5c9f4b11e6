/* SPDX-License-Identifier: MIT
 * flow.h -- amounts that flow through shared capacity: bytes over NICs and services,
 * core-seconds through cores.  Max-min fair and exact.
 *
 * A `share` is one capacity (bytes/s of a NIC, cores of a node).  A `flow` is an amount that
 * crosses one to FLOW_SHARES shares at once with a cap of its own; all flows in progress have
 * the max-min fair rates (progressive filling; Bertsekas & Gallager, Data Networks, 6.5.2),
 * which change only when a flow begins, ends or a capacity changes.
 *
 * Cost, by where a flow is:
 *   - no share of its can be full, because all the flows on it together cannot fill it: one
 *     event, whatever the number of flows (flow.c);
 *   - one share can be full: O(log n) for n flows on it (crowd.c);
 *   - several: O(n) for the n flows tied to it over shares that can be full, once per moment
 *     in which any of them begins or ends (web.c).
 * All are tested against brute force and against SimGrid's own flows.  Completion is decided by
 * time, never by amount left. */
#ifndef TRAINCAST_SIM_ENGINE_FLOW_H
#define TRAINCAST_SIM_ENGINE_FLOW_H

#include "sim/engine/engine.h"

enum { FLOW_SHARES = 4 };

struct share; /* opaque: thousands of flows may cross one */

/* capacity_per_s > 0, or INFINITY for one that never limits (then it costs nothing). */
struct share *share_new(struct engine *engine, const char *name, double capacity_per_s);
/* No flow may cross it any more; before its engine is freed; NULL-safe, returns NULL. */
struct share *share_free(struct share *share);
void share_set_capacity(struct share *share, double capacity_per_s); /* 0: all stall */
double share_capacity(const struct share *share);
const char *share_name(const struct share *share);
size_t share_flow_count(const struct share *share);
double share_used_per_s(const struct share *share); /* sum of the rates now; O(flows) */
/* Amount that has crossed the share since it was made, up to now; O(flows in progress). */
double share_carried(struct share *share);

struct flow;
typedef void(flow_fn)(struct engine *engine, struct flow *flow);

enum flow_place { FLOW_OUT, FLOW_EMPTY, FLOW_ALONE, FLOW_IN_CROWD, FLOW_IN_WEB };

/* Embedded in its owner; zero it before first use.  All fields but `done` belong to flow.c. */
struct flow {
    flow_fn *done; /* called once, when the whole amount has crossed; never from flow_begin.
                    * The flow is over by then: it may be begun again or freed. */
    struct share *share[FLOW_SHARES];
    uint32_t place_on[FLOW_SHARES]; /* among the share's flows */
    int share_count;
    enum flow_place place;
    double amount;
    double cap_per_s;
    double begin_s;
    double bound_per_s; /* the least of its cap and its shares' capacities */
    double rate_per_s;  /* alone: since since_s */
    double left;        /* alone: at since_s */
    double since_s;
    uint64_t order;     /* of beginning: breaks ties among flows that end together */
    struct event event; /* its end: in the engine's queue, a crowd's or a web's */
    union {
        struct cap_class *cap_class; /* in a crowd */
        struct web *web;
    };
    size_t place_in_web;
};

/* Begins now.  amount >= 0 (0 is done at once, by an event due now); cap_per_s > 0 or INFINITY;
 * count may be 0 (then the cap alone decides; both infinite: done now).  The shares differ. */
void flow_begin(struct engine *engine, struct flow *flow, struct share *const share[],
                int count, double amount, double cap_per_s);
/* Stops it; done is not called.  Returns the amount that had not crossed; 0 if not in
 * progress. */
double flow_cancel(struct engine *engine, struct flow *flow);
void flow_set_cap(struct engine *engine, struct flow *flow, double cap_per_s);
bool flow_in_progress(const struct flow *flow);
double flow_rate(const struct flow *flow); /* now, per second; 0 if not in progress */

/* Blocks.  A flow from begin to end; cancelled when the actor's doom strikes. */
enum outcome flow_run(struct actor *self, struct share *const share[], int count, double amount,
                      double cap_per_s, const char *for_what);

#endif
