/* SPDX-License-Identifier: MIT
 * linear.c -- see linear.h. */
#include "algorithms/model/linear.h"

#include <string.h>

#include "algorithms/math/blas.h"
#include "algorithms/math/dense.h"
#include "algorithms/math/sparse.h"
#include "algorithms/math/vector.h"
#include "algorithms/model/carve.h"

/* A block of long rows should stay in a second-level cache: 1 MiB. */
enum { BLOCK_FLOATS = 262144 };

static enum linear_way way_of(const struct model *model)
{
    if (model->sparse)
        return LINEAR_SPARSE;
    return model->classes == 2 ? LINEAR_PAIR : LINEAR_BLAS;
}

static int64_t block_rows_of(const struct model *model)
{
    int64_t rows = BLOCK_ROWS;

    if (!model->sparse && model->features > BLOCK_FLOATS / BLOCK_ROWS)
        rows = BLOCK_FLOATS / model->features / LANES * LANES;
    return rows < LANES ? LANES : rows;
}

static int64_t sums_of(const struct model *model)
{
    switch (way_of(model)) {
    case LINEAR_SPARSE:
        return 0;
    case LINEAR_PAIR:
        return dense_packed_floats(model->features);
    case LINEAR_BLAS:
        break;
    }
    return dense_packed_floats(model->features) * model->classes;
}

static int64_t place(struct linear *linear, const struct model *model, int64_t rows,
                     float *scratch)
{
    struct carver carver = {.base = scratch};
    int64_t block_floats = (int64_t)model->classes * BLOCK_ROWS;
    int64_t blocks = (rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
    enum linear_way way = way_of(model);
    const int64_t doubles = sizeof(double) / sizeof(float);

    linear->z = carve(&carver, block_floats);
    linear->bias = carve(&carver, doubles * model->classes);
    linear->total = carve(&carver, doubles * sums_of(model));
    linear->part = carve(&carver, sums_of(model));
    linear->packed = carve(&carver, way == LINEAR_PAIR ? sums_of(model) : 0);
    linear->gathered = carve(
        &carver, way == LINEAR_SPARSE ? 0 : linear->block_rows * dense_stride(model->features));
    linear->gradient = carve(&carver, way == LINEAR_SPARSE ? 0 : model->parameters);
    linear->kept = carve(&carver, way == LINEAR_SPARSE ? blocks * block_floats : 0);
    return carver.used;
}

int64_t linear_scratch_floats(const struct model *model, int64_t rows)
{
    struct linear linear = {.block_rows = block_rows_of(model)};

    return place(&linear, model, rows, NULL);
}

/* Then BLAS leaves all sums in part, and total is not needed. */
static bool in_one_block(const struct linear *linear)
{
    return linear->rows.count <= linear->block_rows;
}

void linear_begin(struct linear *linear, const struct model *model, const float *w,
                  struct rows rows, float *scratch)
{
    int64_t sums = sums_of(model);

    linear->rows = rows;
    linear->w = w;
    linear->features = model->features;
    linear->classes = model->classes;
    linear->way = way_of(model);
    linear->block_rows = block_rows_of(model);
    place(linear, model, rows.count, scratch);
    memset(linear->bias, 0, sizeof(double) * (size_t)model->classes);
    if (linear->way != LINEAR_BLAS || !in_one_block(linear)) {
        memset(linear->total, 0, sizeof(double) * (size_t)sums);
        memset(linear->part, 0, sizeof(float) * (size_t)sums);
    }
    memset(linear->label, 0, sizeof linear->label);
    if (linear->way != LINEAR_PAIR)
        return;
    memset(linear->packed, 0, sizeof(float) * (size_t)sums);
    for (int32_t d = 0; d < model->features; d++)
        linear->packed[dense_packed_at(model->features, d)] = w[2 * d + 1] - w[2 * d];
}

int64_t linear_block(const struct linear *linear, int64_t from)
{
    int64_t left = linear->rows.count - from;

    return left < linear->block_rows ? left : linear->block_rows;
}

static void outputs_by_blas(struct linear *linear, const float *bias)
{
    for (int32_t k = 0; k < linear->classes; k++)
        for (int64_t i = 0; i < BLOCK_ROWS; i++)
            linear->z[(int64_t)k * BLOCK_ROWS + i] = bias[k];
    math_product(&(struct product){.transpose_a = true,
                                   .transpose_b = true,
                                   .m = linear->classes,
                                   .n = linear->block.count,
                                   .k = linear->features,
                                   .alpha = 1,
                                   .a = linear->w,
                                   .lda = linear->classes,
                                   .b = linear->block.x,
                                   .ldb = linear->block.stride,
                                   .beta = 1,
                                   .c = linear->z,
                                   .ldc = BLOCK_ROWS});
}

void linear_outputs(struct linear *linear, int64_t from, int64_t count)
{
    const struct matrix *matrix = linear->rows.matrix;
    const float *bias = linear->w + (int64_t)linear->features * linear->classes;

    if (linear->way != LINEAR_SPARSE)
        linear->block = dense_block(&linear->rows, from, count, linear->gathered);
    switch (linear->way) {
    case LINEAR_SPARSE:
        sparse_dot(&linear->rows, from, count, linear->w, bias, linear->classes, linear->z);
        break;
    case LINEAR_PAIR:
        memset(linear->z, 0, sizeof(float) * BLOCK_ROWS);
        dense_dot(&linear->block, linear->packed, bias[1] - bias[0], linear->z + BLOCK_ROWS);
        break;
    case LINEAR_BLAS:
        outputs_by_blas(linear, bias);
        break;
    }
    if (!linear->rows.index)
        memcpy(linear->label, matrix->y + linear->rows.first + from,
               sizeof *linear->label * (size_t)count);
    else
        for (int64_t i = 0; i < count; i++)
            linear->label[i] = matrix->y[linear->rows.index[from + i]];
}

void linear_collect(struct linear *linear)
{
    if (linear->way == LINEAR_PAIR) {
        dense_add_rows(&linear->block, linear->z + BLOCK_ROWS, linear->part);
        dense_flush(dense_packed_floats(linear->features), linear->part, linear->total);
        return;
    }
    /* part[d][k] = sum_i x[i][d] z[k][i] */
    math_product(&(struct product){.transpose_a = true,
                                   .transpose_b = true,
                                   .m = linear->features,
                                   .n = linear->classes,
                                   .k = linear->block.count,
                                   .alpha = 1,
                                   .a = linear->block.x,
                                   .lda = linear->block.stride,
                                   .b = linear->z,
                                   .ldb = BLOCK_ROWS,
                                   .beta = 0,
                                   .c = linear->part,
                                   .ldc = linear->classes});
    if (!in_one_block(linear))
        dense_flush(dense_packed_floats(linear->features) * linear->classes, linear->part,
                    linear->total);
}

void linear_finish(const struct linear *linear, double scale, float *gradient)
{
    int32_t features = linear->features, classes = linear->classes;

    for (int32_t k = 0; k < classes; k++)
        gradient[(int64_t)features * classes + k] = (float)(scale * linear->bias[k]);
    switch (linear->way) {
    case LINEAR_SPARSE:
        break;
    case LINEAR_PAIR:
        for (int32_t d = 0; d < features; d++) {
            float sum = (float)(scale * linear->total[dense_packed_at(features, d)]);

            gradient[2 * (int64_t)d] = -sum;
            gradient[2 * (int64_t)d + 1] = sum;
        }
        break;
    case LINEAR_BLAS:
        if (in_one_block(linear))
            for (int64_t i = 0; i < (int64_t)features * classes; i++)
                gradient[i] = (float)(scale * (double)linear->part[i]);
        else
            for (int64_t i = 0; i < (int64_t)features * classes; i++)
                gradient[i] = (float)(scale * linear->total[i]);
        break;
    }
}
