/* SPDX-License-Identifier: MIT
 * channel.c -- what all channels share: the family, a request's life, objects and who waits. */
#include "sim/channel/channel.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define CHANNEL(name_) extern const struct channel_kind channel_##name_;
#include "sim/channel/list.h"
#undef CHANNEL

static const struct kind *const channel_kinds[] = {
#define CHANNEL(name_) &channel_##name_.kind,
#include "sim/channel/list.h"
#undef CHANNEL
    NULL,
};

const struct family channel_family = {
    .name = "channel",
    .doc = "How bytes get from node to node: through a storage service or directly.",
    .kinds = channel_kinds,
};

/* -- channels ---------------------------------------------------------------------------------
 */

void channel_init(struct channel *channel, const struct channel_kind *kind, struct world *world,
                  const char *name, const void *conf)
{
    *channel = (struct channel){.kind = kind, .world = world, .conf = conf};
    snprintf(channel->name, sizeof channel->name, "%s", name);
}

void channel_done(struct channel *channel)
{
    free(channel->serial);
    free(channel->told);
    channel->serial = NULL;
    channel->told = NULL;
}

struct rng_stream channel_stream(const struct channel *channel, const char *what)
{
    char name[80];

    snprintf(name, sizeof name, "channel.%s.%s", channel->name, what);
    return rng_stream(channel->world->seed, name);
}

/* Entities are numbered from 0 by the ledger, LEDGER_RUN is -1. */
static uint32_t next_serial(struct channel *channel, int entity)
{
    size_t place = (size_t)(entity + 1);

    if (place >= channel->entities) {
        size_t entities = 2 * place + 16;

        channel->serial = memory_resize(channel->serial, entities, sizeof *channel->serial);
        memset(channel->serial + channel->entities, 0,
               (entities - channel->entities) * sizeof *channel->serial);
        channel->entities = entities;
    }
    return channel->serial[place]++;
}

struct rng request_rng(const struct request *request, struct rng_stream stream, uint32_t draw)
{
    struct rng rng = rng_at(stream, (uint32_t)request->node->entity, request->serial);

    rng.block = (uint64_t)draw << 8;
    return rng;
}

/* -- objects and listings -------------------------------------------------------------------
 */

void object_init(struct object *object, struct listing *listing)
{
    *object = (struct object){.visible_s = INFINITY, .listing = listing};
}

bool object_appear(struct object *object, int64_t bytes, double now_s)
{
    struct listing *listing = object->listing;

    object->bytes = bytes;
    object->version++;
    if (object_is_visible(object))
        return false;
    object->visible_s = now_s;
    if (!listing)
        return true;
    if (listing->last)
        listing->last->next_listed = object;
    else
        listing->first = object;
    listing->last = object;
    listing->keys++;
    listing->bytes += bytes;
    return true;
}

/* -- requests -------------------------------------------------------------------------------
 */

struct request *request_of_event(struct event *event)
{
    return (struct request *)((char *)event - offsetof(struct request, event));
}

struct request *request_of_flow(struct flow *flow)
{
    return (struct request *)((char *)flow - offsetof(struct request, flow));
}

static struct request **ring_of(const struct request *request)
{
    return request->listing ? &request->listing->waiting : &request->object->waiting;
}

void request_join(struct request **first, struct request *request)
{
    assert(!request->next);
    if (!*first) {
        *first = request->next = request->prev = request;
        return;
    }
    request->next = *first;
    request->prev = (*first)->prev;
    request->prev->next = request->next->prev = request;
}

void request_leave(struct request **first, struct request *request)
{
    if (!request->next)
        return;
    if (*first == request)
        *first = request->next == request ? NULL : request->next;
    request->prev->next = request->next;
    request->next->prev = request->prev;
    request->next = request->prev = NULL;
}

void request_queue(struct request *request)
{
    request_join(ring_of(request), request);
}

void request_unqueue(struct request *request)
{
    request_leave(ring_of(request), request);
}

void request_waits(struct request *request, bool is_waiting)
{
    double now_s = engine_now_s(request->channel->world->engine);

    if (request->is_waiting == is_waiting)
        return;
    request->is_waiting = is_waiting;
    if (is_waiting)
        request->wait_begin_s = now_s;
    else
        request->waited_s += now_s - request->wait_begin_s;
    if (request->waits)
        request->waits(request);
}

void channel_begin(struct channel *channel, struct request *request)
{
    assert(!request_is_under_way(request) && request->node);
    assert((request->listing != NULL) == (request->object == NULL));
    assert((request->listing != NULL) ==
           (request->verb == VERB_LIST || request->verb == VERB_FETCH));
    request->channel = channel;
    request->outcome = OUTCOME_OK;
    request->begin_s = engine_now_s(channel->world->engine);
    request->end_s = NAN;
    request->waited_s = 0;
    request->is_waiting = false;
    request->stage = REQUEST_ASKS;
    request->attempt = 0;
    request->lost_tries = 0;
    request->answers = 0;
    request->draws = 0;
    request->page = 1;
    request->message = NULL;
    request->version = request->object ? request->object->version : 0;
    request->serial = next_serial(channel, request->node->entity);
    node_hold(request->node);
    if (request->to)
        node_hold(request->to);
    if (channel_is_up(channel)) {
        channel->kind->begin(channel, request);
        return;
    }
    assert(request->done);
    request_join(&channel->held, request);
    request_waits(request, true);
}

void channel_when_up(struct channel *channel, struct event *event)
{
    assert(!channel_is_up(channel));
    ROOM_FOR_ONE(channel->told, channel->told_count, channel->told_capacity);
    channel->told[channel->told_count++] = event;
}

void channel_goes_up(struct channel *channel)
{
    struct request *request;

    channel->is_down = false;
    for (size_t i = 0; i < channel->told_count; i++)
        engine_at(channel->world->engine, channel->told[i], 0);
    channel->told_count = 0;
    while ((request = channel->held)) {
        request_leave(&channel->held, request);
        request_waits(request, false);
        channel->kind->begin(channel, request);
    }
}

static void end(struct request *request, enum outcome outcome)
{
    request->outcome = outcome;
    request->end_s = engine_now_s(request->channel->world->engine);
    node_let_go(request->node);
    if (request->to)
        node_let_go(request->to);
}

void channel_cancel(struct request *request)
{
    if (!request_is_under_way(request))
        return;
    if (channel_is_up(request->channel))
        request->channel->kind->cancel(request->channel, request);
    else
        request_leave(&request->channel->held, request);
    end(request, OUTCOME_CANCELLED);
}

void request_finish(struct request *request, enum outcome outcome)
{
    end(request, outcome);
    if (request->done)
        request->done(request);
}

static void wake_owner(struct request *request)
{
    actor_wake(request->owner);
}

enum outcome channel_do(struct actor *self, struct channel *channel, struct request *request,
                        const char *for_what)
{
    enum outcome fate = actor_fate(self);

    if (fate != OUTCOME_OK)
        return fate;
    request->done = wake_owner;
    request->owner = self;
    channel_begin(channel, request);
    while (request_is_under_way(request)) {
        fate = engine_wait(self, INFINITY, for_what);
        if (fate == OUTCOME_OK)
            continue;
        channel_cancel(request);
        return fate;
    }
    return request->outcome;
}
