/* SPDX-License-Identifier: MIT
 * store_wait.c -- waiting for an object by polling: computed, explicit or ideal.
 *
 * A GET that finds nothing (404) is sent again poll_interval after its answer; a LIST that
 * shows nothing new, list_interval after.  The answers come at *ticks*; tick_s is the first
 * tick not yet booked.  A fruitless tick is booked only when the clock has passed it, because
 * what appears at the very instant of a tick is found by it, whatever the order of events in
 * that instant.
 *
 *   explicit  every tick is an event.
 *   computed  the first tick is an event; if it was fruitless nothing happens until the object
 *             appears.  Then walk() goes through the ticks of the meantime, in the same
 *             operations on the same random numbers, and the next event is the tick that finds
 * it. ideal     no ticks: the GET is sent when the object appears.
 *
 * In the records of single requests (record.requests: rows) computed polls so stand where they
 * were computed, later than simulated ones would.
 *
 * The listing's keys decide how many pages a LIST has, so ticks are walked up to now before a
 * key is added. */
#include <assert.h>

#include "base/memory.h"
#include "sim/channel/store_inside.h"

/* A busy loop whose latency is drawn as 0 still takes time. */
static const double least_tick_s = 1e-6;

static bool collects(const struct request *request)
{
    return request->listing != NULL;
}

/* Passes over what nobody waits for, so that it is looked at once only. */
static bool is_wanted_there(struct request *request)
{
    struct object *next;

    while ((next = request->seen ? request->seen->next_listed : request->listing->first)) {
        if (request->wants(request, next))
            return true;
        request->seen = next;
    }
    return false;
}

bool store_is_there(struct request *request)
{
    if (request->verb == VERB_LIST)
        return request->listing->keys > request->known;
    if (request->verb == VERB_FETCH)
        return is_wanted_there(request);
    return object_is_visible(request->object);
}

static bool has_more_pages(const struct store *store, const struct request *request)
{
    return collects(request) && store->ways->pages &&
           store->ways->pages(store, request) > request->page;
}

/* -- ticks
 * ------------------------------------------------------------------------------------- */

static void send_again(struct store *store, struct request *request, double sent_s)
{
    request->sent_s = sent_s;
    request->tick_s =
        fmax(sent_s + store_latency_s(store, request, sent_s), request->tick_s + least_tick_s);
}

/* From a fruitless tick to the next one. */
static void to_next_tick(struct store *store, struct request *request)
{
    if (has_more_pages(store, request)) {
        request->page++;
        send_again(store, request, request->tick_s);
    } else {
        request->page = 1;
        send_again(store, request,
                   request->tick_s + (collects(request) ? store->conf->list_interval_s
                                                        : store->conf->poll_interval_s));
    }
}

/* Books the ticks before until_s, which found nothing. */
static void walk(struct store *store, struct request *request, double until_s)
{
    while (request->tick_s < until_s) {
        store_book(store, request, request->verb == VERB_LIST ? OUTCOME_OK : OUTCOME_ABSENT,
                   false);
        to_next_tick(store, request);
    }
}

static void walk_lists(struct store *store, const struct listing *listing, double until_s)
{
    struct request *request = listing->waiting;

    do {
        walk(store, request, until_s);
        request = request->next;
    } while (request != listing->waiting);
}

/* -- waiting ------------------------------------------------------------------------------- */

/* A table, so that accrued money finds all polls; the last entry fills a gap. */
static void remember(struct store *store, struct request *request)
{
    ROOM_FOR_ONE(store->polling, store->polling_count, store->polling_capacity);
    store->polling[store->polling_count++] = request;
    request->place = store->polling_count;
}

static void forget(struct store *store, struct request *request)
{
    struct request *last;

    if (!request->place)
        return;
    last = store->polling[--store->polling_count];
    store->polling[request->place - 1] = last;
    last->place = request->place;
    request->place = 0;
}

void store_book_polls(struct store *store)
{
    double now_s = engine_now_s(store->channel.world->engine);

    for (size_t i = 0; i < store->polling_count; i++)
        walk(store, store->polling[i], now_s);
}

/* Explicit only: the instant of a fruitless tick is over. */
static void move_on(struct engine *engine, struct event *event)
{
    struct request *request = request_of_event(event);

    walk(store_of(request), request, engine_now_s(engine));
    event->fire = store_look;
    engine_at(engine, event, request->tick_s);
}

static void keep_waiting(struct store *store, struct request *request)
{
    if (!request->next)
        request_queue(request);
    if (store->conf->polling == POLLING_EXPLICIT) {
        request->event.fire = move_on;
        engine_at(store->channel.world->engine, &request->event,
                  nextafter(request->tick_s, INFINITY));
    } else {
        remember(store, request);
    }
    request_waits(request, true);
}

void store_stop_waiting(struct store *store, struct request *request)
{
    if (request->place)
        walk(store, request, engine_now_s(store->channel.world->engine));
    forget(store, request);
    request_unqueue(request);
}

static void finish_list(struct engine *engine, struct event *event)
{
    (void)engine;
    request_waits(request_of_event(event), false);
    request_finish(request_of_event(event), OUTCOME_OK);
}

void store_look(struct engine *engine, struct event *event)
{
    struct request *request = request_of_event(event);
    struct store *store = store_of(request);
    bool more;

    request->tick_s = engine_now_s(engine);
    if (!store_is_there(request)) {
        keep_waiting(store, request);
        return;
    }
    request_unqueue(request);
    request_waits(request, false);
    more = has_more_pages(store, request);
    store_book(store, request, OUTCOME_OK, !more && request->verb != VERB_LIST);
    if (more) {
        to_next_tick(store, request);
        engine_at(engine, event, request->tick_s);
    } else if (request->verb == VERB_LIST) {
        request_finish(request, OUTCOME_OK);
    } else {
        store_serve(store, request);
    }
}

void store_wait_ideally(struct store *store, struct request *request)
{
    if (!store_is_there(request)) {
        request_queue(request);
        request_waits(request, true);
        return;
    }
    request->event.fire = finish_list; /* what else is there does not come here */
    engine_at(store->channel.world->engine, &request->event, request->begin_s);
}

/* -- what waited for appears -----------------------------------------------------------------
 */

static void send_ideally(struct engine *engine, struct event *event)
{
    request_waits(request_of_event(event), false);
    store_try(engine, event);
}

/* Sets the event at which a waiting request finds what has just appeared. */
static void notice(struct store *store, struct request *request, double now_s)
{
    double due_s = now_s;

    if (!store_is_there(request))
        return; /* of what appeared it wants nothing */
    switch ((enum polling)store->conf->polling) {
    case POLLING_IDEAL:
        request_unqueue(request);
        request->event.fire = request->verb == VERB_LIST ? finish_list : send_ideally;
        break;
    case POLLING_COMPUTED:
        request_unqueue(request);
        forget(store, request);
        walk(store, request, now_s);
        request->event.fire = store_look;
        due_s = request->tick_s;
        break;
    case POLLING_EXPLICIT:
        if (request->tick_s != now_s)
            return; /* its next look is an event already */
        request->event.fire = store_look;
        break;
    }
    engine_at(store->channel.world->engine, &request->event, due_s);
}

/* The ring may lose members on the way, but gains none. */
static void notice_all(struct store *store, struct request *first, double now_s)
{
    struct request *last = first ? first->prev : NULL, *request = first, *next;

    for (; request; request = next) {
        next = request == last ? NULL : request->next;
        notice(store, request, now_s);
    }
}

void store_appear(struct store *store, struct object *object, int64_t bytes)
{
    double now_s = engine_now_s(store->channel.world->engine);
    struct listing *listing = object->listing;

    if (store->conf->polling == POLLING_COMPUTED && listing && listing->waiting)
        walk_lists(store, listing, now_s);
    if (!object_appear(object, bytes, now_s))
        return;
    notice_all(store, object->waiting, now_s);
    if (listing)
        notice_all(store, listing->waiting, now_s);
}
