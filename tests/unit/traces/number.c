/* SPDX-License-Identifier: MIT
 * number.c -- the number scanner rounds as strtof does, and knows what is no number. */
#include "traces/dataset/number.h"

#include <inttypes.h>

#include "base/rng.h"

#include "tests/test.h"

static void assert_like_strtof(const char *text)
{
    char line[2048], *strtof_end;
    float ours = 7, theirs;
    const char *end;
    uint32_t our_bits, their_bits;

    snprintf(line, sizeof line, "%s\n", text);
    theirs = strtof(line, &strtof_end);
    end = number_read(line, &ours);
    memcpy(&our_bits, &ours, 4);
    memcpy(&their_bits, &theirs, 4);
    if (end != strtof_end || our_bits != their_bits)
        fail_msg("'%s' gives %.9g, strtof %.9g", text, (double)ours, (double)theirs);
}

static void random_decimals_round_like_strtof(void **state)
{
    struct rng rng = rng_at(rng_stream(1, "decimals"), 0, 0);
    char text[64];

    (void)state;
    for (int i = 0; i < 300000; i++) {
        uint64_t digits = rng_u64(&rng) >> rng_below(&rng, 60);
        int exponent = (int)rng_below(&rng, 100) - 60, point = (int)rng_below(&rng, 8);

        snprintf(text, sizeof text, "%s%" PRIu64 ".%0*" PRIu64 "e%d", i % 2 ? "-" : "", digits,
                 point + 1, rng_below(&rng, 10000000), exponent);
        assert_like_strtof(text);
        snprintf(text, sizeof text, "%.*g", 1 + (int)rng_below(&rng, 18),
                 ((double)digits + 0.5) * pow(10, exponent));
        assert_like_strtof(text);
    }
}

/* Halfway between two floats, and one digit to either side: where the shortcut must give up. */
static void ties_between_floats_round_like_strtof(void **state)
{
    struct rng rng = rng_at(rng_stream(1, "ties"), 0, 0);
    char text[64];

    (void)state;
    for (int i = 0; i < 100000; i++) {
        uint32_t bits = rng_u32(&rng) % 0x7f000000u;
        float below, above;
        double tie;

        memcpy(&below, &bits, 4);
        bits++;
        memcpy(&above, &bits, 4);
        tie = ((double)below + (double)above) / 2;
        for (int digits = 8; digits < 20; digits++) {
            snprintf(text, sizeof text, "%.*g", digits, tie);
            assert_like_strtof(text);
        }
        snprintf(text, sizeof text, "%.*g", 17, nextafter(tie, 0));
        assert_like_strtof(text);
        snprintf(text, sizeof text, "%.*g", 17, nextafter(tie, 1e300));
        assert_like_strtof(text);
    }
}

static void odd_spellings_read_like_strtof(void **state)
{
    static const char *const texts[] = {
        "0",
        "-0",
        "+0",
        "0.",
        ".0",
        ".5",
        "5.",
        "00012",
        "1e5",
        "1E+5",
        "1e-5",
        "1e",
        "1e+",
        "1ex",
        "-.25e1",
        "1.5.2",
        "1,5",
        "12abc",
        "16777217",
        "16777216.99999999999999999999999999",
        "3.4028235e38",
        "3.4028236e38",
        "1e39",
        "1e999",
        "-1e999",
        "1e99999999999999999999",
        "1e-38",
        "1.1754943e-38",
        "1e-40",
        "1e-45",
        "7e-46",
        "1e-999",
        "1e-99999999999999999999",
        "9007199254740993",
        "18446744073709551615",
        "18446744073709551616",
        "123456789012345678901234567890",
        "0.00000000000000000000000000000000000000000000001",
        "1000000000000000000000000000000000000000000000000000e-50",
        "8388608.5",
        "8388609.5",
        "0e999",
        "0e-999",
        "0000000000000000000000000000000000000000000000000000",
    };
    char text[1024];

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_like_strtof(texts[i]);
    memset(text, '9', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_like_strtof(text);
    memcpy(text, "0.", 2);
    assert_like_strtof(text);
    memset(text + 2, '0', sizeof text - 4);
    assert_like_strtof(text);
}

static void what_is_no_number_is_refused(void **state)
{
    static const char *const texts[] = {
        "",   "\n", "x",   "nan", "NaN", "inf", "-inf", "infinity", "-",   "+",  ".",
        "-.", "e5", ".e5", "--1", "+-1", " 1",  "\t1",  "'1'",      "\"1", ",1", "\xff"};
    float value;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_null(number_read(texts[i], &value));
}

static void hexadecimal_ends_after_the_zero(void **state)
{
    const char *text = "0x10\n";
    float value;

    (void)state;
    assert_ptr_equal(number_read(text, &value), text + 1);
}

static void a_label_may_be_written_as_a_real_number(void **state)
{
    static const char *const texts[] = {
        "7\n",     "+7\n",    "7.0\n",          "7.000000000000000000e+00\n",
        "70e-1\n", "0.7e1\n", "0000000000007\n"};
    int32_t label;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        label = 0;
        assert_non_null(number_read_label(texts[i], &label));
        assert_int_equal(label, 7);
    }
}

static void a_label_must_be_whole_and_fit(void **state)
{
    static const char *const texts[] = {"0.5\n",  "2147483648\n", "-2147483649\n",
                                        "1e10\n", "1e-5\n",       "nan\n",
                                        "inf\n",  "1e999\n",      "9999999999\n"};
    int32_t label;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_null(number_read_label(texts[i], &label));
    assert_non_null(number_read_label("-2147483648\n", &label));
    assert_int_equal(label, INT32_MIN);
    assert_non_null(number_read_label("2147483647\n", &label));
    assert_int_equal(label, INT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_decimals_round_like_strtof),
        cmocka_unit_test(ties_between_floats_round_like_strtof),
        cmocka_unit_test(odd_spellings_read_like_strtof),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(hexadecimal_ends_after_the_zero),
        cmocka_unit_test(a_label_may_be_written_as_a_real_number),
        cmocka_unit_test(a_label_must_be_whole_and_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
