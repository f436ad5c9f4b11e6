/* SPDX-License-Identifier: MIT
 * platform.h -- runs tasks on nodes and bills for them: functions (faas) or machines (iaas).
 *
 * One platform object serves one group of a scenario.  A *task* is a body to be run on a node:
 * a worker of a training job, one request of a service.  The platform finds or starts a node
 * for it (cold or warm sandbox, booted VM), runs the body on an actor of its own, says how each
 * attempt ended, and books invocations, machines, charges and misfortunes.
 *
 * To add a kind: write yours.c beside faas.c, add its line to list.h. */
#ifndef TRAINCAST_SIM_NODE_PLATFORM_H
#define TRAINCAST_SIM_NODE_PLATFORM_H

#include "base/diag.h"
#include "base/field.h"
#include "base/pace.h"
#include "sim/node/node.h"

struct platform;
struct task;

/* Blocks.  The task's work; leaves when told an outcome other than OK, and returns it. */
typedef enum outcome(task_body)(struct actor *self, struct node *node, struct task *task);

/* What became of one attempt.  Called as a callback (must not wait). */
struct attempt_end {
    enum outcome outcome; /* what the body returned (OK, LOST ...), or what the platform did to
                           * it: CRASHED, EXPIRED, OUT_OF_MEMORY, THROTTLED (gave up, never
                           * ran), CANCELLED (released) */
    double retry_at_s;    /* the platform runs the task again then; INFINITY: it does not */
};
typedef void(task_ended)(struct task *task, const struct attempt_end *end);

/* Embedded in its owner; the owner keeps it alive until ended() with retry_at_s = INFINITY. */
struct task {
    task_body *body;
    task_ended *ended; /* may be NULL */
    int entity;        /* the ledger books start, invocation and misfortune on it */
    int member;        /* which node of the group (a VM's number); -1: any with room */
    void *owner;       /* the caller's */
    bool synchronous; /* the caller waits for the answer: the platform does not retry a crash */
    int attempt;      /* platform's: 0 first; counts those that ran, not throttled ones */
    uint32_t invocation; /* platform's: number of this attempt in the group, indexes its
                          * randomness */
    double arrival_s;    /* platform's: when it was submitted */
    void *state[4];      /* platform's */
};

/* What a platform promises a body, known before anything runs. */
struct platform_facts {
    double vcpus, speed_ratio; /* speed_ratio: of a core, before the group's */
    int64_t memory_bytes;      /* per node; 0: unlimited */
    double lifetime_s;         /* of one attempt; INFINITY for machines */
    int64_t nodes_most;        /* of the account, at once; 0: unlimited */
    double up_bytes_per_s, down_bytes_per_s;
    double
        latency_s; /* one way, of direct messages between two nodes; NaN: as the channel says */
    double disk_bytes_per_s, disk_latency_s; /* of the node's own volume, which keeps data from
                                              * one job to the next; 0: it has none */
    const char *node_word;                   /* "function" | "VM": for messages */
    char label[48]; /* "faas 3 GB" | "t2.medium": for people and the runs view */
};

struct platform_kind {
    struct kind kind;
    /* Jobs beside each other get their nodes from one platform object, whose limits they share
     * (an account's functions); else each has its own (a cluster of machines). */
    bool shared;
    /* What no table can say about one field alone (a memory size between two steps). */
    void (*check)(const void *conf, struct place place, struct diag_list *diags);
    struct platform_facts (*facts)(const void *conf);
    /* What closed forms take (sim/estimate): means, with nobody in the way.  The time from
     * launch until the last of count workers runs; the money for one worker's node that ran for
     * run_s after a start of start_s. */
    double (*start_mean_s)(const void *conf, int64_t count);
    int64_t (*cost_mean_pusd)(const void *conf, double start_s, double run_s);
    /* count: nodes of the group; pace: how fast they are, NULL: as the catalogue says. */
    struct platform *(*open)(struct world *world, const char *group, int64_t count,
                             const struct pace_conf *pace, const void *conf);
    /* Starts count tasks as the job's workers, by the platform's way of starting many (trigger
     * serial | tree; cluster boot).  task[i]->member = i.  Callback-safe. */
    void (*launch)(struct platform *platform, struct task *const task[], int count);
    /* Starts one task now: a request, a re-invocation.  Callback-safe. */
    void (*submit)(struct platform *platform, struct task *task);
    /* The job is over: bodies still running are told CANCELLED, tasks that wait end CANCELLED
     * now, machines are released, everything is booked.  Callback-safe; the second call does
     * nothing. */
    void (*release)(struct platform *platform);
    /* Money that is due by now and not yet charged: invocations and machines in progress, as if
     * they ended now.  Costs a step for each of them. */
    int64_t (*accrued_pusd)(const struct platform *platform);
    /* Frees; after engine_run has returned and before engine_free. */
    struct platform *(*close)(struct platform *platform);
};

/* First member of every kind's own struct. */
struct platform {
    const struct platform_kind *kind;
    struct world *world;
    char group[32];
    int number; /* of its group, among the scenario's */
};

extern const struct family platform_family; /* "platform" */

static inline const struct platform_kind *platform_kind_of(const struct choice *choice)
{
    return (const struct platform_kind *)choice->kind; /* kind is its first member */
}

static inline bool platform_is_shared(const struct platform *platform)
{
    return platform->kind->shared;
}

#endif
