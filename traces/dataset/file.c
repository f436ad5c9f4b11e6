/* SPDX-License-Identifier: MIT
 * file.c -- source "file": the rows of a file, and of a second one to test on. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "traces/dataset/data.h"
#include "traces/dataset/read.h"

static const char *const format_names[] = {"auto", "csv", "libsvm", "idx", "cifar10", NULL};

static read_fn *const readers[] = {
    [DATA_CSV] = read_csv,
    [DATA_LIBSVM] = read_libsvm,
    [DATA_IDX] = read_idx,
    [DATA_CIFAR10] = read_cifar10,
};

/* What a name ends in, ".gz" apart. */
static const struct {
    const char *ending;
    enum data_format format;
} endings[] = {
    {".csv", DATA_CSV},     {".tsv", DATA_CSV},         {".libsvm", DATA_LIBSVM},
    {".svm", DATA_LIBSVM},  {".svmlight", DATA_LIBSVM}, {"-ubyte", DATA_IDX},
    {".bin", DATA_CIFAR10},
};

static bool ends_in(const char *text, size_t length, const char *ending)
{
    size_t n = strlen(ending);

    return length >= n && strncmp(text + length - n, ending, n) == 0;
}

static enum data_format format_by_name(const char *path)
{
    size_t length = strlen(path);

    if (ends_in(path, length, ".gz"))
        length -= strlen(".gz");
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (ends_in(path, length, endings[i].ending))
            return endings[i].format;
    return DATA_AUTO;
}

/* train-images-idx3-ubyte -> train-labels-idx1-ubyte; NULL when the name is not of that kind.
 */
static char *labels_path(const char *images_path)
{
    const char *name = strrchr(images_path, '/');
    const char *images = strstr(name ? name : images_path, "images");
    const char *dimensions = images ? strstr(images, "idx3") : NULL;

    if (!dimensions)
        return NULL;
    return memory_format("%.*slabels%.*sidx1%s", (int)(images - images_path), images_path,
                         (int)(dimensions - images - strlen("images")),
                         images + strlen("images"), dimensions + strlen("idx3"));
}

static bool open_labels(const char *images_path, struct input **ret_labels, struct err *err)
{
    char *path = labels_path(images_path);

    if (!path)
        return err_set(
            err,
            "%s: the labels' file cannot be told from this name; IDX files are named "
            "like train-images-idx3-ubyte and train-labels-idx1-ubyte",
            images_path);
    *ret_labels = input_open(path, err);
    free(path);
    return *ret_labels != NULL;
}

static bool read_file(const struct data_file_conf *conf, const char *path, int *first_index,
                      const struct dataset *train, struct dataset *set, struct err *err)
{
    enum data_format format =
        conf->format == DATA_AUTO ? format_by_name(path) : (enum data_format)conf->format;
    struct read_request request = {.train = train,
                                   .features = conf->features,
                                   .header = conf->header,
                                   .first_index = first_index};
    bool ok = false;

    if (format == DATA_AUTO)
        return err_set(err,
                       "%s: the format cannot be told from the name; say data.format: csv, "
                       "libsvm, idx or cifar10",
                       path);
    request.input = input_open(path, err);
    if (request.input && (format != DATA_IDX || open_labels(path, &request.labels, err)))
        ok = readers[format](&request, set, err);
    input_free(request.labels);
    input_free(request.input);
    return ok;
}

static char *resolve(const struct data_request *request, const char *path)
{
    return request->path ? request->path(request->path_arg, path) : memory_text(path);
}

static bool open_files(const struct data_request *request, struct data *data, struct err *err)
{
    const struct data_file_conf *conf = request->conf;
    char *path = resolve(request, conf->path);
    int first_index = 1;
    bool ok = read_file(conf, path, &first_index, NULL, &data->train, err);

    free(path);
    if (ok && conf->test_path) {
        path = resolve(request, conf->test_path);
        ok = read_file(conf, path, &first_index, &data->train, &data->test, err);
        free(path);
    }
    if (ok && data->test.rows > 0 &&
        dataset_is_sparse(&data->train) != dataset_is_sparse(&data->test))
        return err_set(err, "%s is sparse and %s is not: say data.format",
                       dataset_is_sparse(&data->train) ? data->train.name : data->test.name,
                       dataset_is_sparse(&data->train) ? data->test.name : data->train.name);
    return ok;
}

static const struct field fields[] = {
    CONF(struct data_file_conf, path, .is_file = true,
         .doc =
             "The training rows: absolute, or relative to --data or to the scenario's file. A "
             "gzipped file is read as it is."),
    CONF(struct data_file_conf, test_path, .is_file = true, .optional = true, .absent = "no test set",
         .doc = "The test rows, in the same format, with the same features and labels."),
    CONF(struct data_file_conf, format, .names = format_names, .preset = "auto",
         .doc =
             "csv: numbers separated by commas, tabs or blanks, the label first. libsvm: label "
             "index:value ..., indices from 0 when an index 0 occurs, else from 1. idx: "
             "MNIST's, "
             "the labels' file is found by its name. cifar10: its binary version (several "
             "batches: put them into one file with cat). auto: by the name: .csv .tsv .libsvm "
             ".svm .svmlight -ubyte .bin, and .gz behind it."),
    CONF(struct data_file_conf, features, .min = 1, .max = INT32_MAX - 1, .optional = true,
         .absent = "the largest index of the training file",
         .doc = "libsvm: the number of features."),
    CONF(struct data_file_conf, header, .preset = "no",
         .doc = "csv: the first line holds names and is skipped."),
    CONF_END,
};

extern const struct data_kind data_file;
const struct data_kind data_file = {
    .kind = {.name = "file",
             .doc =
                 "Rows of a file: csv or tsv, libsvm, MNIST's IDX, CIFAR-10 binary, gzipped or "
                 "not.",
             .fields = fields,
             .conf_size = sizeof(struct data_file_conf)},
    .open = open_files,
};
