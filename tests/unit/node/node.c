/* SPDX-License-Identifier: MIT
 * node.c -- cores by Amdahl's law, shared by what runs at once; memory. */
#include "tests/unit/node/stage.h"

struct work {
    struct node *node;
    double core_s, parallel_ratio, doom_at_s;
    double end_s;
    enum outcome outcome;
};

static void do_work(struct actor *self, void *arg)
{
    struct work *work = arg;

    if (work->doom_at_s > 0)
        actor_doom(self, work->doom_at_s, OUTCOME_CRASHED);
    work->outcome =
        node_compute(self, work->node, work->core_s, work->parallel_ratio, "the test");
    work->end_s = engine_now_s(actor_engine(self));
}

static struct world world_new(void)
{
    struct engine_limits limits = {0};
    struct err err = {0};

    return (struct world){.engine = engine_new(&limits, &err),
                          .ledger = ledger_new(SPANS_NONE, false),
                          .seed = 1};
}

static void world_free(struct world *world)
{
    engine_free(world->engine);
    ledger_free(world->ledger);
}

/* Runs all works at once on one node. */
static void run_together(double vcpus, double speed_ratio, struct work *work, int count)
{
    struct world world = world_new();
    struct node node;
    struct err err = {0};

    node_init(&node, &world, vcpus, speed_ratio, 1e6, 1e6, 0);
    for (int i = 0; i < count; i++) {
        work[i].node = &node;
        actor_spawn(world.engine, "worker", do_work, &work[i]);
    }
    assert_int_equal(engine_run(world.engine, &err), ENGINE_DONE);
    assert_int_equal(share_flow_count(node.cores), 0);
    node_done(&node);
    world_free(&world);
}

static void serial_work_uses_one_core_of_many(void **state)
{
    struct work work = {.core_s = 10};

    (void)state;
    run_together(4, 1, &work, 1);
    assert_close(work.end_s, 10, 1e-12);
}

static void work_that_is_half_parallel_obeys_amdahl(void **state)
{
    struct work work = {.core_s = 10, .parallel_ratio = 0.5};

    (void)state;
    run_together(4, 1, &work, 1);
    assert_close(work.end_s, 10 * (0.5 + 0.5 / 4), 1e-12);
}

static void a_fraction_of_a_core_slows_all_work(void **state)
{
    struct work work = {.core_s = 10, .parallel_ratio = 0.5};

    (void)state;
    run_together(0.25, 1, &work, 1);
    assert_close(work.end_s, 40, 1e-12);
}

static void a_node_of_half_speed_takes_twice_as_long(void **state)
{
    struct work work = {.core_s = 10};

    (void)state;
    run_together(2, 0.5, &work, 1);
    assert_close(work.end_s, 20, 1e-12);
}

static void two_serial_tasks_on_two_cores_do_not_disturb_each_other(void **state)
{
    struct work work[2] = {{.core_s = 10}, {.core_s = 10}};

    (void)state;
    run_together(2, 1, work, 2);
    assert_close(work[0].end_s, 10, 1e-12);
    assert_close(work[1].end_s, 10, 1e-12);
}

static void two_tasks_share_one_core(void **state)
{
    struct work work[2] = {{.core_s = 10}, {.core_s = 4}};

    (void)state;
    run_together(1, 1, work, 2);
    assert_close(work[1].end_s, 8, 1e-12);  /* 4 s of work at half a core */
    assert_close(work[0].end_s, 14, 1e-12); /* all the work there is, on one core */
}

static void a_parallel_task_leaves_a_serial_one_its_core(void **state)
{
    struct work work[2] = {{.core_s = 30, .parallel_ratio = 1}, {.core_s = 10}};

    (void)state;
    run_together(4, 1, work, 2);
    assert_close(work[1].end_s, 10, 1e-12);
    assert_close(work[0].end_s, 10, 1e-12); /* 3 cores for 10 s */
}

static void a_doomed_computation_gives_its_core_back(void **state)
{
    struct work work[2] = {{.core_s = 10}, {.core_s = 10, .doom_at_s = 4}};

    (void)state;
    run_together(1, 1, work, 2);
    assert_int_equal(work[1].outcome, OUTCOME_CRASHED);
    assert_close(work[1].end_s, 4, 1e-12);
    assert_close(work[0].end_s, 12, 1e-12); /* 2 of 10 done by then, the rest alone */
}

static void no_work_takes_no_time(void **state)
{
    struct work work = {.core_s = 0};

    (void)state;
    run_together(1, 1, &work, 1);
    assert_int_equal(work.outcome, OUTCOME_OK);
    assert_true(work.end_s == 0);
}

static void time_alone_is_what_computing_takes(void **state)
{
    static const double vcpus[] = {0.1, 0.999, 1, 1.74, 2, 48};
    static const double parallel[] = {0, 0.3, 1};

    (void)state;
    for (size_t i = 0; i < sizeof vcpus / sizeof *vcpus; i++)
        for (size_t j = 0; j < sizeof parallel / sizeof *parallel; j++) {
            struct node node = {.vcpus = vcpus[i], .speed_ratio = 0.8};
            struct work work = {.core_s = 3, .parallel_ratio = parallel[j]};

            run_together(vcpus[i], 0.8, &work, 1);
            assert_close(node_compute_alone_s(&node, 3, parallel[j]), work.end_s, 1e-12);
        }
}

static void memory_is_refused_and_left_unchanged_when_it_does_not_fit(void **state)
{
    struct node node = {.memory_bytes = 100};

    (void)state;
    assert_int_equal(node_memory_take(&node, 60), OUTCOME_OK);
    assert_int_equal(node_memory_take(&node, 41), OUTCOME_OUT_OF_MEMORY);
    assert_int_equal(node.used_bytes, 60);
    assert_int_equal(node_memory_take(&node, 40), OUTCOME_OK);
    node_memory_give(&node, 100);
    assert_int_equal(node.used_bytes, 0);
    assert_int_equal(node.peak_bytes, 100);
}

static void a_huge_request_for_memory_does_not_overflow(void **state)
{
    struct node node = {.memory_bytes = 100, .used_bytes = 50};

    (void)state;
    assert_int_equal(node_memory_take(&node, INT64_MAX), OUTCOME_OUT_OF_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(serial_work_uses_one_core_of_many),
        cmocka_unit_test(work_that_is_half_parallel_obeys_amdahl),
        cmocka_unit_test(a_fraction_of_a_core_slows_all_work),
        cmocka_unit_test(a_node_of_half_speed_takes_twice_as_long),
        cmocka_unit_test(two_serial_tasks_on_two_cores_do_not_disturb_each_other),
        cmocka_unit_test(two_tasks_share_one_core),
        cmocka_unit_test(a_parallel_task_leaves_a_serial_one_its_core),
        cmocka_unit_test(a_doomed_computation_gives_its_core_back),
        cmocka_unit_test(no_work_takes_no_time),
        cmocka_unit_test(time_alone_is_what_computing_takes),
        cmocka_unit_test(memory_is_refused_and_left_unchanged_when_it_does_not_fit),
        cmocka_unit_test(a_huge_request_for_memory_does_not_overflow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
