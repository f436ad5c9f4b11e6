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

/* Adds up count numbers, 0 behind count up to the next multiple of LANES. */
VECTOR_INLINE double sum_of(const float *x, int64_t count)
{
    vector_double lanes[2] = {{0}, {0}};

    for (int64_t base = 0; base < count; base += LANES)
        vector_add_double(lanes, (const vector *)(x + base));
    lanes[0] += lanes[1];
    return (lanes[0][0] + lanes[0][1]) + (lanes[0][2] + lanes[0][3]);
}

/* Of LANES rows with two outputs, of which only the difference matters: half the exponentials.
 * softmax(z)[1] = 1 / (1 + e^-d) for d = z[1] - z[0] >= 0, else e^d / (1 + e^d). */
VECTOR_INLINE void residuals_of_two(float *z, const vector_bits *y, const vector_bits *here)
{
    vector *first = (vector *)z, *second = (vector *)(z + BLOCK_ROWS);
    vector difference = *second - *first;
    vector_bits above = (vector_bits)(difference >= 0.0f);
    vector e = (vector)((vector_bits)difference | 0x80000000u), p, one = (vector){0} + 1.0f;

    vector_exp_negative(&e);
    p = one / (one + e);
    e *= p;
    vector_select(&p, &above, &e);
    p -= (vector)((vector_bits)one & (vector_bits)(*y == 1u));
    p = (vector)((vector_bits)p & *here);
    *second = p;
    *first = -p;
}

VECTOR_INLINE void residuals_of_many(float *z, int32_t classes, const vector_bits *y,
                                     const vector_bits *here)
{
    vector largest, total = {0}, one = (vector){0} + 1.0f;

    largest_of(z, classes, &largest);
    for (int32_t k = 0; k < classes; k++) {
        vector *e = (vector *)(z + (int64_t)k * BLOCK_ROWS);

        *e -= largest;
        vector_exp_negative(e);
        total += *e;
    }
    total = one / total;
    for (int32_t k = 0; k < classes; k++) {
        vector *e = (vector *)(z + (int64_t)k * BLOCK_ROWS);
        vector_bits hit = (vector_bits)(*y == (uint32_t)k);
        vector residual = *e * total - (vector)((vector_bits)one & hit);

        *e = (vector)((vector_bits)residual & *here);
    }
}

VECTOR_INLINE void softmax_residuals_body(float *z, int32_t classes, int64_t count,
                                          const int32_t *label, double *sum)
{
    for (int64_t base = 0; base < count; base += LANES) {
        vector_bits here, y;

        vector_first(count - base, &here);
        memcpy(&y, label + base, sizeof y);
        if (classes == 2)
            residuals_of_two(z + base, &y, &here);
        else
            residuals_of_many(z + base, classes, &y, &here);
    }
    for (int32_t k = 0; k < classes; k++)
        sum[k] += sum_of(z + (int64_t)k * BLOCK_ROWS, count);
}

/* What LANES rows lose, and which of them are hits (all ones). */
struct scored {
    vector loss;
    vector_bits hit;
};

/* loss = log(1 + e^-|d|), plus |d| where the other output is the larger one. */
VECTOR_INLINE void score_of_two(const float *z, const vector_bits *y, struct scored *scored)
{
    vector difference = *(const vector *)(z + BLOCK_ROWS) - *(const vector *)z;
    vector_bits magnitude = (vector_bits)difference & 0x7FFFFFFFu;
    vector_bits best = (vector_bits)(difference > 0.0f) & 1u;
    vector_bits number = (vector_bits)(difference == difference);

    scored->loss = -(vector)magnitude;
    vector_exp_negative(&scored->loss);
    vector_log1p(&scored->loss);
    scored->hit = (vector_bits)(best == *y);
    scored->loss += (vector)(magnitude & ~scored->hit);
    scored->hit &= number;
}

/* loss = (largest - z[label]) + log(1 + sum of e^(z[k] - largest) over the k that are not the
 * first largest): nothing is rounded away when one output is far above the others. */
VECTOR_INLINE void score_of_many(const float *z, int32_t classes, const vector_bits *y,
                                 struct scored *scored)
{
    vector largest, others = {0}, own = {0};
    vector_bits best = {0}, seen = {0};

    largest_of(z, classes, &largest);
    for (int32_t k = 0; k < classes; k++) {
        vector output = *(const vector *)(z + (int64_t)k * BLOCK_ROWS);
        vector e = output - largest;
        vector_bits first = (vector_bits)(e == 0.0f) & ~seen;
        vector_bits not_label = (vector_bits)(*y != (uint32_t)k);

        vector_exp_negative(&e);
        others += (vector)((vector_bits)e & ~first);
        best |= first & (uint32_t)k;
        seen |= first;
        vector_select(&own, &not_label, &output);
    }
    vector_log1p(&others);
    scored->loss = largest - own + others;
    scored->hit = (vector_bits)(best == *y) & seen;
}

VECTOR_INLINE void softmax_score_body(const float *z, int32_t classes, int64_t count,
                                      const int32_t *label, double *loss, int64_t *correct)
{
    vector_double lanes[2] = {{0}, {0}};
    vector_bits hits = {0};

    for (int64_t base = 0; base < count; base += LANES) {
        struct scored scored;
        vector_bits here, y;

        vector_first(count - base, &here);
        memcpy(&y, label + base, sizeof y);
        if (classes == 2)
            score_of_two(z + base, &y, &scored);
        else
            score_of_many(z + base, classes, &y, &scored);
        scored.loss = (vector)((vector_bits)scored.loss & here);
        vector_add_double(lanes, &scored.loss);
        hits -= scored.hit & here;
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
