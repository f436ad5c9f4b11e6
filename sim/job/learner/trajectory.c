/* SPDX-License-Identifier: MIT
 * trajectory.c -- see trajectory.h: growing, merging. */
#include "sim/job/learner/trajectory.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/job/learner/trajectory_inside.h"

struct trajectory *trajectory_new(void)
{
    struct trajectory *trajectory = NEW(struct trajectory);

    trajectory->settled_round = -1;
    trajectory->stride = 1;
    return trajectory;
}

struct trajectory *trajectory_free(struct trajectory *trajectory)
{
    if (!trajectory)
        return NULL;
    learner_facts_done(&trajectory->facts);
    snapshots_done(trajectory);
    free(trajectory->work);
    free(trajectory->evaluation);
    free(trajectory->is_evaluated);
    free(trajectory);
    return NULL;
}

void trajectory_know(struct trajectory *trajectory, const struct computed *computed)
{
    if (trajectory->known)
        return;
    trajectory->known = true;
    learner_facts_copy(&trajectory->facts, &computed->base.facts);
    if (computed->base.facts.phantom)
        return; /* nothing is learnt */
    trajectory->shared_floats = computed->shared_floats;
    trajectory->state_floats = computed->state_floats;
}

void trajectory_reserve(struct trajectory *trajectory, int64_t rounds)
{
    size_t W = (size_t)trajectory->facts.workers;
    size_t capacity = trajectory->round_capacity ? (size_t)trajectory->round_capacity : 16;

    if (rounds <= trajectory->round_capacity)
        return;
    while ((int64_t)capacity < rounds)
        capacity *= 2;
    trajectory->work = memory_resize(trajectory->work, capacity * W, sizeof(struct work));
    trajectory->evaluation =
        memory_resize(trajectory->evaluation, capacity, sizeof *trajectory->evaluation);
    trajectory->is_evaluated =
        memory_resize(trajectory->is_evaluated, capacity, sizeof *trajectory->is_evaluated);
    for (size_t i = (size_t)trajectory->round_capacity; i < capacity; i++) {
        memset(trajectory->work + i * W, 0, W * sizeof(struct work));
        trajectory->evaluation[i] = evaluation_none;
        trajectory->is_evaluated[i] = false;
    }
    trajectory->round_capacity = (int64_t)capacity;
}

int64_t trajectory_rounds(const struct trajectory *trajectory)
{
    return trajectory->rounds;
}

int64_t trajectory_knowledge(const struct trajectory *trajectory)
{
    int64_t known = trajectory->known + trajectory->rounds;

    for (int64_t i = 0; i < trajectory->rounds; i++)
        known += trajectory->is_evaluated[i];
    return known;
}

/* -- merging -- */
static void copy_rounds(struct trajectory *into, const struct trajectory *other)
{
    size_t W = (size_t)other->facts.workers;

    if (!into->known) {
        into->known = true;
        learner_facts_copy(&into->facts, &other->facts);
        into->shared_floats = other->shared_floats;
        into->state_floats = other->state_floats;
    }
    trajectory_reserve(into, other->rounds);
    for (int64_t i = into->rounds; i < other->rounds; i++)
        memcpy(into->work + (size_t)i * W, other->work + (size_t)i * W,
               W * sizeof(struct work));
    into->rounds = other->rounds;
    into->settled_round = other->settled_round;
    snapshots_copy(into, other);
}

void trajectory_merge(struct trajectory *into, const struct trajectory *other)
{
    if (!other->known)
        return;
    if (!into->known || other->rounds > into->rounds)
        copy_rounds(into, other);
    for (int64_t i = 0; i < other->rounds; i++)
        if (other->is_evaluated[i]) {
            into->evaluation[i] = other->evaluation[i];
            into->is_evaluated[i] = true;
        }
}

struct trajectory *trajectory_copy(const struct trajectory *trajectory)
{
    struct trajectory *copy = trajectory_new();

    trajectory_merge(copy, trajectory);
    return copy;
}
