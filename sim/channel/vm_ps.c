/* SPDX-License-Identifier: MIT
 * vm_ps.c -- a parameter server on a rented machine: it adds up what workers push, and they
 * pull the sum.
 *
 * The server is a task on the first machine of a group, which boots and is billed like any
 * other.  A worker asks whether it may push (can_push), serialises on its own cores, and sends;
 * the server, whose interpreter serves all workers, deserialises and adds under one lock.  When
 * everybody's push is in, the sum can be pulled: a worker asks again and again (can_pull), then
 * the server serialises, and the worker deserialises.
 *
 * An exchange leaves the merging of a pattern with a leader to the server (facts.merges); as a
 * plain store it keeps one object for each name.
 *
 * SIMPLIFIED: can_push is always answered yes: nobody waits until all others have pulled the
 * round before, because its sum is kept apart.
 * SIMPLIFIED: polls take no time of the server, and its work does not use up CPU credits. */
#include "sim/channel/vm_ps.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/channel/store_inside.h"
#include "sim/node/credits.h"
#include "sim/node/platform.h"

extern const struct channel_kind channel_vm_ps;

const struct field serialisation_fields[] = {
    CONF(struct serialisation_conf, wire_ratio, .above_min = true, .max = 1000,
         .doc = "Bytes on the wire for each byte of a message of 4-byte floats: 2 where they "
                "travel as doubles."),
    CONF(struct serialisation_conf, rate_bytes_per_s, .above_min = true, .max = 1e15,
         .doc = "Bytes of the wire that one core of speed 1 serialises, or deserialises, in a "
                "second."),
    CONF(struct serialisation_conf, update_bytes_per_s, .key = "update", .above_min = true,
         .max = 1e15,
         .doc = "Bytes of the wire that one core of speed 1 of the server converts and adds to "
                "the model in a second, under the lock."),
    CONF_END,
};

const struct field vm_ps_fields[] = {
    STORE_LINE_FIELDS(struct vm_ps_conf),
    STORE_BULK_FIELD(struct vm_ps_conf),
    STORE_POLLING_FIELDS(struct vm_ps_conf),
    CONF(struct vm_ps_conf, on, .preset = "server",
         .doc = "The group on whose first machine the server runs.  It boots when the run "
                "begins, and is billed like any machine."),
    CONF_ENTRY(struct vm_ps_conf, serialisation, .family = "serialisation",
               .fields = serialisation_fields, .preset = "grpc",
               .doc = "How messages are written to and read from the wire, by the provider's "
                      "name."),
    CONF(struct vm_ps_conf, threads, .min = 1, .max = 100000, .preset = "1",
         .doc = "Threads of the server that serialise or add at the same time.",
         .source = "CPython has a global interpreter lock: one"),
    CONF(struct vm_ps_conf, start_before_workers, .preset = "yes",
         .doc = "Whether a job's workers are started only when the server is up.  If not, they "
                "start at once, and their first request waits for it."),
    CONF_END,
};

/* What a request of the server is about to do, or doing. */
enum phase {
    PHASE_WRITE,  /* its sender serialises: the worker a push, the server a pull */
    PHASE_SEND,   /* a latency, then the data */
    PHASE_READ,   /* its receiver deserialises */
    PHASE_LOCK,   /* waits for the lock, as part of a ring */
    PHASE_UPDATE, /* is added, under the lock */
};

struct vm_ps {
    struct store store; /* first */
    const struct vm_ps_conf *conf;
    struct platform *platform;
    struct task task;          /* the server, as its platform sees it */
    struct node *node;         /* NULL until it is up */
    struct share *interpreter; /* in cores */
    struct request *holder;    /* of the lock; NULL: nobody */
    struct request *queue;     /* ring of those that wait for it, in order */
};

static struct vm_ps *vm_ps_of(const struct request *request)
{
    return (struct vm_ps *)request->channel;
}

/* -- work of a core --------------------------------------------------------------------------
 */

static void go_on(struct request *request);

static void worked(struct engine *engine, struct flow *flow)
{
    struct request *request = request_of_flow(flow);

    (void)engine;
    credits_update(request->node->credits);
    go_on(request);
}

/* Of one core at most: neither end works on a message in parallel. */
static void work(struct request *request, const struct node *node, struct share *cores,
                 double bytes_per_s)
{
    struct vm_ps *vm_ps = vm_ps_of(request);
    double wire_bytes = (double)request->bytes * vm_ps->store.wire_ratio;

    request->flow.done = worked;
    flow_begin(vm_ps->store.channel.world->engine, &request->flow, &cores, 1,
               wire_bytes / bytes_per_s / node->speed_ratio, 1);
    credits_update(request->node->credits);
}

/* Serialises or deserialises: at one end or the other. */
static void convert(struct request *request, bool at_server)
{
    const struct vm_ps *vm_ps = vm_ps_of(request);
    double rate_per_s = vm_ps->conf->serialisation.rate_bytes_per_s;

    if (at_server)
        work(request, vm_ps->node, vm_ps->interpreter, rate_per_s);
    else
        work(request, request->node, request->node->cores, rate_per_s);
}

/* -- the lock --------------------------------------------------------------------------------
 */

static void update(struct vm_ps *vm_ps, struct request *request)
{
    vm_ps->holder = request;
    request->phase = PHASE_UPDATE;
    work(request, vm_ps->node, vm_ps->interpreter,
         vm_ps->conf->serialisation.update_bytes_per_s);
}

static void lock(struct vm_ps *vm_ps, struct request *request)
{
    if (!vm_ps->holder) {
        update(vm_ps, request);
        return;
    }
    request->phase = PHASE_LOCK;
    request_join(&vm_ps->queue, request);
}

static void unlock(struct vm_ps *vm_ps)
{
    struct request *next = vm_ps->queue;

    vm_ps->holder = NULL;
    if (!next)
        return;
    request_leave(&vm_ps->queue, next);
    update(vm_ps, next);
}

/* -- from phase to phase ---------------------------------------------------------------------
 */

static bool pushes(const struct request *request)
{
    return request->verb == VERB_PUT;
}

static void send(struct engine *engine, struct event *event)
{
    struct request *request = request_of_event(event);

    (void)engine;
    store_transfer(store_of(request), request);
}

static void go_on(struct request *request)
{
    struct vm_ps *vm_ps = vm_ps_of(request);
    struct engine *engine = vm_ps->store.channel.world->engine;
    double now_s = engine_now_s(engine);

    switch ((enum phase)request->phase) {
    case PHASE_WRITE:
        request->phase = PHASE_SEND;
        request->event.fire = send;
        engine_at(engine, &request->event,
                  now_s + store_latency_s(&vm_ps->store, request, now_s));
        break;
    case PHASE_SEND:
        request->phase = PHASE_READ;
        convert(request, pushes(request));
        break;
    case PHASE_READ:
        if (pushes(request))
            lock(vm_ps, request);
        else
            store_complete(&vm_ps->store, request);
        break;
    case PHASE_LOCK: /* ends by unlock */
        break;
    case PHASE_UPDATE:
        unlock(vm_ps);
        store_complete(&vm_ps->store, request);
        break;
    }
}

static void serve(struct store *store, struct request *request)
{
    (void)store;
    request->phase = PHASE_WRITE;
    convert(request, !pushes(request));
}

static void arrive(struct store *store, struct request *request)
{
    (void)store;
    go_on(request);
}

static void forget(struct store *store, struct request *request)
{
    struct vm_ps *vm_ps = (struct vm_ps *)store;

    flow_cancel(store->channel.world->engine, &request->flow);
    credits_update(request->node->credits);
    if (request->phase == PHASE_LOCK)
        request_leave(&vm_ps->queue, request);
    else if (vm_ps->holder == request)
        unlock(vm_ps);
}

static const struct store_ways ways = {.operation = {[VERB_PUT] = "PUSH",
                                                     [VERB_GET] = "PULL",
                                                     [VERB_LIST] = "LIST",
                                                     [VERB_DELETE] = "DELETE"},
                                       .serve = serve,
                                       .arrive = arrive,
                                       .forget = forget};

/* -- the server ------------------------------------------------------------------------------
 */

/* Blocks.  Its machine has booted. */
static enum outcome run_server(struct actor *self, struct node *node, struct task *task)
{
    struct vm_ps *vm_ps = task->owner;
    struct channel *channel = &vm_ps->store.channel;
    enum outcome outcome = OUTCOME_OK;

    vm_ps->node = node;
    vm_ps->store.to = (struct store_path){{node->nic_down}, 1};
    vm_ps->store.from = (struct store_path){{node->nic_up}, 1};
    vm_ps->interpreter = share_new(channel->world->engine, "the server's interpreter",
                                   fmin((double)vm_ps->conf->threads, node->vcpus));
    ledger_activity(channel->world->ledger, task->entity, ACTIVITY_SERVE,
                    engine_now_s(channel->world->engine));
    channel_goes_up(channel);
    while (outcome == OUTCOME_OK)
        outcome = engine_wait(self, INFINITY, "pushes and pulls");
    ledger_rest(channel->world->ledger, task->entity, engine_now_s(channel->world->engine));
    return outcome;
}

static struct platform *platform_named(const struct world *world, const char *group)
{
    for (size_t i = 0; i < world->platforms; i++)
        if (strcmp(world->platform[i]->group, group) == 0)
            return world->platform[i];
    return NULL;
}

/* -- money and life --------------------------------------------------------------------------
 */

static int64_t accrued_pusd(struct channel *channel)
{
    (void)channel;
    return 0; /* the machine is its group's */
}

static void settle(struct channel *channel)
{
    store_book_polls((struct store *)channel);
}

static struct channel_facts facts(const void *settings)
{
    const struct vm_ps_conf *conf = settings;

    return (struct channel_facts){.traffic = TRAFFIC_STORAGE,
                                  .is_watched = conf->store.client.timeout_s > 0,
                                  .lists_by_name = conf->store.polling != POLLING_IDEAL,
                                  .starts = true,
                                  .before_workers = conf->start_before_workers,
                                  .merges = true,
                                  .on = conf->on};
}

/* Requests are free, and when the server is up its group knows. */
static struct channel_means means(const void *settings, int64_t bytes)
{
    const struct vm_ps_conf *conf = settings;
    const struct serialisation_conf *serialisation = &conf->serialisation;
    struct channel_means means = store_means(&conf->store);

    means.wire_bytes = (double)bytes * serialisation->wire_ratio;
    means.convert_core_s = means.wire_bytes / serialisation->rate_bytes_per_s;
    means.update_core_s = means.wire_bytes / serialisation->update_bytes_per_s;
    means.threads = (double)conf->threads;
    return means;
}

static struct channel *open_vm_ps(struct world *world, const char *name, const void *settings)
{
    struct vm_ps *vm_ps = NEW(struct vm_ps);
    const struct vm_ps_conf *conf = settings;

    store_init(&vm_ps->store, &ways, &channel_vm_ps, world, name, settings, &conf->store, NULL);
    vm_ps->conf = conf;
    vm_ps->store.wire_ratio = conf->serialisation.wire_ratio;
    vm_ps->store.channel.is_down = true;
    vm_ps->platform = platform_named(world, conf->on);
    assert(vm_ps->platform); /* facts.on: checked beforehand */
    vm_ps->store.group = vm_ps->platform->number;
    vm_ps->task = (struct task){.body = run_server,
                                .entity = ledger_entity(world->ledger, conf->on, 0),
                                .member = 0,
                                .owner = vm_ps};
    vm_ps->platform->kind->submit(vm_ps->platform, &vm_ps->task);
    return &vm_ps->store.channel;
}

static struct channel *close_vm_ps(struct channel *channel)
{
    struct vm_ps *vm_ps = (struct vm_ps *)channel;

    if (!vm_ps)
        return NULL;
    store_done(&vm_ps->store);
    share_free(vm_ps->interpreter);
    free(vm_ps);
    return NULL;
}

static void check(const void *conf, const struct loss_check *check)
{
    store_check(&((const struct vm_ps_conf *)conf)->store, check);
}

const struct channel_kind channel_vm_ps = {
    .kind = {.name = "vm_ps",
             .doc = "A parameter server on a machine: it adds up what workers push under one "
                    "lock; both ends pay for serialising.",
             .source = "LambdaML (SIGMOD 2021), hybrid; Cirrus (SoCC 2019)",
             .fields = vm_ps_fields,
             .conf_size = sizeof(struct vm_ps_conf)},
    .facts = facts,
    .means = means,
    .open = open_vm_ps,
    .check = check,
    .unused = store_unused,
    .begin = store_begin,
    .cancel = store_cancel,
    .show = store_show,
    .settle = settle,
    .accrued_pusd = accrued_pusd,
    .close = close_vm_ps,
};
