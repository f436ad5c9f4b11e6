/* SPDX-License-Identifier: MIT
 * model.c -- the registry of models, and what holds for all of them. */
#include "algorithms/model/network.h"

#define MODEL(name_) extern const struct model_kind model_##name_;
#include "algorithms/model/list.h"
#undef MODEL

#define KNOWN(name_) extern const struct known_kind known_##name_;
#include "algorithms/network/known/list.h"
#undef KNOWN

static const struct kind *const kinds[] = {
#define MODEL(name_) &model_##name_.kind,
#include "algorithms/model/list.h"
#undef MODEL
#define KNOWN(name_) &known_##name_.kind,
#include "algorithms/network/known/list.h"
#undef KNOWN
    NULL,
};

static const struct field common_fields[] = {
    CONF(struct model_common, phantom, .preset = "no",
         .doc =
             "Count the model's work, bytes and memory and compute nothing: there is no loss "
             "then. A network is counted for the data that it is published for."),
    CONF(struct model_common, charge_as, .family = "model", .optional = true,
         .absent = "what it is itself",
         .doc =
             "Charge time, bytes, memory and money of this model while the small one learns. A "
             "network is charged for the data that it is published for."),
    CONF_END,
};

const struct family model_family = {
    .name = "model",
    .doc = "What is learnt: parameters, loss and gradient.",
    .kinds = kinds,
    .fields = common_fields,
    .conf_size = sizeof(struct model_common),
};

const struct model_common *model_common_of(const struct choice *choice)
{
    static const struct model_common none = {0};

    return choice->common ? choice->common : &none;
}

const struct model_kind *model_kind_of(const struct choice *choice)
{
    for (size_t i = 0; known_family.kinds[i]; i++)
        if (known_family.kinds[i] == choice->kind)
            return &model_network;
    return (const struct model_kind *)choice->kind;
}

const char *model_name(const struct model *model)
{
    return model->chosen ? model->chosen->name : model->kind->kind.name;
}

struct matrix model_published_shape(const struct choice *choice, const struct matrix *data)
{
    static const float nothing[1] = {0}; /* dense */
    const struct known_kind *known = (const struct known_kind *)choice->kind;
    const struct shape *input = &known->input;
    struct matrix shape = {.x = nothing};

    if (model_kind_of(choice) != &model_network || choice->kind == &model_network.kind ||
        known->classes == 0)
        return *data;
    shape.features = (int32_t)shape_count(*input);
    shape.classes = known->classes;
    if (!input->flat)
        shape.image = (struct image){input->channels, input->height, input->width};
    return shape;
}

bool model_init(struct model *ret_model, const struct choice *choice,
                const struct matrix *shape, struct err *err)
{
    const struct model_kind *kind = model_kind_of(choice);

    *ret_model = (struct model){.kind = kind,
                                .chosen = choice->kind,
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
