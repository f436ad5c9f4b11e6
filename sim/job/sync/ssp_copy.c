/* SPDX-License-Identifier: MIT
 * ssp_copy.c -- each worker's object in the channel, read by the others.
 *
 * The object has one name and is overwritten at every clock; its content says the clock.  A
 * reader takes what is there; if that is too old it asks again, on condition that it has
 * changed, until it is not: to the service that is polling for something that is not there, and
 * is simulated as that.  So each clock of it is a `struct object` of its own here: the newest
 * to read, a coming one to wait for.
 *
 * SIMPLIFIED: a reader gets what was the newest when it asked, or what it waited for, even if
 * that is overwritten before its data begin to move.
 * SIMPLIFIED: what it may do without it does not ask for while there is nothing to read. */
#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/job/sync/ssp.h"

static struct ssp_worker *state_of(const struct worker *worker)
{
    return &ssp_of(worker)->worker[worker->number];
}

/* -- copies -- */
static struct copy *coming_of(struct ssp_worker *of, int64_t clock)
{
    struct copy *copy = of->coming;

    while (copy && copy->clock != clock)
        copy = copy->next;
    if (copy)
        return copy;
    copy = NEW(struct copy);
    object_init(&copy->object, NULL);
    copy->clock = clock;
    copy->next = of->coming;
    of->coming = copy;
    return copy;
}

static void forget_if_old(const struct ssp_worker *of, struct copy *copy)
{
    if (of->newest && copy->clock < of->newest->clock && !copy->readers)
        free(copy);
}

struct object *ssp_copy_to_write(struct worker *worker, int64_t clock)
{
    return &coming_of(state_of(worker), clock)->object;
}

void ssp_copy_written(struct worker *worker, int64_t clock)
{
    struct ssp_worker *of = state_of(worker);
    struct copy **place = &of->coming, *old = of->newest;

    while ((*place)->clock != clock)
        place = &(*place)->next;
    of->newest = *place;
    *place = of->newest->next;
    if (old)
        forget_if_old(of, old);
}

void ssp_copies_free(struct ssp_worker *of)
{
    struct copy *next;

    for (struct copy *copy = of->coming; copy; copy = next) {
        next = copy->next;
        free(copy);
    }
    free(of->newest);
}

/* -- reading -- */
static void copy_was_read(struct call *call)
{
    struct ssp_worker *mine = state_of(call->worker);
    int64_t *seen = &mine->seen[mine->reading_of];

    if (mine->reading->clock > *seen)
        *seen = mine->reading->clock;
}

/* Blocks. */
static enum outcome read_copy(struct actor *self, struct worker *worker, struct node *node,
                              int of, struct copy *copy)
{
    struct ssp_worker *mine = state_of(worker);
    enum outcome outcome;

    mine->reading = copy;
    mine->reading_of = of;
    mine->call.landed = copy_was_read;
    copy->readers++;
    outcome = call_do(self, &mine->call, worker, node, VERB_GET, &copy->object, 0,
                      "a contribution that is not too old");
    copy->readers--;
    mine->reading = NULL;
    forget_if_old(&ssp_of(worker)->worker[of], copy);
    return outcome;
}

/* Blocks.  What of it can be used, or must be waited for.  OK also when it was lost meanwhile.
 */
static enum outcome read_of(struct actor *self, struct worker *worker, struct node *node,
                            int number, int64_t oldest)
{
    struct ssp_worker *of = &ssp_of(worker)->worker[number];
    struct copy *copy = of->newest;
    enum outcome outcome;

    if ((!copy || copy->clock < oldest) && oldest >= 0)
        copy = coming_of(of, oldest);
    if (!copy)
        return OUTCOME_OK;
    outcome = read_copy(self, worker, node, number, copy);
    if (outcome == OUTCOME_CANCELLED && actor_fate(self) == OUTCOME_OK)
        return OUTCOME_OK;
    return outcome;
}

static bool can_be_read(const struct ssp_worker *of, int64_t oldest)
{
    return of->newest && of->newest->clock >= oldest;
}

/* First what is there, then what must be waited for; each time from the next worker on, so that
 * not all ask the same one first. */
enum outcome ssp_read_others(struct actor *self, struct worker *worker, struct node *node,
                             int64_t oldest)
{
    struct training *t = worker->training;
    struct ssp *ssp = t->state;
    bool *done = NEW_ARRAY(bool, t->workers);
    enum outcome outcome = OUTCOME_OK;

    for (int pass = 0; pass < 2; pass++) {
        for (int i = 1; i < t->workers && outcome == OUTCOME_OK; i++) {
            int number = (worker->number + i) % t->workers;

            if (done[number] || !t->worker[number].member ||
                (pass == 0 && !can_be_read(&ssp->worker[number], oldest)))
                continue;
            done[number] = true;
            outcome = read_of(self, worker, node, number, oldest);
        }
    }
    free(done);
    return outcome;
}

enum outcome ssp_read_own(struct actor *self, struct worker *worker, struct node *node)
{
    struct ssp_worker *mine = state_of(worker);

    if (!mine->newest)
        return OUTCOME_OK;
    return read_copy(self, worker, node, worker->number, mine->newest);
}

/* -- somebody is gone -- */
void ssp_copy_abandon(struct training *t, struct worker *lost)
{
    struct ssp *ssp = t->state;

    for (int w = 0; w < t->workers; w++) {
        struct ssp_worker *reader = &ssp->worker[w];

        if (!reader->reading || reader->reading_of != lost->number ||
            object_is_visible(&reader->reading->object))
            continue;
        channel_cancel(&reader->call.request);
        actor_wake(t->worker[w].actor);
    }
}
