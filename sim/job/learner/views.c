/* SPDX-License-Identifier: MIT
 * views.c -- see stale.h: clocks from views of one's own.
 *
 * Kept are the messages and results of the clocks that somebody may still need: from the oldest
 * K of a member on.  A view is what lies beyond its K, as *layers* on the result of K; it is
 * formed on the pool, by the job that then learns from it. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/reduce.h"
#include "base/memory.h"
#include "sim/job/learner/stale_inside.h"

/* -- what was published ---------------------------------------------------------------------
 */

static void row_init(struct clock_row *row, int workers)
{
    row->message = NEW_ARRAY(struct tensor *, workers);
    row->weight = NEW_ARRAY(double, workers);
    row->result = NULL;
}

static void row_done(struct clock_row *row, int workers)
{
    for (int w = 0; w < workers; w++)
        tensor_unref(row->message[w]);
    tensor_unref(row->result);
    free(row->message);
    free(row->weight);
}

static struct clock_row *row_of(struct stale *stale, int64_t clock)
{
    assert(clock >= stale->first_clock && clock < stale->first_clock + stale->rows);
    return &stale->row[clock - stale->first_clock];
}

static struct clock_row *reach_row(struct stale *stale, int64_t clock, int workers)
{
    while (clock >= stale->first_clock + stale->rows) {
        ROOM_FOR_ONE(stale->row, stale->rows, stale->row_capacity);
        row_init(&stale->row[stale->rows++], workers);
    }
    return row_of(stale, clock);
}

/* Clocks before the oldest K of a member are needed by nobody. */
static void forget(struct stale *stale, const bool *member, int workers)
{
    int64_t oldest = INT64_MAX, gone;

    for (int w = 0; w < workers; w++)
        if (member[w] && stale->step[w].known < oldest)
            oldest = stale->step[w].known;
    gone = oldest - stale->first_clock;
    if (gone <= 0)
        return;
    for (int64_t i = 0; i < gone; i++)
        row_done(&stale->row[i], workers);
    stale->rows -= gone;
    stale->first_clock = oldest;
    memmove(stale->row, stale->row + gone, (size_t)stale->rows * sizeof *stale->row);
}

/* -- forming a view
 * --------------------------------------------------------------------------- */

static void drop_layers(struct view_step *step)
{
    for (int i = 0; i < step->messages; i++)
        tensor_unref(step->message[i]);
    step->messages = step->layers = 0;
    step->base = tensor_unref(step->base);
    step->view = tensor_unref(step->view);
    step->reduced = tensor_unref(step->reduced);
    step->own = tensor_unref(step->own);
}

static void add_message(struct view_step *step, struct tensor *message, double weight)
{
    assert(message);
    if (step->messages == step->message_capacity) {
        int capacity = step->message_capacity ? 2 * step->message_capacity : 16;

        step->message = memory_resize(step->message, (size_t)capacity, sizeof *step->message);
        step->value = memory_resize(step->value, (size_t)capacity, sizeof *step->value);
        step->weight = memory_resize(step->weight, (size_t)capacity, sizeof *step->weight);
        step->message_capacity = capacity;
    }
    step->message[step->messages] = tensor_ref(message);
    step->value[step->messages] = message->value;
    step->weight[step->messages++] = weight;
}

static struct layer *begin_layer(struct view_step *step, int64_t clock)
{
    ROOM_FOR_ONE(step->layer, step->layers, step->layer_capacity);
    step->layer[step->layers] =
        (struct layer){.clock = clock, .first = step->messages, .part_ratio = 1};
    return &step->layer[step->layers++];
}

/* Rows of the worker's round, which are its gradient's weight. */
static double rows_of_round(const struct computed *c, int worker, int64_t round)
{
    const struct sampler *sampler = &c->contribution[worker].sampler;
    int64_t steps = optimizer_steps_per_round(&c->optimizer, sampler->steps_per_epoch);
    int64_t rows = 0;

    for (int64_t step = round * steps; step < (round + 1) * steps; step++)
        rows += sampler_row_count(sampler, step);
    return (double)rows;
}

/* One clock's increments, as far as they were seen. */
static void add_increments(struct view_step *step, int64_t clock, const int64_t *seen,
                           const bool *member)
{
    struct computed *c = step->computed;
    const struct clock_row *row = row_of(c->stale, clock);
    struct layer *layer = begin_layer(step, clock);
    double seen_weight = 0, whole_weight = 0;

    for (int w = 0; w < c->workers; w++) {
        if (member[w] || row->message[w])
            whole_weight += rows_of_round(c, w, clock);
        if (seen[w] < clock)
            continue;
        add_message(step, row->message[w], row->weight[w]);
        seen_weight += row->weight[w];
    }
    layer->count = step->messages - layer->first;
    assert(seen_weight <= whole_weight);
    layer->part_ratio = seen_weight / whole_weight;
}

/* Of each member the newest model that was seen. */
static void add_newest(struct view_step *step, const int64_t *seen, const bool *member)
{
    struct computed *c = step->computed;
    struct layer *layer = begin_layer(step, step->clock - 1);

    for (int w = 0; w < c->workers; w++) {
        const struct clock_row *row;

        if (!member[w] || seen[w] < 0)
            continue;
        row = row_of(c->stale, seen[w]);
        add_message(step, row->message[w], row->weight[w]);
    }
    layer->count = step->messages - layer->first;
}

static void look(struct view_step *step, const int64_t *seen, const bool *member)
{
    struct computed *c = step->computed;
    int64_t newest = -1;

    step->known = INT64_MAX;
    for (int w = 0; w < c->workers; w++) {
        if (member[w] && seen[w] < step->known)
            step->known = seen[w];
        if (member[w] && seen[w] > newest)
            newest = seen[w];
    }
    step->base = tensor_ref(row_of(c->stale, step->known)->result);
    assert(step->base);
    if (newest == step->known)
        return;
    if (c->optimizer.kind->message_adds)
        for (int64_t clock = step->known + 1; clock <= newest; clock++)
            add_increments(step, clock, seen, member);
    else
        add_newest(step, seen, member);
    step->view = tensor_new(&c->stale->tensors);
    step->reduced = tensor_new(&c->stale->tensors);
}

/* On the pool: puts the layer on the view. */
static void apply_layer(struct view_step *step, const struct layer *layer)
{
    struct computed *c = step->computed;
    float *reduced = step->reduced->value;

    computed_reduce(c, step->value + layer->first, step->weight + layer->first, NULL,
                    layer->count, reduced);
    if (layer->part_ratio != 1)
        for (int64_t i = 0; i < c->message_floats - c->model.statistics; i++)
            reduced[i] = (float)(reduced[i] * layer->part_ratio);
    c->optimizer.kind->apply(&c->optimizer, step->view->value, reduced, layer->clock);
}

/* On the pool. */
static void learn_from_view(void *arg, int lane)
{
    struct view_step *step = arg;
    struct computed *c = step->computed;
    const float *weights = step->base->value;

    if (step->view) {
        memcpy(step->view->value, weights, (size_t)c->shared_floats * sizeof *weights);
        for (int i = 0; i < step->layers; i++)
            apply_layer(step, &step->layer[i]);
        weights = step->view->value;
    }
    step->own_weight = c->optimizer.kind->contribute(
        &c->optimizer, weights, NULL, &c->contribution[step->worker].sampler, step->clock,
        &c->scratch[lane], step->own->value);
}

/* -- the calls
 * -------------------------------------------------------------------------------- */

struct work learner_begin_seen(struct learner *learner, int worker, int64_t clock,
                               const int64_t *seen, const bool *member)
{
    struct computed *c = stale_learner(learner);
    struct stale *stale = stale_of(c);
    struct view_step *step = &stale->step[worker];
    double flops;

    future_drop(c->pool, &step->future); /* of a clock that it has lost */
    drop_layers(step);
    step->clock = clock;
    look(step, seen, member);
    forget(stale, member, c->workers);
    step->own = tensor_new(&stale->tensors);
    flops = c->flops_per_round + 2.0 * step->messages * (double)c->message_floats;
    pool_submit(c->pool, &step->future, flops, learn_from_view, step);
    return optimizer_round_work(&c->charged, &c->contribution[worker].sampler, clock);
}

void learner_finish_seen(struct learner *learner, int worker, int64_t clock)
{
    struct computed *c = stale_learner(learner);
    struct view_step *step = &stale_of(c)->step[worker];

    assert(step->own && step->clock == clock);
    (void)clock;
    future_wait(c->pool, &step->future);
}

void learner_publish(struct learner *learner, int worker, int64_t clock)
{
    struct computed *c = stale_learner(learner);
    struct stale *stale = stale_of(c);
    struct view_step *step = &stale->step[worker];
    struct clock_row *row = reach_row(stale, clock, c->workers);

    assert(step->own && step->clock == clock && !row->message[worker]);
    row->message[worker] = step->own;
    row->weight[worker] = step->own_weight;
    step->own = NULL;
    drop_layers(step);
}

void learner_reduce_published(struct learner *learner, int64_t clock)
{
    struct computed *c = stale_learner(learner);
    struct stale *stale = stale_of(c);
    struct clock_row *row = reach_row(stale, clock, c->workers);
    size_t bytes = (size_t)c->shared_floats * sizeof(float);

    for (int w = 0; w < c->workers; w++) {
        stale->published[w] = row->message[w] != NULL;
        c->message[w] = row->message[w] ? row->message[w]->value : NULL;
        c->weight[w] = row->weight[w];
    }
    computed_form(c, clock, stale->published);
    row->result = tensor_new(&stale->tensors);
    memcpy(row->result->value, c->weights, bytes);
}

void views_init(struct stale *stale, struct tensor *take_initial, int workers)
{
    stale->published = NEW_ARRAY(bool, workers);
    stale->first_clock = -1;
    reach_row(stale, -1, workers)->result = take_initial;
}

void views_done(struct stale *stale, struct computed *c)
{
    for (int w = 0; w < c->workers; w++) {
        struct view_step *step = &stale->step[w];

        future_drop(c->pool, &step->future);
        drop_layers(step);
        free(step->layer);
        free(step->message);
        free(step->value);
        free(step->weight);
    }
    for (int64_t i = 0; i < stale->rows; i++)
        row_done(&stale->row[i], c->workers);
    free(stale->row);
    free(stale->published);
}
