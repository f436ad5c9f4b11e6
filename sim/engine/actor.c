/* SPDX-License-Identifier: MIT
 * actor.c -- bodies that wait, wakes and dooms.
 *
 * An actor has one timer.  While it waits, the timer stands at the earliest of the wait's
 * limit, its doom and, once it is woken, now.  Why the wait ended is read off the actor's state
 * when it runs again, so it does not matter which of them moved the timer. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/engine/inside.h"

/* A body that goes on waiting after it was told that it is doomed would never end. */
enum { TOLD_OFTEN_ENOUGH = 1000000 };

struct actor *actor_spawn(struct engine *engine, const char *name, actor_body *body, void *arg)
{
    struct actor *actor = NEW(struct actor);
    actor->engine = engine;
    actor->name = memory_text(name);
    actor->body = body;
    actor->arg = arg;
    actor->doom_at_s = INFINITY;
    actor->timer.fire = actor_due;
    actor->previous = engine->last;
    if (engine->last)
        engine->last->next = actor;
    else
        engine->first = actor;
    engine->last = actor;
    engine->counts.actors_spawned++;
    if (++engine->counts.actors_alive > engine->counts.actors_most)
        engine->counts.actors_most = engine->counts.actors_alive;
    engine_at(engine, &actor->timer, engine->now_s);
    return actor;
}

void actor_leave(struct actor *self)
{
    struct engine *engine = self->engine;
    engine_cancel(engine, &self->timer);
    if (self->previous)
        self->previous->next = self->next;
    else
        engine->first = self->next;
    if (self->next)
        self->next->previous = self->previous;
    else
        engine->last = self->previous;
    engine->counts.actors_alive--;
    free(self->name);
    free(self);
}

struct actor *actor_of_timer(struct event *timer)
{
    return (struct actor *)(void *)((char *)timer - offsetof(struct actor, timer));
}

/* The engine's loop gathers actors that are due together and never fires this one by one. */
void actor_due(struct engine *engine, struct event *timer)
{
    (void)engine;
    actor_make_ready(actor_of_timer(timer));
}

void actor_make_ready(struct actor *actor)
{
    actor->waiting = false;
    actor->engine->counts.resumes++;
    context_make_ready(actor);
}

struct engine *actor_engine(const struct actor *self)
{
    return self->engine;
}

const char *actor_name(const struct actor *self)
{
    return self->name;
}

enum outcome actor_fate(const struct actor *self)
{
    if (self->doom_at_s <= self->engine->now_s)
        return self->doom;
    return self->engine->cancelled ? OUTCOME_CANCELLED : OUTCOME_OK;
}

double actor_doom_at_s(const struct actor *self)
{
    return self->doom_at_s;
}

/* Sets the timer of a waiting actor.  A timer that stands right keeps its place among ties. */
static void arm(struct actor *actor)
{
    struct engine *engine = actor->engine;
    double due_s = fmin(actor->until_s, actor->doom_at_s);
    if (actor->woken && actor->heeds_wakes)
        due_s = engine->now_s;
    due_s = fmax(due_s, engine->now_s);
    if (event_is_scheduled(&actor->timer) &&
        (actor->timer.due_s == due_s || actor->timer.due_s <= engine->now_s))
        return;
    engine_at(engine, &actor->timer, due_s);
}

static void tell_again(struct actor *self, const char *for_what)
{
    if (++self->told < TOLD_OFTEN_ENOUGH)
        return;
    fprintf(stderr,
            "traincast: bug: at %.9g s %s waits for %s though it was told %u times that it is "
            "doomed\n",
            self->engine->now_s, self->name, for_what, self->told);
    abort();
}

/* Returns the fate; OK when the wait was ended by a wake or its time. */
static enum outcome wait_until(struct actor *self, double until_s, const char *for_what,
                               bool heeds_wakes)
{
    self->until_s = until_s;
    self->since_s = self->engine->now_s;
    self->for_what = for_what;
    self->heeds_wakes = heeds_wakes;
    self->waiting = true;
    arm(self);
    context_park(self);
    return actor_fate(self);
}

enum outcome engine_wait(struct actor *self, double until_s, const char *for_what)
{
    enum outcome fate = actor_fate(self);
    if (fate != OUTCOME_OK) {
        tell_again(self, for_what);
        return fate;
    }
    if (!self->woken) {
        fate = wait_until(self, until_s, for_what, true);
        if (fate != OUTCOME_OK)
            return fate;
        if (!self->woken)
            return OUTCOME_TIMEOUT;
    }
    self->woken = false;
    return OUTCOME_OK;
}

enum outcome engine_sleep_until(struct actor *self, double until_s, const char *for_what)
{
    enum outcome fate = actor_fate(self);
    if (fate == OUTCOME_OK)
        return wait_until(self, until_s, for_what, false);
    tell_again(self, for_what);
    return fate;
}

void actor_wake(struct actor *sleeper)
{
    if (sleeper->woken)
        return;
    sleeper->woken = true;
    if (sleeper->waiting) {
        context_fetch(sleeper); /* it will run next, or nearly so */
        arm(sleeper);
    }
}

void actor_doom(struct actor *actor, double at_s, enum outcome why)
{
    assert(why != OUTCOME_OK && !isnan(at_s));
    double now_s = actor->engine->now_s;
    if (actor->doom_at_s <= now_s || (at_s >= actor->doom_at_s && at_s != INFINITY))
        return;
    actor->doom_at_s = fmax(at_s, now_s);
    actor->doom = why;
    if (actor->waiting)
        arm(actor);
}
