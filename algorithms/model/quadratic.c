/* SPDX-License-Identifier: MIT
 * quadratic.c -- the bowl: what stochastic descent does on it is known in closed form.
 *
 * Objective  curvature/2 ||w||^2,  gradient of a batch  curvature w + mean of its rows:  the
 * rows are the gradient's noise (source "noise"; any rows will do).  The loss is that of the
 * objective, without noise, the same for every row.  P = D. */
#include <string.h>

#include "algorithms/model/model.h"

static const struct field fields[] = {
    CONF(struct quadratic_conf, curvature, .min = 0, .preset = "1",
         .doc = "Second derivative of the objective in every direction; 0: only noise moves "
                "the parameters."),
    CONF(struct quadratic_conf, start, .min = -1e9, .max = 1e9, .preset = "0",
         .doc = "Every parameter's value at the beginning; the optimum is 0."),
    CONF_END,
};

static const struct quadratic_conf *conf_of(const struct model *model)
{
    return model->conf;
}

static int64_t quadratic_parameters(const void *conf, int32_t features, int32_t classes,
                                    struct err *err)
{
    (void)conf;
    (void)classes;
    if (features >= 1)
        return features;
    err_set(err, "model 'quadratic' needs at least one feature, the data have none");
    return -1;
}

static void quadratic_init(const struct model *model, uint64_t seed, float *w)
{
    (void)seed;
    for (int64_t i = 0; i < model->parameters; i++)
        w[i] = (float)conf_of(model)->start;
}

static int64_t quadratic_scratch_floats(const struct model *model, int64_t rows)
{
    (void)rows;
    return model->parameters;
}

static double quadratic_penalty(const struct model *model, const float *w)
{
    (void)model;
    (void)w;
    return 0;
}

static int64_t quadratic_penalised(const struct model *model)
{
    (void)model;
    return 0;
}

static double loss_at(const struct model *model, const float *w)
{
    double squares = 0;

    for (int64_t i = 0; i < model->parameters; i++)
        squares += (double)w[i] * w[i];
    return conf_of(model)->curvature / 2 * squares;
}

/* noise: float[D], the mean of the rows. */
static void mean_of_rows(struct rows rows, int64_t D, float *noise)
{
    const struct matrix *matrix = rows.matrix;
    float share = 1 / (float)rows.count;

    memset(noise, 0, sizeof *noise * (size_t)D);
    for (int64_t i = 0; i < rows.count; i++) {
        int64_t row = rows_at(rows, i);

        if (matrix_is_sparse(matrix))
            for (int64_t k = matrix->row_start[row]; k < matrix->row_start[row + 1]; k++)
                noise[matrix->column[k]] += share * matrix->value[k];
        else
            for (int64_t d = 0; d < D; d++)
                noise[d] += share * matrix->x[row * D + d];
    }
}

static void quadratic_gradient(const struct model *model, const float *w, struct rows rows,
                               float *scratch, float *gradient, double *ret_loss)
{
    float curvature = (float)conf_of(model)->curvature;

    (void)scratch;
    mean_of_rows(rows, model->parameters, gradient);
    for (int64_t i = 0; i < model->parameters; i++)
        gradient[i] += curvature * w[i];
    if (ret_loss)
        *ret_loss = loss_at(model, w);
}

static void quadratic_descend(const struct model *model, float *w, struct rows rows,
                              float *scratch, float rate)
{
    quadratic_gradient(model, w, rows, NULL, scratch, NULL);
    for (int64_t i = 0; i < model->parameters; i++)
        w[i] -= rate * scratch[i];
}

static void quadratic_evaluate(const struct model *model, const float *w, struct rows rows,
                               float *scratch, struct score *score)
{
    (void)scratch;
    score->loss += (double)rows.count * loss_at(model, w);
    score->rows += rows.count;
}

static struct work quadratic_step_work(const struct model *model, int64_t rows,
                                       int64_t nonzeros)
{
    return (struct work){.rows = rows,
                         .nonzeros = nonzeros,
                         .calls = 1,
                         .flops = 2 * (double)(nonzeros + model->parameters)};
}

static struct work quadratic_evaluate_work(const struct model *model, int64_t rows,
                                           int64_t nonzeros)
{
    (void)rows;
    (void)nonzeros;
    return (struct work){.calls = 1, .flops = 2 * (double)model->parameters};
}

const struct model_kind model_quadratic = {
    .kind = {.name = "quadratic",
             .doc =
                 "The bowl curvature/2 ||w||^2, whose gradient the mean of a batch's rows is "
                 "added to as noise: there is no accuracy, and what learns it is known in "
                 "closed form.",
             .fields = fields,
             .conf_size = sizeof(struct quadratic_conf)},
    .convex = true,
    .unlabelled = true,
    .parameters = quadratic_parameters,
    .init = quadratic_init,
    .scratch_floats = quadratic_scratch_floats,
    .gradient = quadratic_gradient,
    .descend = quadratic_descend,
    .evaluate = quadratic_evaluate,
    .penalty = quadratic_penalty,
    .penalised = quadratic_penalised,
    .step_work = quadratic_step_work,
    .evaluate_work = quadratic_evaluate_work,
};
