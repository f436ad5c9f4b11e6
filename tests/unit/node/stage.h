/* SPDX-License-Identifier: MIT
 * stage.h -- a world with one platform, and players: tasks that write down what happens to
 * them.
 *
 * For the tests of this folder; everything is static inline because each test is one file. */
#ifndef TRAINCAST_TESTS_UNIT_NODE_STAGE_H
#define TRAINCAST_TESTS_UNIT_NODE_STAGE_H

#include "base/memory.h"
#include "sim/ledger/money.h"
#include "sim/ledger/rows.h"
#include "sim/node/faas.h"
#include "sim/node/iaas.h"
#include "sim/node/platform.h"
#include "tests/test.h"

extern const struct platform_kind platform_faas, platform_iaas;

enum { PLAYER_ATTEMPTS = 16 };

struct stage {
    struct world world;
    struct platform *platform;
};

struct player {
    struct task task; /* first */
    struct stage *stage;
    double work_s;     /* sleeps so long ... */
    double core_s;     /* ... then computes so much ... */
    enum outcome says; /* ... and says this, unless told otherwise */
    int bodies, ends;
    double begin_s[PLAYER_ATTEMPTS], end_s[PLAYER_ATTEMPTS], retry_at_s[PLAYER_ATTEMPTS];
    enum outcome outcome[PLAYER_ATTEMPTS];
    uint32_t node[PLAYER_ATTEMPTS];
    void (*then)(struct player *player); /* when a body has finished its work; may be NULL */
};

static inline enum outcome player_body(struct actor *self, struct node *node, struct task *task)
{
    struct player *player = (struct player *)task;
    struct engine *engine = actor_engine(self);
    enum outcome outcome = OUTCOME_OK;

    assert_true(player->bodies < PLAYER_ATTEMPTS);
    player->node[player->bodies] = node->number;
    player->begin_s[player->bodies++] = engine_now_s(engine);
    if (player->work_s > 0)
        outcome = engine_sleep_until(self, engine_now_s(engine) + player->work_s, "its work");
    if (outcome == OUTCOME_OK && player->core_s > 0)
        outcome = node_compute(self, node, player->core_s, 0, "its arithmetic");
    if (outcome == OUTCOME_OK)
        outcome = player->says;
    if (player->then)
        player->then(player);
    return outcome;
}

static inline void player_ended(struct task *task, const struct attempt_end *end)
{
    struct player *player = (struct player *)task;

    assert_true(player->ends < PLAYER_ATTEMPTS);
    player->end_s[player->ends] = engine_now_s(player->stage->world.engine);
    player->outcome[player->ends] = end->outcome;
    player->retry_at_s[player->ends++] = end->retry_at_s;
}

static inline void stage_open(struct stage *stage, const struct platform_kind *kind,
                              int64_t count, const void *conf)
{
    struct engine_limits limits = {0};
    struct err err = {0};

    stage->world = (struct world){
        .engine = engine_new(&limits, &err), .ledger = ledger_new(SPANS_ALL, false), .seed = 1};
    assert_string_equal(err.text, "");
    stage->platform = kind->open(&stage->world, "workers", count, NULL, conf);
}

/* A player of its own entity, as member i. */
static inline void player_init(struct player *player, struct stage *stage, int member,
                               double work_s)
{
    *player = (struct player){
        .task = {.body = player_body,
                 .ended = player_ended,
                 .member = member,
                 .entity = ledger_entity(stage->world.ledger, "worker", member)},
        .stage = stage,
        .work_s = work_s,
    };
}

static inline void stage_launch(struct stage *stage, struct player *player, int count)
{
    struct task **task = NEW_ARRAY(struct task *, (size_t)count);

    for (int i = 0; i < count; i++)
        task[i] = &player[i].task;
    stage->platform->kind->launch(stage->platform, task, count);
    free(task);
}

/* A task is submitted when the clock shows at_s. */
struct later {
    struct event event; /* first */
    struct stage *stage;
    struct task *task; /* NULL: the platform is released */
};

static inline void later_fire(struct engine *engine, struct event *event)
{
    struct later *later = (struct later *)event;

    (void)engine;
    if (later->task)
        later->stage->platform->kind->submit(later->stage->platform, later->task);
    else
        later->stage->platform->kind->release(later->stage->platform);
}

static inline void stage_at(struct stage *stage, double at_s, struct later *later,
                            struct task *task)
{
    *later = (struct later){.event = {.fire = later_fire}, .stage = stage, .task = task};
    engine_at(stage->world.engine, &later->event, at_s);
}

static inline void stage_run(struct stage *stage)
{
    struct err err = {0};

    assert_int_equal(engine_run(stage->world.engine, &err), ENGINE_DONE);
    assert_string_equal(err.text, "");
}

static inline struct ledger_rows stage_rows(const struct stage *stage)
{
    return ledger_rows(stage->world.ledger);
}

static inline void stage_close(struct stage *stage)
{
    stage->platform->kind->release(stage->platform);
    stage->platform = stage->platform->kind->close(stage->platform);
    stage->world.engine = engine_free(stage->world.engine);
    stage->world.ledger = ledger_free(stage->world.ledger);
}

/* Functions of 1 GB in a world of round numbers: a call takes 1 s, a cold start 2 s, a warm one
 * 0.25 s; no limit is near. */
static inline struct faas_conf simple_faas(void)
{
    return (struct faas_conf){
        .memory_bytes = 1LL << 30,
        .min_memory_bytes = 1 << 20,
        .max_memory_bytes = 1LL << 33,
        .step_memory_bytes = 1 << 20,
        .vcpu_memory_bytes = 1LL << 30,
        .max_vcpus = 4,
        .nic_full_memory_bytes = 1LL << 31,
        .nic_up_bytes_per_s = 100e6,
        .nic_down_bytes_per_s = 200e6,
        .cold_start_s = value_constant(2),
        .warm_start_s = value_constant(0.25),
        .keep_alive_s = value_constant(600),
        .invoke_overhead_s = value_constant(1),
        .trigger_fan_out = 2,
        .lifetime_s = 900,
        .concurrency = 1000000,
        .scaling_burst = 1000000,
        .scaling_rate_per_s = 1000,
        .throttle_backoff_s = 1,
        .throttle_max_backoff_s = 300,
        .throttle_give_up_s = 21600,
        .client_backoff_s = 1,
        .client_max_backoff_s = 20,
        .client_max_attempts = 5,
        .async_retries = 2,
        .async_retry_delay_s = 60,
        .billing_granularity_s = 0.001,
        .duration_price_pusd_per_gb_s = 16666700,
        .request_price_pusd_per_request = 200000,
        .crash_after_s = value_constant(NAN),
        .crash_attempts = 1,
        .crash_member = -1,
    };
}

/* Machines of 2 vCPUs that boot in 100 s and then take 1 s per pair. */
static inline struct iaas_conf simple_iaas(void)
{
    static char name[] = "t9.medium";

    return (struct iaas_conf){
        .instance = {.name = name,
                     .vcpus = 2,
                     .speed_ratio = 1,
                     .memory_bytes = 1LL << 32,
                     .nic_up_bytes_per_s = 100e6,
                     .nic_down_bytes_per_s = 100e6,
                     .latency_s = NAN,
                     .price_pusd_per_hour = 46400000000},
        .boot_time_s = value_constant(100),
        .pair_setup_s = 1,
        .disk_bytes_per_s = 100e6,
        .min_billed_s = 60,
        .billing_granularity_s = 1,
    };
}

#endif
