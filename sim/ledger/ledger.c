/* SPDX-License-Identifier: MIT
 * ledger.c -- the ledger's life, its rounds, series, messages and misfortunes; see ledger.h. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/ledger/inside.h"

static const char *const activity_names[] = {
#define X(upper_, lower_, doc_) #lower_,
    ACTIVITY_LIST(X)
#undef X
};

const char *activity_name(enum activity activity)
{
    return activity_names[activity];
}

struct ledger *ledger_new(enum span_record spans, bool request_rows)
{
    struct ledger *ledger = NEW(struct ledger);

    ledger->spans = spans;
    ledger->request_rows = request_rows;
    return ledger;
}

struct ledger *ledger_free(struct ledger *ledger)
{
    if (!ledger)
        return NULL;
    ledger_free_activity(ledger);
    ledger_free_money(ledger);
    for (size_t i = 0; i < ledger->name.count; i++)
        free(ledger->name.at[i]);
    free(ledger->name.at);
    free(ledger->round.at);
    free(ledger->series.at);
    /* Equal details in a row share one text, owned by the first of them. */
    for (size_t i = 0; i < ledger->misfortune.count; i++)
        if (i == 0 || ledger->misfortune.at[i].detail != ledger->misfortune.at[i - 1].detail)
            free((char *)ledger->misfortune.at[i].detail);
    free(ledger->misfortune.at);
    free(ledger);
    return NULL;
}

const char *ledger_name(struct ledger *ledger, const char *name)
{
    /* Roles and metrics: a handful per run, so a walk is faster than a table. */
    for (size_t i = 0; i < ledger->name.count; i++)
        if (!strcmp(ledger->name.at[i], name))
            return ledger->name.at[i];
    LIST_ADD(&ledger->name, memory_text(name));
    return ledger->name.at[ledger->name.count - 1];
}

void ledger_round(struct ledger *ledger, const struct round_row *row)
{
    LIST_ADD(&ledger->round, *row);
}

void ledger_series(struct ledger *ledger, int entity, int64_t step, double sim_time_s,
                   const char *metric, double value)
{
    assert(entity == LEDGER_RUN || (size_t)entity < ledger->entity.count);
    LIST_ADD(&ledger->series, (struct series_row){.metric = ledger_name(ledger, metric),
                                                  .sim_time_s = sim_time_s,
                                                  .value = value,
                                                  .step = step,
                                                  .entity = entity});
}

struct message_count *ledger_messages(struct ledger *ledger, enum traffic traffic)
{
    return &ledger->messages[traffic];
}

void ledger_misfortune(struct ledger *ledger, int entity, double at_s, enum outcome outcome,
                       const char *detail)
{
    size_t count = ledger->misfortune.count;
    const char *last = count ? ledger->misfortune.at[count - 1].detail : NULL;

    assert(entity == LEDGER_RUN || (size_t)entity < ledger->entity.count);
    ledger->misfortunes[outcome]++;
    LIST_ADD(&ledger->misfortune,
             (struct misfortune_row){
                 .detail = last && detail && !strcmp(last, detail) ? last : memory_text(detail),
                 .at_s = at_s,
                 .entity = entity,
                 .outcome = (uint8_t)outcome});
}

int64_t ledger_misfortune_count(const struct ledger *ledger, enum outcome outcome)
{
    return ledger->misfortunes[outcome];
}

struct ledger_rows ledger_rows(const struct ledger *ledger)
{
    return (struct ledger_rows){
        .entity = ledger->entity.at,
        .entities = ledger->entity.count,
        .span = ledger->span.at,
        .spans = ledger->span.count,
        .round = ledger->round.at,
        .rounds = ledger->round.count,
        .series = ledger->series.at,
        .series_rows = ledger->series.count,
        .request_count = ledger->request_count.at,
        .request_counts = ledger->request_count.count,
        .request = ledger->request.at,
        .requests = ledger->request.count,
        .invocation = ledger->invocation.at,
        .invocations = ledger->invocation.count,
        .machine = ledger->machine.at,
        .machines = ledger->machine.count,
        .bill_line = ledger->bill_line.at,
        .bill_lines = ledger->bill_line.count,
        .misfortune = ledger->misfortune.at,
        .misfortunes = ledger->misfortune.count,
        .messages = ledger->messages,
    };
}
