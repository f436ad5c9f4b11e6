/* SPDX-License-Identifier: MIT
 * s3.h -- the settings of an object store; s3.c says how it behaves.
 *
 * A provider's file has them under `channel: {s3: ...}`; a scenario may override any of them.
 */
#ifndef TRAINCAST_SIM_CHANNEL_S3_H
#define TRAINCAST_SIM_CHANNEL_S3_H

#include "base/field.h"

/* How a reader waits for an object that is not there yet. */
enum polling {
    POLLING_IDEAL,    /* it is told at once: for closed forms */
    POLLING_COMPUTED, /* it polls; the polls are computed when the object appears */
    POLLING_EXPLICIT, /* it polls; every poll is an event: for tests of the above */
};

struct s3_conf {
    struct value latency_s;                 /* of one request, until its first byte */
    double bandwidth_bytes_per_s;           /* of one connection; NaN: unlimited */
    double aggregate_bandwidth_bytes_per_s; /* of the service, to all; NaN: unlimited */
    int64_t bulk_connections;
    int64_t max_object_bytes;

    double write_rate_per_s, read_rate_per_s; /* NaN: unlimited */
    double burst_s;                           /* unused rate of this long may be saved up */
    double backoff_s, max_backoff_s;
    int64_t max_attempts;

    int polling; /* enum polling */
    double poll_interval_s, list_interval_s;
    int64_t list_page; /* keys in one answer to a LIST */

    int64_t put_price_pusd_per_request, get_price_pusd_per_request, list_price_pusd_per_request,
        delete_price_pusd_per_request;
};

extern const struct field s3_fields[];

#endif
