/* SPDX-License-Identifier: MIT
 * activity.c -- the breakdown of the critical path and the spans behind it. */
#include "tests/test.h"

#include <time.h>

#include "base/rng.h"
#include "sim/ledger/rows.h"

static double breakdown_sum_s(const struct ledger *ledger)
{
    double sum_s = 0;

    for (int i = 0; i < ACTIVITY_COUNT; i++)
        sum_s += ledger_breakdown_s(ledger, (enum activity)i);
    return sum_s;
}

static void a_cut_books_what_its_entity_did_since_the_last_one(void **state)
{
    struct ledger *ledger = ledger_new(SPANS_NONE, false);
    int a = ledger_entity(ledger, "worker", 0), b = ledger_entity(ledger, "worker", 1);

    (void)state;
    ledger_activity(ledger, a, ACTIVITY_COMPUTE, 1);
    ledger_activity(ledger, b, ACTIVITY_LOAD, 1);
    ledger_activity(ledger, a, ACTIVITY_COMMUNICATE, 4);
    ledger_cut(ledger, a, 5, 0);
    ledger_activity(ledger, b, ACTIVITY_WAIT, 8);
    ledger_cut(ledger, b, 10, 1);
    assert_true(ledger_breakdown_s(ledger, ACTIVITY_START) == 1);
    assert_true(ledger_breakdown_s(ledger, ACTIVITY_COMPUTE) == 3);
    assert_true(ledger_breakdown_s(ledger, ACTIVITY_COMMUNICATE) == 1);
    assert_true(ledger_breakdown_s(ledger, ACTIVITY_LOAD) == 3); /* only after the first cut */
    assert_true(ledger_breakdown_s(ledger, ACTIVITY_WAIT) == 2);
    ledger_free(ledger);
}

static void gaps_count_as_start_before_the_first_activity_and_as_wait_later(void **state)
{
    struct ledger *ledger = ledger_new(SPANS_NONE, false);
    int a = ledger_entity(ledger, "worker", 0);

    (void)state;
    ledger_rest(ledger, a, 1); /* has not begun: still starting */
    ledger_activity(ledger, a, ACTIVITY_COMPUTE, 2);
    ledger_rest(ledger, a, 5);
    ledger_cut(ledger, a, 9, 0);
    assert_true(ledger_breakdown_s(ledger, ACTIVITY_START) == 2);
    assert_true(ledger_breakdown_s(ledger, ACTIVITY_COMPUTE) == 3);
    assert_true(ledger_breakdown_s(ledger, ACTIVITY_WAIT) == 4);
    ledger_free(ledger);
}

enum { ENTITIES = 7, EVENTS = 20000 };

/* The plain definition: remembers everything, looks through all of it at each cut. */
struct history {
    double since_s;
    int activity; /* -1: not yet, -2: resting */
};

static void plain_book(struct history *entity, double now_s, double cut_s, double *spent_s)
{
    double begin_s = fmax(entity->since_s, cut_s);
    int activity = entity->activity == -1   ? ACTIVITY_START
                   : entity->activity == -2 ? ACTIVITY_WAIT
                                            : entity->activity;

    spent_s[activity] += now_s - begin_s;
}

static void random_histories_break_down_as_the_plain_definition_says(void **state)
{
    struct ledger *ledger = ledger_new(SPANS_CRITICAL, false);
    struct rng rng = rng_at(rng_stream(1, "test"), 0, 0);
    struct history entity[ENTITIES];
    double spent_s[ENTITIES][ACTIVITY_COUNT] = {{0}};
    double plain_s[ACTIVITY_COUNT] = {0}, now_s = 0, cut_s = 0;

    (void)state;
    for (int i = 0; i < ENTITIES; i++) {
        ledger_entity(ledger, "worker", i);
        entity[i] = (struct history){.activity = -1};
    }
    for (int event = 0; event < EVENTS; event++) {
        int i = (int)rng_below(&rng, ENTITIES), what = (int)rng_below(&rng, ACTIVITY_COUNT + 3);

        now_s += rng_below(&rng, 3) ? rng_uniform(&rng) : 0; /* ties, too */
        if (what < ACTIVITY_COUNT || (what == ACTIVITY_COUNT && entity[i].activity != -1)) {
            plain_book(&entity[i], now_s, cut_s, spent_s[i]);
            entity[i] = (struct history){now_s, what < ACTIVITY_COUNT ? what : -2};
            if (what < ACTIVITY_COUNT)
                ledger_activity(ledger, i, (enum activity)what, now_s);
            else
                ledger_rest(ledger, i, now_s);
        } else if (what > ACTIVITY_COUNT) {
            plain_book(&entity[i], now_s, cut_s, spent_s[i]);
            for (int activity = 0; activity < ACTIVITY_COUNT; activity++)
                plain_s[activity] += spent_s[i][activity];
            memset(spent_s, 0, sizeof spent_s);
            cut_s = now_s;
            ledger_cut(ledger, i, now_s, event);
        }
    }
    for (int activity = 0; activity < ACTIVITY_COUNT; activity++)
        assert_close(ledger_breakdown_s(ledger, (enum activity)activity), plain_s[activity],
                     1e-12);
    assert_close(breakdown_sum_s(ledger), cut_s, 1e-12);

    struct ledger_rows rows = ledger_rows(ledger);
    double from_spans_s[ACTIVITY_COUNT] = {0}, end_s = 0;

    for (size_t i = 0; i < rows.spans; i++) {
        assert_true(rows.span[i].begin_s == end_s); /* they tile the time */
        end_s = rows.span[i].end_s;
        from_spans_s[rows.span[i].activity] += end_s - rows.span[i].begin_s;
    }
    assert_true(end_s == cut_s);
    for (int activity = 0; activity < ACTIVITY_COUNT; activity++)
        assert_close(from_spans_s[activity], plain_s[activity], 1e-12);
    ledger_free(ledger);
}

static void all_spans_are_kept_with_the_step_of_the_cut_after_them(void **state)
{
    struct ledger *ledger = ledger_new(SPANS_ALL, false);
    int a = ledger_entity(ledger, "worker", 0), b = ledger_entity(ledger, "worker", 1);
    struct ledger_rows rows;

    (void)state;
    ledger_activity(ledger, a, ACTIVITY_LOAD, 1);
    ledger_activity(ledger, b, ACTIVITY_LOAD, 1);
    ledger_activity(ledger, a, ACTIVITY_COMPUTE, 2);
    ledger_cut(ledger, b, 3, 7);
    ledger_lane_span(ledger, a, 2, ACTIVITY_COMMUNICATE, 2.5, 3.5, 8);
    ledger_end(ledger, 4);
    rows = ledger_rows(ledger);
    assert_int_equal(rows.spans, 4);
    assert_int_equal(rows.span[0].step, 7);
    assert_int_equal(rows.span[1].lane, 2);
    assert_int_equal(rows.span[1].step, 8);
    assert_true(rows.span[3].entity == b && rows.span[3].begin_s == 1 &&
                rows.span[3].end_s == 4);
    assert_int_equal(rows.span[3].step, SPAN_WITHOUT_STEP);
    ledger_free(ledger);
}

static void without_spans_nothing_is_kept_but_the_breakdown(void **state)
{
    struct ledger *ledger = ledger_new(SPANS_NONE, false);
    int a = ledger_entity(ledger, "worker", 0);

    (void)state;
    ledger_activity(ledger, a, ACTIVITY_COMPUTE, 0);
    ledger_lane_span(ledger, a, 1, ACTIVITY_COMMUNICATE, 0, 1, 0);
    ledger_cut(ledger, a, 1, 0);
    ledger_end(ledger, 2);
    assert_int_equal(ledger_rows(ledger).spans, 0);
    assert_true(ledger_breakdown_s(ledger, ACTIVITY_COMPUTE) == 1);
    ledger_free(ledger);
}

static void a_cut_does_not_visit_the_other_entities(void **state)
{
    struct ledger *ledger = ledger_new(SPANS_CRITICAL, false);
    enum { CUTS = 2000000 };
    clock_t begin = clock();

    (void)state;
    for (int i = 0; i < 10000; i++)
        ledger_activity(ledger, ledger_entity(ledger, "worker", i), ACTIVITY_COMPUTE, 0);
    for (int64_t i = 0; i < CUTS; i++)
        ledger_cut(ledger, (int)(i % 10000), (double)(i + 1), i);
    assert_true(ledger_breakdown_s(ledger, ACTIVITY_COMPUTE) == CUTS);
    /* Takes 0.1 s, 2e10 visits a minute: the bound is loose for sanitizers and busy machines.
     */
    assert_true((double)(clock() - begin) / CLOCKS_PER_SEC < 10);
    ledger_free(ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_books_what_its_entity_did_since_the_last_one),
        cmocka_unit_test(gaps_count_as_start_before_the_first_activity_and_as_wait_later),
        cmocka_unit_test(random_histories_break_down_as_the_plain_definition_says),
        cmocka_unit_test(all_spans_are_kept_with_the_step_of_the_cut_after_them),
        cmocka_unit_test(without_spans_nothing_is_kept_but_the_breakdown),
        cmocka_unit_test(a_cut_does_not_visit_the_other_entities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
