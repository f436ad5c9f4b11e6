/* SPDX-License-Identifier: MIT
 * presence.h -- whether entities wait for their platform, run on it, or neither.
 *
 * The ledger wants to know when an entity's activity is `start`: while it has tasks that wait
 * and none that runs.  A worker which re-invokes itself has one of each, and is not starting.
 */
#ifndef TRAINCAST_SIM_NODE_PRESENCE_H
#define TRAINCAST_SIM_NODE_PRESENCE_H

#include "sim/node/world.h"

struct presence {
    struct world *world;
    struct entity_presence {
        int waiting, running;
    } * entity;
    size_t count;
};

/* Of a {0} with world set; an entity below 0 is nobody, and every call does nothing. */
void presence_done(struct presence *presence);
void presence_waits(struct presence *presence, int entity);   /* a task of it was submitted */
void presence_runs(struct presence *presence, int entity);    /* one that waited runs */
void presence_left(struct presence *presence, int entity);    /* one that ran is over */
void presence_gave_up(struct presence *presence, int entity); /* one that waited is over */

#endif
