/* SPDX-License-Identifier: MIT
 * partition.c -- the registry of partitions, and what they share; see partition.h. */
#include "traces/partition/partition.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "traces/partition/cut.h"

#define PARTITION(name_) extern const struct partition_kind partition_##name_;
#include "traces/partition/list.h"
#undef PARTITION

const struct partition_kind *const partition_kinds[] = {
#define PARTITION(name_) &partition_##name_,
#include "traces/partition/list.h"
#undef PARTITION
    NULL,
};

static const struct kind *const kinds[] = {
#define PARTITION(name_) &partition_##name_.kind,
#include "traces/partition/list.h"
#undef PARTITION
    NULL,
};

const struct family partition_family = {
    .name = "partition",
    .doc = "Which rows of the training set each worker holds.",
    .kinds = kinds,
};

void partition_done(struct partition *partition)
{
    free(partition->row);
    free(partition->start);
    free(partition->train_end);
    *partition = (struct partition){0};
}

/* The last part of each shard is held out. */
static bool hold_out(struct partition *partition, double ratio, struct err *err)
{
    for (int w = 0; w < partition->workers; w++) {
        int64_t rows = partition->start[w + 1] - partition->start[w];
        int64_t held = llround((double)rows * ratio);

        if (rows == 0)
            return err_set(err, "data.partition: worker %d of %d would get no row of %" PRId64,
                           w, partition->workers, partition->rows);
        if (held >= rows)
            held = rows - 1;
        partition->train_end[w] = partition->start[w + 1] - held;
    }
    return true;
}

bool partition_make(const struct kind *kind, const struct partition_request *request,
                    double validation_ratio, struct partition *ret_partition, struct err *err)
{
    const struct partition_kind *partition_kind = (const struct partition_kind *)kind;
    struct partition partition = {.workers = request->workers, .rows = request->rows};

    assert(validation_ratio >= 0 && validation_ratio < 1);
    *ret_partition = (struct partition){0};
    if (request->workers < 1 || request->workers > request->rows)
        return err_set(err,
                       "data.partition: %d workers cannot share %" PRId64
                       " rows: each needs one at least",
                       request->workers, request->rows);
    partition.row = malloc((size_t)request->rows * sizeof *partition.row);
    if (!partition.row)
        return err_set(err, "data.partition: no memory for the order of %" PRId64 " rows",
                       request->rows);
    partition.start = NEW_ARRAY(int64_t, (size_t)request->workers + 1);
    partition.train_end = NEW_ARRAY(int64_t, (size_t)request->workers);
    if (!partition_kind->cut(request, &partition, err) ||
        !hold_out(&partition, validation_ratio, err)) {
        partition_done(&partition);
        return false;
    }
    *ret_partition = partition;
    return true;
}

/* -- what the kinds share (cut.h)
 * -------------------------------------------------------------- */
void cut_in_order(struct partition *partition)
{
    for (int64_t r = 0; r < partition->rows; r++)
        partition->row[r] = (uint32_t)r;
}

void cut_evenly(struct partition *partition)
{
    int64_t each = partition->rows / partition->workers,
            more = partition->rows % partition->workers;

    for (int w = 0; w <= partition->workers; w++)
        partition->start[w] = each * w + (w < more ? w : more);
}

void cut_by_class(const struct partition_request *request, struct partition *partition,
                  int64_t *class_start)
{
    int64_t *next = NEW_ARRAY(int64_t, (size_t)request->classes + 1);

    for (int64_t r = 0; r < request->rows; r++)
        next[request->y[r] + 1]++;
    for (int32_t k = 0; k < request->classes; k++)
        next[k + 1] += next[k];
    for (int32_t k = 0; k <= request->classes; k++)
        class_start[k] = next[k];
    for (int64_t r = 0; r < request->rows; r++)
        partition->row[next[request->y[r]]++] = (uint32_t)r;
    free(next);
}

void cut_shuffle_shards(const struct partition_request *request, struct partition *partition)
{
    struct rng_stream stream = rng_stream(request->seed, "partition.shard");

    for (int w = 0; w < partition->workers; w++) {
        struct rng rng = rng_at(stream, (uint32_t)w, 0);

        rng_shuffle(&rng, partition->row + partition->start[w],
                    (size_t)(partition->start[w + 1] - partition->start[w]));
    }
}
