/* SPDX-License-Identifier: MIT
 * flow.c -- max-min fair flows, recomputed over everything at every change. */
#include "sim/engine/flow.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/engine/inside.h"

/* state[0]: next, state[1]: previous, state[2]: in progress, of all flows of an engine */
struct share {
    struct engine *engine;
    char *name;
    double capacity_per_s;
    size_t count;
    double carried;
    double rest, weight; /* while filling */
};

static struct flow *first_flow, *last_flow;

#define NEXT(f_) ((struct flow *)(f_)->state[0])

struct share *share_new(struct engine *engine, const char *name, double capacity_per_s)
{
    struct share *share = NEW(struct share);
    share->engine = engine;
    share->name = memory_text(name);
    share->capacity_per_s = capacity_per_s;
    return share;
}

struct share *share_free(struct share *share)
{
    if (share) {
        assert(share->count == 0);
        free(share->name);
        free(share);
    }
    return NULL;
}

static void settle_all(struct engine *engine)
{
    for (struct flow *f = first_flow; f; f = NEXT(f)) {
        double moved = f->rate_per_s == INFINITY
                           ? f->left
                           : fmin(f->left, f->rate_per_s * (engine->now_s - f->since_s));
        if (f->event.due_s <= engine->now_s && event_is_scheduled(&f->event))
            moved = f->left;
        f->left -= moved;
        f->since_s = engine->now_s;
        for (int i = 0; i < f->share_count; i++)
            f->share[i]->carried += moved;
    }
}

static void fill(void)
{
    for (struct flow *f = first_flow; f; f = NEXT(f)) {
        f->rate_per_s = -1;
        for (int i = 0; i < f->share_count; i++) {
            f->share[i]->rest = f->share[i]->capacity_per_s;
            f->share[i]->weight = (double)f->share[i]->count;
        }
    }
    for (;;) {
        double level = INFINITY;
        bool any = false;
        for (struct flow *f = first_flow; f; f = NEXT(f)) {
            if (f->rate_per_s >= 0)
                continue;
            any = true;
            level = fmin(level, f->cap_per_s);
            for (int i = 0; i < f->share_count; i++)
                level = fmin(level, f->share[i]->rest / f->share[i]->weight);
        }
        if (!any)
            return;
        for (struct flow *f = first_flow; f; f = NEXT(f)) {
            if (f->rate_per_s >= 0)
                continue;
            bool fixed = f->cap_per_s <= level;
            for (int i = 0; i < f->share_count; i++)
                fixed |= f->share[i]->rest / f->share[i]->weight <= level * (1 + 1e-12);
            if (fixed)
                f->rate_per_s = -2;
        }
        for (struct flow *f = first_flow; f; f = NEXT(f)) {
            if (f->rate_per_s != -2)
                continue;
            f->rate_per_s = level;
            for (int i = 0; i < f->share_count; i++) {
                f->share[i]->rest = fmax(0, f->share[i]->rest - level);
                f->share[i]->weight--;
            }
        }
    }
}

static void reschedule_all(struct engine *engine)
{
    fill();
    for (struct flow *f = first_flow; f; f = NEXT(f)) {
        double due_s = f->left <= 0 ? engine->now_s : engine->now_s + f->left / f->rate_per_s;
        if (!(event_is_scheduled(&f->event) && f->event.due_s == due_s))
            engine_at(engine, &f->event, due_s);
    }
}

static void take_out(struct engine *engine, struct flow *flow)
{
    settle_all(engine);
    engine_cancel(engine, &flow->event);
    if (flow->state[1])
        ((struct flow *)flow->state[1])->state[0] = flow->state[0];
    else
        first_flow = flow->state[0];
    if (flow->state[0])
        NEXT(flow)->state[1] = flow->state[1];
    else
        last_flow = flow->state[1];
    flow->state[2] = NULL;
    for (int i = 0; i < flow->share_count; i++)
        flow->share[i]->count--;
    reschedule_all(engine);
}

static void finish(struct engine *engine, struct event *event)
{
    struct flow *flow = (struct flow *)(void *)((char *)event - offsetof(struct flow, event));
    for (int i = 0; i < flow->share_count; i++)
        flow->share[i]->carried += flow->left;
    flow->left = 0;
    take_out(engine, flow);
    if (flow->done)
        flow->done(engine, flow);
}

void flow_begin(struct engine *engine, struct flow *flow, struct share *const share[],
                int count, double amount, double cap_per_s)
{
    assert(count <= FLOW_SHARES && !flow_in_progress(flow));
    settle_all(engine);
    flow->share_count = count;
    for (int i = 0; i < count; i++) {
        flow->share[i] = share[i];
        share[i]->count++;
    }
    flow->amount = flow->left = amount;
    flow->cap_per_s = cap_per_s;
    flow->begin_s = flow->since_s = engine->now_s;
    flow->event = (struct event){.fire = finish};
    flow->state[0] = NULL;
    flow->state[1] = last_flow;
    flow->state[2] = flow;
    if (last_flow)
        last_flow->state[0] = flow;
    else
        first_flow = flow;
    last_flow = flow;
    reschedule_all(engine);
}

double flow_cancel(struct engine *engine, struct flow *flow)
{
    if (!flow_in_progress(flow))
        return 0;
    take_out(engine, flow);
    return flow->left;
}

void flow_set_cap(struct engine *engine, struct flow *flow, double cap_per_s)
{
    settle_all(engine);
    flow->cap_per_s = cap_per_s;
    reschedule_all(engine);
}

bool flow_in_progress(const struct flow *flow)
{
    return flow->state[2] != NULL;
}

double flow_rate(const struct flow *flow)
{
    return flow_in_progress(flow) ? flow->rate_per_s : 0;
}

void share_set_capacity(struct share *share, double capacity_per_s)
{
    settle_all(share->engine);
    share->capacity_per_s = capacity_per_s;
    reschedule_all(share->engine);
}

double share_capacity(const struct share *share)
{
    return share->capacity_per_s;
}

size_t share_flow_count(const struct share *share)
{
    return share->count;
}

double share_used_per_s(const struct share *share)
{
    double used = 0;
    for (struct flow *f = first_flow; f; f = NEXT(f))
        for (int i = 0; i < f->share_count; i++)
            if (f->share[i] == share)
                used += f->rate_per_s;
    return used;
}

double share_carried(struct share *share)
{
    settle_all(share->engine);
    return share->carried;
}

/* -- one flow, waited for ------------------------------------------------ */
struct waited_flow {
    struct flow flow;
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
    struct waited_flow waited = {.flow = {.done = wake_waiter}, .actor = self};
    struct engine *engine = actor_engine(self);
    enum outcome outcome = actor_fate(self);
    if (outcome != OUTCOME_OK)
        return outcome;
    flow_begin(engine, &waited.flow, share, count, amount, cap_per_s);
    while (!waited.over && outcome == OUTCOME_OK)
        outcome = engine_wait(self, INFINITY, for_what);
    flow_cancel(engine, &waited.flow);
    return outcome;
}
