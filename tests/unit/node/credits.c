/* SPDX-License-Identifier: MIT
 * credits.c -- CPU credits of a t2.medium: used up at the second the closed form says. */
#include "tests/unit/node/stage.h"

/* 2 vCPUs, 24 credits an hour = 0.4 cores, 60 at launch. */
static const struct credits_conf t2_medium = {
    .baseline_ratio = 0.2, .credits_per_hour = 24, .launch_credits = 60, .max_credits = 576};

struct work {
    struct node *node;
    double idle_s, core_s, parallel_ratio, doom_at_s;
    double end_s;
};

static void do_work(struct actor *self, void *arg)
{
    struct work *work = arg;

    if (work->doom_at_s > 0)
        actor_doom(self, work->doom_at_s, OUTCOME_CRASHED);
    if (work->idle_s > 0)
        engine_sleep_until(self, work->idle_s, "idle");
    node_compute(self, work->node, work->core_s, work->parallel_ratio, "the test");
    work->end_s = engine_now_s(actor_engine(self));
}

/* Runs all works on one t2.medium; returns the balance when the last has ended. */
static double run_on_t2(const struct credits_conf *conf, struct work *work, int count)
{
    struct engine_limits limits = {0};
    struct err err = {0};
    struct world world = {.engine = engine_new(&limits, &err)};
    struct node node;
    double balance;

    node_init(&node, &world, 2, 1, 1e6, 1e6, 0);
    node.credits = credits_new(&node, conf);
    for (int i = 0; i < count; i++) {
        work[i].node = &node;
        actor_spawn(world.engine, "worker", do_work, &work[i]);
    }
    assert_int_equal(engine_run(world.engine, &err), ENGINE_DONE);
    balance = credits_balance(node.credits);
    node_done(&node);
    engine_free(world.engine);
    return balance;
}

static void both_cores_in_use_exhaust_the_credits_when_the_closed_form_says(void **state)
{
    /* spends 2 a minute, earns 0.4: 60 are gone after 37.5 min = 2,250 s and 4,500
     * core-seconds; the next 400 core-seconds flow at 0.4 cores */
    struct work work = {.core_s = 4500 + 400, .parallel_ratio = 1};
    double balance;

    (void)state;
    balance = run_on_t2(&t2_medium, &work, 1);
    assert_close(work.end_s, 2250 + 1000, 1e-9);
    assert_true(fabs(balance) < 1e-6);
}

static void one_core_lasts_longer(void **state)
{
    /* spends 1 a minute, earns 0.4: gone after 100 min */
    struct work work = {.core_s = 6000 + 40};

    (void)state;
    run_on_t2(&t2_medium, &work, 1);
    assert_close(work.end_s, 6000 + 100, 1e-9);
}

static void work_that_ends_before_exhaustion_is_not_slowed(void **state)
{
    struct work work = {.core_s = 80};
    double balance;

    (void)state;
    balance = run_on_t2(&t2_medium, &work, 1);
    assert_close(work.end_s, 80, 1e-12);
    assert_close(balance, 60 + 80 * (24.0 / 3600 - 1.0 / 60), 1e-9);
}

static void credits_saved_while_idle_are_spent_later(void **state)
{
    /* 3,600 s idle: 84 credits; then both cores for 84/(2 - 0.4) min = 3,150 s */
    struct work work = {.idle_s = 3600, .core_s = 6300 + 40, .parallel_ratio = 1};

    (void)state;
    run_on_t2(&t2_medium, &work, 1);
    assert_close(work.end_s, 3600 + 3150 + 100, 1e-9);
}

static void full_speed_returns_when_credits_were_earned_again(void **state)
{
    /* Exhausted at 2,250 s; the task is given up at 3,000 s; 2,400 s of rest earn 16 credits,
     * by which the next one uses both cores for 600 s (1,200 core-seconds), then 0.4. */
    struct work work[2] = {{.core_s = 1e9, .parallel_ratio = 1, .doom_at_s = 3000},
                           {.idle_s = 5400, .core_s = 1200 + 4, .parallel_ratio = 1}};

    (void)state;
    run_on_t2(&t2_medium, work, 2);
    assert_close(work[0].end_s, 3000, 1e-12);
    assert_close(work[1].end_s, 5400 + 600 + 10, 1e-9);
}

static void two_tasks_exhaust_the_credits_together(void **state)
{
    struct work work[2] = {{.core_s = 2250 + 20}, {.core_s = 2250 + 20}};

    (void)state;
    run_on_t2(&t2_medium, work, 2);
    assert_close(work[0].end_s, 2250 + 100, 1e-9); /* at 0.2 cores each */
    assert_close(work[1].end_s, 2250 + 100, 1e-9);
}

static void no_more_credits_are_kept_than_the_limit(void **state)
{
    const struct credits_conf conf = {
        .baseline_ratio = 0.2, .credits_per_hour = 24, .launch_credits = 0, .max_credits = 10};
    struct work work = {.idle_s = 86400, .core_s = 0.001};

    (void)state;
    assert_close(run_on_t2(&conf, &work, 1), 10 - 0.001 * 0.01, 1e-9);
}

static void a_machine_without_launch_credits_begins_at_its_baseline(void **state)
{
    const struct credits_conf conf = {
        .baseline_ratio = 0.2, .credits_per_hour = 24, .max_credits = 576};
    struct work work = {.core_s = 40, .parallel_ratio = 1};

    (void)state;
    run_on_t2(&conf, &work, 1);
    assert_close(work.end_s, 100, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_cores_in_use_exhaust_the_credits_when_the_closed_form_says),
        cmocka_unit_test(one_core_lasts_longer),
        cmocka_unit_test(work_that_ends_before_exhaustion_is_not_slowed),
        cmocka_unit_test(credits_saved_while_idle_are_spent_later),
        cmocka_unit_test(full_speed_returns_when_credits_were_earned_again),
        cmocka_unit_test(two_tasks_exhaust_the_credits_together),
        cmocka_unit_test(no_more_credits_are_kept_than_the_limit),
        cmocka_unit_test(a_machine_without_launch_credits_begins_at_its_baseline),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
