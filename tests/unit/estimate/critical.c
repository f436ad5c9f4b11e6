/* SPDX-License-Identifier: MIT
 * critical.c -- what is read off the plans is the closed form, for the patterns that have one.
 */
#include "sim/estimate/critical.h"

#include "tests/test.h"

static const double L = 0.08, B = 65e6;      /* latency, connection */
static const int64_t bytes = 4 * 300 * 1000; /* 1, 2, 3, 10 and 50 divide it in whole floats */
static const int all_ranks[] = {1, 2, 3, 10, 50};
enum { RANKS = sizeof all_ranks / sizeof *all_ranks };

static const struct critical_line storage = {.latency_s = 0.08,
                                             .connection_bytes_per_s = 65e6,
                                             .up_bytes_per_s = 89e6,
                                             .down_bytes_per_s = 89e6};
/* No connection limits here: the NICs do. */
static const struct critical_line direct = {.latency_s = 0.08,
                                            .connection_bytes_per_s = INFINITY,
                                            .up_bytes_per_s = 65e6,
                                            .down_bytes_per_s = 65e6,
                                            .has_receiver = true};

static struct critical walk(const char *pattern, int ranks, const struct critical_line *line)
{
    struct tree_conf tree = {.fan_out = 2};
    struct choice choice = {.kind = family_find(&pattern_family, pattern), .conf = &tree};
    struct exchange_plan *plan = exchange_plan_new(&choice, ranks, vector_whole(bytes));
    struct critical critical = critical_rounds(plan, line, 1.5);

    exchange_plan_free(plan);
    return critical;
}

/* The moment consists of so many latencies and bytes, and nothing else. */
static void assert_moment(struct moment moment, double operations, double moved)
{
    assert_close(moment.s, operations * L + moved / B, 1e-9);
    assert_int_equal(moment.operations, (int64_t)operations);
    assert_int_equal(moment.bytes, (int64_t)moved);
}

static void scatter_reduce_through_storage_takes_3w_minus_2_steps(void **state)
{
    (void)state;
    for (int i = 1; i < RANKS; i++) {
        double W = all_ranks[i], m = (double)bytes;
        struct critical critical = walk("scatter_reduce", all_ranks[i], &storage);

        assert_moment(critical.first, 3 * W - 2, (3 * W - 2) * m / W);
        assert_moment(critical.second, 3 * W - 2, (3 * W - 2) * m / W);
        assert_moment(critical.next, 3 * W - 2, (3 * W - 2) * m / W);
    }
}

/* From the second round on the leader reads its own vector while the others still write
 * theirs. */
static void allreduce_through_storage_takes_w_plus_3_steps_then_w_plus_2(void **state)
{
    (void)state;
    for (int i = 1; i < RANKS; i++) {
        double W = all_ranks[i], m = (double)bytes;
        struct critical critical = walk("allreduce", all_ranks[i], &storage);

        assert_moment(critical.first, W + 3, (W + 3) * m);
        assert_moment(critical.second, W + 2, (W + 2) * m);
        assert_moment(critical.next, W + 2, (W + 2) * m);
    }
}

static void a_ring_of_machines_takes_2w_minus_2_steps(void **state)
{
    (void)state;
    for (int i = 1; i < RANKS; i++) {
        double W = all_ranks[i], m = (double)bytes;

        assert_moment(walk("ring", all_ranks[i], &direct).next, 2 * W - 2, (2 * W - 2) * m / W);
    }
}

/* All that a rank sends leaves at once and shares its NIC: two latencies. */
static void machines_send_at_once_what_they_scatter(void **state)
{
    (void)state;
    for (int i = 1; i < RANKS; i++) {
        double W = all_ranks[i], m = (double)bytes;

        assert_moment(walk("scatter_reduce", all_ranks[i], &direct).next, 2,
                      (2 * W - 2) * m / W);
        assert_moment(walk("allreduce", all_ranks[i], &direct).next, 2, (2 * W - 2) * m);
    }
}

/* Of ten ranks the two children of a rank with two children of its own: three levels. */
static void a_tree_takes_as_long_as_its_longest_branch(void **state)
{
    struct critical critical = walk("tree", 3, &storage);

    (void)state;
    /* up: PUT, two GETs of the root, its PUT, a GET of a leaf */
    assert_moment(critical.first, 5, 5.0 * (double)bytes);
    critical = walk("tree", 7, &storage);
    /* a leaf's PUT, two GETs, PUT; the root's two GETs and PUT; GET, PUT, GET down */
    assert_moment(critical.first, 10, 10.0 * (double)bytes);
}

static void one_rank_exchanges_nothing(void **state)
{
    static const char *const patterns[] = {"allreduce", "scatter_reduce", "ring", "tree"};

    (void)state;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        assert_moment(walk(patterns[i], 1, &storage).first, 0, 0);
        assert_moment(walk(patterns[i], 1, &direct).next, 0, 0);
    }
}

/* PUT; the leader has all in one FETCH; PUT; a follower's GET. */
static void who_fetches_many_at_once_pays_one_latency_for_them(void **state)
{
    struct critical_line line = storage;
    double m = (double)bytes;

    (void)state;
    line.fetches = true;
    assert_moment(walk("allreduce", 10, &line).first, 4, (10 + 3) * m);
    /* W-1 PUTs; one FETCH of W-1 copies; PUT; one FETCH of W-1 results */
    assert_moment(walk("scatter_reduce", 10, &line).first, 9 + 1 + 1 + 1,
                  (9 + 9 + 1 + 9) * m / 10);
}

static void the_slower_of_connection_and_nic_counts_each_way(void **state)
{
    struct critical_line line = storage;
    double m = (double)bytes;

    (void)state;
    line.up_bytes_per_s = 20e6;
    line.down_bytes_per_s = 40e6;
    /* two ranks: PUT, GET, GET, PUT, GET */
    assert_close(walk("allreduce", 2, &line).first.s, 5 * L + 2 * m / 20e6 + 3 * m / 40e6,
                 1e-9);
}

static void rounds_add_up(void **state)
{
    struct critical critical = walk("allreduce", 10, &storage);

    (void)state;
    assert_close(critical_s(&critical, 0), 0, 0);
    assert_close(critical_s(&critical, 1), critical.first.s, 0);
    assert_close(critical_s(&critical, 2), critical.first.s + critical.second.s, 1e-15);
    assert_close(critical_s(&critical, 100),
                 critical.first.s + critical.second.s + 98 * critical.next.s, 1e-15);
}

/* Whoever comes last decides, and what the others have done by then is done. */
static void the_last_to_enter_decides(void **state)
{
    struct choice choice = {.kind = family_find(&pattern_family, "allreduce")};
    struct exchange_plan *plan = exchange_plan_new(&choice, 4, vector_whole(bytes));
    struct moment enter[4] = {{0}}, leave[4];
    double step_s = L + (double)bytes / B;

    (void)state;
    enter[3].s = 100;
    critical_walk(plan, &storage, enter, leave);
    /* its PUT, the leader's GET and PUT, and the followers' GET */
    assert_close(leave[0].s, 100 + 3 * step_s, 1e-12);
    assert_close(leave[1].s, 100 + 4 * step_s, 1e-12);
    assert_close(moment_last(leave, 4).s, 100 + 4 * step_s, 1e-12);
    exchange_plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scatter_reduce_through_storage_takes_3w_minus_2_steps),
        cmocka_unit_test(allreduce_through_storage_takes_w_plus_3_steps_then_w_plus_2),
        cmocka_unit_test(a_ring_of_machines_takes_2w_minus_2_steps),
        cmocka_unit_test(machines_send_at_once_what_they_scatter),
        cmocka_unit_test(a_tree_takes_as_long_as_its_longest_branch),
        cmocka_unit_test(one_rank_exchanges_nothing),
        cmocka_unit_test(who_fetches_many_at_once_pays_one_latency_for_them),
        cmocka_unit_test(the_slower_of_connection_and_nic_counts_each_way),
        cmocka_unit_test(rounds_add_up),
        cmocka_unit_test(the_last_to_enter_decides),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
