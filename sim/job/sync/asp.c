/* SPDX-License-Identifier: MIT
 * asp.c -- asynchronous parallel over one shared model, as in SIREN ("S-ASP").
 *
 * The model is one object of channel main.  A worker's round: GET it, learn from it what the
 * optimizer learns in a round (one batch with ga_sgd, local_epochs with ma_sgd), PUT the result
 * back.  Nobody locks, nobody waits: the last writer wins, and what others wrote between one's
 * GET and one's PUT is lost.   (Wang, Niu, Li, Distributed Machine Learning with a Serverless
 * Architecture, INFOCOM 2019; LambdaML, SIGMOD 2021, section 3.2)
 *
 * The channel moves bytes; which weights they are is kept here: a GET reads the version that is
 * there when its data begin to move, a PUT makes one when it ends.  What is learnt depends on
 * the clock.  One worker alone is plain SGD.
 *
 * Every W rounds of workers, whosever, count as one round of the run: epochs, evaluations (of
 * the model that is there then) and the criteria to stop go by these.  The critical path of a
 * round goes through the worker whose PUT completes it.  When the run ends, what others are at
 * is thrown away.
 *
 * SIMPLIFIED: the initial model is there when the run begins; nobody is charged for its PUT. */
#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/job/sync/own_pace.h"

/* A model that was written.  Older ones are kept while a GET may still read them. */
struct written {
    struct tensor *model;
    int64_t readers; /* GETs that began when it was the newest */
};

struct asp_worker {
    struct pace pace;
    struct call call;
    uint32_t begun, read; /* versions: when its GET began, what it read */
    uint32_t writes;      /* versions that its PUT has made so far */
    struct tensor *base, *model;
};

struct asp {
    struct object object;
    struct written *written; /* versions first, first + 1, ...; the last is the newest */
    uint32_t first;
    int64_t count, capacity;
    int64_t rounds;            /* of workers, so far */
    int64_t overtaken;         /* sum over these: others' PUTs between its GET and its PUT */
    struct asp_worker *worker; /* [W] */
};

static struct asp *asp_of(const struct worker *worker)
{
    return worker->training->state;
}

/* -- versions -- */
static struct written *version_of(struct asp *asp, uint32_t version)
{
    assert(version - asp->first < (uint64_t)asp->count);
    return &asp->written[version - asp->first];
}

static void add_version(struct asp *asp, struct tensor *take_model)
{
    ROOM_FOR_ONE(asp->written, asp->count, asp->capacity);
    asp->written[asp->count++] = (struct written){.model = take_model};
}

static void forget_versions(struct asp *asp)
{
    int64_t gone = 0;

    while (gone < asp->count - 1 && !asp->written[gone].readers)
        tensor_unref(asp->written[gone++].model);
    asp->first += (uint32_t)gone;
    asp->count -= gone;
    for (int64_t i = 0; gone && i < asp->count; i++)
        asp->written[i] = asp->written[i + gone];
}

/* -- a round -- */
static void model_was_read(struct call *call)
{
    struct asp *asp = asp_of(call->worker);
    struct asp_worker *mine = &asp->worker[call->worker->number];

    mine->read = call->request.version;
    mine->base = tensor_ref(version_of(asp, mine->read)->model);
}

/* Blocks. */
static enum outcome read_model(struct actor *self, struct worker *worker, struct node *node)
{
    struct asp *asp = asp_of(worker);
    struct asp_worker *mine = &asp->worker[worker->number];
    enum outcome outcome;

    mine->begun = asp->object.version;
    version_of(asp, mine->begun)->readers++;
    mine->call.landed = model_was_read;
    outcome =
        call_do(self, &mine->call, worker, node, VERB_GET, &asp->object, 0, "the shared model");
    version_of(asp, mine->begun)->readers--;
    forget_versions(asp);
    return outcome;
}

/* Also when it does not know, because the answer was lost: then it writes the same again, over
 * what others wrote meanwhile. */
static void model_was_written(struct call *call)
{
    struct asp *asp = asp_of(call->worker);
    struct asp_worker *mine = &asp->worker[call->worker->number];

    add_version(asp, tensor_ref(mine->model));
    mine->writes++;
    assert(asp->object.version == asp->first + (uint32_t)asp->count - 1);
}

static void write_ended(struct call *call)
{
    struct worker *worker = call->worker;
    struct training *t = worker->training;
    struct asp *asp = t->state;
    struct asp_worker *mine = &asp->worker[worker->number];

    asp->overtaken += asp->object.version - mine->writes - mine->read;
    worker->round++;
    if (++asp->rounds % t->workers)
        return;
    learner_adopt(t->run->learner, t->round, asp->written[asp->count - 1].model);
    own_pace_form(t, worker->entity);
}

/* Blocks. */
static enum outcome write_model(struct actor *self, struct worker *worker, struct node *node)
{
    struct asp *asp = asp_of(worker);
    struct asp_worker *mine = &asp->worker[worker->number];

    mine->writes = 0;
    mine->call.wrote = model_was_written;
    mine->call.landed = write_ended;
    return call_do(self, &mine->call, worker, node, VERB_PUT, &asp->object,
                   worker->training->facts->model_bytes, "the shared model to be written");
}

/* Blocks. */
static enum outcome learn(struct actor *self, struct worker *worker, struct node *node)
{
    struct asp_worker *mine = &asp_of(worker)->worker[worker->number];
    struct learner *learner = worker->training->run->learner;
    struct work work = learner_begin_from(learner, worker->number, worker->round, mine->base);
    enum outcome outcome;

    mine->base = tensor_unref(mine->base);
    outcome = worker_compute(self, worker, node, ACTIVITY_COMPUTE, &work, 1);
    if (outcome == OUTCOME_OK)
        mine->model = learner_finish_from(learner, worker->number, worker->round);
    return outcome;
}

static enum outcome do_round(struct actor *self, struct worker *worker, struct node *node)
{
    struct asp_worker *mine = &asp_of(worker)->worker[worker->number];
    enum outcome outcome;

    pace_begin(&mine->pace, worker);
    outcome = read_model(self, worker, node);
    if (outcome == OUTCOME_OK)
        outcome = learn(self, worker, node);
    if (outcome == OUTCOME_OK)
        outcome = write_model(self, worker, node);
    mine->base = tensor_unref(mine->base);
    mine->model = tensor_unref(mine->model);
    if (outcome == OUTCOME_OK)
        outcome = pace_end(self, &mine->pace, worker, node);
    return outcome;
}

static bool goes_on(const struct worker *worker)
{
    return worker->training->last_round == INT64_MAX;
}

static bool hands_over(const struct worker *worker, int64_t begun_with)
{
    return pace_hands_over(&asp_of(worker)->worker[worker->number].pace, worker, begun_with);
}

/* -- the kind -- */
static int64_t staleness(const void *conf)
{
    (void)conf;
    return INT64_MAX;
}

static void check(const struct scenario *scenario, const struct learner *learner,
                  struct diag_list *diags)
{
    int64_t bytes = learner ? learner_facts(learner)->model_bytes : 0;

    own_pace_check(scenario, learner, diags);
    own_pace_check_room(scenario, bytes, bytes, diags);
}

static void start(struct training *t)
{
    struct asp *asp = NEW(struct asp);

    t->state = asp;
    asp->worker = NEW_ARRAY(struct asp_worker, t->workers);
    object_init(&asp->object, NULL);
    asp->object.visible_s = 0;
    asp->object.bytes = t->facts->model_bytes;
    add_version(asp, learner_weights(t->run->learner));
}

static void figures(struct training *t, double sim_time_s)
{
    const struct asp *asp = t->state;

    if (asp->rounds)
        ledger_series(t->run->world.ledger, LEDGER_RUN, t->round, sim_time_s, "asp_overtaken",
                      (double)asp->overtaken / (double)asp->rounds);
}

static void asp_free(struct training *t)
{
    struct asp *asp = t->state;

    for (int64_t i = 0; i < asp->count; i++)
        tensor_unref(asp->written[i].model);
    free(asp->written);
    free(asp->worker);
    free(asp);
}

const struct sync_kind sync_asp = {
    .kind =
        {
            .name = "asp",
            .doc = "Asynchronous: one model in the channel; a worker reads it, learns for a "
                   "round and writes it back. Nobody waits, the last writer wins. Every W "
                   "rounds of workers count as one. What is learnt depends on the clock; the "
                   "series asp_overtaken says how many PUTs of others a worker overwrote, on "
                   "average.",
            .source = "SIREN: Wang, Niu, Li, Distributed Machine Learning with a Serverless "
                      "Architecture, INFOCOM 2019; S-ASP in LambdaML (SIGMOD 2021)",
        },
    .staleness = staleness,
    .check = check,
    .start = start,
    .free = asp_free,
    .figures = figures,
    .goes_on = goes_on,
    .round = do_round,
    .hands_over = hands_over,
};
