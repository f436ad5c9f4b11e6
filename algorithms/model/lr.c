/* SPDX-License-Identifier: MIT
 * lr.c -- logistic regression: softmax over K linear outputs, cross-entropy.
 *
 * Two classes are two outputs, as in LambdaML's released code: twice the parameters of one
 * logit, and, as both outputs move, twice its effective learning rate.
 *
 * Objective: mean over rows of -log softmax(x w + b)[y] + l2/2 ||w||^2, biases b not penalised.
 * scikit-learn's LogisticRegression(C), which minimises C * sum of losses + 1/2 ||v||^2, has
 * the same optimum when l2 = 1 / (C N) for K > 2; for two classes it has one vector v = w1 -
 * w0, whose penalty is 1/2 ||v||^2 = 2 * (1/2 ||w||^2) at the optimum (w1 = -w0 = v/2): l2 = 2
 * / (C N). */
#include <math.h>
#include <string.h>

#include "algorithms/math/softmax.h"
#include "algorithms/math/sparse.h"
#include "algorithms/model/linear.h"
#include "base/rng.h"

static const struct field fields[] = {
    CONF(struct lr_conf, l2, .preset = "0",
         .doc = "Strength of the L2 penalty l2/2 * ||w||^2, which is added to the mean "
                "cross-entropy; biases are not penalised."),
    CONF_END,
};

static int64_t lr_parameters(const void *conf, int32_t features, int32_t classes,
                             struct err *err)
{
    (void)conf;
    if (features < 1) {
        err_set(err, "model 'lr' needs at least one feature, the data have none");
        return -1;
    }
    if (classes < 2) {
        err_set(err, "model 'lr' needs at least two classes, the data have %d", classes);
        return -1;
    }
    return ((int64_t)features + 1) * classes;
}

/* Uniform in +-1/sqrt(D), biases too: what torch.nn.Linear does, hence LambdaML. */
static void lr_init(const struct model *model, uint64_t seed, float *w)
{
    struct rng rng = rng_at(rng_stream(seed, "model.init"), 0, 0);
    double bound = 1 / sqrt(model->features);

    for (int64_t i = 0; i < model->parameters; i++)
        w[i] = (float)((2 * rng_uniform(&rng) - 1) * bound);
}

static double l2_of(const struct model *model)
{
    return ((const struct lr_conf *)model->conf)->l2;
}

static int64_t weights_of(const struct model *model) /* without biases */
{
    return (int64_t)model->features * model->classes;
}

static double lr_penalty(const struct model *model, const float *w)
{
    double sum = 0;

    if (l2_of(model) == 0)
        return 0;
    for (int64_t i = 0; i < weights_of(model); i++)
        sum += (double)w[i] * w[i];
    return l2_of(model) / 2 * sum;
}

/* Goes through the rows once; derivatives are summed up in linear (sparse: times 1/rows in
 * gradient).  Returns the sum of losses if wanted. */
static double accumulate(struct linear *linear, bool want_loss, float *gradient)
{
    double loss = 0;
    int64_t correct = 0;
    float scale = 1 / (float)linear->rows.count;

    for (int64_t from = 0, count; from < linear->rows.count; from += count) {
        count = linear_block(linear, from);
        linear_outputs(linear, from, count);
        if (want_loss)
            softmax_score(linear->z, linear->classes, count, linear->label, &loss, &correct);
        softmax_residuals(linear->z, linear->classes, count, linear->label, linear->bias);
        if (linear->way == LINEAR_SPARSE)
            sparse_add_rows(&linear->rows, from, count, linear->z, scale, linear->classes,
                            gradient);
        else
            linear_collect(linear);
    }
    return loss;
}

/* linear_begin went before; w is linear->w. */
static void gradient_of(struct linear *linear, const struct model *model, float *gradient,
                        double *ret_loss)
{
    float l2 = (float)l2_of(model);
    double loss;

    if (model->sparse)
        memset(gradient, 0, sizeof(float) * (size_t)model->parameters);
    loss = accumulate(linear, ret_loss != NULL, gradient);
    linear_finish(linear, 1 / (double)linear->rows.count, gradient);
    if (l2 != 0)
        for (int64_t i = 0; i < weights_of(model); i++)
            gradient[i] += l2 * linear->w[i];
    if (ret_loss)
        *ret_loss = loss / (double)linear->rows.count + lr_penalty(model, linear->w);
}

static void lr_gradient(const struct model *model, const float *w, struct rows rows,
                        float *scratch, float *gradient, double *ret_loss)
{
    struct linear linear;

    linear_begin(&linear, model, w, rows, scratch);
    gradient_of(&linear, model, gradient, ret_loss);
}

/* All residuals first, at the old weights; then only weights that the rows touch change. */
static void descend_sparse(const struct model *model, float *w, struct rows rows,
                           float *scratch, float rate)
{
    struct linear linear;
    int64_t block_floats = (int64_t)model->classes * BLOCK_ROWS;
    float scale = -rate / (float)rows.count;
    float decay = 1 - rate * (float)l2_of(model);

    linear_begin(&linear, model, w, rows, scratch);
    linear.z = linear.kept;
    for (int64_t from = 0; from < rows.count; from += BLOCK_ROWS, linear.z += block_floats) {
        int64_t count = linear_block(&linear, from);

        linear_outputs(&linear, from, count);
        softmax_residuals(linear.z, model->classes, count, linear.label, linear.bias);
    }
    if (decay != 1)
        for (int64_t i = 0; i < weights_of(model); i++)
            w[i] *= decay;
    linear.z = linear.kept;
    for (int64_t from = 0; from < rows.count; from += BLOCK_ROWS, linear.z += block_floats)
        sparse_add_rows(&linear.rows, from, linear_block(&linear, from), linear.z, scale,
                        model->classes, w);
    for (int32_t k = 0; k < model->classes; k++)
        w[weights_of(model) + k] += scale * (float)linear.bias[k];
}

static void lr_descend(const struct model *model, float *w, struct rows rows, float *scratch,
                       float rate)
{
    struct linear linear;

    if (model->sparse) {
        descend_sparse(model, w, rows, scratch, rate);
        return;
    }
    linear_begin(&linear, model, w, rows, scratch);
    gradient_of(&linear, model, linear.gradient, NULL);
    for (int64_t i = 0; i < model->parameters; i++)
        w[i] -= rate * linear.gradient[i];
}

static void lr_evaluate(const struct model *model, const float *w, struct rows rows,
                        float *scratch, struct score *score)
{
    struct linear linear;

    linear_begin(&linear, model, w, rows, scratch);
    for (int64_t from = 0, count; from < rows.count; from += count) {
        count = linear_block(&linear, from);
        linear_outputs(&linear, from, count);
        softmax_score(linear.z, model->classes, count, linear.label, &score->loss,
                      &score->correct);
    }
    score->rows += rows.count;
}

/* Softmax and its loss: about so many operations for each output of each row. */
enum { SOFTMAX_FLOPS = 10 };

static struct work lr_step_work(const struct model *model, int64_t rows, int64_t nonzeros)
{
    double K = model->classes;

    return (struct work){.rows = rows,
                         .nonzeros = nonzeros,
                         .calls = 1,
                         .flops = 4 * K * (double)nonzeros + SOFTMAX_FLOPS * K * (double)rows +
                                  2 * (double)model->parameters};
}

static struct work lr_evaluate_work(const struct model *model, int64_t rows, int64_t nonzeros)
{
    double K = model->classes;

    return (struct work){.rows = rows,
                         .nonzeros = nonzeros,
                         .calls = 1,
                         .flops = 2 * K * (double)nonzeros + SOFTMAX_FLOPS * K * (double)rows};
}

const struct model_kind model_lr = {
    .kind = {.name = "lr",
             .doc = "Logistic regression: softmax over one linear output per class, mean "
                    "cross-entropy (natural logarithm).",
             .fields = fields,
             .conf_size = sizeof(struct lr_conf)},
    .parameters = lr_parameters,
    .init = lr_init,
    .scratch_floats = linear_scratch_floats,
    .gradient = lr_gradient,
    .descend = lr_descend,
    .evaluate = lr_evaluate,
    .penalty = lr_penalty,
    .step_work = lr_step_work,
    .evaluate_work = lr_evaluate_work,
};
