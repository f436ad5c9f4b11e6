/* SPDX-License-Identifier: MIT */
#include "tests/test.h"

#include "sim/channel/plan.h"

static struct exchange_plan *plan_of(const char *pattern, int ranks, int64_t bytes)
{
    struct tree_conf tree = {.fan_out = 2};
    struct choice collective = {.kind = family_find(&pattern_family, pattern), .conf = &tree};

    return exchange_plan_new(&collective, ranks, vector_whole(bytes));
}

static void a_plan_holds_the_steps_of_every_rank_in_order(void **state)
{
    struct exchange_plan *plan = plan_of("allreduce", 3, 400);
    static const enum step_op op[] = {STEP_PUT, STEP_GATHER, STEP_PUT, STEP_PUT,
                                      STEP_GET, STEP_PUT,    STEP_GET};
    static const int start[] = {0, 3, 5, 7};

    (void)state;
    for (int rank = 0; rank <= 3; rank++)
        assert_int_equal(plan->lane_start[rank], start[rank]);
    for (int i = 0; i < 7; i++)
        assert_int_equal(plan->step[i].op, op[i]);
    exchange_plan_free(plan);
}

static void a_slot_knows_its_readers_in_order(void **state)
{
    struct exchange_plan *plan = plan_of("allreduce", 4, 400);

    (void)state;
    assert_int_equal(plan->edges, 4 + 3);
    for (int rank = 0; rank < 4; rank++) /* own vectors: read by the leader */
        assert_int_equal(plan->reader[plan_edge(plan, rank, 0)], 0);
    for (int rank = 1; rank < 4; rank++) /* the merged one: read by the others */
        assert_int_equal(plan->reader[plan_edge(plan, 4, rank)], rank);
    exchange_plan_free(plan);
}

static void the_largest_message_is_known_beforehand(void **state)
{
    struct exchange_plan *whole = plan_of("allreduce", 3, 1000);
    struct exchange_plan *cut = plan_of("scatter_reduce", 3, 1000);

    (void)state;
    assert_int_equal(exchange_plan_max_message_bytes(whole), 1000);
    assert_int_equal(exchange_plan_max_message_bytes(cut), 336);
    exchange_plan_free(whole);
    exchange_plan_free(cut);
}

static void readers_of_different_slots_list_different_prefixes(void **state)
{
    struct exchange_plan *plan = plan_of("scatter_reduce", 5, 1000);

    (void)state;
    assert_int_equal(plan->gathers, 5);
    assert_int_equal(plan->listings, 5);
    for (int i = 0; i < 5; i++)
        assert_true(plan->gather[i].exclusive);
    exchange_plan_free(plan);
}

/* Rank r gathers slots r and r+1 of W+1 slots that rank 0 writes: neighbours overlap. */
static int64_t chain_slots(const void *conf, int ranks)
{
    (void)conf;
    return ranks + 1;
}

static void chain_steps(const void *conf, struct schedule *out, int rank, int ranks,
                        int64_t bytes)
{
    (void)conf;
    for (int slot = 0; rank == 0 && slot <= ranks; slot++)
        schedule_add(out, (struct step){STEP_PUT, slot, 1, 0, 0, bytes});
    schedule_add(out, (struct step){STEP_GATHER, rank, 2, 0, 0, bytes});
}

static void gathers_that_overlap_share_a_prefix_and_delete_nothing(void **state)
{
    static const struct collective_kind chain = {.slots = chain_slots, .steps = chain_steps};
    struct exchange_plan *plan =
        exchange_plan_new(&(struct choice){.kind = &chain.kind}, 4, vector_whole(100));

    (void)state;
    assert_int_equal(plan->gathers, 4);
    assert_int_equal(plan->listings, 1);
    assert_false(plan->gather[1].exclusive);
    exchange_plan_free(plan);
}

static void one_rank_alone_has_nothing_to_do(void **state)
{
    struct exchange_plan *plan = plan_of("ring", 1, 1000);

    (void)state;
    assert_int_equal(plan->lane_start[0], plan->lane_start[1]);
    assert_int_equal(exchange_plan_max_message_bytes(plan), 0);
    exchange_plan_free(plan);
    assert_null(exchange_plan_free(NULL));
}

/* -- what can be asked for at once ----------------------------------------------------------
 */

static void gets_one_after_another_are_a_run(void **state)
{
    struct exchange_plan *plan = plan_of("scatter_reduce", 5, 1000);

    (void)state;
    assert_int_equal(plan->runs, 5);
    for (int rank = 0; rank < 5; rank++) {
        assert_int_equal(plan->run[rank].rank, rank);
        assert_int_equal(plan->run[rank].wanted, 4);
        for (int32_t chunk = 0; chunk < 5; chunk++) /* the merged ones */
            assert_int_equal(plan_reads(plan, 20 + chunk, rank), chunk != rank);
    }
    exchange_plan_free(plan);
}

static void runs_that_overlap_share_a_listing_of_their_own(void **state)
{
    struct exchange_plan *plan = plan_of("scatter_reduce", 5, 1000);

    (void)state;
    assert_int_equal(plan->run_listings, 1);
    for (int i = 0; i < plan->runs; i++)
        assert_true(plan->run[i].is_run && !plan->run[i].exclusive);
    exchange_plan_free(plan);
}

static void a_get_alone_is_no_run(void **state)
{
    static const char *const without[] = {"allreduce", "ring", "tree"};

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct exchange_plan *plan = plan_of(without[i], 7, 1000);

        assert_int_equal(plan->runs, 0);
        exchange_plan_free(plan);
    }
}

static void a_service_that_merges_stands_in_for_a_leader(void **state)
{
    struct tree_conf tree = {.fan_out = 2};
    struct choice leader = {.kind = family_find(&pattern_family, "allreduce")};
    struct choice none = {.kind = family_find(&pattern_family, "tree"), .conf = &tree};
    struct channel_facts merges = {.merges = true}, does_not = {0};
    struct exchange_plan *merged = exchange_plan_on(&merges, &leader, 4, vector_whole(400));
    struct exchange_plan *others[] = {
        exchange_plan_on(&does_not, &leader, 4, vector_whole(400)),
        exchange_plan_on(&merges, &none, 4, vector_whole(400)),
        exchange_plan_on(&merges, &leader, 1, vector_whole(400))};

    (void)state;
    assert_int_equal(merged->merged, 4);
    for (int i = 0; i < 8; i++) /* each rank: PUT its own, GET the merged one */
        assert_int_equal(merged->step[i].op, i % 2 ? STEP_GET : STEP_PUT);
    assert_int_equal(merged->gathers, 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(others[i]->merged, -1);
        exchange_plan_free(others[i]);
    }
    exchange_plan_free(merged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_holds_the_steps_of_every_rank_in_order),
        cmocka_unit_test(a_slot_knows_its_readers_in_order),
        cmocka_unit_test(the_largest_message_is_known_beforehand),
        cmocka_unit_test(readers_of_different_slots_list_different_prefixes),
        cmocka_unit_test(gathers_that_overlap_share_a_prefix_and_delete_nothing),
        cmocka_unit_test(one_rank_alone_has_nothing_to_do),
        cmocka_unit_test(gets_one_after_another_are_a_run),
        cmocka_unit_test(runs_that_overlap_share_a_listing_of_their_own),
        cmocka_unit_test(a_get_alone_is_no_run),
        cmocka_unit_test(a_service_that_merges_stands_in_for_a_leader),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
