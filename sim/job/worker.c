/* SPDX-License-Identifier: MIT
 * worker.c -- the life of a worker of a training job, from its first instruction to its last,
 * and what becomes of the others when it is lost.
 *
 * Load the partition, then round after round, as the kind of synchronisation says.  A function
 * that will not outlive another round re-invokes itself: a new function loads the partition
 * again, reads what it needs to go on, and goes on (LambdaML, section 3.3).  What the platform
 * ended before its time (crash, expiry) comes back by the platform's retry and repeats its
 * round. */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "sim/job/training.h"

double training_core_s(const struct compute_conf *compute, const struct work *work)
{
    return (double)work->rows * compute->row_s + (double)work->nonzeros * compute->nonzero_s +
           (double)work->calls * compute->call_s + work->flops / compute->flops_per_s;
}

/* -- what a worker does -- */
void worker_book(struct worker *worker, enum activity activity)
{
    struct run *run = worker->training->run;

    ledger_activity(run->world.ledger, worker->entity, activity,
                    engine_now_s(run->world.engine));
}

enum outcome worker_store(struct actor *self, struct worker *worker, struct node *node,
                          enum verb verb, struct object *object, int64_t bytes,
                          const char *for_what)
{
    struct request request = {
        .verb = verb, .node = node, .object = object, .bytes = bytes, .bulk = true};

    return channel_do(self, worker->training->store, &request, for_what);
}

enum outcome worker_compute(struct actor *self, struct worker *worker, struct node *node,
                            enum activity activity, const struct work *work, double ratio)
{
    const struct compute_conf *profile = worker->training->compute;

    worker_book(worker, activity);
    return node_compute(self, node, training_core_s(profile, work) * ratio,
                        profile->parallel_ratio, activity_name(activity));
}

enum outcome worker_evaluate(struct actor *self, struct worker *worker, struct node *node)
{
    struct training *t = worker->training;
    struct work work =
        learner_evaluate_work(t->facts, &t->run->scenario->evaluate, worker->number);

    return worker_compute(self, worker, node, ACTIVITY_EVALUATE, &work,
                          t->compute->evaluate_ratio);
}

static void wake_reader(struct request *request)
{
    actor_wake(request->owner);
}

/* Blocks.  Reads the partition and parses it as it comes in: the slower of the two decides.
 * SIMPLIFIED: both have all the time the load takes; the last block's parsing is not waited
 * for. */
static enum outcome read_partition(struct actor *self, struct worker *worker, struct node *node)
{
    struct training *t = worker->training;
    struct request request = {.verb = VERB_GET,
                              .node = node,
                              .object = &worker->partition,
                              .bulk = true,
                              .done = wake_reader,
                              .owner = self};
    enum outcome outcome = actor_fate(self);

    if (outcome != OUTCOME_OK)
        return outcome;
    channel_begin(t->store, &request);
    outcome = node_compute(self, node,
                           (double)worker->partition.bytes / t->compute->parse_bytes_per_s, 0,
                           "its partition to be parsed");
    while (outcome == OUTCOME_OK && request_is_under_way(&request))
        outcome = engine_wait(self, INFINITY, "its partition of the data");
    channel_cancel(&request);
    return outcome == OUTCOME_OK ? request.outcome : outcome;
}

struct disk_read {
    struct flow flow; /* first */
    struct actor *reader;
};

static void disk_was_read(struct engine *engine, struct flow *flow)
{
    (void)engine;
    actor_wake(((struct disk_read *)flow)->reader);
}

/* Blocks.  The same from the machine's own volume, whose latency is expressed in the bytes that
 * it would read meanwhile. */
static enum outcome read_disk(struct actor *self, struct worker *worker, struct node *node)
{
    struct training *t = worker->training;
    struct engine *engine = t->run->world.engine;
    double bytes = (double)worker->partition.bytes;
    struct disk_read read = {.flow = {.done = disk_was_read}, .reader = self};
    enum outcome outcome = actor_fate(self);

    if (outcome != OUTCOME_OK)
        return outcome;
    flow_begin(engine, &read.flow, &node->disk, 1,
               bytes + node->disk_latency_s * share_capacity(node->disk), INFINITY);
    outcome = node_compute(self, node, bytes / t->compute->parse_bytes_per_s, 0,
                           "its partition to be parsed");
    while (outcome == OUTCOME_OK && flow_in_progress(&read.flow))
        outcome = engine_wait(self, INFINITY, "its partition of the data");
    flow_cancel(engine, &read.flow);
    return outcome;
}

/* Blocks. */
static enum outcome get_partition(struct actor *self, struct worker *worker, struct node *node)
{
    switch ((enum data_location)worker->training->run->scenario->data.location) {
    case DATA_IN_STORE:
        return read_partition(self, worker, node);
    case DATA_ON_DISK:
        return read_disk(self, worker, node);
    case DATA_IN_MEMORY:
        break;
    }
    return actor_fate(self);
}

/* Blocks.  A model that starts from the first rows of worker 0 is published by it, through the
 * job's store, whatever the channel is (LambdaML's k-means). */
static enum outcome share_first_model(struct actor *self, struct worker *worker,
                                      struct node *node)
{
    struct training *t = worker->training;

    worker_book(worker, ACTIVITY_COMMUNICATE);
    return worker_store(self, worker, node, worker->number == 0 ? VERB_PUT : VERB_GET,
                        &t->first_model, t->facts->start_bytes, "the model to begin with");
}

/* Blocks. */
static enum outcome load(struct actor *self, struct worker *worker, struct node *node)
{
    struct training *t = worker->training;
    enum outcome outcome;

    worker_book(worker, ACTIVITY_LOAD);
    outcome = get_partition(self, worker, node);
    if (outcome != OUTCOME_OK)
        return outcome;
    if (!worker->needs_model)
        return t->facts->start_bytes ? share_first_model(self, worker, node) : OUTCOME_OK;
    if (t->sync->recover)
        outcome = t->sync->recover(self, worker, node);
    if (outcome == OUTCOME_OK)
        worker->needs_model = false;
    return outcome;
}

/* Blocks.  Hands over to a new function before this one's lifetime ends. */
static enum outcome reinvoke(struct actor *self, struct worker *worker, struct node *node)
{
    struct training *t = worker->training;
    struct task *next = &worker->task[1 - worker->current];
    enum outcome outcome = OUTCOME_OK;

    if (t->sync->hand_over)
        outcome = t->sync->hand_over(self, worker, node);
    if (outcome != OUTCOME_OK)
        return outcome;
    worker->current = 1 - worker->current;
    worker->needs_model = true;
    learner_forget(t->run->learner, worker->number);
    worker_book(worker, ACTIVITY_START);
    t->platform->kind->submit(t->platform, next);
    return OUTCOME_OK;
}

/* Blocks.  LOST: the others went on without it. */
static enum outcome go_on(struct actor *self, struct worker *worker, struct node *node)
{
    struct training *t = worker->training;
    int64_t begun_with = worker->round;
    enum outcome outcome = load(self, worker, node);

    while (outcome == OUTCOME_OK && t->sync->goes_on(worker)) {
        if (!worker->member)
            return OUTCOME_LOST;
        if (t->sync->hands_over(worker, begun_with))
            return reinvoke(self, worker, node);
        outcome = t->sync->round(self, worker, node);
    }
    if (outcome == OUTCOME_OK) {
        worker->finished = true;
        ledger_rest(t->run->world.ledger, worker->entity, engine_now_s(t->run->world.engine));
    }
    return outcome;
}

/* Blocks.  A machine's next body finds the memory free again. */
static enum outcome go_on_in_memory(struct actor *self, struct worker *worker,
                                    struct node *node)
{
    const struct training *t = worker->training;
    int64_t bytes = learner_memory_bytes(t->facts, &t->run->scenario->evaluate, worker->number);
    enum outcome outcome = node_memory_take(node, bytes);

    if (outcome != OUTCOME_OK)
        return outcome;
    outcome = go_on(self, worker, node);
    node_memory_give(node, bytes);
    return outcome;
}

/* Blocks.  The body of a worker's task. */
static enum outcome work(struct actor *self, struct node *node, struct task *task)
{
    struct worker *worker = task->owner;
    struct training *t = worker->training;
    enum outcome outcome = OUTCOME_CANCELLED;

    if (!worker->member)
        return OUTCOME_OK;
    worker->actor = self;
    worker->expires_s = engine_now_s(t->run->world.engine) + t->lifetime_s;
    engine_cancel(t->run->world.engine, &worker->loss);
    if (!run_is_stopped(t->run) || t->last_round != INT64_MAX)
        outcome = go_on_in_memory(self, worker, node);
    worker->actor = NULL;
    /* Left behind by the others, it has nothing to fail of: it ends well. */
    return worker->member ? outcome : OUTCOME_OK;
}

/* -- when one is lost -- */
void training_count_members(struct training *t)
{
    t->members = 0;
    for (int w = 0; w < t->workers; w++) {
        t->arrived[w] = t->worker[w].member;
        if (t->worker[w].member)
            t->worker[w].rank = t->members++;
    }
}

void training_abort(struct training *t, enum run_status status, const char *reason,
                    const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    run_stop(t->run, status, reason, "%s", text);
    for (int w = 0; w < t->workers; w++)
        engine_cancel(t->run->world.engine, &t->worker[w].loss);
    run_release(t->run);
}

void training_dismiss(struct training *t)
{
    for (int w = 0; w < t->workers; w++)
        if (t->worker[w].actor)
            actor_doom(t->worker[w].actor, training_now_s(t), OUTCOME_CANCELLED);
}

void training_exclude(struct training *t, struct worker *lost)
{
    lost->member = false;
    lost->gone = true;
    t->working--;
    engine_cancel(t->run->world.engine, &lost->loss);
    training_count_members(t);
    if (lost->number == 0 && !object_is_visible(&t->first_model)) /* nobody waits for it */
        t->store->kind->show(t->store, &t->first_model, t->facts->start_bytes);
    if (t->sync->excluded)
        t->sync->excluded(t, lost);
    if (!t->members)
        training_abort(t, RUN_FAILED, "no_workers", "no worker is left");
    if (t->working == 0)
        run_left(t->run);
}

static void notice_loss(struct engine *engine, struct event *event)
{
    struct worker *worker = (struct worker *)((char *)event - offsetof(struct worker, loss));

    (void)engine;
    training_exclude(worker->training, worker);
}

static void lose(struct worker *worker, const struct attempt_end *end)
{
    struct training *t = worker->training;
    bool gone = isinf(end->retry_at_s);

    worker->needs_model = t->round > 0 || worker->round > 0;
    learner_forget(t->run->learner, worker->number);
    if (end->outcome == OUTCOME_OUT_OF_MEMORY) {
        training_abort(t, RUN_OUT_OF_MEMORY, outcome_name(end->outcome),
                       "worker %d: %s (it needs %lld bytes)", worker->number,
                       outcome_sentence(end->outcome),
                       (long long)learner_memory_bytes(t->facts, &t->run->scenario->evaluate,
                                                       worker->number));
        return;
    }
    switch ((enum on_worker_loss)t->conf->on_worker_loss) {
    case LOSS_WAIT:
        if (gone)
            training_abort(t, RUN_FAILED, outcome_name(end->outcome),
                           "worker %d is lost for good after %d attempt%s: %s", worker->number,
                           worker->task[worker->current].attempt + 1,
                           worker->task[worker->current].attempt ? "s" : "",
                           outcome_sentence(end->outcome));
        else
            worker_book(worker, ACTIVITY_START);
        return;
    case LOSS_ABORT:
        training_abort(t, RUN_FAILED, outcome_name(end->outcome), "worker %d is lost: %s",
                       worker->number, outcome_sentence(end->outcome));
        return;
    case LOSS_CONTINUE_WITHOUT:
        engine_at(t->run->world.engine, &worker->loss,
                  engine_now_s(t->run->world.engine) + t->conf->loss_timeout_s);
        return;
    }
}

/* The run is over when the last body has left and nobody comes back. */
static void leave(struct training *t, struct worker *worker)
{
    if (worker->gone)
        return;
    worker->gone = true;
    t->last_entity = worker->entity;
    if (--t->working == 0)
        run_left(t->run);
}

static void ended(struct task *task, const struct attempt_end *end)
{
    struct worker *worker = task->owner;
    struct training *t = worker->training;

    if (task != &worker->task[worker->current])
        return; /* it had handed over */
    if (!worker->finished && worker->member && end->outcome != OUTCOME_OK &&
        end->outcome != OUTCOME_CANCELLED && !run_is_stopped(t->run))
        lose(worker, end);
    if (isinf(end->retry_at_s) && !event_is_scheduled(&worker->loss))
        leave(t, worker);
}

void worker_init(struct training *t, struct worker *worker, int number)
{
    worker->training = t;
    worker->number = number;
    worker->entity = run_worker_entity(t->run, number);
    worker->member = true;
    worker->loss.fire = notice_loss;
    for (int i = 0; i < 2; i++)
        worker->task[i] = (struct task){.body = work,
                                        .ended = ended,
                                        .owner = worker,
                                        .entity = worker->entity,
                                        .member = number};
    object_init(&worker->partition, NULL);
    worker->partition.bytes = learner_load_bytes(t->facts, &t->run->scenario->evaluate, number);
    worker->partition.visible_s = 0;
}
