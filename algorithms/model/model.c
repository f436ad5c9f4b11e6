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
    int64_t parameters = kind->parameters(choice->conf, shape->features, shape->classes, err);

    if (parameters < 0)
        return false;
    *ret_model = (struct model){.kind = kind,
                                .conf = choice->conf,
                                .features = shape->features,
                                .classes = shape->classes,
                                .sparse = matrix_is_sparse(shape),
                                .parameters = parameters};
    return true;
}

struct work work_sum(struct work a, struct work b)
{
    return (struct work){.rows = a.rows + b.rows,
                         .nonzeros = a.nonzeros + b.nonzeros,
                         .calls = a.calls + b.calls,
                         .flops = a.flops + b.flops};
}
