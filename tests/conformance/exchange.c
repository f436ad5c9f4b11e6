/* SPDX-License-Identifier: MIT
 * exchange.c -- every collective over every channel against a count by hand.
 *
 * L = 0.25 s a request or message, B = 1 MB/s, nothing drawn at random, readers are told
 * (polling ideal), everyone comes at once. */
#include "sim/channel/exchange.h"
#include "tests/conformance/exchange_lab.h"

static const double L = 0.25, B = 1e6;
static const int counts[] = {1, 2, 3, 10, 50};
enum { COUNTS = sizeof counts / sizeof *counts };

static double took_s(const char *pattern, const char *channel, int ranks, int64_t bytes)
{
    const struct ending *ending = try((struct trial){.pattern = pattern,
                                                     .channel = channel,
                                                     .ranks = ranks,
                                                     .bytes = bytes,
                                                     .polling = POLLING_IDEAL});

    assert_close(ending->through, ranks, 0);
    return ending->end_s;
}

/* -- through storage ------------------------------------------------------------------------
 */

static void scatter_reduce_over_s3_takes_3W_minus_2_operations(void **state)
{
    (void)state;
    for (int i = 0; i < COUNTS; i++) {
        int W = counts[i];
        int64_t m = W * 40000;

        assert_close(took_s("scatter_reduce", "s3", W, m),
                     W > 1 ? (3 * W - 2) * ((double)m / (W * B) + L) : 0, 1e-9);
    }
}

static void allreduce_over_s3_takes_W_plus_3_operations(void **state)
{
    (void)state;
    for (int i = 0; i < COUNTS; i++) {
        int W = counts[i];

        assert_close(took_s("allreduce", "s3", W, 400000), W > 1 ? (W + 3) * (0.4 + L) : 0,
                     1e-9);
    }
}

static void ring_over_s3_takes_a_put_and_a_get_in_each_of_2W_minus_2_steps(void **state)
{
    (void)state;
    for (int i = 0; i < COUNTS; i++) {
        int W = counts[i];
        int64_t m = W * 40000;

        assert_close(took_s("ring", "s3", W, m), 2 * (2 * W - 2) * ((double)m / (W * B) + L),
                     1e-9);
    }
}

/* Operations until rank's partial sum is complete: it fetches one child after the other, the
 * first to come first. */
static int tree_up(int rank, int ranks)
{
    int now = 0, child[2] = {2 * rank + 1, 2 * rank + 2}, there[2] = {0, 0};

    for (int i = 0; i < 2; i++)
        if (child[i] < ranks)
            there[i] = tree_up(child[i], ranks) + 1;
    for (int i = 0; i < 2; i++) {
        int first = there[0] <= there[1] ? i : 1 - i;

        if (there[first])
            now = (now > there[first] ? now : there[first]) + 1;
    }
    return now;
}

static void tree_over_s3_takes_what_its_depth_asks(void **state)
{
    (void)state;
    for (int i = 0; i < COUNTS; i++) {
        int W = counts[i], depth = 0;

        while ((2 << depth) - 1 < W)
            depth++;
        assert_close(took_s("tree", "s3", W, 400000), (tree_up(0, W) + 2 * depth) * (0.4 + L),
                     1e-9);
    }
}

static void gossip_over_s3_takes_a_put_and_W_minus_1_gets(void **state)
{
    (void)state;
    for (int i = 0; i < COUNTS; i++)
        assert_close(took_s("gossip", "s3", counts[i], 400000),
                     counts[i] > 1 ? counts[i] * (0.4 + L) : 0, 1e-9);
}

static void redis_takes_as_many_operations_as_s3(void **state)
{
    (void)state;
    for (int i = 0; all_patterns[i]; i++)
        for (int j = 0; j < COUNTS; j++)
            assert_close(took_s(all_patterns[i], "redis", counts[j], 400000),
                         took_s(all_patterns[i], "s3", counts[j], 400000), 1e-9);
}

/* -- with many keys in one request: the bytes are the same, the latencies are fewer ---------
 */

static const char *const fetching[] = {"memcached", "dynamodb", NULL};

/* A scan of DynamoDB reads more, so it is asked by queries. */
static double fetch_s(const char *pattern, const char *channel, int ranks, int64_t bytes)
{
    const struct ending *ending = try((struct trial){.pattern = pattern,
                                                     .channel = channel,
                                                     .ranks = ranks,
                                                     .bytes = bytes,
                                                     .polling = POLLING_IDEAL,
                                                     .page = 1000,
                                                     .queries = true});

    assert_close(ending->through, ranks, 0);
    return ending->end_s;
}

static void scatter_reduce_by_fetches_takes_W_plus_2_latencies(void **state)
{
    (void)state;
    for (int i = 0; i < COUNTS; i++)
        for (int j = 0; fetching[j]; j++) {
            int W = counts[i];
            int64_t m = W * 40000;

            assert_close(fetch_s("scatter_reduce", fetching[j], W, m),
                         W > 1 ? (3 * W - 2) * ((double)m / (W * B)) + (W + 2) * L : 0, 1e-9);
        }
}

static void allreduce_by_fetches_takes_four_latencies(void **state)
{
    (void)state;
    for (int i = 0; i < COUNTS; i++)
        for (int j = 0; fetching[j]; j++) {
            int W = counts[i];

            assert_close(fetch_s("allreduce", fetching[j], W, 400000),
                         W > 1 ? (W + 3) * 0.4 + 4 * L : 0, 1e-9);
        }
}

static void ring_has_nothing_to_fetch_at_once(void **state)
{
    (void)state;
    for (int i = 0; i < COUNTS; i++)
        for (int j = 0; fetching[j]; j++)
            assert_close(fetch_s("ring", fetching[j], counts[i], 400000),
                         took_s("ring", "s3", counts[i], 400000), 1e-9);
}

/* A level up is a PUT and a FETCH of two, a level down a PUT and a GET. */
static void a_full_tree_by_fetches_takes_four_latencies_a_level(void **state)
{
    static const int full[] = {1, 3, 7, 15, 31};

    (void)state;
    for (int depth = 0; depth < 5; depth++)
        for (int j = 0; fetching[j]; j++)
            assert_close(fetch_s("tree", fetching[j], full[depth], 400000),
                         depth * (5 * 0.4 + 4 * L), 1e-9);
}

/* Those below, those above. */
static void gossip_by_fetches_takes_a_put_and_two_fetches(void **state)
{
    (void)state;
    for (int i = 0; i < COUNTS; i++)
        for (int j = 0; fetching[j]; j++) {
            int W = counts[i];

            assert_close(fetch_s("gossip", fetching[j], W, 400000),
                         W > 1 ? W * 0.4 + (W > 2 ? 3 : 2) * L : 0, 1e-9);
        }
}

/* Everybody's chunks lie in one table: W(W-1) of them, and then W merged ones. */
static void a_scan_reads_the_whole_table_twice(void **state)
{
    (void)state;
    for (int i = 2; i < COUNTS; i++) {
        int W = counts[i];
        int64_t m = W * 40000;
        const struct ending *ending = try((struct trial){.pattern = "scatter_reduce",
                                                         .channel = "dynamodb",
                                                         .ranks = W,
                                                         .bytes = m,
                                                         .polling = POLLING_IDEAL,
                                                         .page = 10000});

        assert_close(ending->end_s, (W + W * (W - 1) + W) * 0.04 + (W + 2) * L, 1e-9);
        assert_close(ending->fetches, 2 * W, 0);
    }
}

/* -- direct ----------------------------------------------------------------------------------
 */

static void ring_over_direct_takes_2W_minus_2_messages(void **state)
{
    (void)state;
    for (int i = 0; i < COUNTS; i++) {
        int W = counts[i];
        int64_t m = W * 40000;

        assert_close(took_s("ring", "direct", W, m), (2 * W - 2) * ((double)m / (W * B) + L),
                     1e-9);
    }
}

static void scatter_reduce_over_direct_fills_the_nic_twice(void **state)
{
    (void)state;
    for (int i = 0; i < COUNTS; i++) {
        int W = counts[i];
        int64_t m = W * 40000;

        assert_close(took_s("scatter_reduce", "direct", W, m),
                     W > 1 ? 2 * ((W - 1) * (double)m / (W * B) + L) : 0, 1e-9);
    }
}

static void allreduce_over_direct_is_limited_by_the_leaders_nic(void **state)
{
    (void)state;
    for (int i = 0; i < COUNTS; i++) {
        int W = counts[i];

        assert_close(took_s("allreduce", "direct", W, 400000),
                     W > 1 ? 2 * ((W - 1) * 0.4 + L) : 0, 1e-9);
    }
}

static void tree_over_direct_takes_two_messages_a_level_and_way(void **state)
{
    static const int full[] = {1, 3, 7, 15, 31};

    (void)state;
    for (int depth = 0; depth < 5; depth++)
        assert_close(took_s("tree", "direct", full[depth], 400000), 2 * depth * (0.8 + L),
                     1e-9);
}

static void gossip_over_direct_takes_one_full_nic(void **state)
{
    (void)state;
    for (int i = 0; i < COUNTS; i++)
        assert_close(took_s("gossip", "direct", counts[i], 400000),
                     counts[i] > 1 ? (counts[i] - 1) * 0.4 + L : 0, 1e-9);
}

/* -- counts
 * ------------------------------------------------------------------------------------ */

static void requests_are_those_of_the_schedules(void **state)
{
    struct tree_conf tree = {.fan_out = 2};

    (void)state;
    for (int i = 0; all_patterns[i]; i++)
        for (int j = 0; j < COUNTS; j++) {
            struct choice pattern = {.kind = pattern_named(all_patterns[i]), .conf = &tree};
            struct collective_totals totals =
                collective_totals(&pattern, counts[j], vector_whole(999983));
            const struct ending *ending = try((struct trial){.pattern = all_patterns[i],
                                                             .channel = "s3",
                                                             .ranks = counts[j],
                                                             .bytes = 999983,
                                                             .polling = POLLING_COMPUTED,
                                                             .jitter = true,
                                                             .rounds = 2});

            assert_close(ending->puts, 2 * (double)totals.puts, 0);
            assert_close(ending->gets - ending->failed, 2 * (double)totals.gets, 0);
            assert_close(ending->bytes, 2 * (double)(totals.put_bytes + totals.get_bytes), 0);
            assert_close(ending->cost_pusd,
                         ending->puts * 5e6 + ending->gets * 4e5 + ending->lists * 5000001, 0);
        }
}

static void scatter_reduce_makes_W_squared_puts_and_2W_W_minus_1_gets(void **state)
{
    const struct ending *ending = try((struct trial){.pattern = "scatter_reduce",
                                                     .channel = "s3",
                                                     .ranks = 10,
                                                     .bytes = 4000,
                                                     .polling = POLLING_IDEAL});

    (void)state;
    assert_close(ending->puts, 100, 0);
    assert_close(ending->gets, 180, 0);
    assert_close(ending->lists, 0, 0);
    assert_close(ending->deletes, 90, 0);
}

static void multi_gets_move_what_gets_would(void **state)
{
    struct tree_conf tree = {.fan_out = 2};

    (void)state;
    for (int i = 0; all_patterns[i]; i++)
        for (int j = 0; j < COUNTS; j++) {
            struct choice pattern = {.kind = pattern_named(all_patterns[i]), .conf = &tree};
            struct collective_totals totals =
                collective_totals(&pattern, counts[j], vector_whole(999983));
            const struct ending *ending = try((struct trial){.pattern = all_patterns[i],
                                                             .channel = "memcached",
                                                             .ranks = counts[j],
                                                             .bytes = 999983,
                                                             .polling = POLLING_COMPUTED,
                                                             .jitter = true,
                                                             .rounds = 2});

            assert_close(ending->puts, 2 * (double)totals.puts, 0);
            assert_close(ending->bytes, 2 * (double)(totals.put_bytes + totals.get_bytes), 0);
            assert_close(ending->lists, 0, 0);
            assert_true(ending->gets + ending->fetches - ending->failed <= 2 * totals.gets);
        }
}

static void allreduce_makes_W_plus_1_puts_and_2W_minus_1_gets_and_a_list(void **state)
{
    const struct ending *ending = try((struct trial){.pattern = "allreduce",
                                                     .channel = "s3",
                                                     .ranks = 10,
                                                     .bytes = 4000,
                                                     .polling = POLLING_COMPUTED});

    (void)state;
    assert_close(ending->puts, 11, 0);
    assert_close(ending->gets - ending->failed, 19, 0);
    assert_true(ending->lists >= 1 && ending->failed >= 9);
}

static void direct_messages_are_counted_once_for_every_other_reader(void **state)
{
    (void)state;
    for (int j = 0; j < COUNTS; j++) {
        int W = counts[j];
        const struct ending *ending = try((struct trial){
            .pattern = "allreduce", .channel = "direct", .ranks = W, .bytes = 4000});

        assert_close(ending->messages, 2 * (W - 1), 0);
        assert_close(ending->bytes_sent, 2 * (W - 1) * 4000.0, 0);
        assert_close(ending->messages_lost, 0, 0);
        assert_close(ending->cost_pusd, 0, 0);
    }
}

/* -- edges
 * ------------------------------------------------------------------------------------- */

static void an_empty_message_still_costs_its_operations(void **state)
{
    (void)state;
    for (int i = 0; all_patterns[i]; i++)
        for (int j = 0; all_channels[j]; j++)
            if (they_fit(all_patterns[i], all_channels[j]))
                assert_true(took_s(all_patterns[i], all_channels[j], 5, 0) >= L);
}

static double requests(const struct ending *ending)
{
    return ending->puts + ending->gets + ending->lists + ending->fetches + ending->deletes +
           ending->messages;
}

static void exchanges_at_once_do_not_disturb_each_other(void **state)
{
    (void)state;
    for (int i = 0; all_patterns[i]; i++)
        for (int j = 0; all_channels[j]; j++) {
            struct trial trial = {.pattern = all_patterns[i],
                                  .channel = all_channels[j],
                                  .ranks = 7,
                                  .rounds = 2,
                                  .bytes = 70000,
                                  .polling = POLLING_COMPUTED,
                                  .late_s = 0.1};
            const struct ending *one, *two;

            if (strcmp(all_channels[j], "vm_ps") == 0)
                continue; /* they would share the server's one thread */
            one = trial_in(0, trial);
            trial.exchanges = 2;
            two = trial_in(1, trial);
            assert_close(two->through, 14, 0);
            for (int k = 0; k < 28; k++)
                assert_close(two->rank_end_s[k], one->rank_end_s[k % 14], 1e-9);
            assert_close(requests(two), 2 * requests(one), 0);
        }
}

static void the_wait_for_a_late_rank_is_booked_as_wait(void **state)
{
    (void)state;
    for (int j = 0; all_channels[j]; j++) {
        const struct ending *ending;

        if (strcmp(all_channels[j], "vm_ps") == 0)
            continue; /* where it would be the server's start first */
        ending = try((struct trial){.pattern = "allreduce",
                                    .channel = all_channels[j],
                                    .ranks = 2,
                                    .bytes = 400000,
                                    .late_s = 100,
                                    .polling = POLLING_IDEAL});
        /* Rank 0 comes at 0 and has nothing to do from 0.65 s (or 0.25 s) to rank 1's 100 s. */
        assert_true(ending->wait_s > 98 && ending->wait_s < 101);
        assert_close(ending->wait_s + ending->communicate_s, ending->end_s, 0.02);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scatter_reduce_over_s3_takes_3W_minus_2_operations),
        cmocka_unit_test(allreduce_over_s3_takes_W_plus_3_operations),
        cmocka_unit_test(ring_over_s3_takes_a_put_and_a_get_in_each_of_2W_minus_2_steps),
        cmocka_unit_test(tree_over_s3_takes_what_its_depth_asks),
        cmocka_unit_test(gossip_over_s3_takes_a_put_and_W_minus_1_gets),
        cmocka_unit_test(redis_takes_as_many_operations_as_s3),
        cmocka_unit_test(scatter_reduce_by_fetches_takes_W_plus_2_latencies),
        cmocka_unit_test(allreduce_by_fetches_takes_four_latencies),
        cmocka_unit_test(ring_has_nothing_to_fetch_at_once),
        cmocka_unit_test(a_full_tree_by_fetches_takes_four_latencies_a_level),
        cmocka_unit_test(gossip_by_fetches_takes_a_put_and_two_fetches),
        cmocka_unit_test(a_scan_reads_the_whole_table_twice),
        cmocka_unit_test(ring_over_direct_takes_2W_minus_2_messages),
        cmocka_unit_test(scatter_reduce_over_direct_fills_the_nic_twice),
        cmocka_unit_test(allreduce_over_direct_is_limited_by_the_leaders_nic),
        cmocka_unit_test(tree_over_direct_takes_two_messages_a_level_and_way),
        cmocka_unit_test(gossip_over_direct_takes_one_full_nic),
        cmocka_unit_test(requests_are_those_of_the_schedules),
        cmocka_unit_test(scatter_reduce_makes_W_squared_puts_and_2W_W_minus_1_gets),
        cmocka_unit_test(multi_gets_move_what_gets_would),
        cmocka_unit_test(allreduce_makes_W_plus_1_puts_and_2W_minus_1_gets_and_a_list),
        cmocka_unit_test(direct_messages_are_counted_once_for_every_other_reader),
        cmocka_unit_test(an_empty_message_still_costs_its_operations),
        cmocka_unit_test(exchanges_at_once_do_not_disturb_each_other),
        cmocka_unit_test(the_wait_for_a_late_rank_is_booked_as_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
