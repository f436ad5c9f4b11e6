/* SPDX-License-Identifier: MIT
 * flow_random.c -- flows against brute force: random shares, flows, chains, cancellations and
 * changes of capacity and cap; the reference recomputes all rates at every change.
 *
 * Times of deeds do not depend on ends of flows (chains are short), so rounding cannot grow. */
#include "tests/test.h"

#include "base/rng.h"
#include "sim/engine/flow.h"

enum { SHARES_MOST = 24, FLOWS_MOST = 120, DEEDS_MOST = 200 };

enum deed_kind { DEED_BEGIN, DEED_CANCEL, DEED_CAPACITY, DEED_CAP, DEED_LOOK };

struct deed {
    struct event event; /* first */
    struct play *play;
    enum deed_kind kind;
    double at_s, number;
    int of; /* flow or share */
};

struct script_flow {
    int share[FLOW_SHARES];
    int share_count;
    double amount, cap_per_s;
    int next; /* begun when this one ends; -1: none */
};

struct play {
    int shares, flows, deeds;
    double capacity[SHARES_MOST];
    struct script_flow flow[FLOWS_MOST];
    struct deed deed[DEEDS_MOST];
    /* what each side found */
    struct actual {
        struct flow flow; /* first */
        struct play *play;
        double end_s;
    } actual[FLOWS_MOST];
    struct share *share[SHARES_MOST];
    double seen[DEEDS_MOST];
    double expected_end_s[FLOWS_MOST], expected_carried[SHARES_MOST];
    double expected_seen[DEEDS_MOST];
};

/* -- the reference ------------------------------------------------------- */
struct reference {
    const struct play *play;
    double now_s, capacity[SHARES_MOST], cap[FLOWS_MOST], left[FLOWS_MOST], rate[FLOWS_MOST];
    bool active[FLOWS_MOST];
};

/* Water-filling by the definition: raise all rates together; who hits a cap or a full share
 * stops. */
static void reference_rates(struct reference *r)
{
    const struct play *play = r->play;
    bool open[FLOWS_MOST];
    double rest[SHARES_MOST];
    memcpy(rest, r->capacity, sizeof rest);
    memcpy(open, r->active, sizeof open);
    for (;;) {
        int crossing[SHARES_MOST] = {0}, open_count = 0;
        double level = INFINITY;
        for (int f = 0; f < play->flows; f++)
            for (int i = 0; open[f] && i < play->flow[f].share_count; i++)
                crossing[play->flow[f].share[i]]++;
        for (int f = 0; f < play->flows; f++)
            if (open[f]) {
                open_count++;
                level = fmin(level, r->cap[f]);
            }
        if (open_count == 0)
            return;
        for (int s = 0; s < play->shares; s++)
            if (crossing[s])
                level = fmin(level, rest[s] / crossing[s]);
        bool stops[FLOWS_MOST] = {false};
        for (int f = 0; f < play->flows; f++) {
            if (!open[f])
                continue;
            stops[f] = r->cap[f] <= level;
            for (int i = 0; i < play->flow[f].share_count; i++) {
                int s = play->flow[f].share[i];
                stops[f] |= rest[s] / crossing[s] <= level * (1 + 1e-14);
            }
        }
        for (int f = 0; f < play->flows; f++) {
            if (!stops[f])
                continue;
            r->rate[f] = level;
            open[f] = false;
            for (int i = 0; i < play->flow[f].share_count; i++)
                rest[play->flow[f].share[i]] = fmax(0, rest[play->flow[f].share[i]] - level);
        }
    }
}

static void reference_begin(struct reference *r, int f)
{
    r->active[f] = true;
    r->left[f] = r->play->flow[f].amount;
    r->cap[f] = r->play->flow[f].cap_per_s;
}

static void reference_pass(struct reference *r, double to_s, double *carried)
{
    const struct play *play = r->play;
    for (int f = 0; f < play->flows; f++) {
        if (!r->active[f])
            continue;
        double moved = r->rate[f] == INFINITY ? r->left[f] : r->rate[f] * (to_s - r->now_s);
        moved = fmin(moved, r->left[f]);
        r->left[f] -= moved;
        for (int i = 0; i < play->flow[f].share_count; i++)
            carried[play->flow[f].share[i]] += moved;
    }
    r->now_s = to_s;
}

static double reference_deed(struct reference *r, const struct deed *deed)
{
    switch (deed->kind) {
    case DEED_BEGIN:
        reference_begin(r, deed->of);
        break;
    case DEED_CANCEL: {
        double left = r->active[deed->of] ? r->left[deed->of] : 0;
        r->active[deed->of] = false;
        return left;
    }
    case DEED_CAPACITY:
        r->capacity[deed->of] = deed->number;
        break;
    case DEED_CAP:
        r->cap[deed->of] = deed->number;
        break;
    case DEED_LOOK:
        return r->active[deed->of] ? r->rate[deed->of] : 0;
    }
    return 0;
}

static void reference_run(struct play *play)
{
    struct reference r = {.play = play};
    memcpy(r.capacity, play->capacity, sizeof r.capacity);
    for (int next_deed = 0;;) {
        reference_rates(&r);
        double due_s = INFINITY;
        int ends = -1;
        for (int f = 0; f < play->flows; f++) {
            if (!r.active[f])
                continue;
            double end_s = r.left[f] <= 0 || r.rate[f] == INFINITY
                               ? r.now_s
                               : r.now_s + r.left[f] / r.rate[f];
            if (end_s < due_s) {
                due_s = end_s;
                ends = f;
            }
        }
        bool deed_first = next_deed < play->deeds && play->deed[next_deed].at_s <= due_s;
        if (!deed_first && ends < 0)
            return;
        reference_pass(&r, deed_first ? play->deed[next_deed].at_s : due_s,
                       play->expected_carried);
        if (deed_first) {
            play->expected_seen[next_deed] = reference_deed(&r, &play->deed[next_deed]);
            next_deed++;
        } else {
            r.active[ends] = false;
            play->expected_end_s[ends] = due_s;
            if (play->flow[ends].next >= 0)
                reference_begin(&r, play->flow[ends].next);
        }
    }
}

/* -- the engine ---------------------------------------------------------- */
static void begin_flow(struct engine *engine, struct play *play, int f);

static void on_done(struct engine *engine, struct flow *flow)
{
    struct actual *actual = (struct actual *)flow;
    struct play *play = actual->play;
    int f = (int)(actual - play->actual);
    assert_true(actual->end_s < 0);
    actual->end_s = engine_now_s(engine);
    if (play->flow[f].next >= 0)
        begin_flow(engine, play, play->flow[f].next);
}

static void begin_flow(struct engine *engine, struct play *play, int f)
{
    struct share *share[FLOW_SHARES];
    for (int i = 0; i < play->flow[f].share_count; i++)
        share[i] = play->share[play->flow[f].share[i]];
    play->actual[f].play = play;
    play->actual[f].flow.done = on_done;
    flow_begin(engine, &play->actual[f].flow, share, play->flow[f].share_count,
               play->flow[f].amount, play->flow[f].cap_per_s);
}

static void do_deed(struct engine *engine, struct event *event)
{
    struct deed *deed = (struct deed *)event;
    struct play *play = deed->play;
    double *seen = &play->seen[deed - play->deed];
    switch (deed->kind) {
    case DEED_BEGIN:
        begin_flow(engine, play, deed->of);
        break;
    case DEED_CANCEL:
        *seen = flow_cancel(engine, &play->actual[deed->of].flow);
        break;
    case DEED_CAPACITY:
        share_set_capacity(play->share[deed->of], deed->number);
        break;
    case DEED_CAP:
        flow_set_cap(engine, &play->actual[deed->of].flow, deed->number);
        break;
    case DEED_LOOK:
        *seen = flow_rate(&play->actual[deed->of].flow);
        break;
    }
}

static void engine_play(struct play *play)
{
    struct engine_limits limits = {0};
    struct err err = {""};
    struct engine *engine = engine_new(&limits, &err);
    assert_non_null(engine);
    for (int s = 0; s < play->shares; s++)
        play->share[s] = share_new(engine, "share", play->capacity[s]);
    for (int f = 0; f < play->flows; f++)
        play->actual[f].end_s = -1;
    for (int d = 0; d < play->deeds; d++) {
        play->deed[d].event.fire = do_deed;
        play->deed[d].play = play;
        engine_at(engine, &play->deed[d].event, play->deed[d].at_s);
    }
    assert_int_equal(engine_run(engine, &err), ENGINE_DONE);
    for (int f = 0; f < play->flows; f++)
        flow_cancel(engine, &play->actual[f].flow); /* stalled for ever */
    for (int s = 0; s < play->shares; s++) {
        assert_close(share_carried(play->share[s]), play->expected_carried[s], 1e-9);
        assert_int_equal(share_flow_count(play->share[s]), 0);
        share_free(play->share[s]);
    }
    engine_free(engine);
}

/* -- scripts ------------------------------------------------------------- */
static double one_of(struct rng *rng, const double *choice, uint64_t count)
{
    return choice[rng_below(rng, count)];
}

static void write_flow(struct rng *rng, struct play *play, int f)
{
    struct script_flow *flow = &play->flow[f];
    static const double caps[] = {INFINITY, INFINITY, 3, 10, 0.5};
    int count = (int)rng_below(rng, 4);
    flow->share_count = 0;
    for (int i = 0; i < count; i++) {
        int share = (int)rng_below(rng, (uint64_t)play->shares);
        bool twice = false;
        for (int j = 0; j < flow->share_count; j++)
            twice |= flow->share[j] == share;
        if (!twice)
            flow->share[flow->share_count++] = share;
    }
    flow->amount = rng_below(rng, 20) == 0  ? 0
                   : rng_below(rng, 3) == 0 ? 10
                                            : 1 + 100 * rng_uniform(rng); /* equal ones tie */
    flow->cap_per_s = rng_below(rng, 4) == 0 ? 1 + 10 * rng_uniform(rng) : one_of(rng, caps, 5);
    flow->next = -1;
}

static int by_time(const void *a, const void *b)
{
    const struct deed *x = a, *y = b;
    return x->at_s < y->at_s ? -1 : x->at_s > y->at_s;
}

static void write_play(struct play *play, uint64_t seed, bool changes)
{
    static const double capacities[] = {10, 10, 25, INFINITY};
    memset(play, 0, sizeof *play);
    struct rng rng = rng_at(rng_stream(seed, "flow_random"), changes, 0);
    play->shares = 1 + (int)rng_below(&rng, rng_below(&rng, 2) ? 4 : SHARES_MOST);
    play->flows = 2 + (int)rng_below(&rng, FLOWS_MOST - 2);
    for (int s = 0; s < play->shares; s++)
        play->capacity[s] =
            rng_below(&rng, 3) ? one_of(&rng, capacities, 4) : 1 + 50 * rng_uniform(&rng);
    int chained = -1;
    for (int f = 0; f < play->flows; f++) {
        write_flow(&rng, play, f);
        if (chained >= 0) {
            play->flow[chained].next = f;
        } else {
            /* Some begin together. */
            double at_s = rng_below(&rng, 2) ? 1 : 20 * rng_uniform(&rng);
            play->deed[play->deeds++] =
                (struct deed){.kind = DEED_BEGIN, .at_s = at_s, .of = f};
        }
        chained = rng_below(&rng, 5) == 0 ? f : -1;
    }
    for (int i = 0; changes && i < 60 && play->deeds < DEEDS_MOST; i++) {
        struct deed deed = {.at_s = 30 * rng_uniform(&rng)};
        deed.kind = DEED_CANCEL + (enum deed_kind)rng_below(&rng, 4);
        deed.number = rng_below(&rng, 4) == 0 ? INFINITY : 0.5 + 20 * rng_uniform(&rng);
        deed.of = (int)rng_below(&rng, (uint64_t)play->flows);
        if (deed.kind == DEED_CAPACITY) {
            deed.of %= play->shares;
            if (rng_below(&rng, 5) == 0)
                deed.number = 0;
        }
        play->deed[play->deeds++] = deed;
    }
    qsort(play->deed, (size_t)play->deeds, sizeof *play->deed, by_time);
}

static bool differs(double actual, double expected)
{
    return fabs(actual - expected) > 1e-9 * fmax(1, fabs(expected));
}

/* A flow that was over, or not begun, when its cap was changed ignores that; in the reference a
 * later begin sets the cap anew as well. */
static void compare(struct play *play, uint64_t seed)
{
    reference_run(play);
    engine_play(play);
    for (int f = 0; f < play->flows; f++) {
        double expected = play->expected_end_s[f] > 0 ? play->expected_end_s[f] : -1;
        if (differs(play->actual[f].end_s, expected)) {
            print_error("seed %llu: flow %d ends at %.17g, expected %.17g\n",
                        (unsigned long long)seed, f, play->actual[f].end_s, expected);
            fail();
        }
    }
    for (int d = 0; d < play->deeds; d++)
        if (play->seen[d] != play->expected_seen[d] &&
            differs(play->seen[d], play->expected_seen[d])) {
            print_error("seed %llu: deed %d (kind %d) saw %.17g, expected %.17g\n",
                        (unsigned long long)seed, d, (int)play->deed[d].kind, play->seen[d],
                        play->expected_seen[d]);
            fail();
        }
}

static void plays_without_changes_equal_brute_force(void **state)
{
    (void)state;
    static struct play play;
    for (uint64_t seed = 0; seed < 300; seed++) {
        write_play(&play, seed, false);
        compare(&play, seed);
    }
}

static void plays_with_changes_equal_brute_force(void **state)
{
    (void)state;
    static struct play play;
    for (uint64_t seed = 0; seed < 300; seed++) {
        write_play(&play, seed, true);
        compare(&play, seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plays_without_changes_equal_brute_force),
        cmocka_unit_test(plays_with_changes_equal_brute_force),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
