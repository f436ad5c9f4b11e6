/* SPDX-License-Identifier: MIT
 * cache_inside.h -- what memcached.c and redis.c are built of. */
#ifndef TRAINCAST_SIM_CHANNEL_CACHE_INSIDE_H
#define TRAINCAST_SIM_CHANNEL_CACHE_INSIDE_H

#include "sim/channel/cache.h"
#include "sim/channel/store_inside.h"

struct cache {
    struct store store; /* first */
    const struct cache_conf *conf;
    struct share *in, *out; /* the node's NIC */
    struct share *threads;  /* in bytes per second; NULL: never the limit */
    double thread_per_s;    /* bytes that one moves */
    struct event up;
    double request_s, ready_s;
    double release_s; /* INFINITY until released */
};

struct channel_facts cache_facts(const void *settings);
struct channel_means cache_means(const void *settings, int64_t bytes);
struct channel *cache_open(const struct store_ways *ways, const struct channel_kind *kind,
                           struct world *world, const char *name, const void *settings);
void cache_serve(struct store *store, struct request *request);
void cache_forget(struct store *store, struct request *request);
void cache_release(struct channel *channel);
void cache_settle(struct channel *channel);
int64_t cache_accrued_pusd(struct channel *channel);
struct channel *cache_close(struct channel *channel);

/* clang-format off */
#define CACHE_NODE_FIELDS(struct_)                                                             \
    CONF_ENTRY(struct_, node, .family = "cache_node", .fields = cache_node_fields,             \
         .doc = "Type of the node, by the provider's name."),                                  \
    CONF(struct_, start_time_s, .max = 86400,                                                  \
         .doc = "From the request for the node, which is made when the run begins, until it "  \
                "can be used."),                                                               \
    CONF(struct_, start_before_workers, .preset = "yes",                                       \
         .doc = "Whether a job's workers are started only when the node is up.  If not, they " \
                "start at once, and their first request waits for it."),                       \
    CONF(struct_, billing_granularity_s, .min = 1, .max = 31536000,                            \
         .doc = "The node's time, from request to release, is rounded up to a multiple of "    \
                "this (whole seconds).")
#define CACHE_THREAD_FIELDS(struct_)                                                           \
    CONF(struct_, request_s, .key = "request_time", .max = 3600, .preset = "0 s",              \
         .doc = "Time of a thread of the node for one request, beside moving its data."),      \
    CONF(struct_, thread_bytes_per_s, .key = "thread_bandwidth", .above_min = true,            \
         .max = 1e15, .optional = true, .absent = "threads are never the limit",               \
         .doc = "Data that one thread of the node moves in a second.")
/* clang-format on */

#endif
