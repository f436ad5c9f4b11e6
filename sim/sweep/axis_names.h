/* SPDX-License-Identifier: MIT
 * axis_names.h -- what tells the values of an axis from each other, in names. */
#ifndef TRAINCAST_SIM_SWEEP_AXIS_NAMES_H
#define TRAINCAST_SIM_SWEEP_AXIS_NAMES_H

#include "sim/scenario/arena.h"
#include "sim/sweep/axes.h"

/* Of [{kind: bernoulli, ratio: 0.05}, {kind: bernoulli, ratio: 0.5}, none] the names are
 * "bernoulli ratio=0.05", "bernoulli ratio=0.5" and "none". */
void axis_name_values(struct axis *axis, struct arena *arena);

#endif
