/* SPDX-License-Identifier: MIT
 * message_series.c -- see message_series.h. */
#include "sim/job/message_series.h"

#include <stddef.h>

enum { METRIC_COUNT = 5 };

static const size_t offset[METRIC_COUNT] = {
    offsetof(struct message_count, sent),          offsetof(struct message_count, lost),
    offsetof(struct message_count, retransmitted), offsetof(struct message_count, dropped),
    offsetof(struct message_count, bytes_sent),
};

/* The ledger keeps the pointers. */
/* clang-format off */
#define NAMES(class_)                                                                          \
    {class_ ".messages_sent", class_ ".messages_lost", class_ ".messages_retransmitted",       \
     class_ ".messages_dropped", class_ ".bytes_sent"},
static const char *const name[TRAFFIC_COUNT][METRIC_COUNT] = {
#define X(upper_, lower_, doc_) [TRAFFIC_##upper_] = NAMES(#lower_)
    TRAFFIC_LIST(X)
#undef X
};
/* clang-format on */

static int64_t count_of(const struct message_count *count, int metric)
{
    return *(const int64_t *)((const char *)count + offset[metric]);
}

void message_series_note(struct message_series *series, struct world *world, int64_t round)
{
    double now_s = engine_now_s(world->engine);

    for (int class = 0; class < TRAFFIC_COUNT; class ++) {
        const struct message_count *now = ledger_messages(world->ledger, (enum traffic) class);

        for (int metric = 0; now->sent && metric < METRIC_COUNT; metric++)
            ledger_series(
                world->ledger, LEDGER_RUN, round, now_s, name[class][metric],
                (double)(count_of(now, metric) - count_of(&series->before[class], metric)));
        series->before[class] = *now;
    }
}
