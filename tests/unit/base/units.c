/* SPDX-License-Identifier: MIT */
#include "base/units.h"
#include "tests/test.h"

static double parsed(const char *text, enum dimension dimension)
{
    double value = NAN;
    struct err err = {""};

    if (!units_parse(text, dimension, &value, &err)) {
        print_error("%s: %s\n", text, err.text);
        fail();
    }
    return value;
}

static void refused(const char *text, enum dimension dimension, const char *why)
{
    double value = 7;
    struct err err = {""};

    assert_false(units_parse(text, dimension, &value, &err));
    assert_close(value, 7, 0); /* untouched */
    assert_string_equal(err.text, why);
}

static void a_name_says_its_dimension_and_its_key(void **state)
{
    static const struct {
        const char *name;
        enum dimension dimension;
        size_t stem;
    } want[] = {
        {"cold_start_s", DIMENSION_SECONDS, 10},
        {"max_object_bytes", DIMENSION_BYTES, 10},
        {"memory_bytes", DIMENSION_MEMORY, 6},
        {"spare_memory_bytes", DIMENSION_MEMORY, 12},
        {"bandwidth_bytes_per_s", DIMENSION_BYTES_PER_S, 9},
        {"write_rate_per_s", DIMENSION_PER_S, 10},
        {"put_pusd_per_request", DIMENSION_PUSD_PER_REQUEST, 3},
        {"price_pusd_per_gb_month", DIMENSION_PUSD_PER_GB_MONTH, 5},
        {"cost_pusd", DIMENSION_PUSD, 4},
        {"bytes", DIMENSION_BYTES, 5},
        {"flops_per_s", DIMENSION_FLOPS_PER_S, 11},
        {"speed_ratio", DIMENSION_NONE, 5},
        {"epochs", DIMENSION_NONE, 6},
    };

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        size_t stem = 0;

        assert_int_equal(dimension_of_name(want[i].name, &stem), want[i].dimension);
        assert_int_equal(stem, want[i].stem);
    }
}

static void every_example_parses_in_its_dimension(void **state)
{
    (void)state;
    for (int i = 0; i < DIMENSION_COUNT; i++)
        parsed(dimension_example((enum dimension)i), (enum dimension)i);
}

static void decimal_and_binary_prefixes_differ(void **state)
{
    (void)state;
    assert_close(parsed("8 GB", DIMENSION_BYTES), 8e9, 0);
    assert_close(parsed("8 GiB", DIMENSION_BYTES), 8589934592.0, 0);
    assert_close(parsed("3 GB", DIMENSION_MEMORY), 3221225472.0, 0);
    assert_close(parsed("1 Gb/s", DIMENSION_BYTES_PER_S), 125e6, 0);
    assert_close(parsed("65 MB/s", DIMENSION_BYTES_PER_S), 65e6, 0);
}

static void a_price_is_exactly_the_integer_one_expects(void **state)
{
    (void)state;
    assert_true(parsed("0.0000166667 USD/GB-s", DIMENSION_PUSD_PER_GB_S) == 16666700);
    assert_true(parsed("0.0464 USD/h", DIMENSION_PUSD_PER_HOUR) == 46400000000);
    assert_true(parsed("0.20 USD/million requests", DIMENSION_PUSD_PER_REQUEST) == 200000);
    assert_true(parsed("0.0004 USD/1000 requests", DIMENSION_PUSD_PER_REQUEST) == 400000);
    assert_true(parsed("0.1 s", DIMENSION_SECONDS) == 0.1);
    assert_true(parsed("100 ms", DIMENSION_SECONDS) == 0.1);
    assert_true(parsed("0.3 GB", DIMENSION_BYTES) == 300000000);
}

static void numbers_are_decimal(void **state)
{
    (void)state;
    assert_close(parsed("1.5e3", DIMENSION_NONE), 1500, 0);
    assert_close(parsed("+.5", DIMENSION_NONE), 0.5, 0);
    assert_close(parsed("-2", DIMENSION_NONE), -2, 0);
    assert_close(parsed("80ms", DIMENSION_SECONDS), 0.08, 0);
    refused("inf", DIMENSION_NONE, "must be a number, for example '0.5', not 'inf'");
    refused("0x10", DIMENSION_NONE, "must be a plain number, for example '0.5', not '0x10'");
    refused("", DIMENSION_SECONDS, "must be a number with a unit, for example '80 ms', not ''");
    refused("1e999 s", DIMENSION_SECONDS, "is too large a number: '1e999 s'");
    refused("1e99999999999999999999 s", DIMENSION_SECONDS,
            "is too large a number: '1e99999999999999999999 s'");
}

static void a_wrong_or_missing_unit_shows_the_right_one(void **state)
{
    (void)state;
    refused("3008", DIMENSION_MEMORY, "needs a unit, for example '3 GB', not '3008'");
    refused("5 gb/s", DIMENSION_BYTES_PER_S,
            "has the wrong unit: '5 gb/s' (it may be 'GB/s', 'Gb/s'), for example '65 MB/s'");
    refused("5 s", DIMENSION_NONE, "must be a plain number, for example '0.5', not '5 s'");
}

static void the_shortest_text_is_chosen(void **state)
{
    static const struct {
        double value;
        enum dimension dimension;
        const char *text;
    } want[] = {
        {0, DIMENSION_SECONDS, "0 s"},
        {0, DIMENSION_PUSD, "0 USD"},
        {0.08, DIMENSION_SECONDS, "80 ms"},
        {1e-7, DIMENSION_SECONDS, "100 ns"},
        {90, DIMENSION_SECONDS, "90 s"},
        {100, DIMENSION_SECONDS, "100 s"},
        {900, DIMENSION_SECONDS, "15 min"},
        {7200, DIMENSION_SECONDS, "2 h"},
        {-0.001, DIMENSION_SECONDS, "-1 ms"},
        {3154116608.0, DIMENSION_MEMORY, "3008 MB"},
        {8e9, DIMENSION_BYTES, "8 GB"},
        {1048576, DIMENSION_BYTES, "1 MiB"},
        {65e6, DIMENSION_BYTES_PER_S, "65 MB/s"},
        {3500, DIMENSION_PER_S, "3500/s"},
        {5e12, DIMENSION_PUSD, "5 USD"},
        {400000, DIMENSION_PUSD_PER_REQUEST, "0.0004 USD/1000 requests"},
        {0.1, DIMENSION_NONE, "0.1"},
        {11000000, DIMENSION_NONE, "1.1e7"},
        {1000, DIMENSION_NONE, "1000"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        char text[96];

        units_format(want[i].value, want[i].dimension, text, sizeof text);
        assert_string_equal(text, want[i].text);
    }
}

/* Numbers of every size, by a small generator of our own. */
static void what_is_formatted_parses_back_to_the_same_bits(void **state)
{
    uint64_t random = 1;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        enum dimension dimension = (enum dimension)(i % DIMENSION_COUNT);
        double value;
        char text[96];

        random = random * 6364136223846793005u + 1442695040888963407u;
        value = (double)(random >> 11) * pow(2, (double)(i % 90) - 90);
        units_format(value, dimension, text, sizeof text);
        if (parsed(text, dimension) != value) {
            print_error("%.17g is written '%s'\n", value, text);
            fail();
        }
    }
}

static void the_database_keeps_money_in_dollars(void **state)
{
    double scale;

    (void)state;
    assert_string_equal(dimension_unit(DIMENSION_PUSD_PER_HOUR, &scale), "USD/h");
    assert_close(scale, 1e12, 0);
    assert_string_equal(dimension_unit(DIMENSION_BYTES_PER_S, &scale), "B/s");
    assert_close(scale, 1, 0);
    assert_string_equal(dimension_unit(DIMENSION_NONE, NULL), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_says_its_dimension_and_its_key),
        cmocka_unit_test(every_example_parses_in_its_dimension),
        cmocka_unit_test(decimal_and_binary_prefixes_differ),
        cmocka_unit_test(a_price_is_exactly_the_integer_one_expects),
        cmocka_unit_test(numbers_are_decimal),
        cmocka_unit_test(a_wrong_or_missing_unit_shows_the_right_one),
        cmocka_unit_test(the_shortest_text_is_chosen),
        cmocka_unit_test(what_is_formatted_parses_back_to_the_same_bits),
        cmocka_unit_test(the_database_keeps_money_in_dollars),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
