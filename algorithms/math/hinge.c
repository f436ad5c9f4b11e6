/* SPDX-License-Identifier: MIT
 * hinge.c -- see hinge.h.  Lanes are rows. */
#include "algorithms/math/hinge.h"

#include <assert.h>

#include "algorithms/math/vector.h"

/* Of LANES rows: 1 - s d, and the bit of s that is set where it is -1. */
VECTOR_INLINE void margins(const float *z, const int32_t *label, vector *margin,
                           vector_bits *minus)
{
    vector difference = *(const vector *)(z + BLOCK_ROWS) - *(const vector *)z;
    vector_bits y;

    memcpy(&y, label, sizeof y);
    *minus = (y ^ 1u) << 31;
    *margin = 1.0f - (vector)((vector_bits)difference ^ *minus);
}

VECTOR_INLINE void residuals_body(float *z, int64_t count, const int32_t *label, double *sum)
{
    vector_double lanes[2] = {{0}, {0}};
    const vector one = (vector){0} + 1.0f;
    double total;

    for (int64_t base = 0; base < count; base += LANES) {
        vector *first = (vector *)(z + base), *second = (vector *)(z + BLOCK_ROWS + base);
        vector margin;
        vector_bits minus, here, active;

        margins(z + base, label + base, &margin, &minus);
        vector_first(count - base, &here);
        active = here & ~(vector_bits)(margin <= 0.0f); /* NaN is active, too */
        *first = (vector)(((vector_bits)one | minus) & active);
        *second = (vector)(((vector_bits)one | (minus ^ 0x80000000u)) & active);
        vector_add_double(lanes, second);
    }
    lanes[0] += lanes[1];
    total = (lanes[0][0] + lanes[0][1]) + (lanes[0][2] + lanes[0][3]);
    sum[0] -= total;
    sum[1] += total;
}

VECTOR_INLINE void score_body(const float *z, int64_t count, const int32_t *label, double *loss,
                              int64_t *correct)
{
    vector_double lanes[2] = {{0}, {0}};
    vector_bits hits = {0};

    for (int64_t base = 0; base < count; base += LANES) {
        vector margin,
            difference = *(const vector *)(z + BLOCK_ROWS + base) - *(const vector *)(z + base);
        vector_bits minus, here, number = (vector_bits)(difference == difference);
        vector_bits best_is_1 = (vector_bits)(difference > 0.0f);

        margins(z + base, label + base, &margin, &minus);
        vector_first(count - base, &here);
        margin = (vector)((vector_bits)margin & here & ~(vector_bits)(margin <= 0.0f));
        vector_add_double(lanes, &margin);
        hits -= number & here & ((vector_bits)(minus == 0u) ^ ~best_is_1);
    }
    lanes[0] += lanes[1];
    *loss += (lanes[0][0] + lanes[0][1]) + (lanes[0][2] + lanes[0][3]);
    for (int i = 0; i < LANES; i++)
        *correct += hits[i];
}

VECTOR_KERNEL(static, residuals, (float *z, int64_t count, const int32_t *label, double *sum),
              (z, count, label, sum))
VECTOR_KERNEL(static, score,
              (const float *z, int64_t count, const int32_t *label, double *loss,
               int64_t *correct),
              (z, count, label, loss, correct))

void hinge_residuals(float *z, int32_t classes, int64_t count, const int32_t *label,
                     double *sum)
{
    assert(classes == 2);
    (void)classes;
    residuals(z, count, label, sum);
}

void hinge_score(const float *z, int32_t classes, int64_t count, const int32_t *label,
                 double *loss, int64_t *correct)
{
    assert(classes == 2);
    (void)classes;
    score(z, count, label, loss, correct);
}
