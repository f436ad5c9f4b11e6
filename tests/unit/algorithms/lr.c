/* SPDX-License-Identifier: MIT
 * lr.c -- logistic regression: objective and gradient against plain twins in double, dense and
 * sparse, rows as they lie and listed. */
#include "algorithms/math/blas.h"
#include "algorithms/model/model.h"
#include "tests/unit/algorithms/naive.h"

static const struct model_kind *lr_kind(void)
{
    return (const struct model_kind *)family_find(&model_family, "lr");
}

struct fixture {
    struct sample sample;
    struct lr_conf conf;
    struct model model;
    struct scratch scratch;
    float *w, *gradient;
    double *wide; /* w in double */
};

static void set_up(struct fixture *f, int64_t rows, int32_t features, int32_t classes,
                   double density, double l2)
{
    struct err err = {""};

    f->sample = sample_new((uint64_t)(rows + features), rows, features, classes, density);
    f->conf = (struct lr_conf){.l2 = l2};
    assert_true(model_init(&f->model,
                           &(struct choice){.kind = &lr_kind()->kind, .conf = &f->conf},
                           &f->sample.matrix, &err));
    scratch_init(&f->scratch, lr_kind()->scratch_floats(&f->model, rows), rows);
    f->w = calloc((size_t)f->model.parameters, sizeof *f->w);
    f->gradient = calloc((size_t)f->model.parameters, sizeof *f->gradient);
    lr_kind()->init(&f->model, 7, f->w);
    f->wide = naive_doubles(f->w, f->model.parameters);
}

static void tear_down(struct fixture *f)
{
    scratch_done(&f->scratch);
    free(f->w);
    free(f->gradient);
    free(f->wide);
    sample_done(&f->sample);
}

/* Calls check for many shapes. */
static void on_all_shapes(void (*check)(struct fixture *f, struct rows rows))
{
    static const int32_t features[] = {1, 5, 8, 28, 61};
    static const int64_t rows[] = {1, 9, 256, 600};

    for (int32_t K = 2; K <= 10; K += 1 + (K > 3) * 3)
        for (size_t d = 0; d < 5; d++)
            for (size_t n = 0; n < 4; n++)
                for (int way = 0; way < 4; way++) {
                    struct fixture f;

                    set_up(&f, rows[n] + 20, features[d], K, way & 1 ? 0.3 : 1,
                           d % 2 ? 0.1 : 0);
                    check(&f, sample_rows(&f.sample, way & 2, 10, rows[n]));
                    tear_down(&f);
                }
}

static void check_gradient(struct fixture *f, struct rows rows)
{
    double *expected = calloc((size_t)f->model.parameters, sizeof *expected);
    double loss;

    lr_kind()->gradient(&f->model, f->w, rows, f->scratch.number, f->gradient, &loss);
    naive_lr_gradient(rows, f->wide, f->conf.l2, expected);
    assert_all_close(f->gradient, expected, f->model.parameters, 1e-5);
    assert_close(loss, naive_lr_objective(rows, f->wide, f->conf.l2), 2e-6);
    free(expected);
}

static void gradient_and_objective_equal_their_twin(void **state)
{
    (void)state;
    on_all_shapes(check_gradient);
}

static void the_twins_gradient_is_the_slope_of_its_objective(void **state)
{
    struct fixture f;
    double gradient[8 * 3];
    const double step = 1e-5;

    (void)state;
    set_up(&f, 40, 7, 3, 1, 0.2);
    naive_lr_gradient(rows_all(&f.sample.matrix), f.wide, 0.2, gradient);
    for (int i = 0; i < 8 * 3; i++) {
        double here = f.wide[i], above, below;

        f.wide[i] = here + step;
        above = naive_lr_objective(rows_all(&f.sample.matrix), f.wide, 0.2);
        f.wide[i] = here - step;
        below = naive_lr_objective(rows_all(&f.sample.matrix), f.wide, 0.2);
        f.wide[i] = here;
        assert_true(fabs((above - below) / (2 * step) - gradient[i]) < 1e-8);
    }
    tear_down(&f);
}

static void check_descend(struct fixture *f, struct rows rows)
{
    double *expected = calloc((size_t)f->model.parameters, sizeof *expected);

    naive_lr_gradient(rows, f->wide, f->conf.l2, expected);
    for (int64_t i = 0; i < f->model.parameters; i++)
        expected[i] = f->wide[i] - 0.5 * expected[i];
    lr_kind()->descend(&f->model, f->w, rows, f->scratch.number, 0.5f);
    assert_all_close(f->w, expected, f->model.parameters, 1e-5);
    free(expected);
}

static void descending_subtracts_rate_times_gradient(void **state)
{
    (void)state;
    on_all_shapes(check_descend);
}

static void check_score(struct fixture *f, struct rows rows)
{
    struct score score = {.loss = 1, .rows = 2, .correct = 3};
    int64_t correct = 3;

    lr_kind()->evaluate(&f->model, f->w, rows, f->scratch.number, &score);
    for (int64_t i = 0; i < rows.count; i++) {
        int64_t row = rows_at(rows, i);
        int32_t best = 0;

        for (int32_t k = 1; k < f->model.classes; k++)
            if (naive_output(rows.matrix, row, f->wide, k) >
                naive_output(rows.matrix, row, f->wide, best))
                best = k;
        correct += best == rows.matrix->y[row];
    }
    assert_int_equal(score.rows, rows.count + 2);
    assert_int_equal(score.correct, correct);
    assert_close((score.loss - 1) / (double)rows.count, naive_lr_objective(rows, f->wide, 0),
                 2e-6);
}

static void evaluation_adds_losses_and_hits(void **state)
{
    (void)state;
    on_all_shapes(check_score);
}

static void the_objective_is_mean_loss_plus_penalty(void **state)
{
    struct fixture f;
    struct score score = {0};
    double objective;

    (void)state;
    set_up(&f, 100, 28, 2, 1, 0.3);
    lr_kind()->evaluate(&f.model, f.w, rows_all(&f.sample.matrix), f.scratch.number, &score);
    lr_kind()->gradient(&f.model, f.w, rows_all(&f.sample.matrix), f.scratch.number, f.gradient,
                        &objective);
    assert_true(lr_kind()->penalty(&f.model, f.w) > 0);
    assert_close(score.loss / 100 + lr_kind()->penalty(&f.model, f.w), objective, 1e-12);
    tear_down(&f);
}

static void initial_weights_are_uniform_within_1_over_root_D_and_follow_the_seed(void **state)
{
    struct fixture f;
    double largest = 0, sum = 0;

    (void)state;
    set_up(&f, 10, 1000, 4, 1, 0);
    for (int64_t i = 0; i < f.model.parameters; i++) {
        largest = fmax(largest, fabs(f.w[i]));
        sum += f.w[i];
    }
    assert_true(largest <= 1 / sqrt(1000) && largest > 0.99 / sqrt(1000));
    assert_true(fabs(sum / 4004) < 4 / sqrt(1000 * 3 * 4004.0));
    lr_kind()->init(&f.model, 7, f.gradient);
    assert_memory_equal(f.gradient, f.w, (size_t)f.model.parameters * sizeof *f.w);
    lr_kind()->init(&f.model, 8, f.gradient);
    assert_memory_not_equal(f.gradient, f.w, (size_t)f.model.parameters * sizeof *f.w);
    tear_down(&f);
}

static void two_classes_have_two_outputs(void **state)
{
    struct err err = {""};
    struct lr_conf conf = {0};

    (void)state;
    assert_int_equal(lr_kind()->parameters(&conf, 28, 2, &err), 58);
    assert_int_equal(lr_kind()->parameters(&conf, 784, 10, &err), 7850);
}

static void data_with_one_class_are_refused_with_a_sentence(void **state)
{
    struct err err = {""};
    struct model model;
    struct lr_conf conf = {0};

    (void)state;
    assert_false(model_init(&model, &(struct choice){.kind = &lr_kind()->kind, .conf = &conf},
                            &(struct matrix){.features = 3, .classes = 1}, &err));
    assert_string_equal(err.text, "model 'lr' needs at least two classes, the data have 1");
}

static void work_counts_rows_non_zeros_and_operations(void **state)
{
    struct lr_conf conf = {0};
    struct model model = {
        .kind = lr_kind(), .conf = &conf, .features = 28, .classes = 2, .parameters = 58};
    struct work step = lr_kind()->step_work(&model, 1000, 28000);
    struct work evaluate = lr_kind()->evaluate_work(&model, 1000, 28000);

    (void)state;
    assert_int_equal(step.rows, 1000);
    assert_int_equal(step.nonzeros, 28000);
    assert_int_equal(step.calls, 1);
    assert_true(step.flops == 4.0 * 2 * 28000 + 10 * 2 * 1000 + 2 * 58);
    assert_true(evaluate.flops == 2.0 * 2 * 28000 + 10 * 2 * 1000);
}

static void full_batch_descent_reaches_the_optimum_of_the_penalised_objective(void **state)
{
    struct fixture f;
    double *gradient;

    (void)state;
    set_up(&f, 300, 6, 3, 1, 0.05);
    gradient = calloc((size_t)f.model.parameters, sizeof *gradient);
    for (int i = 0; i < 4000; i++)
        lr_kind()->descend(&f.model, f.w, rows_all(&f.sample.matrix), f.scratch.number, 0.3f);
    free(f.wide);
    f.wide = naive_doubles(f.w, f.model.parameters);
    naive_lr_gradient(rows_all(&f.sample.matrix), f.wide, 0.05, gradient);
    for (int64_t i = 0; i < f.model.parameters; i++)
        assert_true(fabs(gradient[i]) < 1e-6);
    free(gradient);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradient_and_objective_equal_their_twin),
        cmocka_unit_test(the_twins_gradient_is_the_slope_of_its_objective),
        cmocka_unit_test(descending_subtracts_rate_times_gradient),
        cmocka_unit_test(evaluation_adds_losses_and_hits),
        cmocka_unit_test(the_objective_is_mean_loss_plus_penalty),
        cmocka_unit_test(initial_weights_are_uniform_within_1_over_root_D_and_follow_the_seed),
        cmocka_unit_test(two_classes_have_two_outputs),
        cmocka_unit_test(data_with_one_class_are_refused_with_a_sentence),
        cmocka_unit_test(work_counts_rows_non_zeros_and_operations),
        cmocka_unit_test(full_batch_descent_reaches_the_optimum_of_the_penalised_objective),
    };

    math_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
