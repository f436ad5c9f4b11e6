/* SPDX-License-Identifier: MIT
 * network.c -- from a list of layers to a network: who reads whom, shapes, tensors, costs. */
#include "algorithms/network/network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/network/inside.h"
#include "base/memory.h"

/* -- What a layer says in its fit -----------------------------------------------------------
 */

static struct tensor *add_tensor(struct tensor **tensor, int32_t *tensors, struct start **start,
                                 int64_t *total)
{
    *tensor = memory_resize(*tensor, (size_t)*tensors + 1, sizeof **tensor);
    *start = memory_resize(*start, (size_t)*tensors + 1, sizeof **start);
    (*tensor)[*tensors] = (struct tensor){.offset = *total, .count = 1};
    return &(*tensor)[(*tensors)++];
}

static void describe_tensor(struct tensor *tensor, const struct network *network,
                            const char *name, const int32_t *size)
{
    int32_t index = network->layers - 1;

    tensor->layer = index;
    snprintf(tensor->name, sizeof tensor->name, "%s.%s", network->plan->node[index].name, name);
    for (; tensor->dimensions < 4 && size[tensor->dimensions] > 0; tensor->dimensions++) {
        tensor->size[tensor->dimensions] = size[tensor->dimensions];
        tensor->count *= size[tensor->dimensions];
    }
}

void fit_parameter(struct fit *fit, const char *name, struct start start, const int32_t *size)
{
    struct network *n = fit->network;
    struct tensor *tensor = add_tensor(&n->parameter, &n->parameter_tensors,
                                       &n->plan->parameter_start, &n->parameters);

    describe_tensor(tensor, n, name, size);
    n->plan->parameter_start[n->parameter_tensors - 1] = start;
    n->parameters += tensor->count;
}

void fit_statistic(struct fit *fit, const char *name, struct start start, const int32_t *size)
{
    struct network *n = fit->network;
    struct tensor *tensor = add_tensor(&n->statistic, &n->statistic_tensors,
                                       &n->plan->statistic_start, &n->statistics);

    describe_tensor(tensor, n, name, size);
    n->plan->statistic_start[n->statistic_tensors - 1] = start;
    n->statistics += tensor->count;
}

bool fit_needs_image(const struct fit *fit, struct err *err)
{
    if (fit->in.flat)
        return err_set(err, "%s: needs an image, but its input is a row of %d features",
                       fit->what, fit->in.channels);
    return true;
}

bool fit_needs_flat(const struct fit *fit, struct err *err)
{
    char text[64];

    if (!fit->in.flat)
        return err_set(err,
                       "%s: needs a row of features, but its input is an image of %s; put a "
                       "layer of kind flatten before it",
                       fit->what, shape_text(fit->in, text, sizeof text));
    return true;
}

/* -- Building -------------------------------------------------------------------------------
 */

static const char *text_of(const struct node *node, const char *key)
{
    const struct field *field = field_find(node->kind->kind.fields, key);

    return field ? *(char *const *)((const char *)node->conf + field->offset) : NULL;
}

/* A copy of the settings, without their texts: those are looked up now. */
static void *conf_copy(const struct kind *kind, const void *conf)
{
    void *copy = kind->conf_size ? memory_new(1, kind->conf_size) : NULL;

    if (copy)
        memcpy(copy, conf, kind->conf_size);
    return copy;
}

static bool find(const struct network_plan *plan, const char *name, const char *what,
                 int32_t before, int32_t *ret_index, struct err *err)
{
    for (int32_t i = 0; i < before; i++)
        if (strcmp(plan->node[i].name, name) == 0) {
            *ret_index = i;
            return true;
        }
    return err_set(err, "%s: reads layer '%s', but there is no such layer before it", what,
                   name);
}

static bool connect(struct network_plan *plan, struct node *node, const char *what,
                    struct err *err)
{
    const char *input = text_of(node, "input"), *with = text_of(node, "with");

    for (int32_t i = 0; i < node->index; i++) {
        if (strcmp(plan->node[i].name, node->name) == 0)
            return err_set(err, "%s: layer %d has the same name", what, i + 1);
        if (plan->node[i].kind->is_loss)
            return err_set(err, "%s: nothing can follow the loss, layer %d", what, i + 1);
    }
    node->from = node->index - 1;
    node->with = -2;
    if (input && !find(plan, input, what, node->index, &node->from, err))
        return false;
    return !with || find(plan, with, what, node->index, &node->with, err);
}

static struct shape shape_at(const struct network *network, int32_t index)
{
    return index < 0 ? network->input : network->plan->node[index].out;
}

static bool fit_node(struct network *network, struct node *node, const char *what, bool last,
                     struct err *err)
{
    struct layer_info *info = &network->layer[node->index];
    struct fit fit = {.network = network,
                      .what = what,
                      .conf = node->conf,
                      .classes = network->classes,
                      .in = shape_at(network, node->from),
                      .last = last};

    if (node->with > -2)
        fit.with = shape_at(network, node->with);
    node->parameter_at = network->parameters;
    node->statistic_at = network->statistics;
    if (!node->kind->fit(&fit, err))
        return false;
    node->in = fit.in;
    node->out = fit.out;
    node->kept_each = (fit.kept_each + 15) / 16 * 16;
    node->kept_fixed = (fit.kept_fixed + 15) / 16 * 16;
    node->parameters = network->parameters - node->parameter_at;
    node->statistics = network->statistics - node->statistic_at;
    *info = (struct layer_info){.name = node->name,
                                .kind = node->kind->kind.name,
                                .in = fit.in,
                                .out = fit.out,
                                .parameters = node->parameters,
                                .statistics = node->statistics,
                                .multiply_adds = fit.multiply_adds,
                                .activation_floats = fit.kept_each};
    network->multiply_adds += fit.multiply_adds;
    network->counted_only |= !node->kind->forward;
    return true;
}

static bool add_layer(struct network *network, const struct layer *layer, bool last,
                      struct err *err)
{
    struct network_plan *plan = network->plan;
    int32_t index = network->layers++;
    struct node *node = &plan->node[index];
    char what[192];

    *node = (struct node){.kind = (const struct layer_kind *)layer->choice.kind,
                          .conf = conf_copy(layer->choice.kind, layer->choice.conf),
                          .name = memory_text(layer->name),
                          .index = index,
                          .ceiling = NAN};
    plan->nodes = network->layers;
    snprintf(what, sizeof what, "layer %d (%s %s)", index + 1, node->kind->kind.name,
             node->name);
    return connect(plan, node, what, err) && fit_node(network, node, what, last, err);
}

static bool is_read(const struct network_plan *plan, int32_t index)
{
    for (int32_t i = index + 1; i < plan->nodes; i++)
        if (plan->node[i].from == index || plan->node[i].with == index)
            return true;
    return false;
}

static bool check_end(const struct network *network, struct err *err)
{
    const struct node *last;

    if (network->layers == 0)
        return err_set(err, "a network needs at least one layer");
    last = &network->plan->node[network->layers - 1];
    if (!last->kind->is_loss)
        return err_set(
            err,
            "layer %d (%s %s) is the last one, but a network ends in softmax_cross_entropy",
            network->layers, last->kind->kind.name, last->name);
    for (int32_t i = 0; i + 1 < network->layers; i++)
        if (!is_read(network->plan, i))
            return err_set(err, "layer %d (%s %s): no other layer reads its output", i + 1,
                           network->plan->node[i].kind->kind.name, network->plan->node[i].name);
    return true;
}

struct network *network_new_at(const struct layers *layers, struct shape input, int32_t classes,
                               const struct kernels *kernels, struct err *err)
{
    struct network *network = NEW(struct network);
    bool ok = true;

    network->input = input;
    network->classes = classes;
    network->plan = NEW(struct network_plan);
    network->plan->kernels = kernels;
    network->plan->node = NEW_ARRAY(struct node, (size_t)layers->count + 1);
    network->plan->place = NEW_ARRAY(struct place, (size_t)layers->count + 1);
    network->layer = NEW_ARRAY(struct layer_info, (size_t)layers->count + 1);
    for (int32_t i = 0; i < layers->count && ok; i++)
        ok = add_layer(network, &layers->layer[i], i + 1 == layers->count, err);
    if (!ok || !check_end(network, err))
        return network_free(network);
    plan_lay_out(network);
    return network;
}

struct network *network_new(const struct layers *layers, struct shape input, int32_t classes,
                            struct err *err)
{
    return network_new_at(layers, input, classes, kernels_of_cpu(), err);
}

struct network *network_free(struct network *network)
{
    if (!network)
        return NULL;
    for (int32_t i = 0; i < network->plan->nodes; i++) {
        free(network->plan->node[i].conf);
        free(network->plan->node[i].name);
    }
    free(network->plan->node);
    free(network->plan->place);
    free(network->plan->parameter_start);
    free(network->plan->statistic_start);
    free(network->plan);
    free(network->layer);
    free(network->parameter);
    free(network->statistic);
    free(network);
    return NULL;
}

/* -- First values ---------------------------------------------------------------------------
 */

static void start_tensor(uint64_t seed, const struct tensor *tensor, struct start start,
                         real *value)
{
    struct rng_stream stream = rng_stream(seed, tensor->name);
    struct rng rng = rng_at(stream, 0, 0);

    for (int64_t i = 0; i < tensor->count; i++)
        value[tensor->offset + i] =
            (real)(start.bound > 0 ? start.bound * (2 * rng_uniform(&rng) - 1) : start.value);
}

void network_init(const struct network *network, uint64_t seed, real *w, real *statistics)
{
    for (int32_t i = 0; i < network->parameter_tensors; i++)
        start_tensor(seed, &network->parameter[i], network->plan->parameter_start[i], w);
    for (int32_t i = 0; i < network->statistic_tensors; i++)
        start_tensor(seed, &network->statistic[i], network->plan->statistic_start[i],
                     statistics);
}

const char *network_kernels(void)
{
    return kernels_of_cpu()->name;
}
