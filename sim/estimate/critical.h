/* SPDX-License-Identifier: MIT
 * critical.h -- how long an exchange takes with nothing in its way, read off its plan.
 *
 * The plan is the one that is executed (sim/channel/plan.h).  Here no time passes: every step
 * ends a latency and a transfer after what it needs is there, and the last rank's end is the
 * longest such chain.  For the patterns of LambdaML the chain is the paper's closed form: with
 * W ranks, m bytes, latency L and B bytes a second
 *
 *     scatter_reduce  storage  (3W-2) (L + m/(W B))      direct  2L + 2(W-1) m/(W B)
 *     allreduce       storage  (W+3) (L + m/B)           direct  2L + 2(W-1) m/B
 *     ring            direct   (2W-2) (L + m/(W B))
 *
 * and for any other pattern it is found in the same way; tests/unit/estimate/critical.c holds
 * these.
 *
 * Through storage a reader is told at once (polling: ideal).  What a rank sends directly shares
 * its NIC, and so does what arrives at one: each direction is a pipe in which messages follow
 * one another.
 *
 * SIMPLIFIED: lanes of one rank, and messages of unequal length that arrive at one rank, do not
 * slow one another beyond that. */
#ifndef TRAINCAST_SIM_ESTIMATE_CRITICAL_H
#define TRAINCAST_SIM_ESTIMATE_CRITICAL_H

#include <stdbool.h>

#include "sim/channel/exchange.h"

/* Between each node and the channel, or two nodes. */
struct critical_line {
    double latency_s;
    double connection_bytes_per_s;           /* INFINITY: the NICs alone limit */
    double up_bytes_per_s, down_bytes_per_s; /* of a node's NIC */
    bool has_receiver, fetches;              /* as in struct channel_facts */
};

/* A point on the way, and what the longest chain up to it consists of. */
struct moment {
    double s;
    int64_t operations; /* latencies one after another */
    int64_t bytes;      /* moved one after another */
};

/* Rank r enters the exchange at enter[r] and is through at leave[r]; [ranks of the plan].  The
 * chains go on from those of enter. */
void critical_walk(const struct exchange_plan *plan, const struct critical_line *line,
                   const struct moment *enter, struct moment *leave);
/* The later one; of two at the same time the first. */
struct moment moment_later(struct moment a, struct moment b);
struct moment moment_last(const struct moment *moment, int count);

/* A training job's rounds are one after another, and who is through early begins early. */
struct critical {
    struct moment first, second; /* rounds, from everyone's start; without compute_s */
    struct moment next;          /* each later one */
};
/* Rounds of compute_s of arithmetic and one exchange. */
struct critical critical_rounds(const struct exchange_plan *plan,
                                const struct critical_line *line, double compute_s);
double critical_s(const struct critical *critical, int64_t rounds);

#endif
