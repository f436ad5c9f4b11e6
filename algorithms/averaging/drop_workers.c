/* SPDX-License-Identifier: MIT
 * drop_workers.c -- whole workers drop out: a comparator that knows no part of a model.
 *
 * Moves what RPS moves, but a worker counts in a round's mean only if all its blocks arrived,
 * and takes the mean only if it has all of it; otherwise it keeps its own model.  A worker of n
 * is left out with probability 1 - (1-p)^(n-1): at 1 % loss one in seven of sixteen, at 20 %
 * nearly all.
 *
 * SIMPLIFIED: servers know of each other who is complete; that takes no message here. */
#include "algorithms/averaging/scatter.h"

static const struct field fields[] = {
    SCATTER_FIELDS,
    CONF_END,
};

static const struct scatter_rule rule = {.whole_workers = true};

static void drop_workers_mix(const struct averaging *averaging, int64_t round,
                             const struct arrivals *got, int64_t begin, int64_t end,
                             const float *const *in, float *const *out)
{
    scatter_mix(averaging, &rule, got, round, begin, end, in, out);
}

const struct averaging_kind averaging_drop_workers = {
    .kind = {.name = "drop_workers",
             .doc = "A worker that loses one message of a round is left out of the mean with "
                    "all its model, and keeps its own if one of its blocks of the mean is "
                    "missing.",
             .fields = fields,
             .conf_size = sizeof(struct scatter_conf)},
    .unites = true,
    .phases = 2,
    .prepare = scatter_prepare,
    .slots = scatter_slots,
    .parcels = scatter_parcels,
    .mix = drop_workers_mix,
};
