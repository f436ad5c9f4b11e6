/* SPDX-License-Identifier: MIT
 * faas_run.c -- an invocation starts, runs on an actor of its own, ends, and may be run again.
 *
 * Lifetime and crash are known when the body begins: the earlier is its actor's doom.  What the
 * platform did to an asynchronous attempt (crash, end of lifetime, out of memory) it tries
 * again; what the body itself reported otherwise (a lost peer, a refused request) is the
 * owner's affair, and its sandbox stays warm. */
#include <math.h>
#include <stdio.h>

#include "sim/node/faas_inside.h"

/* Times after the first instruction. */
static double crash_after_s(const struct invocation *invocation)
{
    const struct faas *faas = invocation->faas;
    const struct faas_conf *conf = faas->conf;
    const struct task *task = invocation->task;
    struct rng rng = rng_at(faas->crash, task->invocation, 0);
    double after_s = INFINITY, scripted_s = NAN;

    if (conf->crash_rate_per_s > 0)
        after_s = rng_exponential(&rng) / conf->crash_rate_per_s;
    rng = rng_at(faas->crash_after, task->invocation, 0);
    if (task->attempt < conf->crash_attempts &&
        (conf->crash_member < 0 || conf->crash_member == task->member))
        scripted_s = value_draw(&conf->crash_after_s, &rng, faas_now_s(faas));
    return fmin(after_s, scripted_s); /* fmin ignores the NaN of an absent script */
}

static bool is_the_platforms(enum outcome outcome)
{
    return outcome == OUTCOME_CRASHED || outcome == OUTCOME_EXPIRED ||
           outcome == OUTCOME_OUT_OF_MEMORY;
}

/* Whatever an asynchronous invocation failed of, also an error of the body's own, the platform
 * runs it again (AWS Lambda Developer Guide, Asynchronous invocation). */
static bool has_failed(enum outcome outcome)
{
    return outcome != OUTCOME_OK && outcome != OUTCOME_CANCELLED;
}

static void on_retry(struct engine *engine, struct event *event)
{
    (void)engine;
    faas_arrive((struct invocation *)event);
}

/* Books the attempt and gives its sandbox back. */
static void leave_sandbox(struct invocation *invocation, enum outcome outcome)
{
    struct faas *faas = invocation->faas;
    struct sandbox *sandbox = invocation->sandbox;

    faas_book(invocation, outcome);
    if (is_the_platforms(outcome) || outcome == OUTCOME_CANCELLED)
        sandbox_destroy(faas, sandbox);
    else
        sandbox_keep_warm(faas, sandbox);
    invocation->sandbox = NULL;
    invocation->actor = NULL;
    invocation->stage = INVOCATION_WAITS;
    faas->in_flight--;
}

static void end_attempt(struct invocation *invocation, enum outcome outcome)
{
    struct faas *faas = invocation->faas;
    struct world *world = faas->platform.world;
    struct task *task = invocation->task;
    double now_s = faas_now_s(faas), retry_at_s;

    leave_sandbox(invocation, outcome);
    if (has_failed(outcome))
        ledger_misfortune(world->ledger, task->entity, now_s, outcome,
                          outcome_sentence(outcome));
    presence_waits(&faas->presence, task->entity);
    presence_left(&faas->presence, task->entity);
    if (!has_failed(outcome) || task->synchronous || faas->released ||
        task->attempt >= faas->conf->async_retries) {
        faas_end(invocation, outcome);
        return;
    }
    retry_at_s = now_s + ldexp(faas->conf->async_retry_delay_s, task->attempt);
    task->attempt++;
    invocation->event.fire = on_retry;
    engine_at(world->engine, &invocation->event, retry_at_s);
    task_tell(task, outcome, retry_at_s);
}

static void run(struct actor *self, void *arg)
{
    struct invocation *invocation = arg;
    struct faas *faas = invocation->faas;
    struct task *task = invocation->task;
    double crash_s = crash_after_s(invocation), lifetime_s = faas->conf->lifetime_s;
    enum outcome outcome = actor_fate(self);

    invocation->stage = INVOCATION_RUNS;
    invocation->start_s = faas_now_s(faas);
    presence_runs(&faas->presence, task->entity);
    if (crash_s < lifetime_s)
        actor_doom(self, invocation->start_s + crash_s, OUTCOME_CRASHED);
    else
        actor_doom(self, invocation->start_s + lifetime_s, OUTCOME_EXPIRED);
    if (outcome == OUTCOME_OK)
        outcome = faas_call_others(self, invocation);
    if (outcome == OUTCOME_OK)
        outcome = task->body(self, &invocation->sandbox->node, task);
    /* a body that was told may have reported what it saw of it: a lost peer, a timeout */
    if (outcome != OUTCOME_OK && actor_fate(self) != OUTCOME_OK)
        outcome = actor_fate(self);
    end_attempt(invocation, outcome);
}

static void on_started(struct engine *engine, struct event *event)
{
    struct invocation *invocation = (struct invocation *)event;
    char name[64];

    snprintf(name, sizeof name, "%s %u", invocation->faas->platform.group,
             invocation->task->member >= 0 ? (unsigned)invocation->task->member
                                           : invocation->task->invocation);
    invocation->actor = actor_spawn(engine, name, run, invocation);
}

void faas_start(struct invocation *invocation)
{
    struct faas *faas = invocation->faas;
    struct task *task = invocation->task;
    double now_s = faas_now_s(faas), init_s;
    struct rng rng;

    task->invocation = faas->invocations++;
    faas->in_flight++;
    invocation->sandbox->node.entity = task->entity;
    invocation->sandbox->node.speed_ratio =
        invocation->sandbox->speed_ratio * pace_of_member(faas->pace, task->member);
    invocation->sandbox->uses++;
    invocation->stage = INVOCATION_STARTS;
    invocation->init_s = now_s;
    rng = rng_at(invocation->cold ? faas->cold : faas->warm, task->invocation, 0);
    init_s = value_draw(
        invocation->cold ? &faas->conf->cold_start_s : &faas->conf->warm_start_s, &rng, now_s);
    invocation->event.fire = on_started;
    engine_at(faas->platform.world->engine, &invocation->event, now_s + init_s);
}

void faas_cancel(struct invocation *invocation)
{
    if (invocation->actor) {
        actor_doom(invocation->actor, faas_now_s(invocation->faas), OUTCOME_CANCELLED);
        return;
    }
    if (invocation->stage == INVOCATION_STARTS)
        leave_sandbox(invocation, OUTCOME_CANCELLED);
    faas_end(invocation, OUTCOME_CANCELLED);
}
