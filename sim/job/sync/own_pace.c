/* SPDX-License-Identifier: MIT
 * own_pace.c -- see own_pace.h. */
#include "sim/job/sync/own_pace.h"

#include <math.h>

/* -- requests -- */
static void call_over(struct request *request)
{
    struct call *call = request->owner;

    if (request->outcome == OUTCOME_OK && call->landed)
        call->landed(call);
    if (call->worker->actor)
        actor_wake(call->worker->actor);
}

static void call_wrote(struct request *request)
{
    struct call *call = request->owner;

    if (call->wrote)
        call->wrote(call);
}

static void call_waits_or_not(struct request *request)
{
    const struct call *call = request->owner;

    worker_book(call->worker, request->is_waiting ? ACTIVITY_WAIT : ACTIVITY_COMMUNICATE);
}

enum outcome call_do(struct actor *self, struct call *call, struct worker *worker,
                     struct node *node, enum verb verb, struct object *object, int64_t bytes,
                     const char *for_what)
{
    enum outcome fate = actor_fate(self);

    if (fate != OUTCOME_OK)
        return fate;
    call->worker = worker;
    call->request = (struct request){.verb = verb,
                                     .node = node,
                                     .object = object,
                                     .bytes = bytes,
                                     .done = call_over,
                                     .waits = call_waits_or_not,
                                     .wrote = call_wrote,
                                     .owner = call};
    worker_book(worker, ACTIVITY_COMMUNICATE);
    channel_begin(worker->training->main, &call->request);
    while (request_is_under_way(&call->request)) {
        fate = engine_wait(self, INFINITY, for_what);
        if (fate == OUTCOME_OK || !request_is_under_way(&call->request))
            continue;
        channel_cancel(&call->request);
        return fate;
    }
    return call->request.outcome;
}

/* -- a worker's pace -- */
void pace_begin(struct pace *pace, const struct worker *worker)
{
    pace->begin_s = training_now_s(worker->training);
}

enum outcome pace_end(struct actor *self, struct pace *pace, struct worker *worker,
                      struct node *node)
{
    struct training *t = worker->training;

    pace->longest_round_s = fmax(pace->longest_round_s, training_now_s(t) - pace->begin_s);
    if (!t->run->scenario->evaluate.charged || t->last_round != INT64_MAX ||
        pace->evaluated_rounds > t->evaluated_round)
        return OUTCOME_OK;
    pace->evaluated_rounds = t->evaluated_round + 1;
    return worker_evaluate(self, worker, node);
}

bool pace_hands_over(const struct pace *pace, const struct worker *worker, int64_t begun_with)
{
    const struct training *t = worker->training;

    return worker->round > begun_with &&
           training_now_s(t) + pace->longest_round_s + t->conf->lifetime_margin_s >
               worker->expires_s;
}

/* -- rounds of all -- */
void own_pace_form(struct training *t, int entity)
{
    int64_t round = t->round;
    bool evaluated = training_form(t, 0);

    training_complete(t, round, evaluated, entity);
    if (t->last_round != INT64_MAX)
        run_release(t->run);
}

/* -- checks -- */
void own_pace_check(const struct scenario *scenario, const struct learner *learner,
                    struct diag_list *diags)
{
    const struct choice *main = scenario->channels.entry;
    const char *objection = learner ? learner_stale_objection(learner) : NULL;

    if (channel_kind_of(main)->facts(main->conf).has_receiver)
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, "channels.main"),
                 "sync '%s' leaves models in the channel for others to read, but '%s' keeps "
                 "nothing: it takes a storage service",
                 scenario->sync.kind->name, main->kind->name);
    if (objection)
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, "sync"),
                 "sync '%s' learns by the clock: %s", scenario->sync.kind->name, objection);
}

void own_pace_check_room(const struct scenario *scenario, int64_t message_bytes,
                         int64_t all_bytes, struct diag_list *diags)
{
    const struct choice *main = scenario->channels.entry;
    int64_t capacity_bytes = channel_kind_of(main)->facts(main->conf).capacity_bytes;
    char size[64], room[64];

    training_check_message(scenario, message_bytes, diags);
    if (!capacity_bytes || all_bytes <= capacity_bytes)
        return;
    units_format((double)all_bytes, DIMENSION_BYTES, size, sizeof size);
    units_format((double)capacity_bytes, DIMENSION_BYTES, room, sizeof room);
    diag_add(diags, DIAG_ERROR, scenario_place(scenario, "channels.main"),
             "sync '%s' leaves %s in channel '%s', which holds %s", scenario->sync.kind->name,
             size, main->kind->name, room);
}
