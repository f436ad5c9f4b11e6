/* SPDX-License-Identifier: MIT
 * run.c -- one step, or an evaluation: the layers in their order, then back. */
#include "algorithms/network/inside.h"
#include "algorithms/network/kernel/plain.h"

#include <assert.h>

struct run {
    const struct network *network;
    const struct network_plan *plan;
    const struct batch *batch;
    bool training;
    const real *w;
    real *statistics;
    real *scratch, *kept, *work;
    real *gradient;
    struct network_score *score;
};

static int64_t most_work(const struct network *network, int64_t examples, bool training)
{
    int64_t most = 0;

    for (int32_t i = 0; i < network->plan->nodes; i++) {
        const struct node *node = &network->plan->node[i];
        int64_t reals = node->kind->work ? node->kind->work(node, examples, training) : 0;

        most = reals > most ? reals : most;
    }
    return most;
}

int64_t network_gradient_scratch(const struct network *network, int64_t examples)
{
    const struct network_plan *plan = network->plan;

    return examples * (plan->reals + plan->kept_each) + plan->kept_fixed +
           most_work(network, examples, true);
}

int64_t network_evaluate_scratch(const struct network *network, int64_t examples)
{
    return examples * network->plan->reals_alone + most_work(network, examples, false);
}

static struct run begin(const struct network *network, const real *w, const real *statistics,
                        const struct batch *batch, real *scratch, bool training)
{
    const struct network_plan *plan = network->plan;
    int64_t reals = batch->count * (training ? plan->reals : plan->reals_alone);
    int64_t kept = training ? batch->count * plan->kept_each + plan->kept_fixed : 0;

    assert(!network->counted_only);
    return (struct run){.network = network,
                        .plan = plan,
                        .batch = batch,
                        .training = training,
                        .w = w,
                        .statistics = (real *)statistics, /* written by training only */
                        .scratch = scratch,
                        .kept = scratch + reals,
                        .work = scratch + reals + kept};
}

/* -- Where things are -----------------------------------------------------------------------
 */

static real *at(const struct run *run, int64_t place)
{
    return place < 0 ? NULL : run->scratch + place * run->batch->count;
}

static const real *value(const struct run *run, int32_t index, bool plain)
{
    const struct network_plan *plan = run->plan;
    const struct place *place = index < 0 ? NULL : &plan->place[index];
    int64_t where;

    if (plain)
        return run->batch->x;
    if (place)
        where = run->training ? place->value : place->value_alone;
    else
        where = run->training ? plan->input_blocks : plan->input_blocks_alone;
    return where < 0 ? run->batch->x : at(run, where);
}

static struct pass pass_of(const struct run *run, const struct node *node)
{
    const struct place *place = &run->plan->place[node->index];
    int64_t kept = node->kept_each_at * run->batch->count;

    return (struct pass){
        .node = node,
        .kernels = run->plan->kernels,
        .examples = run->batch->count,
        .training = run->training,
        .w = run->w + node->parameter_at,
        .statistics = run->statistics ? run->statistics + node->statistic_at : NULL,
        .x = value(run, node->from, node->plain),
        .with = node->with > -2 ? value(run, node->with, false) : NULL,
        .y = at(run, run->training ? place->value : place->value_alone),
        /* what each example keeps, of all layers, lies before what is kept once */
        .kept = run->kept + kept,
        .kept_fixed =
            run->kept + run->plan->kept_each * run->batch->count + node->kept_fixed_at,
        .work = run->work,
        .label = run->batch->label,
        .dropout = run->batch->dropout,
        .score = run->score,
    };
}

/* -- Forward and back -----------------------------------------------------------------------
 */

static void forward(const struct run *run)
{
    const struct network_plan *plan = run->plan;

    if (value(run, -1, false) != run->batch->x)
        blocks_of_plain(run->network->input, run->batch->count, run->batch->x, false,
                        (real *)value(run, -1, false));
    for (int32_t i = 0; i < plan->nodes; i++) {
        struct pass pass = pass_of(run, &plan->node[i]);

        if (!plan->node[i].skipped)
            plan->node[i].kind->forward(&pass);
    }
}

static void back(const struct run *run)
{
    const struct network_plan *plan = run->plan;

    for (int32_t i = plan->nodes - 1; i >= 0; i--) {
        const struct node *node = &plan->node[i];
        const struct place *place = &plan->place[i];
        struct pass pass = pass_of(run, node);

        if (node->skipped || (place->slope < 0 && !node->kind->is_loss))
            continue;
        pass.dy = at(run, place->slope);
        pass.dx = node->from < 0 ? NULL : at(run, plan->place[node->from].slope);
        pass.dwith = node->with < 0 ? NULL : at(run, plan->place[node->with].slope);
        pass.add_dx = place->add_from;
        pass.add_dwith = place->add_with;
        pass.dw = run->gradient + node->parameter_at;
        node->kind->backward(&pass);
    }
}

void network_gradient(const struct network *network, const real *w, real *statistics,
                      const struct batch *batch, real *scratch, real *gradient,
                      struct network_score *score)
{
    struct run run = begin(network, w, statistics, batch, scratch, true);

    *score = (struct network_score){0};
    run.gradient = gradient;
    run.score = score;
    forward(&run);
    back(&run);
}

void network_evaluate(const struct network *network, const real *w, const real *statistics,
                      const struct batch *batch, real *scratch, struct network_score *score)
{
    struct run run = begin(network, w, statistics, batch, scratch, false);

    run.score = score;
    forward(&run);
}
