/* SPDX-License-Identifier: MIT
 * iaas.c -- rented machines, after AWS EC2.
 *
 * The group's machines are requested together, when its first tasks are: they boot at the same
 * time, a coordinator then sets them up pair by pair, and with the whole cluster ready all
 * tasks begin.  A machine runs its tasks side by side on its cores, up to max_concurrent;
 * others queue. Machines are billed, by the second, from the request until release.
 *
 * SIMPLIFIED: AWS bills from the state `running`, some seconds after the request; the study of
 * LambdaML pays for the whole start-up, and so do we.  A machine never fails. */
#include "sim/node/iaas.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/ledger/money.h"
#include "sim/node/platform_inside.h"
#include "sim/node/presence.h"

extern const struct platform_kind platform_iaas;

/* A task from submission to its end. */
struct occupant {
    struct iaas *iaas;
    struct task *task;
    struct machine *machine;
    struct actor *actor;   /* NULL: queued */
    struct occupant *next; /* of the machine's queue, or of those that run */
    struct occupant **at;  /* what points to it among those that run */
};

struct machine {
    struct node node;
    struct occupant *queue, **queue_end; /* first in, first out */
    struct occupant *runs;
    int64_t running, queued;
};

struct iaas {
    struct platform platform; /* first */
    const struct iaas_conf *conf;
    const struct pace_conf *pace;
    struct presence presence;
    struct event ready;
    struct machine *machine; /* [count] */
    int64_t count;
    uint32_t tasks;   /* so far */
    double request_s; /* NaN: not yet requested */
    double ready_s;   /* INFINITY until requested */
    double release_s; /* INFINITY until released */
};

static double now(const struct iaas *iaas)
{
    return engine_now_s(iaas->platform.world->engine);
}

static struct platform_facts facts(const void *settings)
{
    const struct iaas_conf *conf = settings;
    const struct instance_conf *instance = &conf->instance;
    struct platform_facts facts = {
        .vcpus = instance->vcpus,
        .speed_ratio = instance->speed_ratio,
        .memory_bytes = instance->memory_bytes,
        .lifetime_s = INFINITY,
        .up_bytes_per_s = instance->nic_up_bytes_per_s,
        .down_bytes_per_s = instance->nic_down_bytes_per_s,
        .latency_s = instance->latency_s,
        .disk_bytes_per_s = conf->disk_bytes_per_s,
        .disk_latency_s = conf->disk_latency_s,
        .node_word = "VM",
    };

    snprintf(facts.label, sizeof facts.label, "%s", instance->name);
    return facts;
}

/* -- tasks -------------------------------------------------------------------------------- */

static void begin_queued(struct machine *machine);

static void take_out(struct occupant *occupant)
{
    struct machine *machine = occupant->machine;

    *occupant->at = occupant->next;
    if (occupant->next)
        occupant->next->at = occupant->at;
    machine->running--;
}

static void run(struct actor *self, void *arg)
{
    struct occupant *occupant = arg;
    struct iaas *iaas = occupant->iaas;
    struct machine *machine = occupant->machine;
    struct task *task = occupant->task;
    enum outcome outcome = actor_fate(self);

    if (outcome == OUTCOME_OK)
        outcome = task->body(self, &machine->node, task);
    if (outcome != OUTCOME_OK && actor_fate(self) != OUTCOME_OK)
        outcome = actor_fate(self);
    if (outcome == OUTCOME_OUT_OF_MEMORY)
        ledger_misfortune(iaas->platform.world->ledger, task->entity, now(iaas), outcome,
                          outcome_sentence(outcome));
    presence_left(&iaas->presence, task->entity);
    take_out(occupant);
    free(occupant);
    begin_queued(machine);
    task_tell(task, outcome, INFINITY);
}

static void begin(struct occupant *occupant)
{
    struct iaas *iaas = occupant->iaas;
    struct machine *machine = occupant->machine;
    struct task *task = occupant->task;
    char name[64];

    machine->running++;
    occupant->next = machine->runs;
    occupant->at = &machine->runs;
    if (machine->runs)
        machine->runs->at = &occupant->next;
    machine->runs = occupant;
    if (task->member >= 0) /* a worker's machine works in the worker's name ... */
        machine->node.entity = task->entity;
    else if (machine->node.entity == LEDGER_RUN) /* ... one that serves many in its own */
        machine->node.entity = ledger_entity(iaas->platform.world->ledger, iaas->platform.group,
                                             (int)machine->node.number);
    presence_runs(&iaas->presence, task->entity);
    snprintf(name, sizeof name, "%s %u", iaas->platform.group,
             task->member >= 0 ? (unsigned)task->member : task->invocation);
    occupant->actor = actor_spawn(iaas->platform.world->engine, name, run, occupant);
}

static struct occupant *pop_queued(struct machine *machine)
{
    struct occupant *occupant = machine->queue;

    machine->queue = occupant->next;
    if (!machine->queue)
        machine->queue_end = &machine->queue;
    machine->queued--;
    return occupant;
}

static bool has_room(const struct iaas *iaas, const struct machine *machine)
{
    return now(iaas) >= iaas->ready_s && isinf(iaas->release_s) &&
           (iaas->conf->max_concurrent == 0 || machine->running < iaas->conf->max_concurrent);
}

static void begin_queued(struct machine *machine)
{
    while (machine->queue && has_room(machine->queue->iaas, machine))
        begin(pop_queued(machine));
}

/* The machine with the fewest tasks, running and queued; of several the lowest number. */
static struct machine *idlest(struct iaas *iaas)
{
    struct machine *best = &iaas->machine[0];

    for (int64_t i = 1; i < iaas->count; i++) {
        struct machine *machine = &iaas->machine[i];

        if (machine->running + machine->queued < best->running + best->queued)
            best = machine;
    }
    return best;
}

/* Returns the machine that it queues for. */
static struct machine *enqueue(struct iaas *iaas, struct task *task)
{
    struct occupant *occupant = NEW(struct occupant);
    struct machine *machine =
        task->member >= 0 ? &iaas->machine[task->member % iaas->count] : idlest(iaas);

    task->attempt = 0;
    task->invocation = iaas->tasks++;
    task->arrival_s = now(iaas);
    occupant->iaas = iaas;
    occupant->task = task;
    occupant->machine = machine;
    *machine->queue_end = occupant;
    machine->queue_end = &occupant->next;
    machine->queued++;
    presence_waits(&iaas->presence, task->entity);
    return machine;
}

/* -- machines ----------------------------------------------------------------------------- */

static double setup_s(const struct iaas_conf *conf, int64_t count)
{
    return (double)count * (double)(count - 1) / 2 * conf->pair_setup_s;
}

static double start_mean_s(const void *settings, int64_t count)
{
    const struct iaas_conf *conf = settings;

    return value_mean(&conf->boot_time_s) + setup_s(conf, count);
}

static void on_ready(struct engine *engine, struct event *event)
{
    struct iaas *iaas = (struct iaas *)((char *)event - offsetof(struct iaas, ready));

    (void)engine;
    for (int64_t i = 0; i < iaas->count; i++)
        begin_queued(&iaas->machine[i]);
}

static void request_machines(struct iaas *iaas)
{
    const struct iaas_conf *conf = iaas->conf;
    struct rng_stream boot = platform_stream(&iaas->platform, "boot_time");
    double longest_s = 0;

    iaas->request_s = now(iaas);
    for (int64_t i = 0; i < iaas->count; i++) {
        struct rng rng = rng_at(boot, (uint32_t)i, 0);
        struct node *node = &iaas->machine[i].node;

        if (conf->instance.credits.credits_per_hour > 0)
            node->credits = credits_new(node, &conf->instance.credits);
        longest_s = fmax(longest_s, value_draw(&conf->boot_time_s, &rng, iaas->request_s));
    }
    iaas->ready_s = iaas->request_s + longest_s + setup_s(conf, iaas->count);
    engine_at(iaas->platform.world->engine, &iaas->ready, iaas->ready_s);
}

static void launch(struct platform *platform, struct task *const task[], int count)
{
    struct iaas *iaas = (struct iaas *)platform;

    if (isnan(iaas->request_s))
        request_machines(iaas);
    for (int i = 0; i < count; i++)
        platform->kind->submit(platform, task[i]);
}

static void submit(struct platform *platform, struct task *task)
{
    struct iaas *iaas = (struct iaas *)platform;

    if (!isinf(iaas->release_s)) {
        task_tell(task, OUTCOME_CANCELLED, INFINITY);
        return;
    }
    if (isnan(iaas->request_s))
        request_machines(iaas);
    begin_queued(enqueue(iaas, task));
}

/* -- bill --------------------------------------------------------------------------------- */

/* A difference of two times on the clock is off by rounding: not by a nanosecond. */
static int64_t in_granules_s(const struct iaas_conf *conf, double used_s)
{
    double granule_s = conf->billing_granularity_s;

    return (int64_t)(granule_s * ceil(fmax(used_s, conf->min_billed_s) / granule_s - 1e-9));
}

/* Of one machine, as if it were released now. */
static int64_t billed_s(const struct iaas *iaas)
{
    return in_granules_s(iaas->conf, now(iaas) - iaas->request_s);
}

static int64_t cost_mean_pusd(const void *settings, double start_s, double run_s)
{
    const struct iaas_conf *conf = settings;

    return pusd_of_hours(in_granules_s(conf, start_s + run_s),
                         conf->instance.price_pusd_per_hour);
}

static void book(const struct iaas *iaas, const struct machine *machine)
{
    const struct instance_conf *instance = &iaas->conf->instance;
    struct ledger *ledger = iaas->platform.world->ledger;
    struct machine_row row = {
        .entity = machine->node.entity,
        .boot_s = iaas->request_s,
        .ready_s = fmin(iaas->ready_s, iaas->release_s),
        .release_s = iaas->release_s,
        .billed_s = billed_s(iaas),
        .pusd_per_hour = instance->price_pusd_per_hour,
    };
    char resource[64];

    row.cost_pusd = pusd_of_hours(row.billed_s, row.pusd_per_hour);
    snprintf(row.instance, sizeof row.instance, "%s", instance->name);
    snprintf(resource, sizeof resource, "vm %s", instance->name);
    ledger_machine(ledger, &row);
    ledger_charge(ledger, resource, (double)row.billed_s / 3600, BILL_HOUR, row.pusd_per_hour,
                  row.cost_pusd);
}

static int64_t accrued_pusd(const struct platform *platform)
{
    const struct iaas *iaas = (const struct iaas *)platform;

    if (isnan(iaas->request_s) || !isinf(iaas->release_s))
        return 0;
    return iaas->count *
           pusd_of_hours(billed_s(iaas), iaas->conf->instance.price_pusd_per_hour);
}

static void cancel_queued(struct iaas *iaas, struct machine *machine)
{
    while (machine->queue) {
        struct occupant *occupant = pop_queued(machine);
        struct task *task = occupant->task;

        presence_gave_up(&iaas->presence, task->entity);
        free(occupant);
        task_tell(task, OUTCOME_CANCELLED, INFINITY);
    }
}

static void release(struct platform *platform)
{
    struct iaas *iaas = (struct iaas *)platform;

    if (!isinf(iaas->release_s))
        return;
    iaas->release_s = now(iaas);
    engine_cancel(platform->world->engine, &iaas->ready);
    if (isnan(iaas->request_s))
        return;
    for (int64_t i = 0; i < iaas->count; i++) {
        book(iaas, &iaas->machine[i]);
        for (struct occupant *o = iaas->machine[i].runs; o; o = o->next)
            actor_doom(o->actor, iaas->release_s, OUTCOME_CANCELLED);
    }
    for (int64_t i = 0; i < iaas->count; i++)
        cancel_queued(iaas, &iaas->machine[i]);
}

/* -- from open to close ------------------------------------------------------------------- */

static void machine_init(struct iaas *iaas, uint32_t number)
{
    const struct instance_conf *instance = &iaas->conf->instance;
    struct machine *machine = &iaas->machine[number];

    node_init(&machine->node, iaas->platform.world, instance->vcpus,
              instance->speed_ratio * platform_speed(&iaas->platform, iaas->pace, number) *
                  pace_of_member(iaas->pace, number),
              instance->nic_up_bytes_per_s, instance->nic_down_bytes_per_s,
              instance->memory_bytes);
    machine->node.number = number;
    machine->node.group = (uint32_t)iaas->platform.number;
    machine->node.latency_s = instance->latency_s;
    machine->node.disk =
        share_new(iaas->platform.world->engine, "disk", iaas->conf->disk_bytes_per_s);
    machine->node.disk_latency_s = iaas->conf->disk_latency_s;
    machine->node.entity = LEDGER_RUN;
    machine->queue_end = &machine->queue;
}

static struct platform *iaas_open(struct world *world, const char *group, int64_t count,
                                  const struct pace_conf *pace, const void *conf)
{
    struct iaas *iaas = NEW(struct iaas);

    platform_init(&iaas->platform, &platform_iaas, world, group);
    iaas->conf = conf;
    iaas->pace = pace;
    iaas->presence.world = world;
    iaas->ready.fire = on_ready;
    iaas->count = count;
    iaas->request_s = NAN;
    iaas->ready_s = INFINITY;
    iaas->release_s = INFINITY;
    iaas->machine = NEW_ARRAY(struct machine, (size_t)count);
    for (int64_t i = 0; i < count; i++)
        machine_init(iaas, (uint32_t)i);
    return &iaas->platform;
}

static struct platform *iaas_close(struct platform *platform)
{
    struct iaas *iaas = (struct iaas *)platform;

    engine_cancel(platform->world->engine, &iaas->ready);
    for (int64_t i = 0; i < iaas->count; i++) {
        while (iaas->machine[i].queue)
            free(pop_queued(&iaas->machine[i]));
        node_done(&iaas->machine[i].node);
    }
    free(iaas->machine);
    presence_done(&iaas->presence);
    free(iaas);
    return NULL;
}

const struct platform_kind platform_iaas = {
    .kind = {.name = "iaas",
             .doc = "Rented machines: requested together, billed from request to release, with "
                    "CPU credits where the instance type has them.",
             .source = "AWS EC2 User Guide",
             .fields = iaas_fields,
             .conf_size = sizeof(struct iaas_conf)},
    .check = iaas_check,
    .facts = facts,
    .start_mean_s = start_mean_s,
    .cost_mean_pusd = cost_mean_pusd,
    .open = iaas_open,
    .launch = launch,
    .submit = submit,
    .release = release,
    .accrued_pusd = accrued_pusd,
    .close = iaas_close,
};
