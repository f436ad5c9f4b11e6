/* SPDX-License-Identifier: MIT
 * softmax.h -- cross-entropy of a block of rows: from outputs to residuals, losses and hits. */
#ifndef TRAINCAST_ALGORITHMS_MATH_SOFTMAX_H
#define TRAINCAST_ALGORITHMS_MATH_SOFTMAX_H

#include "algorithms/math/matrix.h"

/* Of N = count rows (1 .. BLOCK_ROWS) with K = classes outputs each:
 * z: float[K][BLOCK_ROWS], 32-byte aligned; z[k][i] is output k of row i.  In: the outputs.
 *    Out: softmax(z)[k][i] - (label[i] == k), which is the loss's derivative by the output;
 *    0 behind count, up to the next multiple of LANES.
 * label: int32[BLOCK_ROWS]; entries behind count are ignored, but must be readable.
 * sum: double[K]; the derivatives' sums over the rows are added. */
void softmax_residuals(float *z, int32_t classes, int64_t count, const int32_t *label,
                       double *sum);

/* Adds the losses log(sum_k e^z[k]) - z[label] to *loss and the rows whose label is the (first)
 * largest output to *correct.  Exact to about 1e-6 relative also where losses are tiny.
 * z is left as it is. */
void softmax_score(const float *z, int32_t classes, int64_t count, const int32_t *label,
                   double *loss, int64_t *correct);

#endif
