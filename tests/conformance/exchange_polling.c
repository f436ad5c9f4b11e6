/* SPDX-License-Identifier: MIT
 * exchange_polling.c -- polls computed are polls simulated: `computed` equals `explicit` in
 * every count, time and cent, bit for bit, whatever is drawn at random. */
#include "sim/channel/exchange.h"
#include "tests/conformance/exchange_lab.h"

static const int counts[] = {2, 10, 50};

/* 404s, or more LISTs than the one that the last object of a GATHER needs. */
static bool has_polled(const struct ending *ending)
{
    return ending->failed > ending->refused || ending->lists > ending->through;
}

/* Numbers of struct ending and the times of all ranks, but for the one left out. */
static void compare_numbers(struct trial trial, size_t left_out)
{
    const double *computed, *explicit;
    size_t numbers = sizeof(struct ending) / sizeof(double);

    trial.rounds = 3;
    trial.exchanges = 1;
    numbers += (size_t)(trial.ranks * trial.rounds);
    trial.polling = POLLING_COMPUTED;
    computed = (const double *)trial_in(0, trial);
    trial.polling = POLLING_EXPLICIT;
    explicit = (const double *)trial_in(1, trial);
    for (size_t i = 0; i < numbers; i++)
        if (i != left_out && memcmp(&computed[i], &explicit[i], sizeof(double)))
            fail_msg("%s of %d ranks: number %zu is %.17g computed, %.17g explicit",
                     trial.pattern, trial.ranks, i, computed[i], explicit[i]);
    assert_true(has_polled((const struct ending *)computed));
}

static void compare(struct trial trial)
{
    compare_numbers(trial, SIZE_MAX);
}

static void with_jittered_latency(void **state)
{
    (void)state;
    for (int i = 0; all_patterns[i]; i++)
        for (int j = 0; j < 3; j++)
            compare((struct trial){.pattern = all_patterns[i],
                                   .channel = "s3",
                                   .ranks = counts[j],
                                   .bytes = 400000,
                                   .jitter = true});
}

static void with_ranks_that_come_late(void **state)
{
    (void)state;
    for (int i = 0; all_patterns[i]; i++)
        for (int j = 0; j < 3; j++)
            compare((struct trial){.pattern = all_patterns[i],
                                   .channel = "s3",
                                   .ranks = counts[j],
                                   .bytes = 400000,
                                   .jitter = true,
                                   .late_s = 3.7});
}

static void with_requests_refused(void **state)
{
    (void)state;
    for (int i = 0; all_patterns[i]; i++)
        for (int j = 1; j < 3; j++)
            compare((struct trial){.pattern = all_patterns[i],
                                   .channel = "s3",
                                   .ranks = counts[j],
                                   .bytes = 400000,
                                   .jitter = true,
                                   .rate_per_s = counts[j] / 3.0,
                                   .late_s = 0.01});
}

static void with_lists_of_several_pages(void **state)
{
    (void)state;
    for (int i = 0; all_patterns[i]; i++)
        for (int j = 1; j < 3; j++)
            compare((struct trial){.pattern = all_patterns[i],
                                   .channel = "s3",
                                   .ranks = counts[j],
                                   .bytes = 400000,
                                   .jitter = true,
                                   .list_page = 3,
                                   .late_s = 0.9});
}

static void with_a_rank_that_dies_while_others_poll(void **state)
{
    (void)state;
    for (int i = 0; all_patterns[i]; i++)
        for (int k = 1; k < 20; k++)
            compare((struct trial){.pattern = all_patterns[i],
                                   .channel = "s3",
                                   .ranks = 10,
                                   .bytes = 400000,
                                   .jitter = true,
                                   .late_s = 0.9,
                                   .doom_s = 10 + 0.77 * k,
                                   .doomed = k % 10,
                                   .replaced = k % 2});
}

/* What is accrued *within* an instant depends on the order of events in it. */
static void without_jitter_where_much_happens_at_once(void **state)
{
    const size_t accrued = offsetof(struct ending, accrued_pusd) / sizeof(double);

    (void)state;
    for (int i = 0; all_patterns[i]; i++)
        for (int j = 0; j < 3; j++)
            compare_numbers((struct trial){.pattern = all_patterns[i],
                                           .channel = "s3",
                                           .ranks = counts[j],
                                           .bytes = 0,
                                           .late_s = 0.25},
                            accrued);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_jittered_latency),
        cmocka_unit_test(with_ranks_that_come_late),
        cmocka_unit_test(with_requests_refused),
        cmocka_unit_test(with_lists_of_several_pages),
        cmocka_unit_test(with_a_rank_that_dies_while_others_poll),
        cmocka_unit_test(without_jitter_where_much_happens_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
