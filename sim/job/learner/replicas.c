/* SPDX-License-Identifier: MIT
 * replicas.c -- see replicas.h.
 *
 * Replicas are counted vectors (tensor.h): those that are known to be equal are one.  A round's
 * steps write new ones, which are mixed in place; an evaluation holds those of its round. */
#include "sim/job/learner/replicas.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/job/learner/computed.h"
#include "sim/job/learner/replicas_inside.h"

static struct replicas *replicas_of(const struct learner *learner)
{
    return ((const struct computed *)learner)->replicas;
}

const char *learner_replicas_objection(const struct learner *learner,
                                       const struct averaging_kind *kind)
{
    const struct computed *c = (const struct computed *)learner;
    const struct optimizer_kind *optimizer = c->optimizer.kind;

    if (learner->kind != &computed_kind)
        return "what an earlier run has learnt cannot be repeated";
    if (optimizer->state_floats(c->optimizer.conf, &c->model))
        return "its workers' states belong to one common model";
    if (optimizer_can_settle(&(struct choice){&optimizer->kind, (void *)c->optimizer.conf}))
        return "it ends by what becomes of one common model";
    if (kind->of_gradients && !optimizer->message_adds)
        return "it exchanges models, and this averaging is of gradients";
    return NULL;
}

/* -- the state -- */
/* All replicas begin as one. */
static void hand_out(struct replicas *r, const float *weights)
{
    struct tensor *first = tensor_new(&r->tensors);

    memcpy(first->value, weights, (size_t)r->shared_floats * sizeof(float));
    for (int w = 0; w < r->computed->workers; w++)
        r->step[w].model = tensor_ref(first);
    tensor_unref(first);
}

void learner_replicas_init(struct learner *learner, const struct averaging *averaging,
                           int64_t local_steps, bool singly)
{
    struct computed *c = (struct computed *)learner;
    struct replicas *r = NEW(struct replicas);
    int64_t shared = optimizer_shared_floats(&c->optimizer);
    int64_t message = c->message_floats + c->private_floats;

    assert(learner->kind == &computed_kind && !learner->recorded && !c->replicas);
    c->replicas = r;
    learner->kind = &replicas_kind;
    learner->facts.epochs_per_round *= (double)local_steps;
    r->computed = c;
    r->averaging = averaging;
    r->local_steps = local_steps;
    r->singly = singly;
    r->shared_floats = shared;
    r->evaluating = -1;
    tensors_init(&r->tensors, shared > message ? shared : message);
    r->step = NEW_ARRAY(struct replica_step, c->workers);
    r->in = NEW_ARRAY(const float *, c->workers);
    r->out = NEW_ARRAY(float *, c->workers);
    r->part = NEW_ARRAY(struct mix_part, c->lanes);
    r->single = NEW_ARRAY(struct evaluation, c->workers);
    for (int w = 0; w < c->workers; w++)
        r->step[w] = (struct replica_step){.replicas = r, .worker = w};
    if (!c->phantom)
        hand_out(r, c->weights);
}

void replicas_free(struct computed *c)
{
    struct replicas *r = c->replicas;

    if (!r)
        return;
    replicas_drop_evaluation(r);
    for (int w = 0; w < c->workers; w++) {
        future_drop(c->pool, &r->step[w].future);
        tensor_unref(r->step[w].model);
        tensor_unref(r->step[w].value);
    }
    tensors_done(&r->tensors);
    free(r->step);
    free(r->in);
    free(r->out);
    free(r->part);
    free(r->single);
    free(r->score);
    free(r);
    c->replicas = NULL;
}

/* -- a worker's steps -- */
static void contribute(const struct replica_step *step, const float *weights, int64_t round,
                       int lane, float *message)
{
    struct computed *c = step->replicas->computed;

    c->optimizer.kind->contribute(&c->optimizer, weights, NULL,
                                  &c->contribution[step->worker].sampler, round,
                                  &c->scratch[lane], message);
}

static void run_steps(void *arg, int lane)
{
    struct replica_step *step = arg;
    struct replicas *r = step->replicas;
    struct computed *c = r->computed;
    float *message = c->contribution[step->worker].message;
    int64_t first = step->round * r->local_steps;

    if (r->averaging->kind->of_gradients) {
        contribute(step, step->model->value, step->round, lane, step->value->value);
        return;
    }
    memcpy(step->value->value, step->model->value, (size_t)r->shared_floats * sizeof(float));
    for (int64_t round = first; round < first + r->local_steps; round++) {
        contribute(step, step->value->value, round, lane, message);
        c->optimizer.kind->apply(&c->optimizer, step->value->value, message, round);
    }
}

void learner_replicas_step(struct learner *learner, int64_t round)
{
    struct replicas *r = replicas_of(learner);
    struct computed *c = r->computed;

    assert(round == c->round);
    for (int w = 0; w < c->workers && !c->phantom; w++) {
        struct replica_step *step = &r->step[w];

        step->round = round;
        step->value = tensor_new(&r->tensors);
        pool_submit(c->pool, &step->future, c->flops_per_round * (double)r->local_steps,
                    run_steps, step);
    }
}

static struct work work_of(const struct learner *learner, int worker, int64_t round)
{
    const struct replicas *r = replicas_of(learner);
    const struct computed *c = r->computed;
    struct work work = {0};

    for (int64_t i = round * r->local_steps; i < (round + 1) * r->local_steps; i++)
        work = work_sum(
            work, optimizer_round_work(&c->optimizer, &c->contribution[worker].sampler, i));
    return work;
}

/* -- mixing -- */
static void mix_part(void *arg, int lane)
{
    const struct mix_part *part = arg;
    const struct replicas *r = part->replicas;

    (void)lane;
    r->averaging->kind->mix(r->averaging, part->round, part->got, part->begin, part->end, r->in,
                            r->out);
}

/* All values in stretches, on all cores. */
static void mix_all(struct replicas *r, int64_t round, const struct arrivals *got)
{
    struct computed *c = r->computed;
    int64_t P = c->model.parameters;

    for (int i = 0; i < c->lanes; i++) {
        r->part[i].replicas = r;
        r->part[i].round = round;
        r->part[i].got = got;
        r->part[i].begin = P * i / c->lanes;
        r->part[i].end = P * (i + 1) / c->lanes;
        pool_submit(c->pool, &r->part[i].future, 2 * (double)c->workers * (double)P / c->lanes,
                    mix_part, &r->part[i]);
    }
    for (int i = 0; i < c->lanes; i++)
        future_wait(c->pool, &r->part[i].future);
}

/* The model that the replica's gradient leads to; the reference is the caller's. */
static struct tensor *applied(struct replicas *r, const struct tensor *model,
                              const float *gradient, int64_t round)
{
    struct computed *c = r->computed;
    struct tensor *next = tensor_new(&r->tensors);

    memcpy(next->value, model->value, (size_t)r->shared_floats * sizeof(float));
    c->optimizer.kind->apply(&c->optimizer, next->value, gradient, round);
    return next;
}

static void take(struct replica_step *step, struct tensor *take_model)
{
    tensor_unref(step->model);
    step->model = take_model;
}

/* Gradients are applied by each; a gradient and a model that two share, once. */
static void apply_all(struct replicas *r, int64_t round, bool united)
{
    struct computed *c = r->computed;
    struct tensor *first = tensor_ref(r->step[0].model), *shared = NULL;

    for (int w = 0; w < c->workers; w++) {
        struct replica_step *step = &r->step[w];
        const float *gradient = r->step[united ? 0 : w].value->value;

        if (united && step->model == first) {
            shared = shared ? shared : applied(r, first, gradient, round);
            take(step, tensor_ref(shared));
        } else {
            take(step, applied(r, step->model, gradient, round));
        }
    }
    tensor_unref(shared);
    tensor_unref(first);
}

static void take_all(struct replicas *r, bool united)
{
    for (int w = 0; w < r->computed->workers; w++)
        take(&r->step[w], tensor_ref(r->step[united ? 0 : w].value));
}

void learner_replicas_mix(struct learner *learner, int64_t round, const struct arrivals *got,
                          bool all_arrived)
{
    struct replicas *r = replicas_of(learner);
    struct computed *c = r->computed;
    const struct averaging_kind *kind = r->averaging->kind;
    /* What an optimizer keeps behind the parameters is each replica's own. */
    bool united = all_arrived && kind->unites &&
                  (kind->of_gradients || r->shared_floats == c->model.parameters);

    assert(round == c->round);
    c->round = round + 1;
    if (c->phantom)
        return;
    for (int w = 0; w < c->workers; w++) {
        future_wait(c->pool, &r->step[w].future);
        r->in[w] = r->step[w].value->value;
        r->out[w] = united && w > 0 ? NULL : r->step[w].value->value;
    }
    mix_all(r, round, got);
    if (kind->of_gradients)
        apply_all(r, round, united);
    else
        take_all(r, united);
    for (int w = 0; w < c->workers; w++)
        r->step[w].value = tensor_unref(r->step[w].value);
}

/* -- the averaged model -- */
void replicas_average(struct replicas *r, float *out)
{
    struct computed *c = r->computed;

    for (int w = 0; w < c->workers; w++)
        r->in[w] = r->step[w].model->value;
    replicas_mean(r->in, c->workers, c->model.parameters + c->model.statistics, out);
}

static const float *parameters(const struct learner *learner)
{
    struct replicas *r = replicas_of(learner);

    if (r->computed->phantom)
        return NULL;
    replicas_average(r, r->computed->weights);
    return r->computed->weights;
}

static void forget(struct learner *learner, int worker)
{
    (void)learner;
    (void)worker;
}

static int64_t settled_round(const struct learner *learner)
{
    (void)learner;
    return -1;
}

static void free_learner(struct learner *learner)
{
    computed_kind.free(learner);
}

const struct learner_kind replicas_kind = {
    .work = work_of,
    .forget = forget,
    .evaluate = replicas_evaluate,
    .evaluation = replicas_mean_evaluation,
    .settled_round = settled_round,
    .parameters = parameters,
    .free = free_learner,
};
