/* SPDX-License-Identifier: MIT
 * ma_sgd.c -- model averaging: each worker runs plain mini-batch SGD through its own shard for
 * local_epochs epochs, then the weights are averaged, by the shards' rows. */
#include <string.h>

#include "algorithms/optimizer/optimizer.h"

static const struct field fields[] = {
    CONF(struct ma_sgd_conf, learning_rate, .min = 0, .above_min = true,
         .doc = "Step length: weights -= learning_rate * mean gradient of the batch."),
    SCHEDULE_FIELD(struct ma_sgd_conf),
    DESCENT_FIELDS(struct ma_sgd_conf),
    CONF(struct ma_sgd_conf, keep_momentum, .preset = "no",
         .doc = "Whether a worker goes on with its own velocity after an exchange, or begins "
                "again at 0, as an optimizer that is made anew does. Kept, it is lost with the "
                "worker's memory, and takes as much of it as the weights."),
    CONF(struct ma_sgd_conf, batch_size, .min = 1,
         .doc = "Rows per worker and step; at most those that each worker trains on."),
    CONF(struct ma_sgd_conf, local_epochs, .min = 1, .preset = "1",
         .doc = "Epochs through its own rows that a worker goes between two exchanges."),
    STATISTICS_FIELD(struct ma_sgd_conf, "mean"),
    CONF_END,
};

static const struct ma_sgd_conf *conf_of(const struct optimizer *optimizer)
{
    return optimizer->conf;
}

static int64_t ma_sgd_batch_size(const void *conf)
{
    return ((const struct ma_sgd_conf *)conf)->batch_size;
}

static int64_t ma_sgd_steps_per_round(const void *conf, int64_t steps_per_epoch)
{
    return ((const struct ma_sgd_conf *)conf)->local_epochs * steps_per_epoch;
}

static bool ma_sgd_fits(const void *conf, const struct model *model, struct err *err)
{
    (void)model;
    return descent_check(&((const struct ma_sgd_conf *)conf)->descent, err);
}

static int64_t ma_sgd_message_floats(const void *conf, const struct model *model)
{
    (void)conf;
    return model->parameters + model->statistics;
}

static int64_t ma_sgd_leader_floats(const void *conf, const struct model *model)
{
    bool first = ((const struct ma_sgd_conf *)conf)->statistics == STATISTICS_FIRST;

    return first ? model->statistics : 0;
}

static int64_t ma_sgd_state_floats(const void *conf, const struct model *model)
{
    const struct ma_sgd_conf *c = conf;

    return c->descent.momentum != 0 && c->keep_momentum ? model->parameters : 0;
}

/* The model's own way down may be cheaper than its gradient, but knows no velocity. */
static bool descends(const struct ma_sgd_conf *conf, const struct model *model)
{
    return descent_is_plain(&conf->descent) && model->kind->descend;
}

/* The gradient and statistics of a step, and the velocity unless the worker keeps it. */
static int64_t ma_sgd_scratch_floats(const void *conf, const struct model *model)
{
    const struct ma_sgd_conf *c = conf;

    if (descends(c, model))
        return 0;
    return 2 * model->parameters + model->statistics;
}

static double ma_sgd_step_flops(const void *conf, const struct model *model)
{
    return descent_flops(&((const struct ma_sgd_conf *)conf)->descent, model->parameters);
}

/* The velocity of a round, as it begins; NULL without momentum. */
static float *begin_velocity(const struct ma_sgd_conf *conf, const struct model *model,
                             const float *state, float *own, float *message)
{
    int64_t P = model->parameters, S = model->statistics;
    float *velocity;

    if (conf->descent.momentum == 0)
        return NULL;
    velocity = conf->keep_momentum ? message + P + S : own + P + S;
    if (conf->keep_momentum && state)
        memcpy(velocity, state, sizeof *velocity * (size_t)P);
    else
        memset(velocity, 0, sizeof *velocity * (size_t)P);
    return velocity;
}

/* One step from w: float[P + S]; gradient: float[P + S] of scratch. */
static void step_down(const struct ma_sgd_conf *conf, const struct model *model,
                      struct rows rows, float rate, float *scratch, float *gradient,
                      float *velocity, float *w)
{
    int64_t P = model->parameters, S = model->statistics;

    if (descends(conf, model)) {
        model->kind->descend(model, w, rows, scratch, rate);
        return;
    }
    model->kind->gradient(model, w, rows, scratch, gradient, NULL);
    descent_step(&conf->descent, rate, gradient, velocity, w, P);
    memcpy(w + P, gradient + P, sizeof *w * (size_t)S);
}

static double ma_sgd_contribute(const struct optimizer *optimizer, const float *weights,
                                const float *state, const struct sampler *sampler,
                                int64_t round, const struct scratch *scratch, float *message)
{
    const struct model *model = optimizer->model;
    const struct ma_sgd_conf *conf = conf_of(optimizer);
    int64_t steps = ma_sgd_steps_per_round(optimizer->conf, sampler->steps_per_epoch);
    float *own = optimizer_own_scratch(optimizer, scratch);
    float *velocity = begin_velocity(conf, model, state, own, message);

    memcpy(message, weights, sizeof *message * (size_t)(model->parameters + model->statistics));
    for (int64_t step = round * steps; step < (round + 1) * steps; step++)
        step_down(conf, model, sampler_rows(sampler, step, scratch->index),
                  schedule_step_rate(&conf->schedule, conf->learning_rate, step,
                                     sampler->steps_per_epoch),
                  scratch->number, own, velocity, message);
    return (double)sampler->shard.count;
}

static void ma_sgd_apply(const struct optimizer *optimizer, float *weights,
                         const float *reduced, int64_t round)
{
    const struct model *model = optimizer->model;

    (void)round;
    memcpy(weights, reduced, sizeof *weights * (size_t)(model->parameters + model->statistics));
}

/* Behind the message lies the worker's velocity. */
static void ma_sgd_absorb(const struct optimizer *optimizer, float *state, const float *message,
                          const float *weights, int64_t round)
{
    const struct model *model = optimizer->model;

    (void)weights;
    (void)round;
    memcpy(state, message + model->parameters + model->statistics,
           sizeof *state * (size_t)model->parameters);
}

const struct optimizer_kind optimizer_ma_sgd = {
    .kind = {.name = "ma_sgd",
             .doc =
                 "Model averaging: local SGD for whole epochs, then one exchange of weights.",
             .source = "LambdaML (SIGMOD 2021), MA-SGD",
             .fields = fields,
             .conf_size = sizeof(struct ma_sgd_conf)},
    .batch_size = ma_sgd_batch_size,
    .steps_per_round = ma_sgd_steps_per_round,
    .fits = ma_sgd_fits,
    .message_floats = ma_sgd_message_floats,
    .leader_floats = ma_sgd_leader_floats,
    .state_floats = ma_sgd_state_floats,
    .private_floats = ma_sgd_state_floats,
    .scratch_floats = ma_sgd_scratch_floats,
    .step_flops = ma_sgd_step_flops,
    .contribute = ma_sgd_contribute,
    .apply = ma_sgd_apply,
    .absorb = ma_sgd_absorb,
};
