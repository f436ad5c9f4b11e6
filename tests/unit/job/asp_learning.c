/* SPDX-License-Identifier: MIT
 * asp_learning.c -- rounds from a given model (learner/stale.h). */
#include "tests/unit/job/sync_bench.h"

/* One after another, each from what the one before has made. */
static struct tensor *in_turn(struct learner *learner, int64_t rounds)
{
    struct tensor *model = learner_weights(learner);

    for (int64_t r = 0; r < rounds; r++)
        for (int w = 0; w < WORKERS; w++) {
            struct tensor *next;

            learner_begin_from(learner, w, r, model);
            next = learner_finish_from(learner, w, r);
            tensor_unref(model);
            model = next;
        }
    return model;
}

static void a_model_is_what_the_optimizer_makes_of_the_workers_own_message(void **state)
{
    static const bool only_1[WORKERS] = {false, true, false};
    static const char *const optimizer[] = {GA, MA};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct bench alone, among;
        struct tensor *initial, *model;

        bench_init(&alone, optimizer[i], 0);
        bench_init(&among, optimizer[i], 0);
        initial = learner_weights(alone.learner);
        learner_begin_from(alone.learner, 1, 0, initial);
        model = learner_finish_from(alone.learner, 1, 0);
        learner_begin(among.learner, 1, 0);
        learner_reduce(among.learner, 0, only_1);
        assert_memory_equal(model->value, learner_parameters(among.learner),
                            bench_bytes(&alone));
        tensor_unref(initial);
        tensor_unref(model);
        bench_done(&alone);
        bench_done(&among);
    }
}

static void threads_change_no_bit(void **state)
{
    struct bench one, four;
    struct tensor *a, *b;

    (void)state;
    bench_init(&one, MA, 0);
    bench_init(&four, MA, 3);
    a = in_turn(one.learner, 3);
    b = in_turn(four.learner, 3);
    assert_memory_equal(a->value, b->value, bench_bytes(&one));
    tensor_unref(a);
    tensor_unref(b);
    bench_done(&one);
    bench_done(&four);
}

static void the_base_is_left_as_it_was(void **state)
{
    struct bench bench;
    struct tensor *base, *again, *model;

    (void)state;
    bench_init(&bench, GA, 1);
    base = learner_weights(bench.learner);
    learner_begin_from(bench.learner, 0, 0, base);
    model = learner_finish_from(bench.learner, 0, 0);
    again = learner_weights(bench.learner);
    assert_memory_equal(base->value, again->value, bench_bytes(&bench));
    assert_memory_not_equal(model->value, base->value, bench_bytes(&bench));
    tensor_unref(base);
    tensor_unref(again);
    tensor_unref(model);
    bench_done(&bench);
}

/* It lost its round, and reads a newer model when it is back. */
static void a_round_begun_again_is_that_from_the_later_base(void **state)
{
    struct bench once, twice;
    struct tensor *initial[2], *newer[2], *model[2];

    (void)state;
    bench_init(&once, MA, 0);
    bench_init(&twice, MA, 2);
    initial[0] = learner_weights(once.learner);
    initial[1] = learner_weights(twice.learner);
    newer[0] = in_turn(once.learner, 1);
    newer[1] = in_turn(twice.learner, 1);
    learner_begin_from(twice.learner, 0, 1, initial[1]);
    learner_begin_from(twice.learner, 0, 1, newer[1]);
    learner_begin_from(once.learner, 0, 1, newer[0]);
    model[0] = learner_finish_from(once.learner, 0, 1);
    model[1] = learner_finish_from(twice.learner, 0, 1);
    assert_memory_equal(model[0]->value, model[1]->value, bench_bytes(&once));
    for (int i = 0; i < 2; i++) {
        tensor_unref(initial[i]);
        tensor_unref(newer[i]);
        tensor_unref(model[i]);
    }
    bench_done(&once);
    bench_done(&twice);
}

static void an_adopted_model_is_what_is_evaluated_and_kept(void **state)
{
    struct bench bench;
    struct tensor *model;
    struct evaluation before, after;

    (void)state;
    bench_init(&bench, MA, 0);
    model = learner_weights(bench.learner);
    learner_adopt(bench.learner, 0, model);
    learner_evaluate(bench.learner, 0);
    before = learner_evaluation(bench.learner, 0);
    tensor_unref(model);
    model = in_turn(bench.learner, 2);
    learner_adopt(bench.learner, 1, model);
    learner_evaluate(bench.learner, 1);
    after = learner_evaluation(bench.learner, 1);
    assert_true(after.train_loss < before.train_loss);
    assert_memory_equal(learner_parameters(bench.learner), model->value, bench_bytes(&bench));
    tensor_unref(model);
    bench_done(&bench);
}

static void what_was_learnt_before_cannot_be_repeated_by_the_clock(void **state)
{
    struct bench bench;
    struct trajectory *trajectory;
    struct learner *replayed;

    (void)state;
    bench_init(&bench, MA, 0);
    assert_null(learner_stale_objection(bench.learner));
    trajectory = learner_record(bench.learner);
    learn_together(bench.learner, 1);
    replayed = learner_new_replayed(trajectory);
    assert_non_null(learner_stale_objection(replayed));
    learner_free(replayed);
    bench_done(&bench);
    trajectory_free(trajectory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_is_what_the_optimizer_makes_of_the_workers_own_message),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(the_base_is_left_as_it_was),
        cmocka_unit_test(a_round_begun_again_is_that_from_the_later_base),
        cmocka_unit_test(an_adopted_model_is_what_is_evaluated_and_kept),
        cmocka_unit_test(what_was_learnt_before_cannot_be_repeated_by_the_clock),
    };

    math_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
