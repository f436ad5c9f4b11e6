/* SPDX-License-Identifier: MIT
 * carried.c -- what is in a collective's sum when some of its messages are lost. */
#include "algorithms/collective/carried.h"

#include "tests/test.h"

static struct tree_conf binary = {.fan_out = 2};

static struct choice pattern(const char *name)
{
    return (struct choice){.kind = family_find(&pattern_family, name),
                           .conf = strcmp(name, "tree") == 0 ? &binary : NULL};
}

static void lose_whole(struct carried *c, int from, int to, int64_t number)
{
    const uint64_t whole = 1;
    int64_t edge = carried_edge(c, from, to, number);

    assert_true(edge >= 0 && !carried_is_result(c, edge));
    carried_lose(c, edge, 1, &whole);
}

static int missing_from(const struct carried_part *part, int ranks)
{
    int count = 0;

    for (int rank = 0; rank < ranks; rank++)
        count += !carried_from(part, rank);
    return count;
}

static void without_loss_everybody_is_in_every_part(void **state)
{
    static const char *const names[] = {"allreduce", "scatter_reduce", "ring", "tree"};

    (void)state;
    for (size_t i = 0; i < 4; i++)
        for (int ranks = 2; ranks <= 9; ranks++) {
            struct choice choice = pattern(names[i]);
            struct carried *c = carried_new(&choice, ranks, vector_whole(1000), 100);
            int parts;
            const struct carried_part *part;
            int64_t end_bytes = 0;

            assert_false(carried_lost_any(c));
            part = carried_parts(c, &parts);
            for (int k = 0; k < parts; k++) {
                assert_int_equal(missing_from(&part[k], ranks), 0);
                assert_int_equal(part[k].offset_bytes, end_bytes);
                end_bytes += part[k].bytes;
            }
            assert_int_equal(end_bytes, 1000);
            carried_free(c);
        }
}

static void so_many_messages_go_from_rank_to_rank_as_are_counted(void **state)
{
    static const char *const names[] = {"allreduce", "scatter_reduce", "ring", "tree"};

    (void)state;
    for (size_t i = 0; i < 4; i++)
        for (int ranks = 2; ranks <= 9; ranks++) {
            struct choice choice = pattern(names[i]);
            struct carried *c = carried_new(&choice, ranks, vector_whole(20), 0);
            int64_t all = 0;

            for (int from = 0; from < ranks; from++)
                for (int to = 0; to < ranks; to++) {
                    int64_t count = collective_messages(&choice, ranks, from, to);

                    assert_int_equal(carried_edge(c, from, to, count), -1);
                    assert_true(count == 0 || carried_edge(c, from, to, count - 1) >= 0);
                    all += count;
                }
            assert_int_equal(all, collective_totals(&choice, ranks, vector_whole(20)).gets);
            carried_free(c);
        }
}

static void a_lost_message_of_allreduce_takes_its_sender_out(void **state)
{
    struct choice choice = pattern("allreduce");
    struct carried *c = carried_new(&choice, 5, vector_whole(100), 0);
    const struct carried_part *part;
    int parts;

    (void)state;
    lose_whole(c, 3, 0, 0);
    part = carried_parts(c, &parts);
    assert_int_equal(parts, 1);
    assert_int_equal(missing_from(part, 5), 1);
    assert_false(carried_from(part, 3));
    carried_free(c);
}

static void a_lost_message_of_scatter_reduce_takes_one_chunk_of_its_sender(void **state)
{
    struct choice choice = pattern("scatter_reduce");
    struct carried *c = carried_new(&choice, 4, vector_whole(160), 0);
    const struct carried_part *part;
    int parts;

    (void)state;
    lose_whole(c, 1, 2, 0);
    part = carried_parts(c, &parts);
    assert_int_equal(parts, 4);
    for (int k = 0; k < parts; k++)
        assert_int_equal(missing_from(&part[k], 4), k == 2);
    assert_false(carried_from(&part[2], 1));
    carried_free(c);
}

static void a_lost_message_of_a_tree_takes_the_subtree(void **state)
{
    struct choice choice = pattern("tree");
    struct carried *c = carried_new(&choice, 7, vector_whole(100), 0);
    const struct carried_part *part;
    int parts;

    (void)state;
    lose_whole(c, 1, 0, 0); /* 1 has the children 3 and 4 */
    part = carried_parts(c, &parts);
    assert_int_equal(missing_from(part, 7), 3);
    assert_false(carried_from(part, 1) || carried_from(part, 3) || carried_from(part, 4));
    carried_free(c);
}

static void a_lost_message_of_a_ring_takes_what_its_chunk_had_collected(void **state)
{
    struct choice choice = pattern("ring");
    struct carried *c = carried_new(&choice, 5, vector_whole(200), 0);
    const struct carried_part *part;
    int parts;

    (void)state;
    lose_whole(c, 2, 3, 2); /* the third message: a chunk with three contributions */
    part = carried_parts(c, &parts);
    assert_int_equal(parts, 5);
    for (int k = 0; k < parts; k++)
        assert_int_equal(missing_from(&part[k], 5), k == 0 ? 3 : 0);
    assert_false(carried_from(&part[0], 0) || carried_from(&part[0], 1) ||
                 carried_from(&part[0], 2));
    carried_free(c);
}

static void a_lost_packet_takes_its_slice_alone(void **state)
{
    struct choice choice = pattern("allreduce");
    struct carried *c = carried_new(&choice, 3, vector_whole(400), 100);
    const uint64_t third = 1 << 2;
    const struct carried_part *part;
    int parts;

    (void)state;
    carried_lose(c, carried_edge(c, 2, 0, 0), 4, &third);
    part = carried_parts(c, &parts);
    assert_int_equal(parts, 4);
    for (int k = 0; k < parts; k++)
        assert_int_equal(missing_from(&part[k], 3), k == 2);
    carried_free(c);
}

static void losses_are_forgotten_once_they_are_counted(void **state)
{
    struct choice choice = pattern("ring");
    struct carried *c = carried_new(&choice, 3, vector_whole(100), 0);
    const struct carried_part *part;
    int parts;

    (void)state;
    lose_whole(c, 0, 1, 0);
    carried_parts(c, &parts);
    assert_false(carried_lost_any(c));
    part = carried_parts(c, &parts);
    for (int k = 0; k < parts; k++)
        assert_int_equal(missing_from(&part[k], 3), 0);
    carried_free(c);
}

static void half_of_the_messages_are_results(void **state)
{
    struct choice choice = pattern("ring");
    struct carried *c = carried_new(&choice, 4, vector_whole(100), 0);
    int results = 0;

    (void)state;
    for (int64_t edge = 0; edge < 2 * 3 * 4; edge++)
        results += carried_is_result(c, edge);
    assert_int_equal(results, 3 * 4);
    assert_int_equal(carried_numbers(c), 2 * 3);
    assert_int_equal(carried_edge(c, 0, 2, 0), -1);
    carried_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_loss_everybody_is_in_every_part),
        cmocka_unit_test(so_many_messages_go_from_rank_to_rank_as_are_counted),
        cmocka_unit_test(a_lost_message_of_allreduce_takes_its_sender_out),
        cmocka_unit_test(a_lost_message_of_scatter_reduce_takes_one_chunk_of_its_sender),
        cmocka_unit_test(a_lost_message_of_a_tree_takes_the_subtree),
        cmocka_unit_test(a_lost_message_of_a_ring_takes_what_its_chunk_had_collected),
        cmocka_unit_test(a_lost_packet_takes_its_slice_alone),
        cmocka_unit_test(losses_are_forgotten_once_they_are_counted),
        cmocka_unit_test(half_of_the_messages_are_results),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
