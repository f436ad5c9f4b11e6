/* SPDX-License-Identifier: MIT
 * memcached.c -- Memcached on a cache node: small items, threads, and many keys in one request.
 *
 * Who collects objects knows their keys and asks for those it lacks by one multi-get, again and
 * again until all are in: a FETCH.  There is no LIST.
 *
 * SIMPLIFIED: LambdaML's released code asks in each poll for what it has received before as
 * well, unless it has deleted it; we ask for the rest. */
#include "sim/channel/cache_inside.h"

extern const struct channel_kind channel_memcached;

const struct field memcached_fields[] = {
    STORE_LINE_FIELDS(struct cache_conf),
    STORE_BULK_FIELD(struct cache_conf),
    CONF(struct cache_conf, store.max_object_bytes, .key = "max_object", .min = 1, .max = 1e9,
         .preset = "1 MB",
         .doc =
             "Largest item (max_item_size), which can be raised; larger messages are refused.",
         .source = "Memcached and ElastiCache default: 1 MB"),
    STORE_POLLING_FIELDS(struct cache_conf),
    CACHE_NODE_FIELDS(struct cache_conf),
    CONF(struct cache_conf, threads, .min = 0, .max = 100000, .preset = "0",
         .doc = "Threads that serve; 0: one for each vCPU.",
         .source = "AWS, ElastiCache User Guide: num_threads is the number of vCPUs"),
    CACHE_THREAD_FIELDS(struct cache_conf),
    CONF_END,
};

static const struct store_ways ways = {.operation = {[VERB_PUT] = "SET",
                                                     [VERB_GET] = "GET",
                                                     [VERB_FETCH] = "MULTIGET",
                                                     [VERB_DELETE] = "DELETE"},
                                       .serve = cache_serve,
                                       .forget = cache_forget};

static struct channel_facts facts(const void *settings)
{
    struct channel_facts facts = cache_facts(settings);

    facts.fetches = true;
    return facts;
}

static struct channel *open_memcached(struct world *world, const char *name,
                                      const void *settings)
{
    return cache_open(&ways, &channel_memcached, world, name, settings);
}

static void check(const void *conf, const struct loss_check *check)
{
    store_check(&((const struct cache_conf *)conf)->store, check);
}

const struct channel_kind channel_memcached = {
    .kind = {.name = "memcached",
             .doc = "Memcached on a rented cache node: it must start first, many keys are read "
                    "at once, all clients share its NIC and threads.",
             .source = "LambdaML (SIGMOD 2021), ElastiCache Memcached",
             .fields = memcached_fields,
             .conf_size = sizeof(struct cache_conf)},
    .facts = facts,
    .means = cache_means,
    .open = open_memcached,
    .check = check,
    .unused = store_unused,
    .begin = store_begin,
    .cancel = store_cancel,
    .release = cache_release,
    .settle = cache_settle,
    .accrued_pusd = cache_accrued_pusd,
    .close = cache_close,
};
