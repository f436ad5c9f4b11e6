/* SPDX-License-Identifier: MIT
 * vector.h -- eight floats at a time, with the same bits on every CPU and compiler.
 *
 * Kernels are written once, with the compilers' vector types, and compiled twice: for AVX2 and
 * for any CPU; those with much arithmetic to the byte a third time, for AVX-512.  As all
 * operations are elementwise, in a fixed order and never fused (-ffp-contract=off), all give
 * the same bits; so learning of a model that uses only these kernels does not depend on the
 * machine.  (OpenBLAS's kernels do: blas.h.)
 *
 * Vectors are handed to functions by pointer: by value they would be part of an ABI that
 * changes with the target.  Everything here is inlined into the two variants of its caller. */
#ifndef TRAINCAST_ALGORITHMS_MATH_VECTOR_H
#define TRAINCAST_ALGORITHMS_MATH_VECTOR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { LANES = 8 };

typedef float vector __attribute__((vector_size(32)));
typedef float vector_unaligned __attribute__((vector_size(32), aligned(4)));
typedef uint32_t vector_bits __attribute__((vector_size(32)));
typedef float vector_half __attribute__((vector_size(16)));
typedef float vector_half_unaligned __attribute__((vector_size(16), aligned(4)));
typedef double vector_double __attribute__((vector_size(32)));

/* For kernels with three compilations. */
enum { WIDE_LANES = 16 };

typedef float wide __attribute__((vector_size(64)));
typedef float wide_unaligned __attribute__((vector_size(64), aligned(4)));
typedef uint32_t wide_bits __attribute__((vector_size(64)));
typedef double wide_double __attribute__((vector_size(64))); /* of LANES */

#define VECTOR_INLINE static inline __attribute__((always_inline))

#ifdef __clang__
#define VECTOR_UNROLL _Pragma("unroll")
#else
#define VECTOR_UNROLL _Pragma("GCC unroll 8")
#endif

#ifdef __x86_64__
#define VECTOR_AVX2 __attribute__((target("avx2")))
static inline bool vector_has_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}
#define VECTOR_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
static inline bool vector_has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#else
#define VECTOR_AVX2
static inline bool vector_has_avx2(void)
{
    return false;
}
#define VECTOR_AVX512
static inline bool vector_has_avx512(void)
{
    return false;
}
#endif

/* Defines name(parameters) as the faster of two compilations of the inline function name_body.
 */
#define VECTOR_KERNEL(scope_, name_, parameters_, arguments_)                                  \
    VECTOR_AVX2 static void name_##_avx2 parameters_                                           \
    {                                                                                          \
        name_##_body arguments_;                                                               \
    }                                                                                          \
    static void name_##_plain parameters_                                                      \
    {                                                                                          \
        name_##_body arguments_;                                                               \
    }                                                                                          \
    scope_ void name_ parameters_                                                              \
    {                                                                                          \
        if (vector_has_avx2())                                                                 \
            name_##_avx2 arguments_;                                                           \
        else                                                                                   \
            name_##_plain arguments_;                                                          \
    }

/* The same of three compilations. */
#define VECTOR_KERNEL_WIDE(scope_, name_, parameters_, arguments_)                             \
    VECTOR_AVX512 static void name_##_avx512 parameters_                                       \
    {                                                                                          \
        name_##_body arguments_;                                                               \
    }                                                                                          \
    VECTOR_AVX2 static void name_##_avx2 parameters_                                           \
    {                                                                                          \
        name_##_body arguments_;                                                               \
    }                                                                                          \
    static void name_##_plain parameters_                                                      \
    {                                                                                          \
        name_##_body arguments_;                                                               \
    }                                                                                          \
    scope_ void name_ parameters_                                                              \
    {                                                                                          \
        if (vector_has_avx512())                                                               \
            name_##_avx512 arguments_;                                                         \
        else if (vector_has_avx2())                                                            \
            name_##_avx2 arguments_;                                                           \
        else                                                                                   \
            name_##_plain arguments_;                                                          \
    }

/* where ? *x : *otherwise, lane by lane; where is all ones or all zeros. */
VECTOR_INLINE void vector_select(vector *x, const vector_bits *where, const vector *otherwise)
{
    *x = (vector)(((vector_bits)*x & *where) | ((vector_bits)*otherwise & ~*where));
}

/* *x = e^*x for x <= 0 (0 below -87, NaN stays NaN); error at most 2 units in the last place.
 * Argument reduction and polynomial of Cephes' expf. */
VECTOR_INLINE void vector_exp_negative(vector *x)
{
    const float to_integer = 12582912.0f; /* 1.5 * 2^23: adding it rounds to a whole number */
    vector_bits tiny = (vector_bits)(*x < -87.0f);
    vector shifted = *x * 1.44269504088896341f + to_integer;
    vector_bits power = (vector_bits)shifted - 0x4B400000u;
    vector whole = shifted - to_integer;
    vector r = *x - whole * 0.693359375f - whole * -2.12194440e-4f;
    vector y = r * 1.9875691500e-4f + 1.3981999507e-3f;

    y = y * r + 8.3334519073e-3f;
    y = y * r + 4.1665795894e-2f;
    y = y * r + 1.6666665459e-1f;
    y = y * r + 5.0000001201e-1f;
    y = y * (r * r) + r + 1.0f;
    y *= (vector)((power + 127u) << 23);
    *x = (vector)((vector_bits)y & ~tiny);
}

/* *x = log(1 + *x) for 0 <= x < 2^23 (inf and NaN stay); relative error about 3e-7, also near
 * 0. Cephes' logf of u = 1 + x, plus what rounding 1 + x lost. */
VECTOR_INLINE void vector_log1p(vector *x)
{
    vector u = *x + 1.0f;
    vector lost = (*x - (u - 1.0f)) / u;
    vector_bits bits = (vector_bits)u;
    /* u = m 2^e with m in [sqrt(1/2), sqrt(2)) */
    vector_bits shifted = bits - 0x3F3504F3u; /* the bits of sqrt(1/2) */
    vector_bits e_bits = shifted & 0xFF800000u;
    vector r = (vector)(bits - e_bits) - 1.0f;
    typedef int32_t integers __attribute__((vector_size(32)));
    vector e = __builtin_convertvector((integers)e_bits >> 23, vector);
    vector square = r * r;
    vector y = r * 7.0376836292e-2f - 1.1514610310e-1f;
    vector_bits finite = (vector_bits)(*x < 8388608.0f);

    y = y * r + 1.1676998740e-1f;
    y = y * r - 1.2420140846e-1f;
    y = y * r + 1.4249322787e-1f;
    y = y * r - 1.6668057665e-1f;
    y = y * r + 2.0000714765e-1f;
    y = y * r - 2.4999993993e-1f;
    y = y * r + 3.3333331174e-1f;
    y = y * r * square;
    y = y + e * -2.12194440e-4f - square * 0.5f;
    y = r + y + e * 0.693359375f + lost;
    vector_select(&y, &finite, x);
    *x = y;
}

/* (*sum)[i] = sum of the lanes of part[i], as a fixed tree. */
VECTOR_INLINE void vector_sum_lanes(const vector part[LANES], vector *sum)
{
    vector pair[4], four[2];

    for (int i = 0; i < 4; i++) {
        vector a = part[2 * i], b = part[2 * i + 1];

        pair[i] = __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14) +
                  __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int i = 0; i < 2; i++) {
        vector a = pair[2 * i], b = pair[2 * i + 1];

        four[i] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13) +
                  __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
    }
    *sum = __builtin_shufflevector(four[0], four[1], 0, 1, 2, 3, 8, 9, 10, 11) +
           __builtin_shufflevector(four[0], four[1], 4, 5, 6, 7, 12, 13, 14, 15);
}

/* sum[0] += lanes 0..3, sum[1] += lanes 4..7, in double. */
VECTOR_INLINE void vector_add_double(vector_double sum[2], const vector *x)
{
    sum[0] +=
        __builtin_convertvector(__builtin_shufflevector(*x, *x, 0, 1, 2, 3), vector_double);
    sum[1] +=
        __builtin_convertvector(__builtin_shufflevector(*x, *x, 4, 5, 6, 7), vector_double);
}

/* The lanes below `count` are all ones. */
VECTOR_INLINE void vector_first(int64_t count, vector_bits *mask)
{
    for (int i = 0; i < LANES; i++)
        (*mask)[i] = i < count ? 0xFFFFFFFFu : 0;
}

#endif
