/* SPDX-License-Identifier: MIT
 * test.h -- the one place that includes cmocka, with what it needs before it, in its order. */
#ifndef TRAINCAST_TESTS_TEST_H
#define TRAINCAST_TESTS_TEST_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* |actual - expected| <= relative * max(1e-300, |expected|), both printed when not. */
#define assert_close(actual_, expected_, relative_)                                             \
    test_close((actual_), (expected_), (relative_), #actual_, __FILE__, __LINE__)

static inline void test_close(double actual, double expected, double relative, const char *what,
                              const char *file, int line)
{
    if (fabs(actual - expected) <= relative * fmax(1e-300, fabs(expected)))
        return;
    print_error("%s = %.17g, expected %.17g within %g\n", what, actual, expected, relative);
    _fail(file, line);
}

#endif
