/* SPDX-License-Identifier: MIT
 * rows.h -- the ledger's rows, for whoever writes them down (results/) or prints them.
 *
 * Everything is borrowed from the ledger and in the order in which it happened; it holds until
 * the next call that adds to the ledger. */
#ifndef TRAINCAST_SIM_LEDGER_ROWS_H
#define TRAINCAST_SIM_LEDGER_ROWS_H

#include "sim/ledger/ledger.h"

enum { SPAN_WITHOUT_STEP = -1 };

struct entity_row { /* its id is its position */
    const char *role;
    int index;
};

struct span_row {
    double begin_s, end_s;
    int64_t step; /* of the cut after it; SPAN_WITHOUT_STEP: none came */
    int32_t entity;
    int16_t lane;
    uint8_t activity; /* enum activity */
};

struct series_row {
    const char *metric;
    double sim_time_s, value;
    int64_t step;
    int32_t entity;
};

struct request_row {
    const struct request_count *of;
    double begin_s, end_s;
    int64_t bytes;
    int32_t entity;
    uint8_t outcome; /* enum outcome */
};

struct misfortune_row {
    const char *detail; /* may be NULL */
    double at_s;
    int32_t entity;
    uint8_t outcome; /* enum outcome */
};

struct ledger_rows {
    const struct entity_row *entity;
    const struct span_row *span;
    const struct round_row *round;
    const struct series_row *series;
    struct request_count *const *request_count;
    const struct request_row *request;
    const struct invocation_row *invocation;
    const struct machine_row *machine;
    struct bill_line *const *bill_line;
    const struct misfortune_row *misfortune;
    size_t entities, spans, rounds, series_rows, request_counts, requests, invocations,
        machines, bill_lines, misfortunes;
    const struct message_count *messages; /* [TRAFFIC_COUNT] */
};
struct ledger_rows ledger_rows(const struct ledger *ledger);

#endif
