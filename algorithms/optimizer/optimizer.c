/* SPDX-License-Identifier: MIT
 * optimizer.c -- the registry of optimizers, and what holds for all of them. */
#include "algorithms/optimizer/optimizer.h"

#define OPTIMIZER(name_) extern const struct optimizer_kind optimizer_##name_;
#include "algorithms/optimizer/list.h"
#undef OPTIMIZER

static const struct kind *const kinds[] = {
#define OPTIMIZER(name_) &optimizer_##name_.kind,
#include "algorithms/optimizer/list.h"
#undef OPTIMIZER
    NULL,
};

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
    return work;
}

void optimizer_scratch_init(const struct optimizer *optimizer, int64_t step_rows,
                            struct scratch *ret_scratch)
{
    const struct model *model = optimizer->model;

    scratch_init(ret_scratch, model->kind->scratch_floats(model, step_rows), step_rows);
}
