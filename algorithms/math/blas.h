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

/* Once, at the start of the program, before other threads use this folder.  An OpenBLAS that is
 * older than the CPU falls back to a kernel of 2004 (0.3.21 on Emerald Rapids: "Prescott", five
 * times slower); unless OPENBLAS_CORETYPE is set, the best kernel that the CPU can run is then
 * chosen instead. */
void math_init(void);
const char *math_core_name(void); /* "SkylakeX"; borrowed */
const char *math_config(void);    /* "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ..."; borrowed */
/* True, and a sentence in out, when the kernel in use is one for less than this CPU can do. */
bool math_slower_than_cpu(char *out, size_t size);

/* c = alpha op(a) op(b) + beta c, row-major; op(a): [m][k], op(b): [k][n], c: float[m][n] with
 * ldc floats from row to row; op transposes a (then stored [k][m]) or b (then stored [n][k]).
 */
struct product {
    bool transpose_a, transpose_b;
    int64_t m, n, k;
    float alpha;
    const float *a;
    int64_t lda;
    const float *b;
    int64_t ldb;
    float beta;
    float *c;
    int64_t ldc;
};
void math_product(const struct product *product);

#endif
