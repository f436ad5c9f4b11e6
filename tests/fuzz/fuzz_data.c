/* SPDX-License-Identifier: MIT
 * fuzz_data.c -- noise for the readers of data files (libFuzzer).
 *
 * Byte 0 chooses reader and options, bytes 1 and 2 say where the rest is cut in two: images and
 * labels for IDX, a training and a test file for the others.  Whatever the bytes, a reader must
 * end with a sentence or with a data set that keeps its promises (dataset.h), in little memory.
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "traces/dataset/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER_BIT = 4, FEATURES_BIT = 8 };

static void require(bool kept)
{
    if (!kept)
        abort();
}

static void check_promises(const struct dataset *set, const struct dataset *train)
{
    require(set->rows > 0 && set->features > 0 && set->classes > 0 && set->name);
    require(!train || (set->features == train->features && set->classes == train->classes));
    for (int32_t k = 1; k < set->classes; k++)
        require(set->label[k - 1] < set->label[k]);
    for (int64_t r = 0; r < set->rows; r++)
        require(set->y[r] >= 0 && set->y[r] < set->classes);
    if (!dataset_is_sparse(set))
        for (int64_t i = 0; i < dataset_values(set); i++)
            require(isfinite(set->x[i]));
    for (int64_t r = 0; dataset_is_sparse(set) && r < set->rows; r++)
        for (int64_t i = set->row_start[r]; i < set->row_start[r + 1]; i++) {
            require(isfinite(set->value[i]));
            require(set->column[i] >= 0 && set->column[i] < set->features);
            require(i == set->row_start[r] || set->column[i - 1] < set->column[i]);
        }
}

static bool read_once(read_fn *read, struct read_request request, struct dataset *set)
{
    struct err err = {0};
    bool ok = read(&request, set, &err);

    require(ok == (err.text[0] == '\0'));
    if (ok)
        check_promises(set, request.train);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static read_fn *const readers[] = {read_csv, read_libsvm, read_idx, read_cifar10};
    struct dataset train = {0}, test = {0};
    struct read_request request = {0};
    struct input *first, *second;
    int first_index = 1;
    size_t cut;

    if (size < 3)
        return 0;
    cut = (size_t)data[1] | (size_t)data[2] << 8;
    cut = cut < size - 3 ? cut : size - 3;
    first = input_of_memory("first", data + 3, cut);
    second = input_of_memory("second", data + 3 + cut, size - 3 - cut);
    request.input = first;
    request.labels = second;
    request.header = data[0] & HEADER_BIT;
    request.features = data[0] & FEATURES_BIT ? 10 : 0;
    request.first_index = &first_index;
    if (read_once(readers[data[0] % 4], request, &train) && data[0] % 4 != 2) {
        request.input = second;
        request.train = &train;
        read_once(readers[data[0] % 4], request, &test);
    }
    dataset_done(&test);
    dataset_done(&train);
    input_free(second);
    input_free(first);
    return 0;
}
