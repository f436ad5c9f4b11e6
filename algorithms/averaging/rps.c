/* SPDX-License-Identifier: MIT
 * rps.c -- robust parameter server: average over what arrived, keep what is one's own.
 *
 * Per round, with v_i the model of worker i after its own step:
 *     server of block j    a_j = mean of the v_i[j] that arrived, its own included
 *     worker i             x_i[j] = a_j, or v_i[j] when a_j did not arrive
 * No retransmission, no acknowledgement: 2 n (n-1) messages, 2 (n-1)/n of the model per worker.
 * (Yu, Tang, Renggli, Kassing, Singla, Alistarh, Zhang, Liu: Distributed Learning over
 * Unreliable Networks, ICML 2019, arXiv 1810.07766, algorithm 1.) */
#include "algorithms/averaging/scatter.h"

static const struct field fields[] = {
    SCATTER_FIELDS,
    CONF_END,
};

static const struct scatter_rule rule = {0};

static void rps_mix(const struct averaging *averaging, int64_t round,
                    const struct arrivals *got, int64_t begin, int64_t end,
                    const float *const *in, float *const *out)
{
    scatter_mix(averaging, &rule, got, round, begin, end, in, out);
}

const struct averaging_kind averaging_rps = {
    .kind = {.name = "rps",
             .doc = "Robust parameter server: models are averaged block by block over what "
                    "arrived, and who misses an average keeps its own block.",
             .source = "Yu et al., Distributed Learning over Unreliable Networks, ICML 2019, "
                       "arXiv 1810.07766, algorithm 1",
             .fields = fields,
             .conf_size = sizeof(struct scatter_conf)},
    .unites = true,
    .phases = 2,
    .prepare = scatter_prepare,
    .slots = scatter_slots,
    .parcels = scatter_parcels,
    .mix = rps_mix,
};
