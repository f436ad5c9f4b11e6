/* SPDX-License-Identifier: MIT
 * none.c -- loss process `none`: everything arrives. */
#include "sim/network/loss/loss.h"

static double mean_ratio(const void *conf)
{
    (void)conf;
    return 0;
}

const struct loss_kind loss_none = {
    .kind = {.name = "none", .doc = "Everything arrives."},
    .mean_ratio = mean_ratio,
};
