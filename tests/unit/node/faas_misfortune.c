/* SPDX-License-Identifier: MIT
 * faas_misfortune.c -- lifetime, crashes, memory, release: everybody is told, and billed. */
#include "tests/unit/node/stage.h"

/* Submits one task at time 0 and runs to the end. */
static void submit_one(struct stage *stage, const struct faas_conf *conf, struct player *player,
                       double work_s, enum outcome says, bool synchronous)
{
    stage_open(stage, &platform_faas, 1, conf);
    player_init(player, stage, 0, work_s);
    player->says = says;
    player->task.synchronous = synchronous;
    stage->platform->kind->submit(stage->platform, &player->task);
    stage_run(stage);
}

static void a_function_that_reaches_its_lifetime_is_told_and_billed(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player;
    struct ledger_rows rows;

    (void)state;
    submit_one(&stage, &conf, &player, 1000, OUTCOME_OK, true);
    assert_int_equal(player.outcome[0], OUTCOME_EXPIRED);
    assert_close(player.end_s[0], 2 + 900, 1e-12);
    rows = stage_rows(&stage);
    assert_int_equal(rows.invocation[0].billed_ms, 900000);
    assert_int_equal(rows.invocation[0].outcome, OUTCOME_EXPIRED);
    assert_int_equal(ledger_misfortune_count(stage.world.ledger, OUTCOME_EXPIRED), 1);
    stage_close(&stage);
}

static void a_crashed_asynchronous_task_is_run_again_after_one_and_two_minutes(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player;

    (void)state;
    conf.crash_after_s = value_constant(5);
    conf.crash_attempts = 1000;
    submit_one(&stage, &conf, &player, 100, OUTCOME_OK, false);
    assert_int_equal(player.ends, 3);
    assert_close(player.end_s[0], 7, 1e-12);
    assert_close(player.retry_at_s[0], 67, 1e-12);
    assert_close(player.begin_s[1], 69, 1e-12); /* cold: the crashed sandbox is gone */
    assert_close(player.end_s[1], 74, 1e-12);
    assert_close(player.retry_at_s[1], 74 + 120, 1e-12);
    assert_close(player.end_s[2], 194 + 7, 1e-12);
    assert_true(isinf(player.retry_at_s[2]));
    for (int i = 0; i < 3; i++)
        assert_int_equal(player.outcome[i], OUTCOME_CRASHED);
    assert_int_equal(stage_rows(&stage).invocations, 3);
    assert_int_equal(ledger_misfortune_count(stage.world.ledger, OUTCOME_CRASHED), 3);
    stage_close(&stage);
}

static void a_scripted_crash_strikes_the_first_attempt_only(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player;

    (void)state;
    conf.crash_after_s = value_constant(5);
    submit_one(&stage, &conf, &player, 100, OUTCOME_OK, false);
    assert_int_equal(player.ends, 2);
    assert_int_equal(player.outcome[0], OUTCOME_CRASHED);
    assert_int_equal(player.outcome[1], OUTCOME_OK);
    assert_int_equal(player.task.attempt, 1);
    stage_close(&stage);
}

static void a_scripted_crash_strikes_the_member_it_names(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player[3];

    (void)state;
    conf.crash_after_s = value_constant(5);
    conf.crash_member = 1;
    stage_open(&stage, &platform_faas, 3, &conf);
    for (int i = 0; i < 3; i++)
        player_init(&player[i], &stage, i, 100);
    stage_launch(&stage, player, 3);
    stage_run(&stage);
    assert_int_equal(player[0].outcome[0], OUTCOME_OK);
    assert_int_equal(player[1].outcome[0], OUTCOME_CRASHED);
    assert_int_equal(player[2].outcome[0], OUTCOME_OK);
    stage_close(&stage);
}

static void crashes_come_at_their_rate(void **state)
{
    enum { COUNT = 2000 };
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player *player = NEW_ARRAY(struct player, COUNT);
    double crashed;

    (void)state;
    conf.crash_rate_per_s = 1.0 / 100;
    conf.async_retries = 0;
    stage_open(&stage, &platform_faas, COUNT, &conf);
    for (int i = 0; i < COUNT; i++)
        player_init(&player[i], &stage, i, 100);
    stage_launch(&stage, player, COUNT);
    stage_run(&stage);
    crashed = (double)ledger_misfortune_count(stage.world.ledger, OUTCOME_CRASHED);
    /* 1 - 1/e of them, within four standard deviations */
    assert_true(fabs(crashed / COUNT - 0.63212) < 4 * sqrt(0.63212 * 0.36788 / COUNT));
    stage_close(&stage);
    free(player);
}

static void a_crashed_synchronous_task_is_not_run_again(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player;

    (void)state;
    conf.crash_after_s = value_constant(5);
    submit_one(&stage, &conf, &player, 100, OUTCOME_OK, true);
    assert_int_equal(player.ends, 1);
    assert_true(isinf(player.retry_at_s[0]));
    stage_close(&stage);
}

static void a_function_out_of_memory_is_killed_and_billed(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player;
    struct later later;
    struct player next;

    (void)state;
    conf.async_retries = 0;
    stage_open(&stage, &platform_faas, 1, &conf);
    player_init(&player, &stage, 0, 10);
    player_init(&next, &stage, 1, 10);
    player.says = OUTCOME_OUT_OF_MEMORY;
    stage.platform->kind->submit(stage.platform, &player.task);
    stage_at(&stage, 20, &later, &next.task);
    stage_run(&stage);
    assert_int_equal(player.outcome[0], OUTCOME_OUT_OF_MEMORY);
    assert_int_equal(stage_rows(&stage).invocation[0].billed_ms, 10000);
    assert_int_equal(ledger_misfortune_count(stage.world.ledger, OUTCOME_OUT_OF_MEMORY), 1);
    assert_close(next.begin_s[0], 22, 1e-12); /* cold */
    stage_close(&stage);
}

static void an_error_of_the_body_is_retried_in_the_warm_sandbox(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player;

    (void)state;
    submit_one(&stage, &conf, &player, 10, OUTCOME_LOST, false);
    assert_int_equal(player.ends, 3); /* first attempt and two retries, then given up */
    assert_int_equal(player.outcome[0], OUTCOME_LOST);
    assert_false(isinf(player.retry_at_s[0]));
    assert_true(isinf(player.retry_at_s[2]));
    assert_int_equal(stage_rows(&stage).misfortunes, 3);
    assert_false(stage_rows(&stage).invocation[1].cold);
    stage_close(&stage);
}

static void a_retry_goes_on_invoking_those_it_had_not_invoked(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player[3];

    (void)state;
    conf.trigger = TRIGGER_TREE;
    conf.crash_after_s = value_constant(1.5);
    conf.crash_member = 0;
    stage_open(&stage, &platform_faas, 3, &conf);
    for (int i = 0; i < 3; i++)
        player_init(&player[i], &stage, i, 10);
    stage_launch(&stage, player, 3);
    stage_run(&stage);
    /* 0 starts at 3, has called 1 at 4, crashes at 4.5, arrives again at 64.5, starts in the
     * sandbox of 1, which is warm, and calls 2 */
    assert_close(player[1].begin_s[0], 6, 1e-12);
    assert_close(player[2].begin_s[0], 64.5 + 0.25 + 1 + 2, 1e-12);
    assert_int_equal(player[0].outcome[1], OUTCOME_OK);
    stage_close(&stage);
}

static void release_ends_what_runs_starts_and_waits(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player[4];
    struct later later;
    struct ledger_rows rows;

    (void)state;
    conf.concurrency = 2;
    stage_open(&stage, &platform_faas, 4, &conf);
    for (int i = 0; i < 4; i++)
        player_init(&player[i], &stage, i, 100);
    stage_launch(&stage, player, 4); /* called at 1, 2, 3, 4 */
    stage_at(&stage, 3.5, &later, NULL);
    stage_run(&stage);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(player[i].ends, 1);
        assert_int_equal(player[i].outcome[0], OUTCOME_CANCELLED);
        assert_close(player[i].end_s[0], 3.5, 1e-12);
    }
    assert_int_equal(player[0].bodies, 1); /* ran since 3 */
    assert_int_equal(player[1].bodies, 0); /* would have started at 4 */
    rows = stage_rows(&stage);
    assert_int_equal(rows.invocations, 2);
    assert_int_equal(rows.invocation[0].billed_ms + rows.invocation[1].billed_ms, 500);
    stage_close(&stage);
}

static void release_ends_a_tree_whose_parents_wait(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player[7];
    struct later later;

    (void)state;
    conf.trigger = TRIGGER_TREE;
    conf.concurrency = 1;
    stage_open(&stage, &platform_faas, 7, &conf);
    for (int i = 0; i < 7; i++)
        player_init(&player[i], &stage, i, 100);
    stage_launch(&stage, player, 7);
    stage_at(&stage, 5.5, &later, NULL); /* 0 runs, 1 and 2 are throttled */
    stage_run(&stage);
    for (int i = 0; i < 7; i++) {
        assert_int_equal(player[i].ends, 1);
        assert_int_equal(player[i].outcome[0], OUTCOME_CANCELLED);
    }
    stage_close(&stage);
}

static void ended_and_releases(struct task *task, const struct attempt_end *end)
{
    struct player *player = (struct player *)task;

    player_ended(task, end);
    player->stage->platform->kind->release(player->stage->platform);
}

/* A job that aborts when it hears that a worker will never be called. */
static void each_task_of_a_tree_ends_once_when_a_stranded_ones_owner_releases(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player[7];

    (void)state;
    conf.trigger = TRIGGER_TREE;
    conf.async_retries = 0;
    conf.crash_after_s = value_constant(0.5); /* before worker 0 has called another */
    stage_open(&stage, &platform_faas, 7, &conf);
    for (int i = 0; i < 7; i++) {
        player_init(&player[i], &stage, i, 100);
        player[i].task.ended = ended_and_releases;
    }
    stage_launch(&stage, player, 7);
    stage_run(&stage);
    for (int i = 0; i < 7; i++)
        assert_int_equal(player[i].ends, 1);
    assert_int_equal(player[0].outcome[0], OUTCOME_CRASHED);
    stage_close(&stage);
}

static void a_task_submitted_after_release_is_cancelled(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player;

    (void)state;
    stage_open(&stage, &platform_faas, 1, &conf);
    player_init(&player, &stage, 0, 1);
    stage.platform->kind->release(stage.platform);
    stage.platform->kind->submit(stage.platform, &player.task);
    stage_run(&stage);
    assert_int_equal(player.bodies, 0);
    assert_int_equal(player.outcome[0], OUTCOME_CANCELLED);
    stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_that_reaches_its_lifetime_is_told_and_billed),
        cmocka_unit_test(a_crashed_asynchronous_task_is_run_again_after_one_and_two_minutes),
        cmocka_unit_test(a_scripted_crash_strikes_the_first_attempt_only),
        cmocka_unit_test(a_scripted_crash_strikes_the_member_it_names),
        cmocka_unit_test(crashes_come_at_their_rate),
        cmocka_unit_test(a_crashed_synchronous_task_is_not_run_again),
        cmocka_unit_test(a_function_out_of_memory_is_killed_and_billed),
        cmocka_unit_test(an_error_of_the_body_is_retried_in_the_warm_sandbox),
        cmocka_unit_test(a_retry_goes_on_invoking_those_it_had_not_invoked),
        cmocka_unit_test(release_ends_what_runs_starts_and_waits),
        cmocka_unit_test(release_ends_a_tree_whose_parents_wait),
        cmocka_unit_test(each_task_of_a_tree_ends_once_when_a_stranded_ones_owner_releases),
        cmocka_unit_test(a_task_submitted_after_release_is_cancelled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
