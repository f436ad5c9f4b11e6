/* SPDX-License-Identifier: MIT
 * ssp.h -- what the files of `ssp` share: ssp.c (the kind; a worker's clock) and ssp_copy.c
 * (what lies in the channel, and reading it). */
#ifndef TRAINCAST_SIM_JOB_SYNC_SSP_H
#define TRAINCAST_SIM_JOB_SYNC_SSP_H

#include "sim/job/sync/own_pace.h"

struct ssp_conf {
    int64_t bound;
};

/* One clock's state of a worker's object: a reader refers to the clock it reads or waits for.
 */
struct copy {
    struct object object;
    int64_t clock;
    int64_t readers;   /* GETs under way */
    struct copy *next; /* among those that are not written yet */
};

struct ssp_worker {
    struct pace pace;
    struct call call;
    int64_t finished;     /* clocks that it has published: it works on the one of this number,
                           * or still waits for the answer of the one before */
    int64_t *seen;        /* [W]: newest clock it has read of each; -1: none */
    struct copy *newest;  /* what can be read of it, NULL: nothing yet; and ... */
    struct copy *before;  /* ... that of the clock before */
    struct copy *coming;  /* somebody waits for it, or it is being written */
    struct copy *reading; /* what its GET is about, and ... */
    int reading_of;       /* ... whose that is */
};

struct ssp {
    const struct ssp_conf *conf;
    struct ssp_worker *worker; /* [W] */
    int64_t slowest;           /* fewest clocks that a member has finished */
    int64_t largest_gap;
    int last_entity; /* who published last */
};

static inline struct ssp *ssp_of(const struct worker *worker)
{
    return worker->training->state;
}

/* -- ssp_copy.c -- */
/* The object that worker's PUT of this clock is about. */
struct object *ssp_copy_to_write(struct worker *worker, int64_t clock);
/* It was written: what can be read of the worker from now on. */
void ssp_copy_written(struct worker *worker, int64_t clock);
/* Blocks.  Of all other members the newest contribution within the bounds, after its last
 * clock; one that is too old is waited for. */
enum outcome ssp_read_others(struct actor *self, struct worker *worker, struct node *node);
/* Blocks.  Reads its own. */
enum outcome ssp_read_own(struct actor *self, struct worker *worker, struct node *node);
/* Nobody waits for it any more. */
void ssp_copy_abandon(struct training *t, struct worker *lost);
void ssp_copies_free(struct ssp_worker *of);

#endif
