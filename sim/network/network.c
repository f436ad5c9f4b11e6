/* SPDX-License-Identifier: MIT
 * network.c -- see network.h. */
#include "sim/network/network.h"

static bool lies_between(const struct network_link *link, int from_group, int to_group)
{
    return (link->from == from_group && link->to == to_group) ||
           (link->both_ways && link->from == to_group && link->to == from_group);
}

int network_find(const struct network *network, int from_group, int to_group,
                 enum traffic traffic)
{
    for (int i = 0; network && i < network->links; i++) {
        const struct network_link *link = &network->link[i];

        if (lies_between(link, from_group, to_group) &&
            (link->traffic == TRAFFIC_COUNT || link->traffic == (int)traffic))
            return i;
    }
    return -1;
}
