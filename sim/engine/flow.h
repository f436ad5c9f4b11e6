/* SPDX-License-Identifier: MIT
 * flow.h -- amounts that flow through shared capacity: bytes over NICs and services,
 * core-seconds through cores.  Max-min fair and exact.
 *
 * A `share` is one capacity (bytes/s of a NIC, cores of a node).  A `flow` is an amount that
 * crosses one to FLOW_SHARES shares at once with a cap of its own; all flows in progress have
 * the max-min fair rates (progressive filling; Bertsekas & Gallager, Data Networks, 6.5.2),
 * which change only when a flow begins, ends or a capacity changes.
 *
 * Cost: a share that is a flow's only contended one is served in O(log n) for n flows with few
 * distinct caps (virtual time per cap class); flows over several contended shares are solved by
 * progressive filling over the connected component.  Both are tested against brute force and
 * against SimGrid's own flows.  Completion is decided by time, never by amount left. */
#ifndef TRAINCAST_SIM_ENGINE_FLOW_H
#define TRAINCAST_SIM_ENGINE_FLOW_H

#include "sim/engine/engine.h"

enum { FLOW_SHARES = 4 };

struct share; /* opaque: thousands of flows may cross one */

/* capacity_per_s > 0, or INFINITY for one that never limits (then it costs nothing). */
struct share *share_new(struct engine *engine, const char *name, double capacity_per_s);
struct share *share_free(struct share *share); /* no flow may cross it any more; NULL-safe */
void share_set_capacity(struct share *share,
                        double capacity_per_s); /* 0 is allowed: all stall */
double share_capacity(const struct share *share);
size_t share_flow_count(const struct share *share);
double share_used_per_s(const struct share *share); /* sum of the rates now */
/* Amount that has crossed the share since it was made, up to now. */
double share_carried(struct share *share);

struct flow;
typedef void(flow_fn)(struct engine *engine, struct flow *flow);

/* Embedded in its owner; zero it before first use.  Fields below `done` belong to flow.c (which
 * may add to them). */
struct flow {
    flow_fn *done; /* called once, when the whole amount has crossed; never from flow_begin */
    struct share *share[FLOW_SHARES];
    int share_count;
    double amount;
    double cap_per_s;
    double begin_s;
    struct event event;
    double rate_per_s;
    double left;
    double since_s;
    void *state[6];
};

/* Begins now.  amount >= 0 (0 is done at once, by an event due now); cap_per_s > 0 or INFINITY;
 * count may be 0 (then the cap alone decides; both infinite: done now). */
void flow_begin(struct engine *engine, struct flow *flow, struct share *const share[],
                int count, double amount, double cap_per_s);
/* Stops it; done is not called.  Returns the amount that had not crossed; 0 if not in progress.
 */
double flow_cancel(struct engine *engine, struct flow *flow);
void flow_set_cap(struct engine *engine, struct flow *flow, double cap_per_s);
bool flow_in_progress(const struct flow *flow);
double flow_rate(const struct flow *flow); /* now, per second */

/* Blocks.  A flow from begin to end; cancelled when the actor's doom strikes. */
enum outcome flow_run(struct actor *self, struct share *const share[], int count, double amount,
                      double cap_per_s, const char *for_what);

#endif
