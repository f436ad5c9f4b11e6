/* SPDX-License-Identifier: MIT
 * convolution_phase.c -- which outputs a pixel of the input has contributed to.
 *
 * y[o] sees x[o stride + r - padding] by tap r, so dx[i] collects dy[(i + padding - r) /
 * stride] over the taps for which that is whole: those with r = i + padding modulo stride. */
#include "algorithms/network/layer/convolution.h"

/* Taps of one dimension for pixels i = phase + stride j: dy[j + ret_offset]. */
static int64_t taps_along(const struct convolution_conf *conf, int64_t phase, int64_t *tap,
                          int64_t *offset)
{
    int64_t count = 0;

    for (int64_t r = (phase + conf->padding) % conf->stride; r < conf->kernel;
         r += conf->stride) {
        tap[count] = r;
        offset[count++] = (phase + conf->padding - r) / conf->stride; /* exact */
    }
    return count;
}

static int64_t count_along(int64_t size, int64_t phase, int64_t stride)
{
    return phase < size ? (size - phase + stride - 1) / stride : 0;
}

void convolution_phase(const struct node *node, int64_t row, int64_t column,
                       struct phase *ret_phase)
{
    const struct convolution_conf *conf = node->conf;
    int64_t r[KERNEL_MOST], s[KERNEL_MOST], down[KERNEL_MOST], across[KERNEL_MOST];
    int64_t rows = taps_along(conf, row, r, down),
            columns = taps_along(conf, column, s, across);

    ret_phase->taps = 0;
    ret_phase->rows = count_along(node->in.height, row, conf->stride);
    ret_phase->columns = count_along(node->in.width, column, conf->stride);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++) {
            int64_t t = ret_phase->taps++;

            ret_phase->tap[t] = (int32_t)(r[i] * conf->kernel + s[j]);
            ret_phase->row[t] = down[i];
            ret_phase->column[t] = across[j];
        }
}

struct border convolution_border(const struct node *node, int64_t size_in, int64_t size_out)
{
    const struct convolution_conf *conf = node->conf;
    int64_t lowest = 0, highest = size_out - 1;

    for (int64_t phase = 0; phase < conf->stride; phase++) {
        int64_t tap[KERNEL_MOST], offset[KERNEL_MOST];
        int64_t taps = taps_along(conf, phase, tap, offset);
        int64_t last = count_along(size_in, phase, conf->stride) - 1;

        for (int64_t t = 0; t < taps && last >= 0; t++) {
            lowest = offset[t] < lowest ? offset[t] : lowest;
            highest = last + offset[t] > highest ? last + offset[t] : highest;
        }
    }
    return (struct border){.before = -lowest, .after = highest - (size_out - 1)};
}
