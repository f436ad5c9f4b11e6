/* SPDX-License-Identifier: MIT
 * exchange_polling.c -- polls computed are polls simulated: `computed` equals `explicit` in
 * every count, time and cent, bit for bit, whatever is drawn at random. */
#include "sim/channel/exchange.h"
#include "tests/conformance/exchange_lab.h"

/* Sanitizers see in few ranks what they would see in many. */
#ifdef __SANITIZE_ADDRESS__
static const int counts[] = {2, 5, 11};
#else
static const int counts[] = {2, 10, 50};
#endif

/* Reads that found nothing, or more LISTs than the one that the last object of a GATHER needs.
 */
static bool has_polled(const struct ending *ending)
{
    return ending->failed > ending->refused || ending->lists > ending->through;
}

/* Numbers of struct ending and the times of all ranks, but for the one left out.  Returns
 * whether anybody has polled. */
static bool compare_numbers(struct trial trial, size_t left_out)
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
            fail_msg("%s of %d ranks over %s: number %zu is %.17g computed, %.17g explicit",
                     trial.pattern, trial.ranks, trial.channel, i, computed[i], explicit[i]);
    return has_polled((const struct ending *)computed);
}

/* Every pattern over every store; of DynamoDB scans and queries. */
static void compare_all_but(struct trial trial, size_t left_out)
{
    for (int j = 0; all_stores[j]; j++) {
        bool polled = false;

        trial.channel = all_stores[j];
        for (int i = 0; all_patterns[i]; i++) {
            trial.pattern = all_patterns[i];
            if (!they_fit(trial.pattern, trial.channel))
                continue;
            trial.queries = i % 2;
            polled |= compare_numbers(trial, left_out);
            trial.queries = !trial.queries;
            if (strcmp(trial.channel, "dynamodb") == 0)
                polled |= compare_numbers(trial, left_out);
        }
        assert_true(polled || trial.doom_s > 0); /* who dies early leaves nobody to poll */
    }
}

static void compare_all(struct trial trial)
{
    compare_all_but(trial, SIZE_MAX);
}

static void with_jittered_latency(void **state)
{
    (void)state;
    for (int j = 0; j < 3; j++)
        compare_all((struct trial){.ranks = counts[j], .bytes = 400000, .jitter = true});
}

static void with_ranks_that_come_late(void **state)
{
    (void)state;
    for (int j = 0; j < 3; j++)
        compare_all(
            (struct trial){.ranks = counts[j], .bytes = 400000, .jitter = true, .late_s = 3.7});
}

static void with_requests_refused(void **state)
{
    (void)state;
    for (int j = 1; j < 3; j++)
        compare_all((struct trial){.ranks = counts[j],
                                   .bytes = 400000,
                                   .jitter = true,
                                   .rate_per_s = counts[j] / 3.0,
                                   .late_s = 0.01});
}

static void with_answers_of_several_pages(void **state)
{
    (void)state;
    for (int j = 1; j < 3; j++)
        compare_all((struct trial){
            .ranks = counts[j], .bytes = 400000, .jitter = true, .page = 3, .late_s = 0.9});
}

static void with_a_rank_that_dies_while_others_poll(void **state)
{
    (void)state;
    for (int k = 1; k < 20; k += 2)
        compare_all((struct trial){.ranks = 10,
                                   .bytes = 400000,
                                   .jitter = true,
                                   .late_s = 0.9,
                                   .doom_s = 10 + 0.77 * k,
                                   .doomed = k % 10,
                                   .replaced = k % 4 == 1});
}

/* What is accrued *within* an instant depends on the order of events in it. */
static void without_jitter_where_much_happens_at_once(void **state)
{
    (void)state;
    for (int j = 0; j < 3; j++)
        compare_all_but((struct trial){.ranks = counts[j], .bytes = 0, .late_s = 0.25},
                        offsetof(struct ending, accrued_pusd) / sizeof(double));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_jittered_latency),
        cmocka_unit_test(with_ranks_that_come_late),
        cmocka_unit_test(with_requests_refused),
        cmocka_unit_test(with_answers_of_several_pages),
        cmocka_unit_test(with_a_rank_that_dies_while_others_poll),
        cmocka_unit_test(without_jitter_where_much_happens_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
