/* SPDX-License-Identifier: MIT
 * optimizer.c -- the registry of optimizers, and what holds for all of them. */
#include "algorithms/optimizer/optimizer.h"

enum { DENSE_BYTES = sizeof(float), SPARSE_BYTES = sizeof(int32_t) + sizeof(float) };

#define OPTIMIZER(name_) extern const struct optimizer_kind optimizer_##name_;
#include "algorithms/optimizer/list.h"
#undef OPTIMIZER

static const struct kind *const kinds[] = {
#define OPTIMIZER(name_) &optimizer_##name_.kind,
#include "algorithms/optimizer/list.h"
#undef OPTIMIZER
    NULL,
};

const char *const statistics_names[] = {"first", "mean", NULL};

const struct family optimizer_family = {
    .name = "optimizer",
    .doc = "What a worker computes between two exchanges, what it sends, and what is done with "
           "the reduction.",
    .kinds = kinds,
};

struct optimizer optimizer_of(const struct choice *choice, const struct model *model)
{
    return (struct optimizer){.kind = (const struct optimizer_kind *)choice->kind,
                              .conf = choice->conf,
                              .model = model};
}

bool optimizer_check(const struct optimizer *optimizer, struct err *err)
{
    const struct model_kind *model = optimizer->model->kind;

    if (!optimizer->kind->fits_says_all && !model->gradient)
        return err_set(err, "optimizer '%s' follows a gradient, which model '%s' has not",
                       optimizer->kind->kind.name, model_name(optimizer->model));
    return !optimizer->kind->fits ||
           optimizer->kind->fits(optimizer->conf, optimizer->model, err);
}

bool optimizer_can_settle(const struct choice *choice)
{
    const struct optimizer_kind *kind = (const struct optimizer_kind *)choice->kind;

    return kind->can_settle && kind->can_settle(choice->conf);
}

int64_t optimizer_shared_floats(const struct optimizer *optimizer)
{
    if (optimizer->kind->shared_floats)
        return optimizer->kind->shared_floats(optimizer->conf, optimizer->model);
    return optimizer->model->parameters + optimizer->model->statistics;
}

int64_t optimizer_message_floats(const struct optimizer *optimizer)
{
    return optimizer->kind->message_floats(optimizer->conf, optimizer->model);
}

static int64_t floats_of(const struct optimizer *optimizer,
                         int64_t (*floats)(const void *conf, const struct model *model))
{
    return floats ? floats(optimizer->conf, optimizer->model) : 0;
}

int64_t optimizer_private_floats(const struct optimizer *optimizer)
{
    return floats_of(optimizer, optimizer->kind->private_floats);
}

int64_t optimizer_leader_floats(const struct optimizer *optimizer)
{
    return floats_of(optimizer, optimizer->kind->leader_floats);
}

int64_t optimizer_model_bytes(const struct optimizer *optimizer)
{
    return optimizer_shared_floats(optimizer) * DENSE_BYTES;
}

int64_t optimizer_steps_per_round(const struct optimizer *optimizer, int64_t steps_per_epoch)
{
    return optimizer->kind->steps_per_round(optimizer->conf, steps_per_epoch);
}

struct work optimizer_round_work(const struct optimizer *optimizer,
                                 const struct sampler *sampler, int64_t round)
{
    const struct model *model = optimizer->model;
    int64_t steps = optimizer_steps_per_round(optimizer, sampler->steps_per_epoch);
    struct work work = {0};

    for (int64_t step = round * steps; step < (round + 1) * steps; step++) {
        struct sampler_charge charge = sampler_charge(sampler, step);

        work = work_sum(work, model->kind->step_work(model, charge.rows, charge.nonzeros));
    }
    if (optimizer->kind->step_flops)
        work.flops += (double)steps * optimizer->kind->step_flops(optimizer->conf, model);
    return work;
}

int64_t optimizer_message_bytes(const struct optimizer *optimizer)
{
    return (optimizer_message_floats(optimizer) - optimizer_leader_floats(optimizer)) *
           DENSE_BYTES;
}

int64_t optimizer_sum_bytes(const struct optimizer *optimizer, const struct sampler *sampler,
                            int64_t round, const struct scratch *scratch, struct touched *sum)
{
    const struct optimizer_kind *kind = optimizer->kind;
    int64_t dense = optimizer_message_bytes(optimizer), sparse;
    struct rows rows;

    if (!kind->message_rows || !kind->message_rows(optimizer, sampler, round, scratch, &rows))
        return dense;
    touched_add(sum, rows);
    sparse = kind->message_nonzeros(optimizer, sum) * SPARSE_BYTES;
    return sparse < dense ? sparse : dense;
}

static int64_t aligned(int64_t floats)
{
    return (floats + 15) / 16 * 16;
}

static int64_t model_scratch_floats(const struct optimizer *optimizer, int64_t step_rows)
{
    const struct model *model = optimizer->model;

    return aligned(model->kind->scratch_floats(model, step_rows));
}

void optimizer_scratch_init(const struct optimizer *optimizer, int64_t step_rows,
                            struct scratch *ret_scratch)
{
    int64_t own = 0;

    if (optimizer->kind->scratch_floats)
        own = aligned(optimizer->kind->scratch_floats(optimizer->conf, optimizer->model));
    scratch_init(ret_scratch, model_scratch_floats(optimizer, step_rows) + own, step_rows);
}

float *optimizer_own_scratch(const struct optimizer *optimizer, const struct scratch *scratch)
{
    return scratch->number + model_scratch_floats(optimizer, scratch->indices);
}
