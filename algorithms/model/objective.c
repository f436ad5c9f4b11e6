/* SPDX-License-Identifier: MIT
 * objective.c -- see objective.h. */
#include "algorithms/model/objective.h"

#include <math.h>
#include <string.h>

#include "algorithms/math/sparse.h"
#include "base/rng.h"

int64_t objective_parameters(const char *name, int32_t features, int32_t classes,
                             struct err *err)
{
    if (features < 1) {
        err_set(err, "model '%s' needs at least one feature, the data have none", name);
        return -1;
    }
    if (classes < 2) {
        err_set(err, "model '%s' needs at least two classes, the data have %d", name, classes);
        return -1;
    }
    return ((int64_t)features + 1) * classes;
}

/* Uniform in +-1/sqrt(D), biases too: what torch.nn.Linear does, hence LambdaML. */
void objective_init(const struct model *model, uint64_t seed, float *w)
{
    struct rng rng = rng_at(rng_stream(seed, "model.init"), 0, 0);
    double bound = 1 / sqrt(model->features);

    for (int64_t i = 0; i < model->parameters; i++)
        w[i] = (float)((2 * rng_uniform(&rng) - 1) * bound);
}

int64_t objective_penalised(const struct model *model)
{
    return (int64_t)model->features * model->classes;
}

static float sign_of(float x)
{
    return (float)(x > 0) - (float)(x < 0);
}

static double penalty_of(const struct objective *objective, const struct model *model,
                         const float *w)
{
    double squares = 0, moduli = 0;

    if (objective->l2 == 0 && objective->l1 == 0)
        return 0;
    for (int64_t i = 0; i < objective_penalised(model); i++) {
        squares += (double)w[i] * w[i];
        moduli += fabs((double)w[i]);
    }
    return objective->l2 / 2 * squares + objective->l1 * moduli;
}

double objective_penalty(const struct model *model, const float *w)
{
    struct objective objective = model->kind->objective(model);

    return penalty_of(&objective, model, w);
}

/* gradient += the penalties' slope at w. */
static void add_penalties(const struct objective *objective, const struct model *model,
                          const float *w, float *gradient)
{
    float l2 = (float)objective->l2, l1 = (float)objective->l1;

    if (l2 != 0)
        for (int64_t i = 0; i < objective_penalised(model); i++)
            gradient[i] += l2 * w[i];
    if (l1 != 0)
        for (int64_t i = 0; i < objective_penalised(model); i++)
            gradient[i] += l1 * sign_of(w[i]);
}

/* Goes through the rows once; derivatives are summed up in linear (sparse: times weight/rows in
 * gradient).  Returns the sum of losses if wanted. */
static double accumulate(const struct objective *objective, struct linear *linear,
                         bool want_loss, float *gradient)
{
    double loss = 0;
    int64_t correct = 0;
    float scale = (float)objective->weight / (float)linear->rows.count;

    for (int64_t from = 0, count; from < linear->rows.count; from += count) {
        count = linear_block(linear, from);
        linear_outputs(linear, from, count);
        if (want_loss)
            objective->loss->score(linear->z, linear->classes, count, linear->label, &loss,
                                   &correct);
        objective->loss->residuals(linear->z, linear->classes, count, linear->label,
                                   linear->bias);
        if (linear->way == LINEAR_SPARSE)
            sparse_add_rows(&linear->rows, from, count, linear->z, scale, linear->classes,
                            gradient);
        else
            linear_collect(linear);
    }
    return loss;
}

/* linear_begin went before; w is linear->w. */
static void gradient_of(const struct objective *objective, struct linear *linear,
                        const struct model *model, float *gradient, double *ret_loss)
{
    double loss, scale = objective->weight / (double)linear->rows.count;

    if (model->sparse)
        memset(gradient, 0, sizeof(float) * (size_t)model->parameters);
    loss = accumulate(objective, linear, ret_loss != NULL, gradient);
    linear_finish(linear, scale, gradient);
    add_penalties(objective, model, linear->w, gradient);
    if (ret_loss)
        *ret_loss = loss * objective->weight / (double)linear->rows.count +
                    penalty_of(objective, model, linear->w);
}

void objective_gradient(const struct model *model, const float *w, struct rows rows,
                        float *scratch, float *gradient, double *ret_loss)
{
    struct objective objective = model->kind->objective(model);
    struct linear linear;

    linear_begin(&linear, model, w, rows, scratch);
    gradient_of(&objective, &linear, model, gradient, ret_loss);
}

/* Penalties reach all weights. */
int64_t objective_gradient_nonzeros(const struct model *model, const struct touched *rows)
{
    struct objective objective = model->kind->objective(model);

    if (!model->sparse || objective.l1 != 0 || objective.l2 != 0)
        return model->parameters;
    return (rows->features + 1) * model->classes;
}

/* w -= rate * the penalties' slope at w. */
static void descend_penalties(const struct objective *objective, const struct model *model,
                              float *w, float rate)
{
    float decay = 1 - rate * (float)objective->l2, step = rate * (float)objective->l1;

    if (step != 0)
        for (int64_t i = 0; i < objective_penalised(model); i++)
            w[i] = w[i] * decay - step * sign_of(w[i]);
    else if (decay != 1)
        for (int64_t i = 0; i < objective_penalised(model); i++)
            w[i] *= decay;
}

/* All residuals first, at the old weights; then only weights that the rows touch change. */
static void descend_sparse(const struct objective *objective, const struct model *model,
                           float *w, struct rows rows, float *scratch, float rate)
{
    struct linear linear;
    int64_t block_floats = (int64_t)model->classes * BLOCK_ROWS;
    float scale = -rate * (float)objective->weight / (float)rows.count;

    linear_begin(&linear, model, w, rows, scratch);
    linear.z = linear.kept;
    for (int64_t from = 0; from < rows.count; from += BLOCK_ROWS, linear.z += block_floats) {
        int64_t count = linear_block(&linear, from);

        linear_outputs(&linear, from, count);
        objective->loss->residuals(linear.z, model->classes, count, linear.label, linear.bias);
    }
    descend_penalties(objective, model, w, rate);
    linear.z = linear.kept;
    for (int64_t from = 0; from < rows.count; from += BLOCK_ROWS, linear.z += block_floats)
        sparse_add_rows(&linear.rows, from, linear_block(&linear, from), linear.z, scale,
                        model->classes, w);
    for (int32_t k = 0; k < model->classes; k++)
        w[objective_penalised(model) + k] += scale * (float)linear.bias[k];
}

void objective_descend(const struct model *model, float *w, struct rows rows, float *scratch,
                       float rate)
{
    struct objective objective = model->kind->objective(model);
    struct linear linear;

    if (model->sparse) {
        descend_sparse(&objective, model, w, rows, scratch, rate);
        return;
    }
    linear_begin(&linear, model, w, rows, scratch);
    gradient_of(&objective, &linear, model, linear.gradient, NULL);
    for (int64_t i = 0; i < model->parameters; i++)
        w[i] -= rate * linear.gradient[i];
}

void objective_evaluate(const struct model *model, const float *w, struct rows rows,
                        float *scratch, struct score *score)
{
    struct objective objective = model->kind->objective(model);
    struct linear linear;
    double loss = 0;

    linear_begin(&linear, model, w, rows, scratch);
    for (int64_t from = 0, count; from < rows.count; from += count) {
        count = linear_block(&linear, from);
        linear_outputs(&linear, from, count);
        objective.loss->score(linear.z, linear.classes, count, linear.label, &loss,
                              &score->correct);
    }
    score->loss += objective.weight * loss;
    score->rows += rows.count;
}

struct work objective_step_work(const struct model *model, int64_t rows, int64_t nonzeros)
{
    double loss_flops = model->kind->objective(model).loss->flops;
    double K = model->classes;

    return (struct work){.rows = rows,
                         .nonzeros = nonzeros,
                         .calls = 1,
                         .flops = 4 * K * (double)nonzeros + loss_flops * K * (double)rows +
                                  2 * (double)model->parameters};
}

struct work objective_evaluate_work(const struct model *model, int64_t rows, int64_t nonzeros)
{
    double loss_flops = model->kind->objective(model).loss->flops;
    double K = model->classes;

    return (struct work){.rows = rows,
                         .nonzeros = nonzeros,
                         .calls = 1,
                         .flops = 2 * K * (double)nonzeros + loss_flops * K * (double)rows};
}
