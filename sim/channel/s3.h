/* SPDX-License-Identifier: MIT
 * s3.h -- the settings of an object store; s3.c says how it behaves.
 *
 * A provider's file has them under `channel: {s3: ...}`; a scenario may override any of them.
 */
#ifndef TRAINCAST_SIM_CHANNEL_S3_H
#define TRAINCAST_SIM_CHANNEL_S3_H

#include "sim/channel/store.h"

enum list_scope { LIST_PREFIX, LIST_BUCKET };

struct s3_conf {
    struct store_conf store;
    struct patience_conf patience;
    double aggregate_bandwidth_bytes_per_s; /* of the service, to all; NaN: unlimited */

    double write_rate_per_s, read_rate_per_s; /* NaN: unlimited */
    double burst_s;                           /* unused rate of this long may be saved up */
    int64_t list_page;                        /* keys in one answer to a LIST */
    int list_scope;                           /* enum list_scope */

    int64_t put_price_pusd_per_request, get_price_pusd_per_request, list_price_pusd_per_request,
        delete_price_pusd_per_request;
};

extern const struct field s3_fields[];

#endif
