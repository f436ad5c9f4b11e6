/* SPDX-License-Identifier: MIT
 * kept.h -- what is known of points when they are checked, until they get their rows.
 *
 * Resolving a point takes as long as writing it, so it is done once.  Points of a sweep differ
 * in few words: each word is kept once, each point its own text and a list of words. */
#ifndef TRAINCAST_SIM_SWEEP_KEPT_H
#define TRAINCAST_SIM_SWEEP_KEPT_H

#include "sim/results/results.h"
#include "sim/scenario/arena.h"

struct kept {
    struct arena arena;
    const char **word; /* [slots]: a hash table; NULL: free */
    size_t words, slots;
    struct run_info **point; /* [points]; NULL: not kept */
    int64_t bytes;
};

/* Of points; what comes after that is resolved again. */
enum { KEPT_MOST_BYTES = 256 << 20 };

void kept_init(struct kept *kept, size_t points);
void kept_done(struct kept *kept); /* safe on {0}, twice */
bool kept_has_room(const struct kept *kept);
/* A copy of what info says. */
void kept_add(struct kept *kept, size_t point, const struct run_info *info);

#endif
