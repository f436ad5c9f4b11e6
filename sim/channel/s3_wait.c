/* SPDX-License-Identifier: MIT
 * s3_wait.c -- waiting for an object by polling: computed, explicit or ideal.
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
#include "sim/channel/s3_inside.h"

/* A busy loop whose latency is drawn as 0 still takes time. */
static const double least_tick_s = 1e-6;

bool s3_is_there(const struct request *request)
{
    if (request->verb == VERB_LIST)
        return request->listing->keys > request->known;
    return object_is_visible(request->object);
}

static bool has_more_pages(const struct s3 *s3, const struct request *request)
{
    return request->verb == VERB_LIST &&
           request->listing->keys > request->page * s3->conf->list_page;
}

/* -- ticks
 * ------------------------------------------------------------------------------------- */

static void send_again(struct s3 *s3, struct request *request, double sent_s)
{
    request->sent_s = sent_s;
    request->tick_s =
        fmax(sent_s + s3_latency_s(s3, request, sent_s), request->tick_s + least_tick_s);
}

/* From a fruitless tick to the next one. */
static void to_next_tick(struct s3 *s3, struct request *request)
{
    if (has_more_pages(s3, request)) {
        request->page++;
        send_again(s3, request, request->tick_s);
    } else {
        request->page = 1;
        send_again(s3, request,
                   request->tick_s + (request->verb == VERB_LIST ? s3->conf->list_interval_s
                                                                 : s3->conf->poll_interval_s));
    }
}

/* Books the ticks before until_s, which found nothing. */
static void walk(struct s3 *s3, struct request *request, double until_s)
{
    while (request->tick_s < until_s) {
        s3_book(s3, request, request->verb == VERB_LIST ? OUTCOME_OK : OUTCOME_ABSENT);
        to_next_tick(s3, request);
    }
}

static void walk_lists(struct s3 *s3, const struct listing *listing, double until_s)
{
    struct request *request = listing->waiting;

    do {
        walk(s3, request, until_s);
        request = request->next;
    } while (request != listing->waiting);
}

/* -- waiting ------------------------------------------------------------------------------- */

/* A table, so that accrued money finds all polls; the last entry fills a gap. */
static void remember(struct s3 *s3, struct request *request)
{
    ROOM_FOR_ONE(s3->polling, s3->polling_count, s3->polling_capacity);
    s3->polling[s3->polling_count++] = request;
    request->place = s3->polling_count;
}

static void forget(struct s3 *s3, struct request *request)
{
    struct request *last;

    if (!request->place)
        return;
    last = s3->polling[--s3->polling_count];
    s3->polling[request->place - 1] = last;
    last->place = request->place;
    request->place = 0;
}

void s3_book_polls(struct s3 *s3)
{
    double now_s = engine_now_s(s3->channel.world->engine);

    for (size_t i = 0; i < s3->polling_count; i++)
        walk(s3, s3->polling[i], now_s);
}

/* Explicit only: the instant of a fruitless tick is over. */
static void move_on(struct engine *engine, struct event *event)
{
    struct request *request = request_of_event(event);

    walk(s3_of(request), request, engine_now_s(engine));
    event->fire = s3_look;
    engine_at(engine, event, request->tick_s);
}

static void keep_waiting(struct s3 *s3, struct request *request)
{
    if (!request->next)
        request_queue(request);
    if (s3->conf->polling == POLLING_EXPLICIT) {
        request->event.fire = move_on;
        engine_at(s3->channel.world->engine, &request->event,
                  nextafter(request->tick_s, INFINITY));
    } else {
        remember(s3, request);
    }
    request_waits(request, true);
}

void s3_stop_waiting(struct s3 *s3, struct request *request)
{
    if (request->place)
        walk(s3, request, engine_now_s(s3->channel.world->engine));
    forget(s3, request);
    request_unqueue(request);
}

static void finish_list(struct engine *engine, struct event *event)
{
    (void)engine;
    request_waits(request_of_event(event), false);
    request_finish(request_of_event(event), OUTCOME_OK);
}

void s3_look(struct engine *engine, struct event *event)
{
    struct request *request = request_of_event(event);
    struct s3 *s3 = s3_of(request);

    request->tick_s = engine_now_s(engine);
    if (!s3_is_there(request)) {
        keep_waiting(s3, request);
        return;
    }
    request_unqueue(request);
    request_waits(request, false);
    s3_book(s3, request, OUTCOME_OK);
    if (request->verb == VERB_GET) {
        s3_transfer(s3, request);
    } else if (has_more_pages(s3, request)) {
        to_next_tick(s3, request);
        engine_at(engine, event, request->tick_s);
    } else {
        request_finish(request, OUTCOME_OK);
    }
}

void s3_wait_ideally(struct s3 *s3, struct request *request)
{
    if (!s3_is_there(request)) {
        request_queue(request);
        request_waits(request, true);
        return;
    }
    request->event.fire = finish_list; /* a visible GET does not come here */
    engine_at(s3->channel.world->engine, &request->event, request->begin_s);
}

/* -- what waited for appears -----------------------------------------------------------------
 */

static void send_ideally(struct engine *engine, struct event *event)
{
    request_waits(request_of_event(event), false);
    s3_try(engine, event);
}

/* Sets the event at which a waiting request finds what has just appeared. */
static void notice(struct s3 *s3, struct request *request, double now_s)
{
    double due_s = now_s;

    switch ((enum polling)s3->conf->polling) {
    case POLLING_IDEAL:
        request_unqueue(request);
        request->event.fire = request->verb == VERB_LIST ? finish_list : send_ideally;
        break;
    case POLLING_COMPUTED:
        request_unqueue(request);
        forget(s3, request);
        walk(s3, request, now_s);
        request->event.fire = s3_look;
        due_s = request->tick_s;
        break;
    case POLLING_EXPLICIT:
        if (request->tick_s != now_s)
            return; /* its next look is an event already */
        request->event.fire = s3_look;
        break;
    }
    engine_at(s3->channel.world->engine, &request->event, due_s);
}

/* The ring may lose members on the way, but gains none. */
static void notice_all(struct s3 *s3, struct request *first, double now_s)
{
    struct request *last = first ? first->prev : NULL, *request = first, *next;

    for (; request; request = next) {
        next = request == last ? NULL : request->next;
        notice(s3, request, now_s);
    }
}

void s3_appear(struct s3 *s3, struct object *object, int64_t bytes)
{
    double now_s = engine_now_s(s3->channel.world->engine);
    struct listing *listing = object->listing;

    if (s3->conf->polling == POLLING_COMPUTED && listing && listing->waiting)
        walk_lists(s3, listing, now_s);
    if (!object_appear(object, bytes, now_s))
        return;
    notice_all(s3, object->waiting, now_s);
    if (listing)
        notice_all(s3, listing->waiting, now_s);
}
