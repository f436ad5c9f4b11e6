/* SPDX-License-Identifier: MIT
 * wait.c -- waits, wakes, dooms and the order of what is due at the same time. */
#include "tests/test.h"

#include "sim/engine/engine.h"

/* What happened, one letter each, and when. */
struct log {
    char text[64];
    double at_s[64];
    size_t count;
};

static void note(struct log *log, struct engine *engine, char letter)
{
    assert_true(log->count + 1 < sizeof log->text);
    log->at_s[log->count] = engine_now_s(engine);
    log->text[log->count++] = letter;
}

struct player {
    struct log *log;
    struct actor *other;
    double until_s;
    char letter;
    enum outcome outcome;
};

static struct engine *begin(void)
{
    struct engine_limits limits = {0};
    struct err err = {""};
    struct engine *engine = engine_new(&limits, &err);
    assert_string_equal(err.text, "");
    assert_non_null(engine);
    return engine;
}

static void end(struct engine *engine)
{
    struct err err = {""};
    enum engine_end how = engine_run(engine, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(how, ENGINE_DONE);
    assert_null(engine_free(engine));
}

static void sleep_and_note(struct actor *self, void *arg)
{
    struct player *player = arg;
    player->outcome = engine_sleep_until(self, player->until_s, "its time");
    note(player->log, actor_engine(self), player->letter);
}

static void wait_and_note(struct actor *self, void *arg)
{
    struct player *player = arg;
    player->outcome = engine_wait(self, player->until_s, "a wake");
    note(player->log, actor_engine(self), player->letter);
}

static void sleep_and_wake_other(struct actor *self, void *arg)
{
    struct player *player = arg;
    player->outcome = engine_sleep_until(self, player->until_s, "its time");
    note(player->log, actor_engine(self), player->letter);
    actor_wake(player->other);
}

static void actors_wake_in_the_order_of_their_times(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct log log = {0};
    struct player player[3] = {{&log, .until_s = 3, .letter = 'c'},
                               {&log, .until_s = 1, .letter = 'a'},
                               {&log, .until_s = 2, .letter = 'b'}};
    for (int i = 0; i < 3; i++)
        actor_spawn(engine, "sleeper", sleep_and_note, &player[i]);
    end(engine);
    assert_string_equal(log.text, "abc");
    assert_true(log.at_s[0] == 1 && log.at_s[1] == 2 && log.at_s[2] == 3);
}

struct noting_event {
    struct event event;
    struct log *log;
    char letter;
};

static void fire_note(struct engine *engine, struct event *event)
{
    struct noting_event *noting = (struct noting_event *)event;
    note(noting->log, engine, noting->letter);
}

static void ties_go_in_the_order_of_scheduling(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct log log = {0};
    struct player first = {&log, .until_s = 1, .letter = 'a'};
    struct player third = {&log, .until_s = 1, .letter = 'c'};
    struct player fourth = {&log, .until_s = 1, .letter = 'd'};
    struct noting_event second = {{.fire = fire_note}, &log, 'b'};
    struct noting_event starter = {{.fire = fire_note}, &log, '0'};
    actor_spawn(engine, "a", sleep_and_note, &first);
    engine_at(engine, &starter.event, 0);
    engine_at(engine, &second.event, 1);
    actor_spawn(engine, "c", sleep_and_note, &third);
    actor_spawn(engine, "d", sleep_and_note, &fourth);
    end(engine);
    /* The event was scheduled before the first actor began its sleep. */
    assert_string_equal(log.text, "0bacd");
}

static void a_wake_ends_a_wait_at_once(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct log log = {0};
    struct player sleeper = {&log, .until_s = 10, .letter = 's'};
    struct player waker = {&log, .until_s = 4, .letter = 'w'};
    waker.other = actor_spawn(engine, "sleeper", wait_and_note, &sleeper);
    actor_spawn(engine, "waker", sleep_and_wake_other, &waker);
    end(engine);
    assert_string_equal(log.text, "ws");
    assert_true(log.at_s[1] == 4);
    assert_int_equal(sleeper.outcome, OUTCOME_OK);
}

static void a_wait_without_a_wake_times_out(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct log log = {0};
    struct player sleeper = {&log, .until_s = 2.5, .letter = 's'};
    actor_spawn(engine, "sleeper", wait_and_note, &sleeper);
    end(engine);
    assert_true(log.at_s[0] == 2.5);
    assert_int_equal(sleeper.outcome, OUTCOME_TIMEOUT);
}

static void a_wake_before_the_wait_is_not_lost(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct log log = {0};
    struct player sleeper = {&log, .until_s = INFINITY, .letter = 's'};
    struct actor *actor = actor_spawn(engine, "sleeper", wait_and_note, &sleeper);
    actor_wake(actor); /* its body has not even begun */
    actor_wake(actor);
    end(engine);
    assert_int_equal(sleeper.outcome, OUTCOME_OK);
    assert_true(log.at_s[0] == 0);
}

static void a_sleep_neither_heeds_nor_loses_a_wake(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct log log = {0};
    struct player sleeper = {&log, .until_s = 7, .letter = 's'};
    struct player waker = {&log, .until_s = 4, .letter = 'w'};
    waker.other = actor_spawn(engine, "sleeper", sleep_and_note, &sleeper);
    actor_spawn(engine, "waker", sleep_and_wake_other, &waker);
    end(engine);
    assert_string_equal(log.text, "ws");
    assert_true(log.at_s[1] == 7);
    assert_int_equal(sleeper.outcome, OUTCOME_OK);
}

static void wake_at_the_very_limit_counts_as_woken(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct log log = {0};
    struct player sleeper = {&log, .until_s = 4, .letter = 's'};
    struct player waker = {&log, .until_s = 4, .letter = 'w'};
    /* The waker begins its sleep first, so it runs first at 4 s. */
    actor_spawn(engine, "waker", sleep_and_wake_other, &waker);
    waker.other = actor_spawn(engine, "sleeper", wait_and_note, &sleeper);
    end(engine);
    assert_string_equal(log.text, "ws");
    assert_int_equal(sleeper.outcome, OUTCOME_OK);
}

/* -- doom ---------------------------------------------------------------- */
struct doomed {
    double at_s[3];
    enum outcome outcome[3];
    enum outcome fate_before;
};

static void wait_three_times(struct actor *self, void *arg)
{
    struct doomed *doomed = arg;
    doomed->fate_before = actor_fate(self);
    for (int i = 0; i < 3; i++) {
        double until_s = engine_now_s(actor_engine(self)) + 1;
        doomed->outcome[i] = i == 1 ? engine_sleep_until(self, until_s, "a second")
                                    : engine_wait(self, until_s, "a second");
        doomed->at_s[i] = engine_now_s(actor_engine(self));
    }
}

static void doom_strikes_in_a_wait_and_in_all_after_it(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct doomed doomed = {0};
    struct actor *actor = actor_spawn(engine, "doomed", wait_three_times, &doomed);
    actor_doom(actor, 1.5, OUTCOME_EXPIRED);
    assert_true(actor_doom_at_s(actor) == 1.5);
    end(engine);
    assert_int_equal(doomed.fate_before, OUTCOME_OK);
    assert_int_equal(doomed.outcome[0], OUTCOME_TIMEOUT);
    assert_int_equal(doomed.outcome[1], OUTCOME_EXPIRED);
    assert_int_equal(doomed.outcome[2], OUTCOME_EXPIRED);
    assert_true(doomed.at_s[0] == 1 && doomed.at_s[1] == 1.5 && doomed.at_s[2] == 1.5);
}

static void doom_at_the_end_of_a_wait_wins_over_it(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct doomed doomed = {0};
    struct actor *actor = actor_spawn(engine, "doomed", wait_three_times, &doomed);
    actor_doom(actor, 1, OUTCOME_CRASHED);
    end(engine);
    assert_int_equal(doomed.outcome[0], OUTCOME_CRASHED);
    assert_true(doomed.at_s[0] == 1);
}

static void doom_before_the_first_wait_strikes_there(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct doomed doomed = {0};
    struct actor *actor = actor_spawn(engine, "doomed", wait_three_times, &doomed);
    actor_doom(actor, -1, OUTCOME_LOST);
    actor_wake(actor); /* doom wins over a wake */
    end(engine);
    assert_int_equal(doomed.fate_before, OUTCOME_LOST);
    assert_int_equal(doomed.outcome[0], OUTCOME_LOST);
    assert_true(doomed.at_s[2] == 0);
}

static void doom_after_the_last_wait_changes_nothing(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct doomed doomed = {0};
    struct actor *actor = actor_spawn(engine, "doomed", wait_three_times, &doomed);
    actor_doom(actor, 3.5, OUTCOME_EXPIRED);
    end(engine);
    assert_int_equal(doomed.outcome[2], OUTCOME_TIMEOUT);
    assert_true(doomed.at_s[2] == 3);
}

static void the_earlier_doom_wins(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct doomed doomed = {0};
    struct actor *actor = actor_spawn(engine, "doomed", wait_three_times, &doomed);
    actor_doom(actor, 2.5, OUTCOME_EXPIRED);
    actor_doom(actor, 0.5, OUTCOME_CRASHED);
    actor_doom(actor, 0.5, OUTCOME_LOST);
    actor_doom(actor, 1.5, OUTCOME_TOO_LARGE);
    end(engine);
    assert_int_equal(doomed.outcome[0], OUTCOME_CRASHED);
    assert_true(doomed.at_s[0] == 0.5);
}

struct doomer {
    struct actor *victim;
    double strike_s, clear_s;
};

static void doom_and_clear(struct actor *self, void *arg)
{
    struct doomer *doomer = arg;
    engine_sleep_until(self, 0.25, "its moment");
    actor_doom(doomer->victim, doomer->strike_s, OUTCOME_CRASHED);
    if (doomer->clear_s < INFINITY) {
        engine_sleep_until(self, doomer->clear_s, "its second thought");
        actor_doom(doomer->victim, INFINITY, OUTCOME_CRASHED);
    }
}

static void doom_cuts_a_wait_in_progress_short(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct doomed doomed = {0};
    struct doomer doomer = {.strike_s = 0.75, .clear_s = INFINITY};
    doomer.victim = actor_spawn(engine, "doomed", wait_three_times, &doomed);
    actor_spawn(engine, "doomer", doom_and_clear, &doomer);
    end(engine);
    assert_int_equal(doomed.outcome[0], OUTCOME_CRASHED);
    assert_true(doomed.at_s[0] == 0.75);
}

static void a_doom_can_be_cleared_before_it_strikes(void **state)
{
    (void)state;
    struct engine *engine = begin();
    struct doomed doomed = {0};
    struct doomer doomer = {.strike_s = 0.75, .clear_s = 0.5};
    doomer.victim = actor_spawn(engine, "doomed", wait_three_times, &doomed);
    actor_spawn(engine, "doomer", doom_and_clear, &doomer);
    end(engine);
    assert_int_equal(doomed.outcome[0], OUTCOME_TIMEOUT);
    assert_true(doomed.at_s[0] == 1 && doomed.at_s[2] == 3);
}

static void wait_for_doom_only(struct actor *self, void *arg)
{
    enum outcome *outcome = arg;
    *outcome = engine_wait(self, INFINITY, "its doom");
}

static void a_doom_that_has_struck_cannot_be_cleared(void **state)
{
    (void)state;
    struct engine *engine = begin();
    enum outcome outcome = OUTCOME_OK;
    struct actor *actor = actor_spawn(engine, "doomed", wait_for_doom_only, &outcome);
    actor_doom(actor, 0, OUTCOME_CRASHED);
    actor_doom(actor, INFINITY, OUTCOME_CRASHED);
    end(engine);
    assert_int_equal(outcome, OUTCOME_CRASHED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(actors_wake_in_the_order_of_their_times),
        cmocka_unit_test(ties_go_in_the_order_of_scheduling),
        cmocka_unit_test(a_wake_ends_a_wait_at_once),
        cmocka_unit_test(a_wait_without_a_wake_times_out),
        cmocka_unit_test(a_wake_before_the_wait_is_not_lost),
        cmocka_unit_test(a_sleep_neither_heeds_nor_loses_a_wake),
        cmocka_unit_test(wake_at_the_very_limit_counts_as_woken),
        cmocka_unit_test(doom_strikes_in_a_wait_and_in_all_after_it),
        cmocka_unit_test(doom_at_the_end_of_a_wait_wins_over_it),
        cmocka_unit_test(doom_before_the_first_wait_strikes_there),
        cmocka_unit_test(doom_after_the_last_wait_changes_nothing),
        cmocka_unit_test(the_earlier_doom_wins),
        cmocka_unit_test(doom_cuts_a_wait_in_progress_short),
        cmocka_unit_test(a_doom_can_be_cleared_before_it_strikes),
        cmocka_unit_test(a_doom_that_has_struck_cannot_be_cleared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
