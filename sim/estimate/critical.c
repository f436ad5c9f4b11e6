/* SPDX-License-Identifier: MIT
 * critical.c -- see critical.h.
 *
 * Lanes go on in turns as far as what they need is known; a plan that can be executed never
 * stops all of them. */
#include "sim/estimate/critical.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/channel/plan.h"

/* One direction of a rank's NIC: busy until then. */
struct pipe {
    struct moment free;
    double bytes_per_s;
};

/* One lane of one rank. */
struct track {
    int32_t rank;
    int64_t next, end; /* steps of the plan */
    struct moment now;
};

struct walk {
    const struct exchange_plan *plan;
    const struct critical_line *line;
    const struct moment *enter;
    struct moment *leave;
    struct track *track;      /* [ranks * lanes] */
    struct moment *there;     /* [slots], direct: [edges]; s is NaN: not known yet */
    struct pipe *up, *down;   /* [ranks], direct */
    struct moment *collected; /* of the GATHER in progress */
};

/* -- moments --------------------------------------------------------------------------------
 */

struct moment moment_later(struct moment a, struct moment b)
{
    return b.s > a.s ? b : a;
}

struct moment moment_last(const struct moment *moment, int count)
{
    struct moment last = moment[0];

    for (int i = 1; i < count; i++)
        last = moment_later(last, moment[i]);
    return last;
}

static struct moment after_latency(const struct walk *walk, struct moment begin)
{
    begin.s += walk->line->latency_s;
    begin.operations++;
    return begin;
}

static struct moment after_bytes(struct moment begin, int64_t bytes, double bytes_per_s)
{
    begin.s += (double)bytes / bytes_per_s;
    begin.bytes += bytes;
    return begin;
}

static struct moment after_get(const struct walk *walk, struct moment begin, int64_t bytes)
{
    return after_bytes(after_latency(walk, begin), bytes,
                       fmin(walk->line->connection_bytes_per_s, walk->line->down_bytes_per_s));
}

/* -- through storage ------------------------------------------------------------------------
 */

static void put_stored(struct walk *walk, struct track *track, const struct plan_step *step)
{
    track->now =
        after_bytes(after_latency(walk, track->now), step->bytes,
                    fmin(walk->line->connection_bytes_per_s, walk->line->up_bytes_per_s));
    walk->there[step->slot] = track->now;
}

static int by_time(const void *a, const void *b)
{
    double x = ((const struct moment *)a)->s, y = ((const struct moment *)b)->s;

    return (x > y) - (x < y);
}

/* One by one in the order in which they appeared. */
static void get_each(const struct walk *walk, struct track *track, int32_t count, int64_t bytes)
{
    for (int32_t i = 0; i < count; i++)
        track->now = after_get(walk, moment_later(track->now, walk->collected[i]), bytes);
}

/* All that are there at once, then all that are there by then. */
static void fetch_all(const struct walk *walk, struct track *track, int32_t count,
                      int64_t bytes)
{
    for (int32_t i = 0, begin; i < count;) {
        struct moment answered =
            after_latency(walk, moment_later(track->now, walk->collected[i]));

        for (begin = i; i < count && walk->collected[i].s <= answered.s;)
            i++;
        track->now =
            after_bytes(answered, (i - begin) * bytes,
                        fmin(walk->line->connection_bytes_per_s, walk->line->down_bytes_per_s));
    }
}

static bool collect(struct walk *walk, struct track *track, const struct plan_step *step)
{
    bool fetches = walk->line->fetches && step->gather >= 0;
    int32_t count = step->count;

    if (fetches && step->op == STEP_GET)
        count = walk->plan->run[step->gather].wanted;
    for (int32_t i = 0; i < count; i++) {
        walk->collected[i] = walk->there[step->op == STEP_GET ? step[i].slot : step->slot + i];
        if (isnan(walk->collected[i].s))
            return false;
    }
    if (count > 1)
        qsort(walk->collected, (size_t)count, sizeof *walk->collected, by_time);
    (fetches ? fetch_all : get_each)(walk, track, count, step->bytes);
    if (step->op == STEP_GET)
        track->next += count - 1; /* the other GETs of the run */
    return true;
}

/* -- directly -------------------------------------------------------------------------------
 */

static struct moment through_pipe(struct pipe *pipe, struct moment begin, int64_t bytes)
{
    return pipe->free = after_bytes(moment_later(pipe->free, begin), bytes, pipe->bytes_per_s);
}

/* A message leaves when its receiver has entered, too. */
static struct moment send(struct walk *walk, const struct track *track, int32_t to,
                          int64_t bytes)
{
    struct moment begin = after_latency(walk, moment_later(track->now, walk->enter[to]));
    struct moment alone = after_bytes(begin, bytes, walk->line->connection_bytes_per_s);

    return moment_later(moment_later(through_pipe(&walk->up[track->rank], begin, bytes),
                                     through_pipe(&walk->down[to], begin, bytes)),
                        alone);
}

static void put_direct(struct walk *walk, struct track *track, const struct plan_step *step)
{
    const int64_t *edge = &walk->plan->reader_start[step->slot];

    for (int64_t i = edge[0]; i < edge[1]; i++) {
        int32_t to = walk->plan->reader[i];

        walk->there[i] = to == track->rank ? track->now : send(walk, track, to, step->bytes);
        walk->leave[track->rank] = moment_later(walk->leave[track->rank], walk->there[i]);
    }
}

static bool receive(struct walk *walk, struct track *track, const struct plan_step *step)
{
    struct moment now = track->now;

    for (int32_t slot = step->slot; slot < step->slot + step->count; slot++) {
        struct moment there = walk->there[plan_edge(walk->plan, slot, track->rank)];

        if (isnan(there.s))
            return false;
        now = moment_later(now, there);
    }
    track->now = now;
    return true;
}

/* -- the walk -------------------------------------------------------------------------------
 */

/* False when what the step needs is not known yet. */
static bool take(struct walk *walk, struct track *track)
{
    const struct plan_step *step = &walk->plan->step[track->next];
    bool direct = walk->line->has_receiver;

    if (step->op == STEP_PUT)
        (direct ? put_direct : put_stored)(walk, track, step);
    else if (!(direct ? receive : collect)(walk, track, step))
        return false;
    track->next++;
    return true;
}

static void prepare(struct walk *walk)
{
    const struct exchange_plan *plan = walk->plan;
    size_t ranks = (size_t)plan->ranks, lanes = (size_t)plan->lanes;
    size_t places = (size_t)(walk->line->has_receiver ? plan->edges : plan->slots);

    walk->track = NEW_ARRAY(struct track, ranks * lanes);
    walk->there = NEW_ARRAY(struct moment, places);
    walk->up = NEW_ARRAY(struct pipe, ranks);
    walk->down = NEW_ARRAY(struct pipe, ranks);
    walk->collected = NEW_ARRAY(struct moment, (size_t)plan->slots + 1);
    for (size_t i = 0; i < places; i++)
        walk->there[i].s = NAN;
    for (size_t i = 0; i < ranks * lanes; i++) {
        size_t rank = i / lanes;

        walk->track[i] = (struct track){.rank = (int32_t)rank,
                                        .next = plan->lane_start[i],
                                        .end = plan->lane_start[i + 1],
                                        .now = walk->enter[rank]};
        walk->leave[rank] = walk->enter[rank];
        walk->up[rank] = (struct pipe){walk->enter[rank], walk->line->up_bytes_per_s};
        walk->down[rank] = (struct pipe){walk->enter[rank], walk->line->down_bytes_per_s};
    }
}

void critical_walk(const struct exchange_plan *plan, const struct critical_line *line,
                   const struct moment *enter, struct moment *leave)
{
    struct walk walk = {.plan = plan, .line = line, .enter = enter, .leave = leave};
    size_t tracks = (size_t)plan->ranks * (size_t)plan->lanes, waiting;
    bool moved;

    prepare(&walk);
    do {
        moved = false;
        waiting = 0;
        for (size_t i = 0; i < tracks; i++) {
            struct track *track = &walk.track[i];

            while (track->next < track->end && take(&walk, track))
                moved = true;
            waiting += track->next < track->end;
        }
    } while (waiting > 0 && moved);
    assert(waiting == 0);
    for (size_t i = 0; i < tracks; i++)
        leave[walk.track[i].rank] = moment_later(leave[walk.track[i].rank], walk.track[i].now);
    free(walk.track);
    free(walk.there);
    free(walk.up);
    free(walk.down);
    free(walk.collected);
}

/* -- rounds ---------------------------------------------------------------------------------
 */

/* One more round of everybody; returns by how much the last end moved, without compute_s. */
static struct moment one_round(const struct exchange_plan *plan,
                               const struct critical_line *line, double compute_s,
                               struct moment *at)
{
    struct moment *enter = NEW_ARRAY(struct moment, (size_t)plan->ranks);
    struct moment before = moment_last(at, plan->ranks), after;

    for (int rank = 0; rank < plan->ranks; rank++) {
        enter[rank] = at[rank];
        enter[rank].s += compute_s;
    }
    critical_walk(plan, line, enter, at);
    after = moment_last(at, plan->ranks);
    free(enter);
    return (struct moment){.s = after.s - before.s - compute_s,
                           .operations = after.operations - before.operations,
                           .bytes = after.bytes - before.bytes};
}

struct critical critical_rounds(const struct exchange_plan *plan,
                                const struct critical_line *line, double compute_s)
{
    struct moment *at = NEW_ARRAY(struct moment, (size_t)plan->ranks);
    struct critical critical;

    critical.first = one_round(plan, line, compute_s, at);
    critical.second = one_round(plan, line, compute_s, at);
    critical.next = one_round(plan, line, compute_s, at);
    free(at);
    return critical;
}

double critical_s(const struct critical *critical, int64_t rounds)
{
    double sum_s = 0;

    if (rounds > 0)
        sum_s += critical->first.s;
    if (rounds > 1)
        sum_s += critical->second.s + (double)(rounds - 2) * critical->next.s;
    return sum_s;
}
