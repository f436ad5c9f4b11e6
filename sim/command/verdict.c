/* SPDX-License-Identifier: MIT
 * verdict.c -- see verdict.h.
 *
 * Only what the numbers say: the largest share, what a share of that kind depends on, and how
 * long the run would be without it, which no remedy can beat. */
#include "sim/command/verdict.h"

#include <stdio.h>
#include <string.h>

#include "sim/ledger/rows.h"

/* What an activity's time depends on. */
static const char *const remedy[ACTIVITY_COUNT] = {
    [ACTIVITY_START] = "functions or machines that start sooner",
    [ACTIVITY_LOAD] = "more workers, so that each loads less, or more bandwidth",
    [ACTIVITY_COMPUTE] = "more workers or faster cores",
    [ACTIVITY_COMMUNICATE] = "fewer rounds, another pattern or a faster channel",
    [ACTIVITY_WAIT] = "another pattern, equally fast workers or not waiting for all",
    [ACTIVITY_CHECKPOINT] = "fewer or smaller checkpoints",
    [ACTIVITY_EVALUATE] = "evaluating less often",
    [ACTIVITY_SERVE] = "handling a request faster",
};

void verdict_time(const struct run *run, char *out, size_t size)
{
    const struct ledger *ledger = run->world.ledger;
    double total_s = run->end.sim_time_s, most_s = 0;
    int most = 0, used;

    for (int a = 0; a < ACTIVITY_COUNT; a++)
        if (ledger_breakdown_s(ledger, (enum activity)a) > most_s) {
            most = a;
            most_s = ledger_breakdown_s(ledger, (enum activity)a);
        }
    *out = '\0';
    if (most_s <= 0)
        return;
    used = snprintf(out, size, "to %s, %.1f %% of the critical path",
                    activity_name((enum activity)most), 100 * most_s / total_s);
    if (most == ACTIVITY_IDLE)
        snprintf(out + used, size - (size_t)used, ": there was nothing to do");
    else if (remedy[most])
        snprintf(out + used, size - (size_t)used, ": %s would shorten it, at best to %.4g s",
                 remedy[most], total_s - most_s);
}

/* What a line of the bill with this unit falls with. */
static const char *cause(const char *unit)
{
    if (strcmp(unit, BILL_GB_S) == 0)
        return "it falls with the time that functions run and with their memory";
    if (strcmp(unit, BILL_HOUR) == 0)
        return "it falls with the time that machines are kept and with their price";
    if (strcmp(unit, BILL_REQUEST) == 0)
        return "it falls with the number of requests: fewer rounds, or another pattern";
    if (strcmp(unit, BILL_WRITE_UNIT) == 0 || strcmp(unit, BILL_READ_UNIT) == 0)
        return "it falls with the number of items and their size: fewer rounds, or another "
               "pattern";
    if (strcmp(unit, BILL_WRITE_CAPACITY) == 0 || strcmp(unit, BILL_READ_CAPACITY) == 0)
        return "it falls with the rate that is reserved, and the hours that are begun";
    if (strcmp(unit, BILL_INVOCATION) == 0)
        return "it falls with the number of invocations";
    return NULL;
}

void verdict_money(const struct run *run, char *out, size_t size)
{
    struct ledger_rows rows = ledger_rows(run->world.ledger);
    int64_t total_pusd = ledger_cost_pusd(run->world.ledger);
    const struct bill_line *most = NULL;

    for (size_t i = 0; i < rows.bill_lines; i++)
        if (!most || rows.bill_line[i]->cost_pusd > most->cost_pusd)
            most = rows.bill_line[i];
    *out = '\0';
    if (!most || total_pusd <= 0)
        return;
    snprintf(out, size, "to %s, %.1f %% of the bill%s%s", most->resource,
             100 * (double)most->cost_pusd / (double)total_pusd, cause(most->unit) ? ": " : "",
             cause(most->unit) ? cause(most->unit) : "");
}
