/* SPDX-License-Identifier: MIT
 * ga_sgd.c -- gradient averaging: one exchange per mini-batch; the template of this family.
 *
 * Every worker sends the mean gradient over its batch; weighted by the batches' rows, the mean
 * over workers is the gradient over the union of their batches: W workers with batch B are one
 * worker with batch W B.
 *
 * What all share: float[P] weights, float[S] running statistics, float[P] velocity when there
 * is momentum.  It is applied once, to the mean gradient, so all workers would hold the same
 * one. */
#include <string.h>

#include "algorithms/optimizer/optimizer.h"

static const struct field fields[] = {
    CONF(struct ga_sgd_conf, learning_rate, .min = 0, .above_min = true,
         .doc = "Step length: weights -= learning_rate * mean gradient."),
    SCHEDULE_FIELD(struct ga_sgd_conf),
    DESCENT_FIELDS(struct ga_sgd_conf),
    CONF(struct ga_sgd_conf, batch_size, .min = 1,
         .doc = "Rows per worker and step; at most those that each worker trains on."),
    CONF(
        struct ga_sgd_conf, sparse_messages, .preset = "yes",
        .doc =
            "Send index and value (8 bytes) of the gradient's non-zeros where that takes fewer "
            "bytes than all values: with sparse rows and no penalty. Sums of several workers' "
            "gradients have fewer zeros and are larger. LambdaML sends all."),
    STATISTICS_FIELD(struct ga_sgd_conf, "first"),
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

static bool ga_sgd_fits(const void *conf, const struct model *model, struct err *err)
{
    (void)model;
    return descent_check(&((const struct ga_sgd_conf *)conf)->descent, err);
}

static int64_t ga_sgd_shared_floats(const void *conf, const struct model *model)
{
    bool has_velocity = ((const struct ga_sgd_conf *)conf)->descent.momentum != 0;

    return model->parameters + model->statistics + (has_velocity ? model->parameters : 0);
}

static void ga_sgd_start(const struct optimizer *optimizer, float *weights)
{
    const struct model *model = optimizer->model;
    int64_t begun = model->parameters + model->statistics;
    int64_t all = ga_sgd_shared_floats(optimizer->conf, model);

    memset(weights + begun, 0, sizeof *weights * (size_t)(all - begun));
}

static int64_t ga_sgd_message_floats(const void *conf, const struct model *model)
{
    (void)conf;
    return model->parameters + model->statistics;
}

static int64_t ga_sgd_leader_floats(const void *conf, const struct model *model)
{
    bool first = ((const struct ga_sgd_conf *)conf)->statistics == STATISTICS_FIRST;

    return first ? model->statistics : 0;
}

static double ga_sgd_step_flops(const void *conf, const struct model *model)
{
    return descent_flops(&((const struct ga_sgd_conf *)conf)->descent, model->parameters);
}

static int64_t ga_sgd_state_floats(const void *conf, const struct model *model)
{
    (void)conf;
    (void)model;
    return 0;
}

static bool ga_sgd_message_rows(const struct optimizer *optimizer,
                                const struct sampler *sampler, int64_t round,
                                const struct scratch *scratch, struct rows *ret_rows)
{
    const struct model *model = optimizer->model;

    if (!conf_of(optimizer)->sparse_messages || !model->sparse ||
        !model->kind->gradient_nonzeros)
        return false;
    *ret_rows = sampler_rows(sampler, round, scratch->index);
    return true;
}

static int64_t ga_sgd_message_nonzeros(const struct optimizer *optimizer,
                                       const struct touched *rows)
{
    return optimizer->model->kind->gradient_nonzeros(optimizer->model, rows);
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
    int64_t P = optimizer->model->parameters, S = optimizer->model->statistics;
    float rate = schedule_step_rate(&conf->schedule, conf->learning_rate, round,
                                    optimizer->steps_per_epoch);

    descent_step(&conf->descent, rate, reduced,
                 conf->descent.momentum != 0 ? weights + P + S : NULL, weights, P);
    memcpy(weights + P, reduced + P, sizeof *weights * (size_t)S);
}

const struct optimizer_kind optimizer_ga_sgd = {
    .kind = {.name = "ga_sgd",
             .doc = "Gradient averaging: one exchange of gradients per mini-batch.",
             .source = "LambdaML (SIGMOD 2021), GA-SGD",
             .fields = fields,
             .conf_size = sizeof(struct ga_sgd_conf)},
    .message_adds = true,
    .fits = ga_sgd_fits,
    .batch_size = ga_sgd_batch_size,
    .steps_per_round = ga_sgd_steps_per_round,
    .shared_floats = ga_sgd_shared_floats,
    .start = ga_sgd_start,
    .message_floats = ga_sgd_message_floats,
    .leader_floats = ga_sgd_leader_floats,
    .state_floats = ga_sgd_state_floats,
    .message_rows = ga_sgd_message_rows,
    .message_nonzeros = ga_sgd_message_nonzeros,
    .step_flops = ga_sgd_step_flops,
    .contribute = ga_sgd_contribute,
    .apply = ga_sgd_apply,
};
