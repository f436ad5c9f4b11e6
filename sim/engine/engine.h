/* SPDX-License-Identifier: MIT
 * engine.h -- simulated time: actors that wait, events that fall due, one place where time
 * passes.
 *
 * The only folder that includes SimGrid.  SimGrid carries the actors' contexts, the hosts and
 * the clock; beside it stands one queue of events, ordered by (due, order of scheduling), for
 * what its C interface cannot express: waits that can be cut short, exact ties, millions of
 * transfers. The clock runs ahead of SimGrid's between events that resume nobody and is brought
 * level (simgrid_run_until) before an actor runs.
 *
 * A *body* is code on an actor of its own: it may wait.  A *callback* (event_fn, flow_fn) runs
 * between bodies: it must not wait, but may schedule, wake, begin flows and spawn.
 * Nobody is killed, everybody is told: doom is a time at which the wait in progress, and every
 * later one, returns its outcome; the body then leaves by itself.
 *
 * One engine at a time per process (SimGrid is started by the first and serves those after it).
 * Not thread-safe: one thread simulates. */
#ifndef TRAINCAST_SIM_ENGINE_ENGINE_H
#define TRAINCAST_SIM_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/outcome.h"

struct engine;
struct actor;

typedef void(actor_body)(struct actor *self, void *arg);

/* Embedded in its owner's struct; zero it before first use. */
struct event;
typedef void(event_fn)(struct engine *engine, struct event *event);
struct event {
    double due_s;
    uint64_t order;  /* engine's: breaks ties, first scheduled first served */
    size_t position; /* engine's: handle in the queue + 1; 0 = not scheduled */
    event_fn *fire;
    bool background; /* does not keep the run alive: a trace's next step, an idle sandbox's end.
                      * Not to be changed while the event is scheduled. */
};

struct engine_limits {
    double sim_time_s;  /* the run stops when the clock would pass this; 0: no limit */
    double wall_time_s; /* likewise for real seconds; 0: no limit */
    size_t stack_bytes; /* of an actor; 0: 256 KiB, of which only touched pages cost memory
                         * (OpenBLAS touches 36 KiB); 1 MiB without guard pages */
    size_t actors_most; /* alive at once, as far as known.  Above about 30,000 stacks lose their
                         * guard pages, because the kernel counts mappings (vm.max_map_count).
                         * The first engine of a process decides. */
};

enum engine_end {
    ENGINE_DONE,      /* every actor left its body and only background events are left */
    ENGINE_DEADLOCK,  /* actors wait and no event is due: *err says who, for what, since when */
    ENGINE_SIM_LIMIT, /* limits.sim_time_s reached */
    ENGINE_WALL_LIMIT, /* limits.wall_time_s reached */
    ENGINE_STOPPED,    /* engine_stop was called (SIGTERM, the job's own stop) */
};

/* NULL with *err when SimGrid cannot start. */
struct engine *engine_new(const struct engine_limits *limits, struct err *err);
struct engine *engine_free(struct engine *engine); /* NULL-safe; actors still waiting are told
                                                    * CANCELLED first, so that they free what
                                                    * they own */
double engine_now_s(const struct engine *engine);

/* Runs until nothing is left to do, a limit is reached, or nobody can go on.  On every end but
 * ENGINE_DONE all actors that still wait are told OUTCOME_CANCELLED and have left their bodies
 * when this returns; *err then holds the reason (who waits for what since when, at most 10
 * actors). */
enum engine_end engine_run(struct engine *engine, struct err *err);
void engine_stop(struct engine *engine); /* async-signal-safe */

/* -- events -------------------------------------------------------------- */
/* Schedules, or moves, the event; due_s < now counts as now.  event->fire must be set. */
void engine_at(struct engine *engine, struct event *event, double due_s);
void engine_cancel(struct engine *engine, struct event *event); /* no-op if not scheduled */
static inline bool event_is_scheduled(const struct event *event)
{
    return event->position != 0;
}

/* -- actors -------------------------------------------------------------- */
/* Starts a body at the current time (after the caller next waits or returns).  name is copied.
 * The actor is freed when its body returns. */
struct actor *actor_spawn(struct engine *engine, const char *name, actor_body *body, void *arg);
struct engine *actor_engine(const struct actor *self);
const char *actor_name(const struct actor *self);

/* Blocks.  Until actor_wake (OK), until_s (TIMEOUT; INFINITY allowed) or doom (its outcome).  A
 * wake that came since the last wait returned is not lost: this returns OK at once.  Callers
 * loop on their own condition.  for_what must outlive the wait ("object 7 of round 3", a
 * literal). What is true when the actor runs again decides, doom before wake before time.  A
 * wait until now or earlier lets everything go first that is due now already. */
enum outcome engine_wait(struct actor *self, double until_s, const char *for_what);
/* Blocks.  As engine_wait, but wakes do not end it (they are kept); OK when its time has
 * come. */
enum outcome engine_sleep_until(struct actor *self, double until_s, const char *for_what);
/* From body or callback; an event due now, so the sleeper runs after the caller waits. */
void actor_wake(struct actor *sleeper);

/* From at_s on every wait of the actor returns why.  An earlier doom wins over a later one, of
 * two at the same time the first given; INFINITY clears a doom that has not struck.  at_s < now
 * counts as now.  OUTCOME_OK is not a doom. */
void actor_doom(struct actor *actor, double at_s, enum outcome why);
double actor_doom_at_s(const struct actor *self); /* INFINITY: none */
/* OUTCOME_OK, or the outcome of a doom that has struck. */
enum outcome actor_fate(const struct actor *self);

/* -- counts for `version`, tests and benches ----------------------------- */
struct engine_counts {
    uint64_t events, resumes, actors_spawned;
    size_t actors_alive, actors_most;
};
struct engine_counts engine_counts(const struct engine *engine);
const char *engine_simgrid_version(void);

#endif
