/* SPDX-License-Identifier: MIT
 * flow_several.c -- flows over several shares against closed forms, and what may be done when one
 * ends or an actor waits for it. */
#include "tests/unit/engine/flow_lab.h"

/* -- several shares ------------------------------------------------------ */
/* One long flow crosses two shares, a short one sits on each: the textbook's parking lot. */
static void the_parking_lot_is_shared_max_min(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct share *a = share_new(engine, "a", 10), *b = share_new(engine, "b", 16);
    struct share *both[] = {a, b};
    struct watched on_both = {0}, on_a = {0}, on_b = {0};
    start(engine, &on_both, both, 2, 50, INFINITY);
    start(engine, &on_a, &a, 1, 50, INFINITY);
    start(engine, &on_b, &b, 1, 55, INFINITY);
    assert_close(flow_rate(&on_both.flow), 5, 1e-15);
    assert_close(flow_rate(&on_a.flow), 5, 1e-15);
    assert_close(flow_rate(&on_b.flow), 11, 1e-15);
    assert_close(share_used_per_s(b), 16, 1e-15);
    run(engine);
    assert_close(on_b.end_s, 5, 1e-15);
    assert_close(on_both.end_s, 10, 1e-15);
    assert_close(on_a.end_s, 10, 1e-15);
    share_free(a);
    share_free(b);
    engine_free(engine);
}

/* W workers send to all others over up and down NICs at once: each flow gets 1/(W-1) of a NIC.
 */
static void all_to_all_uses_every_nic_fully(void **state)
{
    (void)state;
    struct engine *engine = begin();
    enum { W = 20 };
    struct share *up[W], *down[W];
    static struct watched flow[W][W];
    memset(flow, 0, sizeof flow);
    for (int i = 0; i < W; i++) {
        up[i] = share_new(engine, "up", 100);
        down[i] = share_new(engine, "down", 100);
    }
    for (int i = 0; i < W; i++)
        for (int j = 0; j < W; j++)
            if (i != j)
                start(engine, &flow[i][j], (struct share *[]){up[i], down[j]}, 2, 50, INFINITY);
    run(engine);
    for (int i = 0; i < W; i++) {
        for (int j = 0; j < W; j++)
            if (i != j)
                assert_close(flow[i][j].end_s, 50.0 * (W - 1) / 100, 1e-12);
        assert_close(share_carried(up[i]), 50 * (W - 1), 1e-12);
        share_free(up[i]);
        share_free(down[i]);
    }
    engine_free(engine);
}

static void a_ring_of_nics_ties_nobody_together(void **state)
{
    (void)state;
    struct engine *engine = begin();
    enum { W = 50 };
    struct share *up[W], *down[W];
    static struct watched flow[W];
    memset(flow, 0, sizeof flow);
    for (int i = 0; i < W; i++) {
        up[i] = share_new(engine, "up", 100 + i);
        down[i] = share_new(engine, "down", 1000);
    }
    for (int i = 0; i < W; i++)
        start(engine, &flow[i], (struct share *[]){up[i], down[(i + 1) % W]}, 2, 300, INFINITY);
    run(engine);
    for (int i = 0; i < W; i++)
        assert_close(flow[i].end_s, 300.0 / (100 + i), 1e-15);
    assert_int_equal(engine_counts(engine).events, W);
    for (int i = 0; i < W; i++) {
        share_free(up[i]);
        share_free(down[i]);
    }
    engine_free(engine);
}

/* -- callbacks and actors ------------------------------------------------ */
struct chain {
    struct flow flow;
    struct share *share;
    struct flow *victim;
    int left;
    double end_s;
};

static void go_on(struct engine *engine, struct flow *flow)
{
    struct chain *chain = (struct chain *)flow;
    chain->end_s = engine_now_s(engine);
    if (chain->victim)
        flow_cancel(engine, chain->victim);
    if (--chain->left > 0)
        flow_begin(engine, flow, &chain->share, 1, 10, INFINITY);
}

static void done_may_begin_the_same_flow_again(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct share *share = share_new(engine, "nic", 10);
    struct chain a = {{.done = go_on}, share, NULL, 5, 0},
                 b = {{.done = go_on}, share, NULL, 3, 0};
    flow_begin(engine, &a.flow, &share, 1, 10, INFINITY);
    flow_begin(engine, &b.flow, &share, 1, 10, INFINITY);
    run(engine);
    assert_close(b.end_s, 6, 1e-14);
    assert_close(a.end_s, 8, 1e-14);
    share_free(share);
    engine_free(engine);
}

static void done_may_cancel_a_flow_that_ends_at_the_same_time(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct share *share = share_new(engine, "nic", 10);
    struct watched victim = {0}, third = {0};
    struct chain killer = {{.done = go_on}, share, &victim.flow, 1, 0};
    flow_begin(engine, &killer.flow, &share, 1, 10, INFINITY);
    start(engine, &victim, &share, 1, 10, INFINITY);
    start(engine, &third, &share, 1, 10, INFINITY);
    run(engine);
    assert_int_equal(victim.times, 0);
    assert_close(third.end_s, 3, 1e-15);
    assert_close(share_carried(share), 30, 1e-15);
    share_free(share);
    engine_free(engine);
}

struct runner {
    struct share *share;
    double amount, end_s;
    enum outcome outcome;
};

static void run_one_flow(struct actor *self, void *arg)
{
    struct runner *runner = arg;
    runner->outcome = flow_run(self, &runner->share, 1, runner->amount, INFINITY, "its flow");
    runner->end_s = engine_now_s(actor_engine(self));
}

static void an_actor_waits_for_its_flow(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct share *share = share_new(engine, "nic", 10);
    struct runner a = {share, 20, 0, OUTCOME_LOST}, b = {share, 40, 0, OUTCOME_LOST};
    actor_wake(actor_spawn(engine, "a", run_one_flow, &a)); /* a stray wake does no harm */
    actor_spawn(engine, "b", run_one_flow, &b);
    run(engine);
    assert_int_equal(a.outcome, OUTCOME_OK);
    assert_close(a.end_s, 4, 1e-15);
    assert_close(b.end_s, 6, 1e-15);
    share_free(share);
    engine_free(engine);
}

static void doom_cancels_the_flow_that_an_actor_waits_for(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct share *share = share_new(engine, "nic", 10);
    struct runner a = {share, 20, 0, OUTCOME_OK}, b = {share, 40, 0, OUTCOME_LOST};
    actor_doom(actor_spawn(engine, "a", run_one_flow, &a), 2, OUTCOME_EXPIRED);
    actor_spawn(engine, "b", run_one_flow, &b);
    run(engine);
    assert_int_equal(a.outcome, OUTCOME_EXPIRED);
    assert_true(a.end_s == 2);
    assert_close(b.end_s, 5, 1e-15);
    assert_close(share_carried(share), 50, 1e-15);
    share_free(share);
    engine_free(engine);
}

static void a_flow_that_stalls_for_ever_is_a_deadlock(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct share *share = share_new(engine, "nic", 0);
    struct runner a = {share, 20, 0, OUTCOME_OK};
    struct err err = {""};
    actor_spawn(engine, "reader", run_one_flow, &a);
    assert_int_equal(engine_run(engine, &err), ENGINE_DEADLOCK);
    assert_non_null(strstr(err.text, "reader waits for its flow since 0 s"));
    assert_int_equal(a.outcome, OUTCOME_CANCELLED);
    assert_int_equal(share_flow_count(share), 0);
    share_free(share);
    engine_free(engine);
}

/* A share that was busy for long: what it has served must not cost digits. */
static void a_share_busy_for_long_stays_exact(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct share *share = share_new(engine, "service", 10);
    struct chain chain[3] = {{{.done = go_on}, share, NULL, 100000, 0},
                             {{.done = go_on}, share, NULL, 100000, 0},
                             {{.done = go_on}, share, NULL, 100001, 0}};
    for (int i = 0; i < 3; i++)
        flow_begin(engine, &chain[i].flow, &share, 1, 10, INFINITY);
    run(engine);
    assert_close(chain[2].end_s, 300001, 1e-12);
    share_free(share);
    engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_parking_lot_is_shared_max_min),
        cmocka_unit_test(all_to_all_uses_every_nic_fully),
        cmocka_unit_test(a_ring_of_nics_ties_nobody_together),
        cmocka_unit_test(done_may_begin_the_same_flow_again),
        cmocka_unit_test(done_may_cancel_a_flow_that_ends_at_the_same_time),
        cmocka_unit_test(an_actor_waits_for_its_flow),
        cmocka_unit_test(doom_cancels_the_flow_that_an_actor_waits_for),
        cmocka_unit_test(a_flow_that_stalls_for_ever_is_a_deadlock),
        cmocka_unit_test(a_share_busy_for_long_stays_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
