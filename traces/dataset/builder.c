/* SPDX-License-Identifier: MIT
 * builder.c -- see builder.h. */
#include "traces/dataset/builder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <nettle/sha2.h>

#include "base/memory.h"

enum { FIRST_ROWS = 1024, FIRST_VALUES = 16384 };

void builder_init(struct builder *builder, struct dataset *set, const struct dataset *train,
                  const char *path)
{
    *builder = (struct builder){.set = set, .train = train, .path = path};
    if (train) {
        set->features = train->features;
        builder->labels = train->classes;
        builder->label = NEW_ARRAY(int32_t, (size_t)train->classes);
        memcpy(builder->label, train->label, (size_t)train->classes * sizeof *train->label);
    }
}

void builder_done(struct builder *builder)
{
    free(builder->label);
    *builder = (struct builder){0};
}

/* -- memory
 * ------------------------------------------------------------------------------------ */
static bool fits_machine(const char *path, int64_t count, int64_t size, struct err *err)
{
    int64_t machine = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);

    if (count <= machine / size)
        return true;
    return err_set(err, "%s: its rows need %.3g GB of memory, this machine has %.3g GB", path,
                   (double)count * (double)size * 1e-9, (double)machine * 1e-9);
}

void *builder_memory(const char *path, int64_t count, int64_t size, struct err *err)
{
    void *memory;

    if (!fits_machine(path, count, size, err))
        return NULL;
    memory = malloc((size_t)(count > 0 ? count * size : 1));
    if (!memory)
        err_set(err, "%s: no memory left for %" PRId64 " bytes of rows", path, count * size);
    return memory;
}

static bool resize(const struct builder *builder, void *array, int64_t count, int64_t size,
                   struct err *err)
{
    void **place = array, *grown = realloc(*place, (size_t)(count > 0 ? count * size : 1));

    if (!grown)
        return err_set(err, "%s: no memory left for %" PRId64 " bytes of rows", builder->path,
                       count * size);
    *place = grown;
    return true;
}

/* A capacity that grows by half and is never below what is needed. */
static int64_t grown(int64_t capacity, int64_t first, int64_t needed)
{
    int64_t more = capacity + capacity / 2;

    return more > needed ? (more > first ? more : first) : (needed > first ? needed : first);
}

bool builder_dense_room(struct builder *builder, int64_t rows, struct err *err)
{
    struct dataset *set = builder->set;
    int64_t needed = set->rows + rows, D = set->features, capacity;

    if (needed <= builder->row_capacity)
        return true;
    if (needed > DATASET_ROWS_MAX)
        return err_set(err, "%s: more than %" PRId64 " rows", builder->path, DATASET_ROWS_MAX);
    if (!fits_machine(builder->path, needed, (D + 1) * 4, err))
        return false;
    capacity = grown(builder->row_capacity, 1 + FIRST_ROWS / D, needed);
    if (!resize(builder, &set->x, capacity * D, sizeof *set->x, err) ||
        !resize(builder, &set->y, capacity, sizeof *set->y, err))
        return false;
    builder->row_capacity = capacity;
    return true;
}

bool builder_sparse_room(struct builder *builder, int64_t values, struct err *err)
{
    struct dataset *set = builder->set;
    int64_t needed = builder->values + values;

    if (set->rows + 1 > builder->row_capacity) {
        int64_t capacity = grown(builder->row_capacity, FIRST_ROWS, set->rows + 1);

        if (set->rows + 1 > DATASET_ROWS_MAX)
            return err_set(err, "%s: more than %" PRId64 " rows", builder->path,
                           DATASET_ROWS_MAX);
        if (!resize(builder, &set->row_start, capacity + 1, sizeof *set->row_start, err) ||
            !resize(builder, &set->y, capacity, sizeof *set->y, err))
            return false;
        builder->row_capacity = capacity;
    }
    if (needed > builder->value_capacity) {
        int64_t capacity = grown(builder->value_capacity, FIRST_VALUES, needed);

        if (!fits_machine(builder->path, needed, 8, err) ||
            !resize(builder, &set->column, capacity, sizeof *set->column, err) ||
            !resize(builder, &set->value, capacity, sizeof *set->value, err))
            return false;
        builder->value_capacity = capacity;
    }
    return true;
}

/* -- labels
 * ------------------------------------------------------------------------------------ */
/* The place of label among the distinct ones, or where it would go. */
static int32_t find_label(const struct builder *builder, int32_t label)
{
    int32_t low = 0, high = builder->labels;

    while (low < high) {
        int32_t middle = low + (high - low) / 2;

        if (builder->label[middle] < label)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool know_label(struct builder *builder, int32_t label)
{
    int32_t at = find_label(builder, label);

    if (at < builder->labels && builder->label[at] == label)
        return true;
    if (builder->train || builder->labels == DATASET_CLASSES_MAX)
        return false;
    ROOM_FOR_ONE(builder->label, builder->labels, builder->label_capacity);
    memmove(builder->label + at + 1, builder->label + at,
            (size_t)(builder->labels - at) * sizeof *builder->label);
    builder->label[at] = label;
    builder->labels++;
    return true;
}

bool builder_label(struct builder *builder, int32_t label)
{
    struct dataset *set = builder->set;

    if ((set->rows == 0 || label != builder->last_label) && !know_label(builder, label))
        return false;
    builder->last_label = label;
    set->y[set->rows++] = label;
    return true;
}

void builder_label_fault(const struct builder *builder, int32_t label, char *out, size_t size)
{
    if (builder->train)
        snprintf(out, size, "label %" PRId32 " does not occur in the training set", label);
    else
        snprintf(out, size, "more than %d different labels: is this column a label?",
                 DATASET_CLASSES_MAX);
}

/* -- the end
 * ----------------------------------------------------------------------------------- */
void digest_to_text(const unsigned char digest[32], char text[65])
{
    for (int i = 0; i < 32; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

static void hash_inputs(struct dataset *set, struct input *input, struct input *second)
{
    unsigned char digest[64];

    input_digest(input, digest);
    set->file_bytes = input_file_bytes(input);
    if (second) {
        struct sha256_ctx both;

        input_digest(second, digest + 32);
        sha256_init(&both);
        sha256_update(&both, sizeof digest, digest);
        sha256_digest(&both, 32, digest);
        set->file_bytes += input_file_bytes(second);
    }
    digest_to_text(digest, set->sha256);
}

bool builder_finish(struct builder *builder, struct input *input, struct input *second,
                    struct err *err)
{
    struct dataset *set = builder->set;

    if (set->rows == 0)
        return err_set(err, "%s: the file holds no rows", builder->path);
    for (int64_t r = 0; r < set->rows; r++)
        set->y[r] = find_label(builder, set->y[r]);
    set->classes = builder->labels;
    set->label = builder->label;
    builder->label = NULL;
    set->name = memory_text(builder->path);
    hash_inputs(set, input, second);
    if (!resize(builder, &set->y, set->rows, sizeof *set->y, err))
        return false;
    if (!set->row_start)
        return resize(builder, &set->x, set->rows * set->features, sizeof *set->x, err);
    set->row_start[set->rows] = builder->values;
    return resize(builder, &set->row_start, set->rows + 1, sizeof *set->row_start, err) &&
           resize(builder, &set->column, builder->values, sizeof *set->column, err) &&
           resize(builder, &set->value, builder->values, sizeof *set->value, err);
}
