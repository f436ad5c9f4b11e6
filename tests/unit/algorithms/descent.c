/* SPDX-License-Identifier: MIT
 * descent.c -- momentum and weight decay: the formulas of torch.optim.SGD, and where the
 * velocity goes when there are several workers. */
#include "algorithms/optimizer/descent.h"

#include "algorithms/optimizer/optimizer.h"
#include "algorithms/reduce.h"
#include "tests/unit/algorithms/naive.h"

enum { ROWS = 240, FEATURES = 5, P = 2 * (FEATURES + 1), WORKERS = 3, BATCH = 20 };

/* -- one step after another -- */
/* What PyTorch 1.13 prints for w after three steps of torch.optim.SGD from w = [1, -2], lr 0.1,
 * with gradients [1, 0.5], [0.2, -1], [-0.3, 0.7]. */
static void steps_are_those_of_torch_optim_sgd(void **state)
{
    static const float gradient[3][2] = {{1, 0.5f}, {0.2f, -1}, {-0.3f, 0.7f}};
    static const struct {
        struct descent_conf conf;
        double w[2];
    } cases[] = {
        {{.momentum = 0}, {0.91, -2.02}},
        {{.weight_decay = 0.1}, {0.88248897, -1.96060288}},
        {{.momentum = 0.9}, {0.721, -2.0155}},
        {{.momentum = 0.9, .weight_decay = 0.1}, {0.66936898, -1.90336299}},
        {{.momentum = 0.9, .nesterov = true}, {0.6589, -2.03395}},
    };

    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        float w[2] = {1, -2}, velocity[2] = {0, 0};
        bool has_velocity = cases[c].conf.momentum != 0;

        for (int step = 0; step < 3; step++)
            descent_step(&cases[c].conf, 0.1f, gradient[step], has_velocity ? velocity : NULL,
                         w, 2);
        for (int i = 0; i < 2; i++)
            assert_close(w[i], cases[c].w[i], 1e-6);
    }
}

static void nesterov_without_momentum_is_refused(void **state)
{
    struct descent_conf conf = {.nesterov = true};
    struct err err = {""};

    (void)state;
    assert_false(descent_check(&conf, &err));
    assert_string_equal(err.text, "'nesterov' is a way of momentum: give 'momentum', too");
    conf.momentum = 0.5;
    assert_true(descent_check(&conf, &err));
}

/* -- in the optimizers -- */
struct fixture {
    struct sample sample;
    struct lr_conf lr;
    struct model model;
    struct optimizer optimizer;
    struct sampler sampler[WORKERS];
    struct scratch scratch;
    float w[2 * P], message[WORKERS][2 * P], reduced[P], state[P];
};

static void set_up(struct fixture *f, const char *kind, void *conf, int workers, int batch)
{
    struct err err = {""};

    memset(f, 0, sizeof *f);
    f->sample = sample_new(1, ROWS, FEATURES, 2, 1);
    assert_true(model_init(
        &f->model, &(struct choice){.kind = family_find(&model_family, "lr"), .conf = &f->lr},
        &f->sample.matrix, &err));
    assert_int_equal(f->model.parameters, P);
    f->optimizer = optimizer_of(
        &(struct choice){.kind = family_find(&optimizer_family, kind), .conf = conf},
        &f->model);
    for (int w = 0; w < workers; w++)
        sampler_init(
            &f->sampler[w],
            rows_slice(rows_all(&f->sample.matrix), w * ROWS / workers, ROWS / workers), batch,
            0, 5, (uint32_t)w);
    f->optimizer.workers = workers;
    f->optimizer.steps_per_epoch = f->sampler[0].steps_per_epoch;
    optimizer_scratch_init(&f->optimizer, ROWS, &f->scratch);
    f->model.kind->init(&f->model, 3, f->w);
    if (f->optimizer.kind->start)
        f->optimizer.kind->start(&f->optimizer, f->w);
}

static void tear_down(struct fixture *f)
{
    scratch_done(&f->scratch);
    sample_done(&f->sample);
    model_done(&f->model);
}

static void go_round(struct fixture *f, int workers, const float *state, int64_t round)
{
    const float *contribution[WORKERS];
    double weight[WORKERS];

    for (int w = 0; w < workers; w++) {
        contribution[w] = f->message[w];
        weight[w] = f->optimizer.kind->contribute(&f->optimizer, f->w, state, &f->sampler[w],
                                                  round, &f->scratch, f->message[w]);
    }
    reduce(contribution, weight, NULL, workers, P, f->reduced);
    f->optimizer.kind->apply(&f->optimizer, f->w, f->reduced, round);
}

/* Full batches, so that both go through the same rows in each step. */
static void workers_of_ga_sgd_with_momentum_are_one_with_the_batch_of_all(void **state)
{
    struct ga_sgd_conf conf = {.learning_rate = 0.5,
                               .batch_size = ROWS,
                               .descent = {.momentum = 0.9, .weight_decay = 0.01}};
    struct fixture one, all;

    (void)state;
    set_up(&one, "ga_sgd", &conf, 1, ROWS);
    set_up(&all, "ga_sgd", &conf, WORKERS, ROWS);
    assert_int_equal(optimizer_shared_floats(&one.optimizer), 2 * P);
    for (int64_t round = 0; round < 20; round++) {
        go_round(&one, 1, NULL, round);
        go_round(&all, WORKERS, NULL, round);
    }
    for (int i = 0; i < 2 * P; i++) /* weights and velocity */
        assert_true(fabs((double)all.w[i] - one.w[i]) < 1e-5);
    tear_down(&one);
    tear_down(&all);
}

/* Plain SGD over all steps, the velocity never reset. */
static void kept_momentum_of_one_worker_goes_on_as_if_nothing_was_exchanged(void **state)
{
    struct ma_sgd_conf conf = {.learning_rate = 0.1,
                               .batch_size = BATCH,
                               .local_epochs = 1,
                               .keep_momentum = true,
                               .descent = {.momentum = 0.9}};
    struct fixture f;
    float w[P], gradient[P], velocity[P] = {0};

    (void)state;
    set_up(&f, "ma_sgd", &conf, 1, BATCH);
    memcpy(w, f.w, sizeof w);
    assert_int_equal(optimizer_private_floats(&f.optimizer), P);
    for (int64_t round = 0; round < 3; round++) {
        go_round(&f, 1, f.state, round);
        f.optimizer.kind->absorb(&f.optimizer, f.state, f.message[0], f.w, round);
    }
    for (int64_t step = 0; step < 3 * f.sampler[0].steps_per_epoch; step++) {
        f.model.kind->gradient(&f.model, w, sampler_rows(&f.sampler[0], step, f.scratch.index),
                               f.scratch.number, gradient, NULL);
        descent_step(&conf.descent, 0.1f, gradient, velocity, w, P);
    }
    assert_memory_equal(f.w, w, sizeof w);
    assert_memory_equal(f.state, velocity, sizeof velocity);
    tear_down(&f);
}

static void momentum_that_is_not_kept_begins_every_round_at_nothing(void **state)
{
    struct ma_sgd_conf conf = {.learning_rate = 0.1,
                               .batch_size = BATCH,
                               .local_epochs = 1,
                               .descent = {.momentum = 0.9}};
    struct fixture f;
    float w[P], gradient[P], velocity[P];

    (void)state;
    set_up(&f, "ma_sgd", &conf, 1, BATCH);
    memcpy(w, f.w, sizeof w);
    assert_int_equal(f.optimizer.kind->state_floats(&conf, &f.model), 0);
    for (int64_t round = 0; round < 2; round++)
        go_round(&f, 1, NULL, round);
    for (int64_t step = 0; step < 2 * f.sampler[0].steps_per_epoch; step++) {
        if (step % f.sampler[0].steps_per_epoch == 0)
            memset(velocity, 0, sizeof velocity);
        f.model.kind->gradient(&f.model, w, sampler_rows(&f.sampler[0], step, f.scratch.index),
                               f.scratch.number, gradient, NULL);
        descent_step(&conf.descent, 0.1f, gradient, velocity, w, P);
    }
    assert_memory_equal(f.w, w, sizeof w);
    tear_down(&f);
}

static void a_repeated_round_repeats_its_velocity(void **state)
{
    struct ma_sgd_conf conf = {.learning_rate = 0.1,
                               .batch_size = BATCH,
                               .local_epochs = 1,
                               .keep_momentum = true,
                               .descent = {.momentum = 0.9, .nesterov = true}};
    struct fixture f;

    (void)state;
    set_up(&f, "ma_sgd", &conf, 2, BATCH);
    for (int i = 0; i < P; i++)
        f.state[i] = (float)i;
    for (int w = 0; w < 2; w++)
        f.optimizer.kind->contribute(&f.optimizer, f.w, f.state, &f.sampler[0], 1, &f.scratch,
                                     f.message[w]);
    assert_memory_equal(f.message[0], f.message[1], sizeof f.message[0]);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_those_of_torch_optim_sgd),
        cmocka_unit_test(nesterov_without_momentum_is_refused),
        cmocka_unit_test(workers_of_ga_sgd_with_momentum_are_one_with_the_batch_of_all),
        cmocka_unit_test(kept_momentum_of_one_worker_goes_on_as_if_nothing_was_exchanged),
        cmocka_unit_test(momentum_that_is_not_kept_begins_every_round_at_nothing),
        cmocka_unit_test(a_repeated_round_repeats_its_velocity),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
