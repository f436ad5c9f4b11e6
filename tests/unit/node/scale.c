/* SPDX-License-Identifier: MIT
 * scale.c -- ten thousand tasks at once, on functions and on machines. */
#include "tests/unit/node/stage.h"

/* ASan poisons every stack as a whole, so under it there are fewer of them. */
#if defined(__SANITIZE_ADDRESS__)
enum { COUNT = 500 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { COUNT = 500 };
#else
enum { COUNT = 10000 };
#endif
#else
enum { COUNT = 10000 };
#endif
enum { AT_ONCE = COUNT / 5 };

static void ten_thousand_functions_start_as_a_tree(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player *player = NEW_ARRAY(struct player, COUNT);
    double last_s = 0;

    (void)state;
    conf.trigger = TRIGGER_TREE;
    conf.trigger_fan_out = 8;
    conf.concurrency = AT_ONCE;
    stage_open(&stage, &platform_faas, COUNT, &conf);
    for (int i = 0; i < COUNT; i++)
        player_init(&player[i], &stage, i, 20);
    stage_launch(&stage, player, COUNT);
    stage_run(&stage);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(player[i].outcome[0], OUTCOME_OK);
        last_s = fmax(last_s, player[i].begin_s[0]);
    }
    assert_true(last_s > 100); /* a fifth at a time: five waves of 20 s at least */
    assert_int_equal(stage_rows(&stage).invocations, COUNT);
    assert_true(engine_counts(stage.world.engine).actors_most <= AT_ONCE);
    stage_close(&stage);
    free(player);
}

static void ten_thousand_functions_run_at_once(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player *player = NEW_ARRAY(struct player, COUNT);

    (void)state;
    stage_open(&stage, &platform_faas, COUNT, &conf);
    for (int i = 0; i < COUNT; i++) {
        player_init(&player[i], &stage, i, 1000);
        stage.platform->kind->submit(stage.platform, &player[i].task);
    }
    conf.lifetime_s = 3600;
    stage_run(&stage);
    assert_int_equal(engine_counts(stage.world.engine).actors_most, COUNT);
    for (int i = 0; i < COUNT; i++)
        assert_close(player[i].end_s[0], 1002, 1e-12);
    stage_close(&stage);
    free(player);
}

static void ten_thousand_tasks_share_ten_machines(void **state)
{
    struct iaas_conf conf = simple_iaas();
    struct stage stage;
    struct player *player = NEW_ARRAY(struct player, COUNT);

    (void)state;
    conf.max_concurrent = COUNT / 100;
    conf.pair_setup_s = 0;
    stage_open(&stage, &platform_iaas, 10, &conf);
    for (int i = 0; i < COUNT; i++) {
        player_init(&player[i], &stage, -1, 1);
        stage.platform->kind->submit(stage.platform, &player[i].task);
    }
    stage_run(&stage);
    /* a tenth at a time, 1 s each */
    assert_close(player[0].end_s[0], 101, 1e-12);
    assert_close(player[COUNT - 1].end_s[0], 110, 1e-12);
    stage_close(&stage);
    free(player);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_thousand_functions_start_as_a_tree),
        cmocka_unit_test(ten_thousand_functions_run_at_once),
        cmocka_unit_test(ten_thousand_tasks_share_ten_machines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
