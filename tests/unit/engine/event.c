/* SPDX-License-Identifier: MIT
 * event.c -- events without actors: order, moving, cancelling, background. */
#include "tests/test.h"

#include "sim/engine/engine.h"

enum { NOTES = 64 };

struct noting {
    struct event event; /* first */
    struct notes {
        char letter[NOTES + 1];
        double at_s[NOTES];
        size_t count;
    } * notes;
    char letter;
    struct noting *other; /* what act does, it does to this one */
    double other_at_s;
};

static void note(struct engine *engine, struct event *event)
{
    struct noting *noting = (struct noting *)event;
    struct notes *notes = noting->notes;
    assert_true(notes->count < NOTES);
    notes->letter[notes->count] = noting->letter;
    notes->at_s[notes->count++] = engine_now_s(engine);
}

static void note_and_cancel_other(struct engine *engine, struct event *event)
{
    note(engine, event);
    engine_cancel(engine, &((struct noting *)event)->other->event);
}

static void note_and_move_other(struct engine *engine, struct event *event)
{
    struct noting *noting = (struct noting *)event;
    note(engine, event);
    engine_at(engine, &noting->other->event, noting->other_at_s);
}

static struct engine *begin(void)
{
    struct engine_limits limits = {0};
    struct err err = {""};
    struct engine *engine = engine_new(&limits, &err);
    assert_string_equal(err.text, "");
    return engine;
}

static void end(struct engine *engine)
{
    struct err err = {""};
    assert_int_equal(engine_run(engine, &err), ENGINE_DONE);
    engine_free(engine);
}

static void events_fire_in_the_order_of_due_and_then_of_scheduling(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct notes notes = {{0}, {0}, 0};
    static const double at_s[] = {3, 1, 2, 1, 3, 0, 2, 1};
    struct noting event[8] = {0};
    for (int i = 0; i < 8; i++) {
        event[i] = (struct noting){{.fire = note}, &notes, (char)('a' + i), NULL, 0};
        engine_at(engine, &event[i].event, at_s[i]);
        assert_true(event_is_scheduled(&event[i].event));
    }
    end(engine);
    assert_string_equal(notes.letter, "fbdhcgae");
    assert_true(notes.at_s[7] == 3);
}

static void scheduling_again_moves_and_goes_behind_its_ties(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct notes notes = {{0}, {0}, 0};
    struct noting a = {{.fire = note}, &notes, 'a', NULL, 0};
    struct noting b = {{.fire = note}, &notes, 'b', NULL, 0};
    engine_at(engine, &a.event, 1);
    engine_at(engine, &b.event, 1);
    engine_at(engine, &a.event, 1);
    end(engine);
    assert_string_equal(notes.letter, "ba");
}

static void a_time_in_the_past_counts_as_now(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct notes notes = {{0}, {0}, 0};
    struct noting late = {{.fire = note}, &notes, 'l', NULL, 0};
    struct noting mover = {{.fire = note_and_move_other}, &notes, 'm', &late, 1};
    engine_at(engine, &mover.event, 2);
    end(engine);
    assert_string_equal(notes.letter, "ml");
    assert_true(notes.at_s[1] == 2);
}

static void a_callback_may_cancel_an_event_that_is_due_at_the_same_time(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct notes notes = {{0}, {0}, 0};
    struct noting victim = {{.fire = note}, &notes, 'v', NULL, 0};
    struct noting killer = {{.fire = note_and_cancel_other}, &notes, 'k', &victim, 0};
    engine_at(engine, &killer.event, 1);
    engine_at(engine, &victim.event, 1);
    end(engine);
    assert_string_equal(notes.letter, "k");
    assert_false(event_is_scheduled(&victim.event));
}

static void a_callback_may_move_an_event_forth_and_back(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct notes notes = {{0}, {0}, 0};
    struct noting far = {{.fire = note}, &notes, 'f', NULL, 0};
    struct noting pull = {{.fire = note_and_move_other}, &notes, 'p', &far, 2};
    struct noting push = {{.fire = note_and_move_other}, &notes, 'q', &far, 5};
    engine_at(engine, &far.event, 9);
    engine_at(engine, &pull.event, 1);
    engine_at(engine, &push.event, 1.5);
    end(engine);
    assert_string_equal(notes.letter, "pqf");
    assert_true(notes.at_s[2] == 5);
}

static void an_event_may_schedule_itself(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct notes notes = {{0}, {0}, 0};
    struct noting self = {{.fire = note_and_move_other}, &notes, 's', NULL, 4};
    self.other = &self;
    struct noting stop = {{.fire = note_and_cancel_other}, &notes, '.', &self, 0};
    engine_at(engine, &self.event, 1);
    engine_at(engine, &stop.event, 4); /* before the second of self, which comes at 4 too */
    end(engine);
    assert_string_equal(notes.letter, "s.");
}

static void cancelling_what_is_not_scheduled_does_nothing(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct event event = {0};
    engine_cancel(engine, &event);
    end(engine);
}

static void never_is_not_scheduled(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct notes notes = {{0}, {0}, 0};
    struct noting a = {{.fire = note}, &notes, 'a', NULL, 0};
    engine_at(engine, &a.event, 1);
    engine_at(engine, &a.event, INFINITY);
    assert_false(event_is_scheduled(&a.event));
    end(engine);
    assert_int_equal(notes.count, 0);
}

static void background_events_do_not_keep_the_run_alive(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct notes notes = {{0}, {0}, 0};
    struct noting early = {{.fire = note, .background = true}, &notes, 'e', NULL, 0};
    struct noting work = {{.fire = note}, &notes, 'w', NULL, 0};
    struct noting late = {{.fire = note, .background = true}, &notes, 'l', NULL, 0};
    engine_at(engine, &early.event, 1);
    engine_at(engine, &work.event, 2);
    engine_at(engine, &late.event, 3);
    struct err err = {""};
    assert_int_equal(engine_run(engine, &err), ENGINE_DONE);
    assert_string_equal(notes.letter, "ew");
    assert_true(engine_now_s(engine) == 2);
    engine_free(engine);
}

/* Random scheduling, moving and cancelling against a plain array. */
static void the_queue_equals_a_sorted_array(void **state)
{
    (void)state;
    enum { COUNT = 500 };
    static struct noting event[COUNT];
    static double due_s[COUNT];
    struct engine *engine = begin();
    memset(event, 0, sizeof event);
    unsigned random = 7;
    size_t scheduled = 0;
    struct notes notes = {{0}, {0}, 0};
    for (int i = 0; i < COUNT; i++)
        due_s[i] = -1;
    for (int step = 0; step < 20000; step++) {
        random = random * 1664525u + 1013904223u;
        int i = (int)((random >> 8) % COUNT);
        event[i].event.fire = note;
        event[i].notes = &notes;
        if ((random >> 20) % 3 == 0) {
            engine_cancel(engine, &event[i].event);
            due_s[i] = -1;
        } else {
            due_s[i] = (random >> 12) % 1000;
            engine_at(engine, &event[i].event, due_s[i]);
        }
    }
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(event_is_scheduled(&event[i].event), due_s[i] >= 0);
        if (due_s[i] < 0)
            continue;
        scheduled++;
        if (scheduled > NOTES) { /* as many as notes can hold */
            engine_cancel(engine, &event[i].event);
            due_s[i] = -1;
            scheduled--;
        }
    }
    end(engine);
    assert_int_equal(notes.count, scheduled);
    for (size_t i = 1; i < notes.count; i++)
        assert_true(notes.at_s[i - 1] <= notes.at_s[i]);
    double sum = 0, expected = 0;
    for (size_t i = 0; i < notes.count; i++)
        sum += notes.at_s[i];
    for (int i = 0; i < COUNT; i++)
        expected += due_s[i] >= 0 ? due_s[i] : 0;
    assert_true(sum == expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_fire_in_the_order_of_due_and_then_of_scheduling),
        cmocka_unit_test(scheduling_again_moves_and_goes_behind_its_ties),
        cmocka_unit_test(a_time_in_the_past_counts_as_now),
        cmocka_unit_test(a_callback_may_cancel_an_event_that_is_due_at_the_same_time),
        cmocka_unit_test(a_callback_may_move_an_event_forth_and_back),
        cmocka_unit_test(an_event_may_schedule_itself),
        cmocka_unit_test(cancelling_what_is_not_scheduled_does_nothing),
        cmocka_unit_test(never_is_not_scheduled),
        cmocka_unit_test(background_events_do_not_keep_the_run_alive),
        cmocka_unit_test(the_queue_equals_a_sorted_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
