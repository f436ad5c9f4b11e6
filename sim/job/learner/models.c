/* SPDX-License-Identifier: MIT
 * models.c -- which model learns, and which one is charged for.
 *
 * Mostly they are one.  With `charge_as` a small one learns while another's work, bytes and
 * memory are charged; a phantom is only charged for.  What is charged but not computed is bound
 * to the data that it is published for, so that its counts are the published ones. */
#include <inttypes.h>
#include <stdio.h>

#include "algorithms/model/network.h"
#include "sim/job/learner/computed.h"

static bool bind_phantom(struct computed *c, const struct scenario *scenario, struct err *err)
{
    struct matrix shape = model_published_shape(&scenario->model, &c->train);

    return model_init(&c->model, &scenario->model, &shape, err);
}

/* Layers that say only what they cost make a phantom of a network that is learnt from data. */
static bool bind_learnt(struct computed *c, const struct scenario *scenario, struct err *err)
{
    bool asked = model_common_of(&scenario->model)->phantom;

    if (!bind_phantom(c, scenario, err))
        return false;
    c->phantom = asked || c->model.counted_only;
    if (c->phantom)
        return true;
    model_done(&c->model);
    return model_init(&c->model, &scenario->model, &c->train, err);
}

static bool bind_charged(struct computed *c, const struct choice *choice, struct err *err)
{
    struct matrix shape = model_published_shape(choice, &c->train);

    if (model_common_of(choice)->charge_as.kind || model_common_of(choice)->phantom)
        return err_set(err, "what is charged cannot be 'phantom' or have a 'charge_as' itself");
    return model_init(&c->charged_model, choice, &shape, err);
}

bool computed_bind(struct computed *c, const struct scenario *scenario, struct err *err)
{
    const struct choice *charge_as = &model_common_of(&scenario->model)->charge_as;

    if (!bind_learnt(c, scenario, err))
        return false;
    if (!network_of_model(&c->model) &&
        (c->train.augmentation.crop || c->train.augmentation.flip))
        return err_set(
            err,
            "model '%s' learns from pixels as they are: data.images.crop and flip are "
            "for networks",
            model_name(&c->model));
    c->optimizer = optimizer_of(&scenario->optimizer, &c->model);
    c->charged = optimizer_of(&scenario->optimizer, &c->model);
    if (!charge_as->kind)
        return true;
    if (c->phantom)
        return err_set(err, "a phantom learns nothing: choose '%s' itself, without 'charge_as'",
                       charge_as->kind->name);
    if (!bind_charged(c, charge_as, err))
        return false;
    c->charged.model = &c->charged_model;
    return true;
}

const char *computed_model_key(const struct scenario *scenario, const struct err *err,
                               char *out, size_t size)
{
    char name[64];
    int number;

    snprintf(out, size, "model");
    if (scenario->model.kind == &model_network.kind &&
        sscanf(err->text, "layer %d (%*s %63[^)]", &number, name) == 2)
        snprintf(out, size, "model.layers.%s", name);
    return out;
}

void computed_charge_note(const struct computed *c, char *out, size_t size)
{
    *out = '\0';
    if (c->phantom)
        snprintf(out, size,
                 "nothing is learnt: model '%s' is a phantom of %" PRId64
                 " parameters, of which work, bytes and memory are counted",
                 model_name(&c->model), c->model.parameters);
    else if (c->charged.model != &c->model)
        snprintf(out, size,
                 "work, bytes and memory are those of model '%s' with %" PRId64
                 " parameters; what learns is '%s' with %" PRId64,
                 model_name(&c->charged_model), c->charged_model.parameters,
                 model_name(&c->model), c->model.parameters);
}
