/* SPDX-License-Identifier: MIT
 * dataset.h -- labelled rows in memory, dense or sparse, and where they came from.
 *
 * N rows, D features, K classes.  Whatever the labels of the source were (-1 and 1, 3, 7 and
 * 9), y counts classes from 0 to K-1 in ascending order of the original labels, which are kept.
 * A test set has the D, the K and the label map of its training set. Immutable once loaded;
 * everybody reads it through a const pointer. */
#ifndef TRAINCAST_TRACES_DATASET_DATASET_H
#define TRAINCAST_TRACES_DATASET_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rows are numbered by uint32_t (partition.h); more classes than this is no classification. */
#define DATASET_ROWS_MAX    INT64_C(4294967295)
#define DATASET_CLASSES_MAX 65536

struct dataset {
    char *name;       /* the file's path, or "higgs-like" */
    int64_t rows;     /* N; 0: there is no such set */
    int32_t features; /* D */
    int32_t classes;  /* K */
    /* Of a dense set of images: D = channels * height * width, in that order, row-major. */
    int32_t channels, height, width; /* 0: its rows are no images */

    float *x;           /* dense: float[N][D], row-major; NULL when sparse */
    int64_t *row_start; /* sparse: int64[N+1], row r is column[row_start[r]..row_start[r+1]) */
    int32_t *column;    /* sparse: from 0, strictly ascending within a row */
    float *value;       /* sparse: of the same length as column */

    int32_t *y;     /* int32[N]: class, 0..K-1 */
    int32_t *label; /* int32[K]: the source's label of each class, ascending */

    int64_t file_bytes; /* of the source's files as they are stored (compressed, when they are);
                         * of a generator: what its rows would take as text */
    char sha256[65]; /* of the source's file, as sha256sum prints it; of several files: of their
                      * digests in a row; of a generator: of what determines its rows */
};

void dataset_done(struct dataset *dataset); /* safe on {0}, twice */

static inline bool dataset_is_sparse(const struct dataset *dataset)
{
    return dataset->row_start != NULL;
}

/* Stored numbers: N * D when dense, the non-zeros when sparse. */
int64_t dataset_values(const struct dataset *dataset);

#endif
