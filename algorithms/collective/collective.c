/* SPDX-License-Identifier: MIT
 * collective.c -- the registry of collectives, and what holds for all of them. */
#include "algorithms/collective/collective.h"

#include <stdlib.h>

#include "base/memory.h"

#define COLLECTIVE(name_) extern const struct collective_kind collective_##name_;
#include "algorithms/collective/list.h"
#undef COLLECTIVE

static const struct kind *const kinds[] = {
#define COLLECTIVE(name_) &collective_##name_.kind,
#include "algorithms/collective/list.h"
#undef COLLECTIVE
    NULL,
};

const struct family pattern_family = {
    .name = "pattern",
    .doc = "Which messages the workers exchange so that each holds the reduction of all.",
    .kinds = kinds,
};

void schedule_add(struct schedule *schedule, struct step step)
{
    ROOM_FOR_ONE(schedule->step, schedule->count, schedule->capacity);
    schedule->step[schedule->count++] = step;
}

void schedule_clear(struct schedule *schedule)
{
    schedule->count = 0;
}

void schedule_done(struct schedule *schedule)
{
    free(schedule->step);
    *schedule = (struct schedule){0};
}

int64_t vector_sent_bytes(struct vector_size size, int64_t bytes, int summed)
{
    int64_t sum_bytes = size.sum_bytes ? size.sum_bytes[summed - 1] : size.bytes;

    if (sum_bytes >= size.bytes)
        return bytes;
    return (int64_t)(((__int128)sum_bytes * bytes + size.bytes - 1) / size.bytes);
}

void collective_steps(const struct choice *choice, struct schedule *out, int rank, int ranks,
                      struct vector_size size)
{
    size_t from = out->count;

    collective_of(choice)->steps(choice->conf, out, rank, ranks, size.bytes);
    for (size_t i = from; i < out->count; i++)
        out->step[i].sent_bytes =
            vector_sent_bytes(size, out->step[i].bytes, out->step[i].summed);
}

bool collective_fits(const struct choice *choice, int ranks)
{
    return collective_of(choice)->slots(choice->conf, ranks) <= INT32_MAX;
}

struct slice slice_of(int64_t bytes, int part, int parts)
{
    const int64_t unit_bytes = 4;
    int64_t units = bytes / unit_bytes;
    int64_t each = units / parts, longer = units % parts;
    int64_t offset = part * each + (part < longer ? part : longer);
    int64_t length = each + (part < longer);

    return (struct slice){.offset_bytes = offset * unit_bytes,
                          .bytes = length * unit_bytes +
                                   (part == parts - 1 ? bytes % unit_bytes : 0)};
}

int64_t schedule_max_message_bytes(const struct schedule *schedule)
{
    int64_t most = 0;

    for (size_t i = 0; i < schedule->count; i++)
        if (schedule->step[i].sent_bytes > most)
            most = schedule->step[i].sent_bytes;
    return most;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

struct collective_totals collective_totals(const struct choice *choice, int ranks,
                                           struct vector_size size)
{
    struct collective_totals totals = {0};
    struct schedule schedule = {0};

    for (int rank = 0; rank < ranks; rank++) {
        int64_t operations = 0, moved = 0;

        schedule_clear(&schedule);
        collective_steps(choice, &schedule, rank, ranks, size);
        for (size_t i = 0; i < schedule.count; i++) {
            const struct step *step = &schedule.step[i];
            bool put = step->op == STEP_PUT;

            *(put ? &totals.puts : &totals.gets) += step->count;
            *(put ? &totals.put_bytes : &totals.get_bytes) += step->count * step->sent_bytes;
            operations += step->count;
            moved += step->count * step->sent_bytes;
        }
        totals.max_message_bytes =
            larger(totals.max_message_bytes, schedule_max_message_bytes(&schedule));
        totals.most_operations = larger(totals.most_operations, operations);
        totals.most_bytes = larger(totals.most_bytes, moved);
    }
    schedule_done(&schedule);
    return totals;
}

/* put: [slots], those that the rank writes.  Sizes do not matter: slices of nothing are sent.
 */
static void note_puts(const struct schedule *schedule, bool *put)
{
    for (size_t i = 0; i < schedule->count; i++)
        if (schedule->step[i].op == STEP_PUT)
            put[schedule->step[i].slot] = true;
}

static int64_t count_reads(const struct schedule *schedule, const bool *put)
{
    int64_t reads = 0;

    for (size_t i = 0; i < schedule->count; i++) {
        const struct step *step = &schedule->step[i];

        for (int32_t slot = step->slot; step->op != STEP_PUT && slot < step->slot + step->count;
             slot++)
            reads += put[slot];
    }
    return reads;
}

int64_t collective_messages(const struct choice *choice, int ranks, int from, int to)
{
    const struct collective_kind *kind = collective_of(choice);
    bool *put = NEW_ARRAY(bool, (size_t)kind->slots(choice->conf, ranks));
    struct schedule schedule = {0};
    int64_t messages;

    collective_steps(choice, &schedule, from, ranks, vector_whole(0));
    note_puts(&schedule, put);
    schedule_clear(&schedule);
    collective_steps(choice, &schedule, to, ranks, vector_whole(0));
    messages = count_reads(&schedule, put);
    schedule_done(&schedule);
    free(put);
    return messages;
}
