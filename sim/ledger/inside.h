/* SPDX-License-Identifier: MIT
 * inside.h -- what a ledger is made of; for the files of this folder only. */
#ifndef TRAINCAST_SIM_LEDGER_INSIDE_H
#define TRAINCAST_SIM_LEDGER_INSIDE_H

#include "base/memory.h"
#include "sim/ledger/rows.h"

/* A growing array; add with LIST_ADD, read with .at[i]. */
#define LIST(type_)                                                                            \
    struct {                                                                                   \
        type_ *at;                                                                             \
        size_t count, capacity;                                                                \
    }
#define LIST_ADD(list_, ...)                                                                   \
    do {                                                                                       \
        ROOM_FOR_ONE((list_)->at, (list_)->count, (list_)->capacity);                          \
        (list_)->at[(list_)->count++] = (__VA_ARGS__);                                         \
    } while (0)

struct doing; /* activity.c: what an entity does on lane 0 */

struct ledger {
    enum span_record spans;
    bool request_rows;

    /* activity.c */
    LIST(struct entity_row) entity;
    LIST(struct doing) doing; /* one per entity */
    LIST(struct span_row) span;
    size_t unstamped; /* spans from here on wait for the step of the next cut */
    int64_t cuts;
    double cut_s; /* time of the last cut */
    double breakdown_s[ACTIVITY_COUNT];

    /* ledger.c */
    LIST(char *) name; /* interned */
    LIST(struct round_row) round;
    LIST(struct series_row) series;
    LIST(struct misfortune_row) misfortune;
    int64_t misfortunes[OUTCOME_COUNT];
    struct message_count messages[TRAFFIC_COUNT];

    /* money.c; counters are allocated one by one because callers keep pointers to them */
    LIST(struct request_count *) request_count;
    LIST(struct request_row) request;
    LIST(struct invocation_row) invocation;
    LIST(struct machine_row) machine;
    LIST(struct bill_line *) bill_line;
};

/* The ledger's own copy of the name; equal names give equal pointers. */
const char *ledger_name(struct ledger *ledger, const char *name);
void ledger_free_activity(struct ledger *ledger);
void ledger_free_money(struct ledger *ledger);

#endif
