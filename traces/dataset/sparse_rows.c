/* SPDX-License-Identifier: MIT
 * sparse_rows.c -- see sparse_rows.h.  Rows are generated a batch of chunks at a time, on all
 * cores, each chunk into memory of its own, and appended to the set. */
#include "traces/dataset/sparse_rows.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nettle/sha2.h>

#include "base/memory.h"
#include "base/pool.h"
#include "traces/dataset/builder.h"

enum { CHUNK_ROWS = 1024, BATCH_CHUNKS = 32 };

/* Some rows, one after another. */
struct chunk {
    const struct sparse_rows *rows;
    struct rng_stream stream;
    int64_t begin, end;
    int64_t values, capacity;
    int32_t *column; /* [capacity] */
    float *value;    /* [capacity] */
    int32_t count[CHUNK_ROWS], class[CHUNK_ROWS];
    struct future future;
};

static void append_row(struct chunk *chunk, int64_t number, const struct sparse_row *row)
{
    int64_t at = chunk->values;

    chunk->values += row->count;
    if (chunk->values > chunk->capacity) {
        size_t capacity = 2 * (size_t)chunk->values;

        chunk->column = memory_resize(chunk->column, capacity, sizeof *chunk->column);
        chunk->value = memory_resize(chunk->value, capacity, sizeof *chunk->value);
        chunk->capacity = (int64_t)capacity;
    }
    memcpy(chunk->column + at, row->column, sizeof *row->column * (size_t)row->count);
    memcpy(chunk->value + at, row->value, sizeof *row->value * (size_t)row->count);
    chunk->count[number - chunk->begin] = row->count;
    chunk->class[number - chunk->begin] = row->class;
}

static void run_chunk(void *arg, int lane)
{
    struct chunk *chunk = arg;
    struct sparse_row row;

    (void)lane;
    chunk->values = 0;
    for (int64_t r = chunk->begin; r < chunk->end; r++) {
        chunk->rows->row(chunk->rows->recipe, chunk->stream, (uint32_t)r, &row);
        append_row(chunk, r, &row);
    }
}

/* Room for more values: for all rows, if they go on like those so far. */
static bool reserve(struct dataset *set, int64_t values, int64_t rows, int64_t of_rows,
                    int64_t *capacity, struct err *err)
{
    int64_t wanted = (int64_t)(1.02 * (double)values / (double)rows * (double)of_rows) + 1;
    int32_t *column;
    float *value;

    if (values <= *capacity)
        return true;
    wanted = wanted > values ? wanted : values;
    column = builder_memory(set->name, wanted, sizeof *column, err);
    value = column ? builder_memory(set->name, wanted, sizeof *value, err) : NULL;
    if (!value) {
        free(column);
        return false;
    }
    if (*capacity) {
        memcpy(column, set->column, sizeof *column * (size_t)set->row_start[set->rows]);
        memcpy(value, set->value, sizeof *value * (size_t)set->row_start[set->rows]);
    }
    free(set->column);
    free(set->value);
    set->column = column;
    set->value = value;
    *capacity = wanted;
    return true;
}

static void append_chunk(struct dataset *set, const struct chunk *chunk)
{
    int64_t at = set->row_start[set->rows];

    memcpy(set->column + at, chunk->column, sizeof *set->column * (size_t)chunk->values);
    memcpy(set->value + at, chunk->value, sizeof *set->value * (size_t)chunk->values);
    for (int64_t i = 0; i < chunk->end - chunk->begin; i++) {
        set->y[set->rows] = chunk->class[i];
        set->row_start[set->rows + 1] = set->row_start[set->rows] + chunk->count[i];
        set->rows++;
    }
}

/* One batch, which begins behind the set's rows. */
static bool run_batch(struct chunk *chunk, struct pool *pool, struct dataset *set,
                      int64_t count, int64_t *capacity, struct err *err)
{
    int64_t values = set->row_start[set->rows], next = set->rows;
    int chunks = 0;

    for (; chunks < BATCH_CHUNKS && next < count; chunks++) {
        chunk[chunks].begin = next;
        next = next + CHUNK_ROWS < count ? next + CHUNK_ROWS : count;
        chunk[chunks].end = next;
        pool_submit(pool, &chunk[chunks].future, INFINITY, run_chunk, &chunk[chunks]);
    }
    for (int i = 0; i < chunks; i++) {
        future_wait(pool, &chunk[i].future);
        values += chunk[i].values;
    }
    if (!reserve(set, values, next, count, capacity, err))
        return false;
    for (int i = 0; i < chunks; i++)
        append_chunk(set, &chunk[i]);
    return true;
}

static bool run_batches(const struct sparse_rows *rows, struct rng_stream stream,
                        struct dataset *set, int64_t count, struct err *err)
{
    struct pool *pool = pool_new(count > CHUNK_ROWS ? pool_helpers_for_cores() : 0, 0);
    struct chunk *chunk = NEW_ARRAY(struct chunk, BATCH_CHUNKS);
    int64_t capacity = 0;
    bool ok = true;

    for (int i = 0; i < BATCH_CHUNKS; i++) {
        chunk[i].rows = rows;
        chunk[i].stream = stream;
    }
    while (ok && set->rows < count)
        ok = run_batch(chunk, pool, set, count, &capacity, err);
    pool_free(pool);
    for (int i = 0; i < BATCH_CHUNKS; i++) {
        free(chunk[i].column);
        free(chunk[i].value);
    }
    free(chunk);
    return ok;
}

/* Two sets with equal digests have equal rows. */
static void hash_of_recipe(const struct sparse_rows *rows, const char *stream, uint64_t seed,
                           int64_t count, char text[65])
{
    char recipe[160];
    unsigned char digest[32];
    struct sha256_ctx sha256;
    int length = snprintf(recipe, sizeof recipe, "%s %d %" PRId32 " %" PRIu64 " %" PRId64,
                          stream, rows->version, rows->features, seed, count);

    sha256_init(&sha256);
    sha256_update(&sha256, (size_t)length, (const uint8_t *)recipe);
    sha256_digest(&sha256, sizeof digest, digest);
    digest_to_text(digest, text);
}

bool sparse_rows_generate(const struct sparse_rows *rows, const char *part, uint64_t seed,
                          int64_t count, struct dataset *set, struct err *err)
{
    char name[64];
    struct rng_stream stream;

    snprintf(name, sizeof name, "%s.%s", rows->name, part);
    stream = rng_stream(seed, name);
    set->name = memory_text(rows->name);
    set->features = rows->features;
    set->classes = 2;
    set->label = NEW_ARRAY(int32_t, 2);
    set->label[0] = -1; /* as in the sets that these are like */
    set->label[1] = 1;
    set->file_bytes = count * rows->text_bytes_per_row;
    set->row_start = builder_memory(set->name, count + 1, sizeof *set->row_start, err);
    set->y = set->row_start ? builder_memory(set->name, count, sizeof *set->y, err) : NULL;
    if (!set->y)
        return false;
    set->row_start[0] = 0;
    if (!run_batches(rows, stream, set, count, err))
        return false;
    hash_of_recipe(rows, name, seed, count, set->sha256);
    return true;
}

/* By digits, the lowest first. */
void sparse_rows_sort(int32_t *item, int count, int32_t below)
{
    enum { BITS = 9, DIGITS = 1 << BITS };
    int32_t other[SPARSE_ROW_MOST], *from = item, *to = other;

    for (int shift = 0; shift < 27 && (below - 1) >> shift > 0; shift += BITS) {
        int place[DIGITS + 1] = {0}, digit;
        int32_t *swap = from;

        for (int i = 0; i < count; i++)
            place[((from[i] >> shift) & (DIGITS - 1)) + 1]++;
        for (digit = 0; digit < DIGITS; digit++)
            place[digit + 1] += place[digit];
        for (int i = 0; i < count; i++)
            to[place[(from[i] >> shift) & (DIGITS - 1)]++] = from[i];
        from = to;
        to = swap;
    }
    if (from != item)
        memcpy(item, from, sizeof *item * (size_t)count);
}
