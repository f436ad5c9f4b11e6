/* SPDX-License-Identifier: MIT
 * faas_bill.c -- billed durations and costs, to the pico-dollar. */
#include "tests/unit/node/stage.h"

/* Runs one cold task of that duration; returns its row. */
static struct invocation_row bill(const struct faas_conf *conf, double work_s)
{
    struct stage stage;
    struct player player;
    struct invocation_row row;

    stage_open(&stage, &platform_faas, 1, conf);
    player_init(&player, &stage, 0, work_s);
    stage.platform->kind->submit(stage.platform, &player.task);
    stage_run(&stage);
    assert_int_equal(stage_rows(&stage).invocations, 1);
    row = stage_rows(&stage).invocation[0];
    stage_close(&stage);
    return row;
}

static void a_duration_is_rounded_up_to_100_ms(void **state)
{
    struct faas_conf conf = simple_faas();

    (void)state;
    conf.billing_granularity_s = 0.1;
    assert_int_equal(bill(&conf, 1.2001).billed_ms, 1300);
    assert_int_equal(bill(&conf, 1.2999).billed_ms, 1300);
}

static void a_duration_of_whole_granules_is_not_rounded_up_by_floating_point(void **state)
{
    struct faas_conf conf = simple_faas();

    (void)state;
    conf.billing_granularity_s = 0.1;
    conf.cold_start_s = value_constant(1 / 3.0);
    for (int tenths = 1; tenths <= 50; tenths++)
        assert_int_equal(bill(&conf, tenths / 10.0).billed_ms, tenths * 100);
}

static void a_duration_is_rounded_up_to_1_ms(void **state)
{
    struct faas_conf conf = simple_faas();

    (void)state;
    assert_int_equal(bill(&conf, 1.2001).billed_ms, 1201);
}

static void a_body_that_takes_no_time_costs_one_granule(void **state)
{
    struct faas_conf conf = simple_faas();

    (void)state;
    conf.billing_granularity_s = 0.1;
    assert_int_equal(bill(&conf, 0).billed_ms, 100);
}

static void the_cold_start_is_billed_where_the_provider_does(void **state)
{
    struct faas_conf conf = simple_faas();

    (void)state;
    conf.init_billed = true;
    assert_int_equal(bill(&conf, 1).billed_ms, 3000);
    conf.init_billed = false;
    assert_int_equal(bill(&conf, 1).billed_ms, 1000);
}

static void a_warm_start_is_not_billed(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player[2];
    struct later later;

    (void)state;
    conf.init_billed = true;
    stage_open(&stage, &platform_faas, 1, &conf);
    for (int i = 0; i < 2; i++)
        player_init(&player[i], &stage, i, 1);
    stage.platform->kind->submit(stage.platform, &player[0].task);
    stage_at(&stage, 10, &later, &player[1].task);
    stage_run(&stage);
    assert_int_equal(stage_rows(&stage).invocation[1].billed_ms, 1000);
    stage_close(&stage);
}

static void the_cost_of_3_gb_for_one_second_is_what_the_price_list_says(void **state)
{
    struct faas_conf conf = simple_faas();
    struct invocation_row row;

    (void)state;
    conf.memory_bytes = 3LL << 30;
    row = bill(&conf, 1);
    assert_int_equal(row.memory_mb, 3072);
    assert_int_equal(row.cost_pusd, 3 * 16666700LL);
}

static void the_longest_and_largest_function_does_not_overflow(void **state)
{
    struct faas_conf conf = simple_faas();
    struct invocation_row row;

    (void)state;
    conf.memory_bytes = 32LL << 30;
    conf.lifetime_s = 86400;
    conf.async_retries = 0;
    row = bill(&conf, 1e6);
    assert_int_equal(row.cost_pusd, 86400LL * 32 * 16666700);
}

static void the_bill_is_the_sum_of_its_rows_recomputed_independently(void **state)
{
    enum { COUNT = 300 };
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player *player = NEW_ARRAY(struct player, COUNT);
    struct ledger_rows rows;
    int64_t cost_pusd = 0, requests_pusd = 0;
    double gb_s = 0;

    (void)state;
    conf.memory_bytes = 1769LL << 20;
    conf.cold_start_s = (struct value){.kind = VALUE_LOGNORMAL, .a = 0.36, .b = 0.2};
    conf.crash_rate_per_s = 1.0 / 20;
    conf.init_billed = true;
    stage_open(&stage, &platform_faas, COUNT, &conf);
    for (int i = 0; i < COUNT; i++)
        player_init(&player[i], &stage, i, 0.001 * i * i);
    stage_launch(&stage, player, COUNT);
    stage_run(&stage);
    rows = stage_rows(&stage);
    assert_true(rows.invocations > COUNT); /* some crashed and were run again */
    for (size_t i = 0; i < rows.invocations; i++) {
        const struct invocation_row *row = &rows.invocation[i];
        __int128 exact = (__int128)row->billed_ms * 1769 * 16666700 / (1024 * 1000);

        assert_int_equal(row->cost_pusd, (int64_t)exact);
        cost_pusd += (int64_t)exact;
        requests_pusd += 200000;
        gb_s += (double)row->billed_ms / 1000 * 1769 / 1024;
    }
    assert_int_equal(ledger_cost_pusd(stage.world.ledger), cost_pusd + requests_pusd);
    assert_int_equal(rows.bill_lines, 2);
    assert_string_equal(rows.bill_line[0]->unit, BILL_GB_S);
    assert_int_equal(rows.bill_line[0]->cost_pusd, cost_pusd);
    assert_close(rows.bill_line[0]->quantity, gb_s, 1e-12);
    assert_close(rows.bill_line[1]->quantity, (double)rows.invocations, 0);
    stage_close(&stage);
    free(player);
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

static int64_t accrued_at(const struct faas_conf *conf, double at_s)
{
    struct stage stage;
    struct player player;
    struct check check = {.event = {.fire = read_accrued}, .stage = &stage};

    stage_open(&stage, &platform_faas, 1, conf);
    player_init(&player, &stage, 0, 10);
    stage.platform->kind->submit(stage.platform, &player.task);
    engine_at(stage.world.engine, &check.event, at_s);
    stage_run(&stage);
    assert_int_equal(stage.platform->kind->accrued_pusd(stage.platform), 0);
    stage_close(&stage);
    return check.accrued_pusd;
}

static void a_running_function_has_accrued_what_it_would_cost_if_it_ended_now(void **state)
{
    struct faas_conf conf = simple_faas();

    (void)state;
    assert_int_equal(accrued_at(&conf, 1), 200000);
    assert_int_equal(accrued_at(&conf, 5.0005), 200000 + 3001LL * 1024 * 16666700 / 1024000);
    assert_int_equal(accrued_at(&conf, 13), 0); /* it is on the bill */
    conf.init_billed = true;
    assert_int_equal(accrued_at(&conf, 1), 200000 + 16666700);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_duration_is_rounded_up_to_100_ms),
        cmocka_unit_test(a_duration_of_whole_granules_is_not_rounded_up_by_floating_point),
        cmocka_unit_test(a_duration_is_rounded_up_to_1_ms),
        cmocka_unit_test(a_body_that_takes_no_time_costs_one_granule),
        cmocka_unit_test(the_cold_start_is_billed_where_the_provider_does),
        cmocka_unit_test(a_warm_start_is_not_billed),
        cmocka_unit_test(the_cost_of_3_gb_for_one_second_is_what_the_price_list_says),
        cmocka_unit_test(the_longest_and_largest_function_does_not_overflow),
        cmocka_unit_test(the_bill_is_the_sum_of_its_rows_recomputed_independently),
        cmocka_unit_test(a_running_function_has_accrued_what_it_would_cost_if_it_ended_now),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
