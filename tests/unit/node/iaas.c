/* SPDX-License-Identifier: MIT
 * iaas.c -- clusters boot together, queue tasks, and are billed until they are released. */
#include "tests/unit/node/stage.h"

/* Releases the machines when the last body has done its work. */
static int bodies_left;

static void release_after_the_last(struct player *player)
{
    if (--bodies_left == 0)
        player->stage->platform->kind->release(player->stage->platform);
}

/* Launches count workers of work_s each on as many machines. */
static void run_cluster(struct stage *stage, const struct iaas_conf *conf,
                        struct player *player, int count, double work_s)
{
    stage_open(stage, &platform_iaas, count, conf);
    for (int i = 0; i < count; i++) {
        player_init(&player[i], stage, i, work_s);
        player[i].then = release_after_the_last;
    }
    bodies_left = count;
    stage_launch(stage, player, count);
    stage_run(stage);
}

static void a_cluster_is_ready_after_boot_and_one_step_per_pair(void **state)
{
    struct iaas_conf conf = simple_iaas();
    struct stage stage;
    struct player player[4];

    (void)state;
    run_cluster(&stage, &conf, player, 4, 50);
    for (int i = 0; i < 4; i++) {
        assert_close(player[i].begin_s[0], 100 + 6, 1e-12);
        assert_int_equal(player[i].node[0], i);
        assert_int_equal(player[i].outcome[0], OUTCOME_OK);
    }
    stage_close(&stage);
}

static void the_slowest_machine_decides_when_the_cluster_is_ready(void **state)
{
    struct iaas_conf conf = simple_iaas();
    struct stage stage;
    struct player player[8];

    (void)state;
    conf.pair_setup_s = 0;
    conf.boot_time_s = (struct value){.kind = VALUE_UNIFORM, .a = 100, .b = 200};
    run_cluster(&stage, &conf, player, 8, 50);
    for (int i = 1; i < 8; i++)
        assert_true(player[i].begin_s[0] == player[0].begin_s[0]);
    assert_true(player[0].begin_s[0] > 150 && player[0].begin_s[0] < 200);
    stage_close(&stage);
}

static void machines_are_billed_from_request_to_release_by_the_second(void **state)
{
    struct iaas_conf conf = simple_iaas();
    struct stage stage;
    struct player player[2];
    struct ledger_rows rows;

    (void)state;
    run_cluster(&stage, &conf, player, 2, 50.3); /* 100 + 1 + 50.3 s */
    rows = stage_rows(&stage);
    assert_int_equal(rows.machines, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(rows.machine[i].billed_s, 152);
        assert_int_equal(rows.machine[i].cost_pusd, 152LL * 46400000000 / 3600);
        assert_int_equal(rows.machine[i].entity, player[i].task.entity);
        assert_close(rows.machine[i].ready_s, 101, 1e-12);
        assert_close(rows.machine[i].release_s, 151.3, 1e-12);
    }
    assert_int_equal(ledger_cost_pusd(stage.world.ledger), 2 * (152LL * 46400000000 / 3600));
    assert_string_equal(rows.bill_line[0]->resource, "vm t9.medium");
    assert_string_equal(rows.bill_line[0]->unit, BILL_HOUR);
    assert_close(rows.bill_line[0]->quantity, 2 * 152 / 3600.0, 1e-12);
    stage_close(&stage);
}

static void a_machine_costs_at_least_60_s(void **state)
{
    struct iaas_conf conf = simple_iaas();
    struct stage stage;
    struct player player;

    (void)state;
    conf.boot_time_s = value_constant(5);
    run_cluster(&stage, &conf, &player, 1, 10);
    assert_int_equal(stage_rows(&stage).machine[0].billed_s, 60);
    stage_close(&stage);
}

static void an_expensive_machine_for_a_year_does_not_overflow(void **state)
{
    struct iaas_conf conf = simple_iaas();
    struct stage stage;
    struct player player;

    (void)state;
    conf.instance.price_pusd_per_hour = 32772600000000; /* 32.7726 USD/h */
    run_cluster(&stage, &conf, &player, 1, 365 * 86400 - 100);
    assert_int_equal(stage_rows(&stage).machine[0].cost_pusd, 365LL * 24 * 32772600000000);
    stage_close(&stage);
}

static void machines_released_before_they_are_ready_are_billed_all_the_same(void **state)
{
    struct iaas_conf conf = simple_iaas();
    struct stage stage;
    struct player player[2];
    struct later later;

    (void)state;
    stage_open(&stage, &platform_iaas, 2, &conf);
    for (int i = 0; i < 2; i++)
        player_init(&player[i], &stage, i, 10);
    stage_launch(&stage, player, 2);
    stage_at(&stage, 70, &later, NULL);
    stage_run(&stage);
    assert_int_equal(player[0].outcome[0], OUTCOME_CANCELLED);
    assert_int_equal(player[0].bodies, 0);
    assert_int_equal(stage_rows(&stage).machine[1].billed_s, 70);
    stage_close(&stage);
}

static void machines_that_nobody_asked_for_cost_nothing(void **state)
{
    struct iaas_conf conf = simple_iaas();
    struct stage stage;

    (void)state;
    stage_open(&stage, &platform_iaas, 2, &conf);
    stage_run(&stage);
    stage.platform->kind->release(stage.platform);
    assert_int_equal(stage_rows(&stage).machines, 0);
    stage_close(&stage);
}

static void a_running_body_is_told_of_the_release(void **state)
{
    struct iaas_conf conf = simple_iaas();
    struct stage stage;
    struct player player[2];
    struct later later;

    (void)state;
    stage_open(&stage, &platform_iaas, 2, &conf);
    for (int i = 0; i < 2; i++)
        player_init(&player[i], &stage, i, 1000);
    stage_launch(&stage, player, 2);
    stage_at(&stage, 200, &later, NULL);
    stage_run(&stage);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(player[i].outcome[0], OUTCOME_CANCELLED);
        assert_close(player[i].end_s[0], 200, 1e-12);
    }
    stage_close(&stage);
}

static void a_task_for_any_goes_to_the_idlest_machine(void **state)
{
    struct iaas_conf conf = simple_iaas();
    struct stage stage;
    struct player player[5];
    struct later later[5];

    (void)state;
    stage_open(&stage, &platform_iaas, 3, &conf);
    for (int i = 0; i < 5; i++) {
        player_init(&player[i], &stage, -1, i == 1 ? 5 : 50);
        stage_at(&stage, i < 4 ? 0 : 110, &later[i], &player[i].task);
    }
    stage_run(&stage);
    assert_int_equal(player[0].node[0], 0);
    assert_int_equal(player[1].node[0], 1);
    assert_int_equal(player[2].node[0], 2);
    assert_int_equal(player[3].node[0], 0);
    assert_close(player[0].begin_s[0], 103, 1e-12);
    assert_int_equal(player[4].node[0], 1); /* its only task ended at 108 */
    stage_close(&stage);
}

static void tasks_above_the_limit_of_a_machine_queue_first_in_first_out(void **state)
{
    struct iaas_conf conf = simple_iaas();
    struct stage stage;
    struct player player[5];

    (void)state;
    conf.max_concurrent = 2;
    stage_open(&stage, &platform_iaas, 1, &conf);
    for (int i = 0; i < 5; i++) {
        player_init(&player[i], &stage, 0, 10 + i);
        stage.platform->kind->submit(stage.platform, &player[i].task);
    }
    stage_run(&stage);
    assert_close(player[0].begin_s[0], 100, 1e-12);
    assert_close(player[1].begin_s[0], 100, 1e-12);
    assert_close(player[2].begin_s[0], 110, 1e-12);
    assert_close(player[3].begin_s[0], 111, 1e-12);
    assert_close(player[4].begin_s[0], 122, 1e-12);
    stage_close(&stage);
}

static void tasks_of_one_machine_share_its_cores(void **state)
{
    struct iaas_conf conf = simple_iaas();
    struct stage stage;
    struct player player[4];

    (void)state;
    stage_open(&stage, &platform_iaas, 1, &conf);
    for (int i = 0; i < 4; i++) {
        player_init(&player[i], &stage, -1, 0);
        player[i].core_s = 10;
        stage.platform->kind->submit(stage.platform, &player[i].task);
    }
    stage_run(&stage);
    for (int i = 0; i < 4; i++)
        assert_close(player[i].end_s[0], 100 + 20, 1e-12); /* four on two cores */
    stage_close(&stage);
}

static void a_burstable_machine_slows_when_its_credits_are_gone(void **state)
{
    struct iaas_conf conf = simple_iaas();
    struct stage stage;
    struct player player;

    (void)state;
    /* boots 100 s and earns 2/3 credit; one core spends 1 a minute and earns 0.4 */
    conf.instance.credits = (struct credits_conf){
        .baseline_ratio = 0.2, .credits_per_hour = 24, .launch_credits = 6, .max_credits = 576};
    stage_open(&stage, &platform_iaas, 1, &conf);
    player_init(&player, &stage, 0, 0);
    player.core_s = (6 + 2.0 / 3) * 100 + 40;
    stage_launch(&stage, &player, 1);
    stage_run(&stage);
    assert_close(player.end_s[0], 100 + (6 + 2.0 / 3) * 100 + 100, 1e-9);
    stage_close(&stage);
}

struct check {
    struct event event; /* first */
    struct stage *stage;
    int64_t accrued_pusd;
};

static void read_accrued(struct engine *engine, struct event *event)
{
    struct check *check = (struct check *)event;
    struct platform *platform = check->stage->platform;

    (void)engine;
    check->accrued_pusd = platform->kind->accrued_pusd(platform);
}

static void a_machine_has_accrued_what_it_would_cost_if_it_were_released_now(void **state)
{
    static const double at_s[] = {10, 60.5, 120};
    static const int64_t billed_s[] = {60, 61, 120};
    struct iaas_conf conf = simple_iaas();
    struct stage stage;
    struct player player[2];
    struct check check[3];

    (void)state;
    stage_open(&stage, &platform_iaas, 2, &conf);
    for (int i = 0; i < 2; i++)
        player_init(&player[i], &stage, i, 100);
    stage_launch(&stage, player, 2);
    for (int i = 0; i < 3; i++) {
        check[i] = (struct check){.event = {.fire = read_accrued}, .stage = &stage};
        engine_at(stage.world.engine, &check[i].event, at_s[i]);
    }
    stage_run(&stage);
    for (int i = 0; i < 3; i++)
        assert_int_equal(check[i].accrued_pusd, 2 * (billed_s[i] * 46400000000 / 3600));
    stage.platform->kind->release(stage.platform);
    assert_int_equal(stage.platform->kind->accrued_pusd(stage.platform), 0);
    stage_close(&stage);
}

static void start_is_booked_from_launch_until_the_cluster_is_ready(void **state)
{
    struct iaas_conf conf = simple_iaas();
    struct stage stage;
    struct player player[2];
    struct ledger_rows rows;

    (void)state;
    run_cluster(&stage, &conf, player, 2, 10);
    rows = stage_rows(&stage);
    /* the player's body books nothing, so its `start` lasts until it leaves */
    assert_int_equal(rows.spans, 2);
    assert_int_equal(rows.span[0].activity, ACTIVITY_START);
    assert_true(rows.span[0].begin_s == 0);
    assert_close(rows.span[0].end_s, 111, 1e-12);
    stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cluster_is_ready_after_boot_and_one_step_per_pair),
        cmocka_unit_test(the_slowest_machine_decides_when_the_cluster_is_ready),
        cmocka_unit_test(machines_are_billed_from_request_to_release_by_the_second),
        cmocka_unit_test(a_machine_costs_at_least_60_s),
        cmocka_unit_test(an_expensive_machine_for_a_year_does_not_overflow),
        cmocka_unit_test(machines_released_before_they_are_ready_are_billed_all_the_same),
        cmocka_unit_test(machines_that_nobody_asked_for_cost_nothing),
        cmocka_unit_test(a_running_body_is_told_of_the_release),
        cmocka_unit_test(a_task_for_any_goes_to_the_idlest_machine),
        cmocka_unit_test(tasks_above_the_limit_of_a_machine_queue_first_in_first_out),
        cmocka_unit_test(tasks_of_one_machine_share_its_cores),
        cmocka_unit_test(a_burstable_machine_slows_when_its_credits_are_gone),
        cmocka_unit_test(a_machine_has_accrued_what_it_would_cost_if_it_were_released_now),
        cmocka_unit_test(start_is_booked_from_launch_until_the_cluster_is_ready),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
