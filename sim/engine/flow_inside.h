/* SPDX-License-Identifier: MIT
 * flow_inside.h -- what flow.c, share.c, crowd.c and web.c know of each other.
 *
 * The bound of a flow is the least of its cap and its shares' capacities: whatever the others
 * do, it is never faster.  A share whose flows' bounds sum to at most its capacity cannot be
 * full and is SLACK: it ties nobody together and may be left out of the problem.  Of the
 * others, one that shares no flow with another such share is a CROWD and served by virtual
 * time; those that do form a WEB, solved by progressive filling.  A flow whose shares are all
 * slack runs alone at its bound.
 *
 * Structure is exact where it must be (a share that could be full is never left out) and lazy
 * where it may be (a crowd that could no longer be full stays one until a single flow is left;
 * a web takes itself apart when it is next solved). */
#ifndef TRAINCAST_SIM_ENGINE_FLOW_INSIDE_H
#define TRAINCAST_SIM_ENGINE_FLOW_INSIDE_H

#include <math.h>

#include "sim/engine/flow.h"
#include "sim/engine/inside.h"
#include "sim/engine/sum.h"

enum share_state { SHARE_SLACK, SHARE_CROWD, SHARE_WEB };

struct share {
    struct engine *engine;
    char *name;
    double capacity_per_s;
    enum share_state state;
    size_t count, capacity;
    struct sum bounds_per_s; /* of the flows; 0 when the capacity is infinite */
    double carried;          /* by flows that are over */
    struct flow **flow;      /* flow[count]; in `few` while they fit */
    struct flow *few[2];
    struct crowd *crowd; /* kept once made; used in state CROWD */
    struct web *web;     /* in state WEB */
    uint32_t tie;        /* its place in the web */
};

static inline struct flow *flow_of_event(struct event *event)
{
    return (struct flow *)(void *)((char *)event - offsetof(struct flow, event));
}

/* share.c */
void share_make_room(struct share *share);
void share_add_bound(struct share *share, double bound_per_s);
static inline bool share_can_be_full(const struct share *share)
{
    return share->bounds_per_s.value > share->capacity_per_s && share->count > 1;
}

/* flow.c */
double flow_bound(const struct flow *flow);
void flow_run_alone(struct engine *engine, struct flow *flow);
void flow_stop_alone(struct engine *engine, struct flow *flow); /* sets flow->left as of now */
double flow_left_alone(const struct flow *flow, double now_s);
/* The whole amount has crossed and the flow is out of its crowd or web: leaves its shares, then
 * calls done.  The last thing its caller does: anything may have changed. */
void flow_over(struct engine *engine, struct flow *flow);

/* crowd.c */
struct crowd *crowd_new(struct share *share);
struct crowd *crowd_free(struct crowd *crowd);
void crowd_add(struct crowd *crowd, struct flow *flow);  /* with flow->left as of now */
void crowd_take(struct crowd *crowd, struct flow *flow); /* sets flow->left as of now */
double crowd_rate(const struct crowd *crowd, const struct flow *flow);
/* Empties it: sets every flow's left; their place is in a crowd until they get another. */
void crowd_dissolve(struct crowd *crowd);
double crowd_left(const struct crowd *crowd, const struct flow *flow);
/* Adopts the share's new capacity; false, and nothing done, if a flow's bound depends on it. */
bool crowd_set_capacity(struct crowd *crowd, double capacity_per_s);

/* web.c */
struct web *web_new(struct engine *engine);
/* Ties the share to the web, and all that its flows are tied to.  A flow in no place yet (one
 * that just begins) is left to its caller. */
void web_absorb(struct web *web, struct share *share);
void web_add(struct web *web, struct flow *flow); /* with flow->left as of now */
void web_take(struct flow *flow);                 /* sets flow->left as of now */
void web_renew_bound(const struct flow *flow);    /* flow->bound_per_s has changed */
double web_rate(const struct flow *flow);
double web_left(const struct flow *flow);
void web_disturb(struct web *web);            /* solve it anew at the end of this moment */
void web_solve_if_disturbed(struct web *web); /* now; its flows may be placed elsewhere */
void web_forget(struct share *share);         /* a share without flows, from its web */

#endif
