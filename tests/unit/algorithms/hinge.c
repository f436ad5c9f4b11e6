/* SPDX-License-Identifier: MIT
 * hinge.c -- the kernels of algorithms/math/hinge.h against their plain twins. */
#include "algorithms/math/hinge.h"

#include "tests/unit/algorithms/naive.h"

static float z[2 * BLOCK_ROWS] __attribute__((aligned(32)));
static int32_t label[BLOCK_ROWS];

static void fill(uint64_t seed, double size)
{
    struct rng rng = rng_at(rng_stream(seed, "hinge"), 0, 0);

    for (int i = 0; i < 2 * BLOCK_ROWS; i++)
        z[i] = (float)((2 * rng_uniform(&rng) - 1) * size);
    for (int i = 0; i < BLOCK_ROWS; i++)
        label[i] = (int32_t)rng_below(&rng, 2);
}

static double margin_of(int i)
{
    double d = (double)(z[BLOCK_ROWS + i] - z[i]);

    return 1 - (label[i] ? d : -d);
}

static void residuals_equal_their_twin(void **state)
{
    (void)state;
    for (int count = 1; count <= BLOCK_ROWS; count += count < 20 ? 1 : 59) {
        double sum[2] = {3, 5}, expected[BLOCK_ROWS], total = 0;

        fill((uint64_t)count, 2);
        for (int i = 0; i < count; i++) {
            expected[i] = margin_of(i) > 0 ? (label[i] ? -1 : 1) : 0;
            total += expected[i];
        }
        hinge_residuals(z, 2, count, label, sum);
        for (int i = 0; i < count; i++) {
            assert_true(z[BLOCK_ROWS + i] == expected[i]);
            assert_true(z[i] == -expected[i]);
        }
        for (int i = count; i % 8; i++)
            assert_true(z[i] == 0 && z[BLOCK_ROWS + i] == 0);
        assert_true(sum[0] == 3 - total && sum[1] == 5 + total);
    }
}

static void losses_and_hits_equal_their_twin(void **state)
{
    (void)state;
    for (int count = 1; count <= BLOCK_ROWS; count += count < 20 ? 1 : 59) {
        double loss = 7, expected = 7;
        int64_t correct = 2, hits = 2;

        fill((uint64_t)count, 3);
        for (int i = 0; i < count; i++) {
            expected += fmax(0, margin_of(i));
            hits += (z[BLOCK_ROWS + i] > z[i]) == label[i];
        }
        hinge_score(z, 2, count, label, &loss, &correct);
        assert_close(loss, expected, 1e-6);
        assert_int_equal(correct, hits);
    }
}

static void on_the_kink_there_is_neither_loss_nor_slope(void **state)
{
    double sum[2] = {0, 0}, loss = 0;
    int64_t correct = 0;

    (void)state;
    z[0] = 1, z[BLOCK_ROWS] = 2, label[0] = 1;
    z[1] = 2, z[BLOCK_ROWS + 1] = 1, label[1] = 0;
    hinge_score(z, 2, 2, label, &loss, &correct);
    hinge_residuals(z, 2, 2, label, sum);
    assert_true(loss == 0 && correct == 2);
    assert_true(z[0] == 0 && z[1] == 0 && sum[0] == 0 && sum[1] == 0);
}

static void a_tie_goes_to_the_first_class(void **state)
{
    double loss = 0;
    int64_t correct = 0;

    (void)state;
    z[0] = z[BLOCK_ROWS] = 0.5f, label[0] = 0;
    z[1] = z[BLOCK_ROWS + 1] = 0.5f, label[1] = 1;
    hinge_score(z, 2, 2, label, &loss, &correct);
    assert_true(loss == 2 && correct == 1);
}

static void what_is_no_number_stays_visible(void **state)
{
    double loss = 0;
    int64_t correct = 0;

    (void)state;
    z[0] = 0, z[BLOCK_ROWS] = NAN, label[0] = 1;
    hinge_score(z, 2, 1, label, &loss, &correct);
    assert_true(isnan(loss) && correct == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(residuals_equal_their_twin),
        cmocka_unit_test(losses_and_hits_equal_their_twin),
        cmocka_unit_test(on_the_kink_there_is_neither_loss_nor_slope),
        cmocka_unit_test(a_tie_goes_to_the_first_class),
        cmocka_unit_test(what_is_no_number_stays_visible),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
