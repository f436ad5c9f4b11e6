/* SPDX-License-Identifier: MIT
 * flow_lab.h -- an engine with flows that are watched, and things done to them at set times. */
#ifndef TRAINCAST_TESTS_UNIT_ENGINE_FLOW_LAB_H
#define TRAINCAST_TESTS_UNIT_ENGINE_FLOW_LAB_H

#include "tests/test.h"

#include "sim/engine/flow.h"

static inline struct engine *begin(void)
{
    struct engine_limits limits = {0};
    struct err err = {""};
    struct engine *engine = engine_new(&limits, &err);
    assert_string_equal(err.text, "");
    return engine;
}

static inline void run(struct engine *engine)
{
    struct err err = {""};
    enum engine_end how = engine_run(engine, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(how, ENGINE_DONE);
}

struct watched {
    struct flow flow;
    double end_s; /* 0: not yet */
    int times;
};

static inline void note_end(struct engine *engine, struct flow *flow)
{
    struct watched *watched = (struct watched *)flow;
    assert_false(flow_in_progress(flow));
    watched->end_s = engine_now_s(engine);
    watched->times++;
}

static inline void start(struct engine *engine, struct watched *watched, struct share *const share[],
                  int count, double amount, double cap_per_s)
{
    watched->flow.done = note_end;
    flow_begin(engine, &watched->flow, share, count, amount, cap_per_s);
    assert_int_equal(watched->times, 0);
}

/* Something done at a time. */
struct deed {
    struct event event;
    void (*act)(struct engine *engine, struct deed *deed);
    struct watched *watched;
    struct share *share[2];
    int count;
    double amount, cap_per_s, result;
};

static inline void do_deed(struct engine *engine, struct event *event)
{
    struct deed *deed = (struct deed *)event;
    deed->act(engine, deed);
}

static inline void plan(struct engine *engine, struct deed *deed, double at_s)
{
    deed->event.fire = do_deed;
    engine_at(engine, &deed->event, at_s);
}

#endif
