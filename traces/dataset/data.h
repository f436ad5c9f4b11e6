/* SPDX-License-Identifier: MIT
 * data.h -- family "data": where the rows of a scenario come from.
 *
 * To add a source: write yours.c with `const struct data_kind data_yours`, add its line to
 * list.h; the unit test data.c checks every kind.  Pure: no clock, and a generator's row is a
 * function of (seed, row) alone. */
#ifndef TRAINCAST_TRACES_DATASET_DATA_H
#define TRAINCAST_TRACES_DATASET_DATA_H

#include "base/err.h"
#include "base/field.h"
#include "traces/dataset/dataset.h"

struct data {
    struct dataset train;
    struct dataset test; /* rows 0 when there is none */
};

/* Gives the path of a file that a configuration names, as a new string (free() it). */
typedef char *(data_path_fn)(void *arg, const char *path);

struct data_request {
    const void *conf;   /* of the kind's table */
    uint64_t seed;      /* the scenario's: generators */
    data_path_fn *path; /* how paths are resolved; NULL: they are taken as they are */
    void *path_arg;
};

struct data_kind {
    struct kind kind;
    /* ret_data is {0} on entry; on failure data_open releases what is in it. */
    bool (*open)(const struct data_request *request, struct data *ret_data, struct err *err);
};

extern const struct data_kind *const data_kinds[]; /* ends in NULL */
extern const struct family data_family;

/* Loads or generates the rows of a choice of this family (request->conf = choice->conf).
 * False with a sentence that names file and line (text) or byte (binary): nearly always the
 * user's file is wrong; *ret_data is {0} then. */
bool data_open(const struct kind *kind, const struct data_request *request,
               struct data *ret_data, struct err *err);
void data_done(struct data *data); /* safe on {0}, twice */

/* -- configurations of the kinds
 * ---------------------------------------------------------------- */
enum data_format { DATA_AUTO, DATA_CSV, DATA_LIBSVM, DATA_IDX, DATA_CIFAR10 };

struct data_file_conf {
    char *path;
    char *test_path;  /* NULL: no test set */
    int format;       /* enum data_format */
    int64_t features; /* libsvm: D; 0: the largest index of the training file */
    bool header;      /* csv: the first line holds names */
};

/* rcv1-like, criteo-like */
struct sparse_like_conf {
    int64_t rows;
    int64_t test_rows; /* 0: no test set */
    int64_t features;
};

struct yfcc_like_conf {
    int64_t rows;
    int64_t test_rows; /* 0: no test set */
    int64_t features;
};

struct noise_conf {
    int64_t rows, features;
    double deviation;
};

struct image_like_conf {
    int64_t rows;
    int64_t test_rows; /* 0: no test set */
    int64_t classes, channels, height, width;
    double noise;
};

struct higgs_like_conf {
    int64_t rows;
    int64_t test_rows; /* 0: no test set */
};

#endif
