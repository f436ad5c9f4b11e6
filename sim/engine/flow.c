/* SPDX-License-Identifier: MIT
 * flow.c -- flows begin, are placed where their rate is decided, and end.
 *
 * The common flow is bounded by its own cap or by a NIC that it has for itself: no share of its
 * can be full, so it runs alone at its bound with one event in the engine's queue.  Others are
 * placed in a crowd or a web; flow_inside.h says when. */
#include "sim/engine/flow.h"

#include <assert.h>
#include <math.h>

#include "sim/engine/flow_inside.h"

double flow_bound(const struct flow *flow)
{
    double bound = flow->cap_per_s;
    for (int i = 0; i < flow->share_count; i++)
        if (flow->share[i]->capacity_per_s < bound)
            bound = flow->share[i]->capacity_per_s;
    return bound;
}

/* -- alone --------------------------------------------------------------- */
static void alone_due(struct engine *engine, struct event *event)
{
    flow_over(engine, flow_of_event(event));
}

void flow_run_alone(struct engine *engine, struct flow *flow)
{
    double due_s = engine->now_s;
    if (flow->left > 0)
        due_s = flow->bound_per_s > 0 ? due_s + flow->left / flow->bound_per_s : INFINITY;
    flow->place = FLOW_ALONE;
    flow->rate_per_s = flow->bound_per_s;
    flow->since_s = engine->now_s;
    flow->event.fire = alone_due;
    flow->event.due_s = due_s; /* engine_at takes no note of never */
    engine_at(engine, &flow->event, due_s);
}

double flow_left_alone(const struct flow *flow, double now_s)
{
    if (flow->event.due_s <= now_s)
        return 0;
    return fmax(0, flow->left - flow->rate_per_s * (now_s - flow->since_s));
}

void flow_stop_alone(struct engine *engine, struct flow *flow)
{
    engine_cancel(engine, &flow->event);
    flow->left = flow_left_alone(flow, engine->now_s);
    flow->place = FLOW_OUT;
}

/* -- where a flow belongs ------------------------------------------------ */
static void take_from_its_place(struct engine *engine, struct flow *flow)
{
    switch (flow->place) {
    case FLOW_OUT:
        break;
    case FLOW_EMPTY:
        engine_cancel(engine, &flow->event);
        break;
    case FLOW_ALONE:
        flow_stop_alone(engine, flow);
        break;
    case FLOW_IN_CROWD:
        for (int i = 0; i < flow->share_count; i++)
            if (flow->share[i]->state == SHARE_CROWD)
                crowd_take(flow->share[i]->crowd, flow);
        break;
    case FLOW_IN_WEB:
        web_take(flow);
        break;
    }
    flow->place = FLOW_OUT;
}

static bool others_are_alone(const struct share *share, const struct flow *newcomer)
{
    for (size_t i = 0; i < share->count; i++)
        if (share->flow[i] != newcomer && share->flow[i]->place != FLOW_ALONE)
            return false;
    return true;
}

static void gather_crowd(struct share *share, const struct flow *newcomer)
{
    if (!share->crowd)
        share->crowd = crowd_new(share);
    share->state = SHARE_CROWD;
    for (size_t i = 0; i < share->count; i++) {
        if (share->flow[i] == newcomer)
            continue;
        flow_stop_alone(share->engine, share->flow[i]);
        crowd_add(share->crowd, share->flow[i]);
    }
}

static void enter_contended(struct engine *engine, struct flow *flow, struct share **tied,
                            int count)
{
    if (count == 1 && tied[0]->state == SHARE_SLACK && others_are_alone(tied[0], flow))
        gather_crowd(tied[0], flow);
    if (count == 1 && tied[0]->state == SHARE_CROWD) {
        crowd_add(tied[0]->crowd, flow);
        return;
    }
    struct web *web = NULL;
    for (int i = 0; i < count && !web; i++)
        if (tied[i]->state == SHARE_WEB)
            web = tied[i]->web;
    if (!web)
        web = web_new(engine);
    for (int i = 0; i < count; i++)
        web_absorb(web, tied[i]);
    web_add(web, flow);
}

/* The flow is linked to its shares and in no place yet. */
static void enter(struct engine *engine, struct flow *flow)
{
    struct share *tied[FLOW_SHARES];
    int count = 0;
    for (int i = 0; i < flow->share_count; i++)
        if (flow->share[i]->state != SHARE_SLACK || share_can_be_full(flow->share[i]))
            tied[count++] = flow->share[i];
    if (count == 0)
        flow_run_alone(engine, flow);
    else
        enter_contended(engine, flow, tied, count);
}

/* -- begin and end ------------------------------------------------------- */
static void join(struct share *share, struct flow *flow, int i)
{
    if (share->count == share->capacity)
        share_make_room(share);
    flow->place_on[i] = (uint32_t)share->count;
    share->flow[share->count++] = flow;
    share_add_bound(share, flow->bound_per_s);
}

/* The last of the share's flows takes the place. */
static void part(struct share *share, const struct flow *flow, uint32_t place)
{
    struct flow *last = share->flow[share->count - 1];
    share->flow[place] = last;
    for (int i = 0; i < last->share_count; i++)
        if (last->share[i] == share)
            last->place_on[i] = place;
    share->count--;
    share_add_bound(share, -flow->bound_per_s);
    share->carried += flow->amount - flow->left;
}

/* A crowd of one cannot be full, and must not tie the one to anybody. */
static void disperse(struct share *share)
{
    share->state = SHARE_SLACK;
    if (share->count) {
        struct flow *flow = share->flow[0];
        crowd_take(share->crowd, flow);
        flow_run_alone(share->engine, flow);
    }
}

static void leave_shares(struct flow *flow)
{
    for (int i = 0; i < flow->share_count; i++)
        part(flow->share[i], flow, flow->place_on[i]);
    for (int i = 0; i < flow->share_count; i++)
        if (flow->share[i]->state == SHARE_CROWD && flow->share[i]->count < 2)
            disperse(flow->share[i]);
}

void flow_over(struct engine *engine, struct flow *flow)
{
    flow->left = 0;
    if (flow->place != FLOW_EMPTY)
        leave_shares(flow);
    flow->place = FLOW_OUT;
    if (flow->done)
        flow->done(engine, flow);
}

void flow_begin(struct engine *engine, struct flow *flow, struct share *const share[],
                int count, double amount, double cap_per_s)
{
    assert(flow->place == FLOW_OUT && count >= 0 && count <= FLOW_SHARES);
    assert(amount >= 0 && amount < INFINITY && cap_per_s > 0);
    flow->share_count = count;
    for (int i = 0; i < count; i++)
        flow->share[i] = share[i];
    flow->amount = flow->left = amount;
    flow->cap_per_s = cap_per_s;
    flow->begin_s = engine->now_s;
    flow->bound_per_s = flow_bound(flow);
    flow->order = engine->order++;
    flow->event.background = false;
    if (amount == 0) {
        flow->place = FLOW_EMPTY;
        flow->event.fire = alone_due;
        engine_at(engine, &flow->event, engine->now_s);
        return;
    }
    for (int i = 0; i < count; i++)
        join(share[i], flow, i);
    enter(engine, flow);
}

double flow_cancel(struct engine *engine, struct flow *flow)
{
    if (flow->place == FLOW_OUT)
        return 0;
    bool linked = flow->place != FLOW_EMPTY;
    take_from_its_place(engine, flow);
    if (linked)
        leave_shares(flow);
    return flow->left;
}

void flow_set_cap(struct engine *engine, struct flow *flow, double cap_per_s)
{
    assert(cap_per_s > 0);
    flow->cap_per_s = cap_per_s;
    double bound = flow_bound(flow);
    if (flow->place == FLOW_OUT || flow->place == FLOW_EMPTY || bound == flow->bound_per_s)
        return;
    take_from_its_place(engine, flow);
    for (int i = 0; i < flow->share_count; i++) {
        share_add_bound(flow->share[i], -flow->bound_per_s);
        share_add_bound(flow->share[i], bound);
    }
    flow->bound_per_s = bound;
    enter(engine, flow);
}

bool flow_in_progress(const struct flow *flow)
{
    return flow->place != FLOW_OUT;
}

double flow_rate(const struct flow *flow)
{
    if (flow->place == FLOW_IN_WEB)
        web_solve_if_disturbed(flow->web); /* may place the flow elsewhere */
    switch (flow->place) {
    case FLOW_OUT:
    case FLOW_EMPTY:
        return 0;
    case FLOW_ALONE:
        return flow->rate_per_s;
    case FLOW_IN_WEB:
        return web_rate(flow);
    case FLOW_IN_CROWD:
        break;
    }
    for (int i = 0; i < flow->share_count; i++)
        if (flow->share[i]->state == SHARE_CROWD)
            return crowd_rate(flow->share[i]->crowd, flow);
    assert(!"a flow in a crowd crosses the crowd's share");
    return 0;
}

/* -- one flow, waited for ------------------------------------------------ */
struct waited_flow {
    struct flow flow; /* first: the callback gets its address */
    struct actor *actor;
    bool over;
};

static void wake_waiter(struct engine *engine, struct flow *flow)
{
    (void)engine;
    struct waited_flow *waited = (struct waited_flow *)flow;
    waited->over = true;
    actor_wake(waited->actor);
}

enum outcome flow_run(struct actor *self, struct share *const share[], int count, double amount,
                      double cap_per_s, const char *for_what)
{
    enum outcome outcome = actor_fate(self);
    if (outcome != OUTCOME_OK)
        return outcome;
    struct engine *engine = actor_engine(self);
    struct waited_flow waited = {.flow = {.done = wake_waiter}, .actor = self};
    flow_begin(engine, &waited.flow, share, count, amount, cap_per_s);
    while (!waited.over && outcome == OUTCOME_OK)
        outcome = engine_wait(self, INFINITY, for_what);
    flow_cancel(engine, &waited.flow);
    return outcome;
}
