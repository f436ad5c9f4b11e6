/* SPDX-License-Identifier: MIT
 * flow.c -- flows over one share against closed forms; over several: flow_several.c. */
#include "tests/unit/engine/flow_lab.h"

static void deed_begin(struct engine *engine, struct deed *deed)
{
    start(engine, deed->watched, deed->share, deed->count, deed->amount, deed->cap_per_s);
}

static void deed_cancel(struct engine *engine, struct deed *deed)
{
    deed->result = flow_cancel(engine, &deed->watched->flow);
}

static void deed_capacity(struct engine *engine, struct deed *deed)
{
    (void)engine;
    share_set_capacity(deed->share[0], deed->amount);
}

static void deed_cap(struct engine *engine, struct deed *deed)
{
    flow_set_cap(engine, &deed->watched->flow, deed->cap_per_s);
}

static void deed_rate(struct engine *engine, struct deed *deed)
{
    (void)engine;
    deed->result = flow_rate(&deed->watched->flow);
}

static void deed_carried(struct engine *engine, struct deed *deed)
{
    (void)engine;
    deed->result = share_carried(deed->share[0]);
}

/* -- one flow ------------------------------------------------------------ */
static void a_lone_flow_takes_amount_over_capacity(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct share *share = share_new(engine, "nic", 65e6);
    struct watched flow = {0};
    start(engine, &flow, &share, 1, 260e6, INFINITY);
    assert_true(flow_in_progress(&flow.flow));
    assert_close(flow_rate(&flow.flow), 65e6, 0);
    run(engine);
    assert_close(flow.end_s, 4, 1e-15);
    assert_int_equal(flow.times, 1);
    assert_close(share_carried(share), 260e6, 0);
    share_free(share);
    engine_free(engine);
}

static void the_cap_of_a_flow_holds(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct share *share = share_new(engine, "nic", 100);
    struct watched capped = {0}, free_one = {0}, without_share = {0};
    start(engine, &capped, &share, 1, 40, 10);
    start(engine, &free_one, &share, 1, 90, INFINITY);
    start(engine, &without_share, NULL, 0, 6, 2);
    run(engine);
    assert_close(capped.end_s, 4, 1e-15);
    assert_close(free_one.end_s, 1, 1e-15); /* 100 - 10 are left for it */
    assert_close(without_share.end_s, 3, 1e-15);
    share_free(share);
    engine_free(engine);
}

static void nothing_and_infinitely_fast_end_now_but_not_at_once(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct share *finite = share_new(engine, "finite", 1);
    struct share *infinite = share_new(engine, "infinite", INFINITY);
    struct watched nothing = {0}, fast = {0}, nowhere = {0};
    start(engine, &nothing, &finite, 1, 0, INFINITY);
    start(engine, &fast, &infinite, 1, 1e12, INFINITY);
    start(engine, &nowhere, NULL, 0, 5, INFINITY);
    run(engine);
    assert_int_equal(nothing.times + fast.times + nowhere.times, 3);
    assert_true(engine_now_s(engine) == 0);
    assert_close(share_carried(infinite), 1e12, 0);
    share_free(finite);
    share_free(infinite);
    engine_free(engine);
}

/* -- many flows on one share --------------------------------------------- */
static void equal_flows_end_together(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct share *share = share_new(engine, "service", 7);
    enum { COUNT = 1000 };
    static struct watched flow[COUNT];
    memset(flow, 0, sizeof flow);
    for (int i = 0; i < COUNT; i++)
        start(engine, &flow[i], &share, 1, 3, 5);
    assert_int_equal(share_flow_count(share), COUNT);
    assert_close(share_used_per_s(share), 7, 1e-12);
    run(engine);
    for (int i = 0; i < COUNT; i++)
        assert_close(flow[i].end_s, 3.0 * COUNT / 7, 1e-12);
    assert_close(share_carried(share), 3.0 * COUNT, 1e-12);
    share_free(share);
    engine_free(engine);
}

/* Sizes 1, 2 ... n on one share: flow k ends when all have had min(size, k). */
static void unequal_flows_end_in_the_order_of_size(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct share *share = share_new(engine, "service", 10);
    enum { COUNT = 200 };
    static struct watched flow[COUNT + 1];
    memset(flow, 0, sizeof flow);
    for (int k = COUNT; k >= 1; k--)
        start(engine, &flow[k], &share, 1, k, INFINITY);
    run(engine);
    double served = 0;
    for (int k = 1; k <= COUNT; k++) {
        served += COUNT - k + 1;
        assert_close(flow[k].end_s, served / 10, 1e-12);
    }
    share_free(share);
    engine_free(engine);
}

static void what_a_capped_flow_leaves_goes_to_the_others(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct share *share = share_new(engine, "nic", 12);
    struct watched slow = {0}, a = {0}, b = {0};
    start(engine, &slow, &share, 1, 100, 2);
    start(engine, &a, &share, 1, 10, INFINITY);
    start(engine, &b, &share, 1, 15, INFINITY);
    assert_close(flow_rate(&slow.flow), 2, 0);
    assert_close(flow_rate(&a.flow), 5, 0);
    run(engine);
    assert_close(a.end_s, 2, 1e-15);
    assert_close(b.end_s, 2.5, 1e-15); /* from 2 s on at 10 */
    assert_close(slow.end_s, 50, 1e-15);
    share_free(share);
    engine_free(engine);
}

static void a_late_flow_slows_the_others_from_then_on(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct share *share = share_new(engine, "nic", 10);
    struct watched first = {0}, late = {0};
    struct deed deed = {.act = deed_begin,
                        .watched = &late,
                        .share = {share},
                        .count = 1,
                        .amount = 10,
                        .cap_per_s = INFINITY};
    start(engine, &first, &share, 1, 30, INFINITY);
    plan(engine, &deed, 1);
    run(engine);
    assert_close(late.end_s, 3, 1e-15);
    assert_close(first.end_s, 4, 1e-15);
    share_free(share);
    engine_free(engine);
}

static void cancel_returns_what_had_not_crossed(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct share *share = share_new(engine, "nic", 10);
    struct watched cut = {0}, other = {0};
    struct deed deed = {.act = deed_cancel, .watched = &cut};
    start(engine, &cut, &share, 1, 30, INFINITY);
    start(engine, &other, &share, 1, 30, INFINITY);
    plan(engine, &deed, 2);
    run(engine);
    assert_close(deed.result, 20, 1e-15);
    assert_int_equal(cut.times, 0);
    assert_false(flow_in_progress(&cut.flow));
    assert_close(other.end_s, 4, 1e-15);
    assert_close(share_carried(share), 40, 1e-15);
    assert_true(flow_cancel(engine, &cut.flow) == 0);
    share_free(share);
    engine_free(engine);
}

static void cancelling_a_lone_flow_and_an_empty_one_works(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct share *share = share_new(engine, "nic", 10);
    struct watched lone = {0}, empty = {0};
    struct deed deed = {.act = deed_cancel, .watched = &lone};
    start(engine, &lone, &share, 1, 30, INFINITY);
    start(engine, &empty, &share, 1, 0, INFINITY);
    assert_true(flow_cancel(engine, &empty.flow) == 0);
    plan(engine, &deed, 1);
    run(engine);
    assert_close(deed.result, 20, 1e-15);
    assert_int_equal(lone.times + empty.times, 0);
    share_free(share);
    engine_free(engine);
}

/* -- capacity and cap change --------------------------------------------- */
static void a_capacity_of_zero_stalls_and_later_releases(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct share *share = share_new(engine, "nic", 10);
    struct watched a = {0}, b = {0};
    struct deed stall = {.act = deed_capacity, .share = {share}, .amount = 0};
    struct deed look = {.act = deed_rate, .watched = &a};
    struct deed resume = {.act = deed_capacity, .share = {share}, .amount = 20};
    start(engine, &a, &share, 1, 30, INFINITY);
    start(engine, &b, &share, 1, 50, INFINITY);
    plan(engine, &stall, 2);
    plan(engine, &look, 3);
    plan(engine, &resume, 12);
    run(engine);
    assert_true(look.result == 0);
    assert_close(a.end_s, 14, 1e-15);
    assert_close(b.end_s, 15, 1e-15);
    share_free(share);
    engine_free(engine);
}

static void a_lone_flow_follows_the_capacity(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct share *share = share_new(engine, "nic", 10);
    struct watched a = {0};
    struct deed slower = {.act = deed_capacity, .share = {share}, .amount = 5};
    struct deed boundless = {.act = deed_capacity, .share = {share}, .amount = INFINITY};
    start(engine, &a, &share, 1, 100, 20);
    plan(engine, &slower, 2);
    plan(engine, &boundless, 6);
    run(engine);
    assert_close(a.end_s, 9, 1e-15); /* 20 + 20 + 60 at its cap */
    share_free(share);
    engine_free(engine);
}

static void a_full_share_may_become_infinite(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct share *share = share_new(engine, "service", 10);
    struct watched slow[3] = {0}, fast = {0};
    struct deed boundless = {.act = deed_capacity, .share = {share}, .amount = INFINITY};
    struct deed begin_fast = {.act = deed_begin,
                              .watched = &fast,
                              .share = {share},
                              .count = 1,
                              .amount = 1e6,
                              .cap_per_s = INFINITY};
    for (int i = 0; i < 3; i++)
        start(engine, &slow[i], &share, 1, 50, 5);
    plan(engine, &boundless, 3);
    plan(engine, &begin_fast, 4);
    run(engine);
    assert_true(fast.end_s == 4);
    for (int i = 0; i < 3; i++)
        assert_close(slow[i].end_s, 11, 1e-15); /* 10 by 3 s, 40 at 5/s */
    share_free(share);
    engine_free(engine);
}

/* Flow k is capped at k; the level falls as they begin and rises as they end. */
static void a_thousand_different_caps_share_exactly(void **state)
{
    (void)state;
    struct engine *engine = begin();
    enum { COUNT = 1000 };
    /* caps 1 ... 1000; the level is 600: 600 * 601 / 2 + 400 * 600 */
    struct share *share = share_new(engine, "service", 600.0 * 601 / 2 + 400.0 * 600);
    static struct watched flow[COUNT + 1];
    memset(flow, 0, sizeof flow);
    for (int k = 1; k <= COUNT; k++) {
        int cap = k * 10 % 1001; /* every cap once */
        start(engine, &flow[cap], &share, 1, fmin(cap, 600) * 2, cap);
    }
    for (int cap = 1; cap <= COUNT; cap++)
        assert_close(flow_rate(&flow[cap].flow), fmin(cap, 600), 1e-12);
    run(engine);
    for (int cap = 1; cap <= COUNT; cap++)
        assert_close(flow[cap].end_s, 2, 1e-12);
    share_free(share);
    engine_free(engine);
}

static void a_cap_can_change_on_the_way(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct share *share = share_new(engine, "nic", 10);
    struct watched a = {0}, b = {0};
    struct deed slower = {.act = deed_cap, .watched = &a, .cap_per_s = 1};
    struct deed faster = {.act = deed_cap, .watched = &a, .cap_per_s = 100};
    start(engine, &a, &share, 1, 40, INFINITY);
    start(engine, &b, &share, 1, 60, INFINITY);
    plan(engine, &slower, 2);
    plan(engine, &faster, 4);
    run(engine);
    /* a: 10 + 2, then 5/s; b: 10 + 18, then 5/s: 28 and 32 are left at 4 s */
    assert_close(a.end_s, 4 + 28 / 5.0, 1e-14);
    assert_close(b.end_s, 4 + 28 / 5.0 + 4 / 10.0, 1e-14);
    share_free(share);
    engine_free(engine);
}

static void carried_counts_flows_in_progress(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct share *share = share_new(engine, "nic", 10);
    struct share *infinite = share_new(engine, "service", INFINITY);
    struct share *both[] = {share, infinite};
    struct watched a = {0}, b = {0};
    struct deed early = {.act = deed_carried, .share = {share}};
    struct deed late = {.act = deed_carried, .share = {infinite}};
    start(engine, &a, both, 2, 30, INFINITY);
    start(engine, &b, both, 2, 50, INFINITY);
    plan(engine, &early, 2);
    plan(engine, &late, 7);
    run(engine);
    assert_close(early.result, 20, 1e-15);
    assert_close(late.result, 70, 1e-15);
    assert_close(share_carried(infinite), 80, 1e-15);
    share_free(share);
    share_free(infinite);
    engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lone_flow_takes_amount_over_capacity),
        cmocka_unit_test(the_cap_of_a_flow_holds),
        cmocka_unit_test(nothing_and_infinitely_fast_end_now_but_not_at_once),
        cmocka_unit_test(equal_flows_end_together),
        cmocka_unit_test(unequal_flows_end_in_the_order_of_size),
        cmocka_unit_test(what_a_capped_flow_leaves_goes_to_the_others),
        cmocka_unit_test(a_late_flow_slows_the_others_from_then_on),
        cmocka_unit_test(cancel_returns_what_had_not_crossed),
        cmocka_unit_test(cancelling_a_lone_flow_and_an_empty_one_works),
        cmocka_unit_test(a_capacity_of_zero_stalls_and_later_releases),
        cmocka_unit_test(a_lone_flow_follows_the_capacity),
        cmocka_unit_test(a_full_share_may_become_infinite),
        cmocka_unit_test(a_thousand_different_caps_share_exactly),
        cmocka_unit_test(a_cap_can_change_on_the_way),
        cmocka_unit_test(carried_counts_flows_in_progress),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
