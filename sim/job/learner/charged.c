/* SPDX-License-Identifier: MIT
 * charged.c -- what a worker is charged for: rows, bytes, memory, evaluations; with
 * data.charge_as those of a larger data set than it learns from. */
#include <math.h>

#include "sim/job/learner/computed.h"

/* Rows of the whole data set that worker w is charged for: with charge_as an even share. */
static int64_t charged_shard_rows(const struct computed *c, const struct scenario *scenario,
                                  int w)
{
    int64_t rows = scenario->data.charge_as.rows;

    if (!rows)
        return c->partition.start[w + 1] - c->partition.start[w];
    return rows / c->workers + (w < rows % c->workers ? 1 : 0);
}

int64_t computed_charged_rows(const struct computed *c, const struct scenario *scenario, int w)
{
    int64_t rows = charged_shard_rows(c, scenario, w);
    int64_t training = rows - llround((double)rows * scenario->data.validation_ratio);

    return training > 0 ? training : 1;
}

/* Bytes of so many rows in memory, as the simulated worker holds them. */
static int64_t memory_of_rows(const struct computed *c, int64_t rows)
{
    double values = (double)dataset_values(&c->data.train) / (double)c->data.train.rows;
    double per_row = dataset_is_sparse(&c->data.train) ? values * 8 + 12 : values * 4 + 4;

    return llround((double)rows * per_row);
}

static double charged_bytes_per_row(const struct computed *c, const struct scenario *scenario)
{
    const struct charge_as_conf *as = &scenario->data.charge_as;
    double rows = as->rows ? (double)as->rows : (double)c->data.train.rows;

    if (as->bytes)
        return (double)as->bytes / rows;
    return (double)c->data.train.file_bytes / (double)c->data.train.rows;
}

static int64_t activation_bytes(const struct model *model, int64_t rows)
{
    return model->kind->activation_bytes ? model->kind->activation_bytes(model, rows) : 0;
}

void computed_facts_of_worker(struct computed *c, const struct scenario *scenario, int w)
{
    struct learner_facts *facts = &c->base.facts;
    const struct optimizer *charged = &c->charged;
    const struct model *model = charged->model;
    struct contribution *mine = &c->contribution[w];
    int64_t shard_rows = charged_shard_rows(c, scenario, w);
    int64_t training = mine->sampler.charged_rows;

    facts->real_rows[w] = mine->sampler.shard.count;
    facts->charged_rows += training;
    facts->partition_bytes[w] =
        llround(charged_bytes_per_row(c, scenario) * (double)shard_rows);
    /* Weights, gradient or local weights, the message on its way, and what is kept. */
    facts->footprint_bytes[w] =
        memory_of_rows(c, shard_rows) + facts->model_bytes +
        optimizer_message_floats(charged) * (int64_t)sizeof(float) +
        facts->sum_bytes[c->workers - 1] +
        charged->kind->state_floats(charged->conf, model) * (int64_t)sizeof(float) +
        activation_bytes(model, mine->sampler.batch_size < training ? mine->sampler.batch_size
                                                                    : training);
    facts->evaluate_work[w] =
        model->kind->evaluate_work(model, training, mine->sampler.charged_nonzeros);
}

/* Its rows are taken to be like those that are trained on. */
struct charged_test computed_charged_test(const struct computed *c,
                                          const struct scenario *scenario)
{
    const struct model *model = c->charged.model;
    int64_t given = scenario->data.charge_as.test_rows;
    int64_t rows = given ? given : c->data.test.rows;
    double values = (double)dataset_values(&c->data.train) / (double)c->data.train.rows;

    if (!rows)
        return (struct charged_test){0};
    return (struct charged_test){
        .bytes = llround(charged_bytes_per_row(c, scenario) * (double)rows),
        .memory_bytes = memory_of_rows(c, rows),
        .work = model->kind->evaluate_work(model, rows, llround(values * (double)rows))};
}
