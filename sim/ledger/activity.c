/* SPDX-License-Identifier: MIT
 * activity.c -- what entities do, and which of it lay on the critical path; see ledger.h.
 *
 * A cut asks one entity only.  The others are not visited: what they did before the cut is
 * dropped when they are next touched, because their tally then carries an older cut's number.
 * So a cut costs what its entity did since the last one, with ten entities or ten thousand. */
#include <assert.h>
#include <stdlib.h>

#include "sim/ledger/inside.h"

/* Two states that are no activity of their own but count as one on the critical path. */
enum { STATE_NOT_YET = ACTIVITY_COUNT, STATE_RESTING, STATE_COUNT };

static enum activity activity_of(int state)
{
    if (state == STATE_NOT_YET)
        return ACTIVITY_START;
    return state == STATE_RESTING ? ACTIVITY_WAIT : (enum activity)state;
}

struct stretch {
    double begin_s;
    uint8_t state; /* until the next stretch begins */
};

struct doing {
    int state;
    double since_s;
    int64_t cut; /* spent_s and stretch hold what came after this many cuts */
    double spent_s[ACTIVITY_COUNT];
    LIST(struct stretch) stretch; /* SPANS_CRITICAL only */
};

void ledger_free_activity(struct ledger *ledger)
{
    for (size_t i = 0; i < ledger->doing.count; i++)
        free(ledger->doing.at[i].stretch.at);
    free(ledger->doing.at);
    free(ledger->entity.at);
    free(ledger->span.at);
}

int ledger_entity(struct ledger *ledger, const char *role, int index)
{
    LIST_ADD(&ledger->entity,
             (struct entity_row){.role = ledger_name(ledger, role), .index = index});
    LIST_ADD(&ledger->doing, (struct doing){.state = STATE_NOT_YET});
    return (int)ledger->entity.count - 1;
}

static struct doing *doing_of(struct ledger *ledger, int entity)
{
    assert(entity >= 0 && (size_t)entity < ledger->doing.count);
    return &ledger->doing.at[entity];
}

static void add_span(struct ledger *ledger, int entity, int lane, enum activity activity,
                     double begin_s, double end_s, int64_t step)
{
    if (end_s <= begin_s)
        return;
    LIST_ADD(&ledger->span, (struct span_row){.begin_s = begin_s,
                                              .end_s = end_s,
                                              .step = step,
                                              .entity = entity,
                                              .lane = (int16_t)lane,
                                              .activity = (uint8_t)activity});
}

/* Forgets what lies before the last cut, then books what was done until now_s. */
static void tally(struct ledger *ledger, struct doing *doing, double now_s)
{
    double begin_s = doing->since_s > ledger->cut_s ? doing->since_s : ledger->cut_s;

    assert(now_s >= begin_s);
    if (doing->cut != ledger->cuts) {
        for (int i = 0; i < ACTIVITY_COUNT; i++)
            doing->spent_s[i] = 0;
        doing->stretch.count = 0;
        doing->cut = ledger->cuts;
    }
    doing->spent_s[activity_of(doing->state)] += now_s - begin_s;
    if (ledger->spans == SPANS_CRITICAL && now_s > begin_s)
        LIST_ADD(&doing->stretch,
                 (struct stretch){.begin_s = begin_s, .state = (uint8_t)doing->state});
}

static void change(struct ledger *ledger, int entity, int state, double now_s)
{
    struct doing *doing = doing_of(ledger, entity);

    tally(ledger, doing, now_s);
    if (ledger->spans == SPANS_ALL && doing->state < ACTIVITY_COUNT)
        add_span(ledger, entity, 0, (enum activity)doing->state, doing->since_s, now_s,
                 SPAN_WITHOUT_STEP);
    doing->state = state;
    doing->since_s = now_s;
}

void ledger_activity(struct ledger *ledger, int entity, enum activity activity, double now_s)
{
    change(ledger, entity, (int)activity, now_s);
}

void ledger_rest(struct ledger *ledger, int entity, double now_s)
{
    if (doing_of(ledger, entity)->state != STATE_NOT_YET)
        change(ledger, entity, STATE_RESTING, now_s);
}

void ledger_end(struct ledger *ledger, double now_s)
{
    for (size_t i = 0; i < ledger->entity.count; i++)
        ledger_rest(ledger, (int)i, now_s);
}

void ledger_lane_span(struct ledger *ledger, int entity, int lane, enum activity activity,
                      double begin_s, double end_s, int64_t step)
{
    assert(lane >= 1 && doing_of(ledger, entity));
    if (ledger->spans == SPANS_ALL)
        add_span(ledger, entity, lane, activity, begin_s, end_s, step);
}

/* The entity's stretches since the last cut tile the time up to this one; equal neighbours
 * (a gap that counts as `wait` beside a wait) become one span. */
static void keep_critical(struct ledger *ledger, int entity, const struct doing *doing,
                          double now_s, int64_t step)
{
    for (size_t i = 0, next; i < doing->stretch.count; i = next) {
        enum activity activity = activity_of(doing->stretch.at[i].state);

        next = i + 1;
        while (next < doing->stretch.count &&
               activity_of(doing->stretch.at[next].state) == activity)
            next++;
        add_span(ledger, entity, 0, activity, doing->stretch.at[i].begin_s,
                 next < doing->stretch.count ? doing->stretch.at[next].begin_s : now_s, step);
    }
}

void ledger_cut(struct ledger *ledger, int entity, double now_s, int64_t step)
{
    struct doing *doing = doing_of(ledger, entity);

    tally(ledger, doing, now_s);
    for (int i = 0; i < ACTIVITY_COUNT; i++)
        ledger->breakdown_s[i] += doing->spent_s[i];
    if (ledger->spans == SPANS_CRITICAL)
        keep_critical(ledger, entity, doing, now_s, step);
    for (; ledger->unstamped < ledger->span.count; ledger->unstamped++)
        if (ledger->span.at[ledger->unstamped].step == SPAN_WITHOUT_STEP)
            ledger->span.at[ledger->unstamped].step = step;
    ledger->cut_s = now_s;
    ledger->cuts++;
}

double ledger_breakdown_s(const struct ledger *ledger, enum activity activity)
{
    return ledger->breakdown_s[activity];
}
