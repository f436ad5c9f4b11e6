/* SPDX-License-Identifier: MIT
 * money.c -- requests, the bill and its integers, misfortunes and other rows. */
#include "tests/test.h"

#include "base/rng.h"
#include "sim/ledger/money.h"
#include "sim/ledger/rows.h"

static void a_price_for_a_share_is_the_plain_product_rounded_down(void **state)
{
    struct rng rng = rng_at(rng_stream(1, "test"), 0, 0);

    (void)state;
    for (int i = 0; i < 100000; i++) {
        int64_t amount = (int64_t)rng_below(&rng, INT64_C(100000000000));
        int64_t per = 1 + (int64_t)rng_below(&rng, 2000000);
        int64_t price_pusd = (int64_t)rng_below(&rng, 20000000);

        assert_true(pusd_of_share(amount, per, price_pusd) ==
                    (int64_t)((__int128)amount * price_pusd / per));
    }
}

static void a_month_of_a_large_machine_does_not_overflow(void **state)
{
    (void)state;
    assert_true(pusd_of_hours(30 * 86400, INT64_C(32772600000000)) ==
                INT64_C(32772600000000) * 720);
}

static void one_second_of_three_gigabytes_costs_what_the_price_list_says(void **state)
{
    (void)state; /* 3 GB-s at 0.0000166667 USD */
    assert_true(pusd_of_gb_s(1000, 3072, 16666700) == 50000100);
}

static void counters_are_found_again_by_name_and_never_move(void **state)
{
    struct ledger *ledger = ledger_new(SPANS_NONE, false);
    struct request_count *put = ledger_request_count(ledger, "s3", "PUT");
    char operation[16];

    (void)state;
    put->count = 5;
    for (int i = 0; i < 100; i++) {
        snprintf(operation, sizeof operation, "OP%d", i);
        ledger_request_count(ledger, "s3", operation);
    }
    assert_ptr_equal(ledger_request_count(ledger, "s3", "PUT"), put);
    assert_ptr_not_equal(ledger_request_count(ledger, "redis", "PUT"), put);
    assert_int_equal(ledger_rows(ledger).request_counts, 102);
    assert_string_equal(ledger_rows(ledger).request_count[100]->operation, "OP99");
    ledger_free(ledger);
}

static void requests_are_rows_only_when_asked_for(void **state)
{
    (void)state;
    for (int wanted = 0; wanted < 2; wanted++) {
        struct ledger *ledger = ledger_new(SPANS_NONE, wanted);
        struct request_count *get = ledger_request_count(ledger, "s3", "GET");

        ledger_request_row(ledger, LEDGER_RUN, get, 1, 2, 100, OUTCOME_THROTTLED);
        assert_int_equal(ledger_rows(ledger).requests, wanted);
        ledger_free(ledger);
    }
}

static void charges_of_one_price_share_a_line_and_the_cost_is_the_sum_of_lines(void **state)
{
    struct ledger *ledger = ledger_new(SPANS_NONE, false);
    struct ledger_rows rows;

    (void)state;
    ledger_charge(ledger, "vm t2.medium", 1, BILL_HOUR, 46400000000, 46400000000);
    ledger_charge(ledger, "s3 PUT", 10, BILL_REQUEST, 5000000, 50000000);
    ledger_charge(ledger, "vm t2.medium", 0.5, BILL_HOUR, 46400000000, 23200000000);
    ledger_charge(ledger, "vm t2.medium", 1, BILL_HOUR, 50000000000, 50000000000);
    ledger_bill_line(ledger, "s3 PUT", BILL_REQUEST, 5000000)->cost_pusd += 5000000;
    rows = ledger_rows(ledger);
    assert_int_equal(rows.bill_lines, 3);
    assert_string_equal(rows.bill_line[0]->resource, "vm t2.medium");
    assert_true(rows.bill_line[0]->quantity == 1.5);
    assert_true(rows.bill_line[0]->cost_pusd == 69600000000);
    assert_true(ledger_cost_pusd(ledger) == 69600000000 + 55000000 + 50000000000);
    ledger_free(ledger);
}

static void misfortunes_are_counted_by_outcome_and_keep_their_details(void **state)
{
    struct ledger *ledger = ledger_new(SPANS_NONE, false);
    char detail[] = "object 7 of round 3";
    int worker = ledger_entity(ledger, "worker", 3);

    (void)state;
    for (int i = 0; i < 3; i++)
        ledger_misfortune(ledger, worker, i, OUTCOME_THROTTLED, detail);
    ledger_misfortune(ledger, LEDGER_RUN, 4, OUTCOME_CRASHED, NULL);
    ledger_misfortune(ledger, worker, 5, OUTCOME_CRASHED, NULL);
    ledger_misfortune(ledger, worker, 5, OUTCOME_THROTTLED, "another");
    detail[0] = 'X';
    assert_int_equal(ledger_misfortune_count(ledger, OUTCOME_THROTTLED), 4);
    assert_int_equal(ledger_misfortune_count(ledger, OUTCOME_CRASHED), 2);
    assert_int_equal(ledger_misfortune_count(ledger, OUTCOME_LOST), 0);
    assert_string_equal(ledger_rows(ledger).misfortune[2].detail, "object 7 of round 3");
    assert_null(ledger_rows(ledger).misfortune[3].detail);
    assert_string_equal(ledger_rows(ledger).misfortune[5].detail, "another");
    ledger_free(ledger);
}

static void metrics_and_roles_are_copied(void **state)
{
    struct ledger *ledger = ledger_new(SPANS_NONE, false);
    char text[] = "worker";
    int worker = ledger_entity(ledger, text, 0);

    (void)state;
    strcpy(text, "loss");
    ledger_series(ledger, worker, 1, 2, text, 3);
    strcpy(text, "gone");
    assert_string_equal(ledger_rows(ledger).entity[0].role, "worker");
    assert_string_equal(ledger_rows(ledger).series[0].metric, "loss");
    ledger_free(ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_price_for_a_share_is_the_plain_product_rounded_down),
        cmocka_unit_test(a_month_of_a_large_machine_does_not_overflow),
        cmocka_unit_test(one_second_of_three_gigabytes_costs_what_the_price_list_says),
        cmocka_unit_test(counters_are_found_again_by_name_and_never_move),
        cmocka_unit_test(requests_are_rows_only_when_asked_for),
        cmocka_unit_test(charges_of_one_price_share_a_line_and_the_cost_is_the_sum_of_lines),
        cmocka_unit_test(misfortunes_are_counted_by_outcome_and_keep_their_details),
        cmocka_unit_test(metrics_and_roles_are_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
