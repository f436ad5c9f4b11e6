/* SPDX-License-Identifier: MIT
 * nearest.c -- the kernels of algorithms/math/nearest.h against their plain twins. */
#include "algorithms/math/nearest.h"

#include "tests/unit/algorithms/naive.h"

struct fixture {
    struct sample sample;
    struct rows rows;
    int32_t D, K;
    float *point; /* [D][K] */
    float *room, *packed, *lanes, *half, *score;
    int32_t nearest[BLOCK_ROWS];
};

static float *floats(int64_t count)
{
    return aligned_alloc(64, ((size_t)count * sizeof(float) + 127) / 64 * 64);
}

static void set_up(struct fixture *f, int32_t features, int32_t points, double density,
                   bool listed)
{
    struct rng rng = rng_at(rng_stream((uint64_t)(features * 1000 + points), "points"), 0, 0);

    f->sample = sample_new((uint64_t)features, 300, features, 2, density);
    f->rows = sample_rows(&f->sample, listed, 10, 270);
    f->D = features;
    f->K = points;
    f->point = naive_floats(&rng, (int64_t)features * points, 2);
    f->room = floats(BLOCK_ROWS * dense_stride(features));
    f->packed = floats(nearest_packed_floats(features, points));
    f->lanes = floats(nearest_lanes_floats(features));
    f->half = floats(points);
    f->score = floats(points);
}

static void tear_down(struct fixture *f)
{
    free(f->point);
    free(f->room);
    free(f->packed);
    free(f->lanes);
    free(f->half);
    free(f->score);
    sample_done(&f->sample);
}

static double apart(const struct fixture *f, int64_t position, int32_t point)
{
    int64_t row = rows_at(f->rows, position);
    double sum = 0;

    for (int32_t d = 0; d < f->D; d++)
        sum += pow(naive_x(&f->sample.matrix, row, d) - f->point[d * f->K + point], 2);
    return sum;
}

/* Nearest, and no other as near to rounding: what a twin in double can tell. */
static void assert_nearest(const struct fixture *f, int64_t from, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        double own = apart(f, from + i, f->nearest[i]);

        assert_true(f->nearest[i] >= 0 && f->nearest[i] < f->K);
        for (int32_t j = 0; j < f->K; j++)
            if (own > apart(f, from + i, j) + 1e-5 * (1 + own))
                fail_msg("D %d, K %d: point %d, but %d is nearer", f->D, f->K, f->nearest[i],
                         j);
    }
}

static void on_shapes(double density, void (*check)(struct fixture *f, int64_t count))
{
    static const int32_t features[] = {1, 3, 8, 9, 11, 28, 61, 700};
    static const int32_t points[] = {1, 2, 5, 6, 10, 37};
    static const int64_t counts[] = {1, 16, 21, BLOCK_ROWS};

    for (size_t d = 0; d < 8; d++)
        for (size_t k = 0; k < 6; k++)
            for (int listed = 0; listed < 2; listed++)
                for (size_t n = 0; n < 4; n++) {
                    struct fixture f;

                    set_up(&f, features[d], points[k], density, listed);
                    check(&f, counts[n]);
                    tear_down(&f);
                }
}

static struct dense_block find(struct fixture *f, int64_t count)
{
    struct dense_block block = dense_block(&f->rows, 7, count, f->room);

    nearest_pack(f->point, f->D, f->K, f->packed);
    nearest_find(&block, f->packed, f->K, f->lanes, f->nearest);
    return block;
}

static void find_sparse(struct fixture *f, int64_t count)
{
    nearest_halves(f->point, f->D, f->K, f->half);
    nearest_find_sparse(&f->rows, 7, count, f->point, f->half, f->K, f->score, f->nearest);
}

static void check_dense(struct fixture *f, int64_t count)
{
    find(f, count);
    assert_nearest(f, 7, count);
}

static void check_sparse(struct fixture *f, int64_t count)
{
    find_sparse(f, count);
    assert_nearest(f, 7, count);
}

static void the_nearest_point_is_found(void **state)
{
    (void)state;
    on_shapes(1, check_dense);
}

static void the_nearest_point_of_sparse_rows_is_found(void **state)
{
    (void)state;
    on_shapes(0.3, check_sparse);
}

static void of_equal_points_the_first_is_nearest(void **state)
{
    (void)state;
    for (int sparse = 0; sparse < 2; sparse++) {
        struct fixture f;

        set_up(&f, 28, 12, sparse ? 0.3 : 1, false);
        for (int32_t d = 0; d < 28; d++)
            for (int32_t j = 0; j < 12; j++)
                f.point[d * 12 + j] = 0.25f * (float)(j % 3);
        if (sparse)
            find_sparse(&f, 200);
        else
            find(&f, 200);
        for (int i = 0; i < 200; i++)
            assert_true(f.nearest[i] < 3);
        tear_down(&f);
    }
}

static void check_sums(struct fixture *f, int64_t count)
{
    int64_t packed = dense_packed_floats(f->D);
    struct dense_block block = find(f, count);
    double *sum = aligned_alloc(64, (size_t)(f->K * packed) * sizeof *sum);

    for (int64_t i = 0; i < f->K * packed; i++)
        sum[i] = 1;
    nearest_add(&block, f->nearest, sum);
    for (int32_t j = 0; j < f->K; j++)
        for (int32_t d = 0; d < f->D; d++) {
            double expected = 1;

            for (int64_t i = 0; i < count; i++)
                if (f->nearest[i] == j)
                    expected += naive_x(&f->sample.matrix, rows_at(f->rows, 7 + i), d);
            assert_true(fabs(sum[j * packed + dense_packed_at(f->D, d)] - expected) < 1e-9);
        }
    free(sum);
}

static void rows_are_added_to_their_points(void **state)
{
    (void)state;
    on_shapes(1, check_sums);
}

static void check_sparse_sums(struct fixture *f, int64_t count)
{
    double *sum = calloc((size_t)(f->K * f->D), sizeof *sum);

    find_sparse(f, count);
    nearest_add_sparse(&f->rows, 7, count, f->nearest, f->K, sum);
    for (int32_t j = 0; j < f->K; j++)
        for (int32_t d = 0; d < f->D; d++) {
            double expected = 0;

            for (int64_t i = 0; i < count; i++)
                if (f->nearest[i] == j)
                    expected += naive_x(&f->sample.matrix, rows_at(f->rows, 7 + i), d);
            assert_true(fabs(sum[d * f->K + j] - expected) < 1e-9);
        }
    free(sum);
}

static void sparse_rows_are_added_to_their_points(void **state)
{
    (void)state;
    on_shapes(0.3, check_sparse_sums);
}

static double expected_distance(const struct fixture *f, int64_t count)
{
    double sum = 0;

    for (int64_t i = 0; i < count; i++)
        sum += apart(f, 7 + i, f->nearest[i]);
    return sum;
}

static void check_distance(struct fixture *f, int64_t count)
{
    float *by_point = floats((int64_t)f->K * f->D);
    struct dense_block block = find(f, count);

    for (int32_t j = 0; j < f->K; j++)
        for (int32_t d = 0; d < f->D; d++)
            by_point[j * f->D + d] = f->point[d * f->K + j];
    assert_close(nearest_distance(&block, by_point, f->D, f->nearest),
                 expected_distance(f, count), 1e-6);
    free(by_point);
}

static void distances_are_summed(void **state)
{
    (void)state;
    on_shapes(1, check_distance);
}

static void check_sparse_distance(struct fixture *f, int64_t count)
{
    double *square = calloc((size_t)f->K, sizeof *square);

    find_sparse(f, count);
    for (int32_t d = 0; d < f->D; d++)
        for (int32_t j = 0; j < f->K; j++)
            square[j] += pow(f->point[d * f->K + j], 2);
    assert_close(
        nearest_distance_sparse(&f->rows, 7, count, f->point, square, f->K, f->nearest),
        expected_distance(f, count), 1e-9);
    free(square);
}

static void distances_of_sparse_rows_are_summed(void **state)
{
    (void)state;
    on_shapes(0.3, check_sparse_distance);
}

/* Rows far from a multiple of the lanes, larger than a block: nothing is written behind them.
 */
static void nothing_is_written_behind_the_last_row(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 28, 10, 1, false);
    for (int64_t count = 1; count < 40; count++) {
        f.nearest[count] = -7;
        find(&f, count);
        assert_int_equal(f.nearest[count], -7);
    }
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_point_is_found),
        cmocka_unit_test(the_nearest_point_of_sparse_rows_is_found),
        cmocka_unit_test(of_equal_points_the_first_is_nearest),
        cmocka_unit_test(rows_are_added_to_their_points),
        cmocka_unit_test(sparse_rows_are_added_to_their_points),
        cmocka_unit_test(distances_are_summed),
        cmocka_unit_test(distances_of_sparse_rows_are_summed),
        cmocka_unit_test(nothing_is_written_behind_the_last_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
