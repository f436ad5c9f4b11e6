/* SPDX-License-Identifier: MIT
 * s3.c -- an object store: limited request rates, and a price for each request.
 *
 * Strongly consistent (AWS, since December 2020).  AWS counts a refused request (503) but does
 * not charge it, and does charge a GET that finds nothing (S3 User Guide, Billing for Amazon S3
 * error responses).
 *
 * What differs between providers (latency, bandwidth, prices) has no preset: it comes from the
 * provider's file, with its source.  Presets here are the client library's and the protocol's.
 *
 * SIMPLIFIED: the rate limit holds for the channel as one prefix, for PUTs and first GETs only.
 * SIMPLIFIED: what has been read and deleted still counts among a LIST's keys until the
 * exchange is over (lane.c). SIMPLIFIED: no charge for stored GB-months (messages live for
 * seconds), nor for transfer (none inside a region). */
#include "sim/channel/s3.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/channel/bucket.h"
#include "sim/channel/store_inside.h"

extern const struct channel_kind channel_s3;

#define S3_RATE                                                                                \
    "AWS, S3 User Guide, Optimizing performance: 3,500 PUT/COPY/POST/DELETE and 5,500 "        \
    "GET/HEAD a second per partitioned prefix"

static const char *const scope_names[] = {"prefix", "bucket", NULL};

const struct field s3_fields[] = {
    STORE_LINE_FIELDS(struct s3_conf),
    CONF(struct s3_conf, aggregate_bandwidth_bytes_per_s, .min = 0, .max = 1e18,
         .above_min = true, .optional = true, .absent = "unlimited",
         .doc = "What the service carries for all its clients together, reads and writes."),
    STORE_BULK_FIELD(struct s3_conf),
    CONF(struct s3_conf, store.max_object_bytes, .key = "max_object", .min = 1, .max = 1e15,
         .preset = "5 GB", .doc = "Larger messages are refused.",
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
    STORE_PATIENCE_FIELDS(struct s3_conf),
    STORE_POLLING_FIELDS(struct s3_conf),
    CONF(struct s3_conf, list_page, .min = 1, .max = 1e9, .preset = "1000",
         .doc = "Keys in one answer to a LIST; n keys cost n/list_page requests, rounded up.",
         .source = "AWS, S3 API Reference, ListObjectsV2: up to 1,000 keys"),
    CONF(struct s3_conf, list_scope, .names = scope_names, .optional = true, .absent = "prefix",
         .doc = "What a LIST of who collects messages shows: those under a prefix of its own, "
                "or the whole bucket with everybody's, of which it takes what it wants.",
         .source = "LambdaML, github.com/DS3Lab/LambdaML at e7d466e: the bucket, of which it "
                   "reads the first page"),
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

struct s3 {
    struct store store;
    const struct s3_conf *conf;
    struct share *aggregate; /* NULL: unlimited */
    struct bucket writes, reads;
};

/* -- its ways --------------------------------------------------------------------------------
 */

static bool admit(struct store *store, const struct request *request)
{
    struct s3 *s3 = (struct s3 *)store;

    switch (request->verb) {
    case VERB_PUT:
        return bucket_take(&s3->writes, request->sent_s);
    case VERB_GET:
        return bucket_take(&s3->reads, request->sent_s);
    case VERB_LIST:
    case VERB_FETCH:
    case VERB_DELETE:
    case VERB_COUNT:
        break;
    }
    return true;
}

static int64_t pages(const struct store *store, const struct request *request)
{
    int64_t page = ((const struct s3 *)store)->conf->list_page;

    return (request->listing->keys + page - 1) / page;
}

static const struct store_ways s3_ways = {
    .operation = {[VERB_PUT] = "PUT",
                  [VERB_GET] = "GET",
                  [VERB_LIST] = "LIST",
                  [VERB_DELETE] = "DELETE"},
    .admit = admit,
    .pages = pages,
};

/* -- money
 * ------------------------------------------------------------------------------------- */

static int64_t price_pusd(const struct s3 *s3, int verb)
{
    const int64_t price[VERB_COUNT] = {
        [VERB_PUT] = s3->conf->put_price_pusd_per_request,
        [VERB_GET] = s3->conf->get_price_pusd_per_request,
        [VERB_LIST] = s3->conf->list_price_pusd_per_request,
        [VERB_DELETE] = s3->conf->delete_price_pusd_per_request,
    };

    return price[verb];
}

static int64_t accrued_pusd(struct channel *channel)
{
    struct s3 *s3 = (struct s3 *)channel;
    int64_t sum_pusd = 0;

    if (s3->store.settled)
        return 0;
    store_book_polls(&s3->store);
    for (int verb = 0; verb < VERB_COUNT; verb++)
        sum_pusd += store_requests_pusd(&s3->store, verb, price_pusd(s3, verb));
    return sum_pusd;
}

static void settle(struct channel *channel)
{
    struct s3 *s3 = (struct s3 *)channel;

    if (s3->store.settled)
        return;
    store_book_polls(&s3->store);
    s3->store.settled = true;
    for (int verb = 0; verb < VERB_COUNT; verb++)
        store_charge_requests(&s3->store, verb, price_pusd(s3, verb));
}

/* -- life
 * ---------------------------------------------------------------------------------------- */

static struct channel_facts facts(const void *settings)
{
    const struct s3_conf *conf = settings;

    return (struct channel_facts){.traffic = TRAFFIC_STORAGE,
                                  .is_watched = conf->store.loss.kind != NULL,
                                  .one_table = conf->list_scope == LIST_BUCKET,
                                  .lists_by_name = conf->store.polling != POLLING_IDEAL,
                                  .max_object_bytes = conf->store.max_object_bytes};
}

static struct channel_means means(const void *settings, int64_t bytes)
{
    const struct s3_conf *conf = settings;
    struct channel_means means = store_means(&conf->store);

    (void)bytes; /* a request has its price whatever it moves */
    means.put_pusd = (double)conf->put_price_pusd_per_request;
    means.get_pusd = (double)conf->get_price_pusd_per_request;
    return means;
}

static struct channel *open_s3(struct world *world, const char *name, const void *settings)
{
    struct s3 *s3 = NEW(struct s3);
    const struct s3_conf *conf = settings;

    store_init(&s3->store, &s3_ways, &channel_s3, world, name, settings, &conf->store,
               &conf->patience);
    s3->conf = conf;
    if (isfinite(conf->aggregate_bandwidth_bytes_per_s)) {
        s3->aggregate = share_new(world->engine, name, conf->aggregate_bandwidth_bytes_per_s);
        s3->store.to = s3->store.from = (struct store_path){{s3->aggregate}, 1};
    }
    s3->writes = bucket_full(conf->write_rate_per_s, conf->burst_s);
    s3->reads = bucket_full(conf->read_rate_per_s, conf->burst_s);
    return &s3->store.channel;
}

static struct channel *close_s3(struct channel *channel)
{
    struct s3 *s3 = (struct s3 *)channel;

    if (!s3)
        return NULL;
    store_done(&s3->store);
    share_free(s3->aggregate);
    free(s3);
    return NULL;
}

static void check(const void *conf, const struct loss_check *check)
{
    store_check(&((const struct s3_conf *)conf)->store, check);
}

const struct channel_kind channel_s3 = {
    .kind = {.name = "s3",
             .doc = "An object store: a latency per request, limited request rates, a price "
                    "per request; readers poll.",
             .fields = s3_fields,
             .conf_size = sizeof(struct s3_conf)},
    .facts = facts,
    .means = means,
    .open = open_s3,
    .check = check,
    .unused = store_unused,
    .begin = store_begin,
    .cancel = store_cancel,
    .show = store_show,
    .settle = settle,
    .accrued_pusd = accrued_pusd,
    .close = close_s3,
};
