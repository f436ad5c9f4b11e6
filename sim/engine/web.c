/* SPDX-License-Identifier: MIT
 * web.c -- flows that are tied together over several shares that can be full.
 *
 * One solution (web_fill.c) serves all flows that begin or end in the same moment: it is made
 * at the end of the moment.  Whether the web has fallen apart (web_parts.c) is looked at more
 * and more rarely while it has not. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/engine/web_inside.h"

enum { PATIENCE_MOST = 64 };

static void web_due(struct engine *engine, struct event *event);

struct web *web_new(struct engine *engine)
{
    struct web *web = NEW(struct web);
    web->engine = engine;
    web->event.fire = web_due;
    web->next_due_s = INFINITY;
    web->patience = 1;
    return web;
}

void web_free(struct web *web)
{
    engine_cancel(web->engine, &web->event);
    heap_done(&web->ready);
    free(web->tie);
    free(web->member);
    free(web->rate_per_s);
    free(web->crossing);
    free(web);
}

/* Ends that are due go first, then the new solution, then time passes until the next end. */
void web_schedule(struct web *web)
{
    struct engine *engine = web->engine;
    double due_s = web->ready.count ? engine->now_s : web->next_due_s;
    if (due_s > engine->now_s && web->disturbed)
        engine_at_end_of_moment(engine, &web->event);
    else
        engine_at(engine, &web->event, due_s);
}

void web_disturb(struct web *web)
{
    if (web->disturbed)
        return;
    web->disturbed = true;
    web_schedule(web);
}

/* -- members ------------------------------------------------------------- */
static struct member *member_of(const struct flow *flow)
{
    return &flow->web->member[flow->place_in_web];
}

void member_settle(struct member *member, double now_s)
{
    if (member->due_s <= now_s)
        member->left = 0;
    else
        member->left = fmax(0, member->left - member->rate_per_s * (now_s - member->since_s));
    member->since_s = now_s;
}

void member_set_rate(struct member *member, double rate_per_s)
{
    member->rate_per_s = rate_per_s;
    if (member->left <= 0)
        member->due_s = member->since_s;
    else
        member->due_s = rate_per_s > 0 ? member->since_s + member->left / rate_per_s : INFINITY;
}

void web_set_ties(struct web *web, struct member *member)
{
    int count = 0;
    for (int i = 0; i < member->flow->share_count; i++) {
        const struct share *share = member->flow->share[i];
        if (share->state == SHARE_WEB && share->web == web)
            member->tie[count++] = share->tie;
    }
    while (count < FLOW_SHARES)
        member->tie[count++] = NO_TIE;
}

void web_append(struct web *web, struct member member)
{
    ROOM_FOR_ONE(web->member, web->count, web->capacity);
    member.flow->place = FLOW_IN_WEB;
    member.flow->web = web;
    member.flow->place_in_web = web->count;
    web->member[web->count++] = member;
}

static void take_out(struct web *web, struct flow *flow)
{
    if (flow->event.position)
        heap_take(&web->ready, &flow->event);
    struct member *last = &web->member[--web->count];
    web->member[flow->place_in_web] = *last;
    last->flow->place_in_web = flow->place_in_web;
    flow->place = FLOW_OUT;
}

void web_add(struct web *web, struct flow *flow)
{
    struct member member = {.flow = flow,
                            .bound_per_s = flow->bound_per_s,
                            .left = flow->left,
                            .since_s = web->engine->now_s};
    member_set_rate(&member, 0);
    web_set_ties(web, &member);
    web_append(web, member);
    web->next_due_s = fmin(web->next_due_s, member.due_s);
    web_disturb(web);
}

void web_take(struct flow *flow)
{
    struct web *web = flow->web;
    flow->left = web_left(flow);
    take_out(web, flow);
    web_disturb(web);
}

void web_renew_bound(const struct flow *flow)
{
    member_of(flow)->bound_per_s = flow->bound_per_s;
}

double web_rate(const struct flow *flow)
{
    return member_of(flow)->rate_per_s;
}

double web_left(const struct flow *flow)
{
    struct member copy = *member_of(flow);
    member_settle(&copy, flow->web->engine->now_s);
    return copy.left;
}

/* -- tying together ------------------------------------------------------ */
void web_add_share(struct web *web, struct share *share)
{
    share->state = SHARE_WEB;
    share->web = web;
    share->tie = (uint32_t)web->tie_count;
    ROOM_FOR_ONE(web->tie, web->tie_count, web->tie_capacity);
    web->tie[web->tie_count++] = (struct tie){.share = share};
    web->retied = true;
}

static void merge(struct web *web, struct web *other)
{
    for (size_t i = 0; i < other->tie_count; i++)
        web_add_share(web, other->tie[i].share);
    for (size_t i = 0; i < other->count; i++) {
        other->member[i].flow->event.position = 0; /* out of the other's ready */
        web_append(web, other->member[i]);
        web->next_due_s = fmin(web->next_due_s, other->member[i].due_s);
    }
    web_free(other);
    web->disturbed = true;
    web_schedule(web);
}

static struct share *share_of_crowd(const struct flow *flow)
{
    for (int i = 0; i < flow->share_count; i++)
        if (flow->share[i]->state == SHARE_CROWD)
            return flow->share[i];
    assert(!"a flow in a crowd crosses the crowd's share");
    return NULL;
}

static void absorb_crowd(struct web *web, struct share *share)
{
    crowd_dissolve(share->crowd);
    web_add_share(web, share);
    for (size_t i = 0; i < share->count; i++)
        if (share->flow[i]->place == FLOW_IN_CROWD)
            web_add(web, share->flow[i]);
}

static void absorb_slack(struct web *web, struct share *share)
{
    web_add_share(web, share);
    for (size_t i = 0; i < share->count; i++) {
        struct flow *flow = share->flow[i];
        if (flow->place == FLOW_ALONE) {
            flow_stop_alone(web->engine, flow);
            web_add(web, flow);
        } else if (flow->place == FLOW_IN_CROWD) {
            absorb_crowd(web, share_of_crowd(flow));
        } else if (flow->place == FLOW_IN_WEB && flow->web != web) {
            merge(web, flow->web);
        }
    }
}

void web_absorb(struct web *web, struct share *share)
{
    switch (share->state) {
    case SHARE_WEB:
        if (share->web != web)
            merge(web, share->web);
        break;
    case SHARE_CROWD:
        absorb_crowd(web, share);
        break;
    case SHARE_SLACK:
        absorb_slack(web, share);
        break;
    }
}

void web_forget(struct share *share)
{
    struct web *web = share->web;
    struct tie *last = &web->tie[--web->tie_count];
    last->share->tie = share->tie;
    web->tie[share->tie] = *last;
    web->retied = true;
    share->state = SHARE_SLACK;
    if (web->tie_count == 0 && web->count == 0)
        web_free(web);
}

/* -- solving ------------------------------------------------------------- */
static void solve(struct web *web)
{
    web->disturbed = false;
    if (web->retied) {
        for (size_t i = 0; i < web->count; i++)
            web_set_ties(web, &web->member[i]);
        web->retied = false;
        web->patience = 1;
        web->solutions_until_partition = 1;
    }
    if (web->count == 0)
        web->solutions_until_partition = 1;
    if (--web->solutions_until_partition <= 0) {
        if (web_partition(web))
            return;
        web->patience = web->patience < PATIENCE_MOST ? 2 * web->patience : PATIENCE_MOST;
        web->solutions_until_partition = web->patience;
    }
    web_fill(web);
}

void web_solve_if_disturbed(struct web *web)
{
    if (web->disturbed)
        solve(web);
}

static void gather_ready(struct web *web)
{
    web->next_due_s = INFINITY;
    for (size_t i = 0; i < web->count; i++) {
        struct flow *flow = web->member[i].flow;
        if (web->member[i].due_s <= web->engine->now_s) {
            flow->event.due_s = web->member[i].due_s;
            flow->event.order = flow->order;
            heap_put(&web->ready, &flow->event);
        } else {
            web->next_due_s = fmin(web->next_due_s, web->member[i].due_s);
        }
    }
}

static void web_due(struct engine *engine, struct event *event)
{
    struct web *web = (struct web *)event;
    if (web->ready.count == 0 && web->next_due_s <= engine->now_s)
        gather_ready(web);
    if (web->ready.count) {
        struct flow *flow = flow_of_event(heap_event(&web->ready, 0));
        take_out(web, flow);
        web->disturbed = true;
        web_schedule(web);
        flow_over(engine, flow);
    } else if (web->disturbed) {
        solve(web);
    } else {
        web_schedule(web);
    }
}
