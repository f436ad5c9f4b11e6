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
};

struct objective {
    const struct loss *loss;
    double weight;
    double l1, l2;
};

/* The functions of a model_kind, for such an objective. */
void objective_gradient(const struct objective *objective, const struct model *model,
                        const float *w, struct rows rows, float *scratch, float *gradient,
                        double *ret_loss);
void objective_descend(const struct objective *objective, const struct model *model, float *w,
                       struct rows rows, float *scratch, float rate);
void objective_evaluate(const struct objective *objective, const struct model *model,
                        const float *w, struct rows rows, float *scratch, struct score *score);
int64_t objective_gradient_nonzeros(const struct objective *objective,
                                    const struct model *model, const struct touched *rows);
double objective_penalty(const struct objective *objective, const struct model *model,
                         const float *w);
int64_t objective_penalised(const struct model *model); /* weights without biases */

/* (D + 1) K outputs' parameters; -1 with a sentence that begins with the model's name. */
int64_t objective_parameters(const char *name, int32_t features, int32_t classes,
                             struct err *err);
void objective_init(const struct model *model, uint64_t seed, float *w);

/* loss_flops: operations on each output of each row. */
struct work objective_step_work(const struct model *model, double loss_flops, int64_t rows,
                                int64_t nonzeros);
struct work objective_evaluate_work(const struct model *model, double loss_flops, int64_t rows,
                                    int64_t nonzeros);

/* Rows of the tables of such models. */
#define OBJECTIVE_PENALTIES(conf_)                                                             \
    CONF(conf_, l2, .preset = "0",                                                             \
         .doc = "Strength of the L2 penalty l2/2 * ||w||^2, which is added to the mean loss; " \
                "biases are not penalised."),                                                  \
        CONF(conf_, l1, .preset = "0",                                                         \
             .doc = "Strength of the L1 penalty l1 * ||w||_1; biases are not penalised.")

#endif
