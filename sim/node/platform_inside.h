/* SPDX-License-Identifier: MIT
 * platform_inside.h -- what the kinds of platforms share; for the files of this folder only. */
#ifndef TRAINCAST_SIM_NODE_PLATFORM_INSIDE_H
#define TRAINCAST_SIM_NODE_PLATFORM_INSIDE_H

#include "sim/node/platform.h"

void platform_init(struct platform *platform, const struct platform_kind *kind,
                   struct world *world, const char *group);
/* Random numbers of this group: "workers.speed". */
struct rng_stream platform_stream(const struct platform *platform, const char *what);
/* The speed of the node with that number, as drawn. */
double platform_speed(const struct platform *platform, const struct pace_conf *pace,
                      uint32_t number);
/* Tells the owner, who may free the task when retry_at_s is INFINITY, or call the platform. */
void task_tell(struct task *task, enum outcome outcome, double retry_at_s);

#endif
