/* SPDX-License-Identifier: MIT
 * em.c -- expectation maximisation (Lloyd's algorithm, for k-means): an exchange per pass over
 * the data.
 *
 * SIMPLIFIED: everybody knows the first parameters; that LambdaML's worker 0 publishes the
 * first centroids (one PUT, W - 1 GETs, once) takes no time and costs nothing.
 *
 * Weighted: workers send sums and numbers of rows, and their total gives exactly the centroids
 * that one worker with all rows would find.  Unweighted: they send centroids of their own, and
 * how far those have moved, and the plain mean counts, as in LambdaML's released code. */
#include <math.h>
#include <string.h>

#include "algorithms/optimizer/optimizer.h"

enum { WEIGHTED, UNWEIGHTED };
static const char *const averages[] = {"weighted", "unweighted", NULL};
enum { DISTANCE, SQUARE };
static const char *const measures[] = {"distance", "square", NULL};

static const struct field fields[] = {
    CONF(struct em_conf, average, .names = averages, .preset = "weighted",
         .doc = "weighted: by the rows of each worker in each cluster, which is exact; "
                "unweighted: the mean of the workers' own centroids, as in LambdaML's released "
                "code."),
    CONF(struct em_conf, threshold, .above_min = true, .optional = true,
         .absent = "it goes on until something else ends the run",
         .doc =
             "The run ends when centroids have moved less than this in a round, on average "
             "over them (unweighted: and over the workers' own). LambdaML's figure for Higgs, "
             "0.15, is one of these.",
         .source = "LambdaML, github.com/DS3Lab/LambdaML at e7d466e"),
    CONF(struct em_conf, shift, .names = measures, .preset = "distance",
         .doc =
             "What the threshold is compared with: how far centroids have moved, or the square "
             "of that, as in LambdaML's released code for sparse rows."),
    CONF(struct em_conf, sparse_messages, .preset = "yes",
         .doc =
             "With average weighted: send index and value (8 bytes) of what can be other than "
             "0 where that takes fewer bytes than all sums."),
    CONF_END,
};

static const struct em_conf *conf_of(const struct optimizer *optimizer)
{
    return optimizer->conf;
}

static bool em_fits(const void *conf, const struct model *model, struct err *err)
{
    (void)conf;
    if (model->kind->expectation)
        return true;
    return err_set(err,
                   "optimizer 'em' is for models like 'kmeans'; '%s' needs one that follows "
                   "gradients",
                   model_name(model));
}

static int64_t em_batch_size(const void *conf)
{
    (void)conf;
    return BATCH_IS_ALL;
}

static int64_t em_steps_per_round(const void *conf, int64_t steps_per_epoch)
{
    (void)conf;
    return steps_per_epoch;
}

static int64_t em_message_floats(const void *conf, const struct model *model)
{
    if (((const struct em_conf *)conf)->average == WEIGHTED)
        return model->kind->expectation->statistics_floats(model);
    return model->parameters + 1;
}

static int64_t em_state_floats(const void *conf, const struct model *model)
{
    (void)conf;
    (void)model;
    return 0;
}

/* Unweighted: the statistics that become the worker's own centroids. */
static int64_t em_scratch_floats(const void *conf, const struct model *model)
{
    return ((const struct em_conf *)conf)->average == WEIGHTED
               ? 0
               : model->kind->expectation->statistics_floats(model);
}

static bool em_message_rows(const struct optimizer *optimizer, const struct sampler *sampler,
                            int64_t round, const struct scratch *scratch, struct rows *ret_rows)
{
    const struct em_conf *conf = conf_of(optimizer);

    (void)round;
    (void)scratch;
    if (conf->average != WEIGHTED || !conf->sparse_messages || !optimizer->model->sparse)
        return false;
    *ret_rows = sampler->shard;
    return true;
}

static int64_t em_message_nonzeros(const struct optimizer *optimizer,
                                   const struct touched *rows)
{
    return optimizer->model->kind->expectation->statistics_nonzeros(optimizer->model, rows);
}

static double em_contribute(const struct optimizer *optimizer, const float *weights,
                            const float *state, const struct sampler *sampler, int64_t round,
                            const struct scratch *scratch, float *message)
{
    const struct model *model = optimizer->model;
    const struct expectation *expectation = model->kind->expectation;
    bool weighted = conf_of(optimizer)->average == WEIGHTED;
    float *statistics = weighted ? message : optimizer_own_scratch(optimizer, scratch);
    float *own = message;

    (void)state;
    (void)round;
    expectation->statistics(model, weights, sampler->shard, scratch->number, statistics);
    if (weighted)
        return 1;
    memcpy(own, weights, sizeof *own * (size_t)model->parameters);
    expectation->maximise(model, statistics, own);
    own[model->parameters] =
        (float)expectation->shift(model, weights, own, conf_of(optimizer)->shift == SQUARE);
    return 1;
}

static void em_apply(const struct optimizer *optimizer, float *weights, const float *reduced,
                     int64_t round)
{
    const struct model *model = optimizer->model;

    (void)round;
    if (conf_of(optimizer)->average == WEIGHTED)
        model->kind->expectation->maximise(model, reduced, weights);
    else
        memcpy(weights, reduced, sizeof *weights * (size_t)model->parameters);
}

static bool em_can_settle(const void *conf)
{
    return !isnan(((const struct em_conf *)conf)->threshold);
}

static bool em_settled(const struct optimizer *optimizer, const float *before,
                       const float *after, const float *reduced, int64_t round)
{
    const struct em_conf *conf = conf_of(optimizer);
    const struct model *model = optimizer->model;
    double shift;

    (void)round;
    shift = conf->average == WEIGHTED || !reduced
                ? model->kind->expectation->shift(model, before, after, conf->shift == SQUARE)
                : (double)reduced[model->parameters];
    return shift < conf->threshold;
}

const struct optimizer_kind optimizer_em = {
    .kind = {.name = "em",
             .doc = "Expectation maximisation, which for k-means is Lloyd's algorithm: every "
                    "round each worker goes through its rows once.",
             .source = "LambdaML (SIGMOD 2021), EM for k-means",
             .fields = fields,
             .conf_size = sizeof(struct em_conf)},
    .fits_says_all = true,
    .fits = em_fits,
    .batch_size = em_batch_size,
    .steps_per_round = em_steps_per_round,
    .message_floats = em_message_floats,
    .state_floats = em_state_floats,
    .message_rows = em_message_rows,
    .message_nonzeros = em_message_nonzeros,
    .scratch_floats = em_scratch_floats,
    .contribute = em_contribute,
    .apply = em_apply,
    .can_settle = em_can_settle,
    .settled = em_settled,
};
