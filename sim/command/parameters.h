/* SPDX-License-Identifier: MIT
 * parameters.h -- the trained model on disk: `traincast run --model FILE`.
 *
 * NumPy's format .npy, version 1.0, because anything reads it and it says its own type and
 * length: one float32[P], the parameters in the order of the model's own file (lr: weights
 * [D][K], feature by feature, then K biases). */
#ifndef TRAINCAST_SIM_COMMAND_PARAMETERS_H
#define TRAINCAST_SIM_COMMAND_PARAMETERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

bool parameters_write(const char *path, const float *parameter, int64_t count, struct err *err);

#endif
