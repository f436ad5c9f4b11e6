/* SPDX-License-Identifier: MIT
 * crowd.c -- the flows of one share that can be full, and have no other such share.
 *
 * All flows with the same bound always have the same rate: the bound, or the level at which the
 * share is full if that is less.  So a class of flows with one bound keeps one number, the
 * amount it has served to each of its flows since ever; a flow ends when that has grown by the
 * flow's own amount (virtual time; Parekh & Gallager, IEEE/ACM ToN 1993).
 *
 * Likewise all classes at the level serve at the same rate, so one number grows for all of
 * them, and each class keeps its constant distance to it; the classes below go on at their
 * bounds and their ends stand fixed in time.  A change of the level thus touches no class but
 * those that it passes: O(log n) for n flows, whatever their bounds, but for the insertion of a
 * class. */
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
    struct event event; /* first.  In `below`: the time of its first end.  In `at_level`: what
                         * the crowd will have served by then */
    struct heap flows;  /* by the served amount at which they end */
    double bound_per_s;
    bool is_below;
    double served;  /* below: to each flow, by since_s; at the level: minus the crowd's */
    double since_s; /* below */
    struct cap_class *next_spare;
};

struct crowd {
    struct event event; /* first: the first end of a flow */
    struct share *share;
    struct cap_class **class; /* by bound; the first below_count ones are below the level */
    size_t class_count, class_capacity, below_count;
    struct heap below, at_level; /* classes by first end */
    struct sum below_per_s;      /* what the flows below take together */
    size_t flow_count, flows_at_level;
    double level_per_s; /* the rate of each of those */
    double served;      /* to each flow at the level, by since_s */
    double since_s;
    size_t added; /* flows, since the served amounts began at zero */
    struct cap_class *spare;
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
    while (crowd->spare) {
        struct cap_class *class = crowd->spare;
        crowd->spare = class->next_spare;
        heap_done(&class->flows);
        free(class);
    }
    heap_done(&crowd->below);
    heap_done(&crowd->at_level);
    free(crowd->class);
    free(crowd);
    return NULL;
}

/* -- a class in time ----------------------------------------------------- */
static double served_by(const struct crowd *crowd, const struct cap_class *class, double now_s)
{
    if (class->is_below)
        return class->served + class->bound_per_s * (now_s - class->since_s);
    double passed_s = now_s - crowd->since_s;
    double served =
        passed_s > 0 ? crowd->served + crowd->level_per_s * passed_s : crowd->served;
    return served + class->served;
}

static double end_s(double since_s, double left, double rate_per_s)
{
    if (left <= 0)
        return since_s;
    return rate_per_s > 0 ? since_s + left / rate_per_s : INFINITY;
}

/* Of the class that ends first among those at the level. */
static double level_end_s(const struct crowd *crowd)
{
    if (crowd->at_level.count == 0)
        return INFINITY;
    return end_s(crowd->since_s, crowd->at_level.slot[0].due_s - crowd->served,
                 crowd->level_per_s);
}

/* Puts the class where its first end belongs. */
static void file(struct crowd *crowd, struct cap_class *class)
{
    double first = class->flows.slot[0].due_s;
    class->event.order = class->flows.slot[0].order;
    if (class->is_below)
        class->event.due_s = end_s(class->since_s, first - class->served, class->bound_per_s);
    else
        class->event.due_s = fmax(0, first - class->served);
    heap_put(class->is_below ? &crowd->below : &crowd->at_level, &class->event);
}

static void advance(struct crowd *crowd)
{
    double now_s = crowd->share->engine->now_s;
    if (now_s > crowd->since_s)
        crowd->served += crowd->level_per_s * (now_s - crowd->since_s);
    crowd->since_s = now_s;
}

/* -- the level ----------------------------------------------------------- */
/* The class leaves the level and goes on at its bound, or the other way round.  Time stands at
 * the crowd's since_s. */
static void pass(struct crowd *crowd, struct cap_class *class)
{
    double served = served_by(crowd, class, crowd->since_s);
    double count = (double)class->flows.count;
    heap_take(class->is_below ? &crowd->below : &crowd->at_level, &class->event);
    class->is_below = !class->is_below;
    if (class->is_below) {
        class->served = served;
        class->since_s = crowd->since_s;
        crowd->flows_at_level -= class->flows.count;
        crowd->below_count++;
        sum_add(&crowd->below_per_s, count * class->bound_per_s);
    } else {
        class->served = served - crowd->served;
        crowd->flows_at_level += class->flows.count;
        crowd->below_count--;
        sum_add(&crowd->below_per_s, -count * class->bound_per_s);
    }
    file(crowd, class);
}

static double level_for(const struct crowd *crowd, double capacity_per_s)
{
    return fmax(0, capacity_per_s - crowd->below_per_s.value) / (double)crowd->flows_at_level;
}

/* Moves classes until those below the level, and only those, have bounds under it. */
static void find_level(struct crowd *crowd, double capacity_per_s)
{
    if (crowd->below_count == 0)
        crowd->below_per_s = (struct sum){0, 0};
    while (crowd->below_count > 0) {
        struct cap_class *highest = crowd->class[crowd->below_count - 1];
        bool is_above = crowd->flows_at_level > 0
                            ? highest->bound_per_s > level_for(crowd, capacity_per_s)
                            : crowd->below_per_s.value > capacity_per_s;
        if (!is_above)
            break;
        pass(crowd, highest);
    }
    crowd->level_per_s = 0;
    while (crowd->flows_at_level > 0) {
        struct cap_class *lowest = crowd->class[crowd->below_count];
        crowd->level_per_s = level_for(crowd, capacity_per_s);
        if (lowest->bound_per_s > crowd->level_per_s)
            break;
        pass(crowd, lowest);
        crowd->level_per_s = 0;
    }
}

/* The flow that ends next has not been touched since it began. */
static inline __attribute__((always_inline)) void fetch_first(const struct cap_class *class)
{
    enum { LINE = 64 };
    const char *event = (const char *)heap_event(&class->flows, 0);
    for (int line = -2; line < 2; line++)
        __builtin_prefetch(event + LINE * line);
}

static void level(struct crowd *crowd, double capacity_per_s)
{
    find_level(crowd, capacity_per_s);
    double below_s = crowd->below.count ? crowd->below.slot[0].due_s : INFINITY;
    double level_s = level_end_s(crowd);
    double due_s = fmin(below_s, level_s);
    if (due_s < INFINITY)
        fetch_first((struct cap_class *)heap_event(
            below_s < level_s ? &crowd->below : &crowd->at_level, 0));
    if (!event_is_scheduled(&crowd->event) || crowd->event.due_s != due_s)
        engine_at(crowd->share->engine, &crowd->event, due_s);
}

/* -- classes ------------------------------------------------------------- */
/* The place of the class with this bound, or where it should stand. */
static size_t class_place(const struct crowd *crowd, double bound_per_s)
{
    size_t low = 0, high = crowd->class_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (crowd->class[middle] -> bound_per_s < bound_per_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct cap_class *class_new(struct crowd *crowd, double bound_per_s, size_t place)
{
    struct cap_class *class = crowd->spare;
    if (class)
        crowd->spare = class->next_spare;
    else
        class = NEW(struct cap_class);
    class->bound_per_s = bound_per_s;
    class->is_below = place < crowd->below_count;
    class->served = class->is_below ? 0 : -crowd->served;
    class->since_s = crowd->since_s;
    ROOM_FOR_ONE(crowd->class, crowd->class_count, crowd->class_capacity);
    memmove(&crowd->class[place + 1], &crowd -> class[place],
            (crowd->class_count - place) * sizeof(struct cap_class *));
    crowd->class[place] = class;
    crowd->class_count++;
    crowd->below_count += class->is_below;
    return class;
}

static struct cap_class *class_for(struct crowd *crowd, double bound_per_s)
{
    size_t place = class_place(crowd, bound_per_s);
    if (place < crowd->class_count && crowd->class[place] -> bound_per_s == bound_per_s)
        return crowd->class[place];
    return class_new(crowd, bound_per_s, place);
}

static void class_drop(struct crowd *crowd, struct cap_class *class)
{
    size_t place = class_place(crowd, class->bound_per_s);
    heap_take(class->is_below ? &crowd->below : &crowd->at_level, &class->event);
    crowd->class_count--;
    crowd->below_count -= class->is_below;
    memmove(&crowd->class[place], &crowd -> class[place + 1],
            (crowd->class_count - place) * sizeof(struct cap_class *));
    class->next_spare = crowd->spare;
    crowd->spare = class;
}

/* Sets all served amounts back to zero. */
static void rebase(struct crowd *crowd)
{
    for (size_t i = 0; i < crowd->class_count; i++) {
        struct cap_class *class = crowd->class[i];
        double served = served_by(crowd, class, crowd->since_s);
        for (size_t j = 0; j < class->flows.count; j++) {
            struct heap_slot *slot = &class->flows.slot[j];
            slot->due_s = fmax(0, slot->due_s - served);
            heap_event(&class->flows, j)->due_s = slot->due_s;
        }
        heap_build(&class->flows); /* rounding may have made ties */
        class->served = 0;
        class->since_s = crowd->since_s;
        file(crowd, class);
    }
    crowd->served = 0;
    crowd->added = 0;
}

/* -- flows --------------------------------------------------------------- */
static void count_flows(struct crowd *crowd, const struct cap_class *class, int change)
{
    crowd->flow_count += (size_t)change;
    if (class->is_below)
        sum_add(&crowd->below_per_s, change * class->bound_per_s);
    else
        crowd->flows_at_level += (size_t)change;
}

void crowd_add(struct crowd *crowd, struct flow *flow)
{
    advance(crowd);
    if (++crowd->added > ADDED_PER_REBASE * crowd->flow_count + ADDED_AT_LEAST)
        rebase(crowd);
    struct cap_class *class = class_for(crowd, flow->bound_per_s);
    flow->place = FLOW_IN_CROWD;
    flow->cap_class = class;
    flow->event.due_s = fmax(0, served_by(crowd, class, crowd->since_s)) + flow->left;
    flow->event.order = flow->order;
    heap_put(&class->flows, &flow->event);
    count_flows(crowd, class, 1);
    if (heap_event(&class->flows, 0) == &flow->event)
        file(crowd, class);
    level(crowd, crowd->share->capacity_per_s);
}

static void take_out(struct crowd *crowd, struct flow *flow)
{
    struct cap_class *class = flow->cap_class;
    heap_take(&class->flows, &flow->event);
    flow->place = FLOW_OUT;
    count_flows(crowd, class, -1);
    if (class->flows.count == 0)
        class_drop(crowd, class);
    else
        file(crowd, class);
    level(crowd, crowd->share->capacity_per_s);
}

void crowd_take(struct crowd *crowd, struct flow *flow)
{
    flow->left = crowd_left(crowd, flow);
    advance(crowd);
    take_out(crowd, flow);
}

void crowd_dissolve(struct crowd *crowd)
{
    for (size_t i = 0; i < crowd->class_count; i++) {
        struct cap_class *class = crowd->class[i];
        for (size_t j = 0; j < class->flows.count; j++) {
            struct flow *flow = flow_of_event(heap_event(&class->flows, j));
            flow->left = crowd_left(crowd, flow);
            flow->event.position = 0;
        }
        heap_empty(&class->flows);
        class->event.position = 0;
        class->next_spare = crowd->spare;
        crowd->spare = class;
    }
    heap_empty(&crowd->below);
    heap_empty(&crowd->at_level);
    engine_cancel(crowd->share->engine, &crowd->event);
    crowd->class_count = crowd->below_count = 0;
    crowd->flow_count = crowd->flows_at_level = crowd->added = 0;
    crowd->served = crowd->level_per_s = 0;
}

double crowd_rate(const struct crowd *crowd, const struct flow *flow)
{
    return flow->cap_class->is_below ? flow->cap_class->bound_per_s : crowd->level_per_s;
}

double crowd_left(const struct crowd *crowd, const struct flow *flow)
{
    const struct cap_class *class = flow->cap_class;
    double now_s = crowd->share->engine->now_s;
    double until = flow->event.due_s - class->served;
    double flow_end_s = class->is_below
                            ? end_s(class->since_s, until, class->bound_per_s)
                            : end_s(crowd->since_s, until - crowd->served, crowd->level_per_s);
    if (flow_end_s <= now_s)
        return 0; /* whatever the rounding */
    return fmin(flow->amount, fmax(0, flow->event.due_s - served_by(crowd, class, now_s)));
}

bool crowd_set_capacity(struct crowd *crowd, double capacity_per_s)
{
    double highest = crowd->class[crowd->class_count - 1]->bound_per_s;
    if (highest >= fmin(capacity_per_s, crowd->share->capacity_per_s) ||
        capacity_per_s == INFINITY)
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
    struct event *first = NULL;
    bool level_ends = level_end_s(crowd) <= engine->now_s;
    if (level_ends)
        first = heap_event(&crowd->at_level, 0);
    if (crowd->below.count && crowd->below.slot[0].due_s <= engine->now_s &&
        (!first || crowd->below.slot[0].order < first->order))
        first = heap_event(&crowd->below, 0);
    assert(first);
    advance(crowd);
    if (level_ends)
        crowd->served = fmax(crowd->served, crowd->at_level.slot[0].due_s);
    struct flow *flow = flow_of_event(heap_event(&((struct cap_class *)first)->flows, 0));
    take_out(crowd, flow);
    flow_over(engine, flow);
}
