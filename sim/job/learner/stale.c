/* SPDX-License-Identifier: MIT
 * stale.c -- see stale.h: what both ways share, and rounds from a given model.  Views are in
 * views.c. */
#include "sim/job/learner/stale.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/job/learner/stale_inside.h"

const char *learner_stale_objection(const struct learner *learner)
{
    const struct computed *c = (const struct computed *)learner;

    if (learner->kind != &computed_kind)
        return "what an earlier run has learnt cannot be repeated";
    if (c->phantom)
        return "its model is a phantom, of which no worker can have an older one";
    if (c->optimizer.kind->state_floats(c->optimizer.conf, &c->model))
        return "its optimizer keeps a state in every worker, which belongs to one common "
               "model";
    return NULL;
}

/* -- the state -- */
struct stale *stale_of(struct computed *c)
{
    int64_t longest =
        c->shared_floats > c->message_floats ? c->shared_floats : c->message_floats;
    struct stale *stale = c->stale;

    if (stale)
        return stale;
    c->stale = stale = NEW(struct stale);
    tensors_init(&stale->tensors, longest);
    stale->lone = NEW_ARRAY(struct lone_step, c->workers);
    stale->step = NEW_ARRAY(struct view_step, c->workers);
    for (int w = 0; w < c->workers; w++) {
        stale->lone[w].computed = stale->step[w].computed = c;
        stale->lone[w].worker = stale->step[w].worker = w;
        stale->step[w].known = -1;
    }
    views_init(stale, learner_weights(&c->base), c->workers);
    return stale;
}

void stale_free(struct computed *c)
{
    struct stale *stale = c->stale;

    if (!stale)
        return;
    for (int w = 0; w < c->workers; w++) {
        struct lone_step *lone = &stale->lone[w];

        future_drop(c->pool, &lone->future);
        tensor_unref(lone->base);
        tensor_unref(lone->model);
    }
    views_done(stale, c);
    tensors_done(&stale->tensors);
    free(stale->lone);
    free(stale->step);
    free(stale);
    c->stale = NULL;
}

struct tensor *learner_weights(struct learner *learner)
{
    struct computed *c = stale_learner(learner);
    struct tensor *weights = tensor_new(&stale_of(c)->tensors);

    memcpy(weights->value, c->weights, (size_t)c->shared_floats * sizeof(float));
    return weights;
}

/* -- one model -- */
static void step_alone(void *arg, int lane)
{
    struct lone_step *lone = arg;
    struct computed *c = lone->computed;
    struct contribution *mine = &c->contribution[lone->worker];
    size_t bytes = (size_t)c->shared_floats * sizeof(float);

    c->optimizer.kind->contribute(&c->optimizer, lone->base->value, NULL, &mine->sampler,
                                  lone->round, &c->scratch[lane], mine->message);
    memcpy(lone->model->value, lone->base->value, bytes);
    c->optimizer.kind->apply(&c->optimizer, lone->model->value, mine->message, lone->round);
}

struct work learner_begin_from(struct learner *learner, int worker, int64_t round,
                               struct tensor *base)
{
    struct computed *c = stale_learner(learner);
    struct lone_step *lone = &stale_of(c)->lone[worker];

    future_drop(c->pool, &lone->future); /* of a round that it has lost */
    tensor_unref(lone->base);
    lone->base = tensor_ref(base);
    if (!lone->model)
        lone->model = tensor_new(base->home);
    lone->round = round;
    pool_submit(c->pool, &lone->future, c->flops_per_round, step_alone, lone);
    return optimizer_round_work(&c->charged, &c->contribution[worker].sampler, round);
}

struct tensor *learner_finish_from(struct learner *learner, int worker, int64_t round)
{
    struct computed *c = stale_learner(learner);
    struct lone_step *lone = &stale_of(c)->lone[worker];
    struct tensor *model = lone->model;

    assert(model && lone->round == round);
    (void)round;
    future_wait(c->pool, &lone->future);
    lone->base = tensor_unref(lone->base);
    lone->model = NULL;
    return model;
}

void learner_adopt(struct learner *learner, int64_t round, const struct tensor *model)
{
    struct computed *c = stale_learner(learner);

    computed_adopt(c, round, model->value);
}
