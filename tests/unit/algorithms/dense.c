/* SPDX-License-Identifier: MIT
 * dense.c -- the kernels of algorithms/math/dense.h against their plain twins. */
#include "algorithms/math/dense.h"

#include "tests/unit/algorithms/naive.h"

static const int32_t features[] = {1, 3, 7, 8, 9, 15, 16, 17, 28, 31, 64, 100, 784};
static const int64_t counts[] = {1, 7, 8, 9, 100, 256};

/* Calls check for every number of features and rows, as they lie and listed. */
static void on_all_shapes(void (*check)(const struct sample *sample, struct rows rows))
{
    for (size_t f = 0; f < sizeof features / sizeof *features; f++) {
        struct sample sample = sample_new(f, 300, features[f], 2, 1);

        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
            for (int listed = 0; listed < 2; listed++)
                check(&sample, sample_rows(&sample, listed, 30, counts[c]));
        sample_done(&sample);
    }
}

static float *packed_new(int32_t length)
{
    float *packed = aligned_alloc(64, 64 + (size_t)dense_packed_floats(length) * 64);

    memset(packed, 0, (size_t)dense_packed_floats(length) * sizeof *packed);
    return packed;
}

static void check_dot(const struct sample *sample, struct rows rows)
{
    int32_t D = sample->matrix.features;
    struct rng rng = rng_at(rng_stream(5, "dense"), (uint32_t)D, 0);
    float *u = naive_floats(&rng, D, 1), *packed = packed_new(D);
    float out[BLOCK_ROWS];
    double expected[BLOCK_ROWS] = {0};

    for (int32_t d = 0; d < D; d++)
        packed[dense_packed_at(D, d)] = u[d];
    dense_dot(&rows, 0, rows.count, packed, 0.25f, out);
    for (int64_t i = 0; i < rows.count; i++) {
        expected[i] = 0.25;
        for (int32_t d = 0; d < D; d++)
            expected[i] += (double)u[d] * naive_x(&sample->matrix, rows_at(rows, i), d);
    }
    for (int64_t i = 0; i < rows.count; i++)
        assert_true(fabs(out[i] - expected[i]) < 1e-6 * (1 + sqrt(D)));
    free(u);
    free(packed);
}

static void dot_products_equal_their_twin(void **state)
{
    (void)state;
    on_all_shapes(check_dot);
}

static void check_add(const struct sample *sample, struct rows rows)
{
    int32_t D = sample->matrix.features;
    struct rng rng = rng_at(rng_stream(6, "dense"), (uint32_t)D, 0);
    float *r = naive_floats(&rng, BLOCK_ROWS, 1), *packed = packed_new(D);
    float *sum = calloc((size_t)D, sizeof *sum);
    double *expected = calloc((size_t)D, sizeof *expected);

    for (int64_t i = rows.count; i < BLOCK_ROWS; i++)
        r[i] = 0;
    dense_add_rows(&rows, 0, rows.count, r, packed);
    for (int32_t d = 0; d < D; d++) {
        sum[d] = packed[dense_packed_at(D, d)];
        for (int64_t i = 0; i < rows.count; i++)
            expected[d] += (double)r[i] * naive_x(&sample->matrix, rows_at(rows, i), d);
    }
    assert_all_close(sum, expected, D, 1e-5);
    free(r);
    free(packed);
    free(sum);
    free(expected);
}

static void sums_of_rows_equal_their_twin(void **state)
{
    (void)state;
    on_all_shapes(check_add);
}

static void flushing_adds_to_the_total_and_clears_the_part(void **state)
{
    float part[16] __attribute__((aligned(32)));
    double total[16] __attribute__((aligned(32)));

    (void)state;
    for (int i = 0; i < 16; i++) {
        part[i] = (float)i;
        total[i] = 100;
    }
    dense_flush(16, part, total);
    for (int i = 0; i < 16; i++) {
        assert_true(total[i] == 100 + i);
        assert_true(part[i] == 0);
    }
}

static void gathering_leaves_contiguous_rows_where_they_are(void **state)
{
    struct sample sample = sample_new(1, 20, 5, 2, 1);
    struct rows rows = sample_rows(&sample, false, 3, 10);

    (void)state;
    assert_ptr_equal(dense_gather(&rows, 2, 4, NULL), sample.x + 5 * 5);
    sample_done(&sample);
}

static void gathering_copies_listed_rows_in_order(void **state)
{
    struct sample sample = sample_new(1, 20, 5, 2, 1);
    struct rows rows = sample_rows(&sample, true, 3, 10);
    float room[20];

    (void)state;
    assert_ptr_equal(dense_gather(&rows, 2, 4, room), room);
    for (int i = 0; i < 4; i++)
        assert_memory_equal(room + 5 * i, sample.x + 5 * sample.index[5 + i], 5 * sizeof *room);
    sample_done(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dot_products_equal_their_twin),
        cmocka_unit_test(sums_of_rows_equal_their_twin),
        cmocka_unit_test(flushing_adds_to_the_total_and_clears_the_part),
        cmocka_unit_test(gathering_leaves_contiguous_rows_where_they_are),
        cmocka_unit_test(gathering_copies_listed_rows_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
