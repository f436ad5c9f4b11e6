/* SPDX-License-Identifier: MIT
 * cache.h -- the settings of an in-memory store on a rented cache node; cache.c says how it
 * behaves.
 *
 * A provider's file has them under `channel: {memcached: ..., redis: ...}` and each type of
 * node under `cache_node: {NAME: ...}`. */
#ifndef TRAINCAST_SIM_CHANNEL_CACHE_H
#define TRAINCAST_SIM_CHANNEL_CACHE_H

#include "sim/channel/store.h"

struct cache_node_conf {
    char *name; /* "cache.t3.medium" */
    double vcpus;
    int64_t memory_bytes; /* that objects may fill */
    double nic_up_bytes_per_s, nic_down_bytes_per_s;
    int64_t price_pusd_per_hour;
};

struct cache_conf {
    struct store_conf store;
    struct cache_node_conf node;
    struct value start_time_s; /* from the request for a node until it can be used */
    bool start_before_workers;
    double billing_granularity_s;
    int64_t threads;           /* 0: one for each vCPU */
    double request_s;          /* of a thread, for a request */
    double thread_bytes_per_s; /* that one thread moves; NaN: it is never the limit */
};

extern const struct field cache_node_fields[], memcached_fields[], redis_fields[];

#endif
