/* SPDX-License-Identifier: MIT
 * sampler.c -- the rows of a step are a pure function of (seed, worker, step), each pass goes
 * through the shard once, and an epoch is charged exactly what it should be. */
#include "algorithms/optimizer/sampler.h"

#include "tests/unit/algorithms/naive.h"

enum { ROWS = 1000 };

struct fixture {
    struct sample sample;
    uint32_t index[ROWS], other[ROWS];
};

static void set_up(struct fixture *f)
{
    f->sample = sample_new(1, ROWS, 3, 2, 1);
}

static void classical_epochs_see_each_row_once_and_end_with_a_short_step(void **state)
{
    struct fixture f;
    struct sampler sampler;

    (void)state;
    set_up(&f);
    for (int listed = 0; listed < 2; listed++) {
        struct rows shard = sample_rows(&f.sample, listed, 100, 333);

        sampler_init(&sampler, shard, 50, 0, 9, 2);
        assert_int_equal(sampler.steps_per_epoch, 7);
        for (int epoch = 0; epoch < 3; epoch++) {
            int seen[ROWS] = {0};

            for (int64_t step = epoch * 7; step < epoch * 7 + 7; step++) {
                struct rows rows = sampler_rows(&sampler, step, f.index);

                assert_int_equal(rows.count, step % 7 == 6 ? 33 : 50);
                assert_int_equal(sampler_row_count(&sampler, step), rows.count);
                for (int64_t i = 0; i < rows.count; i++)
                    seen[rows_at(rows, i)]++;
            }
            for (int64_t i = 0; i < ROWS; i++) {
                bool in_shard = false;

                for (int64_t j = 0; j < shard.count; j++)
                    in_shard = in_shard || rows_at(shard, j) == i;
                assert_int_equal(seen[i], in_shard);
            }
        }
    }
    sample_done(&f.sample);
}

static void asking_again_in_any_order_gives_the_same_rows(void **state)
{
    struct fixture f;
    struct sampler sampler, again;
    struct rows rows;

    (void)state;
    set_up(&f);
    sampler_init(&sampler, sample_rows(&f.sample, true, 0, 700), 64, 100000, 9, 2);
    sampler_init(&again, sample_rows(&f.sample, true, 0, 700), 64, 100000, 9, 2);
    sampler_rows(&sampler, 7777, f.other);
    rows = sampler_rows(&sampler, 123, f.index);
    assert_int_equal(rows.count, 64);
    sampler_rows(&again, 123, f.other);
    assert_memory_equal(f.index, f.other, 64 * sizeof *f.index);
    sample_done(&f.sample);
}

static bool same_step(const struct fixture *f, const struct sampler *a, int64_t step_a,
                      const struct sampler *b, int64_t step_b)
{
    struct fixture room = *f;

    sampler_rows(a, step_a, room.index);
    sampler_rows(b, step_b, room.other);
    return memcmp(room.index, room.other, (size_t)a->step_rows * sizeof *room.index) == 0;
}

static void seed_worker_and_pass_change_the_order(void **state)
{
    struct fixture f;
    struct sampler sampler, seeded, neighbour;

    (void)state;
    set_up(&f);
    sampler_init(&sampler, rows_all(&f.sample.matrix), 100, 0, 9, 2);
    sampler_init(&seeded, rows_all(&f.sample.matrix), 100, 0, 10, 2);
    sampler_init(&neighbour, rows_all(&f.sample.matrix), 100, 0, 9, 3);
    assert_true(same_step(&f, &sampler, 3, &sampler, 3));
    assert_false(same_step(&f, &sampler, 3, &seeded, 3));
    assert_false(same_step(&f, &sampler, 3, &neighbour, 3));
    assert_false(same_step(&f, &sampler, 3, &sampler, 13));
    sample_done(&f.sample);
}

static void a_batch_as_large_as_the_shard_is_the_shard_in_its_own_order(void **state)
{
    struct fixture f;
    struct sampler sampler;

    (void)state;
    set_up(&f);
    for (int64_t charged = 0; charged <= 100000; charged += 100000)
        for (int64_t batch = 560; batch <= 10000; batch += 9440) {
            struct rows rows;

            sampler_init(&sampler, sample_rows(&f.sample, true, 40, 560), batch, charged, 9, 2);
            rows = sampler_rows(&sampler, 5, f.index);
            assert_int_equal(rows.count, 560);
            for (int64_t i = 0; i < 560; i++)
                assert_int_equal(rows_at(rows, i), f.sample.index[40 + i]);
        }
    sample_done(&f.sample);
}

static void charged_steps_are_full_and_go_through_pass_after_pass(void **state)
{
    struct fixture f;
    struct sampler sampler;
    int seen[ROWS] = {0};

    (void)state;
    set_up(&f);
    sampler_init(&sampler, sample_rows(&f.sample, false, 0, 700), 300, 900000, 9, 2);
    assert_int_equal(sampler.steps_per_epoch, 3000);
    for (int64_t step = 0; step < 7; step++) { /* 7 * 300 = 3 * 700 */
        struct rows rows = sampler_rows(&sampler, step, f.index);

        assert_int_equal(rows.count, 300);
        for (int64_t i = 0; i < 300; i++)
            seen[rows_at(rows, i)]++;
    }
    for (int64_t i = 0; i < ROWS; i++)
        assert_int_equal(seen[i], i < 700 ? 3 : 0);
    sample_done(&f.sample);
}

static void the_published_higgs_setting_has_88_steps_of_the_whole_shard(void **state)
{
    struct fixture f;
    struct sampler sampler;

    (void)state;
    set_up(&f);
    sampler_init(&sampler, sample_rows(&f.sample, true, 0, 560), 10000, 880000, 1, 0);
    assert_int_equal(sampler.steps_per_epoch, 88);
    assert_int_equal(sampler_row_count(&sampler, 0), 560);
    assert_int_equal(sampler_charge(&sampler, 87).rows, 10000);
    sample_done(&f.sample);
}

static void an_epoch_is_charged_its_rows_and_non_zeros_in_all(void **state)
{
    struct sample sample = sample_new(4, 500, 20, 2, 0.3);
    struct sampler sampler;

    (void)state;
    for (int64_t charged = 0; charged <= 1234567; charged += 1234567) {
        int64_t rows = 0, nonzeros = 0;

        sampler_init(&sampler, rows_all(&sample.matrix), 77, charged, 9, 2);
        for (int64_t step = 0; step < sampler.steps_per_epoch; step++) {
            struct sampler_charge charge = sampler_charge(&sampler, step);

            assert_true(charge.rows >= 1 && charge.rows <= 77 && charge.nonzeros >= 0);
            if (!charged)
                assert_int_equal(charge.rows, sampler_row_count(&sampler, step));
            rows += charge.rows;
            nonzeros += charge.nonzeros;
        }
        assert_int_equal(rows, charged ? charged : 500);
        assert_int_equal(nonzeros, sampler.charged_nonzeros);
    }
    assert_int_equal(sampler.charged_nonzeros,
                     llround((double)rows_nonzeros(rows_all(&sample.matrix)) / 500 * 1234567));
    sample_done(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classical_epochs_see_each_row_once_and_end_with_a_short_step),
        cmocka_unit_test(asking_again_in_any_order_gives_the_same_rows),
        cmocka_unit_test(seed_worker_and_pass_change_the_order),
        cmocka_unit_test(a_batch_as_large_as_the_shard_is_the_shard_in_its_own_order),
        cmocka_unit_test(charged_steps_are_full_and_go_through_pass_after_pass),
        cmocka_unit_test(the_published_higgs_setting_has_88_steps_of_the_whole_shard),
        cmocka_unit_test(an_epoch_is_charged_its_rows_and_non_zeros_in_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
