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

static float *room_new(int32_t length)
{
    return aligned_alloc(64, BLOCK_ROWS * sizeof(float) * (size_t)dense_stride(length));
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
    float *u = naive_floats(&rng, D, 1), *packed = packed_new(D), *room = room_new(D);
    struct dense_block block = dense_block(&rows, 0, rows.count, room);
    float out[BLOCK_ROWS];
    double expected[BLOCK_ROWS] = {0};

    for (int32_t d = 0; d < D; d++)
        packed[dense_packed_at(D, d)] = u[d];
    dense_dot(&block, packed, 0.25f, out);
    for (int64_t i = 0; i < rows.count; i++) {
        expected[i] = 0.25;
        for (int32_t d = 0; d < D; d++)
            expected[i] += (double)u[d] * naive_x(&sample->matrix, rows_at(rows, i), d);
    }
    for (int64_t i = 0; i < rows.count; i++)
        assert_true(fabs(out[i] - expected[i]) < 1e-6 * (1 + sqrt(D)));
    free(u);
    free(room);
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
    float *sum = calloc((size_t)D, sizeof *sum), *room = room_new(D);
    struct dense_block block = dense_block(&rows, 0, rows.count, room);
    double *expected = calloc((size_t)D, sizeof *expected);

    dense_add_rows(&block, r, packed);
    for (int32_t d = 0; d < D; d++) {
        sum[d] = packed[dense_packed_at(D, d)];
        for (int64_t i = 0; i < rows.count; i++)
            expected[d] += (double)r[i] * naive_x(&sample->matrix, rows_at(rows, i), d);
    }
    assert_all_close(sum, expected, D, 1e-5);
    free(r);
    free(room);
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

static void contiguous_rows_are_read_where_they_are(void **state)
{
    struct sample sample = sample_new(1, 20, 9, 2, 1);
    struct rows rows = sample_rows(&sample, false, 3, 10);
    struct dense_block block = dense_block(&rows, 2, 4, NULL);

    (void)state;
    assert_ptr_equal(block.x, sample.x + 5 * 9);
    assert_int_equal(block.stride, 9);
    assert_int_equal(block.count, 4);
    assert_int_equal(block.more, 4);
    sample_done(&sample);
}

static void listed_rows_are_copied_in_order(void **state)
{
    (void)state;
    for (size_t f = 0; f < sizeof features / sizeof *features; f++) {
        struct sample sample = sample_new(1, 20, features[f], 2, 1);
        struct rows rows = sample_rows(&sample, true, 3, 10);
        float *room = room_new(features[f]);
        struct dense_block block = dense_block(&rows, 2, 4, room);

        assert_ptr_equal(block.x, room);
        assert_int_equal(block.more, 0);
        for (int i = 0; i < 4; i++)
            assert_memory_equal(block.x + i * block.stride,
                                sample.x + (int64_t)features[f] * sample.index[5 + i],
                                sizeof(float) * (size_t)features[f]);
        free(room);
        sample_done(&sample);
    }
}

static void short_rows_are_copied_and_followed_by_zeros(void **state)
{
    struct sample sample = sample_new(1, 20, 3, 2, 1);
    struct rows rows = sample_rows(&sample, false, 3, 10);
    float *room = room_new(3);
    struct dense_block block = dense_block(&rows, 2, 4, room);

    (void)state;
    assert_int_equal(block.stride, 8);
    for (int i = 0; i < 4; i++) {
        assert_memory_equal(block.x + 8 * i, sample.x + (5 + i) * 3, 3 * sizeof *room);
        for (int d = 3; d < 8; d++)
            assert_true(block.x[8 * i + d] == 0);
    }
    free(room);
    sample_done(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dot_products_equal_their_twin),
        cmocka_unit_test(sums_of_rows_equal_their_twin),
        cmocka_unit_test(flushing_adds_to_the_total_and_clears_the_part),
        cmocka_unit_test(contiguous_rows_are_read_where_they_are),
        cmocka_unit_test(listed_rows_are_copied_in_order),
        cmocka_unit_test(short_rows_are_copied_and_followed_by_zeros),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
