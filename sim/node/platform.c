/* SPDX-License-Identifier: MIT
 * platform.c -- the family of platforms, and what its kinds have in common. */
#include "sim/node/platform.h"

#include <math.h>
#include <stdio.h>

#include "sim/node/platform_inside.h"

#define PLATFORM(name_) extern const struct platform_kind platform_##name_;
#include "sim/node/list.h"
#undef PLATFORM

static const struct kind *const kinds[] = {
#define PLATFORM(name_) &platform_##name_.kind,
#include "sim/node/list.h"
#undef PLATFORM
    NULL,
};

const struct family platform_family = {
    .name = "platform",
    .doc = "Where a group's tasks run, and what that costs.",
    .kinds = kinds,
};

void platform_init(struct platform *platform, const struct platform_kind *kind,
                   struct world *world, const char *group)
{
    platform->kind = kind;
    platform->world = world;
    platform->number = (int)world->platforms; /* those before it */
    snprintf(platform->group, sizeof platform->group, "%s", group);
}

struct rng_stream platform_stream(const struct platform *platform, const char *what)
{
    char name[64];

    snprintf(name, sizeof name, "%s.%s", platform->group, what);
    return rng_stream(platform->world->seed, name);
}

double platform_speed(const struct platform *platform, const struct pace_conf *pace,
                      uint32_t number)
{
    struct rng rng = rng_at(platform_stream(platform, "speed"), number, 0);

    /* a draw of a normal distribution may be 0, and a machine that never ends helps nobody */
    return pace ? fmax(value_draw(&pace->speed_ratio, &rng, 0), 1e-3) : 1;
}

void task_tell(struct task *task, enum outcome outcome, double retry_at_s)
{
    struct attempt_end end = {.outcome = outcome, .retry_at_s = retry_at_s};

    if (task->ended)
        task->ended(task, &end);
}
