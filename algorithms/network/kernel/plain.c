/* SPDX-License-Identifier: MIT
 * plain.c -- see plain.h. */
#include "algorithms/network/kernel/plain.h"

void blocks_of_plain(struct shape shape, int64_t examples, const real *plain, bool add,
                     real *blocks)
{
    int64_t pixels = (int64_t)shape.height * shape.width, channels = shape.channels;

    for (int64_t n = 0; n < examples; n++, plain += channels * pixels)
        for (int64_t c = 0; c < blocks_of(channels); c++, blocks += pixels * BLOCK)
            for (int64_t lane = 0; lane < BLOCK; lane++) {
                const real *from = plain + (c * BLOCK + lane) * pixels;
                bool there = c * BLOCK + lane < channels;

                for (int64_t i = 0; i < pixels; i++) {
                    real *to = &blocks[i * BLOCK + lane];

                    *to = (there ? from[i] : 0) + (add ? *to : 0);
                }
            }
}

void plain_of_blocks(struct shape shape, int64_t examples, const real *blocks, real *plain)
{
    int64_t pixels = (int64_t)shape.height * shape.width, channels = shape.channels;

    for (int64_t n = 0; n < examples; n++) {
        for (int64_t c = 0; c < channels; c++, plain += pixels) {
            const real *from = blocks + c / BLOCK * pixels * BLOCK + c % BLOCK;

            for (int64_t i = 0; i < pixels; i++)
                plain[i] = from[i * BLOCK];
        }
        blocks += blocks_of(channels) * pixels * BLOCK;
    }
}
