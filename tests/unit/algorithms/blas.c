/* SPDX-License-Identifier: MIT
 * blas.c -- the door to OpenBLAS: its kernel is named, fits the CPU, and multiplies. */
#include "algorithms/math/blas.h"

#include <unistd.h>

#include "tests/unit/algorithms/naive.h"

static void a_product_equals_its_twin_whichever_side_is_transposed(void **state)
{
    enum { M = 7, N = 5, K = 9 };
    struct rng rng = rng_at(rng_stream(1, "product"), 0, 0);
    float *a = naive_floats(&rng, M * K, 1), *b = naive_floats(&rng, K * N, 1);

    (void)state;
    for (int ta = 0; ta < 2; ta++)
        for (int tb = 0; tb < 2; tb++) {
            float c[M * N];
            double expected[M * N];

            for (int i = 0; i < M * N; i++)
                c[i] = (float)i;
            for (int i = 0; i < M; i++)
                for (int j = 0; j < N; j++) {
                    expected[i * N + j] = 0.5 * (i * N + j);
                    for (int k = 0; k < K; k++)
                        expected[i * N + j] += 2.0 * (ta ? a[k * M + i] : a[i * K + k]) *
                                               (tb ? b[j * K + k] : b[k * N + j]);
                }
            math_product(&(struct product){.transpose_a = ta,
                                           .transpose_b = tb,
                                           .m = M,
                                           .n = N,
                                           .k = K,
                                           .alpha = 2,
                                           .a = a,
                                           .lda = ta ? M : K,
                                           .b = b,
                                           .ldb = tb ? K : N,
                                           .beta = 0.5f,
                                           .c = c,
                                           .ldc = N});
            assert_all_close(c, expected, M * N, 1e-6);
        }
    free(a);
    free(b);
}

static void the_kernel_has_a_name_and_openblas_a_configuration(void **state)
{
    (void)state;
    assert_true(strlen(math_core_name()) > 0);
    assert_non_null(strstr(math_config(), "OpenBLAS"));
}

static void
the_kernel_in_use_is_as_fast_as_the_cpu_allows_unless_the_user_chose_one(void **state)
{
    char sentence[512] = "";

    (void)state;
    if (getenv("OPENBLAS_CORETYPE"))
        skip();
    assert_false(math_slower_than_cpu(sentence, sizeof sentence));
    assert_string_equal(sentence, "");
}

/* Only this test needs a CPU with more than SSE and an OpenBLAS built for many CPUs. */
static void a_kernel_for_less_than_the_cpu_is_said_in_a_sentence(void **state)
{
    char command[1024], line[1024] = "", program[512] = "";
    FILE *pipe;

    (void)state;
#ifdef __x86_64__
    if (!__builtin_cpu_supports("avx2") || !strstr(math_config(), "DYNAMIC_ARCH"))
        skip();
#else
    skip();
#endif
    assert_true(readlink("/proc/self/exe", program, sizeof program - 1) > 0);
    snprintf(command, sizeof command, "OPENBLAS_CORETYPE=Prescott %s sentence", program);
    pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_non_null(fgets(line, sizeof line, pipe));
    pclose(pipe);
    assert_non_null(strstr(line, "OPENBLAS_CORETYPE=Prescott makes OpenBLAS use its kernel"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_product_equals_its_twin_whichever_side_is_transposed),
        cmocka_unit_test(the_kernel_has_a_name_and_openblas_a_configuration),
        cmocka_unit_test(
            the_kernel_in_use_is_as_fast_as_the_cpu_allows_unless_the_user_chose_one),
        cmocka_unit_test(a_kernel_for_less_than_the_cpu_is_said_in_a_sentence),
    };
    char sentence[512] = "fast enough";

    math_init();
    if (argc > 1 && strcmp(argv[1], "sentence") == 0) { /* a child of the last test */
        math_slower_than_cpu(sentence, sizeof sentence);
        puts(sentence);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
