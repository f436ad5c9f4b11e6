/* SPDX-License-Identifier: MIT
 * partition.c -- what every kind of partition keeps, and what each is about. */
#include "traces/partition/partition.h"

#include "tests/test.h"

enum { MOST_ROWS = 20000 };

struct problem {
    int32_t y[MOST_ROWS];
    struct partition_request request;
    struct partition_dirichlet_conf conf;
};

/* Rows of K classes, unequally common, in no order. */
static void pose(struct problem *p, int64_t rows, int32_t classes, int workers)
{
    for (int64_t r = 0; r < rows; r++)
        p->y[r] = (int32_t)(((uint64_t)r * 2654435761u >> 7) % 97 % (uint64_t)classes);
    p->conf.alpha = 0.5;
    p->request = (struct partition_request){.conf = &p->conf,
                                            .seed = 1,
                                            .rows = rows,
                                            .y = p->y,
                                            .classes = classes,
                                            .workers = workers};
}

static const struct kind *kind_named(const char *name)
{
    const struct kind *kind = family_find(&partition_family, name);

    assert_non_null(kind);
    return kind;
}

static void make(const struct problem *p, const struct kind *kind, double validation_ratio,
                 struct partition *partition)
{
    struct err err = {0};

    if (!partition_make(kind, &p->request, validation_ratio, partition, &err))
        fail_msg("%s: %s", kind->name, err.text);
}

static void each_row_is_in_exactly_one_shard(void **state)
{
    static const int workers[] = {1, 2, 3, 10, 97};
    static struct problem p;
    static unsigned char seen[MOST_ROWS];

    (void)state;
    for (int k = 0; partition_kinds[k]; k++) {
        for (size_t i = 0; i < sizeof workers / sizeof *workers; i++) {
            struct partition partition;

            pose(&p, MOST_ROWS, 10, workers[i]);
            make(&p, &partition_kinds[k]->kind, 0.2, &partition);
            memset(seen, 0, sizeof seen);
            for (int64_t r = 0; r < MOST_ROWS; r++)
                seen[partition.row[r]]++;
            for (int64_t r = 0; r < MOST_ROWS; r++)
                assert_int_equal(seen[r], 1);
            assert_int_equal(partition.start[0], 0);
            assert_int_equal(partition.start[workers[i]], MOST_ROWS);
            for (int w = 0; w < workers[i]; w++) {
                int64_t rows = partition.start[w + 1] - partition.start[w];

                assert_true(rows >= 1 && partition.train_end[w] > partition.start[w]);
                assert_int_equal(partition.start[w + 1] - partition.train_end[w],
                                 llround((double)rows * 0.2));
            }
            partition_done(&partition);
        }
    }
}

static void as_many_workers_as_rows_is_possible_but_for_dirichlet(void **state)
{
    static struct problem p;

    (void)state;
    pose(&p, 7, 2, 7);
    for (int k = 0; partition_kinds[k]; k++) {
        struct partition partition;

        if (strcmp(partition_kinds[k]->kind.name, "dirichlet") == 0)
            continue;
        make(&p, &partition_kinds[k]->kind, 0.9, &partition);
        for (int w = 0; w < 7; w++) {
            assert_int_equal(partition.start[w], w);
            assert_int_equal(partition.train_end[w], w + 1);
        }
        partition_done(&partition);
    }
}

static void the_same_seed_gives_the_same_shards(void **state)
{
    static struct problem p;

    (void)state;
    for (int k = 0; partition_kinds[k]; k++) {
        struct partition one, two, other;
        bool random = strcmp(partition_kinds[k]->kind.name, "contiguous") != 0;

        pose(&p, 1000, 3, 4);
        make(&p, &partition_kinds[k]->kind, 0, &one);
        make(&p, &partition_kinds[k]->kind, 0, &two);
        p.request.seed = 2;
        make(&p, &partition_kinds[k]->kind, 0, &other);
        assert_memory_equal(one.row, two.row, 1000 * sizeof(uint32_t));
        assert_memory_equal(one.start, two.start, 5 * sizeof(int64_t));
        assert_int_equal(memcmp(one.row, other.row, 1000 * sizeof(uint32_t)) != 0, random);
        partition_done(&one);
        partition_done(&two);
        partition_done(&other);
    }
}

static void contiguous_and_iid_shards_differ_by_one_row_at_most(void **state)
{
    static const char *const kinds[] = {"contiguous", "iid", "by_label"};
    static struct problem p;

    (void)state;
    pose(&p, 1003, 3, 10);
    for (int k = 0; k < 3; k++) {
        struct partition partition;

        make(&p, kind_named(kinds[k]), 0, &partition);
        for (int w = 0; w < 10; w++)
            assert_int_equal(partition.start[w + 1] - partition.start[w], w < 3 ? 101 : 100);
        partition_done(&partition);
    }
}

static void contiguous_keeps_the_order_of_the_file(void **state)
{
    static struct problem p;
    struct partition partition;

    (void)state;
    pose(&p, 100, 3, 7);
    make(&p, kind_named("contiguous"), 0, &partition);
    for (uint32_t r = 0; r < 100; r++)
        assert_int_equal(partition.row[r], r);
    partition_done(&partition);
}

/* The share of class 0 in each shard is that of all rows, within five standard deviations. */
static void iid_shards_have_the_same_mixture(void **state)
{
    static struct problem p;
    struct partition partition;
    double share = 0;

    (void)state;
    pose(&p, MOST_ROWS, 2, 10);
    for (int64_t r = 0; r < MOST_ROWS / 2; r++) /* sorted rows, for iid to break up */
        p.y[r] = 0;
    for (int64_t r = 0; r < MOST_ROWS; r++)
        share += (p.y[r] == 0) / (double)MOST_ROWS;
    make(&p, kind_named("iid"), 0, &partition);
    for (int w = 0; w < 10; w++) {
        double zeros = 0;

        for (int64_t i = partition.start[w]; i < partition.start[w + 1]; i++)
            zeros += p.y[partition.row[i]] == 0;
        assert_true(fabs(zeros / 2000 - share) < 5 * sqrt(share * (1 - share) / 2000));
    }
    partition_done(&partition);
}

static void by_label_gives_a_worker_neighbouring_classes_only(void **state)
{
    static struct problem p;
    struct partition partition;
    int32_t largest_so_far = 0;

    (void)state;
    pose(&p, 1000, 10, 10);
    make(&p, kind_named("by_label"), 0, &partition);
    for (int w = 0; w < 10; w++) {
        int32_t largest = 0;

        for (int64_t i = partition.start[w]; i < partition.start[w + 1]; i++) {
            assert_true(p.y[partition.row[i]] >= largest_so_far);
            if (p.y[partition.row[i]] > largest)
                largest = p.y[partition.row[i]];
        }
        largest_so_far = largest;
    }
    assert_int_equal(largest_so_far, 9);
    partition_done(&partition);
}

/* Mean over workers of the share of the worker's commonest class. */
static double purity(double alpha)
{
    static struct problem p;
    struct partition partition;
    double sum = 0;

    pose(&p, MOST_ROWS, 10, 10);
    p.conf.alpha = alpha;
    make(&p, kind_named("dirichlet"), 0, &partition);
    for (int w = 0; w < 10; w++) {
        int64_t count[10] = {0}, most = 0;

        for (int64_t i = partition.start[w]; i < partition.start[w + 1]; i++)
            count[p.y[partition.row[i]]]++;
        for (int k = 0; k < 10; k++)
            most = count[k] > most ? count[k] : most;
        sum += (double)most / (double)(partition.start[w + 1] - partition.start[w]) / 10;
    }
    partition_done(&partition);
    return sum;
}

static void alpha_turns_dirichlet_from_pure_shards_to_equal_ones(void **state)
{
    (void)state;
    assert_true(purity(1e6) < 0.12);
    assert_true(purity(0.5) > 0.2 && purity(0.5) < 0.7);
    assert_true(purity(0.05) > 0.6);
}

/* Var of a share of Dirichlet(alpha) over W workers: (1/W)(1 - 1/W) / (W alpha + 1). */
static void dirichlet_shares_vary_as_they_should(void **state)
{
    enum { SEEDS = 400, W = 4 };
    static struct problem p;
    static const double alphas[] = {0.3, 1, 5};

    (void)state;
    for (size_t a = 0; a < sizeof alphas / sizeof *alphas; a++) {
        double square = 0, expected = 0.25 * 0.75 / (W * alphas[a] + 1);

        for (int s = 0; s < SEEDS; s++) {
            struct partition partition;

            pose(&p, 10000, 1, W);
            p.conf.alpha = alphas[a];
            p.request.seed = (uint64_t)s;
            make(&p, kind_named("dirichlet"), 0, &partition);
            for (int w = 0; w < W; w++) {
                double share = (double)(partition.start[w + 1] - partition.start[w]) / 10000;

                square += (share - 0.25) * (share - 0.25) / (SEEDS * W);
            }
            partition_done(&partition);
        }
        assert_close(square, expected, 0.15);
    }
}

static void a_dirichlet_that_starves_a_worker_is_a_clear_error(void **state)
{
    static struct problem p;
    struct partition partition;
    struct err err = {0};

    (void)state;
    pose(&p, 1000, 2, 50);
    p.conf.alpha = 0.001;
    assert_false(partition_make(kind_named("dirichlet"), &p.request, 0, &partition, &err));
    assert_non_null(
        strstr(err.text, "with alpha 0.001, 1000 draws in a row left one of 50 workers"));
    assert_null(partition.row);
}

static void more_workers_than_rows_is_a_clear_error(void **state)
{
    static struct problem p;

    (void)state;
    pose(&p, 3, 2, 4);
    for (int k = 0; partition_kinds[k]; k++) {
        struct partition partition;
        struct err err = {0};

        assert_false(
            partition_make(&partition_kinds[k]->kind, &p.request, 0, &partition, &err));
        assert_string_equal(
            err.text, "data.partition: 4 workers cannot share 3 rows: each needs one at least");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_is_in_exactly_one_shard),
        cmocka_unit_test(as_many_workers_as_rows_is_possible_but_for_dirichlet),
        cmocka_unit_test(the_same_seed_gives_the_same_shards),
        cmocka_unit_test(contiguous_and_iid_shards_differ_by_one_row_at_most),
        cmocka_unit_test(contiguous_keeps_the_order_of_the_file),
        cmocka_unit_test(iid_shards_have_the_same_mixture),
        cmocka_unit_test(by_label_gives_a_worker_neighbouring_classes_only),
        cmocka_unit_test(alpha_turns_dirichlet_from_pure_shards_to_equal_ones),
        cmocka_unit_test(dirichlet_shares_vary_as_they_should),
        cmocka_unit_test(a_dirichlet_that_starves_a_worker_is_a_clear_error),
        cmocka_unit_test(more_workers_than_rows_is_a_clear_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
