/* SPDX-License-Identifier: MIT
 * convolution.h -- the ways in which a convolution is computed.
 *
 *   convolution_blocks.c     any, by kernel/convolve.h
 *   convolution_depthwise.c  each channel alone, by kernel/depthwise.h */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_LAYER_CONVOLUTION_H
#define TRAINCAST_ALGORITHMS_NETWORK_LAYER_CONVOLUTION_H

#include "algorithms/network/inside.h"
#include "algorithms/network/kernel/stage.h"
#include "algorithms/network/layer/layer.h"
#include "algorithms/network/layer/window.h"

/* Staged images stay in a second-level cache, beside a tile's weights. */
enum { STAGED_BYTES = 512 * 1024, KERNEL_MOST = 32 };

/* Taps (positions of the kernel) of one phase of the way back, and where they read. */
struct phase {
    int32_t tap[KERNEL_MOST * KERNEL_MOST];
    int64_t row[KERNEL_MOST * KERNEL_MOST], column[KERNEL_MOST * KERNEL_MOST];
    int64_t taps;
    int64_t rows, columns; /* of the input that have this phase */
};

/* With a stride, rows of dx that leave the same remainder are reached by the same taps: dx is
 * as many small images as there are remainders, each a convolution of dy. */
void convolution_phase(const struct node *node, int64_t row, int64_t column,
                       struct phase *ret_phase);

/* How dy must be staged so that all phases stay inside: rows before and after. */
struct border {
    int64_t before, after;
};
struct border convolution_border(const struct node *node, int64_t size_in, int64_t size_out);

int64_t convolution_blocks_work(const struct node *node, int64_t examples, bool training);
void convolution_blocks_forward(const struct pass *pass);
void convolution_blocks_to_data(const struct pass *pass);
void convolution_blocks_to_weights(const struct pass *pass);

int64_t convolution_depthwise_work(const struct node *node);
void convolution_depthwise_forward(const struct pass *pass);
void convolution_depthwise_to_data(const struct pass *pass);
void convolution_depthwise_to_weights(const struct pass *pass);

#endif
