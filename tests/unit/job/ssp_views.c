/* SPDX-License-Identifier: MIT
 * ssp_views.c -- clocks from views of one's own (learner/stale.h). */
#include "sim/job/learner/stale_inside.h"
#include "tests/unit/job/sync_bench.h"

static const char *const optimizer[] = {GA, MA};

static void do_clock(struct learner *learner, int worker, int64_t clock, const int64_t *seen)
{
    learner_begin_seen(learner, worker, clock, seen, all);
    learner_finish_seen(learner, worker, clock);
    learner_publish(learner, worker, clock);
}

/* Everybody sees everything of the clock before. */
static void learn_in_step(struct learner *learner, int64_t clocks)
{
    for (int64_t clock = 0; clock < clocks; clock++) {
        const int64_t seen[WORKERS] = {clock - 1, clock - 1, clock - 1};

        for (int w = WORKERS - 1; w >= 0; w--) /* the order of publishing does not matter */
            do_clock(learner, w, clock, seen);
        learner_reduce_published(learner, clock);
    }
}

static void whoever_has_seen_all_learns_as_with_a_barrier(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        for (int helpers = 0; helpers < 3; helpers += 2) {
            struct bench barrier, seen;

            bench_init(&barrier, optimizer[i], 0);
            bench_init(&seen, optimizer[i], helpers);
            learn_together(barrier.learner, 5);
            learn_in_step(seen.learner, 5);
            assert_same_weights(&barrier, &seen);
            bench_done(&barrier);
            bench_done(&seen);
        }
}

/* The model that a worker goes on from when it has seen only its own is its own. */
static void whoever_has_seen_nobody_elses_model_goes_on_from_its_own(void **state)
{
    const int64_t none[WORKERS] = {-1, -1, -1}, own[WORKERS] = {0, -1, -1};
    struct bench seen, alone;
    struct tensor *model[3];

    (void)state;
    bench_init(&seen, MA, 0);
    bench_init(&alone, MA, 0);
    do_clock(seen.learner, 0, 0, none);
    do_clock(seen.learner, 0, 1, own);
    learner_reduce_published(seen.learner, 0);
    learner_reduce_published(seen.learner, 1); /* of worker 0 alone */
    model[0] = learner_weights(alone.learner);
    for (int64_t r = 0; r < 2; r++) {
        learner_begin_from(alone.learner, 0, r, model[r]);
        model[r + 1] = learner_finish_from(alone.learner, 0, r);
    }
    assert_memory_equal(learner_parameters(seen.learner), model[2]->value, bench_bytes(&seen));
    for (int i = 0; i < 3; i++)
        tensor_unref(model[i]);
    bench_done(&seen);
    bench_done(&alone);
}

/* Shards of 334, 333 and 333 rows, batches of 50: each has a third of the clock's weight. */
static void a_gradient_counts_for_its_share_of_the_clock(void **state)
{
    const int64_t none[WORKERS] = {-1, -1, -1}, own[WORKERS] = {0, -1, -1};
    struct bench seen, alone;
    struct tensor *initial, *whole, *next, *before;
    const float *after;

    (void)state;
    bench_init(&seen, GA, 0);
    bench_init(&alone, GA, 0);
    /* alone: the step from where a third of the first gradient leads */
    initial = learner_weights(alone.learner);
    learner_begin_from(alone.learner, 0, 0, initial);
    whole = learner_finish_from(alone.learner, 0, 0);
    for (int64_t i = 0; i < learner_facts(alone.learner)->parameters; i++)
        whole->value[i] = initial->value[i] + (whole->value[i] - initial->value[i]) / 3;
    learner_begin_from(alone.learner, 0, 1, whole);
    next = learner_finish_from(alone.learner, 0, 1);
    /* seen: the same, from a view */
    do_clock(seen.learner, 0, 0, none);
    do_clock(seen.learner, 0, 1, own);
    learner_reduce_published(seen.learner, 0);
    before = learner_weights(seen.learner);
    learner_reduce_published(seen.learner, 1); /* of worker 0 alone: its whole gradient */
    after = learner_parameters(seen.learner);
    for (int64_t i = 0; i < learner_facts(alone.learner)->parameters; i++)
        assert_close(after[i] - before->value[i] + 1, next->value[i] - whole->value[i] + 1,
                     1e-6);
    tensor_unref(initial);
    tensor_unref(whole);
    tensor_unref(next);
    tensor_unref(before);
    bench_done(&seen);
    bench_done(&alone);
}

static void of_models_only_the_newest_count(void **state)
{
    const int64_t none[WORKERS] = {-1, -1, -1}, zero[WORKERS] = {0, 0, 0};
    const int64_t ahead[WORKERS] = {0, 0, 1};
    struct bench seen, plain;
    struct tensor *weights;
    const struct clock_row *row;

    (void)state;
    bench_init(&seen, MA, 0);
    for (int w = 0; w < WORKERS; w++)
        do_clock(seen.learner, w, 0, none);
    learner_reduce_published(seen.learner, 0);
    do_clock(seen.learner, 2, 1, zero);
    do_clock(seen.learner, 0, 1, ahead); /* from the mean of its, 1's first and 2's second */
    bench_init(&plain, MA, 0);
    weights = learner_weights(plain.learner);
    row = ((struct computed *)seen.learner)->stale->row;
    for (int64_t i = 0; i < learner_facts(plain.learner)->parameters; i++) {
        /* rows are the clocks -1, 0 and 1 */
        double sum = row[1].message[0]->value[i] * 334.0 + row[1].message[1]->value[i] * 333.0 +
                     row[2].message[2]->value[i] * 333.0;

        weights->value[i] = (float)(sum / 1000);
    }
    learner_begin_from(plain.learner, 0, 1, weights);
    tensor_unref(weights);
    weights = learner_finish_from(plain.learner, 0, 1);
    assert_memory_equal(row[2].message[0]->value, weights->value, bench_bytes(&seen));
    tensor_unref(weights);
    bench_done(&seen);
    bench_done(&plain);
}

static void a_clock_begun_again_is_that_from_the_later_view(void **state)
{
    const int64_t none[WORKERS] = {-1, -1, -1}, own[WORKERS] = {0, -1, -1},
                  two[WORKERS] = {0, 0, -1};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct bench once, twice;

        bench_init(&once, optimizer[i], 0);
        bench_init(&twice, optimizer[i], 2);
        for (int w = 0; w < 2; w++) {
            do_clock(once.learner, w, 0, none);
            do_clock(twice.learner, w, 0, none);
        }
        learner_begin_seen(twice.learner, 0, 1, own, all); /* lost */
        do_clock(twice.learner, 0, 1, two);
        do_clock(once.learner, 0, 1, two);
        for (int64_t clock = 0; clock < 2; clock++) {
            learner_reduce_published(once.learner, clock);
            learner_reduce_published(twice.learner, clock);
        }
        assert_same_weights(&once, &twice);
        bench_done(&once);
        bench_done(&twice);
    }
}

static void what_nobody_needs_any_more_is_forgotten(void **state)
{
    struct bench bench;
    const struct stale *stale;
    int64_t held;

    (void)state;
    bench_init(&bench, GA, 0);
    learn_in_step(bench.learner, 5);
    stale = ((struct computed *)bench.learner)->stale;
    held = stale->tensors.held;
    assert_true(held < 5 * WORKERS);
    for (int64_t clock = 5; clock < 50; clock++) {
        const int64_t seen[WORKERS] = {clock - 1, clock - 1, clock - 1};

        for (int w = 0; w < WORKERS; w++)
            do_clock(bench.learner, w, clock, seen);
        learner_reduce_published(bench.learner, clock);
    }
    assert_int_equal(stale->tensors.held, held);
    bench_done(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_has_seen_all_learns_as_with_a_barrier),
        cmocka_unit_test(whoever_has_seen_nobody_elses_model_goes_on_from_its_own),
        cmocka_unit_test(a_gradient_counts_for_its_share_of_the_clock),
        cmocka_unit_test(of_models_only_the_newest_count),
        cmocka_unit_test(a_clock_begun_again_is_that_from_the_later_view),
        cmocka_unit_test(what_nobody_needs_any_more_is_forgotten),
    };

    math_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
