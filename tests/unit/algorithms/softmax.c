/* SPDX-License-Identifier: MIT
 * softmax.c -- vector exponential, logarithm and softmax against libm and plain twins. */
#include "algorithms/math/softmax.h"

#include "algorithms/math/vector.h"
#include "tests/unit/algorithms/naive.h"

static void the_vector_exponential_is_exact_to_two_units_in_the_last_place(void **state)
{
    (void)state;
    for (double at = -87; at <= 0; at += 0.00137) {
        vector x = (vector){0} + (float)at;
        double expected = exp((double)(float)at);

        vector_exp_negative(&x);
        if (fabs(x[3] - expected) > 2 * (nextafterf((float)expected, 2) - (float)expected)) {
            print_error("exp(%g) = %g, expected %g\n", at, (double)x[3], expected);
            fail();
        }
    }
}

static void the_vector_exponential_is_1_at_0_and_0_far_below_and_keeps_NaN(void **state)
{
    vector x = {0, -0.0f, -88, -1e30f, -INFINITY, NAN, -87, -1e-10f};

    (void)state;
    vector_exp_negative(&x);
    assert_true(x[0] == 1 && x[1] == 1);
    assert_true(x[2] == 0 && x[3] == 0 && x[4] == 0);
    assert_true(isnan(x[5]));
    assert_close(x[6], exp(-87), 1e-6);
    assert_true(x[7] == 1);
}

static void the_vector_log1p_has_small_relative_error_everywhere(void **state)
{
    (void)state;
    for (double at = 1e-30; at < 1e6; at *= 1.00173) {
        vector x = (vector){0} + (float)at;

        vector_log1p(&x);
        assert_close(x[5], log1p((double)(float)at), 4e-7);
    }
}

static void the_vector_log1p_keeps_0_infinity_and_NaN(void **state)
{
    vector x = {0, INFINITY, NAN, 1, 2, 3, 4, 5};

    (void)state;
    vector_log1p(&x);
    assert_true(x[0] == 0);
    assert_true(isinf(x[1]) && isnan(x[2]));
    assert_close(x[3], log(2), 2e-7);
}

struct block {
    float z[64 * BLOCK_ROWS] __attribute__((aligned(32)));
    int32_t label[BLOCK_ROWS];
};

static void block_fill(struct block *block, uint32_t seed, int32_t classes, double size)
{
    struct rng rng = rng_at(rng_stream(seed, "block"), (uint32_t)classes, 0);

    for (int64_t i = 0; i < (int64_t)classes * BLOCK_ROWS; i++)
        block->z[i] = (float)((2 * rng_uniform(&rng) - 1) * size);
    for (int i = 0; i < BLOCK_ROWS; i++)
        block->label[i] = (int32_t)rng_below(&rng, (uint64_t)classes);
}

static void row_of(const struct block *block, int32_t classes, int64_t row, double *z)
{
    for (int32_t k = 0; k < classes; k++)
        z[k] = block->z[(int64_t)k * BLOCK_ROWS + row];
}

static void residuals_equal_their_twin(void **state)
{
    static struct block block, given;

    (void)state;
    for (int32_t K = 2; K <= 12; K++)
        for (int64_t count = 1; count <= BLOCK_ROWS; count = count * 3 + 1) {
            double sum[64] = {0}, expected_sum[64] = {0};

            block_fill(&block, (uint32_t)count, K, 20);
            given = block;
            softmax_residuals(block.z, K, count, block.label, sum);
            for (int64_t i = 0; i < count; i++) {
                double z[64];

                row_of(&given, K, i, z);
                for (int32_t k = 0; k < K; k++) {
                    double expected =
                        exp(z[k] - naive_log_sum_exp(z, K)) - (block.label[i] == k);

                    assert_true(fabs(block.z[k * BLOCK_ROWS + i] - expected) < 5e-7);
                    expected_sum[k] += expected;
                }
            }
            for (int32_t k = 0; k < K; k++)
                assert_true(fabs(sum[k] - expected_sum[k]) < 1e-5);
        }
}

static void residuals_behind_the_last_row_are_zero(void **state)
{
    static struct block block;
    double sum[64] = {0};

    (void)state;
    block_fill(&block, 1, 3, 5);
    softmax_residuals(block.z, 3, 13, block.label, sum);
    for (int k = 0; k < 3; k++)
        for (int i = 13; i < 16; i++)
            assert_true(block.z[k * BLOCK_ROWS + i] == 0);
}

static void losses_and_hits_equal_their_twin(void **state)
{
    static struct block block;

    (void)state;
    for (int32_t K = 2; K <= 12; K++)
        for (int64_t count = 1; count <= BLOCK_ROWS; count = count * 3 + 1) {
            double loss = 0, expected = 0;
            int64_t correct = 0, expected_correct = 0;

            block_fill(&block, (uint32_t)count, K, 10);
            softmax_score(block.z, K, count, block.label, &loss, &correct);
            for (int64_t i = 0; i < count; i++) {
                int32_t best = 0;
                double z[64];

                row_of(&block, K, i, z);
                expected += naive_log_sum_exp(z, K) - z[block.label[i]];
                for (int32_t k = 1; k < K; k++)
                    if (z[k] > z[best])
                        best = k;
                expected_correct += best == block.label[i];
            }
            assert_close(loss, expected, 1e-6);
            assert_int_equal(correct, expected_correct);
        }
}

static void a_tiny_loss_is_not_rounded_away(void **state)
{
    static struct block block;
    double loss = 0;
    int64_t correct = 0;

    (void)state;
    block.z[0] = 30;
    block.z[BLOCK_ROWS] = 0;
    block.label[0] = 0;
    softmax_score(block.z, 2, 1, block.label, &loss, &correct);
    assert_close(loss, log1p(exp(-30)), 1e-6);
}

static void of_equal_outputs_the_first_class_is_the_prediction(void **state)
{
    static struct block block;
    double loss = 0;
    int64_t correct = 0;

    (void)state;
    memset(&block, 0, sizeof block);
    block.label[1] = 2;
    softmax_score(block.z, 3, 2, block.label, &loss, &correct);
    assert_int_equal(correct, 1);
    assert_close(loss, 2 * log(3), 1e-6);
}

static void an_output_that_is_no_number_gives_a_loss_that_is_none_and_no_hit(void **state)
{
    static struct block block;
    double loss = 0;
    int64_t correct = 0;

    (void)state;
    memset(&block, 0, sizeof block);
    block.z[0] = NAN;
    softmax_score(block.z, 2, 1, block.label, &loss, &correct);
    assert_true(isnan(loss));
    assert_int_equal(correct, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vector_exponential_is_exact_to_two_units_in_the_last_place),
        cmocka_unit_test(the_vector_exponential_is_1_at_0_and_0_far_below_and_keeps_NaN),
        cmocka_unit_test(the_vector_log1p_has_small_relative_error_everywhere),
        cmocka_unit_test(the_vector_log1p_keeps_0_infinity_and_NaN),
        cmocka_unit_test(residuals_equal_their_twin),
        cmocka_unit_test(residuals_behind_the_last_row_are_zero),
        cmocka_unit_test(losses_and_hits_equal_their_twin),
        cmocka_unit_test(a_tiny_loss_is_not_rounded_away),
        cmocka_unit_test(of_equal_outputs_the_first_class_is_the_prediction),
        cmocka_unit_test(an_output_that_is_no_number_gives_a_loss_that_is_none_and_no_hit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
