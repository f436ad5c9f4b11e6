/* SPDX-License-Identifier: MIT
 * lr.c -- logistic regression: softmax over K linear outputs, cross-entropy.
 *
 * Two classes are two outputs, as in LambdaML's released code: twice the parameters of one
 * logit, and, as both outputs move, twice its effective learning rate.
 *
 * Objective: mean over rows of -log softmax(x w + b)[y] + l2/2 ||w||^2 + l1 ||w||_1, biases b
 * not penalised.  scikit-learn's LogisticRegression(C), which minimises C * sum of losses + 1/2
 * ||v||^2 (or + ||v||_1), has the same optimum when l2 (l1) = 1 / (C N) for K > 2; for two
 * classes it has one vector v = w1 - w0, whose L2 penalty is 1/2 ||v||^2 = 2 * (1/2 ||w||^2) at
 * the optimum (w1 = -w0 = v/2): l2 = 2 / (C N).  Its L1 penalty is that of w: l1 = 1 / (C N).
 */
#include "algorithms/math/softmax.h"
#include "algorithms/model/objective.h"

/* Softmax and its loss: about so many operations for each output of each row. */
enum { SOFTMAX_FLOPS = 10 };

static const struct field fields[] = {
    OBJECTIVE_PENALTIES(struct lr_conf),
    CONF_END,
};

static const struct loss cross_entropy = {.residuals = softmax_residuals,
                                          .score = softmax_score};

static struct objective objective_of(const struct model *model)
{
    const struct lr_conf *conf = model->conf;

    return (struct objective){
        .loss = &cross_entropy, .weight = 1, .l1 = conf->l1, .l2 = conf->l2};
}

static int64_t lr_parameters(const void *conf, int32_t features, int32_t classes,
                             struct err *err)
{
    (void)conf;
    return objective_parameters("lr", features, classes, err);
}

static void lr_gradient(const struct model *model, const float *w, struct rows rows,
                        float *scratch, float *gradient, double *ret_loss)
{
    struct objective objective = objective_of(model);

    objective_gradient(&objective, model, w, rows, scratch, gradient, ret_loss);
}

static int64_t lr_gradient_nonzeros(const struct model *model, const struct touched *rows)
{
    struct objective objective = objective_of(model);

    return objective_gradient_nonzeros(&objective, model, rows);
}

static void lr_descend(const struct model *model, float *w, struct rows rows, float *scratch,
                       float rate)
{
    struct objective objective = objective_of(model);

    objective_descend(&objective, model, w, rows, scratch, rate);
}

static void lr_evaluate(const struct model *model, const float *w, struct rows rows,
                        float *scratch, struct score *score)
{
    struct objective objective = objective_of(model);

    objective_evaluate(&objective, model, w, rows, scratch, score);
}

static double lr_penalty(const struct model *model, const float *w)
{
    struct objective objective = objective_of(model);

    return objective_penalty(&objective, model, w);
}

static struct work lr_step_work(const struct model *model, int64_t rows, int64_t nonzeros)
{
    return objective_step_work(model, SOFTMAX_FLOPS, rows, nonzeros);
}

static struct work lr_evaluate_work(const struct model *model, int64_t rows, int64_t nonzeros)
{
    return objective_evaluate_work(model, SOFTMAX_FLOPS, rows, nonzeros);
}

const struct model_kind model_lr = {
    .kind = {.name = "lr",
             .doc = "Logistic regression: softmax over one linear output per class, mean "
                    "cross-entropy (natural logarithm).",
             .fields = fields,
             .conf_size = sizeof(struct lr_conf)},
    .convex = true,
    .parameters = lr_parameters,
    .init = objective_init,
    .scratch_floats = linear_scratch_floats,
    .gradient = lr_gradient,
    .gradient_nonzeros = lr_gradient_nonzeros,
    .descend = lr_descend,
    .evaluate = lr_evaluate,
    .penalty = lr_penalty,
    .penalised = objective_penalised,
    .step_work = lr_step_work,
    .evaluate_work = lr_evaluate_work,
};
