/* SPDX-License-Identifier: MIT
 * ma_sgd.c -- model averaging: each worker runs plain mini-batch SGD through its own shard for
 * local_epochs epochs, then the weights are averaged, by the shards' rows. */
#include <string.h>

#include "algorithms/optimizer/optimizer.h"

static const struct field fields[] = {
    CONF(struct ma_sgd_conf, learning_rate, .min = 0, .above_min = true,
         .doc = "Step length: weights -= learning_rate * mean gradient of the batch."),
    SCHEDULE_FIELD(struct ma_sgd_conf),
    CONF(struct ma_sgd_conf, batch_size, .min = 1,
         .doc = "Rows per worker and step; all rows of the worker when it has no more."),
    CONF(struct ma_sgd_conf, local_epochs, .min = 1, .preset = "1",
         .doc = "Epochs through its own rows that a worker goes between two exchanges."),
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

static int64_t ma_sgd_message_floats(const void *conf, const struct model *model)
{
    (void)conf;
    return model->parameters;
}

static int64_t ma_sgd_state_floats(const void *conf, const struct model *model)
{
    (void)conf;
    (void)model;
    return 0;
}

static double ma_sgd_contribute(const struct optimizer *optimizer, const float *weights,
                                const float *state, const struct sampler *sampler,
                                int64_t round, const struct scratch *scratch, float *message)
{
    const struct model *model = optimizer->model;
    const struct ma_sgd_conf *conf = conf_of(optimizer);
    int64_t steps = ma_sgd_steps_per_round(optimizer->conf, sampler->steps_per_epoch);

    (void)state;
    memcpy(message, weights, sizeof *message * (size_t)model->parameters);
    for (int64_t step = round * steps; step < (round + 1) * steps; step++)
        model->kind->descend(model, message, sampler_rows(sampler, step, scratch->index),
                             scratch->number,
                             schedule_rate(&conf->schedule, conf->learning_rate,
                                           step / sampler->steps_per_epoch));
    return (double)sampler->shard.count;
}

static void ma_sgd_apply(const struct optimizer *optimizer, float *weights,
                         const float *reduced, int64_t round)
{
    (void)round;
    memcpy(weights, reduced, sizeof *weights * (size_t)optimizer->model->parameters);
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
    .message_floats = ma_sgd_message_floats,
    .state_floats = ma_sgd_state_floats,
    .contribute = ma_sgd_contribute,
    .apply = ma_sgd_apply,
};
