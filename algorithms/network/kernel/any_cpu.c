/* SPDX-License-Identifier: MIT
 * any_cpu.c -- the kernels for any CPU. */
#include "algorithms/network/kernel/kernels.h"

enum { REGISTERS = 16 };

#include "algorithms/network/kernel/all.inc"

const struct kernels kernels_plain = KERNELS(plain);
