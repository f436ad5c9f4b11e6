/* SPDX-License-Identifier: MIT
 * peers_learn.c -- what becomes of the replicas in a round: mixed, evaluated, noted.
 *
 * Values do not hold up the simulation: when a round's last worker is through, its arrivals are
 * known, the replicas are mixed, and the pool begins with the next round's steps, into which
 * the workers may be already in simulated time. */
#include <math.h>

#include "sim/job/learner/replicas.h"
#include "sim/job/peers.h"

/* -- to the ledger -- */
static void note(struct peers *peers, int entity, const char *metric, double value)
{
    if (!isnan(value))
        ledger_series(peers->t->run->world.ledger, entity, peers->pending_round,
                      peers->pending_s, metric, value);
}

static void note_all(struct peers *peers, int entity, const struct evaluation *evaluation)
{
    note(peers, entity, "train_loss", evaluation->train_loss);
    note(peers, entity, "train_accuracy", evaluation->train_accuracy);
    note(peers, entity, "test_loss", evaluation->test_loss);
    note(peers, entity, "test_accuracy", evaluation->test_accuracy);
}

static void note_averaged(struct peers *peers, const struct evaluation *evaluation)
{
    note(peers, LEDGER_RUN, "averaged_train_loss", evaluation->train_loss);
    note(peers, LEDGER_RUN, "averaged_train_accuracy", evaluation->train_accuracy);
    note(peers, LEDGER_RUN, "averaged_test_loss", evaluation->test_loss);
    note(peers, LEDGER_RUN, "averaged_test_accuracy", evaluation->test_accuracy);
}

/* The best and the worst replica of n by one figure. */
static void note_ends(struct peers *peers, const struct evaluation *replica, size_t member,
                      const char *least, const char *most)
{
    double low = INFINITY, high = -INFINITY;

    for (int w = 0; w < peers->t->workers; w++) {
        double value = *(const double *)((const char *)&replica[w] + member);

        if (isnan(value)) {
            low = high = NAN;
            break;
        }
        low = fmin(low, value);
        high = fmax(high, value);
    }
    note(peers, LEDGER_RUN, least, low);
    note(peers, LEDGER_RUN, most, high);
}

static void note_replicas(struct peers *peers, const struct evaluation *replica)
{
    note_ends(peers, replica, offsetof(struct evaluation, train_loss), "best_train_loss",
              "worst_train_loss");
    note_ends(peers, replica, offsetof(struct evaluation, train_accuracy),
              "worst_train_accuracy", "best_train_accuracy");
    note_ends(peers, replica, offsetof(struct evaluation, test_loss), "best_test_loss",
              "worst_test_loss");
    note_ends(peers, replica, offsetof(struct evaluation, test_accuracy), "worst_test_accuracy",
              "best_test_accuracy");
    for (int w = 0; w < peers->t->workers; w++)
        note_all(peers, peers->t->worker[w].entity, &replica[w]);
}

void peers_flush(struct peers *peers)
{
    const struct replicas_evaluation *evaluation;

    if (!peers->has_pending)
        return;
    peers->has_pending = false;
    evaluation = learner_replicas_evaluation(peers->t->run->learner);
    note(peers, LEDGER_RUN, "consensus_distance", evaluation->distance);
    note_averaged(peers, &evaluation->averaged);
    if (evaluation->replica)
        note_replicas(peers, evaluation->replica);
}

/* -- a round -- */
static void remember(struct peers *peers, int64_t round)
{
    peers->has_pending = true;
    peers->pending_round = round + 1;
    peers->pending_s = training_now_s(peers->t);
}

void peers_form(struct peers_round *state)
{
    struct peers *peers = state->peers;
    struct training *t = peers->t;
    struct learner *learner = t->run->learner;
    struct arrivals got[AVERAGING_PHASES];
    int64_t round = state->round;
    bool evaluated;

    for (int p = 0; p < AVERAGING_PHASES; p++)
        got[p] = state->phase[p].got;
    learner_replicas_mix(learner, round, got, state->missing == 0);
    if (training_evaluates(t, round))
        peers_flush(peers); /* before the next evaluation takes its place */
    evaluated = training_form(t, state->begin_s);
    training_complete(t, round, evaluated, LEDGER_RUN);
    if (evaluated)
        remember(peers, round);
    state->formed = true;
    peers_release(state);
    if (t->last_round == round)
        run_release(t->run); /* who is ahead, in rounds that will not be, leaves here */
    else
        learner_replicas_step(learner, round + 1);
}
