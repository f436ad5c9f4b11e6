/* SPDX-License-Identifier: MIT
 * averaging_constants.c -- how much RPS leaves of each worker in each other, against the exact
 * constants: over all outcomes, and drawn. */
#include "tests/unit/algorithms/averaging_lab.h"

static struct scatter_conf fixed_map = {.map = MAP_FIXED};

/* One-hot values: float k of a block is 1 at worker k and 0 elsewhere, so what a worker has
 * there afterwards is how much it has of worker k's. */
static void one_hot(struct lab *lab)
{
    int n = lab->averaging.workers;

    for (int i = 0; i < n; i++)
        for (int64_t k = 0; k < lab->averaging.parameters; k++)
            lab->value[i][k] = k % n == i;
}

static void add_block(const struct lab *lab, int64_t block, double share,
                      struct constants *sums)
{
    int n = lab->averaging.workers;
    double weights[64 * 64];

    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            weights[i * n + k] = lab->value[i][block * n + k];
    constants_add(sums, weights, n, share);
}

/* Over all outcomes of the 2 (n-1) messages of a block that its server's does not need. */
static struct constants enumerated(int n, double p)
{
    struct constants sums = {0};
    int messages = 2 * (n - 1);
    struct lab lab;

    lab_open(&lab, "rps", &fixed_map, n, (int64_t)n * n, NULL, 0);
    lab_send(&lab, 0);
    for (unsigned outcome = 0; outcome < 1u << messages; outcome++) {
        int arrived = __builtin_popcount(outcome);
        double share = pow(1 - p, arrived) * pow(p, messages - arrived);

        for (int i = 1; i < n; i++) {
            lab.arrived[0][i] = outcome >> (i - 1) & 1;
            lab.arrived[1][i] = outcome >> (n - 2 + i) & 1;
        }
        one_hot(&lab);
        lab_mix(&lab, 0);
        add_block(&lab, 0, share, &sums);
    }
    lab_close(&lab);
    return sums;
}

static void over_all_outcomes_the_constants_are_exact(void **state)
{
    const double loss[] = {0.01, 0.1, 0.5};

    (void)state;
    for (int n = 2; n <= 6; n++)
        for (int i = 0; i < 3; i++) {
            struct constants got = enumerated(n, loss[i]), exact = constants_of(n, loss[i]);

            assert_close(got.a1, exact.a1, 1e-5);
            assert_close(got.a2, exact.a2, 1e-5);
            assert_close(got.aw, exact.aw, 1e-5);
        }
}

/* Blocks are drawn until their number suffices for about 0.2 %. */
static void check_constants(int n, double p, int64_t blocks_wanted)
{
    struct rng rng = rng_at(rng_stream(17, "loss"), (uint32_t)n, (uint32_t)(1000 * p));
    int64_t blocks = n < 32 ? 64 : n, rounds = blocks_wanted / blocks + 1;
    struct scatter_conf conf = {.map = MAP_RANDOM, .blocks = blocks};
    struct constants sums = {0}, exact = constants_of(n, p);
    double share = 1.0 / (double)(blocks * rounds);
    struct lab lab;

    lab_open(&lab, "rps", &conf, n, blocks * n, NULL, 0);
    for (int64_t round = 0; round < rounds; round++) {
        lab_send(&lab, round);
        lab_deliver(&lab, &rng, p);
        one_hot(&lab);
        lab_mix(&lab, round);
        for (int64_t block = 0; block < blocks; block++)
            add_block(&lab, block, share, &sums);
    }
    lab_close(&lab);
    printf("n %2d p %4.2f  a1 %.5f %+.2f %%  a2 %.6f %+.2f %%  aw %.5f %+.2f %%\n", n, p,
           sums.a1, 100 * (sums.a1 / exact.a1 - 1), sums.a2, 100 * (sums.a2 / exact.a2 - 1),
           sums.aw, 100 * (sums.aw / exact.aw - 1));
    assert_close(sums.a1, exact.a1, 0.01);
    assert_close(sums.a2, exact.a2, 0.01);
    assert_close(sums.aw, exact.aw, 0.01);
}

static void drawn_losses_give_the_constants_within_1_percent(void **state)
{
    (void)state;
    check_constants(2, 0.1, 400000);
    check_constants(8, 0.1, 100000);
    check_constants(16, 0.2, 30000);
}

/* For `verify`: the whole grid. */
static void drawn_losses_give_the_whole_grid_of_constants_within_1_percent(void **state)
{
    const double loss[] = {0.01, 0.05, 0.1, 0.2, 0.3, 0.5};

    (void)state;
    for (int n = 2; n <= 64; n *= 2)
        for (int i = 0; i < 6; i++) {
            /* Of the blocks' outcomes those count in which something is lost. */
            double lossy = 1 - pow(1 - loss[i], 2 * (n - 1));

            check_constants(n, loss[i], (int64_t)((n <= 4 ? 300000 : 80000) / lossy));
        }
}

static void the_constants_are_those_of_the_examples(void **state)
{
    (void)state;
    assert_close(constants_of(8, 0.1).a1, 0.10198, 1e-4);
    assert_close(constants_of(8, 0.1).a2, 0.02306, 1e-3);
    assert_close(constants_of(16, 0.01).a1, 0.01004, 1e-3);
    assert_close(constants_of(16, 0.01).a2, 0.001241, 1e-3);
    assert_close(constants_of(16, 0.2).a1, 0.20104, 1e-4);
    assert_close(constants_of(16, 0.2).a2, 0.020372, 1e-4);
    assert_close(constants_of(64, 0.1).a1, 0.10003, 1e-4);
    assert_close(constants_of(64, 0.1).a2, 0.002818, 1e-3);
}

int main(int count, char **argument)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(over_all_outcomes_the_constants_are_exact),
        cmocka_unit_test(drawn_losses_give_the_constants_within_1_percent),
        cmocka_unit_test(the_constants_are_those_of_the_examples),
    };
    const struct CMUnitTest whole[] = {
        cmocka_unit_test(drawn_losses_give_the_whole_grid_of_constants_within_1_percent),
    };

    if (count > 1 && strcmp(argument[1], "whole") == 0)
        return cmocka_run_group_tests(whole, NULL, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
