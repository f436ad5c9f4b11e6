/* SPDX-License-Identifier: MIT
 * objective.h -- mean loss of linear outputs plus penalties: what logistic regression and the
 * support vector machine share.
 *
 *     weight * mean over rows of loss(x w + b, y) + l2/2 ||w||^2 + l1 ||w||_1
 *
 * Biases b are not penalised.  Where a weight is 0, 0 is taken as slope of its modulus. */
#ifndef TRAINCAST_ALGORITHMS_MODEL_OBJECTIVE_H
#define TRAINCAST_ALGORITHMS_MODEL_OBJECTIVE_H

#include "algorithms/model/linear.h"

/* Calls as in math/softmax.h. */
struct loss {
    void (*residuals)(float *z, int32_t classes, int64_t count, const int32_t *label,
                      double *sum);
    void (*score)(const float *z, int32_t classes, int64_t count, const int32_t *label,
                  double *loss, int64_t *correct);
    double flops; /* operations on each output of each row */
};

/* (D + 1) K outputs' parameters; -1 with a sentence that begins with the model's name. */
int64_t objective_parameters(const char *name, int32_t features, int32_t classes,
                             struct err *err);

/* Members of a model_kind that has .objective. */
#define OBJECTIVE_FUNCTIONS                                                                    \
    .convex = true, .init = objective_init, .scratch_floats = linear_scratch_floats,           \
    .gradient = objective_gradient, .gradient_nonzeros = objective_gradient_nonzeros,          \
    .descend = objective_descend, .evaluate = objective_evaluate,                              \
    .penalty = objective_penalty, .penalised = objective_penalised,                            \
    .step_work = objective_step_work, .evaluate_work = objective_evaluate_work

void objective_init(const struct model *model, uint64_t seed, float *w);
void objective_gradient(const struct model *model, const float *w, struct rows rows,
                        float *scratch, float *gradient, double *ret_loss);
int64_t objective_gradient_nonzeros(const struct model *model, const struct touched *rows);
void objective_descend(const struct model *model, float *w, struct rows rows, float *scratch,
                       float rate);
void objective_evaluate(const struct model *model, const float *w, struct rows rows,
                        float *scratch, struct score *score);
double objective_penalty(const struct model *model, const float *w);
int64_t objective_penalised(const struct model *model); /* weights without biases */
struct work objective_step_work(const struct model *model, int64_t rows, int64_t nonzeros);
struct work objective_evaluate_work(const struct model *model, int64_t rows, int64_t nonzeros);

/* Rows of the tables of such models. */
#define OBJECTIVE_PENALTIES(conf_)                                                             \
    CONF(conf_, l2, .preset = "0",                                                             \
         .doc = "Strength of the L2 penalty l2/2 * ||w||^2, which is added to the mean loss; " \
                "biases are not penalised."),                                                  \
        CONF(conf_, l1, .preset = "0",                                                         \
             .doc = "Strength of the L1 penalty l1 * ||w||_1; biases are not penalised.")

#endif
