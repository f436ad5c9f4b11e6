/* SPDX-License-Identifier: MIT
 * admm.c -- alternating direction method of multipliers, for convex models: workers agree on
 * weights z by way of prices u for disagreeing.
 *
 * W workers with mean losses f_i minimise sum_i f_i(z) + lambda ||z||_1 (biases not counted):
 *     w_i = by local_epochs epochs of SGD: argmin f_i(w) + rho/2 ||w + u_i - z||^2
 *     z   = soft-threshold(mean w + mean u, lambda / (W rho))
 *     u_i = u_i + w_i - z
 * A message is concat(u_i, w_i).  At a fixed point w_i = z and rho u_i = -grad f_i(z), however
 * roughly the w_i are computed and wherever that begins.  (Boyd et al., Distributed
 * Optimization and Statistical Learning via ADMM, 2011, sections 7.1 and 8.2; LambdaML.)
 *
 * Shared weights are concat(x, z), where x is what local runs begin with and what is evaluated.
 *
 * LambdaML's released code differs: it takes the norm itself, not its square (norm: plain),
 * starts u and z at random, treats biases as model averaging does, and lets every u_i follow
 * the mean of w instead of its own w_i.
 *
 * SIMPLIFIED: W in the threshold is the number of workers at the start, also after a loss. */
#include <math.h>
#include <string.h>

#include "algorithms/optimizer/optimizer.h"

enum { NORM_SQUARED, NORM_PLAIN };
static const char *const norms[] = {"squared", "plain", NULL};
enum { BEGIN_AT_MEAN, BEGIN_AT_COMMON };
static const char *const beginnings[] = {"mean", "common", NULL};

static const struct field fields[] = {
    CONF(struct admm_conf, learning_rate, .min = 0, .above_min = true,
         .doc = "Step length of the local SGD."),
    SCHEDULE_FIELD(struct admm_conf),
    CONF(struct admm_conf, batch_size, .min = 1,
         .doc = "Rows per worker and step; at most those that each worker trains on."),
    CONF(struct admm_conf, local_epochs, .min = 1, .preset = "10",
         .doc = "Epochs through its own rows that a worker goes between two exchanges.",
         .source = "LambdaML (SIGMOD 2021): 10"),
    CONF(struct admm_conf, rho, .min = 0, .above_min = true, .preset = "0.01",
         .doc = "Strength of the term that draws local weights to the common ones.",
         .source = "LambdaML, github.com/DS3Lab/LambdaML at e7d466e"),
    CONF(struct admm_conf, lambda, .preset = "0.01",
         .doc = "Strength of the L1 penalty on the common weights, beside the sum over workers "
                "of their mean losses: against the mean over all rows it counts lambda / W.",
         .source = "LambdaML, github.com/DS3Lab/LambdaML at e7d466e"),
    CONF(struct admm_conf, begin_at, .names = beginnings, .preset = "mean",
         .doc = "What local runs begin with, and what is evaluated and kept as the model: the "
                "mean of the local weights, as in LambdaML's released code, or the common "
                "weights z. In the end they are the same."),
    CONF(struct admm_conf, norm, .names = norms, .preset = "squared",
         .doc =
             "squared: the local term is rho/2 * ||w + u - z||^2, as in the method; plain: it "
             "is rho/2 * ||w + u - z||, as in LambdaML's released code, which then does not "
             "arrive at the optimum."),
    CONF_END,
};

static const struct admm_conf *conf_of(const struct optimizer *optimizer)
{
    return optimizer->conf;
}

static bool admm_fits(const void *conf, const struct model *model, struct err *err)
{
    (void)conf;
    if (model->kind->convex)
        return true;
    return err_set(err, "optimizer 'admm' needs a convex model, which '%s' is not",
                   model_name(model));
}

static int64_t admm_batch_size(const void *conf)
{
    return ((const struct admm_conf *)conf)->batch_size;
}

static int64_t admm_steps_per_round(const void *conf, int64_t steps_per_epoch)
{
    return ((const struct admm_conf *)conf)->local_epochs * steps_per_epoch;
}

static int64_t admm_message_floats(const void *conf, const struct model *model)
{
    (void)conf;
    return 2 * model->parameters;
}

static int64_t admm_shared_floats(const void *conf, const struct model *model)
{
    (void)conf;
    return 2 * model->parameters;
}

static void admm_start(const struct optimizer *optimizer, float *weights)
{
    int64_t P = optimizer->model->parameters;

    memcpy(weights + P, weights, sizeof *weights * (size_t)P);
}

static int64_t admm_state_floats(const void *conf, const struct model *model)
{
    (void)conf;
    return model->parameters;
}

/* The slope of the term that draws w to z - u. */
static void draw_together(const struct admm_conf *conf, int64_t count, const float *w,
                          const float *u, const float *z, float *slope)
{
    double squares = 0;
    float strength = (float)conf->rho;

    for (int64_t i = 0; i < count; i++) {
        slope[i] = w[i] + u[i] - z[i];
        squares += (double)slope[i] * slope[i];
    }
    if (conf->norm == NORM_PLAIN)
        strength = squares > 0 ? (float)(conf->rho / 2 / sqrt(squares)) : 0;
    for (int64_t i = 0; i < count; i++)
        slope[i] *= strength;
}

static double admm_contribute(const struct optimizer *optimizer, const float *weights,
                              const float *state, const struct sampler *sampler, int64_t round,
                              const struct scratch *scratch, float *message)
{
    const struct admm_conf *conf = conf_of(optimizer);
    const struct model *model = optimizer->model;
    int64_t steps = admm_steps_per_round(conf, sampler->steps_per_epoch);
    int64_t P = model->parameters;
    float *u = message, *w = message + P, *slope = optimizer_own_scratch(optimizer, scratch);

    if (state)
        memcpy(u, state, sizeof *u * (size_t)P);
    else
        memset(u, 0, sizeof *u * (size_t)P);
    memcpy(w, weights, sizeof *w * (size_t)P);
    for (int64_t step = round * steps; step < (round + 1) * steps; step++) {
        float rate = schedule_rate(&conf->schedule, conf->learning_rate,
                                   step / sampler->steps_per_epoch);

        draw_together(conf, P, w, u, weights + P, slope);
        model->kind->descend(model, w, sampler_rows(sampler, step, scratch->index),
                             scratch->number, rate);
        for (int64_t i = 0; i < P; i++)
            w[i] -= rate * slope[i];
    }
    return 1;
}

static float soft_threshold(float x, float threshold)
{
    if (x > threshold)
        return x - threshold;
    return x < -threshold ? x + threshold : 0;
}

static void admm_apply(const struct optimizer *optimizer, float *weights, const float *reduced,
                       int64_t round)
{
    const struct admm_conf *conf = conf_of(optimizer);
    const struct model *model = optimizer->model;
    float threshold = (float)(conf->lambda / (optimizer->workers * conf->rho));
    int64_t P = model->parameters, penalised = model->kind->penalised(model);

    (void)round;
    for (int64_t i = 0; i < P; i++) {
        float z = reduced[i] + reduced[P + i];

        if (i < penalised)
            z = soft_threshold(z, threshold);
        weights[i] = conf->begin_at == BEGIN_AT_COMMON ? z : reduced[P + i];
        weights[P + i] = z;
    }
}

static void admm_absorb(const struct optimizer *optimizer, float *state, const float *message,
                        const float *weights, int64_t round)
{
    int64_t P = optimizer->model->parameters;

    (void)round;
    for (int64_t i = 0; i < P; i++)
        state[i] = message[i] + (message[P + i] - weights[P + i]);
}

static double admm_step_flops(const void *conf, const struct model *model)
{
    (void)conf;
    return 7 * (double)model->parameters;
}

const struct optimizer_kind optimizer_admm = {
    .kind = {.name = "admm",
             .doc = "ADMM: epochs of local SGD that are drawn to common weights, then one "
                    "exchange of local weights and multipliers; for convex models.",
             .source = "LambdaML (SIGMOD 2021), ADMM; Boyd et al., 2011",
             .fields = fields,
             .conf_size = sizeof(struct admm_conf)},
    .fits = admm_fits,
    .fits_says_all = true,
    .batch_size = admm_batch_size,
    .steps_per_round = admm_steps_per_round,
    .shared_floats = admm_shared_floats,
    .start = admm_start,
    .message_floats = admm_message_floats,
    .state_floats = admm_state_floats,
    .scratch_floats = admm_state_floats,
    .step_flops = admm_step_flops,
    .contribute = admm_contribute,
    .apply = admm_apply,
    .absorb = admm_absorb,
};
