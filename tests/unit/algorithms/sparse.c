/* SPDX-License-Identifier: MIT
 * sparse.c -- the kernels of algorithms/math/sparse.h against their plain twins. */
#include "algorithms/math/sparse.h"

#include "tests/unit/algorithms/naive.h"

static void outputs_equal_their_twin(void **state)
{
    static float z[10 * BLOCK_ROWS];

    (void)state;
    for (int32_t K = 2; K <= 10; K++)
        for (int listed = 0; listed < 2; listed++) {
            struct sample sample = sample_new((uint64_t)K, 200, 40, K, 0.2);
            struct rows rows = sample_rows(&sample, listed, 20, 150);
            struct rng rng = rng_at(rng_stream(1, "w"), 0, 0);
            float *w = naive_floats(&rng, 41 * K, 1);
            double *wide = naive_doubles(w, 41 * K);

            sparse_dot(&rows, 10, 130, w, w + 40 * K, K, z);
            for (int32_t k = 0; k < K; k++)
                for (int64_t i = 0; i < 130; i++) {
                    double expected =
                        naive_output(&sample.matrix, rows_at(rows, 10 + i), wide, k);

                    assert_true(fabs(z[k * BLOCK_ROWS + i] - expected) < 1e-5);
                }
            free(w);
            free(wide);
            sample_done(&sample);
        }
}

static void sums_of_rows_equal_their_twin(void **state)
{
    (void)state;
    for (int32_t K = 2; K <= 10; K++)
        for (int listed = 0; listed < 2; listed++) {
            struct sample sample = sample_new((uint64_t)K, 200, 40, K, 0.2);
            struct rows rows = sample_rows(&sample, listed, 20, 150);
            struct rng rng = rng_at(rng_stream(2, "z"), 0, 0);
            float *z = naive_floats(&rng, (int64_t)K * BLOCK_ROWS, 1);
            float *target = calloc((size_t)(40 * K), sizeof *target);
            double *expected = calloc((size_t)(40 * K), sizeof *expected);

            sparse_add_rows(&rows, 10, 130, z, -0.5f, K, target);
            for (int32_t d = 0; d < 40; d++)
                for (int32_t k = 0; k < K; k++)
                    for (int64_t i = 0; i < 130; i++)
                        expected[d * K + k] +=
                            -0.5 * z[k * BLOCK_ROWS + i] *
                            naive_x(&sample.matrix, rows_at(rows, 10 + i), d);
            assert_all_close(target, expected, 40 * K, 1e-5);
            free(z);
            free(target);
            free(expected);
            sample_done(&sample);
        }
}

static void non_zeros_of_listed_rows_are_counted(void **state)
{
    struct sample sample = sample_new(3, 100, 30, 2, 0.3);
    struct rows rows = sample_rows(&sample, true, 5, 50);
    int64_t expected = 0;

    (void)state;
    for (int64_t i = 0; i < 50; i++)
        for (int32_t d = 0; d < 30; d++)
            expected += naive_x(&sample.matrix, rows_at(rows, i), d) != 0;
    assert_int_equal(rows_nonzeros(rows), expected);
    sample_done(&sample);
}

static void every_number_of_a_dense_row_counts(void **state)
{
    struct sample sample = sample_new(3, 100, 30, 2, 1);

    (void)state;
    assert_int_equal(rows_nonzeros(sample_rows(&sample, true, 5, 50)), 50 * 30);
    sample_done(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outputs_equal_their_twin),
        cmocka_unit_test(sums_of_rows_equal_their_twin),
        cmocka_unit_test(non_zeros_of_listed_rows_are_counted),
        cmocka_unit_test(every_number_of_a_dense_row_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
