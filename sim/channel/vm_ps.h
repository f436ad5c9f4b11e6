/* SPDX-License-Identifier: MIT
 * vm_ps.h -- the settings of a parameter server on a machine; vm_ps.c says how it behaves.
 *
 * A provider's file has them under `channel: {vm_ps: ...}` and each way of serialising under
 * `serialisation: {NAME: ...}`. */
#ifndef TRAINCAST_SIM_CHANNEL_VM_PS_H
#define TRAINCAST_SIM_CHANNEL_VM_PS_H

#include "sim/channel/store.h"

struct serialisation_conf {
    char *name;                /* "grpc" */
    double wire_ratio;         /* bytes on the wire for a byte of a message */
    double rate_bytes_per_s;   /* of the wire, that a core writes or reads in a second */
    double update_bytes_per_s; /* of the wire, that a core adds to the model in a second */
};

struct vm_ps_conf {
    struct store_conf store;
    char *on; /* the group whose machine it runs on */
    struct serialisation_conf serialisation;
    int64_t threads;
    bool start_before_workers;
};

extern const struct field vm_ps_fields[], serialisation_fields[];

#endif
