/* SPDX-License-Identifier: MIT
 * admm.c -- ADMM's three updates against their formulas, and that they arrive at the optimum.
 */
#include "algorithms/optimizer/optimizer.h"

#include "algorithms/math/blas.h"
#include "algorithms/reduce.h"
#include "tests/unit/algorithms/naive.h"

enum { ROWS = 400, FEATURES = 6, WORKERS = 4, P_MOST = 3 * (FEATURES + 1) };

struct fixture {
    struct sample sample;
    struct lr_conf lr;
    struct admm_conf conf;
    struct model model;
    struct optimizer optimizer;
    struct scratch scratch;
    struct sampler sampler[WORKERS];
    float w[2 * P_MOST] /* x, z */, *z, u[WORKERS][P_MOST], message[WORKERS][2 * P_MOST],
        reduced[2 * P_MOST];
    int64_t P;
};

static void set_up(struct fixture *f, double density, int32_t classes, struct admm_conf conf)
{
    static const int64_t cut[WORKERS + 1] = {0, 70, 200, 310, ROWS};
    struct err err = {""};

    memset(f, 0, sizeof *f);
    f->sample = sample_new(1, ROWS, FEATURES, classes, density);
    for (int64_t i = 0; i < ROWS; i++) { /* something to learn, and something in vain */
        const float *x = f->sample.x + i * FEATURES;

        f->sample.y[i] = x[0] + 0.5f * x[1] > 0.3f;
        if (classes > 2 && x[2] < -0.5f)
            f->sample.y[i] = 2;
    }
    f->conf = conf;
    assert_true(model_init(
        &f->model, &(struct choice){.kind = family_find(&model_family, "lr"), .conf = &f->lr},
        &f->sample.matrix, &err));
    f->optimizer = optimizer_of(
        &(struct choice){.kind = family_find(&optimizer_family, "admm"), .conf = &f->conf},
        &f->model);
    assert_true(optimizer_check(&f->optimizer, &err));
    f->P = f->model.parameters;
    f->optimizer.workers = WORKERS;
    optimizer_scratch_init(&f->optimizer, ROWS, &f->scratch);
    for (int w = 0; w < WORKERS; w++)
        sampler_init(&f->sampler[w], sample_rows(&f->sample, true, cut[w], cut[w + 1] - cut[w]),
                     conf.batch_size, 0, 5, (uint32_t)w);
    f->optimizer.steps_per_epoch = f->sampler[0].steps_per_epoch;
    f->z = f->w + f->P;
    f->model.kind->init(&f->model, 3, f->w);
    f->optimizer.kind->start(&f->optimizer, f->w);
}

static void tear_down(struct fixture *f)
{
    scratch_done(&f->scratch);
    sample_done(&f->sample);
}

static void go_round(struct fixture *f, int64_t round)
{
    const struct optimizer_kind *kind = f->optimizer.kind;
    const float *contribution[WORKERS];
    double weight[WORKERS];

    for (int w = 0; w < WORKERS; w++) {
        weight[w] = kind->contribute(&f->optimizer, f->w, f->u[w], &f->sampler[w], round,
                                     &f->scratch, f->message[w]);
        contribution[w] = f->message[w];
    }
    reduce(contribution, weight, NULL, WORKERS, 2 * f->P, f->reduced);
    kind->apply(&f->optimizer, f->w, f->reduced, round);
    for (int w = 0; w < WORKERS; w++)
        kind->absorb(&f->optimizer, f->u[w], f->message[w], f->w, round);
}

/* sum_i f_i(z) + lambda ||z||_1, and the gradient of the sum. */
static double objective(const struct fixture *f, const double *z, double *gradient)
{
    double sum = naive_penalty(z, f->P - f->model.classes, f->conf.lambda, 0);

    for (int64_t i = 0; gradient && i < f->P; i++)
        gradient[i] = 0;
    for (int w = 0; w < WORKERS; w++) {
        double one[P_MOST];

        sum += naive_lr_objective(f->sampler[w].shard, z, 0);
        if (!gradient)
            continue;
        naive_lr_gradient(f->sampler[w].shard, z, 0, one);
        for (int64_t i = 0; i < f->P; i++)
            gradient[i] += one[i];
    }
    return sum;
}

/* By proximal gradient steps in double. */
static double least_objective(const struct fixture *f)
{
    double z[P_MOST] = {0}, gradient[P_MOST];
    const double rate = 0.2;

    for (int step = 0; step < 2000; step++) {
        objective(f, z, gradient);
        for (int64_t i = 0; i < f->P; i++) {
            double x = z[i] - rate * gradient[i], by = rate * f->conf.lambda;

            z[i] = i >= f->P - f->model.classes ? x : fabs(x) > by ? x - copysign(by, x) : 0;
        }
    }
    return objective(f, z, NULL);
}

static void it_arrives_at_the_optimum_of_the_penalised_sum(void **state)
{
    (void)state;
    for (int shape = 0; shape < 4; shape++) {
        struct fixture f;
        double z[P_MOST];
        int zeros = 0;

        set_up(&f, shape & 1 ? 0.5 : 1, shape & 2 ? 3 : 2,
               (struct admm_conf){.learning_rate = 0.5,
                                  .batch_size = ROWS,
                                  .local_epochs = 20,
                                  .rho = 0.3,
                                  .lambda = 0.15,
                                  .begin_at = shape & 1});
        for (int64_t round = 0; round < 120; round++)
            go_round(&f, round);
        for (int64_t i = 0; i < f.P; i++)
            assert_true(fabs(f.w[i] - f.z[i]) < 1e-5);
        for (int64_t i = 0; i < f.P; i++)
            z[i] = f.z[i];
        assert_close(objective(&f, z, NULL), least_objective(&f), 1e-6);
        for (int64_t i = 0; i < f.P; i++)
            zeros += z[i] == 0;
        assert_true(zeros >= 2);
        tear_down(&f);
    }
}

static void local_steps_follow_loss_and_distance(void **state)
{
    (void)state;
    for (int norm = 0; norm < 2; norm++) {
        struct fixture f;
        double w[P_MOST], gradient[P_MOST];

        set_up(&f, 1, 2,
               (struct admm_conf){.learning_rate = 0.2,
                                  .batch_size = ROWS,
                                  .local_epochs = 5,
                                  .rho = 0.4,
                                  .norm = norm});
        for (int64_t i = 0; i < f.P; i++) {
            f.u[1][i] = 0.1f * (float)(i - 4);
            w[i] = f.w[i];
            f.z[i] += 0.2f;
        }
        f.optimizer.kind->contribute(&f.optimizer, f.w, f.u[1], &f.sampler[1], 2, &f.scratch,
                                     f.message[1]);
        for (int step = 0; step < 5; step++) {
            double length = 0;

            naive_lr_gradient(f.sampler[1].shard, w, 0, gradient);
            for (int64_t i = 0; i < f.P; i++)
                length += pow(w[i] + f.u[1][i] - f.z[i], 2);
            for (int64_t i = 0; i < f.P; i++)
                gradient[i] +=
                    (w[i] + f.u[1][i] - f.z[i]) * 0.4 / (norm ? 2 * sqrt(length) : 1);
            for (int64_t i = 0; i < f.P; i++)
                w[i] -= 0.2 * gradient[i];
        }
        assert_memory_equal(f.message[1], f.u[1], (size_t)f.P * sizeof(float));
        assert_all_close(f.message[1] + f.P, w, f.P, 1e-5);
        tear_down(&f);
    }
}

static void common_weights_are_thresholded_but_not_biases(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 1, 2, (struct admm_conf){.batch_size = ROWS, .rho = 0.5, .lambda = 0.6});
    for (int64_t i = 0; i < f.P; i++) { /* mean u + mean w = -0.5, -0.4, ... */
        f.reduced[i] = 0.05f * (float)i;
        f.reduced[f.P + i] = 0.05f * (float)i - 0.5f;
    }
    f.optimizer.kind->apply(&f.optimizer, f.w, f.reduced, 0);
    for (int64_t i = 0; i < f.P; i++) {
        double sum = 0.1 * (double)i - 0.5, by = 0.6 / (WORKERS * 0.5);
        double expected = fabs(sum) > by ? sum - copysign(by, sum) : 0;

        assert_true(fabs(f.z[i] - (i < 2 * FEATURES ? expected : sum)) < 1e-6);
    }
    tear_down(&f);
}

static void multipliers_add_up_what_was_left_of_the_difference(void **state)
{
    struct fixture f;
    float u[P_MOST];

    (void)state;
    set_up(&f, 1, 2,
           (struct admm_conf){
               .learning_rate = 0.1, .batch_size = 50, .local_epochs = 2, .rho = 1});
    for (int64_t round = 0; round < 2; round++) {
        memcpy(u, f.u[2], sizeof u);
        go_round(&f, round);
        for (int64_t i = 0; i < f.P; i++)
            assert_true(fabs(f.u[2][i] - (u[i] + f.message[2][f.P + i] - f.z[i])) < 1e-6);
    }
    tear_down(&f);
}

static void who_has_lost_its_multipliers_begins_with_zeros(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 1, 2,
           (struct admm_conf){
               .learning_rate = 0.1, .batch_size = 50, .local_epochs = 2, .rho = 1});
    f.optimizer.kind->contribute(&f.optimizer, f.w, f.u[0], &f.sampler[0], 3, &f.scratch,
                                 f.message[0]);
    f.optimizer.kind->contribute(&f.optimizer, f.w, NULL, &f.sampler[0], 3, &f.scratch,
                                 f.message[1]);
    assert_memory_equal(f.message[0], f.message[1], 2 * (size_t)f.P * sizeof(float));
    tear_down(&f);
}

static void a_message_is_twice_the_weights_and_a_state_once(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, 1, 2, (struct admm_conf){.batch_size = 100, .local_epochs = 10});
    assert_int_equal(f.optimizer.kind->message_floats(&f.conf, &f.model), 2 * f.P);
    assert_int_equal(f.optimizer.kind->state_floats(&f.conf, &f.model), f.P);
    assert_int_equal(optimizer_steps_per_round(&f.optimizer, 7), 70);
    assert_close(optimizer_round_work(&f.optimizer, &f.sampler[3], 0).flops,
                 10 * (90.0 * (8 * FEATURES + 20) + 9 * (double)f.P), 1e-12);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_arrives_at_the_optimum_of_the_penalised_sum),
        cmocka_unit_test(local_steps_follow_loss_and_distance),
        cmocka_unit_test(common_weights_are_thresholded_but_not_biases),
        cmocka_unit_test(multipliers_add_up_what_was_left_of_the_difference),
        cmocka_unit_test(who_has_lost_its_multipliers_begins_with_zeros),
        cmocka_unit_test(a_message_is_twice_the_weights_and_a_state_once),
    };

    math_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
