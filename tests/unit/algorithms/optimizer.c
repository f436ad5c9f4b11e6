/* SPDX-License-Identifier: MIT
 * optimizer.c -- GA-SGD and MA-SGD are what they claim: one worker is plain SGD, W workers of
 * GA-SGD are one large batch, and a repeated round gives the same bits. */
#include "algorithms/optimizer/optimizer.h"

#include "algorithms/math/blas.h"
#include "algorithms/reduce.h"
#include "base/pool.h"
#include "tests/unit/algorithms/naive.h"

enum { ROWS = 1200, FEATURES = 28, WORKERS = 4 };

struct fixture {
    struct sample sample;
    struct lr_conf lr;
    struct ga_sgd_conf ga;
    struct ma_sgd_conf ma;
    struct model model;
    struct optimizer optimizer;
    struct scratch scratch;
    size_t bytes; /* of P floats */
    float *w, *plain, *reduced, *message[WORKERS];
};

static void set_up(struct fixture *f, const char *kind, double density, int32_t classes)
{
    struct err err = {""};
    const void *conf = strcmp(kind, "ga_sgd") == 0 ? (void *)&f->ga : (void *)&f->ma;

    f->sample = sample_new(1, ROWS, FEATURES, classes, density);
    f->lr = (struct lr_conf){.l2 = 0.01};
    f->ga = (struct ga_sgd_conf){.learning_rate = 0.1, .batch_size = 100};
    f->ma = (struct ma_sgd_conf){.learning_rate = 0.1, .batch_size = 100, .local_epochs = 2};
    assert_true(model_init(
        &f->model, &(struct choice){.kind = family_find(&model_family, "lr"), .conf = &f->lr},
        &f->sample.matrix, &err));
    f->optimizer = optimizer_of(
        &(struct choice){.kind = family_find(&optimizer_family, kind), .conf = (void *)conf},
        &f->model);
    optimizer_scratch_init(&f->optimizer, ROWS, &f->scratch);
    f->bytes = (size_t)f->model.parameters * sizeof(float);
    f->w = malloc(f->bytes);
    f->plain = malloc(f->bytes);
    f->reduced = malloc(f->bytes);
    for (int i = 0; i < WORKERS; i++)
        f->message[i] = malloc(f->bytes);
    f->model.kind->init(&f->model, 3, f->w);
    memcpy(f->plain, f->w, f->bytes);
}

static void tear_down(struct fixture *f)
{
    scratch_done(&f->scratch);
    free(f->w);
    free(f->plain);
    free(f->reduced);
    for (int i = 0; i < WORKERS; i++)
        free(f->message[i]);
    sample_done(&f->sample);
}

/* One round of so many workers from f->w to f->w. */
static void go_round(struct fixture *f, const struct sampler *sampler, int workers,
                     int64_t round)
{
    const struct optimizer_kind *kind = f->optimizer.kind;
    const float *contribution[WORKERS];
    double weight[WORKERS];

    for (int i = 0; i < workers; i++) {
        weight[i] = kind->contribute(&f->optimizer, f->w, NULL, &sampler[i], round, &f->scratch,
                                     f->message[i]);
        contribution[i] = f->message[i];
    }
    reduce(contribution, weight, NULL, workers, f->model.parameters, f->reduced);
    kind->apply(&f->optimizer, f->w, f->reduced, round);
}

static void one_workers_ma_sgd_is_plain_sgd_bit_for_bit(void **state)
{
    (void)state;
    for (int shape = 0; shape < 4; shape++) {
        struct fixture f;
        struct sampler sampler;
        int64_t step = 0;

        set_up(&f, "ma_sgd", shape & 1 ? 0.2 : 1, shape & 2 ? 3 : 2);
        sampler_init(&sampler, rows_all(&f.sample.matrix), 100, 0, 5, 0);
        for (int64_t round = 0; round < 3; round++) {
            go_round(&f, &sampler, 1, round);
            for (int64_t i = 0; i < 2 * sampler.steps_per_epoch; i++)
                f.model.kind->descend(&f.model, f.plain,
                                      sampler_rows(&sampler, step++, f.scratch.index),
                                      f.scratch.number, 0.1f);
            assert_memory_equal(f.w, f.plain, f.bytes);
        }
        tear_down(&f);
    }
}

static void one_workers_ga_sgd_is_plain_sgd_bit_for_bit_on_dense_rows(void **state)
{
    (void)state;
    for (int32_t classes = 2; classes <= 3; classes++) {
        struct fixture f;
        struct sampler sampler;

        set_up(&f, "ga_sgd", 1, classes);
        sampler_init(&sampler, rows_all(&f.sample.matrix), 100, 0, 5, 0);
        for (int64_t round = 0; round < 30; round++) {
            go_round(&f, &sampler, 1, round);
            f.model.kind->descend(&f.model, f.plain,
                                  sampler_rows(&sampler, round, f.scratch.index),
                                  f.scratch.number, 0.1f);
            assert_memory_equal(f.w, f.plain, f.bytes);
        }
        tear_down(&f);
    }
}

static void w_workers_of_ga_sgd_are_one_large_batch_to_rounding(void **state)
{
    static const int64_t cut[WORKERS + 1] = {0, 300, 500, 1100, ROWS};

    (void)state;
    for (int sparse = 0; sparse < 2; sparse++) {
        struct fixture f;
        struct sampler sampler[WORKERS];
        double *expected;

        set_up(&f, "ga_sgd", sparse ? 0.2 : 1, 2);
        for (int i = 0; i < WORKERS; i++)
            sampler_init(&sampler[i], sample_rows(&f.sample, true, cut[i], cut[i + 1] - cut[i]),
                         ROWS, 0, 5, (uint32_t)i);
        for (int64_t round = 0; round < 20; round++) {
            go_round(&f, sampler, WORKERS, round);
            f.model.kind->descend(&f.model, f.plain, rows_all(&f.sample.matrix),
                                  f.scratch.number, 0.1f);
        }
        expected = naive_doubles(f.plain, f.model.parameters);
        assert_all_close(f.w, expected, f.model.parameters, 5e-6);
        free(expected);
        tear_down(&f);
    }
}

static void ma_sgd_averages_by_the_rows_of_the_shards(void **state)
{
    struct fixture f;
    struct sampler sampler[2];

    (void)state;
    set_up(&f, "ma_sgd", 1, 2);
    sampler_init(&sampler[0], sample_rows(&f.sample, true, 0, 300), 50, 0, 5, 0);
    sampler_init(&sampler[1], sample_rows(&f.sample, true, 300, 900), 50, 0, 5, 1);
    go_round(&f, sampler, 2, 0);
    for (int64_t i = 0; i < f.model.parameters; i++)
        assert_true(f.w[i] ==
                    (float)((300.0 * f.message[0][i] + 900.0 * f.message[1][i]) / 1200));
    tear_down(&f);
}

static void a_repeated_round_gives_the_same_bits(void **state)
{
    (void)state;
    for (int ga = 0; ga < 2; ga++) {
        struct fixture f;
        struct sampler sampler;

        set_up(&f, ga ? "ga_sgd" : "ma_sgd", 1, 2);
        sampler_init(&sampler, rows_all(&f.sample.matrix), 100, 0, 5, 0);
        for (int i = 0; i < 2; i++) {
            f.optimizer.kind->contribute(&f.optimizer, f.w, NULL, &sampler, 7, &f.scratch,
                                         f.message[i]);
            memset(f.scratch.number, 0x7f, (size_t)f.scratch.numbers * sizeof(float));
        }
        assert_memory_equal(f.message[0], f.message[1], f.bytes);
        tear_down(&f);
    }
}

static void a_round_of_ma_sgd_is_its_local_epochs_and_one_of_ga_sgd_a_step(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, "ma_sgd", 1, 2);
    assert_int_equal(optimizer_steps_per_round(&f.optimizer, 88), 176);
    tear_down(&f);
    set_up(&f, "ga_sgd", 1, 2);
    assert_int_equal(optimizer_steps_per_round(&f.optimizer, 88), 1);
    assert_int_equal(f.optimizer.kind->message_floats(&f.ga, &f.model), f.model.parameters);
    assert_int_equal(f.optimizer.kind->batch_size(&f.ga), 100);
    tear_down(&f);
}

static void a_rounds_work_is_that_of_its_charged_rows(void **state)
{
    struct fixture f;
    struct sampler sampler;
    struct work work;

    (void)state;
    set_up(&f, "ma_sgd", 1, 2);
    sampler_init(&sampler, rows_all(&f.sample.matrix), 1000, 88500, 5, 0);
    work = optimizer_round_work(&f.optimizer, &sampler, 4);
    assert_int_equal(work.rows, 2 * 88500);
    assert_int_equal(work.nonzeros, 2 * 88500 * FEATURES);
    assert_int_equal(work.calls, 2 * 89);
    assert_close(work.flops,
                 2 * (88500.0 * (8 * FEATURES + 20) + 89.0 * 2 * (double)f.model.parameters),
                 1e-12);
    tear_down(&f);
}

/* A worker's round as a job of the pool. */
struct round_job {
    struct future future;
    struct fixture *fixture;
    struct scratch *lane_scratch;
    struct sampler sampler;
    float *message;
};

static void run_round(void *arg, int lane)
{
    struct round_job *job = arg;
    struct fixture *f = job->fixture;

    f->optimizer.kind->contribute(&f->optimizer, f->w, NULL, &job->sampler, 2,
                                  &job->lane_scratch[lane], job->message);
}

static void threads_do_not_change_a_bit(void **state)
{
    enum { JOBS = 40, LANES_MOST = 4 };
    struct fixture f;
    struct scratch scratch[LANES_MOST];
    struct round_job job[JOBS];
    float *alone = NULL;

    (void)state;
    set_up(&f, "ma_sgd", 1, 3); /* three classes: OpenBLAS takes part */
    for (int lane = 0; lane < LANES_MOST; lane++)
        optimizer_scratch_init(&f.optimizer, ROWS, &scratch[lane]);
    for (int helpers = 0; helpers < LANES_MOST; helpers++) {
        struct pool *pool = pool_new(helpers, 0);
        float *messages = malloc(JOBS * f.bytes);

        for (int i = 0; i < JOBS; i++) {
            job[i] = (struct round_job){.fixture = &f,
                                        .lane_scratch = scratch,
                                        .message = messages + i * f.model.parameters};
            sampler_init(&job[i].sampler, rows_all(&f.sample.matrix), 100, 0, 5, (uint32_t)i);
            pool_submit(pool, &job[i].future, 1e6, run_round, &job[i]);
        }
        for (int i = JOBS; i-- > 0;)
            future_wait(pool, &job[i].future);
        pool_free(pool);
        if (!alone)
            alone = messages;
        assert_memory_equal(messages, alone, JOBS * f.bytes);
        if (messages != alone)
            free(messages);
    }
    free(alone);
    for (int lane = 0; lane < LANES_MOST; lane++)
        scratch_done(&scratch[lane]);
    tear_down(&f);
}

/* Two classes on dense rows need no BLAS, and vector.h promises the same bits everywhere: gcc
 * and clang, with AVX2 and without. */
static void two_classes_on_dense_rows_learn_the_same_bits_on_every_cpu(void **state)
{
    struct fixture f;
    struct sampler sampler;
    uint64_t hash = 0;

    (void)state;
    set_up(&f, "ma_sgd", 1, 2);
    sampler_init(&sampler, rows_all(&f.sample.matrix), 100, 100000, 5, 0);
    go_round(&f, &sampler, 1, 0);
    for (int64_t i = 0; i < f.model.parameters; i++) {
        uint32_t bits;

        memcpy(&bits, &f.w[i], sizeof bits);
        hash = (hash ^ bits) * UINT64_C(0x9E3779B97F4A7C15);
    }
    if (hash != UINT64_C(0x4BBFB0D5DE08F440))
        fail_msg("hash of the weights is 0x%016lX", (unsigned long)hash);
    tear_down(&f);
}

static void training_lowers_the_loss(void **state)
{
    (void)state;
    for (int ga = 0; ga < 2; ga++) {
        struct fixture f;
        struct sampler sampler;
        struct score before = {0}, after = {0};

        set_up(&f, ga ? "ga_sgd" : "ma_sgd", 1, 3);
        for (int64_t i = 0; i < ROWS; i++) /* something to learn */
            f.sample.y[i] =
                f.sample.x[i * FEATURES] > 0.5f ? 2 : f.sample.x[i * FEATURES + 1] > 0;
        sampler_init(&sampler, rows_all(&f.sample.matrix), 100, 0, 5, 0);
        f.model.kind->evaluate(&f.model, f.w, rows_all(&f.sample.matrix), f.scratch.number,
                               &before);
        for (int64_t round = 0; round < (ga ? 240 : 10); round++)
            go_round(&f, &sampler, 1, round);
        f.model.kind->evaluate(&f.model, f.w, rows_all(&f.sample.matrix), f.scratch.number,
                               &after);
        assert_true(after.loss < 0.6 * before.loss);
        assert_true(after.correct > before.correct);
        tear_down(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_workers_ma_sgd_is_plain_sgd_bit_for_bit),
        cmocka_unit_test(one_workers_ga_sgd_is_plain_sgd_bit_for_bit_on_dense_rows),
        cmocka_unit_test(w_workers_of_ga_sgd_are_one_large_batch_to_rounding),
        cmocka_unit_test(ma_sgd_averages_by_the_rows_of_the_shards),
        cmocka_unit_test(a_repeated_round_gives_the_same_bits),
        cmocka_unit_test(a_round_of_ma_sgd_is_its_local_epochs_and_one_of_ga_sgd_a_step),
        cmocka_unit_test(a_rounds_work_is_that_of_its_charged_rows),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(two_classes_on_dense_rows_learn_the_same_bits_on_every_cpu),
        cmocka_unit_test(training_lowers_the_loss),
    };

    math_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
