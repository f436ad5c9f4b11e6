/* SPDX-License-Identifier: MIT
 * builder.h -- a data set while it is read: arrays that grow, labels that become classes.
 *
 * Large arrays come from malloc and a lack of memory is a sentence in err.  More than the
 * machine has is refused before it is asked for: Linux would hand it out and kill the program
 * later. */
#ifndef TRAINCAST_TRACES_DATASET_BUILDER_H
#define TRAINCAST_TRACES_DATASET_BUILDER_H

#include <stddef.h>

#include "base/err.h"
#include "traces/dataset/dataset.h"
#include "traces/dataset/input.h"

struct builder {
    struct dataset *set;
    const struct dataset
        *train; /* whose labels a test set shares; NULL: set is a training set */
    const char *path;
    int64_t row_capacity, value_capacity;
    int64_t values; /* of a sparse set so far */
    int32_t *label; /* distinct ones so far, ascending */
    int32_t labels, label_capacity;
    int32_t last_label;
};

/* set is {0}; its memory is the caller's to release, whatever happens. */
void builder_init(struct builder *builder, struct dataset *set, const struct dataset *train,
                  const char *path);
void builder_done(struct builder *builder);

/* Room for `rows` more rows of set->features dense numbers, and their labels. */
bool builder_dense_room(struct builder *builder, int64_t rows, struct err *err);
/* Room for one more row and, at least, for `values` more values of a sparse set. */
bool builder_sparse_room(struct builder *builder, int64_t values, struct err *err);

/* Appends a row's label: y[rows++].  False, err untouched, when the label is new and there are
 * too many, or the training set does not have it: builder_label_fault says it in words. */
bool builder_label(struct builder *builder, int32_t label);
void builder_label_fault(const struct builder *builder, int32_t label, char *out, size_t size);

/* Turns labels into classes, trims the arrays, names the set and hashes its inputs (2nd: NULL).
 */
bool builder_finish(struct builder *builder, struct input *input, struct input *second,
                    struct err *err);

/* malloc with a sentence; bytes beyond the machine's memory are refused. */
void *builder_memory(const char *path, int64_t count, int64_t size, struct err *err);
/* 64 hexadecimal digits and NUL. */
void digest_to_text(const unsigned char digest[32], char text[65]);

#endif
