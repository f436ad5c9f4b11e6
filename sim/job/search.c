/* SPDX-License-Identifier: MIT
 * search.c -- job kind `search`: hyper-parameter search, one training (trial) for each value.
 *
 * `at_once` trials run beside each other, each on workers of its own; when one ends the next
 * takes its place.  Functions are one account's: all trials share its limits and warm
 * sandboxes, and each has a trigger of its own.  Machines are a cluster for each place, which
 * boots once, is used by one trial after another and given back when none is left.  The
 * channels are the same services for all, with their request rates, threads and bandwidth.
 * (LambdaML, SIGMOD 2021, section 5: ten learning rates at once.)
 *
 * The run's losses, rounds and accuracy are those of the best trial; what every trial came to
 * is in `series`.  SIMPLIFIED: the breakdown is the time of the worker that left last, from the
 * first second on, and not a path through all trials. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/job/search.h"

static const struct field fields[] = {
    DATA_PARALLEL_FIELDS(struct search_conf, training.),
    CONF(struct search_conf, key,
         .doc =
             "The key that differs from trial to trial, in the long form: something under "
             "`data`, `model`, `optimizer`, `pattern`, `sync`, `evaluate` or `stop`, or "
             "`seed`, but no `kind`.  What trials run on they share; a sweep varies that.  The "
             "best trial is the one whose last loss is lowest, of the test rows if there are "
             "any, else of the training rows; what each came to is in the database's view "
             "`series`, with its value: `traincast query trials`."),
    CONF(struct search_conf, values, .list = true, .doc = "Its values, one for each trial."),
    CONF(struct search_conf, at_once, .min = 1, .max = TRIALS_MOST, .optional = true,
         .absent = "all of them",
         .doc =
             "How many trials run beside each other, each on `groups.workers.count` workers; "
             "the others follow as places become free."),
    CONF_END,
};

/* Where trials run, one after another. */
struct lane {
    struct platform *platform;
    int *entity; /* [workers] */
};

struct attempt { /* a trial and what it needs */
    struct run run;
    struct trial trial;
    struct search *search;
    struct scenario *scenario;
    struct learner *learner;
    int lane, entity;
    double begin_s, end_s; /* NaN: it has not begun, not ended */
    struct event next;     /* its lane is free */
};

struct search {
    struct run *run;
    const struct search_conf *conf;
    int group, workers;
    struct attempt *attempt; /* [trials] */
    int trials, begun, ended;
    struct lane *lane; /* [lanes] */
    int lanes, busy;
    int last_entity; /* whose time the breakdown is */
};

/* -- trials --------------------------------------------------------------------------------
 */
static struct search *search_of(struct job *job)
{
    return (struct search *)job;
}

static struct attempt *attempt_of(struct run *trial)
{
    return (struct attempt *)trial; /* its first member */
}

static double now_s(const struct search *s)
{
    return engine_now_s(s->run->world.engine);
}

static void begin_next(struct search *s, int lane);

/* Its job is over; who still works on it leaves. */
static void on_over(struct run *trial)
{
    job_data_parallel.dismiss(trial->job);
}

static void finish(struct search *s)
{
    int done = 0;

    for (int i = 0; i < s->trials; i++)
        done += s->attempt[i].run.end.status == RUN_DONE;
    if (done)
        run_stop(s->run, RUN_DONE, "trials", "%s", "");
    else
        run_stop(s->run, s->attempt[0].run.end.status, s->attempt[0].run.stop_reason,
                 "no trial came to its end: of the first, %s", s->attempt[0].run.message);
    run_release(s->run);
}

/* The trial that ended takes an event to leave its callers alone. */
static void on_lane_free(struct engine *engine, struct event *event)
{
    struct attempt *attempt =
        (struct attempt *)((char *)event - offsetof(struct attempt, next));
    struct search *s = attempt->search;

    (void)engine;
    if (s->begun < s->trials) {
        begin_next(s, attempt->lane);
        return;
    }
    if (!platform_is_shared(s->lane[attempt->lane].platform))
        s->lane[attempt->lane].platform->kind->release(s->lane[attempt->lane].platform);
    if (--s->busy == 0)
        finish(s);
}

static int64_t best_trial(const struct search *s);

static void on_left(struct run *trial)
{
    struct attempt *attempt = attempt_of(trial);
    struct search *s = attempt->search;

    if (!isnan(attempt->end_s))
        return;
    attempt->end_s = now_s(s);
    job_data_parallel.figures(trial->job, &trial->end);
    s->ended++;
    s->last_entity = s->lane[attempt->lane].entity[0];
    if (s->run->released)
        return;
    run_report(s->run, s->ended, s->ended, s->trials,
               s->attempt[best_trial(s)].run.end.train_loss);
    attempt->next.fire = on_lane_free;
    engine_at(s->run->world.engine, &attempt->next, now_s(s));
}

static void begin_next(struct search *s, int lane)
{
    struct attempt *attempt = &s->attempt[s->begun++];

    attempt->lane = lane;
    attempt->begin_s = now_s(s);
    attempt->trial = (struct trial){.parent = s->run,
                                    .entity = s->lane[lane].entity,
                                    .first_worker = lane * s->workers,
                                    .over = on_over,
                                    .left = on_left};
    run_begin_trial(&attempt->run, &attempt->trial, &job_data_parallel, attempt->scenario,
                    attempt->learner, s->group, s->lane[lane].platform);
}

/* -- the job -------------------------------------------------------------------------------
 */

/* Checked before, so nothing can be wrong but the real machine's memory or files. */
static bool make_attempt(struct search *s, int number)
{
    struct attempt *attempt = &s->attempt[number];
    char *text = search_setting(s->conf, number);
    struct diag_list diags;

    diag_init(&diags);
    attempt->search = s;
    attempt->begin_s = attempt->end_s = NAN;
    run_end_init(&attempt->run.end);
    attempt->scenario = scenario_variant(s->run->scenario, text, &diags);
    if (attempt->scenario)
        attempt->learner = learner_new_beside(s->run->learner, attempt->scenario,
                                              search_same_rows(s->conf), &diags);
    if (!attempt->learner)
        run_stop(s->run, RUN_FAILED, "trial", "%s: %s", text,
                 diags.count ? diags.diag[0].text : "");
    diag_done(&diags);
    free(text);
    return attempt->learner != NULL;
}

static void make_lane(struct search *s, int number)
{
    struct lane *lane = &s->lane[number];
    char name[32];

    lane->platform = s->run->platform[s->group];
    if (number > 0 && !platform_is_shared(lane->platform)) {
        snprintf(name, sizeof name, "workers-%d", number + 1);
        lane->platform = run_open_platform(s->run, s->group, name);
    }
    lane->entity = NEW_ARRAY(int, s->workers);
    for (int w = 0; w < s->workers; w++)
        lane->entity[w] = -1;
}

static struct job *start(struct run *run)
{
    struct search *s = NEW(struct search);

    s->run = run;
    s->conf = run->scenario->job.conf;
    s->group = run_find(&run->scenario->groups, "workers");
    s->workers = learner_facts(run->learner)->workers;
    s->trials = search_trials(s->conf);
    s->lanes = (int)search_lanes(s->conf);
    s->attempt = NEW_ARRAY(struct attempt, s->trials);
    s->lane = NEW_ARRAY(struct lane, s->lanes);
    s->last_entity = LEDGER_RUN;
    for (int i = 0; i < s->trials; i++)
        if (!make_attempt(s, i))
            return (struct job *)s;
    for (s->busy = 0; s->busy < s->lanes; s->busy++) {
        make_lane(s, s->busy);
        begin_next(s, s->busy);
    }
    return (struct job *)s;
}

/* -- figures ------------------------------------------------------------------------------- */

/* By the test set's loss, where there is one. */
static double score(const struct attempt *attempt)
{
    const struct run_end *end = &attempt->run.end;
    double loss = isnan(end->test_loss) ? end->train_loss : end->test_loss;

    return isfinite(loss) ? loss : INFINITY;
}

static int64_t best_trial(const struct search *s)
{
    int best = 0;

    for (int i = 1; i < s->trials; i++)
        if (score(&s->attempt[i]) < score(&s->attempt[best]))
            best = i;
    return best;
}

static void note(const struct search *s, int entity, int64_t step, double at_s,
                 const char *metric, double value)
{
    if (!isnan(value))
        ledger_series(s->run->world.ledger, entity, step, at_s, metric, value);
}

/* Begin and end are told as they were; what it learnt, at every evaluation. */
static void note_attempt(struct search *s, int number)
{
    struct attempt *attempt = &s->attempt[number];
    const struct run_end *end = &attempt->run.end;
    int entity = ledger_entity(s->run->world.ledger, "trial", number);

    if (isnan(attempt->begin_s))
        return;
    note(s, entity, 0, attempt->begin_s, "value", search_value(s->conf, number));
    note(s, entity, 0, attempt->begin_s, "begin_s", attempt->begin_s);
    for (size_t i = 0; i < attempt->trial.round_count; i++) {
        const struct round_row *row = &attempt->trial.round[i];

        note(s, entity, row->round, row->sim_time_s, "train_loss", row->train_loss);
        note(s, entity, row->round, row->sim_time_s, "test_loss", row->test_loss);
        note(s, entity, row->round, row->sim_time_s, "test_accuracy", row->test_accuracy);
    }
    if (isnan(attempt->end_s))
        return;
    note(s, entity, end->rounds, attempt->end_s, "end_s", attempt->end_s);
    note(s, entity, end->rounds, attempt->end_s, "final_train_loss", end->train_loss);
    note(s, entity, end->rounds, attempt->end_s, "epochs", end->epochs);
}

/* The earliest of those that met stop.train_loss. */
static void note_loss_reached(const struct search *s, struct run_end *end)
{
    for (int i = 0; i < s->trials; i++) {
        const struct run_end *its = &s->attempt[i].run.end;

        if (isnan(its->time_to_loss_s) ||
            (!isnan(end->time_to_loss_s) && its->time_to_loss_s >= end->time_to_loss_s))
            continue;
        end->time_to_loss_s = its->time_to_loss_s;
        end->cost_to_loss_pusd = its->cost_to_loss_pusd;
    }
}

static void figures(struct job *job, struct run_end *end)
{
    struct search *s = search_of(job);
    int best = (int)best_trial(s);
    struct attempt *attempt = &s->attempt[best];

    for (int i = 0; i < s->trials; i++)
        note_attempt(s, i);
    for (size_t i = 0; i < attempt->trial.round_count; i++)
        ledger_round(s->run->world.ledger, &attempt->trial.round[i]);
    note(s, LEDGER_RUN, 0, end->sim_time_s, "trials", s->ended);
    note(s, LEDGER_RUN, 0, end->sim_time_s, "best_trial", best);
    note(s, LEDGER_RUN, 0, end->sim_time_s, "best_value", search_value(s->conf, best));
    end->train_loss = attempt->run.end.train_loss;
    end->train_accuracy = attempt->run.end.train_accuracy;
    end->test_loss = attempt->run.end.test_loss;
    end->test_accuracy = attempt->run.end.test_accuracy;
    end->rounds = attempt->run.end.rounds;
    end->epochs = attempt->run.end.epochs;
    note_loss_reached(s, end);
    if (s->last_entity != LEDGER_RUN)
        ledger_cut(s->run->world.ledger, s->last_entity, end->sim_time_s, end->rounds);
}

static struct job *search_free(struct job *job)
{
    struct search *s = search_of(job);

    for (int i = 0; i < s->trials; i++) {
        run_end_trial(&s->attempt[i].run, &job_data_parallel);
        learner_free(s->attempt[i].learner);
        scenario_free(s->attempt[i].scenario);
    }
    for (int i = 0; i < s->lanes; i++)
        free(s->lane[i].entity);
    free(s->lane);
    free(s->attempt);
    free(s);
    return NULL;
}

static const char *const needs[] = {"data",     "model", "optimizer", "channel",
                                    "pattern?", "sync",  NULL};

const struct job_kind job_search = {
    .kind = {.name = "search",
             .doc = "Hyper-parameter search: a training like `data_parallel` for each value of "
                    "one key, several at once on the same platform and channels.",
             .source = "LambdaML: Jiang et al., SIGMOD 2021, section 5",
             .fields = fields,
             .conf_size = sizeof(struct search_conf),
             .needs = needs},
    .trains = true,
    .trains_several = true,
    .check = search_check,
    .start = start,
    .figures = figures,
    .free = search_free,
};
