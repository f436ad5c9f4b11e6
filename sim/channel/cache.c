/* SPDX-License-Identifier: MIT
 * cache.c -- an in-memory store on one rented node, whose NIC and threads all clients share.
 *
 * The node is requested when the channel is opened, up some minutes later, and rented until the
 * job is over.  A request takes a little time of one of its threads; its data then cross the
 * client's NIC, the node's, and the threads, as bytes that a thread can move in a second: all
 * max-min fair.  memcached.c and redis.c say in what the two differ.
 *
 * SIMPLIFIED: one node; a real cluster spreads keys over several.
 * SIMPLIFIED: polls that find nothing take no time of a thread (some 10 us in 10 ms), and
 * nothing is evicted: whether a round's messages fit is checked before the run. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/channel/cache_inside.h"
#include "sim/ledger/money.h"

const struct field cache_node_fields[] = {
    CONF(struct cache_node_conf, vcpus, .above_min = true, .max = 100000,
         .doc = "Virtual CPUs."),
    CONF(struct cache_node_conf, memory_bytes, .min = 1048576, .max = 0x1p50,
         .doc = "Memory that objects can fill."),
    CONF(struct cache_node_conf, nic_up_bytes_per_s, .above_min = true, .max = 1e15,
         .doc = "Network bandwidth out of the node, shared by all its clients."),
    CONF(struct cache_node_conf, nic_down_bytes_per_s, .above_min = true, .max = 1e15,
         .doc = "Network bandwidth into the node, likewise."),
    CONF(struct cache_node_conf, price_pusd_per_hour, .max = 1e18, .doc = "On-demand price."),
    CONF_END,
};

static struct cache *cache_of(struct store *store)
{
    return (struct cache *)store;
}

static double now_s(const struct cache *cache)
{
    return engine_now_s(cache->store.channel.world->engine);
}

/* -- serving ---------------------------------------------------------------------------------
 */

static void served(struct engine *engine, struct flow *flow)
{
    struct request *request = request_of_flow(flow);

    (void)engine;
    store_transfer(store_of(request), request);
}

/* The thread's time is expressed in the bytes that it would move meanwhile: so requests and
 * data share the threads as they do in reality. */
void cache_serve(struct store *store, struct request *request)
{
    struct cache *cache = cache_of(store);

    if (!cache->threads || cache->conf->request_s == 0) {
        store_transfer(store, request);
        return;
    }
    request->flow.done = served;
    flow_begin(store->channel.world->engine, &request->flow, &cache->threads, 1,
               cache->conf->request_s * cache->thread_per_s, cache->thread_per_s);
}

void cache_forget(struct store *store, struct request *request)
{
    flow_cancel(store->channel.world->engine, &request->flow);
}

/* -- the node --------------------------------------------------------------------------------
 */

static void started(struct engine *engine, struct event *event)
{
    struct cache *cache = (struct cache *)((char *)event - offsetof(struct cache, up));

    (void)engine;
    cache->ready_s = now_s(cache);
    channel_goes_up(&cache->store.channel);
}

static void request_node(struct cache *cache)
{
    struct channel *channel = &cache->store.channel;
    struct rng rng = rng_at(channel_stream(channel, "start_time"), 0, 0);
    double start_s;

    cache->request_s = now_s(cache);
    start_s = value_draw(&cache->conf->start_time_s, &rng, cache->request_s);
    cache->up.fire = started;
    if (start_s <= 0)
        return;
    channel->is_down = true;
    cache->ready_s = INFINITY;
    engine_at(channel->world->engine, &cache->up, cache->request_s + start_s);
}

/* Partial hours are billed as whole ones, and there is at least one. */
static int64_t billed_s(const struct cache *cache)
{
    double granule_s = cache->conf->billing_granularity_s;
    double used_s = fmin(now_s(cache), cache->release_s) - cache->request_s;

    return (int64_t)(granule_s * fmax(1, ceil(used_s / granule_s - 1e-9)));
}

void cache_release(struct channel *channel)
{
    struct cache *cache = (struct cache *)channel;
    const struct cache_node_conf *node = &cache->conf->node;
    struct machine_row row = {.boot_s = cache->request_s,
                              .pusd_per_hour = node->price_pusd_per_hour};
    char resource[64];

    if (!isinf(cache->release_s))
        return;
    cache->release_s = now_s(cache);
    engine_cancel(channel->world->engine, &cache->up);
    row.entity = ledger_entity(channel->world->ledger, channel->name, 0);
    row.ready_s = fmin(cache->ready_s, cache->release_s);
    row.release_s = cache->release_s;
    row.billed_s = billed_s(cache);
    row.cost_pusd = pusd_of_hours(row.billed_s, row.pusd_per_hour);
    snprintf(row.instance, sizeof row.instance, "%s", node->name);
    snprintf(resource, sizeof resource, "node %s", node->name);
    ledger_machine(channel->world->ledger, &row);
    ledger_charge(channel->world->ledger, resource, (double)row.billed_s / 3600, BILL_HOUR,
                  row.pusd_per_hour, row.cost_pusd);
}

void cache_settle(struct channel *channel)
{
    struct cache *cache = (struct cache *)channel;

    cache_release(channel);
    store_book_polls(&cache->store);
}

int64_t cache_accrued_pusd(struct channel *channel)
{
    struct cache *cache = (struct cache *)channel;

    return isinf(cache->release_s)
               ? pusd_of_hours(billed_s(cache), cache->conf->node.price_pusd_per_hour)
               : 0;
}

/* -- life
 * ---------------------------------------------------------------------------------------- */

struct channel_facts cache_facts(const void *settings)
{
    const struct cache_conf *conf = settings;

    return (struct channel_facts){.traffic = TRAFFIC_STORAGE,
                                  .is_watched = conf->store.loss.kind != NULL,
                                  .starts = true,
                                  .before_workers = conf->start_before_workers,
                                  .max_object_bytes = conf->store.max_object_bytes,
                                  .capacity_bytes = conf->node.memory_bytes};
}

/* One client alone with the node. */
struct channel_means cache_means(const void *settings, int64_t bytes)
{
    const struct cache_conf *conf = settings;
    struct channel_means means = store_means(&conf->store);

    (void)bytes; /* the node is paid, not its requests */
    means.latency_s += conf->request_s;
    means.connection_bytes_per_s =
        fmin(means.connection_bytes_per_s,
             fmin(conf->node.nic_down_bytes_per_s, conf->node.nic_up_bytes_per_s));
    if (!isnan(conf->thread_bytes_per_s))
        means.connection_bytes_per_s =
            fmin(means.connection_bytes_per_s, conf->thread_bytes_per_s);
    means.start_s = value_mean(&conf->start_time_s);
    means.pusd_per_hour = conf->node.price_pusd_per_hour;
    means.rent_granularity_s = conf->billing_granularity_s;
    return means;
}

static void add_share(struct store_path *path, struct share *share)
{
    if (share)
        path->share[path->count++] = share;
}

struct channel *cache_open(const struct store_ways *ways, const struct channel_kind *kind,
                           struct world *world, const char *name, const void *settings)
{
    struct cache *cache = NEW(struct cache);
    const struct cache_conf *conf = settings;
    double threads = conf->threads ? (double)conf->threads : conf->node.vcpus;

    store_init(&cache->store, ways, kind, world, name, settings, &conf->store, NULL);
    cache->conf = conf;
    cache->in = share_new(world->engine, "cache NIC down", conf->node.nic_down_bytes_per_s);
    cache->out = share_new(world->engine, "cache NIC up", conf->node.nic_up_bytes_per_s);
    cache->thread_per_s = isnan(conf->thread_bytes_per_s) ? INFINITY : conf->thread_bytes_per_s;
    if (isfinite(cache->thread_per_s))
        cache->threads = share_new(world->engine, "cache threads",
                                   fmin(threads, conf->node.vcpus) * cache->thread_per_s);
    cache->store.connection_bytes_per_s =
        fmin(cache->store.connection_bytes_per_s, cache->thread_per_s);
    add_share(&cache->store.to, cache->in);
    add_share(&cache->store.to, cache->threads);
    add_share(&cache->store.from, cache->out);
    add_share(&cache->store.from, cache->threads);
    cache->release_s = INFINITY;
    request_node(cache);
    return &cache->store.channel;
}

struct channel *cache_close(struct channel *channel)
{
    struct cache *cache = (struct cache *)channel;

    if (!cache)
        return NULL;
    engine_cancel(channel->world->engine, &cache->up);
    store_done(&cache->store);
    share_free(cache->in);
    share_free(cache->out);
    share_free(cache->threads);
    free(cache);
    return NULL;
}
