/* SPDX-License-Identifier: MIT
 * web_inside.h -- what web.c, web_fill.c and web_parts.c know of each other. */
#ifndef TRAINCAST_SIM_ENGINE_WEB_INSIDE_H
#define TRAINCAST_SIM_ENGINE_WEB_INSIDE_H

#include "sim/engine/flow_inside.h"

enum { NO_TIE = UINT32_MAX };

/* A flow in the web. */
struct member {
    struct flow *flow;
    double bound_per_s;
    double rate_per_s; /* since since_s */
    double left;       /* at since_s */
    double since_s;
    double due_s;
    uint32_t tie[FLOW_SHARES]; /* its shares that are in the web; NO_TIE behind the last */
};

/* A share in the web. */
struct tie {
    struct share *share;
    struct event level; /* due_s: at most the rate at which the share is full */
    double rest_per_s;  /* capacity not given away yet */
    uint32_t open;      /* flows without a rate yet */
    uint32_t first;     /* of its flows, in web->crossing */
    uint32_t count;     /* of them */
    uint32_t root;      /* a share it is tied to, or itself; see partition */
    uint32_t weight;    /* shares tied to this root */
    struct web *piece;  /* the new web of this root */
};

struct web {
    struct event event; /* first: the next end of a flow, or the end of a disturbed moment */
    struct engine *engine;
    struct tie *tie;
    size_t tie_count, tie_capacity;
    struct member *member;
    size_t count, capacity;
    double next_due_s; /* of the members not in ready */
    struct heap ready; /* members that end now */
    bool disturbed;
    bool retied; /* the members' ties are not up to date */
    int solutions_until_partition, patience;
    /* while filling */
    double *rate_per_s; /* per member; < 0: none yet */
    uint32_t *crossing; /* members by share */
    size_t room_for_rates, room_for_crossing;
};

/* web.c */
void web_free(struct web *web);
void web_schedule(struct web *web);
void web_add_share(struct web *web, struct share *share);
void web_append(struct web *web, struct member member);
void web_set_ties(struct web *web, struct member *member);
void member_settle(struct member *member, double now_s);
void member_set_rate(struct member *member, double rate_per_s);

/* web_fill.c: gives all members their max-min rates and schedules the next end. */
void web_fill(struct web *web);

/* web_parts.c: if the web has fallen apart, or a share of it cannot be full any more, places
 * all its shares and flows anew, frees it and returns true. */
bool web_partition(struct web *web);

#endif
