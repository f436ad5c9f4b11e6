/* SPDX-License-Identifier: MIT
 * inside.h -- what the kinds of learner share with learner.c and nobody else. */
#ifndef TRAINCAST_SIM_JOB_LEARNER_INSIDE_H
#define TRAINCAST_SIM_JOB_LEARNER_INSIDE_H

#include "sim/job/learner/learner.h"

struct learner_kind {
    struct work (*work)(const struct learner *learner, int worker, int64_t round);
    struct work (*begin)(struct learner *learner, int worker, int64_t round);
    void (*finish)(struct learner *learner, int worker, int64_t round);
    void (*reduce)(struct learner *learner, int64_t round, const bool *arrived);
    void (*reduce_parts)(struct learner *learner, int64_t round, const struct reduce_part *part,
                         int parts);
    void (*forget)(struct learner *learner, int worker);
    void (*evaluate)(struct learner *learner, int64_t round);
    struct evaluation (*evaluation)(struct learner *learner, int64_t round);
    int64_t (*settled_round)(const struct learner *learner);
    const float *(*parameters)(const struct learner *learner);
    void (*free)(struct learner *learner);
};

/* First member of every kind's own struct. */
struct learner {
    const struct learner_kind *kind;
    struct learner_facts facts;
    struct trajectory *recorded; /* NULL: nobody records */
};

extern const struct evaluation evaluation_none; /* all NaN */

void learner_facts_copy(struct learner_facts *to, const struct learner_facts *from);
void learner_facts_done(struct learner_facts *facts);

#endif
