/* SPDX-License-Identifier: MIT
 * faas_trigger.c -- how a job's many workers are started.
 *
 * serial: a trigger function invokes one worker after another, asynchronously; worker i reaches
 * the platform after i + 1 calls.   (LambdaML, github.com/DS3Lab/LambdaML at e7d466e)
 * tree: the user invokes worker 0; each function that has started invokes, before its own work,
 * the trigger_fan_out workers below it in a complete tree.
 *
 * SIMPLIFIED: the serial trigger's own invocation is not billed (0.0001 USD for 200 workers),
 * and its lifetime does not end it. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/node/faas_inside.h"

static double call_s(struct faas *faas, int place)
{
    struct rng rng = rng_at(faas->invoke, (uint32_t)place, 0);

    return value_draw(&faas->conf->invoke_overhead_s, &rng, faas_now_s(faas));
}

static void call_next(struct engine *engine, struct event *event)
{
    struct launch *launch = (struct launch *)event;
    struct invocation *invocation = launch->invocation[launch->next++];
    struct faas *faas = launch->faas;

    /* the next call begins now, before the invocation's own events */
    if (faas->conf->trigger == TRIGGER_SERIAL && launch->next < launch->count)
        engine_at(engine, &launch->event, engine_now_s(engine) + call_s(faas, launch->next));
    faas_arrive(invocation);
}

void faas_launch(struct platform *platform, struct task *const task[], int count)
{
    struct faas *faas = (struct faas *)platform;
    struct launch *launch;

    if (count == 0)
        return;
    launch = NEW(struct launch);
    launch->event.fire = call_next;
    launch->faas = faas;
    launch->invocation = NEW_ARRAY(struct invocation *, (size_t)count);
    launch->count = count;
    launch->older = faas->launches;
    faas->launches = launch;
    for (int i = 0; i < count; i++) {
        struct invocation *invocation = invocation_new(faas, task[i]);

        launch->invocation[i] = invocation;
        invocation->launch = launch;
        invocation->place = i;
    }
    engine_at(platform->world->engine, &launch->event, faas_now_s(faas) + call_s(faas, 0));
}

/* -- tree --------------------------------------------------------------------------------- */

/* Place of the next worker that this one is to invoke; -1: it has invoked all. */
static int next_below(const struct invocation *invocation)
{
    const struct launch *launch = invocation->launch;
    int64_t fan_out = invocation->faas->conf->trigger_fan_out;
    int64_t below = invocation->place * fan_out + 1 + invocation->called;

    if (!launch || invocation->faas->conf->trigger != TRIGGER_TREE ||
        invocation->called >= fan_out || below >= launch->count)
        return -1;
    return (int)below;
}

enum outcome faas_call_others(struct actor *self, struct invocation *invocation)
{
    struct engine *engine = actor_engine(self);
    int below;

    while ((below = next_below(invocation)) >= 0) {
        double until_s = engine_now_s(engine) + call_s(invocation->faas, below);
        enum outcome outcome = engine_sleep_until(self, until_s, "invoking another function");

        if (outcome != OUTCOME_OK)
            return outcome;
        invocation->called++;
        faas_arrive(invocation->launch->invocation[below]);
    }
    return OUTCOME_OK;
}

void faas_strand_others(struct invocation *invocation, enum outcome outcome)
{
    int below;

    while ((below = next_below(invocation)) >= 0) {
        invocation->called++;
        if (invocation->launch->invocation[below]) /* not cancelled before */
            faas_end(invocation->launch->invocation[below], outcome);
    }
}

/* -- on average --------------------------------------------------------------------------- */

/* A function of a tree begins its own work when it has invoked those below it. */
static double tree_start_mean_s(const struct faas_conf *conf, int64_t count)
{
    double call_s = value_mean(&conf->invoke_overhead_s), last_s = 0;
    double cold_s = value_mean(&conf->cold_start_s);
    double *runs_s = NEW_ARRAY(double, (size_t)count); /* from its first instruction on */

    for (int64_t i = 0; i < count; i++) {
        int64_t fan_out = conf->trigger_fan_out, above = (i - 1) / fan_out;
        int64_t below = count - 1 - i * fan_out;

        runs_s[i] = call_s + cold_s;
        if (i > 0)
            runs_s[i] += runs_s[above] + (double)((i - 1) % fan_out) * call_s;
        below = below < 0 ? 0 : below < fan_out ? below : fan_out;
        last_s = fmax(last_s, runs_s[i] + (double)below * call_s);
    }
    free(runs_s);
    return last_s;
}

double faas_start_mean_s(const void *settings, int64_t count)
{
    const struct faas_conf *conf = settings;

    if (conf->trigger == TRIGGER_TREE)
        return tree_start_mean_s(conf, count);
    return (double)count * value_mean(&conf->invoke_overhead_s) +
           value_mean(&conf->cold_start_s);
}
