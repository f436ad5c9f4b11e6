/* SPDX-License-Identifier: MIT
 * collective.c -- slices and totals of collectives; that they reduce is proved in
 * tests/conformance/collective.c. */
#include "algorithms/collective/collective.h"

#include "tests/test.h"

static void slices_are_whole_floats_in_order_and_cover_the_message(void **state)
{
    static const int64_t sizes[] = {0, 4, 8, 224, 232, 1000, 12868904};

    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int parts = 1; parts < 60; parts++) {
            int64_t at = 0, least = INT64_MAX, most = 0;

            for (int part = 0; part < parts; part++) {
                struct slice slice = slice_of(sizes[s], part, parts);

                assert_int_equal(slice.offset_bytes, at);
                assert_int_equal(slice.bytes % 4, 0);
                at += slice.bytes;
                least = slice.bytes < least ? slice.bytes : least;
                most = slice.bytes > most ? slice.bytes : most;
            }
            assert_int_equal(at, sizes[s]);
            assert_true(most - least <= 4);
        }
}

static void the_bytes_that_make_no_float_go_to_the_last_slice(void **state)
{
    (void)state;
    assert_int_equal(slice_of(11, 0, 2).bytes, 4);
    assert_int_equal(slice_of(11, 1, 2).bytes, 7);
}

static struct collective_totals totals_of(const char *name, int ranks, int64_t bytes)
{
    struct tree_conf tree = {.fan_out = 2};
    struct choice choice = {.kind = family_find(&pattern_family, name), .conf = &tree};

    assert_non_null(choice.kind);
    return collective_totals(&choice, ranks, vector_whole(bytes));
}

static void allreduce_keeps_its_leader_busy_with_w_plus_2_operations(void **state)
{
    struct collective_totals totals = totals_of("allreduce", 10, 4000);

    (void)state;
    assert_int_equal(totals.puts, 11);
    assert_int_equal(totals.gets, 19);
    assert_int_equal(totals.put_bytes, 11 * 4000);
    assert_int_equal(totals.get_bytes, 19 * 4000);
    assert_int_equal(totals.max_message_bytes, 4000);
    assert_int_equal(totals.most_operations, 12);
    assert_int_equal(totals.most_bytes, 12 * 4000);
}

static void scatter_reduce_moves_3w_minus_2_chunks_per_rank(void **state)
{
    struct collective_totals totals = totals_of("scatter_reduce", 10, 4000);

    (void)state;
    assert_int_equal(totals.puts, 10 * 10);
    assert_int_equal(totals.gets, 10 * 18);
    assert_int_equal(totals.max_message_bytes, 400);
    assert_int_equal(totals.most_operations, 28);
    assert_int_equal(totals.most_bytes, 28 * 400);
}

static void ring_moves_2w_minus_2_chunks_out_and_in_per_rank(void **state)
{
    struct collective_totals totals = totals_of("ring", 8, 3200);

    (void)state;
    assert_int_equal(totals.puts, 8 * 14);
    assert_int_equal(totals.gets, 8 * 14);
    assert_int_equal(totals.most_operations, 28);
    assert_int_equal(totals.put_bytes, 14 * 3200);
}

static void a_tree_sends_each_vector_up_once_and_the_result_down_once_per_parent(void **state)
{
    struct collective_totals totals = totals_of("tree", 10, 4000);

    (void)state;
    assert_int_equal(totals.puts, 9 + 5);
    assert_int_equal(totals.gets, 9 + 9);
    assert_int_equal(totals.most_operations, 5);
}

static void one_rank_alone_has_nothing_to_do(void **state)
{
    (void)state;
    for (size_t i = 0; pattern_family.kinds[i]; i++) {
        struct collective_totals totals = totals_of(pattern_family.kinds[i]->name, 1, 4000);

        assert_int_equal(totals.puts + totals.gets + totals.max_message_bytes, 0);
    }
}

static void more_slots_than_can_be_numbered_are_refused(void **state)
{
    struct choice choice = {.kind = family_find(&pattern_family, "scatter_reduce")};

    (void)state;
    assert_true(collective_fits(&choice, 46340));
    assert_false(collective_fits(&choice, 46341));
}

/* Four ranks' vectors of 4,000 bytes, of which 400 are sent of one, 1,000 of all. */
static void sums_of_more_ranks_are_larger_on_their_way(void **state)
{
    static const int64_t sum_bytes[] = {400, 600, 800, 1000};
    struct vector_size size = {.bytes = 4000, .sum_bytes = sum_bytes};
    struct tree_conf tree = {.fan_out = 2};
    static const struct {
        const char *pattern;
        int64_t put_bytes;
    } expected[] = {
        {"allreduce", 4 * 400 + 1000},
        {"scatter_reduce", 4 * 3 * 400 / 4 + 4 * 1000 / 4},
        {"ring", 400 + 600 + 800 + 3 * 1000},
        /* ranks 2 and 3 send their own, rank 1 that of two; ranks 0 and 1 send the result down
         */
        {"tree", 400 + 400 + 600 + 2 * 1000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct choice choice = {.kind = family_find(&pattern_family, expected[i].pattern),
                                .conf = &tree};

        assert_int_equal(collective_totals(&choice, 4, size).put_bytes, expected[i].put_bytes);
    }
}

static void a_part_of_a_sparse_vector_has_its_share_of_the_bytes(void **state)
{
    static const int64_t sum_bytes[] = {400, 3999};
    struct vector_size size = {.bytes = 4000, .sum_bytes = sum_bytes};

    (void)state;
    assert_int_equal(vector_sent_bytes(size, 1000, 1), 100);
    assert_int_equal(vector_sent_bytes(size, 0, 1), 0);
    assert_int_equal(vector_sent_bytes(size, 4, 1), 1);
    assert_int_equal(vector_sent_bytes(size, 4, 2), 4);
    assert_int_equal(vector_sent_bytes(vector_whole(4000), 1000, 2), 1000);
    for (int64_t sent = 8; sent < 100; sent += 8)
        assert_int_equal(vector_sent_bytes((struct vector_size){100, &sent}, 100, 1), sent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_are_whole_floats_in_order_and_cover_the_message),
        cmocka_unit_test(the_bytes_that_make_no_float_go_to_the_last_slice),
        cmocka_unit_test(allreduce_keeps_its_leader_busy_with_w_plus_2_operations),
        cmocka_unit_test(scatter_reduce_moves_3w_minus_2_chunks_per_rank),
        cmocka_unit_test(ring_moves_2w_minus_2_chunks_out_and_in_per_rank),
        cmocka_unit_test(a_tree_sends_each_vector_up_once_and_the_result_down_once_per_parent),
        cmocka_unit_test(one_rank_alone_has_nothing_to_do),
        cmocka_unit_test(sums_of_more_ranks_are_larger_on_their_way),
        cmocka_unit_test(a_part_of_a_sparse_vector_has_its_share_of_the_bytes),
        cmocka_unit_test(more_slots_than_can_be_numbered_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
