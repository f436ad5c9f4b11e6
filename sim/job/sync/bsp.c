/* SPDX-License-Identifier: MIT
 * bsp.c -- bulk synchronous parallel: every round ends when everybody has the reduction.
 *
 * The plainest kind of its family: copy it.  (Valiant, "A Bridging Model for Parallel
 * Computation", CACM 1990.) */
#include "sim/job/sync/sync.h"

static int64_t staleness(const void *conf)
{
    (void)conf;
    return 0;
}

const struct sync_kind sync_bsp = {
    .kind =
        {
            .name = "bsp",
            .doc =
                "Bulk synchronous parallel: nobody starts a round before having the reduction "
                "of the one before.",
            .source = "Valiant, A Bridging Model for Parallel Computation, CACM 1990",
        },
    .staleness = staleness,
};
