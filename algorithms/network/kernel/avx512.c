/* SPDX-License-Identifier: MIT
 * avx512.c -- the kernels for CPUs with AVX-512. */
#include "algorithms/network/kernel/kernels.h"

enum { REGISTERS = 32 };

#ifdef __x86_64__
#ifdef __clang__
#pragma clang attribute push(                                                                  \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))),                    \
    apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")
#endif
#endif

#include "algorithms/network/kernel/all.inc"

const struct kernels kernels_avx512 = KERNELS(avx512);

#if defined(__x86_64__) && defined(__clang__)
#pragma clang attribute pop
#endif
