/* SPDX-License-Identifier: MIT
 * pool.h -- a pool of real threads for the mathematics, and futures to wait for.
 *
 * Simulated time never passes here: the simulating thread submits a job when a worker begins to
 * compute and waits for it, in real time, when the worker's values are needed.  While it waits
 * it runs queued jobs, in their order, so no core idles.  Results cannot depend on scheduling
 * as long as each job writes only what belongs to it.
 *
 * Jobs never wait and never submit, so a wait inside a wait cannot happen and the stack stays
 * flat. One thread (the one that made the pool) submits, waits and drops; nothing is allocated
 * per job. */
#ifndef TRAINCAST_BASE_POOL_H
#define TRAINCAST_BASE_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct pool;

/* lane: 0 for the thread that waits, 1..helpers for the helpers.  No two jobs run on one lane
 * at the same time, so scratch memory belongs to lanes, not to jobs. */
typedef void(job_fn)(void *arg, int lane);

enum future_state { FUTURE_NONE, FUTURE_HELD, FUTURE_QUEUED, FUTURE_RUNNING, FUTURE_DONE };

/* Embedded in its owner; zero it before first use.  All members are the pool's. */
struct future {
    job_fn *run;
    void *arg;
    struct future *next, *previous; /* in the queue */
    enum future_state state;
    bool shared; /* helpers may see it: state is under the pool's lock */
};

/* helpers: real threads beside the caller, 0 to 1023; 0 runs every job inside future_wait.
 * inline_below_flops: smaller jobs are not worth a queue and run inside future_wait as well.
 * When the machine gives fewer threads than asked for, it goes on with those. */
struct pool *pool_new(int helpers, double inline_below_flops);
/* Drops what was not begun, waits for what was.  NULL-safe, returns NULL. */
struct pool *pool_free(struct pool *pool);
int pool_lanes(const struct pool *pool); /* helpers + 1; 1 when pool is NULL */
int pool_helpers_for_cores(void);        /* online cores - 1, at least 0 */

/* pool may be NULL everywhere below: everything is then computed when waited for.
 * Hands run(arg, lane) to the pool.  future must be FUTURE_NONE or FUTURE_DONE. */
void pool_submit(struct pool *pool, struct future *future, double flops, job_fn *run,
                 void *arg);
/* Returns when the job has run; at once when it was never submitted. */
void future_wait(struct pool *pool, struct future *future);
/* Forgets a job that was not begun, waits for one that was.  The future is FUTURE_NONE then. */
void future_drop(struct pool *pool, struct future *future);

#endif
