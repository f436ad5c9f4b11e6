/* SPDX-License-Identifier: MIT
 * gradients.c -- gradient averaging under drops, the comparator of RPS: what is averaged over
 * what arrived are gradients, which each worker then applies to its own replica.
 *
 * Once replicas differ nothing brings them together again: each ends with the noise of a worker
 * that learns alone, even at 1 % loss.  What a block is for who misses it:
 *     own    its own gradient (and servers divide by what arrived)
 *     skip   nothing: the block stays (and servers divide by what arrived)
 *     zero   as skip, and at servers too what is missing counts as zeros: divided by n */
#include "algorithms/averaging/scatter.h"

static const char *const fallback_names[] = {"own", "skip", "zero", NULL};

static const struct field fields[] = {
    SCATTER_FIELDS,
    CONF(struct scatter_conf, fallback, .names = fallback_names, .preset = "own",
         .doc = "What a missing block of the gradient is: the worker's own one, nothing (the "
                "model's block stays as it is), or zeros, at servers as well: their sum is "
                "always divided by the number of workers."),
    CONF_END,
};

static const struct scatter_rule rules[] = {
    [FALLBACK_OWN] = {0},
    [FALLBACK_SKIP] = {.zero_unheard = true},
    [FALLBACK_ZERO] = {.zeros = true, .zero_unheard = true},
};

static void gradients_mix(const struct averaging *averaging, int64_t round,
                          const struct arrivals *got, int64_t begin, int64_t end,
                          const float *const *in, float *const *out)
{
    const struct scatter_conf *conf = averaging->conf;

    scatter_mix(averaging, &rules[conf->fallback], got, round, begin, end, in, out);
}

const struct averaging_kind averaging_gradients = {
    .kind = {.name = "gradients",
             .doc =
                 "Gradients, not models, are averaged block by block over what arrived: what "
                 "RPS is compared with.",
             .source = "Yu et al., Distributed Learning over Unreliable Networks, ICML 2019, "
                       "arXiv 1810.07766, the comparator",
             .fields = fields,
             .conf_size = sizeof(struct scatter_conf)},
    .of_gradients = true,
    .unites = true,
    .phases = 2,
    .prepare = scatter_prepare,
    .slots = scatter_slots,
    .parcels = scatter_parcels,
    .mix = gradients_mix,
};
