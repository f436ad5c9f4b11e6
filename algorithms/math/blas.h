/* SPDX-License-Identifier: MIT
 * blas.h -- the one door to OpenBLAS: which kernel it chose, and the few calls we make.
 *
 * Only this folder includes cblas.h.  OpenBLAS picks its kernel when it is loaded, by the CPU
 * or by the variable OPENBLAS_CORETYPE; bits differ from kernel to kernel and with its number
 * of threads, so that number is pinned to one (our threads are pool.h's) and the kernel is
 * recorded. */
#ifndef TRAINCAST_ALGORITHMS_MATH_BLAS_H
#define TRAINCAST_ALGORITHMS_MATH_BLAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Once, at the start of the program, before other threads use this folder. */
void math_init(void);
const char *math_core_name(void); /* "SkylakeX": static storage */
const char *math_config(void);    /* "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ...": likewise */
/* True, and a sentence in out, when OPENBLAS_CORETYPE names a kernel for less than this CPU. */
bool math_slower_than_cpu(char *out, size_t size);

/* c += alpha a b, row-major; a: float[m][k] with lda floats a row, b: float[k][n], c:
 * float[m][n]. */
void math_add_product(int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,
                      const float *b, float *c);
/* c += alpha a' b; a: float[k][m] with lda floats a row, b: float[k][n], c: float[m][n]. */
void math_add_product_transposed(int64_t m, int64_t n, int64_t k, float alpha, const float *a,
                                 int64_t lda, const float *b, float *c);
/* y += alpha x. */
void math_axpy(int64_t count, float alpha, const float *x, float *y);

#endif
