/* SPDX-License-Identifier: MIT
 * run.c -- how a run ends, who is told what then, and actors made on the way. */
#include "tests/test.h"

#include <unistd.h>

#include "sim/engine/engine.h"

static struct engine *begin(struct engine_limits limits)
{
    struct err err = {""};
    struct engine *engine = engine_new(&limits, &err);
    assert_string_equal(err.text, "");
    return engine;
}

struct patient {
    double first_s; /* sleeps until then first */
    double until_s; /* then waits until then */
    const char *for_what;
    enum outcome outcome;
    int left;    /* times its body ended */
    char *owned; /* what it must free before it leaves */
};

static void wait_patiently(struct actor *self, void *arg)
{
    struct patient *patient = arg;
    patient->owned = malloc(100);
    engine_sleep_until(self, patient->first_s, "its time");
    patient->outcome = engine_wait(self, patient->until_s, patient->for_what);
    if (patient->outcome != OUTCOME_OK && patient->outcome != OUTCOME_TIMEOUT) {
        assert_int_equal(engine_wait(self, 1e9, "again"), patient->outcome);
        assert_int_equal(engine_sleep_until(self, 1e9, "again"), patient->outcome);
    }
    free(patient->owned);
    patient->left++;
}

/* -- deadlock ------------------------------------------------------------ */
static void a_deadlock_says_who_waits_for_what_since_when(void **state)
{
    (void)state;
    struct engine *engine = begin((struct engine_limits){0});
    struct patient a = {
        .first_s = 1.25, .until_s = INFINITY, .for_what = "object 7 of round 3"};
    struct patient b = {.first_s = 2.5, .until_s = INFINITY, .for_what = "the leader"};
    actor_spawn(engine, "worker 0", wait_patiently, &a);
    actor_spawn(engine, "worker 1", wait_patiently, &b);
    struct err err = {""};
    assert_int_equal(engine_run(engine, &err), ENGINE_DEADLOCK);
    assert_string_equal(err.text, "deadlock: nobody can go on at 2.5 s; worker 0 waits for "
                                  "object 7 of round 3 since 1.25 s; worker 1 waits for the "
                                  "leader since 2.5 s");
    assert_int_equal(a.outcome, OUTCOME_CANCELLED);
    assert_int_equal(b.left, 1);
    engine_free(engine);
}

static void a_deadlock_of_many_names_ten(void **state)
{
    (void)state;
    struct engine *engine = begin((struct engine_limits){0});
    struct patient patient[25] = {0};
    for (int i = 0; i < 25; i++) {
        char name[32];
        snprintf(name, sizeof name, "worker %d", i);
        patient[i] = (struct patient){.until_s = INFINITY, .for_what = "nothing"};
        actor_spawn(engine, name, wait_patiently, &patient[i]);
    }
    struct err err = {""};
    assert_int_equal(engine_run(engine, &err), ENGINE_DEADLOCK);
    assert_non_null(strstr(err.text, "worker 9 waits"));
    assert_null(strstr(err.text, "worker 10"));
    assert_non_null(strstr(err.text, "; and 15 more"));
    for (int i = 0; i < 25; i++)
        assert_int_equal(patient[i].left, 1);
    engine_free(engine);
}

static void long_names_do_not_break_the_report(void **state)
{
    (void)state;
    struct engine *engine = begin((struct engine_limits){0});
    char name[400];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    struct patient patient[12] = {0};
    for (int i = 0; i < 12; i++) {
        patient[i] = (struct patient){.until_s = INFINITY, .for_what = name};
        actor_spawn(engine, name, wait_patiently, &patient[i]);
    }
    struct err err = {""};
    assert_int_equal(engine_run(engine, &err), ENGINE_DEADLOCK);
    assert_true(strlen(err.text) < sizeof err.text);
    engine_free(engine);
}

/* -- limits -------------------------------------------------------------- */
static void the_limit_of_simulated_time_tells_everybody_at_that_time(void **state)
{
    (void)state;
    struct engine *engine = begin((struct engine_limits){.sim_time_s = 10});
    struct patient exact = {.until_s = 10, .for_what = "ten"};
    struct patient late = {.until_s = 10.5, .for_what = "half past ten"};
    actor_spawn(engine, "exact", wait_patiently, &exact);
    actor_spawn(engine, "late", wait_patiently, &late);
    struct err err = {""};
    assert_int_equal(engine_run(engine, &err), ENGINE_SIM_LIMIT);
    assert_non_null(strstr(err.text, "limit of simulated time"));
    assert_non_null(strstr(err.text, "late waits for half past ten since 0 s"));
    assert_true(engine_now_s(engine) == 10);
    assert_int_equal(exact.outcome, OUTCOME_TIMEOUT);
    assert_int_equal(late.outcome, OUTCOME_CANCELLED);
    engine_free(engine);
}

static void fire_again_now(struct engine *engine, struct event *event)
{
    engine_at(engine, event, engine_now_s(engine) + 1e-3);
}

static void the_limit_of_real_time_ends_an_endless_run(void **state)
{
    (void)state;
    struct engine *engine = begin((struct engine_limits){.wall_time_s = 0.05});
    struct event event = {.fire = fire_again_now};
    struct patient patient = {.until_s = INFINITY, .for_what = "the end"};
    engine_at(engine, &event, 0);
    actor_spawn(engine, "patient", wait_patiently, &patient);
    struct err err = {""};
    assert_int_equal(engine_run(engine, &err), ENGINE_WALL_LIMIT);
    assert_int_equal(patient.outcome, OUTCOME_CANCELLED);
    engine_free(engine);
}

static void compute_for_long(struct actor *self, void *arg)
{
    int *rounds = arg;
    while (engine_sleep_until(self, engine_now_s(actor_engine(self)) + 1, "a second") ==
           OUTCOME_OK) {
        usleep(20000);
        ++*rounds;
    }
}

static void the_limit_of_real_time_notices_long_computations(void **state)
{
    (void)state;
    struct engine *engine = begin((struct engine_limits){.wall_time_s = 0.05});
    int rounds = 0;
    actor_spawn(engine, "busy", compute_for_long, &rounds);
    struct err err = {""};
    assert_int_equal(engine_run(engine, &err), ENGINE_WALL_LIMIT);
    assert_true(rounds <= 4);
    engine_free(engine);
}

static void stop_it(struct actor *self, void *arg)
{
    (void)arg;
    engine_sleep_until(self, 3, "its moment");
    engine_stop(actor_engine(self));
}

static void stop_ends_the_run_and_tells_everybody(void **state)
{
    (void)state;
    struct engine *engine = begin((struct engine_limits){0});
    struct patient patient = {.until_s = 100, .for_what = "the end"};
    actor_spawn(engine, "patient", wait_patiently, &patient);
    actor_spawn(engine, "stopper", stop_it, NULL);
    struct err err = {""};
    assert_int_equal(engine_run(engine, &err), ENGINE_STOPPED);
    assert_true(engine_now_s(engine) == 3);
    assert_int_equal(patient.outcome, OUTCOME_CANCELLED);
    engine_free(engine);
}

static void doomed_before_the_end_stays_doomed(void **state)
{
    (void)state;
    struct engine *engine = begin((struct engine_limits){.sim_time_s = 10});
    struct patient patient = {.first_s = 5, .until_s = 100, .for_what = "the end"};
    actor_doom(actor_spawn(engine, "patient", wait_patiently, &patient), 10, OUTCOME_EXPIRED);
    struct patient other = {.until_s = 100, .for_what = "the end"};
    actor_doom(actor_spawn(engine, "other", wait_patiently, &other), 11, OUTCOME_EXPIRED);
    struct err err = {""};
    assert_int_equal(engine_run(engine, &err), ENGINE_SIM_LIMIT);
    assert_int_equal(patient.outcome, OUTCOME_EXPIRED);
    assert_int_equal(other.outcome, OUTCOME_CANCELLED);
    engine_free(engine);
}

static void free_without_run_lets_bodies_free_what_they_own(void **state)
{
    (void)state;
    struct engine *engine = begin((struct engine_limits){0});
    struct patient patient = {.until_s = INFINITY, .for_what = "the end"};
    actor_spawn(engine, "patient", wait_patiently, &patient);
    engine_free(engine);
    assert_int_equal(patient.left, 1);
    assert_int_equal(patient.outcome, OUTCOME_CANCELLED);
}

static void freeing_nothing_is_allowed(void **state)
{
    (void)state;
    assert_null(engine_free(NULL));
}

/* -- engines ------------------------------------------------------------- */
static void a_second_engine_at_the_same_time_is_refused(void **state)
{
    (void)state;
    struct engine *engine = begin((struct engine_limits){0});
    struct engine_limits limits = {0};
    struct err err = {""};
    assert_null(engine_new(&limits, &err));
    assert_non_null(strstr(err.text, "one at a time"));
    engine_free(engine);
}

static void every_engine_begins_at_zero(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct engine *engine = begin((struct engine_limits){0});
        assert_true(engine_now_s(engine) == 0);
        struct patient patient = {.until_s = 1e6, .for_what = "long"};
        actor_spawn(engine, "patient", wait_patiently, &patient);
        struct err err = {""};
        assert_int_equal(engine_run(engine, &err), ENGINE_DONE);
        assert_true(engine_now_s(engine) == 1e6);
        engine_free(engine);
    }
}

static void a_run_may_go_on_after_its_end(void **state)
{
    (void)state;
    struct engine *engine = begin((struct engine_limits){0});
    struct patient patient[2] = {{.until_s = 1, .for_what = "one"},
                                 {.until_s = 2, .for_what = "two"}};
    struct err err = {""};
    actor_spawn(engine, "first", wait_patiently, &patient[0]);
    assert_int_equal(engine_run(engine, &err), ENGINE_DONE);
    actor_spawn(engine, "second", wait_patiently, &patient[1]);
    assert_int_equal(engine_run(engine, &err), ENGINE_DONE);
    assert_true(engine_now_s(engine) == 2);
    engine_free(engine);
}

static void simgrid_says_its_version(void **state)
{
    (void)state;
    assert_int_equal(strncmp(engine_simgrid_version(), "3.", 2), 0);
}

/* -- spawning ------------------------------------------------------------ */
struct parent {
    char order[16];
    size_t count;
};

static void child(struct actor *self, void *arg)
{
    struct parent *parent = arg;
    parent->order[parent->count++] = actor_name(self)[0];
}

static void spawn_two(struct actor *self, void *arg)
{
    struct parent *parent = arg;
    actor_spawn(actor_engine(self), "x", child, parent);
    actor_spawn(actor_engine(self), "y", child, parent);
    parent->order[parent->count++] = 'p'; /* they begin after the caller waits */
    engine_sleep_until(self, 1, "a second");
    parent->order[parent->count++] = 'q';
}

static void an_actor_may_spawn_actors(void **state)
{
    (void)state;
    struct engine *engine = begin((struct engine_limits){0});
    struct parent parent = {{0}, 0};
    actor_spawn(engine, "parent", spawn_two, &parent);
    struct err err = {""};
    assert_int_equal(engine_run(engine, &err), ENGINE_DONE);
    assert_string_equal(parent.order, "pxyq");
    engine_free(engine);
}

struct spawning {
    struct event event;
    struct parent *parent;
};

static void spawn_from_event(struct engine *engine, struct event *event)
{
    struct parent *parent = ((struct spawning *)event)->parent;
    actor_spawn(engine, "x", child, parent);
    parent->order[parent->count++] = 'e';
}

static void a_callback_may_spawn_actors(void **state)
{
    (void)state;
    struct engine *engine = begin((struct engine_limits){0});
    struct parent parent = {{0}, 0};
    struct spawning spawning = {{.fire = spawn_from_event}, &parent};
    engine_at(engine, &spawning.event, 5);
    struct err err = {""};
    assert_int_equal(engine_run(engine, &err), ENGINE_DONE);
    assert_string_equal(parent.order, "ex");
    assert_true(engine_now_s(engine) == 5);
    engine_free(engine);
}

static void spawn_when_told(struct actor *self, void *arg)
{
    engine_wait(self, INFINITY, "nothing");
    actor_spawn(actor_engine(self), "x", child, arg);
}

static void an_actor_spawned_after_the_end_runs_and_leaves(void **state)
{
    (void)state;
    struct engine *engine = begin((struct engine_limits){0});
    struct parent parent = {{0}, 0};
    actor_spawn(engine, "parent", spawn_when_told, &parent);
    struct err err = {""};
    assert_int_equal(engine_run(engine, &err), ENGINE_DEADLOCK);
    assert_string_equal(parent.order, "x");
    engine_free(engine);
}

static void count_down(struct actor *self, void *arg)
{
    long *left = arg;
    if (--*left > 0)
        actor_spawn(actor_engine(self), "next", count_down, left);
}

static void short_bodies_share_contexts(void **state)
{
    (void)state;
    struct engine *engine = begin((struct engine_limits){0});
    long left = 100000;
    actor_spawn(engine, "first", count_down, &left);
    struct err err = {""};
    assert_int_equal(engine_run(engine, &err), ENGINE_DONE);
    assert_int_equal(engine_counts(engine).actors_spawned, 100000);
    assert_int_equal(engine_counts(engine).actors_most, 2);
    assert_int_equal(engine_counts(engine).actors_alive, 0);
    engine_free(engine);
}

static void ten_thousand_actors_live_at_once(void **state)
{
    (void)state;
    struct engine *engine = begin((struct engine_limits){0});
    enum { COUNT = 10000 };
    struct patient *patient = calloc(COUNT, sizeof *patient);
    for (int i = 0; i < COUNT; i++) {
        patient[i] = (struct patient){.first_s = i % 7, .until_s = 10, .for_what = "ten"};
        actor_spawn(engine, "patient", wait_patiently, &patient[i]);
    }
    struct err err = {""};
    assert_int_equal(engine_run(engine, &err), ENGINE_DONE);
    assert_int_equal(engine_counts(engine).actors_most, COUNT);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(patient[i].left, 1);
    free(patient);
    engine_free(engine);
}

static void use_a_large_stack(struct actor *self, void *arg)
{
    (void)self;
    volatile char big[3 << 20];
    for (size_t i = 0; i < sizeof big; i += 4096)
        big[i] = 1;
    *(int *)arg = big[4096];
}

static void stacks_are_as_large_as_asked(void **state)
{
    (void)state;
    struct engine *engine = begin((struct engine_limits){.stack_bytes = 4 << 20});
    int done = 0;
    actor_spawn(engine, "big", use_a_large_stack, &done);
    struct err err = {""};
    assert_int_equal(engine_run(engine, &err), ENGINE_DONE);
    assert_int_equal(done, 1);
    engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deadlock_says_who_waits_for_what_since_when),
        cmocka_unit_test(a_deadlock_of_many_names_ten),
        cmocka_unit_test(long_names_do_not_break_the_report),
        cmocka_unit_test(the_limit_of_simulated_time_tells_everybody_at_that_time),
        cmocka_unit_test(the_limit_of_real_time_ends_an_endless_run),
        cmocka_unit_test(the_limit_of_real_time_notices_long_computations),
        cmocka_unit_test(stop_ends_the_run_and_tells_everybody),
        cmocka_unit_test(doomed_before_the_end_stays_doomed),
        cmocka_unit_test(free_without_run_lets_bodies_free_what_they_own),
        cmocka_unit_test(freeing_nothing_is_allowed),
        cmocka_unit_test(a_second_engine_at_the_same_time_is_refused),
        cmocka_unit_test(every_engine_begins_at_zero),
        cmocka_unit_test(a_run_may_go_on_after_its_end),
        cmocka_unit_test(simgrid_says_its_version),
        cmocka_unit_test(an_actor_may_spawn_actors),
        cmocka_unit_test(a_callback_may_spawn_actors),
        cmocka_unit_test(an_actor_spawned_after_the_end_runs_and_leaves),
        cmocka_unit_test(short_bodies_share_contexts),
        cmocka_unit_test(ten_thousand_actors_live_at_once),
        cmocka_unit_test(stacks_are_as_large_as_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
