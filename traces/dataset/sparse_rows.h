/* SPDX-License-Identifier: MIT
 * sparse_rows.h -- what generators of sparse rows share: rows in parallel, each a function of
 * (seed, row) alone, put together as a data set. */
#ifndef TRAINCAST_TRACES_DATASET_SPARSE_ROWS_H
#define TRAINCAST_TRACES_DATASET_SPARSE_ROWS_H

#include "base/err.h"
#include "base/rng.h"
#include "traces/dataset/dataset.h"

enum { SPARSE_ROW_MOST = 2048 }; /* non-zeros of a row */

struct sparse_row {
    int count;
    int32_t column[SPARSE_ROW_MOST]; /* strictly ascending */
    float value[SPARSE_ROW_MOST];
    int32_t class; /* 0 or 1 */
};

/* Writes row `number` of a stream; the same whenever and wherever it is called. */
typedef void(sparse_row_fn)(const void *recipe, struct rng_stream stream, uint32_t number,
                            struct sparse_row *row);

struct sparse_rows {
    const char *name; /* "rcv1-like" */
    int version;      /* of the rows: another use of random numbers is another */
    int32_t features;
    int text_bytes_per_row; /* as libsvm text */
    sparse_row_fn *row;
    const void *recipe;
};

/* Fills *set, which is {0}.  part: "train" or "test", whose rows are apart. */
bool sparse_rows_generate(const struct sparse_rows *rows, const char *part, uint64_t seed,
                          int64_t count, struct dataset *set, struct err *err);

/* Sorts ascending at most SPARSE_ROW_MOST items, each in [0, below). */
void sparse_rows_sort(int32_t *item, int count, int32_t below);

#endif
