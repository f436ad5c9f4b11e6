/* SPDX-License-Identifier: MIT
 * iaas.h -- the settings of rented machines; iaas.c says how they behave.
 *
 * A provider's file has what is common under `platform: {iaas: ...}` and each type of machine
 * under `instance: {NAME: ...}`. */
#ifndef TRAINCAST_SIM_NODE_IAAS_H
#define TRAINCAST_SIM_NODE_IAAS_H

#include "base/diag.h"
#include "base/field.h"
#include "sim/node/credits.h"

struct instance_conf {
    char *name;                /* "t2.medium" */
    double vcpus, speed_ratio; /* of a core: 1 as those of t2 */
    int64_t memory_bytes;
    double nic_up_bytes_per_s, nic_down_bytes_per_s;
    double latency_s; /* of direct messages between two of them; NaN: the channel's */
    int64_t price_pusd_per_hour;
    struct credits_conf credits; /* credits_per_hour 0: cores are always there in full */
};

struct iaas_conf {
    struct instance_conf instance;
    struct value boot_time_s; /* of one machine, from the request until it can be logged into */
    double pair_setup_s;      /* the coordinator's time per pair of machines */
    double disk_bytes_per_s, disk_latency_s; /* of each machine's volume */
    double min_billed_s;
    double billing_granularity_s;
    int64_t max_concurrent; /* tasks on one machine at once; 0: no limit */
};

extern const struct field iaas_fields[], instance_fields[];

void iaas_check(const void *conf, struct place place, struct diag_list *diags);

#endif
