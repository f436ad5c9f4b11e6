/* SPDX-License-Identifier: MIT
 * exchange_bench.c -- how long the simulator takes for rounds of a collective.
 *
 *     exchange_bench [PATTERN [RANKS [ROUNDS [CHANNEL [POLLING [SIGMA [BYTES]]]]]]]
 *
 * By default 100 rounds of scatter_reduce among 300 functions over an object store with
 * jittered latency (lognormal, SIGMA 0.3) and rate limits on: 27 million transfers, each with
 * its own beginning and end.  CHANNEL: s3, memcached, dynamodb or direct.  Prints one line of
 * figures; wall time is the process's CPU time.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/memory.h"
#include "sim/channel/cache.h"
#include "sim/channel/direct.h"
#include "sim/channel/dynamodb.h"
#include "sim/channel/exchange.h"
#include "sim/channel/s3.h"

struct bench {
    struct world world;
    struct channel *channel;
    struct exchange_plan *plan;
    struct node *node;
    struct exchange **exchange; /* [rounds] */
    int *left;                  /* [rounds]: ranks that are not through */
    int ranks, rounds, failed;
};

struct worker {
    struct bench *bench;
    int rank;
};

static void train(struct actor *self, void *arg)
{
    struct worker *worker = arg;
    struct bench *bench = worker->bench;

    for (int round = 0; round < bench->rounds; round++) {
        if (!bench->exchange[round])
            bench->exchange[round] = exchange_new(bench->plan, bench->channel);
        if (exchange_run(self, bench->exchange[round], worker->rank,
                         &bench->node[worker->rank]) != OUTCOME_OK) {
            bench->failed++;
            exchange_abandon(bench->exchange[round]);
            return;
        }
        if (--bench->left[round] == 0)
            bench->exchange[round] = exchange_free(bench->exchange[round]);
    }
}

static struct s3_conf s3_conf(const char *polling, double sigma)
{
    return (struct s3_conf){
        .store = {.latency_s = {.kind = sigma > 0 ? VALUE_LOGNORMAL : VALUE_CONSTANT,
                                .a = 0.08,
                                .b = sigma},
                  .bandwidth_bytes_per_s = 65e6,
                  .bulk_connections = 1,
                  .max_object_bytes = 5000000000,
                  .polling = strcmp(polling, "ideal") == 0      ? POLLING_IDEAL
                             : strcmp(polling, "explicit") == 0 ? POLLING_EXPLICIT
                                                                : POLLING_COMPUTED,
                  .poll_interval_s = 0.1},
        .patience = {.backoff_s = 1, .max_backoff_s = 20, .max_attempts = 20},
        .aggregate_bandwidth_bytes_per_s = NAN,
        .write_rate_per_s = 3500,
        .read_rate_per_s = 5500,
        .burst_s = 1,
        .list_page = 1000,
        .put_price_pusd_per_request = 5000000,
        .get_price_pusd_per_request = 400000,
        .list_price_pusd_per_request = 5000000,
    };
}

struct settings {
    struct s3_conf s3;
    struct cache_conf memcached;
    struct dynamodb_conf dynamodb;
    struct direct_conf direct;
};

/* The other stores are S3 but for what the kind is about: they differ in how they are asked. */
static struct settings all_settings(const char *polling, double sigma)
{
    struct s3_conf s3 = s3_conf(polling, sigma);

    return (struct settings){
        .s3 = s3,
        .memcached = {.store = s3.store,
                      .node = {.vcpus = 2,
                               .memory_bytes = 3317862236,
                               .nic_up_bytes_per_s = 630e6 / 8,
                               .nic_down_bytes_per_s = 630e6 / 8},
                      .start_time_s = value_constant(0),
                      .billing_granularity_s = 3600,
                      .request_s = 1e-5,
                      .thread_bytes_per_s = 400e6},
        .dynamodb = {.store = s3.store,
                     .patience = s3.patience,
                     .page_bytes = 1000000,
                     .write_unit_bytes = 1024,
                     .read_unit_bytes = 4096,
                     .write_rate_per_s = NAN,
                     .read_rate_per_s = NAN,
                     .burst_s = 300},
        .direct = {.latency_s = value_constant(0.0005), .bandwidth_bytes_per_s = NAN},
    };
}

/* NULL: there are none. */
static const void *settings_of(const struct settings *settings, const char *channel)
{
    return strcmp(channel, "s3") == 0          ? (const void *)&settings->s3
           : strcmp(channel, "memcached") == 0 ? (const void *)&settings->memcached
           : strcmp(channel, "dynamodb") == 0  ? (const void *)&settings->dynamodb
           : strcmp(channel, "direct") == 0    ? (const void *)&settings->direct
                                               : NULL;
}

static int64_t count(struct bench *bench, const char *operation)
{
    return ledger_request_count(bench->world.ledger, "main", operation)->count;
}

static double cpu_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void report(struct bench *bench, double wall_s, int64_t transfers)
{
    struct engine_counts engine = engine_counts(bench->world.engine);
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    printf(
        "transfers %.2f M  wall %.2f s  %.0f ns/transfer  peak %.0f MB  simulated %.1f s  "
        "events %.1f M  resumes %.3f M  PUT %lld GET %lld LIST %lld refused %lld  failed %d\n",
        (double)transfers * 1e-6, wall_s, wall_s / (double)transfers * 1e9,
        (double)usage.ru_maxrss / 1024, engine_now_s(bench->world.engine),
        (double)engine.events * 1e-6, (double)engine.resumes * 1e-6,
        (long long)count(bench, "PUT"), (long long)count(bench, "GET"),
        (long long)count(bench, "LIST"),
        (long long)(ledger_request_count(bench->world.ledger, "main", "PUT")->unbilled +
                    ledger_request_count(bench->world.ledger, "main", "GET")->unbilled),
        bench->failed);
}

static void open_world(struct bench *bench, const char *channel, const void *conf)
{
    struct err err = {0};

    bench->world.seed = 1;
    bench->world.engine = engine_new(&(struct engine_limits){0}, &err);
    bench->world.ledger = ledger_new(SPANS_CRITICAL, false);
    bench->channel = ((const struct channel_kind *)family_find(&channel_family, channel))
                         ->open(&bench->world, "main", conf);
    bench->node = NEW_ARRAY(struct node, (size_t)bench->ranks);
    bench->exchange = NEW_ARRAY(struct exchange *, (size_t)bench->rounds);
    bench->left = NEW_ARRAY(int, (size_t)bench->rounds);
    for (int i = 0; i < bench->rounds; i++)
        bench->left[i] = bench->ranks;
    for (int i = 0; i < bench->ranks; i++) {
        node_init(&bench->node[i], &bench->world, 1, 1, 65e6, 65e6, 0);
        bench->node[i].entity = ledger_entity(bench->world.ledger, "worker", i);
        bench->node[i].number = (uint32_t)i;
    }
}

static void close_world(struct bench *bench)
{
    bench->channel->kind->close(bench->channel);
    exchange_plan_free(bench->plan);
    for (int i = 0; i < bench->ranks; i++)
        node_done(&bench->node[i]);
    for (int i = 0; i < bench->rounds; i++)
        exchange_free(bench->exchange[i]);
    engine_free(bench->world.engine);
    ledger_free(bench->world.ledger);
    free(bench->node);
    free(bench->exchange);
    free(bench->left);
}

int main(int argc, char **argv)
{
    const char *pattern = argc > 1 ? argv[1] : "scatter_reduce";
    const char *channel = argc > 4 ? argv[4] : "s3";
    struct settings settings =
        all_settings(argc > 5 ? argv[5] : "computed", argc > 6 ? atof(argv[6]) : 0.3);
    int64_t bytes = argc > 7 ? atoll(argv[7]) : 12000000;
    struct tree_conf tree = {.fan_out = 2};
    struct choice collective = {.kind = family_find(&pattern_family, pattern), .conf = &tree};
    struct bench bench = {.ranks = argc > 2 ? atoi(argv[2]) : 300,
                          .rounds = argc > 3 ? atoi(argv[3]) : 100};
    struct collective_totals totals =
        collective_totals(&collective, bench.ranks, vector_whole(bytes));
    struct worker *worker = NEW_ARRAY(struct worker, (size_t)bench.ranks);
    struct err err = {0};
    double begin_s;

    if (!settings_of(&settings, channel)) {
        fprintf(stderr, "no settings for channel '%s'\n", channel);
        return 2;
    }
    open_world(&bench, channel, settings_of(&settings, channel));
    bench.plan = exchange_plan_new(&collective, bench.ranks, vector_whole(bytes));
    begin_s = cpu_s();
    for (int i = 0; i < bench.ranks; i++) {
        worker[i] = (struct worker){&bench, i};
        actor_spawn(bench.world.engine, "worker", train, &worker[i]);
    }
    if (engine_run(bench.world.engine, &err) != ENGINE_DONE)
        fprintf(stderr, "%s\n", err.text);
    report(&bench, cpu_s() - begin_s, (totals.puts + totals.gets) * bench.rounds);
    close_world(&bench);
    free(worker);
    return 0;
}
