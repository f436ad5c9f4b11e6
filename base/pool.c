/* SPDX-License-Identifier: MIT
 * pool.c -- see pool.h.  One mutex guards the queue and the futures' states: a job takes far
 * longer than a lock, and what is shorter runs inside future_wait without one. */
#include "base/pool.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"

struct helper {
    struct pool *pool;
    pthread_t thread;
    int lane;
};

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t queued;           /* helpers wait for it */
    pthread_cond_t finished;         /* the waiter waits for it */
    struct future *first, *last;     /* the queue */
    const struct future *waited_for; /* the future whose end the waiter sleeps for */
    int idle;                        /* helpers that sleep */
    bool stopping;
    double inline_below_flops;
    int helpers;
    struct helper *helper;
};

static void enqueue(struct pool *pool, struct future *future)
{
    future->state = FUTURE_QUEUED;
    future->next = NULL;
    future->previous = pool->last;
    if (pool->last)
        pool->last->next = future;
    else
        pool->first = future;
    pool->last = future;
}

static void dequeue(struct pool *pool, struct future *future)
{
    if (future->previous)
        future->previous->next = future->next;
    else
        pool->first = future->next;
    if (future->next)
        future->next->previous = future->previous;
    else
        pool->last = future->previous;
    future->next = future->previous = NULL;
}

/* Called and left with the lock held; the job runs without. */
static void run_queued(struct pool *pool, struct future *future, int lane)
{
    dequeue(pool, future);
    future->state = FUTURE_RUNNING;
    pthread_mutex_unlock(&pool->lock);
    future->run(future->arg, lane);
    pthread_mutex_lock(&pool->lock);
    future->state = FUTURE_DONE;
    if (pool->waited_for == future)
        pthread_cond_signal(&pool->finished);
}

static void *helper_main(void *arg)
{
    struct helper *helper = arg;
    struct pool *pool = helper->pool;

    pthread_mutex_lock(&pool->lock);
    while (!pool->stopping) {
        if (pool->first) {
            run_queued(pool, pool->first, helper->lane);
            continue;
        }
        pool->idle++;
        pthread_cond_wait(&pool->queued, &pool->lock);
        pool->idle--;
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Signals are for the thread that simulates. */
static void start_helpers(struct pool *pool, int helpers)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (int i = 0; i < helpers; i++) {
        struct helper *helper = &pool->helper[i];

        helper->pool = pool;
        helper->lane = i + 1;
        if (pthread_create(&helper->thread, NULL, helper_main, helper) != 0)
            break;
        pool->helpers++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct pool *pool_new(int helpers, double inline_below_flops)
{
    struct pool *pool = NEW(struct pool);

    assert(helpers >= 0 && helpers < 1024);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->queued, NULL);
    pthread_cond_init(&pool->finished, NULL);
    pool->inline_below_flops = inline_below_flops;
    pool->helper = NEW_ARRAY(struct helper, (size_t)helpers + 1);
    start_helpers(pool, helpers);
    return pool;
}

struct pool *pool_free(struct pool *pool)
{
    if (!pool)
        return NULL;
    pthread_mutex_lock(&pool->lock);
    while (pool->first) {
        struct future *future = pool->first;

        dequeue(pool, future);
        future->state = FUTURE_NONE;
    }
    pool->stopping = true;
    pthread_cond_broadcast(&pool->queued);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->helpers; i++)
        pthread_join(pool->helper[i].thread, NULL);
    pthread_cond_destroy(&pool->finished);
    pthread_cond_destroy(&pool->queued);
    pthread_mutex_destroy(&pool->lock);
    free(pool->helper);
    free(pool);
    return NULL;
}

int pool_lanes(const struct pool *pool)
{
    return pool ? pool->helpers + 1 : 1;
}

int pool_helpers_for_cores(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    return cores < 2 ? 0 : cores > 1024 ? 1023 : (int)cores - 1;
}

void pool_submit(struct pool *pool, struct future *future, double flops, job_fn *run, void *arg)
{
    future->run = run;
    future->arg = arg;
    future->shared = pool && pool->helpers > 0 && flops >= pool->inline_below_flops;
    if (!future->shared) {
        future->state = FUTURE_HELD;
        return;
    }
    pthread_mutex_lock(&pool->lock);
    enqueue(pool, future);
    if (pool->idle > 0)
        pthread_cond_signal(&pool->queued);
    pthread_mutex_unlock(&pool->lock);
}

/* With the lock held, the future being run by a helper: sleeps until it is done. */
static void sleep_for(struct pool *pool, const struct future *future)
{
    pool->waited_for = future;
    pthread_cond_wait(&pool->finished, &pool->lock);
    pool->waited_for = NULL;
}

/* In the order of the queue, also where what is waited for could go first: what is left over by
 * the end of a round, an evaluation's parts, would keep one lane while the others have nothing
 * to do any more. */
void future_wait(struct pool *pool, struct future *future)
{
    if (!future->shared) {
        if (future->state == FUTURE_HELD) {
            future->state = FUTURE_RUNNING;
            future->run(future->arg, 0);
            future->state = FUTURE_DONE;
        }
        return;
    }
    pthread_mutex_lock(&pool->lock);
    while (future->state != FUTURE_DONE) {
        if (pool->first)
            run_queued(pool, pool->first, 0);
        else
            sleep_for(pool, future);
    }
    pthread_mutex_unlock(&pool->lock);
}

void future_drop(struct pool *pool, struct future *future)
{
    if (future->shared) {
        pthread_mutex_lock(&pool->lock);
        if (future->state == FUTURE_QUEUED)
            dequeue(pool, future);
        while (future->state == FUTURE_RUNNING)
            sleep_for(pool, future);
        pthread_mutex_unlock(&pool->lock);
    }
    future->state = FUTURE_NONE;
    future->shared = false;
}
