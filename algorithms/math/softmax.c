/* SPDX-License-Identifier: MIT
 * softmax.c -- see softmax.h.  Lanes are rows; outputs are gone through one after another. */
#include "algorithms/math/softmax.h"

#include "algorithms/math/vector.h"

VECTOR_INLINE void largest_of(const float *z, int32_t classes, vector *largest)
{
    *largest = *(const vector *)z;
    for (int32_t k = 1; k < classes; k++) {
        vector other = *(const vector *)(z + (int64_t)k * BLOCK_ROWS);
        vector_bits keep = ~(vector_bits)(other > *largest);

        vector_select(largest, &keep, &other);
    }
}

VECTOR_INLINE void softmax_residuals_body(float *z, int32_t classes, int64_t count,
                                          const int32_t *label, double *sum)
{
    const vector one = (vector){0} + 1.0f;

    for (int64_t base = 0; base < count; base += LANES) {
        vector largest, total = {0};
        vector_bits here, y;

        vector_first(count - base, &here);
        memcpy(&y, label + base, sizeof y);
        largest_of(z + base, classes, &largest);
        for (int32_t k = 0; k < classes; k++) {
            vector *e = (vector *)(z + (int64_t)k * BLOCK_ROWS + base);

            *e -= largest;
            vector_exp_negative(e);
            total += *e;
        }
        total = one / total;
        for (int32_t k = 0; k < classes; k++) {
            vector *e = (vector *)(z + (int64_t)k * BLOCK_ROWS + base);
            vector_bits hit = (vector_bits)(y == (uint32_t)k);
            vector residual = *e * total - (vector)((vector_bits)one & hit);
            vector_double lanes[2] = {{0}, {0}};

            residual = (vector)((vector_bits)residual & here);
            *e = residual;
            vector_add_double(lanes, &residual);
            lanes[0] += lanes[1];
            sum[k] += (lanes[0][0] + lanes[0][1]) + (lanes[0][2] + lanes[0][3]);
        }
    }
}

/* loss = (largest - z[label]) + log(1 + sum of e^(z[k] - largest) over the k that are not the
 * first largest): nothing is rounded away when one output is far above the others. */
VECTOR_INLINE void softmax_score_body(const float *z, int32_t classes, int64_t count,
                                      const int32_t *label, double *loss, int64_t *correct)
{
    vector_double lanes[2] = {{0}, {0}};
    vector_bits hits = {0};

    for (int64_t base = 0; base < count; base += LANES) {
        vector largest, others = {0}, own = {0}, lost;
        vector_bits here, y, best = {0}, seen = {0};

        vector_first(count - base, &here);
        memcpy(&y, label + base, sizeof y);
        largest_of(z + base, classes, &largest);
        for (int32_t k = 0; k < classes; k++) {
            vector output = *(const vector *)(z + (int64_t)k * BLOCK_ROWS + base);
            vector e = output - largest;
            vector_bits first = (vector_bits)(e == 0.0f) & ~seen;
            vector_bits not_label = (vector_bits)(y != (uint32_t)k);

            vector_exp_negative(&e);
            others += (vector)((vector_bits)e & ~first);
            best |= first & (uint32_t)k;
            seen |= first;
            vector_select(&own, &not_label, &output);
        }
        vector_log1p(&others);
        lost = (vector)((vector_bits)(largest - own + others) & here);
        vector_add_double(lanes, &lost);
        hits -= (vector_bits)(best == y) & seen & here;
    }
    lanes[0] += lanes[1];
    *loss += (lanes[0][0] + lanes[0][1]) + (lanes[0][2] + lanes[0][3]);
    for (int i = 0; i < LANES; i++)
        *correct += hits[i];
}

VECTOR_KERNEL(extern, softmax_residuals,
              (float *z, int32_t classes, int64_t count, const int32_t *label, double *sum),
              (z, classes, count, label, sum))
VECTOR_KERNEL(extern, softmax_score,
              (const float *z, int32_t classes, int64_t count, const int32_t *label,
               double *loss, int64_t *correct),
              (z, classes, count, label, loss, correct))
