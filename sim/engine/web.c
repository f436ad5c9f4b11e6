/* SPDX-License-Identifier: MIT
 * web.c -- flows that are tied together over several shares that can be full.
 *
 * Solved by progressive filling: the share that is full at the lowest rate fixes its flows, and
 * so on; a flow whose bound is lower is fixed at its bound before.  One solution serves all
 * flows that begin or end in the same moment: it is made at the end of the moment.  Solving
 * also takes the web apart into what is still tied together. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/engine/flow_inside.h"

struct web {
    struct event event; /* first: the next end of a flow, or the end of a disturbed moment */
    struct engine *engine;
    struct share **share;
    size_t share_count, share_capacity;
    struct heap flows; /* by the time at which they end */
    bool disturbed;
};

static void web_due(struct engine *engine, struct event *event);

struct web *web_new(struct engine *engine)
{
    struct web *web = NEW(struct web);
    web->engine = engine;
    web->event.fire = web_due;
    return web;
}

static void web_free(struct web *web)
{
    engine_cancel(web->engine, &web->event);
    heap_done(&web->flows);
    free(web->share);
    free(web);
}

/* Ends that are due go first, then the new solution, then time passes until the next end. */
static void schedule(struct web *web)
{
    struct engine *engine = web->engine;
    double due_s = web->flows.count ? web->flows.slot[0].due_s : INFINITY;
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
    schedule(web);
}

void web_add(struct web *web, struct flow *flow)
{
    flow->place = FLOW_IN_WEB;
    flow->web = web;
    flow_set_rate(flow, 0, web->engine->now_s);
    flow->event.order = flow->order;
    heap_put(&web->flows, &flow->event);
    web->disturbed = true;
    schedule(web);
}

void web_take(struct web *web, struct flow *flow)
{
    heap_take(&web->flows, &flow->event);
    flow_settle(flow, web->engine->now_s);
    flow->place = FLOW_OUT;
    web_disturb(web);
}

/* -- tying together ------------------------------------------------------ */
static void add_share(struct web *web, struct share *share)
{
    share->state = SHARE_WEB;
    share->web = web;
    ROOM_FOR_ONE(web->share, web->share_count, web->share_capacity);
    web->share[web->share_count++] = share;
}

static void merge(struct web *web, struct web *other)
{
    for (size_t i = 0; i < other->share_count; i++)
        add_share(web, other->share[i]);
    for (size_t i = 0; i < other->flows.count; i++) {
        struct event *event = other->flows.slot[i].event;
        event->position = 0;
        flow_of_event(event)->web = web;
        heap_put(&web->flows, event);
    }
    web_free(other);
    web->disturbed = true;
    schedule(web);
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
    for (struct flow_link *link = share->first; link; link = link->next) {
        if (link->flow->place != FLOW_IN_CROWD)
            continue;
        crowd_take(share->crowd, link->flow);
        web_add(web, link->flow);
    }
    add_share(web, share);
}

void web_absorb(struct web *web, struct share *share)
{
    if (share->state == SHARE_WEB) {
        if (share->web != web)
            merge(web, share->web);
        return;
    }
    if (share->state == SHARE_CROWD) {
        absorb_crowd(web, share);
        return;
    }
    add_share(web, share);
    for (struct flow_link *link = share->first; link; link = link->next) {
        struct flow *flow = link->flow;
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

void web_forget(struct share *share)
{
    struct web *web = share->web;
    size_t i = 0;
    while (web->share[i] != share)
        i++;
    web->share[i] = web->share[--web->share_count];
    share->state = SHARE_SLACK;
    if (web->share_count == 0 && web->flows.count == 0)
        web_free(web);
}

/* -- filling ------------------------------------------------------------- */
static void fix(struct flow *flow, double rate_per_s, double now_s, uint64_t fixed)
{
    flow->mark = fixed;
    if (rate_per_s != flow->rate_per_s) {
        flow_settle(flow, now_s);
        flow_set_rate(flow, rate_per_s, now_s);
    }
    for (int i = 0; i < flow->share_count; i++) {
        struct share *share = flow->share[i];
        if (share->state == SHARE_WEB) {
            share->rest_per_s = fmax(0, share->rest_per_s - rate_per_s);
            share->open--;
        }
    }
}

/* Gives rates to the share's open flows that no share can slow down any more.  A share's level
 * never falls while others' flows are fixed at lower rates; so when this share is the first in
 * the queue its level is the lowest of all, and it is final unless some of its own flows are
 * bounded below it: then those are fixed and its level rises. */
static void fix_flows(struct share *share, double now_s, uint64_t fixed)
{
    double level_per_s = share->rest_per_s / (double)share->open;
    size_t open = share->open;
    for (struct flow_link *link = share->first; link; link = link->next)
        if (link->flow->mark != fixed && link->flow->bound_per_s <= level_per_s)
            fix(link->flow, link->flow->bound_per_s, now_s, fixed);
    if (share->open < open)
        return;
    for (struct flow_link *link = share->first; link; link = link->next)
        if (link->flow->mark != fixed)
            fix(link->flow, level_per_s, now_s, fixed);
}

static void fill(struct web *web)
{
    uint64_t fixed = web->engine->order++;
    struct heap queue = {0};
    for (size_t i = 0; i < web->share_count; i++) {
        struct share *share = web->share[i];
        share->rest_per_s = share->capacity_per_s;
        share->open = share->count;
        share->level.due_s = share->rest_per_s / (double)share->open;
        share->level.order = i;
        share->level.position = 0;
        heap_append(&queue, &share->level);
    }
    heap_build(&queue);
    while (queue.count) {
        struct event *event = queue.slot[0].event;
        struct share *share =
            (struct share *)(void *)((char *)event - offsetof(struct share, level));
        if (share->open > 0 && share->rest_per_s / (double)share->open <= event->due_s)
            fix_flows(share, web->engine->now_s, fixed);
        if (share->open == 0) {
            heap_take_first(&queue);
            continue;
        }
        event->due_s = fmax(event->due_s, share->rest_per_s / (double)share->open);
        heap_put(&queue, event);
    }
    heap_done(&queue);
}

/* -- solving ------------------------------------------------------------- */
/* Moves the share and all that is tied to it from whatever web they were in to this one, which
 * takes over the flows; their rates go on until fill. */
static void collect_piece(struct web *piece, struct share *start, uint64_t mark)
{
    start->mark = mark;
    add_share(piece, start);
    for (size_t i = 0; i < piece->share_count; i++) {
        for (struct flow_link *link = piece->share[i]->first; link; link = link->next) {
            struct flow *flow = link->flow;
            if (flow->mark == mark)
                continue;
            flow->mark = mark;
            flow->web = piece;
            for (int j = 0; j < flow->share_count; j++) {
                struct share *share = flow->share[j];
                if (share->state == SHARE_WEB && share->mark != mark) {
                    share->mark = mark;
                    add_share(piece, share);
                }
            }
        }
    }
}

static void become_crowd(struct web *piece, double now_s)
{
    struct share *share = piece->share[0];
    share->state = SHARE_CROWD;
    if (!share->crowd)
        share->crowd = crowd_new(share);
    for (struct flow_link *link = share->first; link; link = link->next) {
        flow_settle(link->flow, now_s);
        crowd_add(share->crowd, link->flow);
    }
}

/* Flows that cross several shares of the piece are met several times. */
static void queue_ends(struct web *piece, uint64_t mark)
{
    for (size_t i = 0; i < piece->share_count; i++) {
        for (struct flow_link *link = piece->share[i]->first; link; link = link->next) {
            if (link->flow->mark == mark)
                continue;
            link->flow->mark = mark;
            heap_append(&piece->flows, &link->flow->event);
        }
    }
    heap_build(&piece->flows);
}

static void settle_piece(struct engine *engine, struct web *piece)
{
    if (piece->share_count == 1) {
        become_crowd(piece, engine->now_s);
        web_free(piece);
        return;
    }
    fill(piece);
    queue_ends(piece, engine->order++);
    schedule(piece);
}

/* The web dissolves; new ones take over what is still tied together. */
static void solve(struct web *web)
{
    struct engine *engine = web->engine;
    struct heap flows = web->flows;
    web->flows = (struct heap){0};
    for (size_t i = 0; i < flows.count; i++)
        flows.slot[i].event->position = 0;
    for (size_t i = 0; i < web->share_count; i++) {
        struct share *share = web->share[i];
        share->state = share_can_be_full(share) ? SHARE_WEB : SHARE_SLACK;
        share->web = NULL;
    }
    uint64_t mark = engine->order++;
    for (size_t i = 0; i < web->share_count; i++) {
        struct share *share = web->share[i];
        if (share->state != SHARE_WEB || share->mark == mark)
            continue;
        struct web *piece = web_new(engine);
        collect_piece(piece, share, mark);
        settle_piece(engine, piece);
    }
    for (size_t i = 0; i < flows.count; i++) {
        struct flow *flow = flow_of_event(flows.slot[i].event);
        if (flow->web != web)
            continue;
        flow_settle(flow, engine->now_s);
        flow_run_alone(engine, flow);
    }
    heap_done(&flows);
    web_free(web);
}

void web_solve_if_disturbed(struct web *web)
{
    if (web->disturbed)
        solve(web);
}

static void web_due(struct engine *engine, struct event *event)
{
    struct web *web = (struct web *)event;
    if (web->flows.count && web->flows.slot[0].due_s <= engine->now_s) {
        struct flow *flow = flow_of_event(web->flows.slot[0].event);
        heap_take_first(&web->flows);
        web->disturbed = true;
        schedule(web);
        flow_over(engine, flow);
    } else {
        assert(web->disturbed);
        solve(web);
    }
}
