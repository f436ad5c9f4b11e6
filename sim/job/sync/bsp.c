/* SPDX-License-Identifier: MIT
 * bsp.c -- bulk synchronous parallel: every round ends when everybody has the reduction.
 *
 * A round: compute, exchange by the scenario's pattern, go on.  When one function's lifetime
 * would not hold another round all start anew: the leader writes a checkpoint, everybody reads
 * it (LambdaML, section 3.3).   (Valiant, "A Bridging Model for Parallel Computation", CACM
 * 1990.)
 *
 * SIMPLIFIED: a worker whose memory was lost reads the last model from the job's store,
 * whatever the channel is; that somebody had to write it there is charged for checkpoints only.
 */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/job/check_network.h"
#include "sim/job/sync/bsp.h"

static const char *const timeout_names[] = {"abort", "continue_without", NULL};

static const struct field fields[] = {
    CONF(struct bsp_conf, timeout_s, .apart = true, .above_min = true, .optional = true,
         .absent_is = ABSENT_INFINITY, .absent = "waits for ever",
         .doc = "A worker that has waited this long in an exchange for something that is not "
                "there gives up.",
         .source = "LambdaML's released code gives up after 60 s"),
    CONF(struct bsp_conf, on_timeout, .apart = true, .names = timeout_names, .optional = true,
         .absent = "abort",
         .doc =
             "What follows when one has given up: the run has failed (in LambdaML the one "
             "that waited crashes, and so do the others in their turn), or all go on without "
             "those that have not come to the exchange by then; when all have come it is "
             "waited on."),
    CONF_END,
};

/* -- a round -- */
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
    outcome = worker_compute(self, worker, node, ACTIVITY_COMPUTE, &work, 1);
    if (outcome == OUTCOME_OK && worker->round == t->round)
        learner_finish(learner, worker->number, worker->round);
    return outcome;
}

/* Blocks. */
static enum outcome inside(struct actor *self, struct worker *worker, struct node *node)
{
    struct training *t = worker->training;
    struct bsp_worker *mine = &bsp_of(t)->worker[worker->number];
    struct bsp_round *state = bsp_round(t, worker->round);
    enum outcome outcome;

    bsp_enter_round(worker, state);
    worker_book(worker, ACTIVITY_COMMUNICATE);
    mine->inside = true;
    bsp_patience_begin(worker);
    outcome = exchange_run(self, state->exchange, worker->rank, node);
    bsp_patience_end(worker);
    mine->inside = false;
    return outcome;
}

/* Blocks.  Who reads is not inside, and may be left behind meanwhile as one that is late. */
static enum outcome read_result(struct actor *self, struct worker *worker, struct node *node)
{
    enum outcome outcome =
        worker_store(self, worker, node, VERB_GET, &bsp_of(worker->training)->model, 0,
                     "the round's result");

    return outcome == OUTCOME_OK && !worker->member ? OUTCOME_LOST : outcome;
}

/* Blocks.  LOST means that the members changed: once more among those who are left, or, when
 * the round's result is there already, read it. */
static enum outcome exchange(struct actor *self, struct worker *worker, struct node *node)
{
    struct training *t = worker->training;
    enum outcome outcome;

    do {
        if (!worker->member)
            return OUTCOME_LOST;
        outcome = inside(self, worker, node);
        if (outcome == OUTCOME_LOST && worker->member && worker->round < t->round)
            return read_result(self, worker, node);
    } while (outcome == OUTCOME_LOST);
    return outcome;
}

static enum outcome do_round(struct actor *self, struct worker *worker, struct node *node)
{
    struct training *t = worker->training;
    int64_t round = worker->round;
    enum outcome outcome = contribute(self, worker, node);

    if (outcome == OUTCOME_OK)
        outcome = exchange(self, worker, node);
    if (outcome != OUTCOME_OK)
        return outcome;
    bsp_leave_round(worker);
    if (t->run->scenario->evaluate.charged && t->evaluated_round == round)
        outcome = worker_evaluate(self, worker, node);
    return outcome;
}

static bool goes_on(const struct worker *worker)
{
    return worker->round <= worker->training->last_round;
}

/* -- new functions, lost memory -- */
static bool hands_over(const struct worker *worker, int64_t begun_with)
{
    return worker->round == bsp_of(worker->training)->reinvoked_round &&
           worker->round > begun_with;
}

/* Blocks. */
static enum outcome write_checkpoint(struct actor *self, struct worker *worker,
                                     struct node *node)
{
    struct training *t = worker->training;

    worker_book(worker, ACTIVITY_CHECKPOINT);
    return worker_store(self, worker, node, VERB_PUT, &bsp_of(t)->checkpoint,
                        t->facts->model_bytes, "the checkpoint to be written");
}

static enum outcome hand_over(struct actor *self, struct worker *worker, struct node *node)
{
    return worker->rank == 0 ? write_checkpoint(self, worker, node) : OUTCOME_OK;
}

/* Blocks.  Reads the model again; the leader, if it was lost before it had written the
 * checkpoint that the others wait for, writes it now.  SIMPLIFIED: to find out that it is not
 * there takes no time, and is free. */
static enum outcome recover(struct actor *self, struct worker *worker, struct node *node)
{
    struct bsp *bsp = bsp_of(worker->training);
    bool fresh = worker->round == bsp->reinvoked_round;
    bool writes = fresh && worker->rank == 0 && !object_is_visible(&bsp->checkpoint);
    enum outcome outcome;

    worker_book(worker, ACTIVITY_CHECKPOINT);
    if (fresh && !writes && worker->training->conf->missing_checkpoint == MISSING_CRASH &&
        !object_is_visible(&bsp->checkpoint))
        return OUTCOME_CRASHED;
    outcome = worker_store(self, worker, node, VERB_GET,
                           fresh && !writes ? &bsp->checkpoint : &bsp->model, 0,
                           "the model to go on from");
    if (outcome == OUTCOME_OK && writes)
        outcome = write_checkpoint(self, worker, node);
    return outcome;
}

/* -- the kind -- */
static int64_t staleness(const void *conf)
{
    (void)conf;
    return 0;
}

static void check_merging(const struct scenario *scenario, struct diag_list *diags)
{
    const struct choice *main = scenario->channels.entry;

    if (channel_kind_of(main)->facts(main->conf).merges &&
        !collective_of(&scenario->pattern)->has_leader)
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, "pattern"),
                 "channel '%s' merges itself, in place of the leader of a pattern; '%s' has no "
                 "leader",
                 main->kind->name, scenario->pattern.kind->name);
}

struct pattern_messages {
    struct job_messages messages; /* first */
    const struct choice *pattern;
    int workers;
};

static int64_t count_messages(const struct job_messages *messages, int64_t round, int from,
                              int to)
{
    const struct pattern_messages *of = (const struct pattern_messages *)messages;

    (void)round;
    return collective_messages(of->pattern, of->workers, from, to);
}

/* Who is left behind leaves the others another pattern, which nobody knows beforehand. */
static void check_messages(const struct scenario *scenario, const struct learner_facts *facts,
                           struct diag_list *diags)
{
    const struct bsp_conf *conf = scenario->sync.conf;
    struct pattern_messages of = {
        .messages = {.count = count_messages,
                     .rounds = training_rounds_most(&scenario->stop, facts->epochs_per_round)},
        .pattern = &scenario->pattern,
        .workers = facts->workers,
    };

    if (!(isfinite(conf->timeout_s) && conf->on_timeout == TIMEOUT_CONTINUE_WITHOUT))
        job_check_messages(scenario, &of.messages, diags);
}

static void check(const struct scenario *scenario, const struct learner *learner,
                  struct diag_list *diags)
{
    const struct learner_facts *facts = learner ? learner_facts(learner) : NULL;
    struct collective_totals totals;
    struct vector_size vector;

    check_merging(scenario, diags);
    if (!facts)
        return;
    if (!collective_fits(&scenario->pattern, facts->workers)) {
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, "pattern"),
                 "pattern '%s' has too many messages with %d workers",
                 scenario->pattern.kind->name, facts->workers);
        return;
    }
    vector = learner_vector(facts);
    totals = collective_totals(&scenario->pattern, facts->workers, vector);
    training_check_message(scenario, totals.max_message_bytes, diags);
    training_check_capacity(scenario, totals.put_bytes, diags);
    check_messages(scenario, facts, diags);
}

static void start(struct training *t)
{
    struct bsp *bsp = NEW(struct bsp);

    t->state = bsp;
    bsp->conf = t->sync_conf;
    bsp->worker = NEW_ARRAY(struct bsp_worker, t->workers);
    for (int w = 0; w < t->workers; w++)
        bsp->worker[w].entered = -1;
    bsp->state[0].round = bsp->state[1].round = -1;
    bsp->reinvoked_round = -1;
    object_init(&bsp->checkpoint, NULL);
    object_init(&bsp->model, NULL);
    bsp->model.visible_s = 0;
    bsp->model.bytes = t->facts->model_bytes;
    bsp_patience_init(t);
    bsp_plan(t);
}

static void bsp_free(struct training *t)
{
    struct bsp *bsp = bsp_of(t);

    bsp_free_rounds(bsp);
    free(bsp->worker);
    free(bsp);
}

static const char *const needs[] = {"pattern", NULL};

const struct sync_kind sync_bsp = {
    .kind =
        {
            .name = "bsp",
            .doc =
                "Bulk synchronous parallel: nobody starts a round before having the reduction "
                "of the one before.",
            .source = "Valiant, A Bridging Model for Parallel Computation, CACM 1990",
            .fields = fields,
            .conf_size = sizeof(struct bsp_conf),
            .needs = needs,
        },
    .staleness = staleness,
    .lockstep = true,
    .check = check,
    .start = start,
    .free = bsp_free,
    .goes_on = goes_on,
    .round = do_round,
    .hands_over = hands_over,
    .hand_over = hand_over,
    .recover = recover,
    .excluded = bsp_excluded,
};
