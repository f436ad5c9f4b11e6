/* SPDX-License-Identifier: MIT
 * rng.c -- numbers are a pure function of their indices, and look random. */
#include "base/rng.h"

#include "tests/test.h"

enum { DRAWS = 100000 };

static struct rng stream_at(const char *name, uint32_t a, uint32_t b)
{
    return rng_at(rng_stream(1, name), a, b);
}

static void the_same_indices_give_the_same_numbers(void **state)
{
    struct rng first = stream_at("x", 3, 4), again = stream_at("x", 3, 4);

    (void)state;
    for (int i = 0; i < 100; i++)
        assert_true(rng_u64(&first) == rng_u64(&again));
}

static void seed_name_and_both_indices_each_change_the_numbers(void **state)
{
    struct rng all[] = {
        stream_at("x", 3, 4),
        stream_at("y", 3, 4),
        stream_at("x", 4, 4),
        stream_at("x", 3, 5),
        rng_at(rng_stream(2, "x"), 3, 4),
        rng_at(rng_stream(1 + (UINT64_C(1) << 32), "x"), 3, 4),
        stream_at("", 3, 4),
        stream_at("xxxxxxxx", 3, 4),
        stream_at("xxxxxxxxx", 3, 4),
    };
    enum { COUNT = sizeof all / sizeof *all };
    uint64_t number[COUNT];

    (void)state;
    for (int i = 0; i < COUNT; i++)
        number[i] = rng_u64(&all[i]);
    for (int i = 0; i < COUNT; i++)
        for (int j = 0; j < i; j++)
            assert_true(number[i] != number[j]);
}

/* Philox4x32-10 with counter and key 0: the generator's published test vector. */
static void the_generator_is_the_published_one(void **state)
{
    struct rng rng = rng_at((struct rng_stream){{0, 0}}, 0, 0);

    (void)state;
    assert_int_equal(rng_u32(&rng), 0x6627e8d5);
    assert_int_equal(rng_u32(&rng), 0xe169c58d);
    assert_int_equal(rng_u32(&rng), 0xbc57ac4c);
    assert_int_equal(rng_u32(&rng), 0x9b00dbd8);
}

static void uniform_numbers_are_in_range_with_the_right_moments(void **state)
{
    struct rng rng = stream_at("uniform", 0, 0);
    double sum = 0, squares = 0;

    (void)state;
    for (int i = 0; i < DRAWS; i++) {
        double u = rng_uniform(&rng);

        assert_true(u >= 0 && u < 1);
        sum += u;
        squares += u * u;
    }
    assert_true(fabs(sum / DRAWS - 0.5) < 5 / sqrt(12.0 * DRAWS));
    assert_true(fabs(squares / DRAWS - 1.0 / 3) < 5 * sqrt(4.0 / 45 / DRAWS));
}

static void normal_and_exponential_numbers_have_the_right_moments(void **state)
{
    struct rng rng = stream_at("normal", 0, 0);
    double normal = 0, normal_squares = 0, exponential = 0;

    (void)state;
    for (int i = 0; i < DRAWS; i++) {
        double z = rng_normal(&rng), e = rng_exponential(&rng);

        assert_true(e >= 0 && isfinite(z));
        normal += z;
        normal_squares += z * z;
        exponential += e;
    }
    assert_true(fabs(normal / DRAWS) < 5 / sqrt(DRAWS));
    assert_true(fabs(normal_squares / DRAWS - 1) < 5 * sqrt(2.0 / DRAWS));
    assert_true(fabs(exponential / DRAWS - 1) < 5 / sqrt(DRAWS));
}

static void numbers_below_a_bound_are_equally_likely(void **state)
{
    struct rng rng = stream_at("below", 0, 0);
    int count[7] = {0};

    (void)state;
    for (int i = 0; i < 70000; i++) {
        uint64_t n = rng_below(&rng, 7);

        assert_true(n < 7);
        count[n]++;
    }
    for (int i = 0; i < 7; i++)
        assert_in_range(count[i], 9500, 10500);
    assert_true(rng_below(&rng, 1) == 0);
    for (int i = 0; i < 100; i++)
        assert_true(rng_below(&rng, (UINT64_C(1) << 63) + 1) <= UINT64_C(1) << 63);
}

static void shuffling_keeps_every_item_and_makes_all_orders_likely(void **state)
{
    struct rng rng = stream_at("shuffle", 0, 0);
    int count[27] = {0};

    (void)state;
    for (int i = 0; i < 6000; i++) {
        uint32_t item[3] = {0, 1, 2};

        rng_shuffle(&rng, item, 3);
        assert_int_equal(1 << item[0] | 1 << item[1] | 1 << item[2], 7);
        count[item[0] * 9 + item[1] * 3 + item[2]]++;
    }
    for (int i = 0; i < 27; i++)
        if (count[i])
            assert_in_range(count[i], 850, 1150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_indices_give_the_same_numbers),
        cmocka_unit_test(seed_name_and_both_indices_each_change_the_numbers),
        cmocka_unit_test(the_generator_is_the_published_one),
        cmocka_unit_test(uniform_numbers_are_in_range_with_the_right_moments),
        cmocka_unit_test(normal_and_exponential_numbers_have_the_right_moments),
        cmocka_unit_test(numbers_below_a_bound_are_equally_likely),
        cmocka_unit_test(shuffling_keeps_every_item_and_makes_all_orders_likely),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
