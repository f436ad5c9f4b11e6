/* SPDX-License-Identifier: MIT
 * s3_conf.c -- the table of an object store's settings.
 *
 * What differs between providers (latency, bandwidth, prices) has no preset: it comes from the
 * provider's file, with its source.  Presets here are the client library's and the protocol's.
 */
#include "sim/channel/s3.h"

#define BOTO "botocore, legacy retry mode (botocore/data/_retry.json), read 2025"
#define S3_RATE                                                                                \
    "AWS, S3 User Guide, Optimizing performance: 3,500 PUT/COPY/POST/DELETE and 5,500 "        \
    "GET/HEAD a second per partitioned prefix"

static const char *const polling_names[] = {"ideal", "computed", "explicit", NULL};

const struct field s3_fields[] = {
    CONF(struct s3_conf, latency_s, .min = 0, .max = 60,
         .doc = "Time from sending a request to its first byte, drawn for each request."),
    CONF(struct s3_conf, bandwidth_bytes_per_s, .min = 0, .max = 1e15, .above_min = true,
         .optional = true, .absent = "the NICs alone limit",
         .doc = "The most one connection carries."),
    CONF(struct s3_conf, aggregate_bandwidth_bytes_per_s, .min = 0, .max = 1e18,
         .above_min = true, .optional = true, .absent = "unlimited",
         .doc = "What the service carries for all its clients together, reads and writes."),
    CONF(struct s3_conf, bulk_connections, .min = 1, .max = 10000, .preset = "1",
         .doc = "Connections by which a data set or checkpoint is read or written.  Messages "
                "of an exchange use one."),
    CONF(struct s3_conf, max_object_bytes, .min = 1, .max = 1e15, .preset = "5 GB",
         .doc = "Larger messages are refused.",
         .source = "AWS, S3 User Guide, Uploading objects: 5 GB in a single PUT"),
    CONF(struct s3_conf, write_rate_per_s, .min = 0, .max = 1e12, .above_min = true,
         .optional = true, .absent = "unlimited", .source = S3_RATE,
         .doc = "PUTs a second that the channel's prefix accepts; more are refused (503)."),
    CONF(struct s3_conf, read_rate_per_s, .min = 0, .max = 1e12, .above_min = true,
         .optional = true, .absent = "unlimited", .source = S3_RATE,
         .doc = "GETs a second that the channel's prefix accepts; more are refused (503)."),
    CONF(struct s3_conf, burst_s, .min = 0, .max = 3600, .preset = "1 s",
         .doc = "How long unused request rate is saved up for a burst (a token bucket of rate "
                "times this; at least one request).",
         .source = "assumed: the limits are given per second"),
    CONF(struct s3_conf, backoff_s, .min = 0, .max = 3600, .preset = "1 s",
         .doc = "A client that was refused waits a random time below this, below twice this "
                "after the second refusal, and so on.",
         .source = BOTO),
    CONF(struct s3_conf, max_backoff_s, .min = 0, .max = 86400, .preset = "20 s",
         .doc = "The longest such time.", .source = "botocore, standard retry mode"),
    CONF(struct s3_conf, max_attempts, .min = 1, .max = 1000000, .preset = "5",
         .doc = "After so many refusals the request has failed: outcome throttled.",
         .source = BOTO),
    CONF(
        struct s3_conf, polling, .names = polling_names, .preset = "computed",
        .doc =
            "How a reader waits for an object: `computed` (it polls and is billed for it; only "
            "the polls that matter are simulated), `explicit` (every poll is simulated; equal "
            "to computed in every count, time and cent), `ideal` (it is told at once, without "
            "polls and LISTs)."),
    CONF(struct s3_conf, poll_interval_s, .min = 0, .max = 3600, .preset = "100 ms",
         .doc = "Pause between two GETs of an object that is not there.",
         .source = "LambdaML, github.com/DS3Lab/LambdaML at e7d466e"),
    CONF(struct s3_conf, list_interval_s, .min = 0, .max = 3600, .preset = "0 s",
         .doc = "Pause between two LISTs of a reader that collects objects; 0: a busy loop.",
         .source = "LambdaML, github.com/DS3Lab/LambdaML at e7d466e"),
    CONF(struct s3_conf, list_page, .min = 1, .max = 1e9, .preset = "1000",
         .doc = "Keys in one answer to a LIST; n keys cost n/list_page requests, rounded up.",
         .source = "AWS, S3 API Reference, ListObjectsV2: up to 1,000 keys"),
    CONF(struct s3_conf, put_price_pusd_per_request, .min = 0, .max = 1e12,
         .doc = "Price of a PUT."),
    CONF(struct s3_conf, get_price_pusd_per_request, .min = 0, .max = 1e12,
         .doc = "Price of a GET, also of one that finds nothing (404)."),
    CONF(struct s3_conf, list_price_pusd_per_request, .min = 0, .max = 1e12,
         .doc = "Price of one page of a LIST."),
    CONF(struct s3_conf, delete_price_pusd_per_request, .min = 0, .max = 1e12,
         .preset = "0 USD/1000 requests", .doc = "Price of a DELETE.",
         .source = "AWS, S3 pricing: DELETE requests are free"),
    CONF_END,
};
