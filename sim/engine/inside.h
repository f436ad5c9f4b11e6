/* SPDX-License-Identifier: MIT
 * inside.h -- what the files of the engine know of each other; nobody else includes it. */
#ifndef TRAINCAST_SIM_ENGINE_INSIDE_H
#define TRAINCAST_SIM_ENGINE_INSIDE_H

#include <signal.h>

#include "sim/engine/engine.h"
#include "sim/engine/heap.h"

struct carrier;

struct engine {
    double now_s;
    uint64_t order; /* of the next event to be scheduled */
    struct heap queue;
    size_t foreground;            /* events in the queue that keep the run alive */
    struct actor *first, *last;   /* alive, in the order of their spawning */
    struct carrier *carriers;     /* all of them */
    struct carrier *idle_carrier; /* those without a body, last in first out */
    struct engine_limits limits;
    double wall_began_s;    /* 0: not yet */
    double simgrid_began_s; /* SimGrid's clock when this engine was made */
    volatile sig_atomic_t stop;
    bool cancelled;      /* every wait returns CANCELLED from now on */
    enum engine_end end; /* meaningful when cancelled */
    struct engine_counts counts;
};

struct actor {
    struct engine *engine;
    struct actor *next, *previous;
    struct carrier *carrier; /* NULL before its first run */
    const char *parked_at;   /* on its stack */
    const char *handle;      /* SimGrid's */
    struct event timer;      /* its start, or the end of its wait */
    char *name;
    actor_body *body;
    void *arg;
    double until_s; /* of the wait in progress */
    double since_s;
    const char *for_what;
    double doom_at_s;
    enum outcome doom;
    unsigned told;    /* how often a wait has returned its fate */
    bool waiting;     /* parked, and not yet chosen to run */
    bool heeds_wakes; /* in this wait */
    bool woken;       /* since the last engine_wait returned OK */
};

/* Due now, after everything else that is or will be due at this time and was scheduled by
 * engine_at: work that is done once per moment however many events ask for it. */
void engine_at_end_of_moment(struct engine *engine, struct event *event);

/* actor.c: fires when an actor is to run.  The engine loop recognises actors' timers by it. */
void actor_due(struct engine *engine, struct event *timer);
/* Makes the actor whose timer this is runnable; it runs in the next call of context_run. */
void actor_make_ready(struct actor *actor);
struct actor *actor_of_timer(struct event *timer);

/* context.c: SimGrid.  A carrier is a SimGrid actor, a stack that runs one body after another.
 */
bool context_start(const struct engine_limits *limits, struct err *err);
void context_stop(struct engine *engine);
double context_clock_s(void);
/* Brings SimGrid's clock level with the engine's; nobody may be ready. */
void context_level(struct engine *engine);
void context_make_ready(struct actor *actor);
void context_run(struct engine *engine); /* all that are ready, one at a time, in that order */
void context_fetch(const struct actor *actor); /* into the caches */
void context_park(struct actor *self); /* called by a body; returns when made ready and run */
void actor_leave(struct actor *self);  /* actor.c: its body has returned */

#endif
