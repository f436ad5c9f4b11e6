/* SPDX-License-Identifier: MIT
 * network.h -- what lies between groups of nodes: links with latency, bandwidth and loss.
 *
 * A scenario's `links` say what differs between two groups from what the channel and the
 * platforms say.  The first link that names (from, to, class of traffic) counts.  Made by
 * whoever opens a run; channels find it in their world. */
#ifndef TRAINCAST_SIM_NETWORK_NETWORK_H
#define TRAINCAST_SIM_NETWORK_NETWORK_H

#include "sim/ledger/ledger.h"
#include "sim/network/loss/loss.h"

struct network_link {
    const char *name;
    int from, to;                  /* groups; a message to, if both_ways, or from */
    bool both_ways;                /* it holds for what goes from `to` to `from`, too */
    int traffic;                   /* enum traffic, or TRAFFIC_COUNT: all */
    const struct value *latency_s; /* NULL: as without the link */
    double bandwidth_bytes_per_s;  /* per pair of nodes; INFINITY: as without */
    const struct choice *loss;     /* kind NULL: the channel's */
};

struct network {
    const struct network_link *link; /* [links], borrowed */
    int links;
};

/* The link that a message of that class takes between nodes of these groups; -1: none. */
int network_find(const struct network *network, int from_group, int to_group,
                 enum traffic traffic);

#endif
