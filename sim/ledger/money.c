/* SPDX-License-Identifier: MIT
 * money.c -- requests, invocations, machines and the bill; see ledger.h. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/ledger/inside.h"

void ledger_free_money(struct ledger *ledger)
{
    for (size_t i = 0; i < ledger->request_count.count; i++)
        free(ledger->request_count.at[i]);
    free(ledger->request_count.at);
    for (size_t i = 0; i < ledger->bill_line.count; i++)
        free(ledger->bill_line.at[i]);
    free(ledger->bill_line.at);
    free(ledger->request.at);
    free(ledger->invocation.at);
    free(ledger->machine.at);
}

struct request_count *ledger_request_count(struct ledger *ledger, const char *channel,
                                           const char *operation)
{
    struct request_count *count;

    for (size_t i = 0; i < ledger->request_count.count; i++) {
        count = ledger->request_count.at[i];
        if (!strcmp(count->channel, channel) && !strcmp(count->operation, operation))
            return count;
    }
    count = NEW(struct request_count);
    count->channel = ledger_name(ledger, channel);
    count->operation = ledger_name(ledger, operation);
    LIST_ADD(&ledger->request_count, count);
    return count;
}

void ledger_request_row(struct ledger *ledger, int entity, const struct request_count *of,
                        double begin_s, double end_s, int64_t bytes, enum outcome outcome)
{
    if (!ledger->request_rows)
        return;
    assert(entity == LEDGER_RUN || (size_t)entity < ledger->entity.count);
    LIST_ADD(&ledger->request, (struct request_row){.of = of,
                                                    .begin_s = begin_s,
                                                    .end_s = end_s,
                                                    .bytes = bytes,
                                                    .entity = entity,
                                                    .outcome = (uint8_t)outcome});
}

void ledger_invocation(struct ledger *ledger, const struct invocation_row *row)
{
    assert(row->entity == LEDGER_RUN || (size_t)row->entity < ledger->entity.count);
    LIST_ADD(&ledger->invocation, *row);
}

void ledger_machine(struct ledger *ledger, const struct machine_row *row)
{
    assert(row->entity == LEDGER_RUN || (size_t)row->entity < ledger->entity.count);
    LIST_ADD(&ledger->machine, *row);
}

struct bill_line *ledger_bill_line(struct ledger *ledger, const char *resource,
                                   const char *unit, int64_t unit_price_pusd)
{
    struct bill_line *line;

    for (size_t i = 0; i < ledger->bill_line.count; i++) {
        line = ledger->bill_line.at[i];
        if (line->unit_price_pusd == unit_price_pusd && !strcmp(line->resource, resource) &&
            !strcmp(line->unit, unit))
            return line;
    }
    line = NEW(struct bill_line);
    line->unit_price_pusd = unit_price_pusd;
    line->resource = ledger_name(ledger, resource);
    line->unit = ledger_name(ledger, unit);
    LIST_ADD(&ledger->bill_line, line);
    return line;
}

void ledger_charge(struct ledger *ledger, const char *resource, double quantity,
                   const char *unit, int64_t unit_price_pusd, int64_t cost_pusd)
{
    struct bill_line *line = ledger_bill_line(ledger, resource, unit, unit_price_pusd);

    line->quantity += quantity;
    line->cost_pusd += cost_pusd;
}

int64_t ledger_cost_pusd(const struct ledger *ledger)
{
    int64_t sum_pusd = 0;

    for (size_t i = 0; i < ledger->bill_line.count; i++)
        sum_pusd += ledger->bill_line.at[i]->cost_pusd;
    return sum_pusd;
}
