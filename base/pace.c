/* SPDX-License-Identifier: MIT
 * pace.c -- see pace.h. */
#include "base/pace.h"

double pace_of_member(const struct pace_conf *pace, int64_t member)
{
    const struct straggler_conf *straggler = pace ? pace->stragglers.entry : NULL;
    double speed_ratio = 1;

    for (size_t i = 0; pace && i < pace->stragglers.count; i++)
        if (straggler[i].member == member)
            speed_ratio *= straggler[i].speed_ratio;
    return speed_ratio;
}
