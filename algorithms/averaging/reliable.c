/* SPDX-License-Identifier: MIT
 * reliable.c -- the ideal: all replicas become their mean; the template of this family.
 *
 * Moves what RPS moves (reduce-scatter and all-gather), and every message must arrive: over a
 * network that loses some, the channel's transport has to send them again.  With several local
 * steps a round this is local SGD (Stich, Local SGD Converges Fast and Communicates Little,
 * ICLR 2019). */
#include "algorithms/averaging/scatter.h"

static const struct scatter_rule rule = {0};

static void reliable_mix(const struct averaging *averaging, int64_t round,
                         const struct arrivals *got, int64_t begin, int64_t end,
                         const float *const *in, float *const *out)
{
    scatter_mix(averaging, &rule, got, round, begin, end, in, out);
}

const struct averaging_kind averaging_reliable = {
    .kind = {.name = "reliable",
             .doc = "All replicas become their mean in every round, for which every message "
                    "must arrive; with several local steps a round, local SGD."},
    .needs_all = true,
    .unites = true,
    .phases = 2,
    .prepare = scatter_prepare,
    .slots = scatter_slots,
    .parcels = scatter_parcels,
    .mix = reliable_mix,
};
