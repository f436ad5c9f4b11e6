/* SPDX-License-Identifier: MIT
 * sharing.c -- see sharing.h. */
#include "sim/sweep/sharing.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"

/* Of the machine's memory, for data sets that are kept for further points. */
static const double memory_ratio = 0.25;

struct reader {
    uint64_t data;
    size_t first; /* point with these rows */
    size_t point;
};

static int by_data(const void *left, const void *right)
{
    const struct reader *a = left, *b = right;

    if (a->data != b->data)
        return a->data < b->data ? -1 : 1;
    return a->point < b->point ? -1 : a->point > b->point;
}

static int by_first(const void *left, const void *right)
{
    const struct reader *a = left, *b = right;

    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return a->point < b->point ? -1 : a->point > b->point;
}

static bool is_to_run(const struct planned *point)
{
    return point->state == PLANNED_NEW || point->state == PLANNED_DUE;
}

/* Computations of the points of one data set; seen: learnings that were counted. */
static size_t computations(const struct sharing *sharing, const struct reader *reader,
                           size_t readers, bool *seen)
{
    const struct plan *plan = sharing->plan;
    size_t count = 0;

    for (size_t i = 0; i < readers; i++) {
        const struct planned *point = &plan->point[reader[i].point];

        if (!is_to_run(point))
            continue;
        if (!sharing->reuse || point->learning == LEARNING_NONE) {
            count++;
        } else if (!seen[point->learning]) {
            seen[point->learning] = true;
            count += !plan->learnings.learning[point->learning].is_stored;
        }
    }
    return count;
}

static void note_data_set(struct sharing *sharing, struct reader *reader, size_t readers,
                          bool *seen)
{
    size_t first = reader[0].point;
    bool is_shared = reader[0].data && computations(sharing, reader, readers, seen) > 1;

    for (size_t i = 0; i < readers; i++) {
        sharing->is_shared[reader[i].point] = is_shared;
        reader[i].first = is_shared ? first : reader[i].point;
    }
}

void sharing_init(struct sharing *sharing, const struct plan *plan, bool reuse)
{
    size_t points = plan->sweep->points, end;
    struct reader *reader = NEW_ARRAY(struct reader, points + 1);
    bool *seen = NEW_ARRAY(bool, plan->learnings.count + 1);
    double memory = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);

    *sharing = (struct sharing){.plan = plan, .reuse = reuse};
    sharing->shelf = data_shelf_new((int64_t)(memory_ratio * memory));
    sharing->order = NEW_ARRAY(size_t, points + 1);
    sharing->is_shared = NEW_ARRAY(bool, points + 1);
    for (size_t i = 0; i < points; i++)
        reader[i] = (struct reader){.data = plan->point[i].data, .point = i};
    qsort(reader, points, sizeof *reader, by_data);
    for (size_t i = 0; i < points; i = end) {
        for (end = i; end < points && reader[end].data == reader[i].data;)
            end++;
        note_data_set(sharing, reader + i, end - i, seen);
    }
    qsort(reader, points, sizeof *reader, by_first);
    for (size_t i = 0; i < points; i++)
        sharing->order[i] = reader[i].point;
    free(reader);
    free(seen);
}

void sharing_done(struct sharing *sharing)
{
    data_shelf_free(sharing->shelf);
    free(sharing->order);
    free(sharing->is_shared);
    *sharing = (struct sharing){0};
}

static bool computes(const struct sharing *sharing, const struct planned *point)
{
    return !sharing->reuse || point->learning == LEARNING_NONE ||
           !sharing->plan->learnings.learning[point->learning].trajectory;
}

void sharing_load(struct sharing *sharing, const size_t *point, size_t points)
{
    uint64_t last = 0;
    bool has_room = true;

    for (size_t i = 0; i < points && has_room; i++) {
        const struct planned *planned = &sharing->plan->point[point[i]];
        struct diag_list diags;
        struct scenario *scenario;

        if (!sharing->is_shared[point[i]] || planned->data == last ||
            !computes(sharing, planned))
            continue;
        diag_init(&diags);
        scenario = sweep_resolve(sharing->plan->sweep, point[i], &diags);
        if (scenario)
            has_room = data_shelf_load(sharing->shelf, scenario);
        scenario_free(scenario);
        diag_done(&diags);
        last = planned->data;
    }
}
