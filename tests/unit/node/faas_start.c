/* SPDX-License-Identifier: MIT
 * faas_start.c -- triggers, cold and warm starts, keep-alive: exact times in a world of
 * constants (a call takes 1 s, a cold start 2 s, a warm one 0.25 s). */
#include "tests/unit/node/stage.h"

/* Launches count workers and returns when each began. */
static void launch(const struct faas_conf *conf, struct player *player, int count)
{
    struct stage stage;

    stage_open(&stage, &platform_faas, count, conf);
    for (int i = 0; i < count; i++)
        player_init(&player[i], &stage, i, 5);
    stage_launch(&stage, player, count);
    stage_run(&stage);
    stage_close(&stage);
}

static void a_serial_trigger_starts_one_function_per_call(void **state)
{
    struct faas_conf conf = simple_faas();
    struct player player[4];

    (void)state;
    launch(&conf, player, 4);
    for (int i = 0; i < 4; i++) {
        assert_close(player[i].begin_s[0], (i + 1) * 1.0 + 2, 1e-12);
        assert_int_equal(player[i].outcome[0], OUTCOME_OK);
        assert_true(isinf(player[i].retry_at_s[0]));
    }
}

static void a_tree_of_two_starts_those_below_by_those_above(void **state)
{
    /* 0 is called at 1 and starts at 3, calls 1 at 4 and 2 at 5; then its body begins */
    static const double begin_s[] = {
        5,     /* 3, then two calls */
        4 + 4, /* called at 4, starts at 6, calls 3 at 7 and 4 at 8 */
        5 + 3, /* called at 5, starts at 7, calls 5 at 8 */
        7 + 2, /* called at 7, calls nobody */
        8 + 2, /* ... */
        8 + 2,
    };
    struct faas_conf conf = simple_faas();
    struct player player[6];

    (void)state;
    conf.trigger = TRIGGER_TREE;
    launch(&conf, player, 6);
    for (int i = 0; i < 6; i++)
        assert_close(player[i].begin_s[0], begin_s[i], 1e-12);
}

static void a_submitted_task_starts_cold_then_warm_then_cold_again(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player[3];
    struct later later[3];
    struct ledger_rows rows;

    (void)state;
    stage_open(&stage, &platform_faas, 1, &conf);
    for (int i = 0; i < 3; i++)
        player_init(&player[i], &stage, -1, 5);
    stage_at(&stage, 10, &later[0], &player[0].task);  /* until 17, warm until 617 */
    stage_at(&stage, 616, &later[1], &player[1].task); /* until 621.25, warm until 1221.25 */
    stage_at(&stage, 1221.25, &later[2], &player[2].task);
    stage_run(&stage);
    assert_close(player[0].begin_s[0], 12, 1e-12);
    assert_close(player[1].begin_s[0], 616.25, 1e-12);
    assert_close(player[2].begin_s[0], 1223.25, 1e-12);
    rows = stage_rows(&stage);
    assert_int_equal(rows.invocations, 3);
    assert_true(rows.invocation[0].cold);
    assert_false(rows.invocation[1].cold);
    assert_true(rows.invocation[2].cold);
    assert_int_equal(player[1].node[0], 0); /* the same sandbox ... */
    assert_int_equal(player[2].node[0], 1); /* ... then a new one */
    assert_close(rows.invocation[1].arrival_s, 616, 1e-12);
    assert_close(rows.invocation[1].start_s, 616.25, 1e-12);
    assert_close(rows.invocation[1].end_s, 621.25, 1e-12);
    stage_close(&stage);
}

static void the_sandbox_used_last_is_reused_first(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player[3];
    struct later later[3];

    (void)state;
    stage_open(&stage, &platform_faas, 1, &conf);
    for (int i = 0; i < 3; i++)
        player_init(&player[i], &stage, -1, i == 0 ? 8 : 5);
    stage_at(&stage, 0, &later[0], &player[0].task); /* sandbox 0, until 10 */
    stage_at(&stage, 0, &later[1], &player[1].task); /* sandbox 1, until 7 */
    stage_at(&stage, 20, &later[2], &player[2].task);
    stage_run(&stage);
    assert_int_equal(player[2].node[0], 0);
    stage_close(&stage);
}

static struct player *heir; /* submitted by the player's `then` */

static void submit_heir(struct player *player)
{
    player->stage->platform->kind->submit(player->stage->platform, &heir->task);
}

static void a_worker_that_submits_itself_runs_beside_its_old_self(void **state)
{
    struct faas_conf conf = simple_faas();
    struct stage stage;
    struct player player[2];
    struct ledger_rows rows;
    double start_s = 0;

    (void)state;
    stage_open(&stage, &platform_faas, 1, &conf);
    player_init(&player[0], &stage, 0, 5);
    player_init(&player[1], &stage, 0, 5);
    player[1].task.entity = player[0].task.entity;
    player[0].then = submit_heir;
    heir = &player[1];
    stage_launch(&stage, player, 1);
    stage_run(&stage);
    assert_close(player[1].begin_s[0], 3 + 5 + 2, 1e-12); /* a new sandbox: the old is in use */
    rows = stage_rows(&stage);
    for (size_t i = 0; i < rows.spans; i++)
        if (rows.span[i].activity == ACTIVITY_START)
            start_s += rows.span[i].end_s - rows.span[i].begin_s;
    /* `start` from 0 until the body ends (the player books nothing itself), and while the heir
     * starts, and to its end */
    assert_close(start_s, 15, 1e-12);
    stage_close(&stage);
}

static void vcpus_and_bandwidth_follow_from_memory(void **state)
{
    struct faas_conf conf = simple_faas();
    struct platform_facts facts;

    (void)state;
    conf.vcpu_memory_bytes = 1769LL << 20;
    conf.memory_bytes = 3072LL << 20;
    facts = platform_faas.facts(&conf);
    assert_close(facts.vcpus, 3072.0 / 1769, 1e-15);
    assert_close(facts.up_bytes_per_s, 100e6, 0); /* full from 2 GB on */
    conf.memory_bytes = 512LL << 20;
    facts = platform_faas.facts(&conf);
    assert_close(facts.vcpus, 512.0 / 1769, 1e-15);
    assert_close(facts.up_bytes_per_s, 25e6, 1e-15);
    assert_close(facts.down_bytes_per_s, 50e6, 1e-15);
    assert_close(facts.lifetime_s, 900, 0);
    assert_string_equal(facts.label, "faas 512 MB");
    conf.memory_bytes = 1LL << 33;
    assert_close(platform_faas.facts(&conf).vcpus, 4, 0); /* max_vcpus */
}

static void the_same_seed_draws_the_same_starts(void **state)
{
    struct faas_conf conf = simple_faas();
    struct player once[20], again[20];

    (void)state;
    conf.cold_start_s = (struct value){.kind = VALUE_LOGNORMAL, .a = 0.36, .b = 0.2};
    conf.invoke_overhead_s = (struct value){.kind = VALUE_EXPONENTIAL, .a = 0.1};
    launch(&conf, once, 20);
    launch(&conf, again, 20);
    for (int i = 0; i < 20; i++)
        assert_true(once[i].begin_s[0] == again[i].begin_s[0]);
    assert_true(once[1].begin_s[0] - once[0].begin_s[0] !=
                once[2].begin_s[0] - once[1].begin_s[0]);
}

static enum outcome note_speed(struct actor *self, struct node *node, struct task *task)
{
    (void)self;
    ((struct player *)task)->core_s = node->speed_ratio;
    return OUTCOME_OK;
}

static void each_sandbox_draws_its_own_speed(void **state)
{
    struct faas_conf conf = simple_faas();
    struct pace_conf pace = {.speed_ratio = {.kind = VALUE_UNIFORM, .a = 0.5, .b = 1}};
    struct stage stage;
    struct player player[2];

    (void)state;
    stage_open(&stage, &platform_faas, 2, &conf);
    platform_faas.close(stage.platform);
    stage.platform = platform_faas.open(&stage.world, "workers", 2, &pace, &conf);
    for (int i = 0; i < 2; i++) {
        player_init(&player[i], &stage, i, 5);
        player[i].task.body = note_speed;
    }
    stage_launch(&stage, player, 2);
    stage_run(&stage);
    assert_true(player[0].core_s >= 0.5 && player[0].core_s < 1);
    assert_true(player[1].core_s >= 0.5 && player[1].core_s < 1);
    assert_true(player[0].core_s != player[1].core_s);
    stage_close(&stage);
}

/* Errors said about a function of that many MB, between 128 and 3,008 in steps of 64. */
static size_t errors_for_mb(int64_t mb)
{
    struct faas_conf conf = simple_faas();
    struct diag_list diags;
    size_t errors;

    conf.min_memory_bytes = 128LL << 20;
    conf.max_memory_bytes = 3008LL << 20;
    conf.step_memory_bytes = 64LL << 20;
    conf.memory_bytes = mb << 20;
    diag_init(&diags);
    faas_check(&conf, (struct place){"x.yaml", 3, 15}, &diags);
    errors = diags.errors;
    diag_done(&diags);
    return errors;
}

static void memory_sizes_that_are_not_sold_are_refused(void **state)
{
    (void)state;
    assert_int_equal(errors_for_mb(128), 0);
    assert_int_equal(errors_for_mb(3008), 0);
    assert_int_equal(errors_for_mb(1000), 1);
    assert_int_equal(errors_for_mb(64), 1);
    assert_int_equal(errors_for_mb(3072), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_serial_trigger_starts_one_function_per_call),
        cmocka_unit_test(a_tree_of_two_starts_those_below_by_those_above),
        cmocka_unit_test(a_submitted_task_starts_cold_then_warm_then_cold_again),
        cmocka_unit_test(the_sandbox_used_last_is_reused_first),
        cmocka_unit_test(a_worker_that_submits_itself_runs_beside_its_old_self),
        cmocka_unit_test(vcpus_and_bandwidth_follow_from_memory),
        cmocka_unit_test(the_same_seed_draws_the_same_starts),
        cmocka_unit_test(each_sandbox_draws_its_own_speed),
        cmocka_unit_test(memory_sizes_that_are_not_sold_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
