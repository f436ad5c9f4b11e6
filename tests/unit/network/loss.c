/* SPDX-License-Identifier: MIT
 * loss.c -- loss processes: means, bursts, and that their numbers are indexed. */
#include "tests/unit/network/lab.h"

struct gilbert { /* as the loader makes it */
    struct loss_conf loss;
    double p, r, mean_loss_ratio, mean_burst, good_loss_ratio, bad_loss_ratio;
};

struct record {
    struct loss_conf loss;
    struct value lost_ratio;
};

static struct choice gilbert_of(struct gilbert *conf, double p, double r, int per)
{
    *conf = (struct gilbert){.loss = {per, 1000},
                             .p = p,
                             .r = r,
                             .mean_loss_ratio = NAN,
                             .mean_burst = NAN,
                             .bad_loss_ratio = 1};
    return (struct choice){.kind = lab_kind(&loss_family, "gilbert_elliott"), .conf = conf};
}

static struct loss_process *open_process(const struct choice *choice)
{
    return loss_new(choice, rng_stream(1, "network.main.loss"));
}

/* Copy `number` of a link, of one packet unless said. */
static struct loss_copy copy_number(uint32_t number)
{
    return (struct loss_copy){
        .from = 3, .to = 5, .number = number, .packets = 1, .bytes = 1000, .round = 1};
}

static bool is_lost(const struct loss_process *process, uint32_t number)
{
    struct loss_copy copy = copy_number(number);
    uint64_t lost[1] = {0};

    return loss_decide(process, &copy, lost) > 0;
}

static double share_lost(const struct loss_process *process, uint32_t count)
{
    uint32_t lost = 0;

    for (uint32_t i = 0; i < count; i++)
        lost += is_lost(process, i);
    return (double)lost / count;
}

static void bernoulli_loses_its_ratio(void **state)
{
    struct lab_bernoulli conf;
    struct choice choice = lab_bernoulli(&conf, 0.1, LOSS_PER_MESSAGE);
    struct loss_process *process = open_process(&choice);

    (void)state;
    assert_close(share_lost(process, 200000), 0.1, 0.02);
    loss_free(process);
}

static void what_is_lost_at_one_ratio_is_lost_at_a_higher_one(void **state)
{
    struct lab_bernoulli few_conf, many_conf;
    struct choice few = lab_bernoulli(&few_conf, 0.05, LOSS_PER_MESSAGE);
    struct choice many = lab_bernoulli(&many_conf, 0.2, LOSS_PER_MESSAGE);
    struct loss_process *rare = open_process(&few), *often = open_process(&many);

    (void)state;
    for (uint32_t i = 0; i < 10000; i++)
        if (is_lost(rare, i))
            assert_true(is_lost(often, i));
    loss_free(rare);
    loss_free(often);
}

static void links_directions_attempts_and_numbers_have_losses_of_their_own(void **state)
{
    struct lab_bernoulli conf;
    struct choice choice = lab_bernoulli(&conf, 0.5, LOSS_PER_MESSAGE);
    struct loss_process *process = open_process(&choice);
    int alike[3] = {0}, count = 4000;

    (void)state;
    for (int i = 0; i < count; i++) {
        struct loss_copy copy = copy_number((uint32_t)i), other[3] = {copy, copy, copy};
        int lost = loss_decide(process, &copy, &(uint64_t){0});

        other[0].from = 5, other[0].to = 3;
        other[1].attempt = 1;
        other[2].to = 6;
        for (int k = 0; k < 3; k++)
            alike[k] += lost == loss_decide(process, &other[k], &(uint64_t){0});
    }
    for (int k = 0; k < 3; k++)
        assert_close(alike[k], count / 2, 0.05);
    loss_free(process);
}

static void the_next_256_attempts_have_a_luck_of_their_own(void **state)
{
    struct lab_bernoulli conf;
    struct choice choice = lab_bernoulli(&conf, 0.5, LOSS_PER_MESSAGE);
    struct loss_process *process = open_process(&choice);
    int alike = 0;

    (void)state;
    for (int attempt = 0; attempt < 4 * 256; attempt++) {
        struct loss_copy copy = copy_number(1), later = copy;

        copy.attempt = attempt;
        later.attempt = attempt + 256;
        alike += loss_decide(process, &copy, &(uint64_t){0}) ==
                 loss_decide(process, &later, &(uint64_t){0});
    }
    assert_close(alike, 512, 0.1);
    loss_free(process);
}

static void a_block_is_void_if_one_packet_is_lost(void **state)
{
    struct lab_bernoulli conf;
    struct choice choice = lab_bernoulli(&conf, 0.01, LOSS_PER_BLOCK);
    struct loss_process *process = open_process(&choice);
    int lost = 0, count = 50000;

    (void)state;
    for (int i = 0; i < count; i++) {
        struct loss_copy copy = copy_number((uint32_t)i);

        copy.bytes = 100 * 1000;
        lost += loss_decide(process, &copy, &(uint64_t){0});
    }
    assert_close(loss_again_ratio(&choice, 100 * 1000), 1 - pow(0.99, 100), 1e-12);
    assert_close((double)lost / count, 1 - pow(0.99, 100), 0.01);
    loss_free(process);
}

static void a_ratio_drawn_above_1_loses_blocks_too(void **state)
{
    struct lab_bernoulli conf;
    struct choice choice = lab_bernoulli(&conf, 1.5, LOSS_PER_BLOCK);
    struct loss_process *process = open_process(&choice);

    (void)state;
    for (uint32_t i = 0; i < 100; i++) {
        struct loss_copy copy = copy_number(i);

        copy.bytes = 5000;
        assert_int_equal(loss_decide(process, &copy, &(uint64_t){0}), 1);
    }
    loss_free(process);
}

static void what_is_sent_again_packet_by_packet_is_a_packet(void **state)
{
    struct lab_bernoulli conf;
    struct choice choice = lab_bernoulli(&conf, 0.01, LOSS_PER_PACKET);

    (void)state;
    assert_close(loss_again_ratio(&choice, 100 * 1000), 0.01, 1e-12);
}

static void each_packet_counts_alone(void **state)
{
    struct lab_bernoulli conf;
    struct choice choice = lab_bernoulli(&conf, 0.1, LOSS_PER_PACKET);
    struct loss_process *process = open_process(&choice);
    int64_t lost = 0, bits = 0;

    (void)state;
    assert_int_equal(loss_packets(process, 99001), 100);
    for (uint32_t i = 0; i < 2000; i++) {
        struct loss_copy copy = copy_number(i);
        uint64_t set[2] = {0};

        copy.packets = 100;
        lost += loss_decide(process, &copy, set);
        bits += __builtin_popcountll(set[0]) + __builtin_popcountll(set[1]);
    }
    assert_int_equal(lost, bits);
    assert_close((double)lost, 0.1 * 2000 * 100, 0.02);
    loss_free(process);
}

/* -- bursts ----------------------------------------------------------------------------------
 */

static void gilbert_elliott_has_its_mean_and_its_bursts(void **state)
{
    struct gilbert conf;
    struct choice choice = gilbert_of(&conf, 0.01, 0.25, LOSS_PER_MESSAGE);
    struct loss_process *process = open_process(&choice);
    int count = 400000, lost = 0, bursts = 0;
    bool before = false;

    (void)state;
    for (int i = 0; i < count; i++) {
        bool now = is_lost(process, (uint32_t)i);

        lost += now;
        bursts += now && !before;
        before = now;
    }
    assert_close((double)lost / count, 0.01 / 0.26, 0.05);
    assert_close((double)lost / bursts, 4, 0.05);
    loss_free(process);
}

static void its_means_may_be_said_in_place_of_p_and_r(void **state)
{
    struct gilbert by_p, by_means;
    struct choice a = gilbert_of(&by_p, 0.02 / 0.98 / 5, 0.2, LOSS_PER_MESSAGE), b;
    struct loss_process *first, *second;

    (void)state;
    by_means = by_p;
    by_means.p = by_means.r = NAN;
    by_means.mean_loss_ratio = 0.02;
    by_means.mean_burst = 5;
    b = (struct choice){a.kind, &by_means};
    assert_close(loss_again_ratio(&a, 1), 0.02, 1e-12);
    assert_close(loss_again_ratio(&b, 1), 0.02, 1e-12);
    first = open_process(&a);
    second = open_process(&b);
    for (uint32_t i = 0; i < 5000; i++)
        assert_int_equal(is_lost(first, i), is_lost(second, i));
    loss_free(first);
    loss_free(second);
}

static void its_state_does_not_depend_on_who_asks_first(void **state)
{
    struct gilbert conf;
    struct choice choice = gilbert_of(&conf, 0.02, 0.1, LOSS_PER_MESSAGE);
    struct loss_process *forth = open_process(&choice), *back = open_process(&choice);
    bool lost[2000];

    (void)state;
    for (uint32_t i = 0; i < 2000; i++)
        lost[i] = is_lost(forth, i);
    for (uint32_t i = 2000; i-- > 0;)
        assert_int_equal(is_lost(back, i), lost[i]);
    loss_free(forth);
    loss_free(back);
}

static void a_burst_goes_on_in_the_next_message_of_packets(void **state)
{
    struct gilbert conf;
    struct choice choice = gilbert_of(&conf, 0.01, 0.05, LOSS_PER_PACKET);
    struct loss_process *process = open_process(&choice);
    int last_lost = 0, both = 0;

    (void)state;
    for (uint32_t i = 0; i < 20000; i++) {
        struct loss_copy copy = copy_number(i);
        uint64_t here = 0, next = 0;

        copy.packets = 10;
        loss_decide(process, &copy, &here);
        copy.number = i + 1;
        loss_decide(process, &copy, &next);
        last_lost += here >> 9 & 1;
        both += (here >> 9 & 1) && (next & 1);
    }
    assert_close((double)both / last_lost, 0.95, 0.02);
    loss_free(process);
}

static void its_closed_form_of_a_void_block_is_what_it_does(void **state)
{
    struct gilbert conf;
    struct choice choice = gilbert_of(&conf, 0.005, 0.3, LOSS_PER_BLOCK);
    struct loss_process *process = open_process(&choice);
    int lost = 0, count = 50000;

    (void)state;
    for (int i = 0; i < count; i++) {
        struct loss_copy copy = copy_number((uint32_t)i);

        copy.bytes = 20 * 1000;
        lost += loss_decide(process, &copy, &(uint64_t){0});
    }
    assert_close((double)lost / count, loss_again_ratio(&choice, 20 * 1000), 0.03);
    loss_free(process);
}

/* -- records ---------------------------------------------------------------------------------
 */

static void a_record_is_lost_in_its_order_again_and_again(void **state)
{
    double value[] = {0, 0, 1, 1, 1, 0, 0};
    struct value_table table = {.count = 7, .value = value};
    struct record conf = {.loss = {LOSS_PER_MESSAGE, 1000},
                          .lost_ratio = {.kind = VALUE_EMPIRICAL, .table = &table}};
    struct choice choice = {lab_kind(&loss_family, "trace"), &conf};
    struct loss_process *process = open_process(&choice);
    int first = -1;

    (void)state;
    assert_close(share_lost(process, 700), 3.0 / 7, 1e-12);
    for (int shift = 0; shift < 7 && first < 0; shift++) {
        bool fits = true;

        for (uint32_t i = 0; i < 14; i++)
            fits &= is_lost(process, i) == (value[((int)i + shift) % 7] > 0);
        first = fits ? shift : first;
    }
    assert_true(first >= 0);
    loss_free(process);
}

static void a_records_blocks_are_void_where_a_loss_is_in_them(void **state)
{
    double value[] = {0, 0, 1, 0, 0, 0, 0.5};
    struct value_table table = {.count = 7, .value = value};
    struct record conf = {.loss = {LOSS_PER_BLOCK, 1000},
                          .lost_ratio = {.kind = VALUE_EMPIRICAL, .table = &table}};
    struct choice choice = {lab_kind(&loss_family, "trace"), &conf};

    (void)state;
    assert_close(loss_again_ratio(&choice, 1000), 1.5 / 7, 1e-12);
    /* of the stretches of three, three hold the 1, two the 0.5 alone, one both */
    assert_close(loss_again_ratio(&choice, 3 * 1000), (3 + 3 * 0.5) / 7, 1e-12);
    assert_close(loss_again_ratio(&choice, 7 * 1000), 1, 0);
    value[2] = 0;
    assert_close(loss_again_ratio(&choice, 14 * 1000), 0.75, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bernoulli_loses_its_ratio),
        cmocka_unit_test(what_is_lost_at_one_ratio_is_lost_at_a_higher_one),
        cmocka_unit_test(links_directions_attempts_and_numbers_have_losses_of_their_own),
        cmocka_unit_test(the_next_256_attempts_have_a_luck_of_their_own),
        cmocka_unit_test(a_block_is_void_if_one_packet_is_lost),
        cmocka_unit_test(a_ratio_drawn_above_1_loses_blocks_too),
        cmocka_unit_test(what_is_sent_again_packet_by_packet_is_a_packet),
        cmocka_unit_test(each_packet_counts_alone),
        cmocka_unit_test(gilbert_elliott_has_its_mean_and_its_bursts),
        cmocka_unit_test(its_means_may_be_said_in_place_of_p_and_r),
        cmocka_unit_test(its_state_does_not_depend_on_who_asks_first),
        cmocka_unit_test(a_burst_goes_on_in_the_next_message_of_packets),
        cmocka_unit_test(its_closed_form_of_a_void_block_is_what_it_does),
        cmocka_unit_test(a_record_is_lost_in_its_order_again_and_again),
        cmocka_unit_test(a_records_blocks_are_void_where_a_loss_is_in_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
