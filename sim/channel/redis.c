/* SPDX-License-Identifier: MIT
 * redis.c -- Redis on a cache node: large items, one thread for everybody.
 *
 * Messages lie in a hash; who collects them lists its keys (HKEYS, all at once) and GETs what
 * is new one by one, as from S3. */
#include "sim/channel/cache_inside.h"

extern const struct channel_kind channel_redis;

const struct field redis_fields[] = {
    STORE_LINE_FIELDS(struct cache_conf),
    STORE_BULK_FIELD(struct cache_conf),
    CONF(struct cache_conf, store.max_object_bytes, .key = "max_object", .min = 1, .max = 1e15,
         .preset = "512 MB", .doc = "Largest value; larger messages are refused.",
         .source = "Redis documentation, Strings: 512 MB"),
    STORE_POLLING_FIELDS(struct cache_conf),
    CACHE_NODE_FIELDS(struct cache_conf),
    CONF(struct cache_conf, threads, .min = 1, .max = 100000, .preset = "1",
         .doc = "Threads that serve.", .source = "Redis executes commands in one thread"),
    CACHE_THREAD_FIELDS(struct cache_conf),
    CONF_END,
};

static const struct store_ways ways = {.operation = {[VERB_PUT] = "HSET",
                                                     [VERB_GET] = "HGET",
                                                     [VERB_LIST] = "HKEYS",
                                                     [VERB_DELETE] = "HDEL"},
                                       .serve = cache_serve,
                                       .forget = cache_forget};

static struct channel_facts facts(const void *settings)
{
    struct channel_facts facts = cache_facts(settings);

    facts.lists_by_name = ((const struct cache_conf *)settings)->store.polling != POLLING_IDEAL;
    return facts;
}

static struct channel *open_redis(struct world *world, const char *name, const void *settings)
{
    return cache_open(&ways, &channel_redis, world, name, settings);
}

static void check(const void *conf, const struct loss_check *check)
{
    store_check(&((const struct cache_conf *)conf)->store, check);
}

const struct channel_kind channel_redis = {
    .kind = {.name = "redis",
             .doc = "Redis on a rented cache node: it must start first, one thread serves all "
                    "clients, who share its NIC.",
             .source = "LambdaML (SIGMOD 2021), ElastiCache Redis",
             .fields = redis_fields,
             .conf_size = sizeof(struct cache_conf)},
    .facts = facts,
    .means = cache_means,
    .open = open_redis,
    .check = check,
    .unused = store_unused,
    .begin = store_begin,
    .cancel = store_cancel,
    .release = cache_release,
    .settle = cache_settle,
    .accrued_pusd = cache_accrued_pusd,
    .close = cache_close,
};
