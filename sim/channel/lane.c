/* SPDX-License-Identifier: MIT
 * lane.c -- a rank's steps of one lane, one after another, driven by the ends of requests. */
#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/channel/exchange_inside.h"

static const struct plan_step *step_of(const struct lane *lane)
{
    return &lane->rank->exchange->plan->step[lane->next];
}

/* The rank's own copy of a slot (direct), or everybody's (storage). */
static struct object *object_of(const struct lane *lane, int32_t slot)
{
    const struct exchange *exchange = lane->rank->exchange;

    if (exchange->facts.has_receiver)
        return &exchange->object[plan_edge(exchange->plan, slot, lane->rank->number)];
    return &exchange->object[slot];
}

static struct listing *listing_of(const struct lane *lane, const struct plan_step *step)
{
    const struct exchange *exchange = lane->rank->exchange;

    if (exchange->facts.has_receiver)
        return &exchange->listing[step->gather];
    return gather_listing(exchange, &exchange->plan->gather[step->gather]);
}

/* What the step collects by FETCHes; NULL: nothing. */
static const struct gather *fetched_by(const struct lane *lane, const struct plan_step *step)
{
    const struct exchange *exchange = lane->rank->exchange;

    if (!exchange->facts.fetches || step->gather < 0)
        return NULL;
    return step->op == STEP_GATHER ? &exchange->plan->gather[step->gather]
                                   : &exchange->plan->run[step->gather];
}

/* -- requests ------------------------------------------------------------------------------ */

static void request_over(struct request *request);

/* Once all ranks have come, nobody waits for anybody's arrival any more: what is still waited
 * for is the others' requests, which is communication. */
void rank_book(const struct rank *rank)
{
    const struct request *request = &rank->lane->request;
    const struct channel *channel = rank->exchange->channel;
    bool waits = request_is_under_way(request) && request->is_waiting;
    enum activity activity = ACTIVITY_COMMUNICATE;

    if (waits && !channel_is_up(channel))
        activity = ACTIVITY_START;
    else if (waits && rank->exchange->absent)
        activity = ACTIVITY_WAIT;
    ledger_activity(channel->world->ledger, rank->node->entity, activity,
                    engine_now_s(channel->world->engine));
}

static void request_waits_or_not(struct request *request)
{
    const struct lane *lane = request->owner;

    rank_book(lane->rank);
}

static void ask(struct lane *lane, enum verb verb, struct object *object, int64_t bytes)
{
    struct request *request = &lane->request;

    request->verb = verb;
    request->node = lane->rank->node;
    request->object = object;
    request->listing = NULL;
    request->bytes = bytes;
    request->done = request_over;
    request->waits = lane == lane->rank->lane ? request_waits_or_not : NULL;
    request->owner = lane;
    channel_begin(lane->rank->exchange->channel, request);
}

static bool wants(const struct request *request, const struct object *object)
{
    const struct lane *lane = request->owner;
    const struct exchange *exchange = lane->rank->exchange;
    const struct gather *gather = fetched_by(lane, step_of(lane));
    int32_t slot = (int32_t)(object - exchange->object);

    return slot >= gather->slot && slot < gather->slot + gather->count &&
           (gather->wanted == gather->count || plan_reads(exchange->plan, slot, gather->rank));
}

/* verb: LIST or FETCH. */
static void ask_for_more(struct lane *lane, enum verb verb, struct listing *listing,
                         int64_t known)
{
    struct request *request = &lane->request;

    request->verb = verb;
    request->node = lane->rank->node;
    request->object = NULL;
    request->listing = listing;
    request->known = known;
    request->wants = wants;
    request->seen = lane->seen;
    request->done = request_over;
    request->waits = lane == lane->rank->lane ? request_waits_or_not : NULL;
    request->owner = lane;
    channel_begin(lane->rank->exchange->channel, request);
}

/* -- GATHER through storage ---------------------------------------------------------------- */

static int by_appearance(const void *a, const void *b)
{
    const struct found *x = a, *y = b;

    if (x->visible_s != y->visible_s)
        return x->visible_s < y->visible_s ? -1 : 1;
    return x->slot - y->slot;
}

static int by_name(const void *a, const void *b)
{
    return ((const struct found *)a)->slot - ((const struct found *)b)->slot;
}

/* A LIST has ended: notes what it shows for the first time and this step wants. */
static void note_found(struct lane *lane, const struct plan_step *step)
{
    const struct exchange *exchange = lane->rank->exchange;
    struct listing *listing = listing_of(lane, step);
    struct object *object = lane->seen ? lane->seen->next_listed : listing->first;

    lane->found_next = lane->found_count = 0;
    for (; object; object = object->next_listed) {
        int32_t slot = (int32_t)(object - exchange->object);

        lane->seen = object;
        lane->known++;
        if (slot < step->slot || slot >= step->slot + step->count)
            continue;
        ROOM_FOR_ONE(lane->found, lane->found_count, lane->found_capacity);
        lane->found[lane->found_count++] =
            (struct found){.visible_s = object->visible_s, .slot = slot};
    }
    if (lane->found_count > 1)
        qsort(lane->found, (size_t)lane->found_count, sizeof *lane->found,
              exchange->facts.lists_by_name ? by_name : by_appearance);
}

/* SIMPLIFIED: deleting is not waited for (it is off the critical path), and the objects stay
 * readable until the exchange is over: a replaced worker would wait for ever for what its
 * predecessor had deleted. */
static void delete_gathered(struct lane *lane, const struct gather *gather)
{
    struct exchange *exchange = lane->rank->exchange;
    struct request request = {.verb = VERB_DELETE, .node = lane->rank->node};

    for (int32_t i = 0; gather->exclusive && i < gather->count; i++) {
        request.object = &exchange->object[gather->slot + i];
        channel_begin(exchange->channel, &request);
    }
}

/* LambdaML's merging phase: LIST, GET one by one what is new, LIST again, until all are in.
 * True when they are; else a request is under way. */
static bool gather_stored(struct lane *lane, const struct plan_step *step)
{
    if (lane->found_next < lane->found_count) {
        int32_t slot = lane->found[lane->found_next++].slot;

        ask(lane, VERB_GET, object_of(lane, slot), 0);
        return false;
    }
    if (lane->taken < step->count) {
        ask_for_more(lane, VERB_LIST, listing_of(lane, step), lane->known);
        return false;
    }
    delete_gathered(lane, &lane->rank->exchange->plan->gather[step->gather]);
    lane->seen = NULL;
    lane->known = lane->taken = 0;
    return true;
}

/* With a FETCH values come at once, as many as are there; FETCH again, until all are in. */
static bool fetch(struct lane *lane, const struct plan_step *step, const struct gather *gather)
{
    if (lane->taken < gather->wanted) {
        ask_for_more(lane, VERB_FETCH, gather_listing(lane->rank->exchange, gather), 0);
        return false;
    }
    delete_gathered(lane, gather);
    if (step->op == STEP_GET)
        lane->next += gather->wanted - 1; /* the other GETs of the run */
    lane->seen = NULL;
    lane->taken = 0;
    return true;
}

static void note_fetched(struct lane *lane)
{
    const struct request *request = &lane->request;

    for (struct object *object = request->seen; object != request->upto;) {
        object = object ? object->next_listed : request->listing->first;
        lane->taken += wants(request, object);
    }
    lane->seen = request->upto;
}

/* -- steps: each returns true when it is over, false when a request is under way ----------- */

static bool put(struct lane *lane, const struct plan_step *step)
{
    struct exchange *exchange = lane->rank->exchange;
    const int64_t *edge = &exchange->plan->reader_start[step->slot];

    if (!exchange->facts.has_receiver) {
        ask(lane, VERB_PUT, &exchange->object[step->slot], step->bytes);
        return false;
    }
    for (int64_t i = edge[0]; i < edge[1]; i++)
        if (!object_is_visible(&exchange->object[i])) /* a replaced rank's may be */
            post_new(lane->rank, i, step->bytes);
    return true;
}

static bool get(struct lane *lane, const struct plan_step *step)
{
    struct object *object = object_of(lane, step->slot);

    if (lane->rank->exchange->facts.has_receiver && object_is_visible(object))
        return true;
    ask(lane, VERB_GET, object, 0);
    return false;
}

static bool gather(struct lane *lane, const struct plan_step *step)
{
    struct listing *listing = listing_of(lane, step);

    if (!lane->rank->exchange->facts.has_receiver)
        return gather_stored(lane, step);
    if (listing->keys == step->count)
        return true;
    ask_for_more(lane, VERB_LIST, listing, step->count - 1);
    return false;
}

static bool take(struct lane *lane, const struct plan_step *step)
{
    const struct gather *fetched = fetched_by(lane, step);

    if (fetched)
        return fetch(lane, step, fetched);
    switch (step->op) {
    case STEP_PUT:
        return put(lane, step);
    case STEP_GET:
        return get(lane, step);
    case STEP_GATHER:
        return gather(lane, step);
    }
    return true;
}

static void advance(struct lane *lane)
{
    while (lane->next < lane->end && take(lane, step_of(lane)))
        lane->next++;
    if (lane->next < lane->end)
        return;
    lane->rank->lanes_left--;
    rank_goes_on(lane->rank);
}

/* The service has everybody's: it makes the merged object of them. */
static void merge_when_all_are_in(struct exchange *exchange)
{
    const struct exchange_plan *plan = exchange->plan;

    if (plan->merged >= 0 && exchange->listing[0].keys == plan->ranks)
        exchange->channel->kind->show(exchange->channel, &exchange->object[plan->merged],
                                      plan->merged_bytes);
}

static void request_over(struct request *request)
{
    struct lane *lane = request->owner;
    const struct plan_step *step = step_of(lane);

    if (request->outcome != OUTCOME_OK) {
        rank_fails(lane->rank, request->outcome);
        return;
    }
    if (step->op == STEP_GATHER || request->verb == VERB_FETCH) {
        if (request->verb == VERB_GET)
            lane->taken++;
        else if (request->verb == VERB_FETCH)
            note_fetched(lane);
        else if (!lane->rank->exchange->facts.has_receiver)
            note_found(lane, step);
        /* The step is taken up again: it knows what it has. */
    } else {
        if (step->op == STEP_PUT)
            merge_when_all_are_in(lane->rank->exchange);
        lane->next++;
    }
    advance(lane);
}

/* -- life ------------------------------------------------------------------------------------
 */

void lane_start(struct lane *lane)
{
    const struct exchange_plan *plan = lane->rank->exchange->plan;
    int64_t place = lane - lane->rank->exchange->lane;

    lane->next = plan->lane_start[place];
    lane->end = plan->lane_start[place + 1];
    lane->seen = NULL;
    lane->known = lane->taken = lane->found_next = lane->found_count = 0;
    advance(lane);
}

void lane_stop(struct lane *lane)
{
    channel_cancel(&lane->request);
}

void lane_done(struct lane *lane)
{
    free(lane->found);
}
