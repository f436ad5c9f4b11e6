/* SPDX-License-Identifier: MIT
 * model.c -- the registry of models, and what holds for all of them. */
#include "algorithms/model/model.h"

#define MODEL(name_) extern const struct model_kind model_##name_;
#include "algorithms/model/list.h"
#undef MODEL

static const struct kind *const kinds[] = {
#define MODEL(name_) &model_##name_.kind,
#include "algorithms/model/list.h"
#undef MODEL
    NULL,
};

const struct family model_family = {
    .name = "model",
    .doc = "What is learnt: parameters, loss and gradient.",
    .kinds = kinds,
};

bool model_init(struct model *ret_model, const struct choice *choice,
                const struct matrix *shape, struct err *err)
{
    const struct model_kind *kind = (const struct model_kind *)choice->kind;

    *ret_model = (struct model){.kind = kind,
                                .conf = choice->conf,
                                .features = shape->features,
                                .classes = shape->classes,
                                .sparse = matrix_is_sparse(shape)};
    if (kind->bind)
        return kind->bind(ret_model, shape, err);
    ret_model->parameters =
        kind->parameters(choice->conf, shape->features, shape->classes, err);
    return ret_model->parameters >= 0;
}

void model_done(struct model *model)
{
    if (model->kind && model->kind->unbind && model->bound)
        model->kind->unbind(model);
    *model = (struct model){0};
}

struct work work_sum(struct work a, struct work b)
{
    return (struct work){.rows = a.rows + b.rows,
                         .nonzeros = a.nonzeros + b.nonzeros,
                         .calls = a.calls + b.calls,
                         .flops = a.flops + b.flops};
}
