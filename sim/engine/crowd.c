/* SPDX-License-Identifier: MIT
 * crowd.c -- the flows of one share that can be full, and have no other such share.
 *
 * All flows with the same bound always have the same rate: the bound, or the level at which the
 * share is full if that is less.  So a class of flows with one bound keeps one number, the
 * amount it has served to each of its flows since ever; a flow ends when that has grown by the
 * flow's own amount.  A change of the level then costs one step per class, not per flow
 * (virtual time; Parekh & Gallager, IEEE/ACM ToN 1993, for weighted fair queueing). */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/engine/flow_inside.h"

/* Flows added per flow present before the served amounts are set back to zero, which keeps them
 * so small that the amount left of a flow is known to about 13 digits. */
enum { ADDED_PER_REBASE = 64, ADDED_AT_LEAST = 1024 };

struct cap_class {
    double bound_per_s;
    double served;     /* to each flow, since zero was set */
    double rate_per_s; /* of each flow */
    double due_s;      /* of the first to end */
    struct heap flows; /* by the served amount at which they end */
};

struct crowd {
    struct event event; /* first: the end of the first flow to end */
    struct share *share;
    double since_s; /* of all served amounts */
    size_t flow_count;
    size_t added;            /* since zero was set */
    struct cap_class *class; /* by bound; behind those in use lie spare ones with their heaps */
    size_t class_count, spare_count, capacity;
};

static void crowd_due(struct engine *engine, struct event *event);

struct crowd *crowd_new(struct share *share)
{
    struct crowd *crowd = NEW(struct crowd);
    crowd->share = share;
    crowd->event.fire = crowd_due;
    return crowd;
}

struct crowd *crowd_free(struct crowd *crowd)
{
    if (!crowd)
        return NULL;
    assert(crowd->flow_count == 0);
    for (size_t i = 0; i < crowd->class_count + crowd->spare_count; i++)
        heap_done(&crowd->class[i].flows);
    free(crowd->class);
    free(crowd);
    return NULL;
}

/* -- classes ------------------------------------------------------------- */
/* The place of the class with this bound, or where it should stand. */
static size_t class_place(const struct crowd *crowd, double bound_per_s)
{
    size_t low = 0, high = crowd->class_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (crowd->class[middle].bound_per_s < bound_per_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct cap_class *class_for(struct crowd *crowd, double bound_per_s)
{
    size_t i = class_place(crowd, bound_per_s);
    if (i < crowd->class_count && crowd->class[i].bound_per_s == bound_per_s)
        return &crowd->class[i];
    if (crowd->spare_count == 0) {
        size_t used = crowd->class_count;
        ROOM_FOR_ONE(crowd->class, used, crowd->capacity);
        crowd->class[used].flows = (struct heap){0};
        crowd->spare_count = 1;
    }
    struct heap spare = crowd->class[crowd->class_count].flows;
    memmove(&crowd->class[i + 1], &crowd -> class[i],
            (crowd->class_count - i) * sizeof *crowd->class);
    crowd->class[i] = (struct cap_class){.bound_per_s = bound_per_s, .flows = spare};
    crowd->class_count++;
    crowd->spare_count--;
    return &crowd->class[i];
}

static void drop_class(struct crowd *crowd, struct cap_class *class)
{
    struct heap spare = class->flows;
    size_t i = (size_t)(class - crowd->class);
    memmove(class, class + 1, (crowd->class_count - i - 1) * sizeof *class);
    crowd->class_count--;
    crowd->spare_count++;
    crowd->class[crowd->class_count].flows = spare;
}

/* -- time and level ------------------------------------------------------ */
static void advance(struct crowd *crowd)
{
    double now_s = crowd->share->engine->now_s;
    double passed_s = now_s - crowd->since_s;
    crowd->since_s = now_s;
    if (passed_s > 0)
        for (size_t i = 0; i < crowd->class_count; i++)
            crowd->class[i].served += crowd->class[i].rate_per_s * passed_s;
}

static double due_of(const struct cap_class *class, double now_s)
{
    double left = class->flows.slot[0].due_s - class->served;
    if (left <= 0)
        return now_s;
    return class->rate_per_s > 0 ? now_s + left / class->rate_per_s : INFINITY;
}

/* The flow that ends next has not been touched since it began. */
static inline __attribute__((always_inline)) void fetch_first(const struct cap_class *class)
{
    enum { LINE = 64 };
    const char *event = (const char *)heap_event(&class->flows, 0);
    for (int line = -2; line < 2; line++)
        __builtin_prefetch(event + LINE * line);
}

/* Fills the share from the lowest bound up; sets the event to the first end. */
static void level(struct crowd *crowd, double capacity_per_s)
{
    double rest_per_s = capacity_per_s, due_s = INFINITY, level_per_s = 0;
    double open = (double)crowd->flow_count; /* flows without a rate yet */
    bool full = false;
    const struct cap_class *next = NULL;
    for (size_t i = 0; i < crowd->class_count; i++) {
        struct cap_class *class = &crowd->class[i];
        if (!full) {
            level_per_s = rest_per_s / open;
            full = class->bound_per_s > level_per_s;
        }
        class->rate_per_s = full ? level_per_s : class->bound_per_s;
        if (!full) {
            rest_per_s -= class->bound_per_s * (double)class->flows.count;
            open -= (double)class->flows.count;
        }
        class->due_s = due_of(class, crowd->since_s);
        if (class->due_s < due_s) {
            due_s = class->due_s;
            next = class;
        }
    }
    if (next)
        fetch_first(next);
    if (!event_is_scheduled(&crowd->event) || crowd->event.due_s != due_s)
        engine_at(crowd->share->engine, &crowd->event, due_s);
}

static void rebase(struct crowd *crowd)
{
    for (size_t i = 0; i < crowd->class_count; i++) {
        struct cap_class *class = &crowd->class[i];
        for (size_t j = 0; j < class->flows.count; j++) {
            class->flows.slot[j].due_s = fmax(0, class->flows.slot[j].due_s - class->served);
            heap_event(&class->flows, j)->due_s = class->flows.slot[j].due_s;
        }
        class->served = 0;
        heap_build(&class->flows); /* rounding may have made ties */
    }
    crowd->added = 0;
}

/* -- flows --------------------------------------------------------------- */
void crowd_add(struct crowd *crowd, struct flow *flow)
{
    advance(crowd);
    if (++crowd->added > ADDED_PER_REBASE * crowd->flow_count + ADDED_AT_LEAST)
        rebase(crowd);
    struct cap_class *class = class_for(crowd, flow->bound_per_s);
    flow->place = FLOW_IN_CROWD;
    flow->event.due_s = class->served + flow->left;
    flow->event.order = flow->order;
    heap_put(&class->flows, &flow->event);
    crowd->flow_count++;
    level(crowd, crowd->share->capacity_per_s);
}

static struct cap_class *class_of(const struct crowd *crowd, const struct flow *flow)
{
    size_t i = class_place(crowd, flow->bound_per_s);
    assert(i < crowd->class_count && crowd->class[i].bound_per_s == flow->bound_per_s);
    return &crowd->class[i];
}

static void take_out(struct crowd *crowd, struct cap_class *class, struct flow *flow)
{
    heap_take(&class->flows, &flow->event);
    flow->place = FLOW_OUT;
    crowd->flow_count--;
    if (class->flows.count == 0)
        drop_class(crowd, class);
    level(crowd, crowd->share->capacity_per_s);
}

void crowd_take(struct crowd *crowd, struct flow *flow)
{
    flow->left = crowd_left(crowd, flow);
    advance(crowd);
    take_out(crowd, class_of(crowd, flow), flow);
}

void crowd_dissolve(struct crowd *crowd)
{
    for (size_t i = 0; i < crowd->class_count; i++) {
        struct heap *flows = &crowd->class[i].flows;
        for (size_t j = flows->count;
             j-- > 0;) { /* the first to end last: it dates the others */
            struct flow *flow = flow_of_event(heap_event(flows, j));
            flow->left = crowd_left(crowd, flow);
            flow->event.position = 0;
        }
    }
    for (size_t i = 0; i < crowd->class_count; i++)
        heap_empty(&crowd->class[i].flows);
    crowd->spare_count += crowd->class_count;
    crowd->class_count = crowd->flow_count = crowd->added = 0;
    engine_cancel(crowd->share->engine, &crowd->event);
}

double crowd_rate(const struct crowd *crowd, const struct flow *flow)
{
    return class_of(crowd, flow)->rate_per_s;
}

double crowd_left(const struct crowd *crowd, const struct flow *flow)
{
    const struct cap_class *class = class_of(crowd, flow);
    double now_s = crowd->share->engine->now_s;
    /* At the time of its end nothing is left, whatever the rounding. */
    if (class->due_s <= now_s && flow->event.due_s <= class->flows.slot[0].due_s)
        return 0;
    double served = class->served + class->rate_per_s * (now_s - crowd->since_s);
    return fmin(flow->amount, fmax(0, flow->event.due_s - served));
}

bool crowd_set_capacity(struct crowd *crowd, double capacity_per_s)
{
    double highest = crowd->class[crowd->class_count - 1].bound_per_s;
    if (highest >= fmin(capacity_per_s, crowd->share->capacity_per_s))
        return false;
    advance(crowd);
    level(crowd, capacity_per_s);
    return true;
}

/* Of the flows that end now, the one that began first.  One at a time: its end may change all.
 */
static void crowd_due(struct engine *engine, struct event *event)
{
    struct crowd *crowd = (struct crowd *)event;
    struct cap_class *class = NULL;
    for (size_t i = 0; i < crowd->class_count; i++) {
        struct cap_class *other = &crowd->class[i];
        if (other->due_s > engine->now_s)
            continue;
        if (!class || other->flows.slot[0].order < class->flows.slot[0].order)
            class = other;
    }
    assert(class);
    advance(crowd);
    struct flow *flow = flow_of_event(heap_event(&class->flows, 0));
    class->served = fmax(class->served, flow->event.due_s);
    take_out(crowd, class, flow);
    flow_over(engine, flow);
}
