/* SPDX-License-Identifier: MIT
 * pool.c -- futures run once each, on their own lanes, whoever runs them. */
#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "tests/test.h"

enum { JOBS = 2000, LANES_MOST = 8 };

struct job {
    struct future future;
    int runs;
    int lane;
    uint64_t result;
};

/* Takes a while and gives what depends on the job alone. */
static void count_up(void *arg, int lane)
{
    struct job *job = arg;

    for (uint64_t i = 0; i < 2000; i++)
        job->result = job->result * 6364136223846793005u + i;
    job->runs++;
    job->lane = lane;
}

static struct job *jobs_new(void)
{
    struct job *job = calloc(JOBS, sizeof *job);

    for (int i = 0; i < JOBS; i++)
        job[i].result = (uint64_t)i;
    return job;
}

static void check_all_run_once(struct pool *pool)
{
    struct job *job = jobs_new(), *plain = jobs_new();

    for (int i = 0; i < JOBS; i++)
        pool_submit(pool, &job[i].future, 1e6, count_up, &job[i]);
    for (int i = 0; i < JOBS; i++) {
        int at = i * 7 % JOBS;

        future_wait(pool, &job[at].future);
        assert_int_equal(job[at].runs, 1);
        assert_int_equal(job[at].future.state, FUTURE_DONE);
    }
    for (int i = 0; i < JOBS; i++) {
        count_up(&plain[i], 0);
        assert_true(plain[i].result == job[i].result);
        assert_in_range(job[i].lane, 0, pool_lanes(pool) - 1);
    }
    free(job);
    free(plain);
}

static void every_job_runs_once_with_any_number_of_helpers(void **state)
{
    (void)state;
    check_all_run_once(NULL);
    for (int helpers = 0; helpers <= 5; helpers++) {
        struct pool *pool = pool_new(helpers, 0);

        assert_int_equal(pool_lanes(pool), helpers + 1);
        check_all_run_once(pool);
        assert_null(pool_free(pool));
    }
}

static void waiting_again_returns_at_once_and_a_future_can_be_used_again(void **state)
{
    struct pool *pool = pool_new(1, 0);
    struct job job = {.result = 1};

    (void)state;
    for (int round = 1; round <= 100; round++) {
        pool_submit(pool, &job.future, 1e6, count_up, &job);
        future_wait(pool, &job.future);
        future_wait(pool, &job.future);
        assert_int_equal(job.runs, round);
    }
    pool_free(pool);
}

static void waiting_for_what_was_never_submitted_returns_at_once(void **state)
{
    struct pool *pool = pool_new(1, 0);
    struct future future = {0};

    (void)state;
    future_wait(pool, &future);
    future_wait(NULL, &future);
    future_drop(pool, &future);
    assert_int_equal(future.state, FUTURE_NONE);
    pool_free(pool);
}

static void small_jobs_run_in_the_waiters_lane(void **state)
{
    struct pool *pool = pool_new(2, 20e3);
    struct job *job = jobs_new();

    (void)state;
    for (int i = 0; i < 100; i++)
        pool_submit(pool, &job[i].future, 19e3, count_up, &job[i]);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(job[i].runs, 0);
        future_wait(pool, &job[i].future);
        assert_int_equal(job[i].lane, 0);
    }
    pool_free(pool);
    free(job);
}

static void without_helpers_nothing_runs_before_it_is_waited_for(void **state)
{
    struct pool *pool = pool_new(0, 0);
    struct job job = {.result = 1};

    (void)state;
    pool_submit(pool, &job.future, 1e9, count_up, &job);
    assert_int_equal(job.runs, 0);
    future_wait(pool, &job.future);
    assert_int_equal(job.runs, 1);
    pool_free(pool);
}

/* A job that ends when it is let go, and says that it has begun. */
struct gate {
    struct future future;
    atomic_bool begun, open;
};

static void pass_gate(void *arg, int lane)
{
    struct gate *gate = arg;

    (void)lane;
    atomic_store(&gate->begun, true);
    while (!atomic_load(&gate->open))
        sched_yield();
}

static void open_gate(void *arg, int lane)
{
    (void)lane;
    atomic_store(&((struct gate *)arg)->open, true);
}

static void the_waiter_runs_other_jobs_meanwhile(void **state)
{
    struct pool *pool = pool_new(1, 0);
    struct gate gate = {0};
    struct future opener = {0};

    (void)state;
    pool_submit(pool, &gate.future, 1e6, pass_gate, &gate);
    while (!atomic_load(&gate.begun))
        sched_yield();
    pool_submit(pool, &opener, 1e6, open_gate, &gate); /* the only helper is busy */
    future_wait(pool, &gate.future);                   /* would never end otherwise */
    future_wait(pool, &opener);
    pool_free(pool);
}

static void a_dropped_job_that_was_not_begun_never_runs(void **state)
{
    struct pool *pool = pool_new(1, 0);
    struct gate gate = {0};
    struct job job = {.result = 1};

    (void)state;
    pool_submit(pool, &gate.future, 1e6, pass_gate, &gate);
    while (!atomic_load(&gate.begun))
        sched_yield();
    pool_submit(pool, &job.future, 1e6, count_up, &job);
    future_drop(pool, &job.future);
    future_wait(pool, &job.future);
    atomic_store(&gate.open, true);
    future_wait(pool, &gate.future);
    pool_free(pool);
    assert_int_equal(job.runs, 0);
    assert_int_equal(job.future.state, FUTURE_NONE);
}

static void *open_later(void *arg)
{
    sched_yield();
    atomic_store(&((struct gate *)arg)->open, true);
    return NULL;
}

static void dropping_a_job_that_was_begun_waits_for_its_end(void **state)
{
    struct pool *pool = pool_new(1, 0);

    (void)state;
    for (int i = 0; i < 50; i++) {
        struct gate gate = {0};
        pthread_t thread;

        pool_submit(pool, &gate.future, 1e6, pass_gate, &gate);
        while (!atomic_load(&gate.begun))
            sched_yield();
        pthread_create(&thread, NULL, open_later, &gate);
        future_drop(pool, &gate.future);
        assert_true(atomic_load(&gate.open));
        assert_int_equal(gate.future.state, FUTURE_NONE);
        pthread_join(thread, NULL);
    }
    pool_free(pool);
}

static void freeing_the_pool_forgets_what_was_not_begun(void **state)
{
    struct job *job = jobs_new();
    struct pool *pool = pool_new(1, 0);
    int run = 0;

    (void)state;
    for (int i = 0; i < JOBS; i++)
        pool_submit(pool, &job[i].future, 1e6, count_up, &job[i]);
    pool_free(pool);
    for (int i = 0; i < JOBS; i++) {
        assert_in_range(job[i].runs, 0, 1);
        run += job[i].runs;
    }
    assert_in_range(run, 0, JOBS);
    free(job);
}

/* Lanes that are in use at the moment; no job may find its own taken. */
struct lane_check {
    atomic_int *in_use;
    struct future future;
};

static void use_lane(void *arg, int lane)
{
    struct lane_check *check = arg;

    assert_int_equal(atomic_fetch_add(&check->in_use[lane], 1), 0);
    for (int i = 0; i < 20; i++)
        sched_yield();
    atomic_fetch_sub(&check->in_use[lane], 1);
}

static void no_two_jobs_share_a_lane_at_the_same_time(void **state)
{
    atomic_int in_use[LANES_MOST] = {0};
    struct lane_check *check = calloc(JOBS, sizeof *check);
    struct pool *pool = pool_new(3, 0);

    (void)state;
    for (int i = 0; i < JOBS; i++) {
        check[i].in_use = in_use;
        pool_submit(pool, &check[i].future, 1e6, use_lane, &check[i]);
    }
    for (int i = 0; i < JOBS; i++)
        future_wait(pool, &check[i].future);
    pool_free(pool);
    free(check);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_runs_once_with_any_number_of_helpers),
        cmocka_unit_test(waiting_again_returns_at_once_and_a_future_can_be_used_again),
        cmocka_unit_test(waiting_for_what_was_never_submitted_returns_at_once),
        cmocka_unit_test(small_jobs_run_in_the_waiters_lane),
        cmocka_unit_test(without_helpers_nothing_runs_before_it_is_waited_for),
        cmocka_unit_test(the_waiter_runs_other_jobs_meanwhile),
        cmocka_unit_test(a_dropped_job_that_was_not_begun_never_runs),
        cmocka_unit_test(dropping_a_job_that_was_begun_waits_for_its_end),
        cmocka_unit_test(freeing_the_pool_forgets_what_was_not_begun),
        cmocka_unit_test(no_two_jobs_share_a_lane_at_the_same_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
