/* SPDX-License-Identifier: MIT
 * dynamodb.h -- the settings of a key-value database; dynamodb.c says how it behaves.
 *
 * A provider's file has them under `channel: {dynamodb: ...}`. */
#ifndef TRAINCAST_SIM_CHANNEL_DYNAMODB_H
#define TRAINCAST_SIM_CHANNEL_DYNAMODB_H

#include "sim/channel/store.h"

/* How who collects items finds them. */
enum collecting {
    COLLECT_SCAN, /* by reading through the whole table */
    COLLECT_QUERY /* by their partition key */
};
enum consistency { CONSISTENCY_EVENTUAL, CONSISTENCY_STRONG };
enum capacity { CAPACITY_ON_DEMAND, CAPACITY_PROVISIONED };

struct dynamodb_conf {
    struct store_conf store;
    struct patience_conf patience;
    int collect;     /* enum collecting */
    int consistency; /* enum consistency */
    int64_t page_bytes;
    int64_t write_unit_bytes, read_unit_bytes;

    int capacity;                             /* enum capacity */
    double write_rate_per_s, read_rate_per_s; /* in units; NaN: unlimited */
    double burst_s;
    int64_t write_price_pusd_per_request, read_price_pusd_per_request; /* of a unit */
    int64_t write_capacity_price_pusd_per_hour, read_capacity_price_pusd_per_hour;
};

extern const struct field dynamodb_fields[];

#endif
