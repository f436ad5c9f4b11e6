/* SPDX-License-Identifier: MIT
 * snapshot.c -- the state of learning between two rounds, kept now and then.
 *
 * At most MOST snapshots of MOST_BYTES in all, evenly spread however long the trajectory grows:
 * when there are too many every other one goes and the stride doubles.  So whatever round is
 * asked for, at most a few per cent of the trajectory (of a large model: more) are computed
 * again to get there. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/job/learner/trajectory_inside.h"

enum { MOST = 32, MOST_BYTES = 16 << 20 };

static size_t floats_of(const struct trajectory *trajectory)
{
    return (size_t)(trajectory->shared_floats +
                    trajectory->state_floats * trajectory->facts.workers);
}

/* Two at least: the last state, and one on the way. */
static size_t most(const struct trajectory *trajectory)
{
    size_t fit = MOST_BYTES / (floats_of(trajectory) * sizeof(float) + 1);

    return fit < 2 ? 2 : fit > MOST ? MOST : fit;
}

static void drop(struct trajectory *trajectory, size_t index)
{
    struct snapshot *at = &trajectory->snapshot[index];

    free(at->value);
    memmove(at, at + 1, (trajectory->snapshots - index - 1) * sizeof *at);
    trajectory->snapshots--;
}

/* All but the last that are not on the stride. */
static void thin_out(struct trajectory *trajectory)
{
    while (trajectory->snapshots > most(trajectory)) {
        trajectory->stride *= 2;
        for (size_t i = trajectory->snapshots - 1; i-- > 0;)
            if (trajectory->snapshot[i].round % trajectory->stride != 0)
                drop(trajectory, i);
    }
}

static void take(const struct trajectory *trajectory, struct snapshot *snapshot,
                 const struct computed *c)
{
    size_t shared = (size_t)trajectory->shared_floats;
    size_t states = (size_t)trajectory->state_floats * (size_t)c->workers;

    snapshot->round = c->round;
    snapshot->settled_round = c->settled_round;
    snapshot->value = NEW_ARRAY(float, shared + states);
    if (shared)
        memcpy(snapshot->value, c->weights, shared * sizeof(float));
    if (states)
        memcpy(snapshot->value + shared, c->states, states * sizeof(float));
}

void snapshot_keep(struct trajectory *trajectory, const struct computed *c, bool last)
{
    struct snapshot *end = trajectory->snapshot + trajectory->snapshots;

    if (trajectory->snapshots && end[-1].round >= c->round)
        return;
    if (!last && c->round % trajectory->stride != 0)
        return;
    /* A last one that is off the stride has done its duty. */
    if (trajectory->snapshots && end[-1].round % trajectory->stride != 0)
        drop(trajectory, trajectory->snapshots - 1);
    ROOM_FOR_ONE(trajectory->snapshot, trajectory->snapshots, trajectory->snapshot_capacity);
    take(trajectory, &trajectory->snapshot[trajectory->snapshots++], c);
    thin_out(trajectory);
}

const struct snapshot *snapshot_before(const struct trajectory *trajectory, int64_t round)
{
    for (size_t i = trajectory->snapshots; i-- > 0;)
        if (trajectory->snapshot[i].round <= round)
            return &trajectory->snapshot[i];
    return NULL;
}

void snapshot_restore(const struct trajectory *trajectory, const struct snapshot *snapshot,
                      struct computed *c)
{
    size_t shared = (size_t)trajectory->shared_floats;
    size_t states = (size_t)trajectory->state_floats * (size_t)c->workers;

    c->round = snapshot->round;
    c->settled_round = snapshot->settled_round;
    if (shared)
        memcpy(c->weights, snapshot->value, shared * sizeof(float));
    if (states)
        memcpy(c->states, snapshot->value + shared, states * sizeof(float));
    for (int w = 0; w < c->workers; w++) {
        future_drop(c->pool, &c->contribution[w].future);
        c->contribution[w].round = -1;
    }
}

void snapshots_done(struct trajectory *trajectory)
{
    for (size_t i = 0; i < trajectory->snapshots; i++)
        free(trajectory->snapshot[i].value);
    free(trajectory->snapshot);
    trajectory->snapshot = NULL;
    trajectory->snapshots = trajectory->snapshot_capacity = 0;
}

void snapshots_copy(struct trajectory *to, const struct trajectory *from)
{
    size_t floats = floats_of(from);

    snapshots_done(to);
    to->stride = from->stride;
    for (size_t i = 0; i < from->snapshots; i++) {
        struct snapshot copy = from->snapshot[i];

        copy.value = NEW_ARRAY(float, floats);
        memcpy(copy.value, from->snapshot[i].value, floats * sizeof(float));
        ROOM_FOR_ONE(to->snapshot, to->snapshots, to->snapshot_capacity);
        to->snapshot[to->snapshots++] = copy;
    }
}
