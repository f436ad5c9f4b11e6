/* SPDX-License-Identifier: MIT
 * ga_sgd.c -- gradient averaging: one exchange per mini-batch; the template of this family.
 *
 * Every worker sends the mean gradient over its batch; weighted by the batches' rows, the mean
 * over workers is the gradient over the union of their batches: W workers with batch B are one
 * worker with batch W B. */
#include "algorithms/optimizer/optimizer.h"

static const struct field fields[] = {
    CONF(struct ga_sgd_conf, learning_rate, .min = 0, .above_min = true,
         .doc = "Step length: weights -= learning_rate * mean gradient."),
    SCHEDULE_FIELD(struct ga_sgd_conf),
    CONF(struct ga_sgd_conf, batch_size, .min = 1,
         .doc = "Rows per worker and step; all rows of the worker when it has no more."),
    CONF(
        struct ga_sgd_conf, sparse_messages, .preset = "yes",
        .doc =
            "Send index and value (8 bytes) of the gradient's non-zeros where that takes fewer "
            "bytes than all values: with sparse rows and no penalty. LambdaML sends all."),
    CONF_END,
};

static const struct ga_sgd_conf *conf_of(const struct optimizer *optimizer)
{
    return optimizer->conf;
}

static int64_t ga_sgd_batch_size(const void *conf)
{
    return ((const struct ga_sgd_conf *)conf)->batch_size;
}

static int64_t ga_sgd_steps_per_round(const void *conf, int64_t steps_per_epoch)
{
    (void)conf;
    (void)steps_per_epoch;
    return 1;
}

static int64_t ga_sgd_message_floats(const void *conf, const struct model *model)
{
    (void)conf;
    return model->parameters;
}

static int64_t ga_sgd_state_floats(const void *conf, const struct model *model)
{
    (void)conf;
    (void)model;
    return 0;
}

/* Room for a bit for each feature. */
static int64_t ga_sgd_scratch_floats(const void *conf, const struct model *model)
{
    (void)conf;
    return ((int64_t)model->features + 31) / 32;
}

static int64_t ga_sgd_message_nonzeros(const struct optimizer *optimizer,
                                       const struct sampler *sampler, int64_t round,
                                       const struct scratch *scratch)
{
    const struct model *model = optimizer->model;
    void *bit = optimizer_own_scratch(optimizer, scratch);

    if (!conf_of(optimizer)->sparse_messages || !model->kind->gradient_nonzeros)
        return model->parameters;
    return model->kind->gradient_nonzeros(model, sampler_rows(sampler, round, scratch->index),
                                          bit);
}

static double ga_sgd_contribute(const struct optimizer *optimizer, const float *weights,
                                const float *state, const struct sampler *sampler,
                                int64_t round, const struct scratch *scratch, float *message)
{
    const struct model *model = optimizer->model;
    struct rows batch = sampler_rows(sampler, round, scratch->index);

    (void)state;
    model->kind->gradient(model, weights, batch, scratch->number, message, NULL);
    return (double)batch.count;
}

static void ga_sgd_apply(const struct optimizer *optimizer, float *weights,
                         const float *reduced, int64_t round)
{
    const struct ga_sgd_conf *conf = conf_of(optimizer);
    int64_t epoch = optimizer->steps_per_epoch ? round / optimizer->steps_per_epoch : 0;
    float rate = schedule_rate(&conf->schedule, conf->learning_rate, epoch);

    for (int64_t i = 0; i < optimizer->model->parameters; i++)
        weights[i] -= rate * reduced[i];
}

const struct optimizer_kind optimizer_ga_sgd = {
    .kind = {.name = "ga_sgd",
             .doc = "Gradient averaging: one exchange of gradients per mini-batch.",
             .source = "LambdaML (SIGMOD 2021), GA-SGD",
             .fields = fields,
             .conf_size = sizeof(struct ga_sgd_conf)},
    .message_adds = true,
    .batch_size = ga_sgd_batch_size,
    .steps_per_round = ga_sgd_steps_per_round,
    .message_floats = ga_sgd_message_floats,
    .state_floats = ga_sgd_state_floats,
    .message_nonzeros = ga_sgd_message_nonzeros,
    .scratch_floats = ga_sgd_scratch_floats,
    .contribute = ga_sgd_contribute,
    .apply = ga_sgd_apply,
};
