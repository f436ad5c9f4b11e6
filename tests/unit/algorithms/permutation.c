/* SPDX-License-Identifier: MIT
 * permutation.c -- orders without memory: each element once, any stretch alike, and as random
 * as a shuffled list by every count that learning could notice. */
#include "algorithms/optimizer/permutation.h"

#include "tests/test.h"

static struct permutation keyed(uint32_t key, uint32_t size)
{
    struct rng rng = rng_at(rng_stream(11, "permutation"), key, size);
    struct permutation permutation;

    permutation_init(&permutation, &rng, size);
    return permutation;
}

static const uint32_t sizes[] = {1, 2, 3, 5, 8, 100, 255, 256, 257, 560, 1000, 70000, 1048577};
enum { SIZES = sizeof sizes / sizeof *sizes };

static void every_element_comes_exactly_once(void **state)
{
    (void)state;
    for (int s = 0; s < SIZES; s++) {
        struct permutation permutation = keyed(1, sizes[s]);
        uint32_t *out = calloc(sizes[s], sizeof *out);
        char *seen = calloc(sizes[s], 1);

        permutation_fill(&permutation, 0, sizes[s], out);
        for (uint32_t i = 0; i < sizes[s]; i++) {
            assert_true(out[i] < sizes[s]);
            assert_int_equal(seen[out[i]], 0);
            seen[out[i]] = 1;
        }
        free(out);
        free(seen);
    }
}

static void a_stretch_equals_the_same_part_of_the_whole(void **state)
{
    enum { N = 1000 };
    struct permutation permutation = keyed(2, N);
    uint32_t whole[N], part[N];

    (void)state;
    permutation_fill(&permutation, 0, N, whole);
    for (uint32_t from = 0; from < N; from += 61)
        for (uint32_t count = 1; from + count <= N; count = count * 3 + 1) {
            permutation_fill(&permutation, from, count, part);
            assert_memory_equal(part, whole + from, count * sizeof *part);
        }
}

static void the_largest_size_stays_inside(void **state)
{
    struct permutation permutation = keyed(3, UINT32_MAX);
    uint32_t first[300], last[300];

    (void)state;
    permutation_fill(&permutation, 0, 300, first);
    permutation_fill(&permutation, UINT32_MAX - 300, 300, last);
    for (int i = 0; i < 300; i++) {
        assert_true(first[i] < UINT32_MAX && last[i] < UINT32_MAX);
        for (int j = 0; j < 300; j++)
            assert_int_not_equal(first[i], last[j]);
    }
}

enum { TRIALS = 20000 };

/* Chi-square over `cells` equally likely cells, in standard deviations from its mean. */
static double deviation(const int64_t *count, int64_t cells, int64_t total, int64_t freedom)
{
    double expected = (double)total / (double)cells, sum = 0;

    for (int64_t i = 0; i < cells; i++)
        sum += (count[i] - expected) * (count[i] - expected) / expected;
    return (sum - (double)freedom) / sqrt(2 * (double)freedom);
}

/* Fails where positions or differences of neighbours are not equally likely. */
static void check_uniform(uint32_t n)
{
    int64_t *at = calloc((size_t)n * n, sizeof *at), *apart = calloc(n, sizeof *apart);
    uint32_t *out = calloc(n, sizeof *out);

    for (uint32_t trial = 0; trial < TRIALS; trial++) {
        struct permutation permutation = keyed(trial, n);

        permutation_fill(&permutation, 0, n, out);
        for (uint32_t i = 0; i < n; i++)
            at[i * n + out[i]]++;
        for (uint32_t i = 0; i + 1 < n; i++)
            apart[(out[i + 1] + n - out[i]) % n]++;
    }
    assert_int_equal(apart[0], 0);
    if (fabs(deviation(at, (int64_t)n * n, (int64_t)n * TRIALS, (int64_t)(n - 1) * (n - 1))) >
        5)
        fail_msg("%u elements: positions are not equally likely", n);
    if (fabs(deviation(apart + 1, n - 1, (int64_t)(n - 1) * TRIALS, n - 2)) > 8)
        fail_msg("%u elements: neighbours are not independent", n);
    free(at);
    free(apart);
    free(out);
}

static void elements_and_neighbours_are_equally_likely_everywhere(void **state)
{
    static const uint32_t few[] = {3, 5, 16, 33, 100};

    (void)state;
    for (size_t i = 0; i < sizeof few / sizeof *few; i++)
        check_uniform(few[i]);
}

/* How many elements of the lower half, and even ones, are in the first half: hypergeometric. */
static void the_spread_of_a_batch_is_that_of_drawing_without_replacement(void **state)
{
    enum { N = 560, HALF = N / 2 };
    double expected = HALF * 0.5 * 0.5 * HALF / (N - 1.0);
    double low = 0, low_square = 0, even = 0, even_square = 0;
    uint32_t out[N];

    (void)state;
    for (uint32_t trial = 0; trial < TRIALS; trial++) {
        struct permutation permutation = keyed(trial, N);
        double lows = 0, evens = 0;

        permutation_fill(&permutation, 0, HALF, out);
        for (int i = 0; i < HALF; i++) {
            lows += out[i] < HALF;
            evens += out[i] % 2 == 0;
        }
        low += lows / TRIALS;
        low_square += lows * lows / TRIALS;
        even += evens / TRIALS;
        even_square += evens * evens / TRIALS;
    }
    assert_true(fabs(low - HALF / 2.0) < 5 * sqrt(expected / TRIALS));
    assert_true(fabs(even - HALF / 2.0) < 5 * sqrt(expected / TRIALS));
    assert_close(low_square - low * low, expected, 0.05);
    assert_close(even_square - even * even, expected, 0.05);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_element_comes_exactly_once),
        cmocka_unit_test(a_stretch_equals_the_same_part_of_the_whole),
        cmocka_unit_test(the_largest_size_stays_inside),
        cmocka_unit_test(elements_and_neighbours_are_equally_likely_everywhere),
        cmocka_unit_test(the_spread_of_a_batch_is_that_of_drawing_without_replacement),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
