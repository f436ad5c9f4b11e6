/* SPDX-License-Identifier: MIT
 * schedule.c -- step lengths epoch by epoch, by themselves and in the optimizers. */
#include "algorithms/optimizer/schedule.h"

#include "algorithms/optimizer/optimizer.h"
#include "tests/unit/algorithms/naive.h"

static void without_decay_the_rate_is_the_rate(void **state)
{
    struct schedule_conf none = {.decay = DECAY_NONE};

    (void)state;
    for (int64_t epoch = 0; epoch < 100; epoch++)
        assert_true(schedule_rate(&none, 0.1, epoch) == (float)0.1);
}

static void inverse_sqrt_divides_by_the_root_of_the_epoch(void **state)
{
    struct schedule_conf inverse_sqrt = {.decay = DECAY_INVERSE_SQRT};

    (void)state;
    assert_true(schedule_rate(&inverse_sqrt, 0.1, 0) == (float)0.1);
    assert_close(schedule_rate(&inverse_sqrt, 0.1, 1), 0.1 / sqrt(2), 1e-6);
    assert_close(schedule_rate(&inverse_sqrt, 0.1, 99), 0.01, 1e-6);
}

static void step_falls_after_every_so_many_epochs(void **state)
{
    struct schedule_conf step = {.decay = DECAY_STEP, .every_epochs = 3, .factor = 0.5};
    static const double expected[] = {8, 8, 8, 4, 4, 4, 2, 2, 2, 1};

    (void)state;
    for (int64_t epoch = 0; epoch < 10; epoch++)
        assert_true(schedule_rate(&step, 8, epoch) == (float)expected[epoch]);
}

static void the_rate_warms_up_step_by_step_and_is_whole_from_then_on(void **state)
{
    struct schedule_conf warm = {
        .decay = DECAY_STEP, .every_epochs = 3, .factor = 0.5, .warm_up = 2};

    (void)state;
    for (int64_t step = 0; step < 20; step++) /* 10 steps an epoch */
        assert_close(schedule_step_rate(&warm, 1, step, 10), (double)(step + 1) / 20, 1e-6);
    assert_true(schedule_step_rate(&warm, 1, 19, 10) == 1.0f);
    assert_true(schedule_step_rate(&warm, 1, 29, 10) == 1.0f);
    assert_true(schedule_step_rate(&warm, 1, 30, 10) == 0.5f);
}

struct fixture {
    struct sample sample;
    struct lr_conf lr;
    struct model model;
    struct optimizer optimizer;
    struct sampler sampler;
    struct scratch scratch;
    float w[2 * 6], message[2 * 6];
};

/* 100 rows in batches of 20: 5 steps an epoch. */
static void set_up(struct fixture *f, const char *kind, void *conf)
{
    struct err err = {""};

    f->sample = sample_new(1, 100, 5, 2, 1);
    f->lr = (struct lr_conf){0};
    assert_true(model_init(
        &f->model, &(struct choice){.kind = family_find(&model_family, "lr"), .conf = &f->lr},
        &f->sample.matrix, &err));
    f->optimizer = optimizer_of(
        &(struct choice){.kind = family_find(&optimizer_family, kind), .conf = conf},
        &f->model);
    sampler_init(&f->sampler, rows_all(&f->sample.matrix), 20, 0, 5, 0);
    f->optimizer.workers = 1;
    f->optimizer.steps_per_epoch = f->sampler.steps_per_epoch;
    optimizer_scratch_init(&f->optimizer, 100, &f->scratch);
    f->model.kind->init(&f->model, 3, f->w);
}

static void tear_down(struct fixture *f)
{
    scratch_done(&f->scratch);
    sample_done(&f->sample);
}

static void gradients_are_applied_at_the_rate_of_their_epoch(void **state)
{
    struct ga_sgd_conf conf = {
        .learning_rate = 1, .schedule.decay = DECAY_INVERSE_SQRT, .batch_size = 20};
    struct fixture f;

    (void)state;
    set_up(&f, "ga_sgd", &conf);
    for (int64_t round = 0; round < 20; round++) {
        float w[12] = {0}, reduced[12] = {1};

        f.optimizer.kind->apply(&f.optimizer, w, reduced, round);
        assert_close(w[0], -1 / sqrt((double)(round / 5 + 1)), 1e-6);
    }
    tear_down(&f);
}

static void local_steps_have_the_rate_of_their_epoch(void **state)
{
    struct ma_sgd_conf conf = {
        .learning_rate = 0.5,
        .schedule = {.decay = DECAY_STEP, .every_epochs = 1, .factor = 0.5},
        .batch_size = 20,
        .local_epochs = 3};
    struct fixture f;
    float plain[12];

    (void)state;
    set_up(&f, "ma_sgd", &conf);
    memcpy(plain, f.w, sizeof plain);
    f.optimizer.kind->contribute(&f.optimizer, f.w, NULL, &f.sampler, 1, &f.scratch, f.message);
    for (int64_t step = 15; step < 30; step++)
        f.model.kind->descend(&f.model, plain, sampler_rows(&f.sampler, step, f.scratch.index),
                              f.scratch.number, 0.5f * ldexpf(1, -(int)(step / 5)));
    assert_memory_equal(f.message, plain, sizeof plain);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_decay_the_rate_is_the_rate),
        cmocka_unit_test(inverse_sqrt_divides_by_the_root_of_the_epoch),
        cmocka_unit_test(step_falls_after_every_so_many_epochs),
        cmocka_unit_test(the_rate_warms_up_step_by_step_and_is_whole_from_then_on),
        cmocka_unit_test(gradients_are_applied_at_the_rate_of_their_epoch),
        cmocka_unit_test(local_steps_have_the_rate_of_their_epoch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
