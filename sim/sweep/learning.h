/* SPDX-License-Identifier: MIT
 * learning.h -- the distinct computations that the points of a sweep ask for.
 *
 * Two points learn the same when all that learning depends on is the same: what no table says
 * is apart from it (scenario_print_learning), the behaviour version and the BLAS kernel.  The
 * SHA-256 of that text is their learning's name, in every database and on every machine. */
#ifndef TRAINCAST_SIM_SWEEP_LEARNING_H
#define TRAINCAST_SIM_SWEEP_LEARNING_H

#include "base/text.h"
#include "sim/job/learner/trajectory.h"
#include "sim/job/run_about.h"
#include "sim/results/results.h"

enum { SHA256_TEXT = 65 };

struct learning {
    char sha256[SHA256_TEXT];
    char *inputs;
    bool is_stored;                /* in the database, as far as is known */
    struct trajectory *trajectory; /* NULL: not in memory */
};

struct learnings {
    struct learning *learning;
    size_t count, capacity;
    size_t *slot; /* [slots]: a hash table of index + 1; 0: free */
    size_t slots;
};

#define LEARNING_NONE SIZE_MAX

/* The index of what the scenario learns, added if need be; LEARNING_NONE where rounds are not
 * formed in step, so that what is learnt depends on the clock, or nothing is learnt at all. */
size_t learnings_find(struct learnings *learnings, const struct scenario *scenario,
                      const struct run_build *build);
/* LEARNING_NONE: nobody asks for it. */
size_t learnings_index(const struct learnings *learnings, const char *sha256);
void learnings_done(struct learnings *learnings); /* safe on {0}, twice */

/* From the database into memory, if it is there. */
bool learning_read(struct learning *learning, const struct results *results, struct err *err);
/* From memory into the database; within a batch. */
bool learning_write(struct learning *learning, struct results *results, struct err *err);
void learning_forget(struct learning *learning); /* from memory */

#endif
