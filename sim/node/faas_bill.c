/* SPDX-License-Identifier: MIT
 * faas_bill.c -- what invocations cost.
 *
 * duration = end - first instruction, plus the cold start where the provider bills INIT,
 * rounded up to the granularity; cost = floor(billed_ms * memory_mb * price per GB-s / (1024 *
 * 1000)), in integers (sim/ledger/money.h), for each attempt.  Every attempt that got a sandbox
 * is also one request; throttled ones are free.  A price by the hour is turned into one per
 * GB-second, which an invoice in GB-seconds then shows. */
#include <math.h>
#include <stdio.h>

#include "sim/ledger/money.h"
#include "sim/node/faas_inside.h"

static int64_t memory_mb(const struct faas_conf *conf)
{
    return conf->memory_bytes / MEMORY_MB;
}

/* Rounded up.  A difference of two times on the clock is off by rounding: not by a millionth of
 * a granule. */
static int64_t in_granules_ms(const struct faas_conf *conf, double duration_s, int64_t least)
{
    double granule_ms = nearbyint(conf->billing_granularity_s * 1000);
    double granules = ceil(duration_s * 1000 / granule_ms - 1e-6);

    return (int64_t)(granule_ms * fmax(granules, (double)least));
}

/* As if it ended now.  A body that took no time is billed the least there is; one that never
 * began, its start at most. */
static int64_t billed_ms(const struct invocation *invocation)
{
    const struct faas_conf *conf = invocation->faas->conf;
    double now_s = faas_now_s(invocation->faas);
    bool runs = invocation->stage == INVOCATION_RUNS;
    double duration_s = runs ? now_s - invocation->start_s : 0;

    if (conf->init_billed && invocation->cold)
        duration_s += (runs ? invocation->start_s : now_s) - invocation->init_s;
    return in_granules_ms(conf, duration_s, runs ? 1 : 0);
}

void faas_book(const struct invocation *invocation, enum outcome outcome)
{
    const struct faas *faas = invocation->faas;
    const struct faas_conf *conf = faas->conf;
    struct ledger *ledger = faas->platform.world->ledger;
    double now_s = faas_now_s(faas);
    bool runs = invocation->stage == INVOCATION_RUNS;
    struct invocation_row row = {
        .entity = invocation->task->entity,
        .arrival_s = invocation->arrival_s,
        .start_s = runs ? invocation->start_s : now_s,
        .end_s = now_s,
        .cold = invocation->cold,
        .outcome = outcome,
        .billed_ms = billed_ms(invocation),
        .memory_mb = memory_mb(conf),
        .pusd_per_gb_s = faas_pusd_per_gb_s(conf),
        .pusd_per_request = conf->request_price_pusd_per_request,
    };

    snprintf(row.function, sizeof row.function, "%s", faas->platform.group);
    row.cost_pusd = pusd_of_gb_s(row.billed_ms, row.memory_mb, row.pusd_per_gb_s);
    ledger_invocation(ledger, &row);
    ledger_charge(ledger, "faas duration",
                  (double)(row.billed_ms * row.memory_mb) / (1024.0 * 1000.0), BILL_GB_S,
                  row.pusd_per_gb_s, row.cost_pusd);
    ledger_charge(ledger, "faas requests", 1, BILL_INVOCATION, row.pusd_per_request,
                  row.pusd_per_request);
}

int64_t faas_accrued_pusd(const struct platform *platform)
{
    const struct faas *faas = (const struct faas *)platform;
    const struct faas_conf *conf = faas->conf;
    int64_t accrued_pusd = 0;

    for (const struct invocation *i = faas->first; i; i = i->after)
        if (i->stage >= INVOCATION_STARTS)
            accrued_pusd +=
                conf->request_price_pusd_per_request +
                pusd_of_gb_s(billed_ms(i), memory_mb(conf), faas_pusd_per_gb_s(conf));
    return accrued_pusd;
}

int64_t faas_cost_mean_pusd(const void *settings, double start_s, double run_s)
{
    const struct faas_conf *conf = settings;
    double init_s = conf->init_billed ? value_mean(&conf->cold_start_s) : 0;

    (void)start_s; /* waiting for its invocation is free */
    return conf->request_price_pusd_per_request +
           pusd_of_gb_s(in_granules_ms(conf, init_s + run_s, 1), memory_mb(conf),
                        faas_pusd_per_gb_s(conf));
}
