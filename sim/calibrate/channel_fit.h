/* SPDX-License-Identifier: MIT
 * channel_fit.h -- a channel's latency and bandwidth out of measured requests.
 *
 * The model is the simulator's (sim/channel/s3.c): a request of n bytes takes a latency, drawn
 * anew each time, and then n bytes / bandwidth.  So the slope of seconds over bytes is
 * 1 / bandwidth (Theil and Sen, statistics.h), and what is left of each measurement is its
 * latency: a constant, or lognormal by its median and the deviation of its logarithm.
 *
 * The csv has the columns operation, bytes, seconds and perhaps concurrency (requests under way
 * together).  Latency and bandwidth of one connection come from the rows with the least
 * concurrency; those with more show where the service as a whole is full. */
#ifndef TRAINCAST_SIM_CALIBRATE_CHANNEL_FIT_H
#define TRAINCAST_SIM_CALIBRATE_CHANNEL_FIT_H

#include "base/diag.h"
#include "sim/answer/statistics.h"

struct tail {
    double p50_s, p99_s;
};

/* The measured latencies of one operation, of the sizes that latency_s is from. */
struct operation_fit {
    char *name;
    size_t count;
    struct tail latency;
};

/* All connections of one degree of concurrency together. */
struct level_fit {
    double concurrency;
    size_t count;       /* measurements that move bytes for longer than their latency */
    double bytes_per_s; /* of all: the median */
    double expected_bytes_per_s; /* if each had the bandwidth of one alone */
};

struct channel_fit {
    size_t measurements; /* in the file, of the operation wanted */
    /* Those with the least concurrency: what is fitted. */
    double concurrency;
    size_t count;
    double *bytes, *seconds; /* [count] */
    size_t *operation_of;    /* [count] */

    struct slope s_per_byte;
    double bandwidth_bytes_per_s; /* INFINITY: larger objects took no longer */
    double latency_s;             /* median */
    double sigma;                 /* of its logarithm; 0: it is constant */
    double *latency; /* [latencies], ascending: where the transfer is the smaller part */
    size_t latencies;
    double latency_bytes; /* the largest transfer that is the smaller part; INFINITY: all */
    struct tail measured, fitted; /* of the latency */
    struct residuals residuals;   /* of seconds, fitted by the median latency */
    int worst_line;

    struct operation_fit *operation;
    size_t operations;
    struct level_fit *level; /* by ascending concurrency, the least included */
    size_t levels;
    double aggregate_bytes_per_s; /* NaN: the service was not seen full */
};

/* operation: only its rows; NULL: all.  False with the mistakes in *diags; warnings go there,
 * too. */
bool channel_fit_make(struct channel_fit *ret_fit, const char *csv_path, const char *operation,
                      struct diag_list *diags);
void channel_fit_done(struct channel_fit *fit); /* safe on {0}, twice */

#endif
