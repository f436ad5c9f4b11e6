/* SPDX-License-Identifier: MIT
 * direct.h -- the settings of messages straight from node to node; direct.c says how they move.
 *
 * A provider's file has them under `channel: {direct: ...}`. */
#ifndef TRAINCAST_SIM_CHANNEL_DIRECT_H
#define TRAINCAST_SIM_CHANNEL_DIRECT_H

#include "base/field.h"

struct direct_conf {
    struct value latency_s;       /* one way, per message; NaN: the instances' own */
    double bandwidth_bytes_per_s; /* of one connection; NaN: as much as the NICs give */
    struct choice loss;           /* family "loss"; kind NULL: none */
    struct choice transport;      /* family "transport"; kind NULL: nothing is ever lost */
    int sharing;                  /* enum sharing */
    int traffic;                  /* enum traffic */
};

extern const struct field direct_fields[];

#endif
