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

static const struct field fields[] = {
    OBJECTIVE_PENALTIES(struct lr_conf),
    CONF_END,
};

static const struct loss cross_entropy = {
    .residuals = softmax_residuals, .score = softmax_score, .flops = 10};

static struct objective lr_objective(const struct model *model)
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

const struct model_kind model_lr = {
    .kind = {.name = "lr",
             .doc = "Logistic regression: softmax over one linear output per class, mean "
                    "cross-entropy (natural logarithm).",
             .fields = fields,
             .conf_size = sizeof(struct lr_conf)},
    OBJECTIVE_FUNCTIONS,
    .parameters = lr_parameters,
    .objective = lr_objective,
};
