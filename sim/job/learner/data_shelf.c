/* SPDX-License-Identifier: MIT
 * data_shelf.c -- see data_shelf.h. */
#include "sim/job/learner/data_shelf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct lent {
    char *key;
    struct data data;
    bool is_loaded; /* false: that failed */
    int64_t bytes;
    uint64_t asked; /* when, in calls of data_shelf_load */
};

struct data_shelf {
    struct lent *lent;
    size_t count, capacity;
    int64_t bytes, most_bytes;
    uint64_t calls;
};

static char *data_path(void *arg, const char *path)
{
    return scenario_data_path(arg, path);
}

bool data_load(const struct scenario *scenario, struct data *ret_data, struct err *err)
{
    struct data_request request = {.conf = scenario->data.source.conf,
                                   .seed = (uint64_t)scenario->seed,
                                   .path = data_path,
                                   .path_arg = (void *)scenario};

    return data_open(scenario->data.source.kind, &request, ret_data, err);
}

static int64_t bytes_of(const struct dataset *set)
{
    int64_t values = set->rows ? dataset_values(set) : 0;
    int64_t per_value = set->rows && dataset_is_sparse(set) ? 8 : 4;

    return values * per_value + set->rows * (dataset_is_sparse(set) ? 12 : 4);
}

struct data_shelf *data_shelf_new(int64_t most_bytes)
{
    struct data_shelf *shelf = NEW(struct data_shelf);

    shelf->most_bytes = most_bytes;
    return shelf;
}

static void give_up(struct data_shelf *shelf, size_t index)
{
    struct lent *lent = &shelf->lent[index];

    shelf->bytes -= lent->bytes;
    data_done(&lent->data);
    free(lent->key);
    *lent = shelf->lent[--shelf->count];
}

struct data_shelf *data_shelf_free(struct data_shelf *shelf)
{
    if (!shelf)
        return NULL;
    while (shelf->count)
        give_up(shelf, shelf->count - 1);
    free(shelf->lent);
    free(shelf);
    return NULL;
}

char *data_shelf_key(const struct scenario *scenario)
{
    char *text = NULL;
    size_t size;
    FILE *out;

    if (!scenario->data.source.kind)
        return NULL;
    out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    scenario_print_data(scenario, out);
    fclose(out);
    return text;
}

static struct lent *find(const struct data_shelf *shelf, const char *key)
{
    for (size_t i = 0; key && i < shelf->count; i++)
        if (strcmp(shelf->lent[i].key, key) == 0)
            return &shelf->lent[i];
    return NULL;
}

/* All but the last one. */
static void make_room(struct data_shelf *shelf)
{
    while (shelf->bytes > shelf->most_bytes && shelf->count > 1) {
        size_t oldest = 0;

        for (size_t i = 1; i < shelf->count; i++)
            if (shelf->lent[i].asked < shelf->lent[oldest].asked)
                oldest = i;
        give_up(shelf, oldest);
    }
}

bool data_shelf_load(struct data_shelf *shelf, const struct scenario *scenario)
{
    struct lent lent = {.key = data_shelf_key(scenario), .asked = ++shelf->calls};
    struct lent *known = find(shelf, lent.key);

    if (known)
        known->asked = shelf->calls;
    if (known || !lent.key) {
        free(lent.key);
        return true;
    }
    lent.is_loaded = data_load(scenario, &lent.data, NULL);
    lent.bytes = bytes_of(&lent.data.train) + bytes_of(&lent.data.test);
    shelf->bytes += lent.bytes;
    ROOM_FOR_ONE(shelf->lent, shelf->count, shelf->capacity);
    shelf->lent[shelf->count++] = lent;
    if (shelf->bytes < shelf->most_bytes)
        return true;
    make_room(shelf);
    return false;
}

const struct data *data_shelf_find(const struct data_shelf *shelf,
                                   const struct scenario *scenario)
{
    char *key = shelf && shelf->count ? data_shelf_key(scenario) : NULL;
    struct lent *lent = key ? find(shelf, key) : NULL;

    free(key);
    return lent && lent->is_loaded ? &lent->data : NULL;
}
