/* SPDX-License-Identifier: MIT
 * worker.c -- what one worker of a training job does, from its first instruction to its last.
 *
 * Load the partition, then round after round: compute, exchange, go on.  A function that will
 * not outlive another round re-invokes itself: a new function loads the partition and the
 * checkpoint again and goes on (LambdaML, section 3.3).  What the platform ended before its
 * time (crash, expiry) comes back by the platform's retry and repeats its round.
 *
 * SIMPLIFIED: a worker whose memory was lost reads the last model from the job's store,
 * whatever the channel is; that somebody had to write it there is charged for checkpoints only.
 */
#include <math.h>
#include <stddef.h>

#include "sim/job/training.h"

double training_core_s(const struct compute_conf *compute, const struct work *work)
{
    return (double)work->rows * compute->row_s + (double)work->nonzeros * compute->nonzero_s +
           (double)work->calls * compute->call_s + work->flops / compute->flops_per_s;
}

static void book(struct worker *worker, enum activity activity)
{
    struct run *run = worker->training->run;

    ledger_activity(run->world.ledger, worker->entity, activity,
                    engine_now_s(run->world.engine));
}

/* Blocks.  Reads or writes an object of the job's store. */
static enum outcome store_do(struct actor *self, struct worker *worker, struct node *node,
                             enum verb verb, struct object *object, int64_t bytes,
                             const char *for_what)
{
    struct request request = {
        .verb = verb, .node = node, .object = object, .bytes = bytes, .bulk = true};

    return channel_do(self, worker->training->store, &request, for_what);
}

/* Blocks. */
static enum outcome write_checkpoint(struct actor *self, struct worker *worker,
                                     struct node *node)
{
    struct training *t = worker->training;

    book(worker, ACTIVITY_CHECKPOINT);
    return store_do(self, worker, node, VERB_PUT, &t->checkpoint, t->facts->model_bytes,
                    "the checkpoint to be written");
}

/* Blocks.  Reads the model again; the leader, if it was lost before it had written the
 * checkpoint that the others wait for, writes it now. */
static enum outcome recover(struct actor *self, struct worker *worker, struct node *node)
{
    struct training *t = worker->training;
    bool fresh = worker->round == t->reinvoked_round;
    bool writes = fresh && worker->rank == 0 && !object_is_visible(&t->checkpoint);
    enum outcome outcome;

    book(worker, ACTIVITY_CHECKPOINT);
    outcome =
        store_do(self, worker, node, VERB_GET, fresh && !writes ? &t->checkpoint : &t->model, 0,
                 "the model to go on from");
    if (outcome == OUTCOME_OK && writes)
        outcome = write_checkpoint(self, worker, node);
    if (outcome == OUTCOME_OK)
        worker->needs_model = false;
    return outcome;
}

/* Blocks. */
static enum outcome load(struct actor *self, struct worker *worker, struct node *node)
{
    struct training *t = worker->training;
    enum outcome outcome;

    book(worker, ACTIVITY_LOAD);
    outcome = node_memory_take(node, t->facts->footprint_bytes[worker->number]);
    if (outcome == OUTCOME_OK)
        outcome = store_do(self, worker, node, VERB_GET, &worker->partition, 0,
                           "its partition of the data");
    if (outcome != OUTCOME_OK || !worker->needs_model)
        return outcome;
    return recover(self, worker, node);
}

/* Blocks.  Charged arithmetic. */
static enum outcome compute(struct actor *self, struct worker *worker, struct node *node,
                            enum activity activity, const struct work *work, double ratio)
{
    const struct compute_conf *profile = worker->training->compute;

    book(worker, activity);
    return node_compute(self, node, training_core_s(profile, work) * ratio,
                        profile->parallel_ratio, activity_name(activity));
}

/* Blocks.  The worker's own part of the round, unless the round's values are there already (its
 * memory was lost after it had delivered them: it then only serves the others' exchange). */
static enum outcome contribute(struct actor *self, struct worker *worker, struct node *node)
{
    struct training *t = worker->training;
    struct learner *learner = t->run->learner;
    struct work work;
    enum outcome outcome;

    if (worker->round < t->round)
        return OUTCOME_OK;
    work = learner_begin(learner, worker->number, worker->round);
    outcome = compute(self, worker, node, ACTIVITY_COMPUTE, &work, 1);
    if (outcome == OUTCOME_OK && worker->round == t->round)
        learner_finish(learner, worker->number, worker->round);
    return outcome;
}

/* Blocks.  LOST means that the members changed: once more among those who are left, or, when
 * the round's result is there already, read it. */
static enum outcome exchange(struct actor *self, struct worker *worker, struct node *node)
{
    struct training *t = worker->training;
    enum outcome outcome;

    do {
        struct round_state *state;

        if (!worker->member)
            return OUTCOME_LOST;
        state = training_round(t, worker->round);
        state->last_entity = worker->entity;
        book(worker, ACTIVITY_COMMUNICATE);
        outcome = exchange_run(self, state->exchange, worker->rank, node);
        if (outcome == OUTCOME_LOST && worker->member && worker->round < t->round) {
            outcome =
                store_do(self, worker, node, VERB_GET, &t->model, 0, "the round's result");
            break;
        }
    } while (outcome == OUTCOME_LOST);
    return outcome;
}

/* Blocks.  One round from begin to end. */
static enum outcome do_round(struct actor *self, struct worker *worker, struct node *node)
{
    struct training *t = worker->training;
    const struct scenario *scenario = t->run->scenario;
    int64_t round = worker->round;
    bool evaluated;
    enum outcome outcome = contribute(self, worker, node);

    if (outcome == OUTCOME_OK)
        outcome = exchange(self, worker, node);
    if (outcome != OUTCOME_OK)
        return outcome;
    training_leave_round(t, worker);
    evaluated = t->evaluated_round == round;
    if (scenario->evaluate.charged && evaluated)
        outcome = compute(self, worker, node, ACTIVITY_EVALUATE,
                          &t->facts->evaluate_work[worker->number], t->compute->evaluate_ratio);
    return outcome;
}

/* Blocks.  Hands over to a new function before this one's lifetime ends. */
static enum outcome reinvoke(struct actor *self, struct worker *worker, struct node *node)
{
    struct training *t = worker->training;
    struct task *next = &worker->task[1 - worker->current];
    enum outcome outcome = OUTCOME_OK;

    if (worker->rank == 0)
        outcome = write_checkpoint(self, worker, node);
    if (outcome != OUTCOME_OK)
        return outcome;
    worker->current = 1 - worker->current;
    worker->needs_model = true;
    book(worker, ACTIVITY_START);
    t->platform->kind->submit(t->platform, next);
    return OUTCOME_OK;
}

/* Blocks.  The body of a worker's task. */
static enum outcome work(struct actor *self, struct node *node, struct task *task)
{
    struct worker *worker = task->owner;
    struct training *t = worker->training;
    int64_t begun_with;
    enum outcome outcome;

    if (!worker->member)
        return OUTCOME_OK;
    worker->actor = self;
    worker->expires_s = engine_now_s(t->run->world.engine) + t->lifetime_s;
    engine_cancel(t->run->world.engine, &worker->loss);
    if (run_is_stopped(t->run) && t->last_round == INT64_MAX) {
        outcome = OUTCOME_CANCELLED;
        goto done;
    }
    begun_with = worker->round;
    outcome = load(self, worker, node);
    while (outcome == OUTCOME_OK && worker->round <= t->last_round) {
        if (worker->round == t->reinvoked_round && worker->round > begun_with) {
            outcome = reinvoke(self, worker, node);
            goto done;
        }
        outcome = do_round(self, worker, node);
    }
    if (outcome == OUTCOME_OK) {
        worker->finished = true;
        ledger_rest(t->run->world.ledger, worker->entity, engine_now_s(t->run->world.engine));
    }
done:
    worker->actor = NULL;
    return outcome;
}

/* -- when an attempt has ended -- */
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

    worker->needs_model = t->round > 0;
    if (end->outcome == OUTCOME_OUT_OF_MEMORY) {
        training_abort(t, RUN_OUT_OF_MEMORY, outcome_name(end->outcome),
                       "worker %d: %s (it needs %lld bytes)", worker->number,
                       outcome_sentence(end->outcome),
                       (long long)t->facts->footprint_bytes[worker->number]);
        return;
    }
    switch ((enum on_worker_loss)t->conf->on_worker_loss) {
    case LOSS_WAIT:
        if (gone)
            training_abort(t, RUN_FAILED, outcome_name(end->outcome),
                           "worker %d is lost for good after %d attempts: %s", worker->number,
                           worker->task[worker->current].attempt + 1,
                           outcome_sentence(end->outcome));
        else
            book(worker, ACTIVITY_START);
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
        run_release(t->run);
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
    struct world *world = &t->run->world;

    worker->training = t;
    worker->number = number;
    worker->entity = ledger_entity(world->ledger, "worker", number);
    worker->member = true;
    worker->loss.fire = notice_loss;
    for (int i = 0; i < 2; i++)
        worker->task[i] = (struct task){.body = work,
                                        .ended = ended,
                                        .owner = worker,
                                        .entity = worker->entity,
                                        .member = number};
    object_init(&worker->partition, NULL);
    worker->partition.bytes = t->facts->partition_bytes[number];
    worker->partition.visible_s = 0;
}
