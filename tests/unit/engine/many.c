/* SPDX-License-Identifier: MIT
 * many.c -- 40,000 actors at once, without guard pages; a program of its own because the first
 * engine of a process decides about those. */
#include "tests/test.h"

#include <sys/wait.h>
#include <unistd.h>

#include "sim/engine/engine.h"

enum { COUNT = 40000 };

static void sleep_twice(struct actor *self, void *arg)
{
    int *left = arg;
    engine_sleep_until(self, 1, "one");
    engine_sleep_until(self, 2, "two");
    ++*left;
}

static double resident_bytes(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*d %ld", &pages), 1);
    fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

struct measuring {
    struct event event; /* first */
    double bytes;
};

static void measure(struct engine *engine, struct event *event)
{
    (void)engine;
    ((struct measuring *)event)->bytes = resident_bytes();
}

/* Returns the bytes per actor while all are alive. */
static double run_many(void)
{
    struct engine_limits limits = {.actors_most = COUNT};
    struct err err = {""};
    struct engine *engine = engine_new(&limits, &err);
    assert_non_null(engine);
    int left = 0;
    struct measuring measuring = {{.fire = measure}, 0};
    double before = resident_bytes();
    for (int i = 0; i < COUNT; i++)
        actor_spawn(engine, "many", sleep_twice, &left);
    engine_at(engine, &measuring.event, 1.5);
    assert_int_equal(engine_run(engine, &err), ENGINE_DONE);
    assert_int_equal(left, COUNT);
    assert_int_equal(engine_counts(engine).actors_most, COUNT);
    engine_free(engine);
    return (measuring.bytes - before) / COUNT;
}

static void forty_thousand_actors_live_at_once_in_bounded_memory(void **state)
{
    (void)state;
    double bytes = run_many();
    print_message("%.1f KB per actor\n", bytes / 1000);
    assert_true(bytes < 50e3); /* 10,000: 500 MB */
}

static void a_second_engine_needs_no_more(void **state)
{
    (void)state;
    assert_true(run_many() < 50e3);
    assert_true(resident_bytes() < 400e6);
}

static long mappings_allowed(void)
{
    long count = 0;
    FILE *file = fopen("/proc/sys/vm/max_map_count", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld", &count), 1);
    fclose(file);
    return count;
}

/* In a child: it ends the process, and it must be the first engine there. */
static void too_many_actors_that_nobody_announced_end_the_program(void **state)
{
    (void)state;
    if (mappings_allowed() > 2 * COUNT)
        skip(); /* they all get guard pages here */
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        if (!freopen("/dev/null", "w", stderr))
            _exit(1);
        struct engine_limits limits = {0};
        struct err err = {""};
        struct engine *engine = engine_new(&limits, &err);
        static int left;
        for (int i = 0; i < COUNT; i++)
            actor_spawn(engine, "many", sleep_twice, &left);
        engine_run(engine, &err);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(too_many_actors_that_nobody_announced_end_the_program),
        cmocka_unit_test(forty_thousand_actors_live_at_once_in_bounded_memory),
        cmocka_unit_test(a_second_engine_needs_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
