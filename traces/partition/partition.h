/* SPDX-License-Identifier: MIT
 * partition.h -- family "partition": which rows of the training set each worker holds.
 *
 * A partition is an order of all N rows and W+1 cuts in it: shard w is
 * row[start[w]..start[w+1]). Of every shard the last part, a given share, is held out of
 * training (LambdaML's 80/20 split). Rows are named, not copied.  To add a kind: write yours.c,
 * add its line to list.h; the unit test partition.c checks for every kind that each row is in
 * exactly one shard. */
#ifndef TRAINCAST_TRACES_PARTITION_PARTITION_H
#define TRAINCAST_TRACES_PARTITION_PARTITION_H

#include "base/err.h"
#include "base/field.h"
#include "traces/dataset/dataset.h"

struct partition {
    int workers;        /* W */
    int64_t rows;       /* N */
    uint32_t *row;      /* uint32[N]: a permutation of 0..N-1 */
    int64_t *start;     /* int64[W+1]: start[0] = 0, start[W] = N */
    int64_t *train_end; /* int64[W]: worker w trains on row[start[w]..train_end[w]), never
                         * empty, and keeps row[train_end[w]..start[w+1]) for validation */
};

struct partition_request {
    const void *conf; /* of the kind's table */
    uint64_t seed;
    int64_t rows;     /* N */
    const int32_t *y; /* int32[N]: class of each row */
    int32_t classes;  /* K */
    int workers;      /* W */
};

struct partition_kind {
    struct kind kind;
    /* Fills partition->row and partition->start, both allocated by partition_make, which has
     * seen to 1 <= W <= N.  False with a sentence when a worker would get no row. */
    bool (*cut)(const struct partition_request *request, struct partition *partition,
                struct err *err);
};

extern const struct partition_kind *const partition_kinds[]; /* ends in NULL */
extern const struct family partition_family;

/* validation_ratio in [0, 1): the share of each shard that is held out, rounded to whole rows,
 * at least one row of each shard being left to train on.  False with a sentence when W > N or a
 * worker would get no row; *ret_partition is {0} then. */
bool partition_make(const struct kind *kind, const struct partition_request *request,
                    double validation_ratio, struct partition *ret_partition, struct err *err);
void partition_done(struct partition *partition); /* safe on {0}, twice */

struct partition_dirichlet_conf {
    double alpha;
};

#endif
