/* SPDX-License-Identifier: MIT
 * blas.c -- see blas.h. */
#include "algorithms/math/blas.h"

#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

static const char variable[] = "OPENBLAS_CORETYPE";

/* OpenBLAS's own entry points for choosing its kernel; exported, but in no header, and absent
 * where it was built for one CPU. */
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));

enum level { LEVEL_BASE, LEVEL_AVX, LEVEL_AVX2, LEVEL_AVX512 };

/* What the kernels' names stand for; those not listed use SSE at most. */
static enum level level_of_core(const char *name)
{
    static const struct {
        const char *name;
        enum level level;
    } cores[] = {
        {"Sandybridge", LEVEL_AVX},   {"Bulldozer", LEVEL_AVX},
        {"Piledriver", LEVEL_AVX},    {"Steamroller", LEVEL_AVX},
        {"Excavator", LEVEL_AVX},     {"Haswell", LEVEL_AVX2},
        {"Zen", LEVEL_AVX2},          {"SkylakeX", LEVEL_AVX512},
        {"Cooperlake", LEVEL_AVX512}, {"SapphireRapids", LEVEL_AVX512},
    };

    for (size_t i = 0; i < sizeof cores / sizeof *cores; i++)
        if (strcasecmp(cores[i].name, name) == 0)
            return cores[i].level;
    return LEVEL_BASE;
}

static enum level level_of_cpu(void)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return LEVEL_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return LEVEL_AVX2;
    if (__builtin_cpu_supports("avx"))
        return LEVEL_AVX;
#endif
    return LEVEL_BASE;
}

static const char *core_for(enum level level)
{
    switch (level) {
    case LEVEL_AVX512:
        return "SkylakeX";
    case LEVEL_AVX2:
        return "Haswell";
    case LEVEL_AVX:
        return "Sandybridge";
    case LEVEL_BASE:
        break;
    }
    return "Prescott";
}

void math_init(void)
{
    if (!getenv(variable) && level_of_core(math_core_name()) < level_of_cpu() &&
        gotoblas_dynamic_init && gotoblas_dynamic_quit) {
        setenv(variable, core_for(level_of_cpu()), 1);
        gotoblas_dynamic_quit();
        gotoblas_dynamic_init();
        unsetenv(variable);
    }
    openblas_set_num_threads(1);
}

const char *math_core_name(void)
{
    return openblas_get_corename();
}

const char *math_config(void)
{
    return openblas_get_config();
}

bool math_slower_than_cpu(char *out, size_t size)
{
    const char *asked = getenv(variable);
    const char *better = core_for(level_of_cpu());

    if (level_of_core(math_core_name()) >= level_of_cpu())
        return false;
    if (asked)
        snprintf(
            out, size,
            "%s=%s makes OpenBLAS use its kernel %s, although this CPU can run %s: unset it "
            "for more speed",
            variable, asked, math_core_name(), better);
    else
        snprintf(
            out, size,
            "OpenBLAS does not know this CPU and uses its kernel %s: set %s=%s for more speed",
            math_core_name(), variable, better);
    return true;
}

void math_product(const struct product *p)
{
    cblas_sgemm(CblasRowMajor, p->transpose_a ? CblasTrans : CblasNoTrans,
                p->transpose_b ? CblasTrans : CblasNoTrans, (blasint)p->m, (blasint)p->n,
                (blasint)p->k, p->alpha, p->a, (blasint)p->lda, p->b, (blasint)p->ldb, p->beta,
                p->c, (blasint)p->ldc);
}
