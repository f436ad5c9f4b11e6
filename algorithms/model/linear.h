/* SPDX-License-Identifier: MIT
 * linear.h -- K linear outputs of rows, block by block: what linear models have in common.
 *
 * Weights are float[D][K], feature by feature, then K biases: P = (D + 1) K.  A model goes
 * through its rows in blocks: linear_outputs fills z, the model turns outputs into derivatives
 * of its loss by them, linear_collect adds these, times the rows, to the gradient.  Three ways,
 * chosen by shape: sparse rows               sparse.h dense rows, K = 2         dense.h on the
 * one difference w[.][1] - w[.][0], as only the difference of two outputs matters: half the
 * arithmetic.  z[0] is 0, z[1] the difference, and derivatives must be opposite: z[0] = -z[1].
 *   dense rows, other K       BLAS, on gathered blocks
 * Sums run in float within a block and in double from block to block. */
#ifndef TRAINCAST_ALGORITHMS_MODEL_LINEAR_H
#define TRAINCAST_ALGORITHMS_MODEL_LINEAR_H

#include "algorithms/math/dense.h"
#include "algorithms/model/model.h"

struct linear {
    struct rows rows;
    const float *w; /* float[P] */
    int32_t features, classes;
    enum linear_way { LINEAR_SPARSE, LINEAR_PAIR, LINEAR_BLAS } way;
    int64_t block_rows; /* rows of a block: BLOCK_ROWS, or fewer when they are long */
    /* in scratch */
    float *z;        /* float[K][BLOCK_ROWS] of the block in work */
    double *bias;    /* double[K]: sum of derivatives so far */
    double *total;   /* sums of finished blocks: packed D (PAIR) or D K (BLAS) */
    float *part;     /* likewise, of the block in work */
    float *packed;   /* PAIR: the difference of weights */
    float *gathered; /* BLAS: float[block_rows][D] */
    float *gradient; /* float[P]: for models that need a temporary one; not used here */
    float *kept;     /* SPARSE: float[ceil(rows / BLOCK_ROWS)][K][BLOCK_ROWS]: likewise */
    struct dense_block block; /* PAIR, BLAS: the rows in work */
    int32_t label[BLOCK_ROWS];
};

int64_t linear_scratch_floats(const struct model *model, int64_t rows);

/* Sums are zero afterwards.  w and rows.matrix are borrowed until the last call. */
void linear_begin(struct linear *linear, const struct model *model, const float *w,
                  struct rows rows, float *scratch);

/* Rows of the block that starts at `from`. */
int64_t linear_block(const struct linear *linear, int64_t from);

/* Fills z and label for rows [from, from + count). */
void linear_outputs(struct linear *linear, int64_t from, int64_t count);

/* PAIR, BLAS: adds z's derivatives times the rows of the last linear_outputs to the sums. */
void linear_collect(struct linear *linear);

/* Writes gradient: float[P] = scale * sums.  PAIR, BLAS: all of it; SPARSE: the biases only. */
void linear_finish(const struct linear *linear, double scale, float *gradient);

#endif
