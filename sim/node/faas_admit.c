/* SPDX-License-Identifier: MIT
 * faas_admit.c -- an invocation arrives: it gets a sandbox, or is throttled.
 *
 * Two limits of the account: functions at once, and how fast new sandboxes are made (a bucket
 * of scaling_burst tokens that refills at scaling_rate; a warm sandbox needs none).  A
 * throttled asynchronous invocation goes back to the platform's queue, which tries again at
 * growing intervals; a synchronous one is tried again by its caller.   (AWS Lambda Developer
 * Guide: Function scaling, Asynchronous invocation)
 *
 * SIMPLIFIED: each group of a scenario has an account of its own; and before November 2023 the
 * limit on new sandboxes grew by a number per minute, which the bucket smooths. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/node/faas_inside.h"

static void try_to_start(struct engine *engine, struct event *event);

struct invocation *invocation_new(struct faas *faas, struct task *task)
{
    struct invocation *invocation = NEW(struct invocation);

    invocation->faas = faas;
    invocation->task = task;
    invocation->stage = INVOCATION_UNCALLED;
    invocation->after = faas->first;
    if (faas->first)
        faas->first->before = invocation;
    faas->first = invocation;
    task->attempt = 0;
    presence_waits(&faas->presence, task->entity);
    return invocation;
}

/* Off the platform's list: nobody else comes upon it any more. */
static void take_off(struct invocation *invocation)
{
    struct faas *faas = invocation->faas;

    engine_cancel(faas->platform.world->engine, &invocation->event);
    if (invocation->before)
        invocation->before->after = invocation->after;
    else
        faas->first = invocation->after;
    if (invocation->after)
        invocation->after->before = invocation->before;
    if (invocation->launch)
        invocation->launch->invocation[invocation->place] = NULL;
}

void invocation_free(struct invocation *invocation)
{
    take_off(invocation);
    free(invocation);
}

/* Who owns one that is stranded may release the platform: that must not end this one too. */
void faas_end(struct invocation *invocation, enum outcome outcome)
{
    struct task *task = invocation->task;

    presence_gave_up(&invocation->faas->presence, task->entity);
    take_off(invocation);
    faas_strand_others(invocation, outcome);
    free(invocation);
    task_tell(task, outcome, INFINITY);
}

static bool take_token(struct faas *faas)
{
    const struct faas_conf *conf = faas->conf;
    double now_s = faas_now_s(faas);

    faas->new_tokens =
        fmin((double)conf->scaling_burst,
             faas->new_tokens + conf->scaling_rate_per_s * (now_s - faas->new_tokens_at_s));
    faas->new_tokens_at_s = now_s;
    /* a bucket that refills to just below a token by rounding has one */
    if (faas->new_tokens < 1 - 1e-9)
        return false;
    faas->new_tokens = fmax(faas->new_tokens - 1, 0);
    return true;
}

/* delay, doubled as often, at most `most` */
static double backoff_s(double delay_s, int doublings, double most_s)
{
    return fmin(ldexp(delay_s, doublings), most_s);
}

static void throttle(struct invocation *invocation, const char *why)
{
    const struct faas_conf *conf = invocation->faas->conf;
    struct world *world = invocation->faas->platform.world;
    bool synchronous = invocation->task->synchronous;
    double now_s = engine_now_s(world->engine), again_s;
    bool gives_up;

    ledger_misfortune(world->ledger, invocation->task->entity, now_s, OUTCOME_THROTTLED, why);
    again_s = now_s + (synchronous ? backoff_s(conf->client_backoff_s, invocation->throttled,
                                               conf->client_max_backoff_s)
                                   : backoff_s(conf->throttle_backoff_s, invocation->throttled,
                                               conf->throttle_max_backoff_s));
    invocation->throttled++;
    gives_up = synchronous ? invocation->throttled >= conf->client_max_attempts
                           : again_s > invocation->arrival_s + conf->throttle_give_up_s;
    if (gives_up) {
        faas_end(invocation, OUTCOME_THROTTLED);
        return;
    }
    invocation->stage = INVOCATION_WAITS;
    engine_at(world->engine, &invocation->event, again_s);
}

static void try_to_start(struct engine *engine, struct event *event)
{
    struct invocation *invocation = (struct invocation *)event;
    struct faas *faas = invocation->faas;

    (void)engine;
    if (faas->in_flight >= faas->conf->concurrency) {
        throttle(invocation, "the account runs as many functions as it may");
        return;
    }
    invocation->sandbox = sandbox_warm(faas);
    invocation->cold = !invocation->sandbox;
    if (invocation->cold && !take_token(faas)) {
        throttle(invocation, "new sandboxes are made no faster");
        return;
    }
    if (invocation->cold)
        invocation->sandbox = sandbox_new(faas);
    faas_start(invocation);
}

void faas_arrive(struct invocation *invocation)
{
    struct task *task = invocation->task;

    invocation->arrival_s = faas_now_s(invocation->faas);
    if (task->attempt == 0)
        task->arrival_s = invocation->arrival_s;
    invocation->throttled = 0;
    invocation->event.fire = try_to_start;
    try_to_start(invocation->faas->platform.world->engine, &invocation->event);
}
