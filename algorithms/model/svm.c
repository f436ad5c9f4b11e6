/* SPDX-License-Identifier: MIT
 * svm.c -- linear support vector machine for two classes: hinge loss of the difference of two
 * linear outputs.
 *
 * Two outputs, as in LambdaML's released code; only v = w1 - w0 and c = b1 - b0 decide.  With
 * s = 1 for the second class and -1 for the first, the objective is
 *     weight * mean over rows of max(0, 1 - s (x v + c)) + l2/2 ||w||^2 + l1 ||w||_1
 * where weight is 1, or 1/2 with average_outputs; biases are not penalised.  scikit-learn's
 * SVC(kernel="linear", C), which minimises C * sum of hinge losses + 1/2 ||v||^2, has the same
 * optimum (w1 = -w0 = v/2) when l2 = 2 weight / (C N); LinearSVC(loss="hinge") penalises its
 * intercept as well, the less the larger its intercept_scaling is. */
#include "algorithms/math/hinge.h"
#include "algorithms/model/objective.h"

static const struct field fields[] = {
    OBJECTIVE_PENALTIES(struct svm_conf),
    CONF(struct svm_conf, average_outputs, .preset = "no",
         .doc = "Divide the hinge loss by the number of outputs, 2, as PyTorch's "
                "MultiMarginLoss does. LambdaML's threshold for Higgs, 0.48, is within reach "
                "only then: of the hinge loss itself 0.81 is the least."),
    CONF_END,
};

static const struct loss hinge = {
    .residuals = hinge_residuals, .score = hinge_score, .flops = 3};

static struct objective svm_objective(const struct model *model)
{
    const struct svm_conf *conf = model->conf;

    return (struct objective){.loss = &hinge,
                              .weight = conf->average_outputs ? 0.5 : 1,
                              .l1 = conf->l1,
                              .l2 = conf->l2};
}

static int64_t svm_parameters(const void *conf, int32_t features, int32_t classes,
                              struct err *err)
{
    (void)conf;
    if (classes > 2) {
        err_set(err, "model 'svm' tells two classes apart, but the data have %d", classes);
        return -1;
    }
    return objective_parameters("svm", features, classes, err);
}

const struct model_kind model_svm = {
    .kind = {.name = "svm",
             .doc = "Linear support vector machine: mean hinge loss of the difference of two "
                    "linear outputs.",
             .fields = fields,
             .conf_size = sizeof(struct svm_conf)},
    OBJECTIVE_FUNCTIONS,
    .parameters = svm_parameters,
    .objective = svm_objective,
};
