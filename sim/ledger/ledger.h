/* SPDX-License-Identifier: MIT
 * ledger.h -- what happened in one run and what it cost, in memory, until results/ writes it.
 *
 * Everything belongs to an entity (worker 3, function sandbox 17, server, client), never to an
 * epoch: jobs without epochs have their place.  Requests are counted per channel and operation;
 * rounds, spans, invocations, charges and misfortunes are rows.  Nothing here decides anything
 * or knows a kind by name.  All times are simulated seconds since the run began, money is
 * pico-USD. Out of memory of the real machine aborts (base/memory.h), so calls do not fail. */
#ifndef TRAINCAST_SIM_LEDGER_LEDGER_H
#define TRAINCAST_SIM_LEDGER_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"
#include "base/traffic.h"

/* One list of what an entity can be doing; breakdown and spans use these words. */
/* clang-format off */
#define ACTIVITY_LIST(X)                                                                    \
    X(START,       start,       "waiting for the platform: invocation, cold start, boot")  \
    X(LOAD,        load,        "reading the training data")                                \
    X(COMPUTE,     compute,     "training arithmetic")                                      \
    X(COMMUNICATE, communicate, "requests and transfers of an exchange")                    \
    X(WAIT,        wait,        "waiting for others, who have not come to the exchange")    \
    X(CHECKPOINT,  checkpoint,  "writing or reading a checkpoint")                          \
    X(EVALUATE,    evaluate,    "charged evaluation")                                       \
    X(SERVE,       serve,       "answering requests")                                       \
    X(IDLE,        idle,        "nothing to do")                                            \
    X(STOP,        stop,        "shutting down")
/* clang-format on */
enum activity {
#define X(upper_, lower_, doc_) ACTIVITY_##upper_,
    ACTIVITY_LIST(X)
#undef X
        ACTIVITY_COUNT
};
const char *activity_name(enum activity activity);

enum span_record { SPANS_NONE, SPANS_CRITICAL, SPANS_ALL };

struct ledger; /* opaque */

struct ledger *ledger_new(enum span_record spans, bool request_rows);
struct ledger *ledger_free(struct ledger *ledger);

/* -- entities and what they do ---------------------------------------------------------- */
/* Registers e.g. ("worker", 3); returns its id, counted from 0.  Rows that belong to nobody in
 * particular (series, misfortune, requests) carry LEDGER_RUN, the run itself. */
#define LEDGER_RUN (-1)
int ledger_entity(struct ledger *ledger, const char *role, int index);
/* Lane 0 of the entity does this from now on (its last activity ends). */
void ledger_activity(struct ledger *ledger, int entity, enum activity activity, double now_s);
/* The entity does nothing any more. */
void ledger_rest(struct ledger *ledger, int entity, double now_s);
/* Everybody rests: what is still going on ends now.  For the end of a run, a failed one too. */
void ledger_end(struct ledger *ledger, double now_s);
/* An extra span on another lane (>= 1), already over. */
void ledger_lane_span(struct ledger *ledger, int entity, int lane, enum activity activity,
                      double begin_s, double end_s, int64_t step);
/* The critical path up to now_s went through this entity: what it did since the last cut is
 * added to the breakdown (and, with SPANS_CRITICAL, its spans kept); what the others did is
 * dropped from it.  Time in which the entity had no activity counts as `start` before its first
 * activity, else `wait`.  The breakdown thus sums to the time of the last cut. */
void ledger_cut(struct ledger *ledger, int entity, double now_s, int64_t step);
double ledger_breakdown_s(const struct ledger *ledger, enum activity activity);

/* -- learning --------------------------------------------------------------------------- */
struct round_row {
    int64_t round;
    double epoch; /* may be fractional */
    double sim_time_s;
    int64_t cost_pusd;                 /* accrued so far */
    double train_loss, train_accuracy; /* NaN: not evaluated -> NULL; so the next two */
    double test_loss, test_accuracy;
    int64_t messages_lost;
};
void ledger_round(struct ledger *ledger, const struct round_row *row);
void ledger_series(struct ledger *ledger, int entity, int64_t step, double sim_time_s,
                   const char *metric, double value); /* metric: a literal or interned name */

/* -- requests --------------------------------------------------------------------------- */
/* A counter for (channel, operation); names are copied.  Bumped 27 million times a run. */
struct request_count {
    int64_t count, bytes, failed;    /* failed: throttled, not found, timed out */
    int64_t unbilled;                /* of count: those the service does not charge */
    const char *channel, *operation; /* the ledger's */
};
/* The pointer stays valid as long as the ledger. */
struct request_count *ledger_request_count(struct ledger *ledger, const char *channel,
                                           const char *operation);
/* One request as a row; a no-op unless request_rows. */
void ledger_request_row(struct ledger *ledger, int entity, const struct request_count *of,
                        double begin_s, double end_s, int64_t bytes, enum outcome outcome);

/* -- messages (collectives, direct links) ----------------------------------------------- */
/* A message is sent as one copy, and as one more for each retransmission. */
struct message_count {
    int64_t sent;          /* messages */
    int64_t lost;          /* of those: some of it never arrived */
    int64_t retransmitted; /* copies beyond each message's first */
    int64_t dropped;       /* copies of which the network lost some */
    int64_t bytes_sent;    /* of all copies, as far as they left */
    int64_t bytes_lost, bytes_retransmitted, bytes_dropped;
};
/* The pointer stays valid as long as the ledger. */
struct message_count *ledger_messages(struct ledger *ledger, enum traffic traffic);

/* -- functions and machines, money ------------------------------------------------------ */
struct invocation_row {
    int entity;
    char function[32];
    double arrival_s, start_s, end_s; /* start: first instruction of the body (after init) */
    bool cold;
    enum outcome outcome;
    int64_t billed_ms;
    int64_t memory_mb; /* MiB */
    int64_t cost_pusd; /* duration only, pusd_of_gb_s(); the request is a charge of its own */
    int64_t pusd_per_gb_s, pusd_per_request; /* the prices it was charged at */
};
void ledger_invocation(struct ledger *ledger, const struct invocation_row *row);
struct machine_row {
    int entity;
    char instance[32];
    double boot_s, ready_s, release_s;
    int64_t billed_s;
    int64_t pusd_per_hour;
    int64_t cost_pusd; /* pusd_of_hours(): billed_s * pusd_per_hour / 3600, integer division */
};
void ledger_machine(struct ledger *ledger, const struct machine_row *row);

/* The bill can be recomputed from the other rows by SQL alone (analysis/recompute_bill.sql).  A
 * line's unit says from which:
 *
 *     BILL_GB_S         invocations with this pusd_per_gb_s
 *     BILL_INVOCATION   invocations with this pusd_per_request, one each
 *     BILL_HOUR         machines with this pusd_per_hour
 *     BILL_REQUEST      request counts less the unbilled ones; the line's resource is the
 *                       count's "CHANNEL OPERATION"
 *     anything else     the line's own quantity times its unit price */
#define BILL_GB_S       "GB-s"
#define BILL_INVOCATION "invocation"
#define BILL_HOUR       "h"
#define BILL_REQUEST    "request"
/* Of a database: what requests took, or what was kept for them. */
#define BILL_WRITE_UNIT     "write unit"
#define BILL_READ_UNIT      "read unit"
#define BILL_WRITE_CAPACITY "WCU-h"
#define BILL_READ_CAPACITY  "RCU-h"

/* A line (resource, unit, unit price) of the bill; lines appear in order of first charge. */
struct bill_line {
    double quantity; /* in the unit */
    int64_t cost_pusd;
    int64_t unit_price_pusd;
    const char *resource, *unit; /* the ledger's */
};
/* The pointer stays valid as long as the ledger: whoever charges often adds to the line. */
struct bill_line *ledger_bill_line(struct ledger *ledger, const char *resource,
                                   const char *unit, int64_t unit_price_pusd);
/* Adds to the line; cost_pusd was computed by the caller, in integers (money.h). */
void ledger_charge(struct ledger *ledger, const char *resource, double quantity,
                   const char *unit, int64_t unit_price_pusd, int64_t cost_pusd);
int64_t ledger_cost_pusd(const struct ledger *ledger); /* sum of the bill so far */

/* -- misfortune ------------------------------------------------------------------------- */
void ledger_misfortune(struct ledger *ledger, int entity, double at_s, enum outcome outcome,
                       const char *detail); /* copied */
int64_t ledger_misfortune_count(const struct ledger *ledger, enum outcome outcome);

#endif
