/* SPDX-License-Identifier: MIT
 * faas.c -- functions as a service, after AWS Lambda.
 *
 * An invocation arrives, gets a warm sandbox or a new one (or is throttled), starts, runs its
 * body until it leaves or its lifetime ends, and is billed.  faas_inside.h says which file does
 * what.   (AWS Lambda Developer Guide; LambdaML, SIGMOD 2021, for the trigger) */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/node/faas_inside.h"

extern const struct platform_kind platform_faas;

static struct platform_facts facts(const void *settings)
{
    const struct faas_conf *conf = settings;
    double nic = faas_nic_ratio(conf);
    char memory[32];
    struct platform_facts facts = {
        .vcpus = faas_vcpus(conf),
        .speed_ratio = 1,
        .memory_bytes = conf->memory_bytes,
        .lifetime_s = conf->lifetime_s,
        .nodes_most = conf->concurrency,
        .up_bytes_per_s = nic * conf->nic_up_bytes_per_s,
        .down_bytes_per_s = nic * conf->nic_down_bytes_per_s,
        .latency_s = NAN,
        .node_word = "function",
    };

    units_format((double)conf->memory_bytes, DIMENSION_MEMORY, memory, sizeof memory);
    snprintf(facts.label, sizeof facts.label, "faas %s", memory);
    return facts;
}

static struct platform *faas_open(struct world *world, const char *group, int64_t count,
                                  const struct pace_conf *pace, const void *conf)
{
    struct faas *faas = NEW(struct faas);

    (void)count; /* functions are made when they are asked for */
    platform_init(&faas->platform, &platform_faas, world, group);
    faas->conf = conf;
    faas->pace = pace;
    faas->presence.world = world;
    faas->cold = platform_stream(&faas->platform, "cold_start");
    faas->warm = platform_stream(&faas->platform, "warm_start");
    faas->keep_alive = platform_stream(&faas->platform, "keep_alive");
    faas->invoke = platform_stream(&faas->platform, "invoke");
    faas->crash = platform_stream(&faas->platform, "crash");
    faas->crash_after = platform_stream(&faas->platform, "crash_after");
    faas->new_tokens = (double)faas->conf->scaling_burst;
    faas->new_tokens_at_s = engine_now_s(world->engine);
    return &faas->platform;
}

static void submit(struct platform *platform, struct task *task)
{
    struct faas *faas = (struct faas *)platform;
    struct invocation *invocation = invocation_new(faas, task);

    if (faas->released)
        faas_end(invocation, OUTCOME_CANCELLED);
    else
        faas_arrive(invocation);
}

/* Cancelling one may end others (those it should have invoked), and its owner may do anything:
 * the list is read anew after each. */
static void release(struct platform *platform)
{
    struct faas *faas = (struct faas *)platform;
    struct invocation *invocation;

    if (faas->released)
        return;
    faas->released = true;
    for (struct launch *launch = faas->launches; launch; launch = launch->older)
        engine_cancel(platform->world->engine, &launch->event);
    for (invocation = faas->first; invocation; invocation = invocation->after)
        if (invocation->actor)
            faas_cancel(invocation);
    for (invocation = faas->first; invocation;) {
        if (invocation->actor) {
            invocation = invocation->after;
            continue;
        }
        faas_cancel(invocation);
        invocation = faas->first;
    }
}

static struct platform *faas_close(struct platform *platform)
{
    struct faas *faas = (struct faas *)platform;

    while (faas->first) {
        if (faas->first->sandbox)
            sandbox_destroy(faas, faas->first->sandbox);
        invocation_free(faas->first);
    }
    while (faas->launches) {
        struct launch *launch = faas->launches;

        faas->launches = launch->older;
        engine_cancel(platform->world->engine, &launch->event);
        free(launch->invocation);
        free(launch);
    }
    faas_free_sandboxes(faas);
    presence_done(&faas->presence);
    free(faas);
    return NULL;
}

const struct platform_kind platform_faas = {
    .kind = {.name = "faas",
             .doc =
                 "Functions as a service: each task runs in a sandbox, started cold or warm, "
                 "for a limited time, billed by memory and duration.",
             .source = "AWS Lambda Developer Guide",
             .fields = faas_fields,
             .conf_size = sizeof(struct faas_conf)},
    .shared = true,
    .check = faas_check,
    .facts = facts,
    .start_mean_s = faas_start_mean_s,
    .cost_mean_pusd = faas_cost_mean_pusd,
    .open = faas_open,
    .launch = faas_launch,
    .submit = submit,
    .release = release,
    .accrued_pusd = faas_accrued_pusd,
    .close = faas_close,
};
