/* SPDX-License-Identifier: MIT
 * scatter.h -- what the kinds have in common that average block by block at servers.
 *
 * The values are cut into B blocks, each of which one worker serves.  Phase 0 (reduce-scatter):
 * everybody sends each block to its server; phase 1 (all-gather): each server sends what it
 * made of a block to everybody.  A worker's own block never crosses the network. */
#ifndef TRAINCAST_ALGORITHMS_AVERAGING_SCATTER_H
#define TRAINCAST_ALGORITHMS_AVERAGING_SCATTER_H

#include "algorithms/averaging/averaging.h"

/* What is made of missing parcels. */
struct scatter_rule {
    bool zeros;        /* a block that a server misses counts as zeros, instead of not at all */
    bool zero_unheard; /* who misses the average takes zeros, instead of keeping its own */
    bool whole_workers; /* one lost parcel leaves its worker out, or alone, with all blocks */
};

/* clang-format off */
#define SCATTER_FIELDS                                                                         \
    CONF(struct scatter_conf, map, .names = scatter_map_names, .preset = "random",             \
         .doc = "Which worker serves which block: drawn anew every round, or fixed (worker i "  \
                "serves block i, whose own copy then weighs more, always).",                   \
         .source = "as remembered of Distributed Learning over Unreliable Networks, ICML "     \
                   "2019: drawn anew"),                                                        \
    CONF(struct scatter_conf, servers, .min = 1, .max = 1000000, .optional = true,             \
         .absent = "every worker",                                                             \
         .doc = "How many workers serve blocks."),                                             \
    CONF(struct scatter_conf, blocks, .min = 1, .max = 1000000, .optional = true,              \
         .absent = "one for each server",                                                      \
         .doc = "Into how many blocks the values are cut, as equal as can be.")
/* clang-format on */
extern const char *const scatter_map_names[];

/* For the members of the same name of struct averaging_kind.  conf NULL: every worker serves
 * the block of its number. */
bool scatter_prepare(struct averaging *averaging, struct err *err);
int64_t scatter_slots(const struct averaging *averaging, int phase);
void scatter_parcels(const struct averaging *averaging, int64_t round, int phase, int from,
                     struct parcels *out);
void scatter_mix(const struct averaging *averaging, const struct scatter_rule *rule,
                 const struct arrivals *got, int64_t round, int64_t begin, int64_t end,
                 const float *const *in, float *const *out);

#endif
