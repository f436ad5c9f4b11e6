/* SPDX-License-Identifier: MIT
 * store.h -- the settings that all storage services have; store.c says how they behave.
 *
 * Embedded as `store` in the settings of each kind, whose table begins with STORE_FIELDS. */
#ifndef TRAINCAST_SIM_CHANNEL_STORE_H
#define TRAINCAST_SIM_CHANNEL_STORE_H

#include "base/field.h"

/* How a reader waits for an object that is not there yet. */
enum polling {
    POLLING_IDEAL,    /* it is told at once: for closed forms */
    POLLING_COMPUTED, /* it polls; the polls are computed when the object appears */
    POLLING_EXPLICIT, /* it polls; every poll is an event: for tests of the above */
};

/* What a client does about requests that the network loses. */
struct client_conf {
    double timeout_s, backoff_s, max_backoff_s;
    int64_t max_attempts;
};
extern const struct field client_fields[];

struct store_conf {
    struct value latency_s;       /* of one request, until its first byte */
    double bandwidth_bytes_per_s; /* of one connection; NaN: unlimited */
    int64_t bulk_connections;
    int64_t max_object_bytes; /* 0: no limit */

    struct choice loss;        /* family "loss"; kind NULL: nothing is lost */
    struct client_conf client; /* timeout_s 0 or NaN: nothing is said */

    int polling; /* enum polling */
    double poll_interval_s, list_interval_s;
};

/* What a client does whom the service refuses. */
struct patience_conf {
    double backoff_s, max_backoff_s;
    int64_t max_attempts;
};

extern const char *const polling_names[];

#define LAMBDAML_CODE "LambdaML, github.com/DS3Lab/LambdaML at e7d466e"
#define BOTO          "botocore, legacy retry mode (botocore/data/_retry.json), read 2025"

/* clang-format off */
#define STORE_LINE_FIELDS(struct_)                                                             \
    CONF(struct_, store.latency_s, .key = "latency", .min = 0, .max = 60,                      \
         .doc = "Time from sending a request to its first byte, drawn for each request."),     \
    CONF(struct_, store.bandwidth_bytes_per_s, .key = "bandwidth", .min = 0, .max = 1e15,      \
         .above_min = true, .optional = true, .absent = "the NICs alone limit",                \
         .doc = "The most one connection carries."),                                           \
    CONF(struct_, store.loss, .key = "loss", .family = "loss", .optional = true,               \
         .absent = "nothing is lost",                                                          \
         .doc = "Which requests, and which answers, the network loses on their way to and "    \
                "from the service."),                                                          \
    CONF(struct_, store.client, .key = "client", .fields = client_fields, .optional = true,    \
         .absent = "nothing is lost",                                                          \
         .doc = "What the client library does about requests that are lost.")
#define STORE_BULK_FIELD(struct_)                                                              \
    CONF(struct_, store.bulk_connections, .key = "bulk_connections", .min = 1, .max = 10000,   \
         .preset = "1",                                                                        \
         .doc = "Connections by which a data set or checkpoint is read or written.  Messages " \
                "of an exchange use one.")
#define STORE_PATIENCE_FIELDS(struct_)                                                         \
    CONF(struct_, patience.backoff_s, .key = "backoff", .min = 0, .max = 3600,                 \
         .preset = "1 s",                                                                      \
         .doc = "A client that was refused waits a random time below this, below twice this "  \
                "after the second refusal, and so on.",                                        \
         .source = BOTO),                                                                      \
    CONF(struct_, patience.max_backoff_s, .key = "max_backoff", .min = 0, .max = 86400,        \
         .preset = "20 s", .doc = "The longest such time.",                                    \
         .source = "botocore, standard retry mode"),                                           \
    CONF(struct_, patience.max_attempts, .key = "max_attempts", .min = 1, .max = 1000000,      \
         .preset = "5",                                                                        \
         .doc = "After so many refusals the request has failed: outcome throttled.",           \
         .source = BOTO)
#define STORE_POLLING_FIELDS(struct_)                                                          \
    CONF(struct_, store.polling, .key = "polling", .names = polling_names,                     \
         .preset = "computed",                                                                 \
         .doc = "How a reader waits for an object: `computed` (it polls and is billed for it; "\
                "only the polls that matter are simulated), `explicit` (every poll is "        \
                "simulated; equal to computed in every count, time and cent), `ideal` (it is " \
                "told at once, without polls and LISTs)."),                                    \
    CONF(struct_, store.poll_interval_s, .key = "poll_interval", .min = 0, .max = 3600,        \
         .preset = "100 ms", .doc = "Pause between two GETs of an object that is not there.",  \
         .source = LAMBDAML_CODE),                                                             \
    CONF(struct_, store.list_interval_s, .key = "list_interval", .min = 0, .max = 3600,        \
         .preset = "0 s",                                                                      \
         .doc = "Pause between two looks of a reader that collects objects; 0: a busy loop.",  \
         .source = LAMBDAML_CODE)
/* clang-format on */

#endif
