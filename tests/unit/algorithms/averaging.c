/* SPDX-License-Identifier: MIT
 * averaging.c -- what workers have after a round in which messages were lost, against the plain
 * definition of each kind. */
#include "tests/unit/algorithms/averaging_lab.h"

#include "algorithms/collective/collective.h"

enum { N = 5, P = 103 }; /* N does not divide P */

static struct scatter_conf random_map = {.map = MAP_RANDOM}, fixed_map = {.map = MAP_FIXED};

static float **copy_of(const struct lab *lab)
{
    float **copy = NEW_ARRAY(float *, lab->averaging.workers);
    size_t bytes = (size_t)lab->averaging.parameters * sizeof(float);

    for (int i = 0; i < lab->averaging.workers; i++)
        copy[i] = memcpy(memory_new(1, bytes), lab->value[i], bytes);
    return copy;
}

static void free_copy(float **copy, int n)
{
    for (int i = 0; i < n; i++)
        free(copy[i]);
    free(copy);
}

static void assert_same(float *const *a, float *const *b, int n, int64_t length)
{
    for (int i = 0; i < n; i++)
        assert_memory_equal(a[i], b[i], (size_t)length * sizeof(float));
}

/* -- what moves -- */
static void check_parcels(const char *kind, void *conf, int n, int64_t floats)
{
    struct rng rng = rng_at(rng_stream(1, "values"), 0, 0);
    int64_t sent[64] = {0};
    struct lab lab;

    lab_open(&lab, kind, conf, n, floats, NULL, 0);
    lab_send(&lab, 7);
    lab_deliver(&lab, &rng, 0);
    for (int phase = 0; phase < 2; phase++) {
        bool *seen = NEW_ARRAY(bool, lab.averaging.kind->slots(&lab.averaging, phase));

        assert_int_equal(lab.parcels[phase].count, n * (n - 1));
        for (size_t i = 0; i < lab.parcels[phase].count; i++) {
            struct parcel parcel = lab.parcels[phase].parcel[i];

            assert_true(parcel.from != parcel.to && parcel.from < n && parcel.to < n);
            assert_false(seen[parcel.slot]);
            seen[parcel.slot] = true;
            sent[parcel.from] += parcel.count;
        }
        free(seen);
    }
    for (int i = 0; i < n; i++)
        assert_true(llabs(sent[i] - 2 * (n - 1) * floats / n) <= 2 * n);
    lab_close(&lab);
}

static void a_round_of_rps_moves_2n_n_minus_1_messages(void **state)
{
    (void)state;
    check_parcels("rps", &random_map, N, P);
    check_parcels("rps", &fixed_map, 2, P);
    check_parcels("gradients", &random_map, 8, P);
    check_parcels("reliable", NULL, 3, P);
}

static void nobody_sends_the_first_message_to_whom_another_sends_its_first(void **state)
{
    bool taken[N] = {false};
    struct lab lab;

    (void)state;
    lab_open(&lab, "rps", &random_map, N, P, NULL, 0);
    for (int from = 0; from < N; from++) {
        struct parcels parcels = {0};

        lab.averaging.kind->parcels(&lab.averaging, 3, 0, from, &parcels);
        assert_false(taken[parcels.parcel[0].to]);
        taken[parcels.parcel[0].to] = true;
        parcels_done(&parcels);
    }
    lab_close(&lab);
}

static void the_block_map_is_drawn_anew_every_round(void **state)
{
    struct parcels first = {0}, second = {0};
    int moved = 0;
    struct lab lab;

    (void)state;
    lab_open(&lab, "rps", &random_map, 16, P, NULL, 0);
    lab.averaging.kind->parcels(&lab.averaging, 0, 1, 0, &first);
    lab.averaging.kind->parcels(&lab.averaging, 1, 1, 0, &second);
    for (int64_t round = 0; round < 32; round++) {
        struct parcels parcels = {0};

        lab.averaging.kind->parcels(&lab.averaging, round, 1, 0, &parcels);
        assert_int_equal(parcels.count, 15);
        moved += parcels.parcel[0].first != first.parcel[0].first;
        parcels_done(&parcels);
    }
    assert_true(moved > 20);
    parcels_done(&first);
    parcels_done(&second);
    lab_close(&lab);
}

/* -- what it means -- */
/* The plain definition, block by block: double sums in order, as the paper says it. */
static void plain_rps(const struct lab *lab, float **in, float **out, bool zeros,
                      bool zero_unheard)
{
    int n = lab->averaging.workers;

    for (int block = 0; block < n; block++) {
        struct slice slice = slice_of(lab->averaging.parameters * 4, block, n);

        for (int64_t k = slice.offset_bytes / 4; k < (slice.offset_bytes + slice.bytes) / 4;
             k++) {
            bool sent[64] = {false}, heard[64] = {false};
            double sum = 0;
            int count = 0;

            for (int phase = 0; phase < 2; phase++)
                for (size_t i = 0; i < lab->parcels[phase].count; i++) {
                    struct parcel parcel = lab->parcels[phase].parcel[i];

                    if (k < parcel.first || k >= parcel.first + parcel.count)
                        continue;
                    if (phase == 0)
                        sent[parcel.from] = lab->arrived[0][parcel.slot];
                    else
                        heard[parcel.to] = lab->arrived[1][parcel.slot];
                    sent[phase == 0 ? parcel.to : parcel.from] = true;
                    heard[phase == 0 ? parcel.to : parcel.from] = true;
                }
            for (int i = 0; i < n; i++)
                if (sent[i]) {
                    sum += in[i][k];
                    count++;
                }
            for (int i = 0; i < n; i++)
                out[i][k] = heard[i]       ? (float)(sum / (zeros ? n : count))
                            : zero_unheard ? 0
                                           : in[i][k];
        }
    }
}

static void check_plain(const char *kind, struct scatter_conf conf, bool zeros,
                        bool zero_unheard)
{
    struct rng rng = rng_at(rng_stream(5, kind), 0, 0);
    struct lab lab;

    lab_open(&lab, kind, &conf, N, P, NULL, 0);
    for (int64_t round = 0; round < 40; round++) {
        float **in, **expected;

        lab_draw_values(&lab, &rng);
        in = copy_of(&lab);
        expected = copy_of(&lab);
        lab_send(&lab, round);
        lab_deliver(&lab, &rng, 0.3);
        plain_rps(&lab, in, expected, zeros, zero_unheard);
        lab_mix(&lab, round);
        assert_same(lab.value, expected, N, P);
        free_copy(in, N);
        free_copy(expected, N);
    }
    lab_close(&lab);
}

static void rps_averages_what_arrived_and_keeps_what_did_not(void **state)
{
    (void)state;
    check_plain("rps", random_map, false, false);
    check_plain("rps", fixed_map, false, false);
}

static void gradients_fall_back_to_their_own_to_nothing_or_to_zeros(void **state)
{
    (void)state;
    check_plain("gradients", (struct scatter_conf){.fallback = FALLBACK_OWN}, false, false);
    check_plain("gradients", (struct scatter_conf){.fallback = FALLBACK_SKIP}, false, true);
    check_plain("gradients", (struct scatter_conf){.fallback = FALLBACK_ZERO}, true, true);
}

static void without_loss_rps_is_reliable_averaging_bit_for_bit(void **state)
{
    const char *const kinds[] = {"rps", "gradients", "drop_workers"};
    struct rng rng = rng_at(rng_stream(9, "values"), 0, 0);

    (void)state;
    for (int n = 1; n <= 17; n += 4)
        for (int k = 0; k < 3; k++) {
            struct lab lab, ideal;

            lab_open(&lab, kinds[k], &random_map, n, P, NULL, 0);
            lab_open(&ideal, "reliable", NULL, n, P, NULL, 0);
            lab_draw_values(&lab, &rng);
            for (int i = 0; i < n; i++)
                memcpy(ideal.value[i], lab.value[i], P * sizeof(float));
            lab_send(&lab, 11);
            lab_deliver(&lab, &rng, 0);
            lab_mix(&lab, 11);
            lab_send(&ideal, 11);
            lab_deliver(&ideal, &rng, 0);
            lab_mix(&ideal, 11);
            assert_same(lab.value, ideal.value, n, P);
            assert_true(replicas_distance((const float *const *)lab.value, n, P) < 1e-12);
            lab_close(&lab);
            lab_close(&ideal);
        }
}

static void a_worker_that_lost_one_message_is_left_out_whole(void **state)
{
    struct rng rng = rng_at(rng_stream(9, "values"), 0, 0);
    struct lab lab;
    float **before;

    (void)state;
    lab_open(&lab, "drop_workers", &random_map, N, P, NULL, 0);
    lab_draw_values(&lab, &rng);
    before = copy_of(&lab);
    lab_send(&lab, 2);
    lab_deliver(&lab, &rng, 0);
    for (size_t i = 0; i < lab.parcels[0].count; i++)
        if (lab.parcels[0].parcel[i].from == 3) {
            lab.arrived[0][lab.parcels[0].parcel[i].slot] = false;
            break;
        }
    for (size_t i = 0; i < lab.parcels[1].count; i++)
        if (lab.parcels[1].parcel[i].to == 1) {
            lab.arrived[1][lab.parcels[1].parcel[i].slot] = false;
            break;
        }
    lab_mix(&lab, 2);
    for (int64_t k = 0; k < P; k++) {
        double sum = 0;

        for (int i = 0; i < N; i++)
            if (i != 3)
                sum += before[i][k];
        for (int i = 0; i < N; i++)
            assert_true(lab.value[i][k] == (i == 1 ? before[1][k] : (float)(sum / 4)));
    }
    free_copy(before, N);
    lab_close(&lab);
}

static void any_cut_of_the_parameters_gives_the_same_bits(void **state)
{
    struct rng rng = rng_at(rng_stream(3, "values"), 0, 0);
    const int64_t cut[] = {0, 1, 20, 21, 64, 100, P};
    struct lab lab, whole;

    (void)state;
    lab_open(&lab, "rps", &random_map, N, P, NULL, 0);
    lab_open(&whole, "rps", &random_map, N, P, NULL, 0);
    lab_draw_values(&lab, &rng);
    for (int i = 0; i < N; i++)
        memcpy(whole.value[i], lab.value[i], P * sizeof(float));
    lab_send(&lab, 1);
    lab_deliver(&lab, &rng, 0.4);
    lab_send(&whole, 1);
    for (int phase = 0; phase < 2; phase++)
        memcpy(whole.arrived[phase], lab.arrived[phase],
               (size_t)whole.averaging.kind->slots(&whole.averaging, phase));
    lab_mix(&whole, 1);
    for (int i = 5; i >= 0; i--)
        lab.averaging.kind->mix(&lab.averaging, 1, lab.got, cut[i], cut[i + 1],
                                (const float *const *)lab.value, lab.value);
    assert_same(lab.value, whole.value, N, P);
    lab_close(&lab);
    lab_close(&whole);
}

static void each_packet_of_a_message_counts_alone(void **state)
{
    static const uint64_t second_lost = 2;
    const uint64_t **lost;
    struct rng rng = rng_at(rng_stream(3, "values"), 0, 0);
    float **before;
    struct lab lab;
    struct parcel parcel;

    (void)state;
    lab_open(&lab, "rps", &fixed_map, N, P, NULL, 0);
    lab_draw_values(&lab, &rng);
    before = copy_of(&lab);
    lab_send(&lab, 0);
    lab_deliver(&lab, &rng, 0);
    lost = NEW_ARRAY(const uint64_t *, lab.averaging.kind->slots(&lab.averaging, 1));
    parcel = lab.parcels[1].parcel[0];
    lost[parcel.slot] = &second_lost;
    lab.got[1].packet_floats = 8;
    lab.got[1].lost = lost;
    lab_mix(&lab, 0);
    for (int64_t k = 0; k < P; k++) {
        bool missing = k >= parcel.first + 8 && k < parcel.first + 16;
        double sum = 0;

        for (int i = 0; i < N; i++)
            sum += before[i][k];
        assert_true(lab.value[parcel.to][k] ==
                    (missing ? before[parcel.to][k] : (float)(sum / N)));
    }
    free(lost);
    free_copy(before, N);
    lab_close(&lab);
}

/* -- neighbours -- */
static const int32_t star[][2] = {{0, 1}, {0, 2}, {3, 0}, {0, 4}};

static void neighbours_weigh_as_metropolis_and_hastings_say(void **state)
{
    struct d_psgd_conf conf = {.missing = MISSING_OWN};
    struct rng rng = rng_at(rng_stream(4, "values"), 0, 0);
    struct lab lab;
    float **before;

    (void)state;
    lab_open(&lab, "d_psgd", &conf, N, P, star, 4);
    lab_draw_values(&lab, &rng);
    before = copy_of(&lab);
    lab_send(&lab, 0);
    assert_int_equal(lab.parcels[0].count, 8);
    lab_deliver(&lab, &rng, 0);
    lab_mix(&lab, 0);
    for (int64_t k = 0; k < P; k++) {
        double middle = 0;

        for (int i = 0; i < N; i++)
            middle += before[i][k] / 5.0;
        assert_close(lab.value[0][k], middle, 2e-5);
        for (int i = 1; i < N; i++)
            assert_close(lab.value[i][k], 0.8 * before[i][k] + 0.2 * before[0][k], 2e-5);
    }
    free_copy(before, N);
    lab_close(&lab);
}

static void a_lost_neighbours_weight_goes_to_oneself_or_to_all(void **state)
{
    struct rng rng = rng_at(rng_stream(4, "values"), 0, 0);

    (void)state;
    for (int missing = MISSING_OWN; missing <= MISSING_RENORMALISE; missing++) {
        struct d_psgd_conf conf = {.missing = missing};
        struct lab lab;
        float **before;

        lab_open(&lab, "d_psgd", &conf, N, P, star, 4);
        lab_draw_values(&lab, &rng);
        before = copy_of(&lab);
        lab_send(&lab, 0);
        lab_deliver(&lab, &rng, 0);
        for (size_t i = 0; i < lab.parcels[0].count; i++)
            if (lab.parcels[0].parcel[i].from == 2)
                lab.arrived[0][lab.parcels[0].parcel[i].slot] = false;
        lab_mix(&lab, 0);
        for (int64_t k = 0; k < P; k++) {
            double others = 0.2 * before[1][k] + 0.2 * before[3][k] + 0.2 * before[4][k];
            double expected = missing == MISSING_OWN ? 0.4 * before[0][k] + others
                                                     : (0.2 * before[0][k] + others) / 0.8;

            assert_true(fabs(lab.value[0][k] - expected) < 1e-6);
        }
        free_copy(before, N);
        lab_close(&lab);
    }
}

static void without_loss_neighbours_keep_the_mean_of_all(void **state)
{
    const int32_t path[][2] = {{0, 1}, {1, 2}, {2, 3}, {3, 4}};
    struct d_psgd_conf conf = {.missing = MISSING_OWN};
    struct rng rng = rng_at(rng_stream(4, "values"), 0, 0);
    float before[P], after[P];
    struct lab lab;
    double distance;

    (void)state;
    lab_open(&lab, "d_psgd", &conf, N, P, path, 4);
    lab_draw_values(&lab, &rng);
    replicas_mean((const float *const *)lab.value, N, P, before);
    distance = replicas_distance((const float *const *)lab.value, N, P);
    for (int round = 0; round < 60; round++) {
        lab_send(&lab, round);
        lab_deliver(&lab, &rng, 0);
        lab_mix(&lab, round);
    }
    replicas_mean((const float *const *)lab.value, N, P, after);
    for (int64_t k = 0; k < P; k++)
        assert_true(fabs(after[k] - before[k]) < 1e-5);
    assert_true(replicas_distance((const float *const *)lab.value, N, P) < 1e-5 * distance);
    lab_close(&lab);
}

/* -- what is wrong -- */
static void check_refused(struct scatter_conf conf, int n, int64_t floats, const char *words)
{
    struct choice choice = {.kind = family_find(&averaging_family, "rps"), .conf = &conf};
    struct averaging averaging;
    struct err err = {0};

    assert_false(averaging_init(&averaging, &choice, n, floats, 1, NULL, 0, &err));
    assert_non_null(strstr(err.text, words));
    averaging_done(&averaging);
}

static void more_servers_than_blocks_or_workers_are_refused(void **state)
{
    (void)state;
    check_refused((struct scatter_conf){.servers = 8, .blocks = 4}, 8, P,
                  "more than the 4 blocks");
    check_refused((struct scatter_conf){.servers = 9}, 8, P, "more than the 8 workers");
    check_refused((struct scatter_conf){0}, 8, 7, "more than the model's 7 parameters");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_round_of_rps_moves_2n_n_minus_1_messages),
        cmocka_unit_test(nobody_sends_the_first_message_to_whom_another_sends_its_first),
        cmocka_unit_test(the_block_map_is_drawn_anew_every_round),
        cmocka_unit_test(rps_averages_what_arrived_and_keeps_what_did_not),
        cmocka_unit_test(gradients_fall_back_to_their_own_to_nothing_or_to_zeros),
        cmocka_unit_test(without_loss_rps_is_reliable_averaging_bit_for_bit),
        cmocka_unit_test(a_worker_that_lost_one_message_is_left_out_whole),
        cmocka_unit_test(any_cut_of_the_parameters_gives_the_same_bits),
        cmocka_unit_test(each_packet_of_a_message_counts_alone),
        cmocka_unit_test(neighbours_weigh_as_metropolis_and_hastings_say),
        cmocka_unit_test(a_lost_neighbours_weight_goes_to_oneself_or_to_all),
        cmocka_unit_test(without_loss_neighbours_keep_the_mean_of_all),
        cmocka_unit_test(more_servers_than_blocks_or_workers_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
