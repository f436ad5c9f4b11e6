/* SPDX-License-Identifier: MIT
 * hinge.h -- the hinge loss of a block of rows: from two outputs to residuals, losses and hits.
 *
 * With d = z[1] - z[0] and s = 1 for label 1, -1 for label 0, a row loses max(0, 1 - s d).
 * Calls are those of softmax.h, so that linear models can be put together from either. */
#ifndef TRAINCAST_ALGORITHMS_MATH_HINGE_H
#define TRAINCAST_ALGORITHMS_MATH_HINGE_H

#include "algorithms/math/matrix.h"

/* z: float[2][BLOCK_ROWS], 32-byte aligned; classes is 2.  In: the outputs.  Out: the loss's
 * derivatives by them (at its kink: 0); 0 behind count, up to the next multiple of LANES.
 * label: int32[BLOCK_ROWS]; entries behind count are ignored, but must be readable.
 * sum: double[2]; the derivatives' sums over the rows are added. */
void hinge_residuals(float *z, int32_t classes, int64_t count, const int32_t *label,
                     double *sum);

/* Adds the losses to *loss and the rows whose label is the (first) largest output to *correct.
 * z is left as it is. */
void hinge_score(const float *z, int32_t classes, int64_t count, const int32_t *label,
                 double *loss, int64_t *correct);

#endif
