/* SPDX-License-Identifier: MIT
 * pace.h -- how fast the nodes of a group are: what a scenario says and platforms go by. */
#ifndef TRAINCAST_BASE_PACE_H
#define TRAINCAST_BASE_PACE_H

#include "base/field.h"
#include "base/value.h"

struct straggler_conf {
    int64_t member;     /* of the group, from 0 */
    double speed_ratio; /* of the speed that its node has otherwise */
};

struct pace_conf {
    struct value speed_ratio; /* drawn once per node: 1 = as the catalogue says */
    struct map stragglers;    /* of struct straggler_conf */
};

/* What is left of a member's speed: 1 unless it straggles.  pace NULL: nobody does. */
double pace_of_member(const struct pace_conf *pace, int64_t member);

#endif
