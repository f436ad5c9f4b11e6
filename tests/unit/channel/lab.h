/* SPDX-License-Identifier: MIT
 * lab.h -- a world of a few nodes and one channel, in a process of its own.
 *
 * There is one engine per process, so every *story* runs in a child; it writes what it saw to
 * lab->out, which is shared with the test that asked for it. */
#ifndef TRAINCAST_TESTS_UNIT_CHANNEL_LAB_H
#define TRAINCAST_TESTS_UNIT_CHANNEL_LAB_H

#include "tests/test.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "sim/channel/cache.h"
#include "sim/channel/channel.h"
#include "sim/channel/direct.h"
#include "sim/channel/dynamodb.h"
#include "sim/channel/s3.h"
#include "sim/channel/vm_ps.h"
#include "sim/ledger/rows.h"
#include "sim/node/iaas.h"
#include "sim/node/platform.h"

enum { LAB_OUT = 1 << 16 };

struct lab {
    struct world world;
    /* Settings, of 0.25 s and 1 MB/s, that a story may change before lab_open. */
    struct s3_conf s3;
    struct cache_conf cache; /* whose node is up at once, and never the limit */
    struct dynamodb_conf dynamodb;
    struct vm_ps_conf vm_ps;  /* on the machine of ... */
    struct iaas_conf machine; /* ... this group, `server`, which boots for 10 s */
    struct direct_conf direct;
    struct platform *server; /* NULL: there is none */
    int clients;             /* actors at work; with the last the server is released */
    struct channel *channel;
    struct node *node;
    int nodes;
    struct event event; /* the story's own, and ... */
    void *story;        /* ... whatever else it needs in a callback */
    double *out;        /* [LAB_OUT], zeroed */
    const void *arg;
};
typedef void(lab_story)(struct lab *lab);

static inline const struct channel_kind *lab_kind(const char *name)
{
    return (const struct channel_kind *)family_find(&channel_family, name);
}

/* Its settings, and what of them all stores have (NULL: it is none). */
static inline void *lab_conf(struct lab *lab, const char *kind, struct store_conf **ret_store)
{
    struct store_conf *none;
    struct store_conf **store = ret_store ? ret_store : &none;

    *store = NULL;
    if (strcmp(kind, "direct") == 0)
        return &lab->direct;
    if (strcmp(kind, "s3") == 0)
        return *store = &lab->s3.store, &lab->s3;
    if (strcmp(kind, "dynamodb") == 0)
        return *store = &lab->dynamodb.store, &lab->dynamodb;
    if (strcmp(kind, "vm_ps") == 0)
        return *store = &lab->vm_ps.store, &lab->vm_ps;
    return *store = &lab->cache.store, &lab->cache;
}

static inline void lab_open_server(struct lab *lab)
{
    lab->server = ((const struct platform_kind *)family_find(&platform_family, "iaas"))
                      ->open(&lab->world, "server", 1, NULL, &lab->machine);
    lab->world.platform = &lab->server;
    lab->world.platforms = 1;
}

/* A client is through. */
static inline void lab_leave(struct lab *lab)
{
    if (--lab->clients == 0 && lab->server)
        lab->server->kind->release(lab->server);
}

/* The channel `main` of that kind, and nodes whose NICs carry so much. */
static inline void lab_open(struct lab *lab, const char *kind, int nodes, double bytes_per_s)
{
    if (strcmp(kind, "vm_ps") == 0)
        lab_open_server(lab);
    lab->channel = lab_kind(kind)->open(&lab->world, "main", lab_conf(lab, kind, NULL));
    lab->nodes = nodes;
    lab->node = NEW_ARRAY(struct node, (size_t)nodes);
    for (int i = 0; i < nodes; i++) {
        node_init(&lab->node[i], &lab->world, 1, 1, bytes_per_s, bytes_per_s, 0);
        lab->node[i].entity = ledger_entity(lab->world.ledger, "worker", i);
        lab->node[i].number = (uint32_t)i;
    }
}

/* Runs to the end; the story asserts nothing itself, so a bad end is an exit code. */
static inline void lab_go(struct lab *lab)
{
    struct err err = {0};
    enum engine_end end = engine_run(lab->world.engine, &err);

    if (end == ENGINE_DONE)
        return;
    fprintf(stderr, "engine_run ended with %d: %s\n", (int)end, err.text);
    exit(7);
}

static inline struct request_count *lab_count(struct lab *lab, const char *operation)
{
    return ledger_request_count(lab->world.ledger, "main", operation);
}

/* Every request that was counted has its row. */
static inline bool lab_rows_fit(const struct lab *lab)
{
    struct ledger_rows rows = ledger_rows(lab->world.ledger);
    int64_t count = 0;

    for (size_t i = 0; i < rows.request_counts; i++)
        count += rows.request_count[i]->count;
    return count == (int64_t)rows.requests;
}

static inline void lab_settings(struct lab *lab)
{
    struct store_conf store = {.latency_s = value_constant(0.25),
                               .bandwidth_bytes_per_s = 1e6,
                               .bulk_connections = 4,
                               .max_object_bytes = 5000000000,
                               .polling = POLLING_COMPUTED,
                               .poll_interval_s = 0.25};
    struct patience_conf patience = {.backoff_s = 1, .max_backoff_s = 20, .max_attempts = 5};

    lab->s3 = (struct s3_conf){.store = store,
                               .patience = patience,
                               .aggregate_bandwidth_bytes_per_s = NAN,
                               .write_rate_per_s = NAN,
                               .read_rate_per_s = NAN,
                               .burst_s = 1,
                               .list_page = 1000,
                               .put_price_pusd_per_request = 5000000,
                               .get_price_pusd_per_request = 400000,
                               .list_price_pusd_per_request = 5000001};
    lab->cache = (struct cache_conf){.store = store,
                                     .node = {.name = (char *)"a node",
                                              .vcpus = 2,
                                              .memory_bytes = 1000000000,
                                              .nic_up_bytes_per_s = INFINITY,
                                              .nic_down_bytes_per_s = INFINITY,
                                              .price_pusd_per_hour = 68000000001},
                                     .start_time_s = value_constant(0),
                                     .start_before_workers = true,
                                     .billing_granularity_s = 3600,
                                     .thread_bytes_per_s = NAN};
    lab->dynamodb = (struct dynamodb_conf){.store = store,
                                           .patience = patience,
                                           .page_bytes = 1000000,
                                           .write_unit_bytes = 1024,
                                           .read_unit_bytes = 4096,
                                           .write_rate_per_s = NAN,
                                           .read_rate_per_s = NAN,
                                           .burst_s = 1,
                                           .write_price_pusd_per_request = 1250000,
                                           .read_price_pusd_per_request = 250000,
                                           .write_capacity_price_pusd_per_hour = 650000000,
                                           .read_capacity_price_pusd_per_hour = 130000000};
    /* A message of 500,000 bytes is a second of wire, and of each core that it passes. */
    lab->vm_ps = (struct vm_ps_conf){.store = store,
                                     .on = (char *)"server",
                                     .serialisation = {.name = (char *)"doubles",
                                                       .wire_ratio = 2,
                                                       .rate_bytes_per_s = 1e6,
                                                       .update_bytes_per_s = 2e6},
                                     .threads = 1,
                                     .start_before_workers = true};
    lab->machine = (struct iaas_conf){.instance = {.name = (char *)"a machine",
                                                   .vcpus = 4,
                                                   .speed_ratio = 1,
                                                   .memory_bytes = 1000000000,
                                                   .nic_up_bytes_per_s = INFINITY,
                                                   .nic_down_bytes_per_s = INFINITY,
                                                   .latency_s = NAN,
                                                   .price_pusd_per_hour = 3600},
                                      .boot_time_s = value_constant(10),
                                      .disk_bytes_per_s = INFINITY,
                                      .billing_granularity_s = 1};
    lab->direct =
        (struct direct_conf){.latency_s = value_constant(0.25), .bandwidth_bytes_per_s = NAN};
}

static inline void lab_child(lab_story *story, const void *arg, double *out)
{
    struct err err = {0};
    struct lab lab = {.out = out, .arg = arg};

    lab_settings(&lab);
    lab.world.seed = 1;
    lab.world.engine = engine_new(&(struct engine_limits){0}, &err);
    lab.world.ledger = ledger_new(SPANS_NONE, true);
    story(&lab);
    if (!lab_rows_fit(&lab))
        exit(11);
    if (lab.channel)
        lab.channel->kind->close(lab.channel);
    for (int i = 0; i < lab.nodes; i++) {
        if (lab.node[i].holds)
            exit(8);
        node_done(&lab.node[i]);
    }
    free(lab.node);
    if (lab.server)
        lab.server->kind->close(lab.server);
    engine_free(lab.world.engine);
    ledger_free(lab.world.ledger);
}

/* What the story wrote; valid until the next call with the same number of LAB_ROOMS. */
enum { LAB_ROOMS = 4 };
static inline const double *lab_run_in(int room, lab_story *story, const void *arg)
{
    static double *out[LAB_ROOMS];
    size_t bytes = LAB_OUT * sizeof(double);
    int status = -1;
    pid_t child;

    if (!out[room])
        out[room] =
            mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memset(out[room], 0, bytes);
    fflush(NULL);
    child = fork();
    if (child == 0) {
        alarm(300); /* a story that hangs has failed */
        lab_child(story, arg, out[room]);
        exit(0);
    }
    waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("the story ended with status %d", status);
    return out[room];
}

static inline const double *lab_run(lab_story *story, const void *arg)
{
    return lab_run_in(0, story, arg);
}

#endif
