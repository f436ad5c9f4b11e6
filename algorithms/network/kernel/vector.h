/* SPDX-License-Identifier: MIT
 * vector.h -- a vector of 64 bytes, in which kernels are written.
 *
 * Kernels are plain C over the compilers' vector types, in files NAME.inc; avx512.c, avx2.c and
 * any_cpu.c each compile all of them.  Every sum has one order, which no tile size changes, and
 * every product that is added is one fused multiply-add (this folder is compiled with
 * -ffp-contract=fast and only says `sum += a * b`), so AVX-512 and AVX2 give the same bits. */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_KERNEL_VECTOR_H
#define TRAINCAST_ALGORITHMS_NETWORK_KERNEL_VECTOR_H

#include "algorithms/network/kernel/lanes.h"

typedef real lanes __attribute__((vector_size(64)));
typedef real lanes_unaligned __attribute__((vector_size(64), aligned(sizeof(real))));
/* Integers of the same width: masks and indices. */
#ifdef TRAINCAST_NETWORK_DOUBLE
typedef int64_t lane_bits __attribute__((vector_size(64)));
#else
typedef int32_t lane_bits __attribute__((vector_size(64)));
#endif

#define LANES_INLINE static inline __attribute__((always_inline))

#ifdef __clang__
#define LANES_UNROLL _Pragma("unroll")
#else
#define LANES_UNROLL _Pragma("GCC unroll 32")
#endif

/* -- Vectors, inlined into the kernels ------------------------------------------------------
 */

LANES_INLINE lanes lanes_load(const real *from)
{
    return *(const lanes_unaligned *)from;
}

LANES_INLINE void lanes_store(real *to, lanes x)
{
    *(lanes_unaligned *)to = x;
}

/* The first `count` numbers only; the others are 0. */
LANES_INLINE lanes lanes_load_part(const real *from, int64_t count)
{
    lanes x = {0};

    if (count >= BLOCK)
        return lanes_load(from);
    memcpy(&x, from, (size_t)count * sizeof *from);
    return x;
}

LANES_INLINE void lanes_store_part(real *to, lanes x, int64_t count)
{
    if (count >= BLOCK)
        lanes_store(to, x);
    else
        memcpy(to, &x, (size_t)count * sizeof *to);
}

LANES_INLINE lanes lanes_fill(real number)
{
    return number - (lanes){0};
}

LANES_INLINE lanes lanes_choose(lane_bits mask, lanes yes, lanes no)
{
    return (lanes)((mask & (lane_bits)yes) | (~mask & (lane_bits)no));
}

/* Not below 0 nor above most.  What is no number stays so: a loss of NaN is to be seen. */
LANES_INLINE lanes lanes_cut(lanes y, lanes most)
{
    y = lanes_choose(y < (lanes){0}, (lanes){0}, y);
    return lanes_choose(y > most, most, y);
}

/* slope where y was not cut, else 0. */
LANES_INLINE lanes lanes_passed(lanes y, lanes most, lanes slope)
{
    return lanes_choose((y <= (lanes){0}) | (y >= most), (lanes){0}, slope);
}

#endif
