/* SPDX-License-Identifier: MIT
 * learner.c -- learners: the same values on any number of threads, repeated rounds, replay. */
#include "sim/job/learner/learner.h"
#include "algorithms/collective/collective.h"
#include "algorithms/math/blas.h"
#include "algorithms/optimizer/optimizer.h"
#include "sim/channel/channel.h"
#include "sim/job/job.h"
#include "sim/job/learner/data_shelf.h"
#include "sim/job/sync/sync.h"
#include "sim/node/platform.h"
#include "tests/test.h"

static const struct family *const families[] = {
    &job_family,   &platform_family,  &channel_family, &pattern_family,   &sync_family,
    &model_family, &optimizer_family, &data_family,    &partition_family, NULL,
};

static const char text[] = "name: learner\n"
                           "workers: 3\n"
                           "data: {source: higgs-like, rows: 1000, test_rows: 100}\n"
                           "model: lr\n"
                           "optimizer: {kind: ma_sgd, learning_rate: 0.1, batch_size: 50}\n"
                           "platform: {kind: faas, provider: aws-2020}\n"
                           "channel: s3\n"
                           "pattern: allreduce\n"
                           "sync: bsp\n"
                           "stop: {epochs: 3}\n";

struct bench {
    struct diag_list diags;
    struct scenario *scenario;
    struct pool *pool;
    struct learner *learner;
};

static void bench_init(struct bench *bench, int helpers)
{
    struct scenario_options options = {.families = families, .platforms_dir = "platforms"};

    diag_init(&bench->diags);
    bench->scenario =
        scenario_new_from_memory("learner", text, sizeof text - 1, &options, &bench->diags);
    diag_print(&bench->diags, stderr);
    assert_non_null(bench->scenario);
    bench->pool = pool_new(helpers, 0);
    bench->learner = learner_new_computed(bench->scenario, bench->pool, &bench->diags);
    assert_non_null(bench->learner);
}

static void bench_done(struct bench *bench)
{
    learner_free(bench->learner);
    pool_free(bench->pool);
    scenario_free(bench->scenario);
    diag_done(&bench->diags);
}

static void learn(struct learner *learner, int rounds, const bool *arrived)
{
    for (int64_t r = 0; r < rounds; r++) {
        for (int w = 0; w < 3; w++)
            learner_begin(learner, w, r);
        for (int w = 0; w < 3; w++)
            learner_finish(learner, w, r);
        learner_reduce(learner, r, arrived);
        learner_evaluate(learner, r);
    }
}

static void threads_change_no_bit(void **state)
{
    struct bench one, four;
    size_t bytes;

    (void)state;
    bench_init(&one, 0);
    bench_init(&four, 3);
    learn(one.learner, 3, NULL);
    learn(four.learner, 3, NULL);
    bytes = (size_t)learner_facts(one.learner)->parameters * sizeof(float);
    assert_memory_equal(learner_parameters(one.learner), learner_parameters(four.learner),
                        bytes);
    for (int64_t r = 0; r < 3; r++) {
        struct evaluation a = learner_evaluation(one.learner, r);
        struct evaluation b = learner_evaluation(four.learner, r);

        assert_memory_equal(&a, &b, sizeof a);
        assert_true(isfinite(a.train_loss) && isfinite(a.test_loss));
    }
    bench_done(&one);
    bench_done(&four);
}

static void a_worker_that_lost_its_round_repeats_it(void **state)
{
    struct bench once, twice;

    (void)state;
    bench_init(&once, 0);
    bench_init(&twice, 0);
    for (int w = 0; w < 3; w++) {
        learner_begin(once.learner, w, 0);
        learner_begin(twice.learner, w, 0);
    }
    learner_finish(twice.learner, 1, 0);
    learner_begin(twice.learner, 1, 0); /* crashed, and back again */
    learner_reduce(once.learner, 0, NULL);
    learner_reduce(twice.learner, 0, NULL);
    assert_memory_equal(learner_parameters(once.learner), learner_parameters(twice.learner),
                        (size_t)learner_facts(once.learner)->parameters * sizeof(float));
    bench_done(&once);
    bench_done(&twice);
}

static void who_did_not_arrive_is_not_in_the_mean(void **state)
{
    const bool arrived[3] = {true, false, true};
    struct bench all, without;

    (void)state;
    bench_init(&all, 0);
    bench_init(&without, 0);
    learn(all.learner, 1, NULL);
    learn(without.learner, 1, arrived);
    assert_memory_not_equal(learner_parameters(all.learner),
                            learner_parameters(without.learner),
                            (size_t)learner_facts(all.learner)->parameters * sizeof(float));
    bench_done(&all);
    bench_done(&without);
}

static void a_replayed_learner_repeats_work_and_losses_without_values(void **state)
{
    struct bench bench;
    struct trajectory *trajectory;
    struct learner *replayed;
    struct work work[3];

    (void)state;
    bench_init(&bench, 0);
    trajectory = learner_record(bench.learner);
    learn(bench.learner, 2, NULL);
    for (int w = 0; w < 3; w++)
        work[w] = learner_begin(bench.learner, w, 2);
    learner_reduce(bench.learner, 2, NULL);
    learner_evaluation(bench.learner, 1);
    replayed = learner_new_replayed(trajectory);
    assert_int_equal(learner_facts(replayed)->vector_bytes,
                     learner_facts(bench.learner)->vector_bytes);
    assert_memory_equal(learner_facts(replayed)->sum_bytes,
                        learner_facts(bench.learner)->sum_bytes, 3 * sizeof(int64_t));
    for (int w = 0; w < 3; w++) {
        struct work again = learner_begin(replayed, w, 2);

        assert_memory_equal(&again, &work[w], sizeof again);
    }
    assert_true(learner_evaluation(replayed, 1).train_loss ==
                learner_evaluation(bench.learner, 1).train_loss);
    assert_null(learner_parameters(replayed));
    learner_free(replayed);
    bench_done(&bench);
    trajectory_free(trajectory);
}

static char *key_of(const char *setting)
{
    const char *const set[] = {setting, NULL};
    struct scenario_options options = {
        .families = families, .platforms_dir = "platforms", .set = set};
    struct diag_list diags;
    struct scenario *scenario;
    char *key;

    diag_init(&diags);
    scenario = scenario_new_from_memory("learner", text, sizeof text - 1, &options, &diags);
    assert_non_null(scenario);
    key = data_shelf_key(scenario);
    scenario_free(scenario);
    diag_done(&diags);
    return key;
}

static void rows_are_the_same_if_source_and_seed_are(void **state)
{
    char *seed = key_of("seed=71"), *rate = key_of("optimizer.learning_rate=0.25");
    char *validation = key_of("data.validation=0.3"), *rows = key_of("data.rows=1234");

    (void)state;
    assert_string_equal(rate, validation);
    assert_string_not_equal(rate, seed);
    assert_string_not_equal(rate, rows);
    free(seed);
    free(rate);
    free(validation);
    free(rows);
}

static void lent_rows_change_no_bit_and_are_not_changed(void **state)
{
    struct data_shelf *shelf = data_shelf_new(0);
    struct bench bench;

    (void)state;
    bench_init(&bench, 0);
    learn(bench.learner, 4, NULL);
    data_shelf_load(shelf, bench.scenario);
    assert_non_null(data_shelf_find(shelf, bench.scenario));
    for (int i = 0; i < 2; i++) {
        struct learner *lent =
            learner_new_lent(bench.scenario, shelf, bench.pool, &bench.diags);

        learn(lent, 4, NULL);
        assert_memory_equal(learner_parameters(lent), learner_parameters(bench.learner),
                            (size_t)learner_facts(lent)->parameters * sizeof(float));
        learner_free(lent);
    }
    data_shelf_free(shelf);
    bench_done(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(a_worker_that_lost_its_round_repeats_it),
        cmocka_unit_test(who_did_not_arrive_is_not_in_the_mean),
        cmocka_unit_test(a_replayed_learner_repeats_work_and_losses_without_values),
        cmocka_unit_test(rows_are_the_same_if_source_and_seed_are),
        cmocka_unit_test(lent_rows_change_no_bit_and_are_not_changed),
    };

    math_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
