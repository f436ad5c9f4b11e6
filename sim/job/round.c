/* SPDX-License-Identifier: MIT
 * round.c -- what a round of a training job yields, whoever waits for whom: its evaluation, its
 * row, the decision to stop.
 *
 * A kind of synchronisation forms the values (in the learner) and calls training_form then and
 * there, once per round, so that everybody sees the same decision at whatever time they arrive;
 * and training_complete when the round is over for its last member. */
#include <math.h>

#include "sim/job/training.h"

double training_now_s(const struct training *t)
{
    return engine_now_s(t->run->world.engine);
}

double training_epoch_of(const struct training *t, int64_t rounds)
{
    return (double)rounds * t->facts->epochs_per_round;
}

int64_t training_rounds_most(const struct stop_conf *stop, double epochs_per_round)
{
    double rounds = stop->rounds ? (double)stop->rounds : INFINITY;

    if (stop->epochs > 0)
        rounds = fmin(rounds, ceil((stop->epochs - 1e-9) / epochs_per_round));
    return rounds < 1e15 ? (int64_t)rounds : 0;
}

/* -- what the rounds yield -- */
static void note_loss_reached(struct training *t, const struct round_row *row)
{
    double wanted = t->run->scenario->stop.train_loss;

    if (!isnan(t->time_to_loss_s) || isnan(wanted) || !(row->train_loss <= wanted))
        return;
    t->time_to_loss_s = row->sim_time_s;
    t->cost_to_loss_pusd = row->cost_pusd;
}

void training_flush(struct training *t)
{
    struct round_row *row = &t->pending;

    if (!t->has_pending)
        return;
    t->has_pending = false;
    t->has_final = true;
    t->final = learner_evaluation(t->run->learner, row->round - 1);
    row->train_loss = t->final.train_loss;
    row->train_accuracy = t->final.train_accuracy;
    row->test_loss = t->final.test_loss;
    row->test_accuracy = t->final.test_accuracy;
    note_loss_reached(t, row);
    run_round(t->run, row);
    run_report(t->run, row->round, row->epoch, t->run->scenario->stop.epochs, row->train_loss);
}

bool training_is_every(const struct every *every, double epochs_per_round, int64_t round)
{
    double of_round = every->unit == EVERY_EPOCH ? epochs_per_round : 1;
    double before = (double)round * of_round / every->count;
    double after = (double)(round + 1) * of_round / every->count;

    if (every->unit != EVERY_EPOCH && every->unit != EVERY_ROUND)
        return false;
    return floor(after + 1e-9) > floor(before + 1e-9);
}

static bool is_due(const struct training *t, int64_t round)
{
    const struct every *every = &t->run->scenario->evaluate.every;

    if (every->unit == EVERY_SECOND)
        return training_now_s(t) - t->last_evaluated_s >= every->count;
    return training_is_every(every, t->facts->epochs_per_round, round);
}

/* The criteria that need no losses. */
const char *training_ends_after(const struct training *t, int64_t rounds)
{
    const struct stop_conf *stop = &t->run->scenario->stop;

    if (stop->epochs > 0 && training_epoch_of(t, rounds) >= stop->epochs - 1e-9)
        return "epochs";
    if (stop->rounds && rounds >= stop->rounds)
        return "rounds";
    return NULL;
}

static const char *stop_by_progress(const struct training *t, int64_t round)
{
    const struct stop_conf *stop = &t->run->scenario->stop;
    const char *counted = training_ends_after(t, round + 1);

    if (counted)
        return counted;
    if (learner_is_settled(t->run->learner, round))
        return "settled";
    if (stop->time_s > 0 && training_now_s(t) >= stop->time_s)
        return "time";
    if (stop->cost_pusd && run_cost_pusd(t->run) >= stop->cost_pusd)
        return "cost";
    return NULL;
}

static bool stops_by_learning(const struct stop_conf *stop)
{
    return !isnan(stop->train_loss) || !isnan(stop->test_loss) || !isnan(stop->test_accuracy);
}

/* Waits in real time for the round's losses.  No criterion on them: divergence is then seen
 * when they are next collected. */
static const char *stop_by_learning(const struct training *t, int64_t round)
{
    const struct stop_conf *stop = &t->run->scenario->stop;
    struct evaluation now = learner_evaluation(t->run->learner, round);

    if (now.train_loss <= stop->train_loss)
        return "train_loss";
    if (now.test_loss <= stop->test_loss)
        return "test_loss";
    if (now.test_accuracy >= stop->test_accuracy)
        return "test_accuracy";
    return NULL;
}

static void decide(struct training *t, int64_t round, bool evaluated)
{
    const char *reason = stop_by_progress(t, round);

    if (t->has_final && !t->facts->phantom && !isfinite(t->final.train_loss)) {
        t->last_round = round;
        run_stop(t->run, RUN_DIVERGED, "diverged",
                 "the training loss became %g: try a smaller optimizer.learning_rate, or "
                 "optimizer.schedule.warm_up",
                 t->final.train_loss);
        return;
    }
    if (evaluated && stops_by_learning(&t->run->scenario->stop)) {
        const char *learnt = stop_by_learning(t, round);

        reason = learnt ? learnt : reason;
    }
    if (reason) {
        t->last_round = round;
        run_stop(t->run, RUN_DONE, reason, "%s", "");
    }
}

bool training_evaluates(const struct training *t, int64_t round)
{
    return is_due(t, round) ||
           (stop_by_progress(t, round) && t->run->scenario->evaluate.every.unit != EVERY_NEVER);
}

bool training_form(struct training *t, double begin_s)
{
    int64_t round = t->round;
    double now_s = training_now_s(t), since_s = round == 0 ? begin_s : t->formed_s;
    bool evaluated = training_evaluates(t, round);

    if (now_s - since_s > t->longest_round_s)
        t->longest_round_s = now_s - since_s;
    t->formed_s = now_s;
    t->round = round + 1;
    if (evaluated) {
        training_flush(t);
        learner_evaluate(t->run->learner, round);
        t->evaluated_round = round;
    }
    decide(t, round, evaluated);
    return evaluated;
}

void training_complete(struct training *t, int64_t round, bool evaluated, int entity)
{
    double now_s = training_now_s(t);

    if (entity != LEDGER_RUN)
        run_cut(t->run, entity, now_s, round + 1);
    if (t->is_watched)
        message_series_note(&t->messages, &t->run->world, round + 1);
    if (!evaluated)
        return;
    t->last_evaluated_s = now_s;
    t->pending = (struct round_row){
        .round = round + 1,
        .epoch = training_epoch_of(t, round + 1),
        .sim_time_s = now_s,
        .cost_pusd = run_cost_pusd(t->run),
        .messages_lost = ledger_messages(t->run->world.ledger, TRAFFIC_TRAINING)->lost,
    };
    t->has_pending = true;
}
