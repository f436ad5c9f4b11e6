/* SPDX-License-Identifier: MIT
 * money.h -- the three products of which every bill is made, exact in integers.
 *
 * Each rounds down to a whole pico-dollar, per invocation or machine and not per line, so that
 * SQL repeats them digit by digit (analysis/recompute_bill.sql).  The plain product overflows
 * 64 bits for a large VM after three days; quotient and remainder are therefore priced apart,
 * which is the same number: floor(a p / d) = floor(a / d) p + floor((a mod d) p / d). */
#ifndef TRAINCAST_SIM_LEDGER_MONEY_H
#define TRAINCAST_SIM_LEDGER_MONEY_H

#include <stdint.h>

static inline int64_t pusd_of_share(int64_t amount, int64_t per, int64_t price_pusd)
{
    return amount / per * price_pusd + amount % per * price_pusd / per;
}

/* A function's duration: milliseconds times MiB, at a price per GB-s of 1024 MiB. */
static inline int64_t pusd_of_gb_s(int64_t billed_ms, int64_t memory_mb, int64_t pusd_per_gb_s)
{
    return pusd_of_share(billed_ms * memory_mb, 1024 * 1000, pusd_per_gb_s);
}

static inline int64_t pusd_of_hours(int64_t billed_s, int64_t pusd_per_hour)
{
    return pusd_of_share(billed_s, 3600, pusd_per_hour);
}

#endif
