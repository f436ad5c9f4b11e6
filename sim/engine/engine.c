/* SPDX-License-Identifier: MIT
 * engine.c -- the clock and the loop that moves it from event to event.
 *
 * Callbacks are fired right here and cost a heap operation each; only when an actor is due is
 * SimGrid's clock brought level and the actor's context entered.  Actors that are due one
 * behind the other at the same time share that step; a callback between them does not, so what
 * happens is always in the order of (due, order). */
#include "sim/engine/engine.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "sim/engine/inside.h"

enum { EVENTS_PER_LOOK_AT_THE_CLOCK = 4096, ACTORS_IN_REPORT = 10 };
static const uint64_t END_OF_MOMENT = (uint64_t)1 << 63;

struct engine *engine_new(const struct engine_limits *limits, struct err *err)
{
    if (!context_start(limits, err))
        return NULL;
    struct engine *engine = NEW(struct engine);
    engine->limits = *limits;
    engine->simgrid_began_s = context_clock_s();
    return engine;
}

double engine_now_s(const struct engine *engine)
{
    return engine->now_s;
}

struct engine_counts engine_counts(const struct engine *engine)
{
    return engine->counts;
}

void engine_stop(struct engine *engine)
{
    engine->stop = 1;
}

/* -- events -------------------------------------------------------------- */
static void schedule(struct engine *engine, struct event *event, double due_s, uint64_t order)
{
    assert(event->fire && !isnan(due_s));
    if (due_s == INFINITY) {
        engine_cancel(engine, event);
        return;
    }
    if (event->position == 0 && !event->background)
        engine->foreground++;
    event->due_s = due_s > engine->now_s ? due_s : engine->now_s;
    event->order = order;
    heap_put(&engine->queue, event);
}

void engine_at(struct engine *engine, struct event *event, double due_s)
{
    schedule(engine, event, due_s, engine->order++);
}

void engine_at_end_of_moment(struct engine *engine, struct event *event)
{
    schedule(engine, event, engine->now_s, END_OF_MOMENT | engine->order++);
}

void engine_cancel(struct engine *engine, struct event *event)
{
    if (event->position == 0)
        return;
    if (!event->background)
        engine->foreground--;
    heap_take(&engine->queue, event);
}

static void take_first(struct engine *engine, const struct event *first)
{
    if (!first->background)
        engine->foreground--;
    heap_take_first(&engine->queue);
    engine->counts.events++;
}

/* -- the loop ------------------------------------------------------------ */
static double wall_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static bool wall_time_is_up(const struct engine *engine)
{
    return engine->limits.wall_time_s > 0 &&
           wall_s() - engine->wall_began_s >= engine->limits.wall_time_s;
}

/* With thousands of actors or flows in memory, the next event's are in no cache.  Fetching them
 * while this one is at work hides a third of the time at 10,000 actors.  (Inline, because gcc
 * 12 takes a function that only prefetches for one that does nothing.) */
static inline __attribute__((always_inline)) void fetch_event(const struct engine *engine,
                                                              size_t i)
{
    enum { LINE = 64 };
    if (i >= engine->queue.count)
        return;
    const char *event = (const char *)heap_event(&engine->queue, i);
    for (int line = -2; line < 2; line++) /* its owner is around it */
        __builtin_prefetch(event + LINE * line);
}

/* What the next actor's event leads to, and the events of which one will be the next but one.
 */
static inline __attribute__((always_inline)) void fetch_actors(const struct engine *engine)
{
    enum { CANDIDATES = 5 };
    if (engine->queue.count && heap_event(&engine->queue, 0)->fire == actor_due)
        context_fetch(actor_of_timer(heap_event(&engine->queue, 0)));
    for (size_t i = 0; i < CANDIDATES; i++)
        fetch_event(engine, i);
}

/* Runs the actor and all that stand directly behind it and are due at the same time. */
static void run_actors(struct engine *engine, struct event *first)
{
    context_level(engine);
    do {
        struct actor *actor = actor_of_timer(first);
        take_first(engine, first);
        actor_make_ready(actor);
        first = engine->queue.count ? heap_event(&engine->queue, 0) : NULL;
    } while (first && first->due_s <= engine->now_s && first->fire == actor_due);
    fetch_actors(engine);
    context_run(engine);
}

static bool nothing_is_left(const struct engine *engine)
{
    return engine->queue.count == 0 ||
           (engine->foreground == 0 && engine->counts.actors_alive == 0);
}

static enum engine_end run(struct engine *engine)
{
    double limit_s = engine->limits.sim_time_s > 0 ? engine->limits.sim_time_s : INFINITY;
    unsigned until_look = EVENTS_PER_LOOK_AT_THE_CLOCK;
    while (!nothing_is_left(engine)) {
        if (engine->stop)
            return ENGINE_STOPPED;
        struct event *first = heap_event(&engine->queue, 0);
        if (first->due_s > limit_s) {
            engine->now_s = fmax(engine->now_s, limit_s);
            return ENGINE_SIM_LIMIT;
        }
        engine->now_s = first->due_s;
        bool look = --until_look == 0;
        if (first->fire == actor_due) {
            run_actors(engine, first);
            look = true; /* bodies may have computed for long */
        } else {
            take_first(engine, first);
            fetch_event(engine, 0);
            first->fire(engine, first);
        }
        if (look) {
            until_look = EVENTS_PER_LOOK_AT_THE_CLOCK;
            if (wall_time_is_up(engine))
                return ENGINE_WALL_LIMIT;
        }
    }
    return engine->counts.actors_alive ? ENGINE_DEADLOCK : ENGINE_DONE;
}

/* -- the end ------------------------------------------------------------- */
/* Everybody is told and leaves; nobody parks any more, so each body runs to its end at once. */
static void cancel_all(struct engine *engine)
{
    engine->cancelled = true;
    while (engine->first) {
        engine_cancel(engine, &engine->first->timer);
        actor_make_ready(engine->first);
        context_run(engine);
    }
}

static void append(struct err *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void append(struct err *text, const char *format, ...)
{
    size_t used = strlen(text->text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text->text + used, sizeof text->text - used, format, arguments);
    va_end(arguments);
}

static void report(const struct engine *engine, enum engine_end end, struct err *err)
{
    static const char *const sentence[] = {
        [ENGINE_DONE] = "done",
        [ENGINE_DEADLOCK] = "deadlock: nobody can go on",
        [ENGINE_SIM_LIMIT] = "the limit of simulated time is reached",
        [ENGINE_WALL_LIMIT] = "the limit of real time is reached",
        [ENGINE_STOPPED] = "the run was stopped",
    };
    struct err text = {""};
    append(&text, "%s at %.9g s", sentence[end], engine->now_s);
    size_t shown = 0;
    for (const struct actor *actor = engine->first; actor; actor = actor->next) {
        if (shown++ == ACTORS_IN_REPORT) {
            append(&text, "; and %zu more", engine->counts.actors_alive - ACTORS_IN_REPORT);
            break;
        }
        if (actor->waiting)
            append(&text, "; %.30s waits for %.30s since %.9g s", actor->name,
                   actor->for_what ? actor->for_what : "?", actor->since_s);
        else
            append(&text, "; %.30s is about to run", actor->name);
    }
    err_set(err, "%s", text.text);
}

enum engine_end engine_run(struct engine *engine, struct err *err)
{
    if (engine->wall_began_s == 0)
        engine->wall_began_s = wall_s();
    enum engine_end end = engine->cancelled ? engine->end : run(engine);
    if (end != ENGINE_DONE) {
        report(engine, end, err);
        engine->end = end;
        cancel_all(engine);
    }
    return end;
}

struct engine *engine_free(struct engine *engine)
{
    if (!engine)
        return NULL;
    cancel_all(engine);
    context_stop(engine);
    heap_done(&engine->queue);
    free(engine);
    return NULL;
}
