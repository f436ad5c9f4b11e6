/* SPDX-License-Identifier: MIT
 * dynamodb.c -- a key-value database: small items, and units of capacity that a request takes
 * by its size.
 *
 * A write takes a unit for each KB of its item, a read one for each 4 KB of what it reads, or
 * half of one when it may be stale; nothing there costs as much as the smallest item.  A table
 * gives so many units a second and saves up some; who asks for more is refused.  Units are paid
 * one by one (on demand), or by the hour, used or not (provisioned).
 *
 * There is no LIST: who collects items reads them with their keys, by a scan of the table or by
 * a query, in pages.
 *
 * SIMPLIFIED: a read that may be stale sees what was written all the same: replicas lag for
 * milliseconds.
 * SIMPLIFIED: a scan that finds nothing new is paid for what it read, but moves no bytes.
 * SIMPLIFIED: units are those of one partition's table: no hot partitions. */
#include "sim/channel/dynamodb.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/channel/bucket.h"
#include "sim/channel/store_inside.h"

extern const struct channel_kind channel_dynamodb;

static const char *const collect_names[] = {"scan", "query", NULL};
static const char *const consistency_names[] = {"eventual", "strong", NULL};
static const char *const capacity_names[] = {"on_demand", "provisioned", NULL};

const struct field dynamodb_fields[] = {
    STORE_LINE_FIELDS(struct dynamodb_conf),
    STORE_BULK_FIELD(struct dynamodb_conf),
    CONF(struct dynamodb_conf, store.max_object_bytes, .key = "max_object", .min = 1,
         .max = 1e15, .preset = "409600 B", .doc = "Larger messages are refused.",
         .source = "AWS DynamoDB quotas: items of 400 KB at most"),
    CONF(struct dynamodb_conf, collect, .names = collect_names, .preset = "scan",
         .doc = "How who collects items finds them: `scan` reads through the whole table, with "
                "everybody's items; `query` reads those that bear its key.",
         .source = LAMBDAML_CODE),
    CONF(struct dynamodb_conf, consistency, .names = consistency_names, .preset = "eventual",
         .doc = "Reads that may be `eventual`ly consistent cost half as much as `strong` ones.",
         .source = "AWS DynamoDB Developer Guide, Read consistency"),
    CONF(struct dynamodb_conf, page_bytes, .min = 1, .max = 1e12, .preset = "1 MB",
         .doc =
             "The most that one answer to a scan or query holds; more takes further requests.",
         .source = "AWS DynamoDB Developer Guide: 1 MB"),
    CONF(struct dynamodb_conf, write_unit_bytes, .min = 1, .max = 1e12, .preset = "1024 B",
         .doc = "Size of an item, or part of one, that takes one write unit.",
         .source = "AWS DynamoDB Developer Guide, Read/write capacity mode"),
    CONF(struct dynamodb_conf, read_unit_bytes, .min = 1, .max = 1e12, .preset = "4096 B",
         .doc = "Size of what is read, or part of it, that takes one read unit.",
         .source = "AWS DynamoDB Developer Guide, Read/write capacity mode"),
    CONF(struct dynamodb_conf, capacity, .names = capacity_names, .preset = "on_demand",
         .doc = "Whether units are paid as they are taken (`on_demand`), or by the hour as "
                "`write_rate` and `read_rate` reserve them (`provisioned`)."),
    CONF(struct dynamodb_conf, write_rate_per_s, .min = 0, .max = 1e12, .above_min = true,
         .optional = true, .absent = "unlimited",
         .doc = "Write units a second that the table gives; more are refused."),
    CONF(struct dynamodb_conf, read_rate_per_s, .min = 0, .max = 1e12, .above_min = true,
         .optional = true, .absent = "unlimited",
         .doc = "Read units a second that the table gives; more are refused."),
    CONF(struct dynamodb_conf, burst_s, .min = 0, .max = 3600, .preset = "300 s",
         .doc = "How long unused units are saved up.",
         .source = "AWS DynamoDB Developer Guide, Burst capacity: 300 seconds"),
    STORE_PATIENCE_FIELDS(struct dynamodb_conf),
    STORE_POLLING_FIELDS(struct dynamodb_conf),
    CONF(struct dynamodb_conf, write_price_pusd_per_request, .min = 0, .max = 1e12,
         .doc = "Price of a write unit, on demand."),
    CONF(struct dynamodb_conf, read_price_pusd_per_request, .min = 0, .max = 1e12,
         .doc = "Price of a read unit, on demand."),
    CONF(struct dynamodb_conf, write_capacity_price_pusd_per_hour, .min = 0, .max = 1e15,
         .doc = "Price of one write unit a second for an hour, provisioned; partial hours are "
                "paid in full."),
    CONF(struct dynamodb_conf, read_capacity_price_pusd_per_hour, .min = 0, .max = 1e15,
         .doc = "Price of one read unit a second for an hour, likewise."),
    CONF_END,
};

struct dynamodb {
    struct store store; /* first */
    const struct dynamodb_conf *conf;
    struct bucket writes, reads; /* of units */
    int64_t write_units, half_read_units;
    double open_s;
};

/* -- units -----------------------------------------------------------------------------------
 */

static int64_t units_of(int64_t bytes, int64_t unit_bytes)
{
    return bytes > unit_bytes ? (bytes + unit_bytes - 1) / unit_bytes : 1;
}

/* What a scan or query reads from now on, all its pages together. */
static int64_t read_bytes(const struct store *store, const struct request *request)
{
    return store->reads_all ? request->listing->bytes : store_wanted_bytes(request);
}

static int64_t pages(const struct store *store, const struct request *request)
{
    return units_of(read_bytes(store, request),
                    ((const struct dynamodb *)store)->conf->page_bytes);
}

static int64_t page_bytes(const struct store *store, const struct request *request)
{
    int64_t page = ((const struct dynamodb *)store)->conf->page_bytes;
    int64_t left = read_bytes(store, request) - (request->page - 1) * page;

    return left < page ? left : page;
}

static int64_t half_units_read(const struct dynamodb *dynamodb, int64_t bytes)
{
    return units_of(bytes, dynamodb->conf->read_unit_bytes) *
           (dynamodb->conf->consistency == CONSISTENCY_STRONG ? 2 : 1);
}

/* Bytes that the try reads or writes, as it stands. */
static int64_t bytes_now(const struct store *store, const struct request *request)
{
    switch (request->verb) {
    case VERB_PUT:
        return request->bytes;
    case VERB_GET:
    case VERB_DELETE:
        return object_is_visible(request->object) ? request->object->bytes : 0;
    case VERB_LIST:
    case VERB_FETCH:
        return page_bytes(store, request);
    case VERB_COUNT:
        break;
    }
    return 0;
}

static bool writes(const struct request *request)
{
    return request->verb == VERB_PUT || request->verb == VERB_DELETE;
}

static bool admit(struct store *store, const struct request *request)
{
    struct dynamodb *dynamodb = (struct dynamodb *)store;
    int64_t bytes = bytes_now(store, request);

    if (writes(request))
        return bucket_take_many(&dynamodb->writes, request->sent_s,
                                (double)units_of(bytes, dynamodb->conf->write_unit_bytes));
    return bucket_take_many(&dynamodb->reads, request->sent_s,
                            0.5 * (double)half_units_read(dynamodb, bytes));
}

static void meter(struct store *store, const struct request *request, enum outcome outcome)
{
    struct dynamodb *dynamodb = (struct dynamodb *)store;
    bool scans = request->verb == VERB_FETCH && store->reads_all;
    int64_t bytes =
        outcome == OUTCOME_ABSENT && !scans ? 0 : bytes_now(store, request); /* as of then */

    if (outcome == OUTCOME_THROTTLED)
        return;
    if (writes(request))
        dynamodb->write_units += units_of(bytes, dynamodb->conf->write_unit_bytes);
    else
        dynamodb->half_read_units += half_units_read(dynamodb, bytes);
}

static const struct store_ways scan_ways = {
    .operation = {[VERB_PUT] = "PutItem",
                  [VERB_GET] = "GetItem",
                  [VERB_FETCH] = "Scan",
                  [VERB_DELETE] = "DeleteItem"},
    .admit = admit,
    .pages = pages,
    .meter = meter,
};
static const struct store_ways query_ways = {
    .operation = {[VERB_PUT] = "PutItem",
                  [VERB_GET] = "GetItem",
                  [VERB_FETCH] = "Query",
                  [VERB_DELETE] = "DeleteItem"},
    .admit = admit,
    .pages = pages,
    .meter = meter,
};

/* -- money -----------------------------------------------------------------------------------
 */

/* A line of the bill: the product is rounded as SQL rounds it (recompute_bill.sql). */
struct line {
    const char *what, *unit;
    double quantity;
    int64_t price_pusd;
};

static int64_t line_pusd(const struct line *line)
{
    return llround(line->quantity * (double)line->price_pusd);
}

enum { LINES = 2 };

static void find_lines(const struct dynamodb *dynamodb, struct line line[LINES])
{
    const struct dynamodb_conf *conf = dynamodb->conf;
    double used_s = engine_now_s(dynamodb->store.channel.world->engine) - dynamodb->open_s;
    double hours = fmax(1, ceil(used_s / 3600 - 1e-9));

    if (conf->capacity == CAPACITY_ON_DEMAND) {
        line[0] = (struct line){"write units", BILL_WRITE_UNIT, (double)dynamodb->write_units,
                                conf->write_price_pusd_per_request};
        line[1] =
            (struct line){"read units", BILL_READ_UNIT, 0.5 * (double)dynamodb->half_read_units,
                          conf->read_price_pusd_per_request};
        return;
    }
    line[0] =
        (struct line){"write capacity", BILL_WRITE_CAPACITY, conf->write_rate_per_s * hours,
                      conf->write_capacity_price_pusd_per_hour};
    line[1] = (struct line){"read capacity", BILL_READ_CAPACITY, conf->read_rate_per_s * hours,
                            conf->read_capacity_price_pusd_per_hour};
}

static int64_t accrued_pusd(struct channel *channel)
{
    struct dynamodb *dynamodb = (struct dynamodb *)channel;
    struct line line[LINES];

    if (dynamodb->store.settled)
        return 0;
    store_book_polls(&dynamodb->store);
    find_lines(dynamodb, line);
    return line_pusd(&line[0]) + line_pusd(&line[1]);
}

static void settle(struct channel *channel)
{
    struct dynamodb *dynamodb = (struct dynamodb *)channel;
    struct line line[LINES];

    if (dynamodb->store.settled)
        return;
    store_book_polls(&dynamodb->store);
    dynamodb->store.settled = true;
    find_lines(dynamodb, line);
    for (int i = 0; i < LINES; i++) {
        char resource[64];

        if (line_pusd(&line[i]) == 0)
            continue;
        snprintf(resource, sizeof resource, "%s %s", channel->name, line[i].what);
        ledger_charge(channel->world->ledger, resource, line[i].quantity, line[i].unit,
                      line[i].price_pusd, line_pusd(&line[i]));
    }
}

/* -- life
 * ---------------------------------------------------------------------------------------- */

static struct channel_facts facts(const void *settings)
{
    const struct dynamodb_conf *conf = settings;

    return (struct channel_facts){.traffic = TRAFFIC_STORAGE,
                                  .is_watched = conf->store.loss.kind != NULL,
                                  .fetches = true,
                                  .one_table = conf->collect == COLLECT_SCAN,
                                  .max_object_bytes = conf->store.max_object_bytes};
}

/* A read is paid as if it found what it reads and nothing else (collect: query). */
static struct channel_means means(const void *settings, int64_t bytes)
{
    const struct dynamodb_conf *conf = settings;
    struct channel_means means = store_means(&conf->store);
    double read_units = (double)units_of(bytes, conf->read_unit_bytes) *
                        (conf->consistency == CONSISTENCY_STRONG ? 1 : 0.5);

    if (conf->capacity == CAPACITY_PROVISIONED) {
        means.pusd_per_hour =
            llround(conf->write_rate_per_s * (double)conf->write_capacity_price_pusd_per_hour +
                    conf->read_rate_per_s * (double)conf->read_capacity_price_pusd_per_hour);
        means.rent_granularity_s = 3600;
        return means;
    }
    means.put_pusd =
        (double)(units_of(bytes, conf->write_unit_bytes) * conf->write_price_pusd_per_request);
    means.get_pusd = read_units * (double)conf->read_price_pusd_per_request;
    return means;
}

static struct channel *open_dynamodb(struct world *world, const char *name,
                                     const void *settings)
{
    struct dynamodb *dynamodb = NEW(struct dynamodb);
    const struct dynamodb_conf *conf = settings;
    bool scans = conf->collect == COLLECT_SCAN;

    store_init(&dynamodb->store, scans ? &scan_ways : &query_ways, &channel_dynamodb, world,
               name, settings, &conf->store, &conf->patience);
    dynamodb->conf = conf;
    dynamodb->store.reads_all = scans;
    dynamodb->writes = bucket_full(conf->write_rate_per_s, conf->burst_s);
    dynamodb->reads = bucket_full(conf->read_rate_per_s, conf->burst_s);
    dynamodb->open_s = engine_now_s(world->engine);
    return &dynamodb->store.channel;
}

static struct channel *close_dynamodb(struct channel *channel)
{
    if (channel)
        store_done((struct store *)channel);
    free(channel);
    return NULL;
}

static void check(const void *conf, const struct loss_check *check)
{
    store_check(&((const struct dynamodb_conf *)conf)->store, check);
}

const struct channel_kind channel_dynamodb = {
    .kind = {.name = "dynamodb",
             .doc = "A key-value database: items of at most 400 KB, units of capacity by size, "
                    "scans or queries instead of lists.",
             .source = "LambdaML (SIGMOD 2021), DynamoDB",
             .fields = dynamodb_fields,
             .conf_size = sizeof(struct dynamodb_conf)},
    .facts = facts,
    .means = means,
    .open = open_dynamodb,
    .check = check,
    .unused = store_unused,
    .begin = store_begin,
    .cancel = store_cancel,
    .show = store_show,
    .settle = settle,
    .accrued_pusd = accrued_pusd,
    .close = close_dynamodb,
};
