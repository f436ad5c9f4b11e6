/* SPDX-License-Identifier: MIT */
#include "base/decimal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "tests/test.h"

enum { CASES = 20000 };

/* Numbers of one to 17 digits, of many sizes. */
static void make(struct rng *rng, char text[64])
{
    double number = rng_uniform(rng);
    int digits = 1 + (int)(17 * rng_uniform(rng)), power = (int)(40 * rng_uniform(rng)) - 20;

    snprintf(text, 64, "%.*fe%d", digits, number, power);
}

static void what_is_read_is_what_strtod_reads(void **state)
{
    struct rng rng = rng_at(rng_stream(1, "test.decimal"), 0, 0);
    int read = 0;
    char text[64];
    double value;

    (void)state;
    for (int i = 0; i < CASES; i++) {
        snprintf(text, sizeof text, "%.*f", (int)(9 * rng_uniform(&rng)),
                 1e6 * rng_uniform(&rng));
        if (decimal_read(text, strlen(text), 0, &value)) {
            assert_true(value == strtod(text, NULL));
            read++;
        }
    }
    assert_true(read > CASES / 2);
    assert_true(decimal_read("-2.5E3", 6, -6, &value));
    assert_true(value == -2.5e-3);
    assert_false(decimal_read("1234567890123456", 16, 0, &value)); /* too many digits */
    assert_false(decimal_read("1e30", 4, 0, &value));
}

static void what_is_exact_has_the_fewest_digits(void **state)
{
    struct rng rng = rng_at(rng_stream(2, "test.decimal"), 0, 0);
    int exact = 0;

    (void)state;
    for (int i = 0; i < CASES; i++) {
        char text[64], out[DECIMAL_TEXT];
        struct decimal decimal, other;
        double value;

        make(&rng, text);
        value = strtod(text, NULL);
        if (!decimal_exact(value, &decimal))
            continue;
        exact++;
        decimal_put(out, &decimal, false, 0);
        assert_true(strtod(out, NULL) == value);
        if (decimal.count > 1) {
            other = decimal_rounded(value, decimal.count - 1);
            decimal_put(out, &other, false, 0);
            assert_true(strtod(out, NULL) != value);
        }
    }
    assert_true(exact > CASES / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_read_is_what_strtod_reads),
        cmocka_unit_test(what_is_exact_has_the_fewest_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
