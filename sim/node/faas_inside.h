/* SPDX-License-Identifier: MIT
 * faas_inside.h -- what the files faas_*.c share.
 *
 *     faas_trigger.c   a job's workers: one after another, or as a tree
 *     faas_admit.c     an invocation arrives: limits of the account, throttling, giving up
 *     faas_run.c       it starts (cold or warm), runs, ends, is run again
 *     faas_pool.c      sandboxes: new, warm, gone
 *     faas_bill.c      what it costs
 *     faas.c           the kind */
#ifndef TRAINCAST_SIM_NODE_FAAS_INSIDE_H
#define TRAINCAST_SIM_NODE_FAAS_INSIDE_H

#include "sim/node/faas.h"
#include "sim/node/platform_inside.h"
#include "sim/node/presence.h"

enum { MEMORY_MB = 1 << 20 };

struct faas;

struct sandbox {
    struct node node; /* number: order in which the group's were made */
    struct sandbox *next;
    uint32_t uses;
    double speed_ratio; /* as drawn; node's: as whom it serves makes it */
    double warm_until_s;
};

enum invocation_stage {
    INVOCATION_UNCALLED, /* its trigger has not come to it yet */
    INVOCATION_WAITS,    /* throttled, or for its retry */
    INVOCATION_STARTS,   /* has a sandbox; not yet at its first instruction */
    INVOCATION_RUNS,
};

/* A task on its way through the platform, from launch or submit to its last attempt's end. */
struct invocation {
    struct event event; /* first: what it waits for in its stage */
    struct faas *faas;
    struct task *task;
    struct invocation *before, *after; /* of faas->first */
    enum invocation_stage stage;
    double arrival_s; /* of this attempt */
    int throttled;    /* times, this attempt */
    struct sandbox *sandbox;
    bool cold;
    double init_s, start_s; /* sandbox given; first instruction */
    struct actor *actor;
    struct launch *launch; /* NULL: came by submit */
    int place;             /* in its launch */
    int called;            /* others that it has invoked, in a tree */
};

/* Workers started together. */
struct launch {
    struct event event; /* first: the trigger's next invocation */
    struct faas *faas;
    struct invocation **invocation; /* [count]; NULL: over */
    int count, next;
    struct launch *older;
};

struct faas {
    struct platform platform; /* first */
    const struct faas_conf *conf;
    const struct pace_conf *pace;
    struct rng_stream cold, warm, keep_alive, invoke, crash, crash_after;
    struct presence presence;
    struct invocation *first; /* all that are not over */
    struct launch *launches;
    bool released;

    int64_t in_flight;      /* have a sandbox */
    double new_tokens;      /* sandboxes that may be made at once ... */
    double new_tokens_at_s; /* ... at that time */
    uint32_t invocations;   /* attempts so far */

    struct sandbox *warm_top;               /* last in, first out */
    struct sandbox *gone_first, *gone_last; /* in use by a request, or about to be freed */
    uint32_t sandboxes;
};

static inline double faas_now_s(const struct faas *faas)
{
    return engine_now_s(faas->platform.world->engine);
}

/* -- faas_trigger.c ----------------------------------------------------------------------- */
void faas_launch(struct platform *platform, struct task *const task[], int count);
/* Blocks.  The running invocation invokes those below it in its launch's tree. */
enum outcome faas_call_others(struct actor *self, struct invocation *invocation);
/* Those that this one should have invoked, and now never will, end with the same outcome. */
void faas_strand_others(struct invocation *invocation, enum outcome outcome);
double faas_start_mean_s(const void *settings, int64_t count);

/* -- faas_admit.c ------------------------------------------------------------------------- */
struct invocation *invocation_new(struct faas *faas, struct task *task);
void invocation_free(struct invocation *invocation);
void faas_arrive(struct invocation *invocation); /* now, as an attempt of its own */
/* It will not run again: frees it and tells the owner. */
void faas_end(struct invocation *invocation, enum outcome outcome);

/* -- faas_run.c --------------------------------------------------------------------------- */
void faas_start(struct invocation *invocation);  /* in invocation->sandbox, which it has */
void faas_cancel(struct invocation *invocation); /* in whatever stage it is */

/* -- faas_pool.c -------------------------------------------------------------------------- */
struct sandbox *sandbox_warm(struct faas *faas); /* NULL: none */
struct sandbox *sandbox_new(struct faas *faas);
void sandbox_keep_warm(struct faas *faas, struct sandbox *sandbox);
void sandbox_destroy(struct faas *faas, struct sandbox *sandbox);
void faas_free_sandboxes(struct faas *faas);

/* -- faas_bill.c -------------------------------------------------------------------------- */
/* Writes the attempt's invocation row and charges it; it ends now. */
void faas_book(const struct invocation *invocation, enum outcome outcome);
int64_t faas_accrued_pusd(const struct platform *platform);
int64_t faas_cost_mean_pusd(const void *settings, double start_s, double run_s);

#endif
