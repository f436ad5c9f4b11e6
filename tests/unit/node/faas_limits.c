/* SPDX-License-Identifier: MIT
 * faas_limits.c -- the account's limits: who is throttled, when it tries again, when it gives
 * up. */
#include "tests/unit/node/stage.h"

/* Submits count tasks of 100 s each at time 0 and runs to the end. */
static void submit_all(struct stage *stage, const struct faas_conf *conf, struct player *player,
                       int count, bool synchronous)
{
    stage_open(stage, &platform_faas, count, conf);
    for (int i = 0; i < count; i++) {
        player_init(&player[i], stage, i, 100);
        player[i].task.synchronous = synchronous;
        stage->platform->kind->submit(stage->platform, &player[i].task);
    }
    stage_run(stage);
}

static void
above_the_concurrency_limit_the_platform_tries_again_at_doubled_intervals(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player[3];

    (void)state;
    conf.concurrency = 2;
    submit_all(&stage, &conf, player, 3, false);
    assert_close(player[0].begin_s[0], 2, 1e-12);
    assert_close(player[1].begin_s[0], 2, 1e-12);
    /* tries at 0, 1, 3, 7, 15, 31, 63, 127: the first after 102, when two sandboxes are warm */
    assert_close(player[2].begin_s[0], 127.25, 1e-12);
    assert_int_equal(ledger_misfortune_count(stage.world.ledger, OUTCOME_THROTTLED), 7);
    assert_int_equal(player[2].outcome[0], OUTCOME_OK);
    assert_int_equal(player[2].ends, 1);
    stage_close(&stage);
}

static void the_back_off_grows_to_its_limit(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player[2];

    (void)state;
    conf.concurrency = 1;
    conf.throttle_max_backoff_s = 8;
    submit_all(&stage, &conf, player, 2, false);
    /* tries at 0, 1, 3, 7, 15, 23, ...: 15 + 8 n, the first at or after 102 is 103 */
    assert_close(player[1].begin_s[0], 103.25, 1e-12);
    stage_close(&stage);
}

static void a_throttled_asynchronous_task_is_given_up_after_its_time(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player[2];

    (void)state;
    conf.concurrency = 1;
    conf.throttle_give_up_s = 40; /* tries at 0, 1, 3, 7, 15, 31; the next would be at 63 */
    submit_all(&stage, &conf, player, 2, false);
    assert_int_equal(player[1].bodies, 0);
    assert_int_equal(player[1].ends, 1);
    assert_int_equal(player[1].outcome[0], OUTCOME_THROTTLED);
    assert_close(player[1].end_s[0], 31, 1e-12);
    assert_true(isinf(player[1].retry_at_s[0]));
    assert_int_equal(stage_rows(&stage).invocations, 1); /* it cost nothing */
    stage_close(&stage);
}

static void a_synchronous_caller_gives_up_after_its_attempts(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player[2];

    (void)state;
    conf.concurrency = 1;
    submit_all(&stage, &conf, player, 2, true);
    assert_int_equal(player[1].outcome[0], OUTCOME_THROTTLED);
    assert_close(player[1].end_s[0], 1 + 2 + 4 + 8, 1e-12);
    assert_int_equal(ledger_misfortune_count(stage.world.ledger, OUTCOME_THROTTLED), 5);
    stage_close(&stage);
}

static void new_sandboxes_come_in_a_burst_and_then_at_a_rate(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player[4];

    (void)state;
    conf.scaling_burst = 2;
    conf.scaling_rate_per_s = 0.25;
    submit_all(&stage, &conf, player, 4, false);
    assert_close(player[0].begin_s[0], 2, 1e-12);
    assert_close(player[1].begin_s[0], 2, 1e-12);
    /* both others try at 1, 3 and 7; one token is there from 4 on, the next at 8; then at 15 */
    assert_close(player[2].begin_s[0], 7 + 2, 1e-12);
    assert_close(player[3].begin_s[0], 15 + 2, 1e-12);
    stage_close(&stage);
}

static void a_warm_sandbox_needs_no_leave_to_scale(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player[2];
    struct later later[2];

    (void)state;
    conf.scaling_burst = 1;
    conf.scaling_rate_per_s = 0;
    stage_open(&stage, &platform_faas, 1, &conf);
    for (int i = 0; i < 2; i++) {
        player_init(&player[i], &stage, -1, 5);
        stage_at(&stage, 10 * i, &later[i], &player[i].task);
    }
    stage_run(&stage);
    assert_close(player[1].begin_s[0], 10.25, 1e-12);
    assert_int_equal(ledger_misfortune_count(stage.world.ledger, OUTCOME_THROTTLED), 0);
    stage_close(&stage);
}

static void a_throttled_parent_keeps_its_children_waiting(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player[4];

    (void)state;
    conf.trigger = TRIGGER_TREE;
    conf.concurrency = 2;
    conf.throttle_give_up_s = 3;
    stage_open(&stage, &platform_faas, 4, &conf);
    for (int i = 0; i < 4; i++)
        player_init(&player[i], &stage, i, 100);
    stage_launch(&stage, player, 4);
    stage_run(&stage);
    /* 0 and 1 run; 2 arrives at 5, tries again at 6 and 8 and is given up there; 3 is called by
     * 1 at 7 and given up at 10 */
    assert_int_equal(player[0].outcome[0], OUTCOME_OK);
    assert_int_equal(player[1].outcome[0], OUTCOME_OK);
    assert_int_equal(player[2].outcome[0], OUTCOME_THROTTLED);
    assert_close(player[2].end_s[0], 8, 1e-12);
    assert_close(player[3].end_s[0], 10, 1e-12);
    stage_close(&stage);
}

static void the_children_of_a_parent_that_never_starts_end_as_it_does(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player first, player[7];

    (void)state;
    conf.trigger = TRIGGER_TREE;
    conf.concurrency = 1;
    conf.throttle_give_up_s = 10;
    stage_open(&stage, &platform_faas, 7, &conf);
    player_init(&first, &stage, 0, 100);
    stage.platform->kind->submit(stage.platform, &first.task);
    for (int i = 0; i < 7; i++)
        player_init(&player[i], &stage, i, 100);
    stage_launch(&stage, player, 7);
    stage_run(&stage);
    for (int i = 0; i < 7; i++) {
        assert_int_equal(player[i].ends, 1);
        assert_int_equal(player[i].outcome[0], OUTCOME_THROTTLED);
        assert_close(player[i].end_s[0], 1 + 7, 1e-12); /* tries at 1, 2, 4, 8 */
    }
    stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            above_the_concurrency_limit_the_platform_tries_again_at_doubled_intervals),
        cmocka_unit_test(the_back_off_grows_to_its_limit),
        cmocka_unit_test(a_throttled_asynchronous_task_is_given_up_after_its_time),
        cmocka_unit_test(a_synchronous_caller_gives_up_after_its_attempts),
        cmocka_unit_test(new_sandboxes_come_in_a_burst_and_then_at_a_rate),
        cmocka_unit_test(a_warm_sandbox_needs_no_leave_to_scale),
        cmocka_unit_test(a_throttled_parent_keeps_its_children_waiting),
        cmocka_unit_test(the_children_of_a_parent_that_never_starts_end_as_it_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
