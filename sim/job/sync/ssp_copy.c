/* SPDX-License-Identifier: MIT
 * ssp_copy.c -- each worker's object in the channel, read by the others.
 *
 * A worker has two objects and overwrites them in turn, so that the contributions of its last
 * two clocks can be read.  A reader takes the newest that is within its bounds; when that is
 * too old it asks again until it is not: to the service that is polling for something that is
 * not there, and is simulated as that.  So each clock is a `struct object` of its own here: two
 * to read, coming ones to wait for.
 *
 * Within its bounds means at most `bound` clocks older or newer than its own last one: a worker
 * whose others have gone on while it was still reading must not learn from what, with bound 0,
 * a barrier would have kept from it.  They can be one clock further at most, hence two objects.
 *
 * SIMPLIFIED: a reader knows which of the two is newer and, with a bound above 0, whether there
 * is anything to read; a real one would LIST first, or read a clock beside each.
 *
 * SIMPLIFIED: it reads one after another, also where the service could answer for all at once.
 *
 * SIMPLIFIED: it gets what was the newest when it asked, or what it waited for, even if another
 * came before its data began to move. */
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
    if (of->before && copy->clock < of->before->clock && !copy->readers)
        free(copy);
}

struct object *ssp_copy_to_write(struct worker *worker, int64_t clock)
{
    return &coming_of(state_of(worker), clock)->object;
}

void ssp_copy_written(struct worker *worker, int64_t clock)
{
    struct ssp_worker *of = state_of(worker);
    struct copy **place = &of->coming, *old = of->before;

    while ((*place)->clock != clock)
        place = &(*place)->next;
    of->before = of->newest;
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
    free(of->before);
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

/* The newest within the bounds, unless that is too old; NULL: none. */
static struct copy *readable(const struct ssp_worker *of, int64_t oldest, int64_t newest)
{
    struct copy *copy = of->newest;

    if (copy && copy->clock > newest)
        copy = of->before;
    assert(!copy || copy->clock <= newest);
    return copy && copy->clock >= oldest ? copy : NULL;
}

/* Blocks.  What of it can be used, or must be waited for.  OK also when it was lost meanwhile.
 */
static enum outcome read_of(struct actor *self, struct worker *worker, struct node *node,
                            int number, int64_t oldest, int64_t newest)
{
    struct ssp_worker *of = &ssp_of(worker)->worker[number];
    struct copy *copy = readable(of, oldest, newest);
    enum outcome outcome;

    if (!copy && oldest < 0)
        return OUTCOME_OK;
    outcome = read_copy(self, worker, node, number, copy ? copy : coming_of(of, oldest));
    if (outcome == OUTCOME_CANCELLED && actor_fate(self) == OUTCOME_OK)
        return OUTCOME_OK;
    return outcome;
}

/* First what is there, then what must be waited for; each time from the next worker on, so that
 * not all ask the same one first. */
enum outcome ssp_read_others(struct actor *self, struct worker *worker, struct node *node)
{
    struct training *t = worker->training;
    struct ssp *ssp = t->state;
    int64_t last = worker->round - 1;
    int64_t oldest = last - ssp->conf->bound, newest = last + ssp->conf->bound;
    bool *done = NEW_ARRAY(bool, t->workers);
    enum outcome outcome = OUTCOME_OK;

    for (int pass = 0; pass < 2; pass++) {
        for (int i = 1; i < t->workers && outcome == OUTCOME_OK; i++) {
            int number = (worker->number + i) % t->workers;

            if (done[number] || !t->worker[number].member ||
                (pass == 0 && !readable(&ssp->worker[number], oldest, newest)))
                continue;
            done[number] = true;
            outcome = read_of(self, worker, node, number, oldest, newest);
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
