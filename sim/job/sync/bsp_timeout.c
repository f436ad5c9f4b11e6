/* SPDX-License-Identifier: MIT
 * bsp_timeout.c -- a worker that has waited too long for something in an exchange gives up.
 *
 * An event per worker looks whether it has; as long as it has not, the event moves to the
 * moment at which it would have.  Transfers in progress are no waiting. */
#include <stddef.h>

#include "sim/job/sync/bsp.h"

static const double never_s = INFINITY;

static void look_again_at(struct training *t, struct bsp_worker *mine, double due_s)
{
    engine_at(t->run->world.engine, &mine->patience, due_s);
}

/* Leaves behind who has not come; false when all have. */
static bool go_on_without_the_late(struct training *t, int64_t round)
{
    bool any = false;

    for (int w = 0; w < t->workers; w++) {
        struct worker *late = &t->worker[w];

        if (!late->member || late->round > round || bsp_of(t)->worker[w].inside)
            continue;
        any = true;
        training_exclude(t, late);
    }
    return any;
}

static void give_up(struct bsp_worker *mine)
{
    struct worker *worker = mine->worker;
    struct training *t = worker->training;
    const struct bsp_conf *conf = bsp_of(t)->conf;
    char what[128];

    snprintf(what, sizeof what, "waited %g s in the exchange of round %lld", conf->timeout_s,
             (long long)worker->round + 1);
    ledger_misfortune(t->run->world.ledger, worker->entity, training_now_s(t), OUTCOME_TIMEOUT,
                      what);
    switch ((enum on_timeout)conf->on_timeout) {
    case TIMEOUT_ABORT:
        actor_doom(worker->actor, training_now_s(t), OUTCOME_TIMEOUT);
        training_abort(t, RUN_FAILED, outcome_name(OUTCOME_TIMEOUT), "worker %d %s",
                       worker->number, what);
        return;
    case TIMEOUT_CONTINUE_WITHOUT:
        if (!go_on_without_the_late(t, worker->round))
            look_again_at(t, mine, training_now_s(t) + conf->timeout_s);
        return;
    }
}

static void look(struct engine *engine, struct event *event)
{
    struct bsp_worker *mine =
        (struct bsp_worker *)((char *)event - offsetof(struct bsp_worker, patience));
    struct worker *worker = mine->worker;
    struct training *t = worker->training;
    double timeout_s = bsp_of(t)->conf->timeout_s, now_s = engine_now_s(engine);
    double since_s =
        exchange_waits_since_s(bsp_round(t, worker->round)->exchange, worker->rank);

    if (since_s == never_s)
        look_again_at(t, mine, now_s + timeout_s);
    else if (since_s + timeout_s > now_s)
        look_again_at(t, mine, since_s + timeout_s);
    else
        give_up(mine);
}

void bsp_patience_init(struct training *t)
{
    for (int w = 0; w < t->workers; w++) {
        struct bsp_worker *mine = &bsp_of(t)->worker[w];

        mine->worker = &t->worker[w];
        mine->patience.fire = look;
    }
}

void bsp_patience_begin(struct worker *worker)
{
    struct training *t = worker->training;
    double timeout_s = bsp_of(t)->conf->timeout_s;

    if (isfinite(timeout_s))
        look_again_at(t, &bsp_of(t)->worker[worker->number], training_now_s(t) + timeout_s);
}

void bsp_patience_end(struct worker *worker)
{
    struct training *t = worker->training;

    engine_cancel(t->run->world.engine, &bsp_of(t)->worker[worker->number].patience);
}
