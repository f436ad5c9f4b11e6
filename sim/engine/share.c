/* SPDX-License-Identifier: MIT
 * share.c -- one capacity that flows cross. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/engine/flow_inside.h"

struct share *share_new(struct engine *engine, const char *name, double capacity_per_s)
{
    assert(capacity_per_s >= 0);
    struct share *share = NEW(struct share);
    share->engine = engine;
    share->name = memory_text(name);
    share->capacity_per_s = capacity_per_s;
    share->flow = share->few;
    share->capacity = sizeof share->few / sizeof *share->few;
    return share;
}

struct share *share_free(struct share *share)
{
    if (!share)
        return NULL;
    assert(share->count == 0);
    if (share->state == SHARE_WEB)
        web_forget(share);
    crowd_free(share->crowd);
    if (share->flow != share->few)
        free(share->flow);
    free(share->name);
    free(share);
    return NULL;
}

/* Most shares are NICs with few flows; theirs lie in the share itself. */
void share_make_room(struct share *share)
{
    share->capacity *= 4;
    if (share->flow != share->few) {
        share->flow = memory_resize(share->flow, share->capacity, sizeof(struct flow *));
        return;
    }
    share->flow = NEW_ARRAY(struct flow *, share->capacity);
    memcpy(share->flow, share->few, sizeof share->few);
}

/* An error here would let a full share pass for a slack one. */
void share_add_bound(struct share *share, double bound_per_s)
{
    if (share->capacity_per_s == INFINITY)
        return;
    if (share->count == 0)
        share->bounds_per_s = (struct sum){0, 0};
    else
        sum_add(&share->bounds_per_s, bound_per_s);
}

double share_capacity(const struct share *share)
{
    return share->capacity_per_s;
}

const char *share_name(const struct share *share)
{
    return share->name;
}

size_t share_flow_count(const struct share *share)
{
    return share->count;
}

double share_used_per_s(const struct share *share)
{
    double used_per_s = 0;
    for (size_t i = 0; i < share->count; i++)
        used_per_s += flow_rate(share->flow[i]);
    return used_per_s;
}

static double crossed_so_far(const struct flow *flow, double now_s)
{
    if (flow->place == FLOW_IN_WEB)
        return flow->amount - web_left(flow);
    for (int i = 0; i < flow->share_count; i++)
        if (flow->share[i]->state == SHARE_CROWD)
            return flow->amount - crowd_left(flow->share[i]->crowd, flow);
    return flow->amount - flow_left_alone(flow, now_s);
}

double share_carried(struct share *share)
{
    double carried = share->carried;
    for (size_t i = 0; i < share->count; i++)
        carried += crossed_so_far(share->flow[i], share->engine->now_s);
    return carried;
}

/* A flow's bound may follow the capacity of one of its shares.  The flow is in the web. */
static void renew_bound(struct web *web, struct flow *flow, const struct share *changed)
{
    double old = flow->bound_per_s;
    flow->bound_per_s = flow_bound(flow);
    web_renew_bound(flow);
    for (int i = 0; i < flow->share_count; i++) {
        struct share *share = flow->share[i];
        if (share != changed && old != flow->bound_per_s) {
            share_add_bound(share, -old);
            share_add_bound(share, flow->bound_per_s);
            if (share->state == SHARE_SLACK && share_can_be_full(share))
                web_absorb(web, share);
        }
    }
}

/* In general everything may change: who is slack, who is tied to whom.  A web sorts that out.
 */
void share_set_capacity(struct share *share, double capacity_per_s)
{
    assert(capacity_per_s >= 0);
    if (capacity_per_s == share->capacity_per_s)
        return;
    if (share->count == 0 ||
        (share->state == SHARE_CROWD && crowd_set_capacity(share->crowd, capacity_per_s))) {
        share->capacity_per_s = capacity_per_s;
        return;
    }
    struct web *web = share->state == SHARE_WEB ? share->web : web_new(share->engine);
    web_absorb(web, share);
    share->capacity_per_s = capacity_per_s;
    share->bounds_per_s = (struct sum){0, 0};
    for (size_t i = 0; i < share->count; i++) {
        renew_bound(web, share->flow[i], share);
        share_add_bound(share, share->flow[i]->bound_per_s);
    }
    web_disturb(web);
}
