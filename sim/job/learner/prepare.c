/* SPDX-License-Identifier: MIT
 * prepare.c -- from a scenario to a learner that can begin: data, partition, model, what is
 * charged.
 *
 * Here the user's mistakes about data show (a batch larger than the shard, more workers than
 * rows, a file that is no csv), before anything runs or is written. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/model/network.h"
#include "base/memory.h"
#include "sim/job/learner/computed.h"
#include "sim/job/learner/data_shelf.h"

/* Rows of one part of an evaluation: some milliseconds of arithmetic, but not fewer than make
 * a batch worth computing together. */
enum { PART_ROWS = 32768, PART_ROWS_LEAST = 64 };
#define PART_FLOPS 4e9

static float *copy_of(const struct dataset *set)
{
    size_t bytes = (size_t)dataset_values(set) * sizeof(float);
    float *x = set->rows && set->x ? memory_new(bytes, 1) : NULL;

    return x ? memcpy(x, set->x, bytes) : set->x;
}

/* Pixels that are going to be normalised become its own. */
static void borrow(struct computed *c, const struct scenario *scenario, const struct data *lent)
{
    const struct images_conf *images = &scenario->data.images;

    c->data = *lent;
    c->data_is_borrowed = true;
    if (!images->mean && !images->sd)
        return;
    c->pixels_are_own = true;
    c->data.train.x = copy_of(&lent->train);
    c->data.test.x = copy_of(&lent->test);
}

static bool cut(struct computed *c, const struct scenario *scenario, struct err *err)
{
    const struct dataset *train = &c->data.train;
    struct partition_request request = {.conf = scenario->data.partition.conf,
                                        .seed = (uint64_t)scenario->seed,
                                        .rows = train->rows,
                                        .y = train->y,
                                        .classes = train->classes,
                                        .workers = c->workers};

    return partition_make(scenario->data.partition.kind, &request,
                          scenario->data.validation_ratio, &c->partition, err);
}

/* Leaves the given share of every worker's training rows, at least one. */
static void thin(struct computed *c, const struct scenario *scenario, double ratio)
{
    struct rng_stream stream = rng_stream((uint64_t)scenario->seed, "learner.sample");

    c->is_sample = true;
    for (int w = 0; w < c->workers; w++) {
        struct rng rng = rng_at(stream, (uint32_t)w, 0);
        int64_t start = c->partition.start[w], rows = c->partition.train_end[w] - start;
        int64_t kept = (int64_t)ceil((double)rows * ratio);

        rng_shuffle(&rng, c->partition.row + start, (size_t)rows);
        c->partition.train_end[w] = start + (kept > 1 ? kept : 1);
    }
}

static struct matrix matrix_of(const struct dataset *dataset)
{
    return (struct matrix){.rows = dataset->rows,
                           .features = dataset->features,
                           .classes = dataset->classes,
                           .x = dataset->x,
                           .row_start = dataset->row_start,
                           .column = dataset->column,
                           .value = dataset->value,
                           .y = dataset->y};
}

static void prepare_worker(struct computed *c, const struct scenario *scenario, int w)
{
    const struct partition *partition = &c->partition;
    struct contribution *mine = &c->contribution[w];
    struct rows shard = {.matrix = &c->train,
                         .index = partition->row + partition->start[w],
                         .count = partition->train_end[w] - partition->start[w]};

    int64_t batch = c->optimizer.kind->batch_size(c->optimizer.conf);
    bool charged = scenario->data.charge_as.rows || c->is_sample;
    int64_t charged_rows = computed_charged_rows(c, scenario, w);

    mine->computed = c;
    mine->round = -1;
    mine->message = c->messages + (size_t)w * (size_t)(c->message_floats + c->private_floats);
    if (c->state_floats)
        mine->state = c->states + (size_t)w * (size_t)c->state_floats;
    sampler_init(&mine->sampler, shard, batch == BATCH_IS_ALL ? charged_rows : batch,
                 charged ? charged_rows : 0, (uint64_t)scenario->seed, (uint32_t)w);
}

static void fill_facts(struct computed *c, const struct scenario *scenario)
{
    struct learner_facts *facts = &c->base.facts;
    int64_t steps_per_epoch = c->optimizer.steps_per_epoch;

    facts->workers = c->workers;
    facts->parameters = c->model.parameters;
    facts->model_floats = c->model.parameters + c->model.statistics;
    facts->phantom = c->phantom;
    computed_charge_note(c, facts->charge_note, sizeof facts->charge_note);
    facts->model_bytes = optimizer_model_bytes(&c->charged);
    facts->start_bytes = c->model.kind->start ? facts->model_bytes : 0;
    facts->vector_bytes = optimizer_message_bytes(&c->charged);
    facts->sum_bytes = computed_sum_bytes(c);
    facts->epochs_per_round =
        (double)optimizer_steps_per_round(&c->optimizer, steps_per_epoch) /
        (double)steps_per_epoch;
    facts->rows = c->data.train.rows;
    facts->test_rows = c->data.test.rows;
    facts->features = c->data.train.features;
    facts->classes = c->data.train.classes;
    facts->file_bytes = c->data.train.file_bytes;
    facts->test_file_bytes = c->data.test.file_bytes;
    facts->partition_bytes = NEW_ARRAY(int64_t, c->workers);
    facts->footprint_bytes = NEW_ARRAY(int64_t, c->workers);
    facts->real_rows = NEW_ARRAY(int64_t, c->workers);
    facts->evaluate_work = NEW_ARRAY(struct work, c->workers);
    snprintf(facts->data_name, sizeof facts->data_name, "%s", c->data.train.name);
    memcpy(facts->data_sha256, c->data.train.sha256, sizeof facts->data_sha256);
    if (c->data.test.rows) {
        snprintf(facts->test_name, sizeof facts->test_name, "%s", c->data.test.name);
        memcpy(facts->test_sha256, c->data.test.sha256, sizeof facts->test_sha256);
    }
    for (int w = 0; w < c->workers; w++)
        computed_facts_of_worker(c, scenario, w);
    facts->test = computed_charged_test(c, scenario);
}

static int64_t part_rows_of(const struct computed *c)
{
    double flops = c->model.kind->evaluate_work(&c->model, 1, c->train.features).flops;
    double rows = PART_FLOPS / (flops > 1 ? flops : 1);

    if (rows > PART_ROWS)
        return PART_ROWS;
    return rows < PART_ROWS_LEAST ? PART_ROWS_LEAST : (int64_t)rows;
}

static void add_parts(struct computed *c, struct rows rows, size_t *capacity)
{
    int64_t part_rows = part_rows_of(c);

    for (int64_t from = 0; from < rows.count; from += part_rows) {
        int64_t count = rows.count - from < part_rows ? rows.count - from : part_rows;
        struct rows slice = rows_slice(rows, from, count);

        ROOM_FOR_ONE(c->part, c->part_count, *capacity);
        c->part[c->part_count++] =
            (struct score_part){.computed = c, .rows = slice, .nonzeros = rows_nonzeros(slice)};
    }
}

/* The rows that somebody trains on, ascending: memory is then read in its own order.  NULL
 * index when those are all rows. */
static struct rows training_rows(struct computed *c)
{
    struct rows all = rows_all(&c->train);
    bool *trained = NEW_ARRAY(bool, c->train.rows);
    int64_t count = 0;

    for (int w = 0; w < c->workers; w++)
        for (int64_t i = c->partition.start[w]; i < c->partition.train_end[w]; i++, count++)
            trained[c->partition.row[i]] = true;
    if (count < c->train.rows) {
        c->train_row = NEW_ARRAY(uint32_t, count);
        all.index = c->train_row;
        all.count = 0;
        for (int64_t r = 0; r < c->train.rows; r++)
            if (trained[r])
                c->train_row[all.count++] = (uint32_t)r;
    }
    free(trained);
    return all;
}

/* Training parts, then the test set. */
static void prepare_parts(struct computed *c)
{
    size_t capacity = 0;

    if (c->phantom)
        return;
    add_parts(c, training_rows(c), &capacity);
    c->train_parts = c->part_count;
    if (c->data.test.rows)
        add_parts(c, rows_all(&c->test), &capacity);
}

static void prepare_scratch(struct computed *c)
{
    c->lanes = pool_lanes(c->pool);
    c->scratch = NEW_ARRAY(struct scratch, c->lanes);
    for (int lane = 0; !c->phantom && lane < c->lanes; lane++)
        optimizer_scratch_init(&c->optimizer, computed_longest_step(c), &c->scratch[lane]);
}

/* The model as it is before the first round. */
static bool begin_model(struct computed *c, const struct scenario *scenario, struct err *err)
{
    struct rows first = {.matrix = &c->train,
                         .index = c->partition.row + c->partition.start[0],
                         .count = c->partition.train_end[0] - c->partition.start[0]};

    c->shared_floats = optimizer_shared_floats(&c->optimizer);
    if (c->phantom)
        return true;
    c->weights = NEW_ARRAY(float, c->shared_floats);
    if (!c->model.kind->start)
        c->model.kind->init(&c->model, (uint64_t)scenario->seed, c->weights);
    else if (!c->model.kind->start(&c->model, first, c->weights, err))
        return false;
    if (c->optimizer.kind->start)
        c->optimizer.kind->start(&c->optimizer, c->weights);
    return true;
}

/* Weights are one copy for all workers; a message is each worker's own (200 that learn
 * MobileNet take 2.6 GB), and its pages are this machine's only once the worker has computed.
 */
static void prepare_values(struct computed *c)
{
    size_t W = (size_t)c->workers;

    c->message_floats = optimizer_message_floats(&c->optimizer);
    c->private_floats = optimizer_private_floats(&c->optimizer);
    c->leader_floats = optimizer_leader_floats(&c->optimizer);
    c->state_floats = c->optimizer.kind->state_floats(c->optimizer.conf, &c->model);
    c->evaluated_weights = NEW_ARRAY(float, c->model.parameters + c->model.statistics);
    c->reduced = NEW_ARRAY(float, c->message_floats);
    c->messages = NEW_ARRAY(float, W *(size_t)(c->message_floats + c->private_floats));
    c->states = NEW_ARRAY(float, W *(size_t)c->state_floats);
}

static void prepare_workers(struct computed *c, const struct scenario *scenario)
{
    size_t W = (size_t)c->workers;
    const struct sampler *first;

    if (!c->phantom)
        prepare_values(c);
    if (!c->phantom && optimizer_can_settle(&scenario->optimizer))
        c->before = NEW_ARRAY(float, c->model.parameters);
    c->message = NEW_ARRAY(const float *, W);
    c->weight = NEW_ARRAY(double, W);
    c->contribution = NEW_ARRAY(struct contribution, W);
    c->optimizer.workers = c->charged.workers = c->workers;
    for (int w = 0; w < c->workers; w++) {
        prepare_worker(c, scenario, w);
        if (c->contribution[w].sampler.steps_per_epoch > c->optimizer.steps_per_epoch)
            c->optimizer.steps_per_epoch = c->contribution[w].sampler.steps_per_epoch;
    }
    c->charged.steps_per_epoch = c->optimizer.steps_per_epoch;
    first = &c->contribution[0].sampler;
    c->flops_per_round =
        c->model.kind
            ->step_work(&c->model, first->step_rows, first->step_rows * c->train.features)
            .flops *
        (double)optimizer_steps_per_round(&c->optimizer, first->steps_per_epoch);
}

/* Without charge_as a batch must fit the smallest shard; with it, the charged shard counts. */
static void check_batch(const struct computed *c, const struct scenario *scenario,
                        struct diag_list *diags)
{
    int64_t batch = c->optimizer.kind->batch_size(c->optimizer.conf);
    struct place place = scenario_place(scenario, "optimizer.batch_size");

    for (int w = 0; w < c->workers; w++) {
        int64_t rows = computed_charged_rows(c, scenario, w);

        if (batch <= rows)
            continue;
        diag_add(diags, DIAG_ERROR, place,
                 "'batch_size' is %lld, but worker %d has only %lld %srows to train on",
                 (long long)batch, w, (long long)rows,
                 scenario->data.charge_as.rows ? "charged " : "");
        if (!scenario->data.charge_as.rows)
            diag_add(diags, DIAG_NOTE, place,
                     "to charge for a larger data set than is in memory, give data.charge_as, "
                     "for example '{rows: 11000000, bytes: 8 GB}'");
        return;
    }
}

static int worker_count(const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->groups.count; i++)
        if (!strcmp(scenario->groups.name[i], "workers"))
            return (int)((const struct group_conf *)scenario->groups.entry)[i].count;
    return 0;
}

/* sample_ratio 1: all rows.  rows: whose rows it takes; lent: data that others read, too; both
 * NULL: its own. */
static struct learner *prepare(const struct scenario *scenario, double sample_ratio,
                               int workers, struct computed *rows, const struct data *lent,
                               struct pool *pool, struct diag_list *diags)
{
    struct computed *c = NEW(struct computed);
    struct err err = {0};
    const char *key = "data.source";
    char path[96];

    c->base.kind = &computed_kind;
    c->pool = pool;
    c->workers = workers;
    c->evaluating = c->settled_round = -1;
    if (rows) {
        c->data = rows->data;
        c->data_is_borrowed = true;
    } else if (lent) {
        borrow(c, scenario, lent);
    } else if (!data_load(scenario, &c->data, &err)) {
        goto fail;
    }
    c->train = matrix_of(&c->data.train);
    c->test = matrix_of(&c->data.test);
    key = "data.images";
    if (rows)
        images_share(&c->images, &rows->images, &rows->train, &c->train, &c->test);
    else if (!images_prepare(&c->images, &scenario->data.images, &c->data, &c->train, &c->test,
                             &err))
        goto fail;
    key = "groups.workers.count";
    if (!cut(c, scenario, &err))
        goto fail;
    if (sample_ratio < 1)
        thin(c, scenario, sample_ratio);
    key = "model";
    if (!computed_bind(c, scenario, &err)) {
        key = computed_model_key(scenario, &err, path, sizeof path);
        goto fail;
    }
    key = "optimizer";
    if (!optimizer_check(&c->optimizer, &err))
        goto fail;
    key = "model";
    if (!begin_model(c, scenario, &err))
        goto fail;
    prepare_workers(c, scenario);
    prepare_parts(c);
    prepare_scratch(c);
    fill_facts(c, scenario);
    check_batch(c, scenario, diags);
    return diags->errors ? learner_free(&c->base) : &c->base;
fail:
    diag_add(diags, DIAG_ERROR, scenario_place(scenario, key), "%s", err.text);
    c->workers = 0; /* nothing of a worker is there to free */
    return learner_free(&c->base);
}

struct learner *learner_new_computed(const struct scenario *scenario, struct pool *pool,
                                     struct diag_list *diags)
{
    return prepare(scenario, 1, worker_count(scenario), NULL, NULL, pool, diags);
}

struct learner *learner_new_lent(const struct scenario *scenario,
                                 const struct data_shelf *shelf, struct pool *pool,
                                 struct diag_list *diags)
{
    return prepare(scenario, 1, worker_count(scenario), NULL, data_shelf_find(shelf, scenario),
                   pool, diags);
}

struct learner *learner_new_sample(const struct scenario *scenario, double ratio, int workers,
                                   struct pool *pool, struct diag_list *diags)
{
    return prepare(scenario, ratio, workers ? workers : worker_count(scenario), NULL, NULL,
                   pool, diags);
}

struct learner *learner_new_beside(struct learner *first, const struct scenario *scenario,
                                   bool same_rows, struct diag_list *diags)
{
    struct computed *c = first->kind == &computed_kind ? (struct computed *)first : NULL;

    return prepare(scenario, 1, worker_count(scenario), same_rows ? c : NULL, NULL,
                   c ? c->pool : NULL, diags);
}
