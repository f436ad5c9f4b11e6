/* SPDX-License-Identifier: MIT
 * svm.c -- the support vector machine, and penalties, against plain twins in double, dense and
 * sparse, rows as they lie and listed. */
#include "algorithms/model/model.h"
#include "tests/unit/algorithms/naive.h"

static const struct model_kind *svm_kind(void)
{
    return (const struct model_kind *)family_find(&model_family, "svm");
}

struct fixture {
    struct sample sample;
    struct svm_conf conf;
    struct model model;
    struct scratch scratch;
    float *w, *gradient;
    double *wide; /* w in double */
    double *expected;
};

static void set_up(struct fixture *f, int64_t rows, int32_t features, double density,
                   struct svm_conf conf)
{
    struct err err = {""};
    size_t P;

    f->sample = sample_new((uint64_t)(rows + features), rows, features, 2, density);
    f->conf = conf;
    assert_true(model_init(&f->model,
                           &(struct choice){.kind = &svm_kind()->kind, .conf = &f->conf},
                           &f->sample.matrix, &err));
    scratch_init(&f->scratch, svm_kind()->scratch_floats(&f->model, rows), rows);
    P = (size_t)f->model.parameters;
    f->w = calloc(P, sizeof *f->w);
    f->gradient = calloc(P, sizeof *f->gradient);
    f->expected = calloc(P, sizeof *f->expected);
    svm_kind()->init(&f->model, 7, f->w);
    f->w[0] = 0; /* where the modulus has no slope */
    f->wide = naive_doubles(f->w, f->model.parameters);
}

static void tear_down(struct fixture *f)
{
    scratch_done(&f->scratch);
    free(f->w);
    free(f->gradient);
    free(f->expected);
    free(f->wide);
    sample_done(&f->sample);
}

static double weight_of(const struct fixture *f)
{
    return f->conf.average_outputs ? 0.5 : 1;
}

static double objective(const struct fixture *f, struct rows rows)
{
    return weight_of(f) * naive_hinge(rows, f->wide) +
           naive_penalty(f->wide, f->model.parameters - 2, f->conf.l1, f->conf.l2);
}

static void expect_gradient(struct fixture *f, struct rows rows)
{
    naive_hinge_gradient(rows, f->wide, f->expected);
    for (int64_t i = 0; i < f->model.parameters; i++)
        f->expected[i] *= weight_of(f);
    naive_add_penalty_slope(f->wide, f->model.parameters - 2, f->conf.l1, f->conf.l2,
                            f->expected);
}

/* Calls check for many shapes and penalties. */
static void on_all_shapes(void (*check)(struct fixture *f, struct rows rows))
{
    static const int32_t features[] = {1, 5, 8, 28, 61};
    static const int64_t rows[] = {1, 9, 256, 600};
    static const struct svm_conf confs[] = {
        {0}, {.l2 = 0.1}, {.l1 = 0.02}, {.l2 = 0.1, .l1 = 0.02, .average_outputs = true}};

    for (size_t c = 0; c < 4; c++)
        for (size_t d = 0; d < 5; d++)
            for (size_t n = 0; n < 4; n++)
                for (int way = 0; way < 4; way++) {
                    struct fixture f;

                    set_up(&f, rows[n] + 20, features[d], way & 1 ? 0.3 : 1, confs[c]);
                    check(&f, sample_rows(&f.sample, way & 2, 10, rows[n]));
                    tear_down(&f);
                }
}

static void check_gradient(struct fixture *f, struct rows rows)
{
    double loss;

    svm_kind()->gradient(&f->model, f->w, rows, f->scratch.number, f->gradient, &loss);
    expect_gradient(f, rows);
    assert_all_close(f->gradient, f->expected, f->model.parameters, 1e-5);
    assert_close(loss, objective(f, rows), 2e-6);
}

static void gradient_and_objective_equal_their_twin(void **state)
{
    (void)state;
    on_all_shapes(check_gradient);
}

static void the_twins_gradient_is_the_slope_of_its_objective(void **state)
{
    struct fixture f;
    const double step = 1e-6; /* far from every kink */

    (void)state;
    set_up(&f, 40, 7, 1, (struct svm_conf){.l2 = 0.2, .l1 = 0.03});
    f.wide[0] = 0.1;
    expect_gradient(&f, rows_all(&f.sample.matrix));
    for (int i = 0; i < 2 * 8; i++) {
        double here = f.wide[i], above, below;

        f.wide[i] = here + step;
        above = objective(&f, rows_all(&f.sample.matrix));
        f.wide[i] = here - step;
        below = objective(&f, rows_all(&f.sample.matrix));
        f.wide[i] = here;
        assert_true(fabs((above - below) / (2 * step) - f.expected[i]) < 1e-8);
    }
    tear_down(&f);
}

static void check_descend(struct fixture *f, struct rows rows)
{
    expect_gradient(f, rows);
    for (int64_t i = 0; i < f->model.parameters; i++)
        f->expected[i] = f->wide[i] - 0.5 * f->expected[i];
    svm_kind()->descend(&f->model, f->w, rows, f->scratch.number, 0.5f);
    assert_all_close(f->w, f->expected, f->model.parameters, 1e-5);
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

    svm_kind()->evaluate(&f->model, f->w, rows, f->scratch.number, &score);
    for (int64_t i = 0; i < rows.count; i++) {
        int64_t row = rows_at(rows, i);
        double d = naive_output(rows.matrix, row, f->wide, 1) -
                   naive_output(rows.matrix, row, f->wide, 0);

        correct += (d > 0) == rows.matrix->y[row];
    }
    assert_int_equal(score.rows, rows.count + 2);
    assert_int_equal(score.correct, correct);
    assert_close((score.loss - 1) / (double)rows.count,
                 weight_of(f) * naive_hinge(rows, f->wide), 2e-6);
    assert_close(svm_kind()->penalty(&f->model, f->w),
                 naive_penalty(f->wide, f->model.parameters - 2, f->conf.l1, f->conf.l2),
                 1e-12);
}

static void evaluation_adds_losses_and_hits(void **state)
{
    (void)state;
    on_all_shapes(check_score);
}

static void more_than_two_classes_are_refused_with_a_sentence(void **state)
{
    struct err err = {""};
    struct model model;
    struct svm_conf conf = {0};

    (void)state;
    assert_false(model_init(&model, &(struct choice){.kind = &svm_kind()->kind, .conf = &conf},
                            &(struct matrix){.features = 3, .classes = 3}, &err));
    assert_string_equal(err.text, "model 'svm' tells two classes apart, but the data have 3");
}

static void a_penalty_on_moduli_holds_useless_weights_near_zero(void **state)
{
    struct fixture f;
    double useless = 0;

    (void)state;
    set_up(&f, 600, 10, 1, (struct svm_conf){.l1 = 0.05});
    for (int64_t i = 0; i < 600; i++)
        f.sample.y[i] = f.sample.x[i * 10] > 0;
    for (int i = 0; i < 3000; i++)
        svm_kind()->descend(&f.model, f.w, rows_all(&f.sample.matrix), f.scratch.number, 0.01f);
    for (int i = 2; i < 20; i++)
        useless = fmax(useless, fabs(f.w[i]));
    assert_true(useless < 0.002); /* a few steps of rate * l1 */
    assert_true(f.w[1] - f.w[0] > 0.5f);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradient_and_objective_equal_their_twin),
        cmocka_unit_test(the_twins_gradient_is_the_slope_of_its_objective),
        cmocka_unit_test(descending_subtracts_rate_times_gradient),
        cmocka_unit_test(evaluation_adds_losses_and_hits),
        cmocka_unit_test(more_than_two_classes_are_refused_with_a_sentence),
        cmocka_unit_test(a_penalty_on_moduli_holds_useless_weights_near_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
