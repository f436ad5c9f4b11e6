/* SPDX-License-Identifier: MIT
 * lost_memory.c -- what an optimizer keeps from round to round in a worker's memory goes with
 * it.
 */
#include "tests/unit/job/sync_bench.h"

#define ADMM "{kind: admm, learning_rate: 0.1, batch_size: 50, local_epochs: 2}"

static void learn(struct learner *learner, int64_t round)
{
    for (int w = 0; w < WORKERS; w++)
        learner_begin(learner, w, round);
    for (int w = 0; w < WORKERS; w++)
        learner_finish(learner, w, round);
    learner_reduce(learner, round, NULL);
}

static bool same_model(const struct bench *a, const struct bench *b)
{
    size_t bytes = (size_t)learner_facts(a->learner)->parameters * sizeof(float);

    return memcmp(learner_parameters(a->learner), learner_parameters(b->learner), bytes) == 0;
}

static void multipliers_that_are_lost_change_the_rounds_after(void **state)
{
    struct bench kept, lost;

    (void)state;
    bench_init(&kept, ADMM, 0);
    bench_init(&lost, ADMM, 0);
    learn(kept.learner, 0);
    learn(lost.learner, 0);
    learner_forget(lost.learner, 1);
    assert_true(same_model(&kept, &lost)); /* the model itself is not lost */
    learn(kept.learner, 1);
    learn(lost.learner, 1);
    assert_false(same_model(&kept, &lost));
    bench_done(&kept);
    bench_done(&lost);
}

static void before_the_first_round_there_is_nothing_to_lose(void **state)
{
    struct bench kept, lost;

    (void)state;
    bench_init(&kept, ADMM, 0);
    bench_init(&lost, ADMM, 0);
    learner_forget(lost.learner, 1);
    for (int64_t round = 0; round < 2; round++) {
        learn(kept.learner, round);
        learn(lost.learner, round);
    }
    assert_true(same_model(&kept, &lost));
    bench_done(&kept);
    bench_done(&lost);
}

/* Lost while it computed or exchanged: the round that it then repeats is the one of a worker
 * that was lost before it began. */
static void a_round_that_was_begun_is_begun_again_without_them(void **state)
{
    (void)state;
    for (int helpers = 0; helpers < 2; helpers++) {
        struct bench before, within;

        bench_init(&before, ADMM, helpers);
        bench_init(&within, ADMM, helpers);
        learn(before.learner, 0);
        learn(within.learner, 0);
        learner_forget(before.learner, 2);
        for (int w = 0; w < WORKERS; w++)
            learner_begin(within.learner, w, 1);
        learner_finish(within.learner, 2, 1);
        learner_forget(within.learner, 2);
        for (int64_t round = 1; round < 3; round++) {
            learn(before.learner, round);
            learn(within.learner, round);
        }
        assert_true(same_model(&before, &within));
        bench_done(&before);
        bench_done(&within);
    }
}

/* What it had sent before it was lost is in the mean, but nobody keeps its multipliers. */
static void what_was_sent_counts_and_is_not_kept(void **state)
{
    struct bench sent, later;

    (void)state;
    bench_init(&sent, ADMM, 0);
    bench_init(&later, ADMM, 0);
    for (int w = 0; w < WORKERS; w++) {
        learner_begin(sent.learner, w, 0);
        learner_finish(sent.learner, w, 0);
    }
    learner_forget(sent.learner, 0);
    learner_reduce(sent.learner, 0, NULL);
    learn(later.learner, 0);
    learner_forget(later.learner, 0);
    assert_true(same_model(&sent, &later));
    learn(sent.learner, 1);
    learn(later.learner, 1);
    assert_true(same_model(&sent, &later));
    bench_done(&sent);
    bench_done(&later);
}

static void model_averaging_has_nothing_to_lose(void **state)
{
    struct bench kept, lost;

    (void)state;
    bench_init(&kept, MA, 0);
    bench_init(&lost, MA, 0);
    for (int64_t round = 0; round < 3; round++) {
        learn(kept.learner, round);
        learn(lost.learner, round);
        learner_forget(lost.learner, 1);
    }
    assert_true(same_model(&kept, &lost));
    bench_done(&kept);
    bench_done(&lost);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(multipliers_that_are_lost_change_the_rounds_after),
        cmocka_unit_test(before_the_first_round_there_is_nothing_to_lose),
        cmocka_unit_test(a_round_that_was_begun_is_begun_again_without_them),
        cmocka_unit_test(what_was_sent_counts_and_is_not_kept),
        cmocka_unit_test(model_averaging_has_nothing_to_lose),
    };

    math_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
