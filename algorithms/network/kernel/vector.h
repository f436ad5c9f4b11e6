/* SPDX-License-Identifier: MIT
 * vector.h -- a vector of 64 bytes, and kernels that are written once and compiled three times.
 *
 * Kernels are plain C over the compilers' vector types, compiled for AVX-512, for AVX2 with
 * FMA, and for any CPU; a network picks one when it is made.  Every sum has one order, which
 * no tile size changes, and every product that is added is one fused multiply-add (this folder
 * is compiled with -ffp-contract=fast and only says `sum += a * b`), so AVX-512 and AVX2 give
 * the same bits, whichever compiler built them.  A CPU without FMA rounds twice and differs.
 *
 * For the files of this folder only.  Vectors are inlined or handed on by pointer: by value
 * they would be part of an ABI that changes with the target. */
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

#ifdef __x86_64__
#define LANES_AVX2   __attribute__((target("avx2,fma")))
#define LANES_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))
#else
#define LANES_AVX2
#define LANES_AVX512
#endif

/* Defines scope_ void name_(level, parameters) as three compilations of the inline function
 * name_body(level, parameters), in which level is a constant.
 *     LANES_KERNEL(, add_rows, (struct add *a), a)  */
#define LANES_PARAMETERS(...) (enum level level, __VA_ARGS__)
#define LANES_KERNEL(scope_, name_, parameters_, ...)                                          \
    LANES_AVX512 static void name_##_avx512 parameters_                                        \
    {                                                                                          \
        (void)level;                                                                           \
        name_##_body(LEVEL_AVX512, __VA_ARGS__);                                               \
    }                                                                                          \
    LANES_AVX2 static void name_##_avx2 parameters_                                            \
    {                                                                                          \
        (void)level;                                                                           \
        name_##_body(LEVEL_AVX2, __VA_ARGS__);                                                 \
    }                                                                                          \
    static void name_##_plain parameters_                                                      \
    {                                                                                          \
        (void)level;                                                                           \
        name_##_body(LEVEL_PLAIN, __VA_ARGS__);                                                \
    }                                                                                          \
    scope_ void name_ parameters_                                                              \
    {                                                                                          \
        switch (level) {                                                                       \
        case LEVEL_AVX512:                                                                     \
            name_##_avx512(level, __VA_ARGS__);                                                \
            return;                                                                            \
        case LEVEL_AVX2:                                                                       \
            name_##_avx2(level, __VA_ARGS__);                                                  \
            return;                                                                            \
        case LEVEL_PLAIN:                                                                      \
            name_##_plain(level, __VA_ARGS__);                                                 \
            return;                                                                            \
        }                                                                                      \
    }

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
