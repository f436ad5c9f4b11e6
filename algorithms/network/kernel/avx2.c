/* SPDX-License-Identifier: MIT
 * avx2.c -- the kernels for CPUs with AVX2 and fused multiply-add. */
#include "algorithms/network/kernel/kernels.h"

enum { REGISTERS = 16 };

#ifdef __x86_64__
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif
#endif

#include "algorithms/network/kernel/all.inc"

const struct kernels kernels_avx2 = KERNELS(avx2);

#if defined(__x86_64__) && defined(__clang__)
#pragma clang attribute pop
#endif
