/* SPDX-License-Identifier: MIT
 * presence.c -- see presence.h. */
#include "sim/node/presence.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void presence_done(struct presence *presence)
{
    free(presence->entity);
    presence->entity = NULL;
    presence->count = 0;
}

static struct entity_presence *of(struct presence *presence, int entity)
{
    size_t wanted = (size_t)entity + 1, count = presence->count;

    if (wanted > count) {
        presence->count = wanted > 2 * count ? wanted : 2 * count;
        presence->entity =
            memory_resize(presence->entity, presence->count, sizeof *presence->entity);
        memset(presence->entity + count, 0,
               (presence->count - count) * sizeof *presence->entity);
    }
    return &presence->entity[entity];
}

/* What the ledger books when nothing of the entity runs any more. */
static void book(struct presence *presence, int entity)
{
    const struct entity_presence *is = of(presence, entity);
    double now_s = engine_now_s(presence->world->engine);

    if (is->running > 0)
        return;
    if (is->waiting > 0)
        ledger_activity(presence->world->ledger, entity, ACTIVITY_START, now_s);
    else
        ledger_rest(presence->world->ledger, entity, now_s);
}

void presence_waits(struct presence *presence, int entity)
{
    if (entity >= 0 && ++of(presence, entity)->waiting == 1)
        book(presence, entity);
}

void presence_runs(struct presence *presence, int entity)
{
    if (entity < 0)
        return;
    of(presence, entity)->waiting--;
    of(presence, entity)->running++;
}

void presence_left(struct presence *presence, int entity)
{
    if (entity < 0)
        return;
    of(presence, entity)->running--;
    book(presence, entity);
}

void presence_gave_up(struct presence *presence, int entity)
{
    if (entity < 0)
        return;
    of(presence, entity)->waiting--;
    if (of(presence, entity)->waiting == 0)
        book(presence, entity);
}
