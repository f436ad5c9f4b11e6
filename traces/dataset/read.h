/* SPDX-License-Identifier: MIT
 * read.h -- the readers, one file format each: bytes in, rows out.
 *
 * They trust nothing: sizes that a file declares are checked against the file before anything
 * is allocated, and what is wrong is said with its line or byte.  tests/fuzz/fuzz_data.c feeds
 * them noise. */
#ifndef TRAINCAST_TRACES_DATASET_READ_H
#define TRAINCAST_TRACES_DATASET_READ_H

#include "base/err.h"
#include "traces/dataset/dataset.h"
#include "traces/dataset/input.h"

struct read_request {
    struct input *input;
    struct input *labels;        /* idx: the second file; NULL otherwise */
    const struct dataset *train; /* reading a test set: shares its D and its labels; or NULL */
    int64_t features;            /* libsvm: D when given; 0 otherwise */
    bool header;                 /* csv: skip the first line */
    int *first_index; /* libsvm: 0 or 1, found in a training set, used in its test set */
};

/* *set is {0} before; after a failure the caller releases what is in it. */
typedef bool(read_fn)(const struct read_request *request, struct dataset *set, struct err *err);

read_fn read_csv;     /* label first; comma, tab or blanks, found out from the first row */
read_fn read_libsvm;  /* label index:value ..., '#' begins a comment; sparse */
read_fn read_idx;     /* MNIST: images and labels; pixels / 255 */
read_fn read_cifar10; /* records of a label and 3 x 32 x 32 bytes; pixels / 255 */

#endif
