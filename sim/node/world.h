/* SPDX-License-Identifier: MIT
 * world.h -- what everything in one run shares: clock, ledger, seed.  No more than that. */
#ifndef TRAINCAST_SIM_NODE_WORLD_H
#define TRAINCAST_SIM_NODE_WORLD_H

#include <stdint.h>

#include "sim/engine/engine.h"
#include "sim/ledger/ledger.h"

struct network;
struct platform;

struct world {
    struct engine *engine;
    struct ledger *ledger;
    uint64_t seed;
    struct platform *const *platform; /* [platforms]: of the groups, as far as they are open */
    size_t platforms;
    const struct network *network; /* sim/network: what lies between groups; NULL: nothing */
};

#endif
