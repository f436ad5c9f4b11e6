/* SPDX-License-Identifier: MIT */
#include "tests/test.h"

#include "sim/channel/bucket.h"

static int taken(struct bucket *bucket, double now_s, int asked)
{
    int count = 0;

    for (int i = 0; i < asked; i++)
        count += bucket_take(bucket, now_s);
    return count;
}

static void a_full_bucket_serves_a_burst_of_its_depth(void **state)
{
    struct bucket bucket = bucket_full(10, 2);

    (void)state;
    assert_int_equal(taken(&bucket, 5, 100), 20);
}

static void tokens_come_back_at_the_rate_up_to_the_depth(void **state)
{
    struct bucket bucket = bucket_full(10, 2);

    (void)state;
    taken(&bucket, 0, 100);
    assert_int_equal(taken(&bucket, 0.5, 100), 5);
    assert_int_equal(taken(&bucket, 1000, 100), 20);
}

static void requests_at_exactly_the_rate_are_never_refused(void **state)
{
    struct bucket bucket = bucket_full(3500, 0);
    int count = 0;

    (void)state;
    for (int i = 0; i < 1000000; i++)
        count += bucket_take(&bucket, i / 3500.0);
    assert_int_equal(count, 1000000);
}

static void without_burst_one_request_passes_at_a_time(void **state)
{
    struct bucket bucket = bucket_full(10, 0);

    (void)state;
    assert_int_equal(taken(&bucket, 0, 5), 1);
}

static void without_a_rate_all_pass(void **state)
{
    struct bucket bucket = bucket_full(NAN, 1);

    (void)state;
    assert_int_equal(taken(&bucket, 0, 1000), 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_bucket_serves_a_burst_of_its_depth),
        cmocka_unit_test(tokens_come_back_at_the_rate_up_to_the_depth),
        cmocka_unit_test(requests_at_exactly_the_rate_are_never_refused),
        cmocka_unit_test(without_burst_one_request_passes_at_a_time),
        cmocka_unit_test(without_a_rate_all_pass),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
