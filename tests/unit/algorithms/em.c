/* SPDX-License-Identifier: MIT
 * em.c -- k-means by Lloyd's steps: one worker's are the textbook's, the weighted mean of many
 * workers' is one worker's, the unweighted mean is what it says. */
#include "algorithms/optimizer/optimizer.h"

#include "algorithms/reduce.h"
#include "tests/unit/algorithms/naive.h"

enum { ROWS = 900, FEATURES = 11, CLUSTERS = 7, WORKERS = 4, P = FEATURES * CLUSTERS };

struct fixture {
    struct sample sample;
    struct kmeans_conf kmeans;
    struct em_conf conf;
    struct model model;
    struct optimizer optimizer;
    struct scratch scratch;
    struct sampler sampler[WORKERS];
    int workers;
    float w[P], before[P], message[WORKERS][P + CLUSTERS], reduced[P + CLUSTERS];
};

static void set_up(struct fixture *f, double density, int average, int workers)
{
    static const int64_t cut[WORKERS + 1] = {0, 50, 300, 310, ROWS};
    struct err err = {""};

    *f = (struct fixture){.workers = workers};
    f->sample = sample_new(1, ROWS, FEATURES, 2, density);
    f->kmeans.clusters = CLUSTERS;
    f->conf = (struct em_conf){.average = average, .threshold = NAN};
    assert_true(model_init(
        &f->model,
        &(struct choice){.kind = family_find(&model_family, "kmeans"), .conf = &f->kmeans},
        &f->sample.matrix, &err));
    f->optimizer = optimizer_of(
        &(struct choice){.kind = family_find(&optimizer_family, "em"), .conf = &f->conf},
        &f->model);
    assert_true(optimizer_check(&f->optimizer, &err));
    optimizer_scratch_init(&f->optimizer, ROWS, &f->scratch);
    for (int w = 0; w < workers; w++)
        sampler_init(&f->sampler[w],
                     workers == 1 ? sample_rows(&f->sample, true, 0, ROWS)
                                  : sample_rows(&f->sample, true, cut[w], cut[w + 1] - cut[w]),
                     ROWS, 0, 5, (uint32_t)w);
    assert_true(f->model.kind->start(&f->model, f->sampler[0].shard, f->w, &err));
}

static void tear_down(struct fixture *f)
{
    scratch_done(&f->scratch);
    sample_done(&f->sample);
}

static void go_round(struct fixture *f, int64_t round)
{
    const struct optimizer_kind *kind = f->optimizer.kind;
    const float *contribution[WORKERS];
    double weight[WORKERS];

    for (int w = 0; w < f->workers; w++) {
        weight[w] = kind->contribute(&f->optimizer, f->w, NULL, &f->sampler[w], round,
                                     &f->scratch, f->message[w]);
        contribution[w] = f->message[w];
    }
    memcpy(f->before, f->w, sizeof f->before);
    reduce(contribution, weight, NULL, f->workers, kind->message_floats(&f->conf, &f->model),
           f->reduced);
    kind->apply(&f->optimizer, f->w, f->reduced, round);
}

/* One of Lloyd's steps in double from `from`, over some rows; returns their inertia there. */
static double naive_step(const struct fixture *f, struct rows rows, const double *from,
                         double *to)
{
    double sum[P] = {0}, count[CLUSTERS] = {0}, inertia = 0;

    for (int64_t i = 0; i < rows.count; i++) {
        int64_t row = rows_at(rows, i);
        double least = INFINITY;
        int best = 0;

        for (int j = 0; j < CLUSTERS; j++) {
            double apart = 0;

            for (int d = 0; d < FEATURES; d++)
                apart += pow(naive_x(&f->sample.matrix, row, d) - from[d * CLUSTERS + j], 2);
            if (apart < least) {
                least = apart;
                best = j;
            }
        }
        inertia += least;
        count[best]++;
        for (int d = 0; d < FEATURES; d++)
            sum[d * CLUSTERS + best] += naive_x(&f->sample.matrix, row, d);
    }
    for (int i = 0; i < P; i++)
        to[i] = count[i % CLUSTERS] ? sum[i] / count[i % CLUSTERS] : from[i];
    return inertia;
}

static double inertia(struct fixture *f, struct rows rows)
{
    struct score score = {.loss = 1, .rows = 2, .correct = 3};

    f->model.kind->evaluate(&f->model, f->w, rows, f->scratch.number, &score);
    assert_int_equal(score.rows, rows.count + 2);
    assert_int_equal(score.correct, 3);
    return score.loss - 1;
}

static void the_first_centroids_are_the_first_workers_first_rows(void **state)
{
    (void)state;
    for (int sparse = 0; sparse < 2; sparse++) {
        struct fixture f;

        set_up(&f, sparse ? 0.4 : 1, 0, WORKERS);
        for (int j = 0; j < CLUSTERS; j++)
            for (int d = 0; d < FEATURES; d++)
                assert_true(f.w[d * CLUSTERS + j] ==
                            naive_x(&f.sample.matrix, f.sample.index[j], d));
        tear_down(&f);
    }
}

static void a_rounds_work_is_one_pass(void **state)
{
    struct fixture f;
    struct work work;

    (void)state;
    set_up(&f, 1, 0, WORKERS);
    work = optimizer_round_work(&f.optimizer, &f.sampler[3], 4);
    assert_int_equal(work.rows, 590);
    assert_int_equal(work.nonzeros, 590 * FEATURES);
    assert_int_equal(work.calls, 1);
    assert_close(work.flops, 590.0 * ((2 * CLUSTERS + 1) * FEATURES + CLUSTERS), 1e-12);
    tear_down(&f);
}

static void rounds_are_lloyds_steps(void **state)
{
    (void)state;
    for (int sparse = 0; sparse < 2; sparse++)
        for (int workers = 1; workers <= WORKERS; workers += WORKERS - 1) {
            struct fixture f;
            double *at, next[P];

            set_up(&f, sparse ? 0.4 : 1, 0, workers);
            at = naive_doubles(f.w, P);
            for (int64_t round = 0; round < 11; round++) {
                double expected =
                    naive_step(&f, sample_rows(&f.sample, false, 0, ROWS), at, next);

                assert_close(inertia(&f, rows_all(&f.sample.matrix)), expected, 1e-6);
                go_round(&f, round);
                assert_all_close(f.w, next, P, 2e-6);
                memcpy(at, next, sizeof next);
            }
            free(at);
            tear_down(&f);
        }
}

static void the_weighted_mean_of_many_workers_is_one_workers(void **state)
{
    struct fixture one, many;
    double *expected;

    (void)state;
    set_up(&one, 1, 0, 1);
    set_up(&many, 1, 0, WORKERS);
    for (int64_t round = 0; round < 30; round++) {
        go_round(&one, round);
        go_round(&many, round);
    }
    expected = naive_doubles(one.w, P);
    assert_all_close(many.w, expected, P, 1e-6);
    free(expected);
    tear_down(&one);
    tear_down(&many);
}

static void the_unweighted_mean_is_that_of_the_workers_own_centroids(void **state)
{
    (void)state;
    for (int sparse = 0; sparse < 2; sparse++) {
        struct fixture f;
        double *from, own[P], mean[P] = {0}, shift = 0;

        set_up(&f, sparse ? 0.4 : 1, 1, WORKERS);
        from = naive_doubles(f.w, P);
        for (int w = 0; w < WORKERS; w++) {
            naive_step(&f, f.sampler[w].shard, from, own);
            for (int j = 0; j < CLUSTERS; j++) {
                double square = 0;

                for (int d = 0; d < FEATURES; d++)
                    square += pow(own[d * CLUSTERS + j] - from[d * CLUSTERS + j], 2);
                shift += sqrt(square) / CLUSTERS / WORKERS;
            }
            for (int i = 0; i < P; i++)
                mean[i] += own[i] / WORKERS;
        }
        go_round(&f, 1);
        assert_all_close(f.w, mean, P, 1e-6);
        assert_close(f.reduced[P], shift, 1e-6);
        free(from);
        tear_down(&f);
    }
}

static void a_cluster_without_rows_stays(void **state)
{
    (void)state;
    for (int average = 0; average < 2; average++) {
        struct fixture f;

        set_up(&f, 1, average, WORKERS);
        for (int d = 0; d < FEATURES; d++)
            f.w[d * CLUSTERS + 3] = 100;
        go_round(&f, 1);
        for (int d = 0; d < FEATURES; d++)
            assert_true(f.w[d * CLUSTERS + 3] == 100);
        tear_down(&f);
    }
}

static void it_settles_when_centroids_have_moved_less_than_the_threshold(void **state)
{
    (void)state;
    for (int average = 0; average < 2; average++)
        for (int squared = 0; squared < 2; squared++) {
            struct fixture f;
            const struct optimizer_kind *kind;
            double moved = 0;

            set_up(&f, 1, average, WORKERS);
            f.conf.shift = squared;
            kind = f.optimizer.kind;
            go_round(&f, 1);
            for (int j = 0; average == 0 && j < CLUSTERS; j++) {
                double square = 0;

                for (int d = 0; d < FEATURES; d++)
                    square +=
                        pow((double)f.w[d * CLUSTERS + j] - f.before[d * CLUSTERS + j], 2);
                moved += (squared ? square : sqrt(square)) / CLUSTERS;
            }
            if (average == 1)
                moved = f.reduced[P];
            assert_false(kind->can_settle(&f.conf));
            f.conf.threshold = moved * 0.999;
            assert_true(kind->can_settle(&f.conf));
            assert_false(kind->settled(&f.optimizer, f.before, f.w, f.reduced, 1));
            f.conf.threshold = moved * 1.001;
            assert_true(kind->settled(&f.optimizer, f.before, f.w, f.reduced, 1));
            tear_down(&f);
        }
}

static void more_clusters_than_rows_are_refused_with_a_sentence(void **state)
{
    struct fixture f;
    struct err err = {""};
    float w[P];

    (void)state;
    set_up(&f, 1, 0, 1);
    assert_false(f.model.kind->start(&f.model, sample_rows(&f.sample, true, 0, 6), w, &err));
    assert_string_equal(
        err.text, "the first centroids are the first rows of worker 0, which has 6 rows to "
                  "train on, but there are 7 clusters");
    tear_down(&f);
}

static void optimizers_and_models_that_do_not_fit_are_told_so(void **state)
{
    static const struct {
        const char *optimizer, *model, *sentence;
    } pairs[] = {
        {"ga_sgd", "kmeans",
         "optimizer 'ga_sgd' follows a gradient, which model 'kmeans' has not"},
        {"ma_sgd", "kmeans",
         "optimizer 'ma_sgd' follows a gradient, which model 'kmeans' has not"},
        {"admm", "kmeans", "optimizer 'admm' needs a convex model, which 'kmeans' is not"},
        {"em", "lr",
         "optimizer 'em' is for models like 'kmeans'; 'lr' needs one that follows gradients"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct model model = {
            .kind = (const struct model_kind *)family_find(&model_family, pairs[i].model)};
        struct choice choice = {.kind = family_find(&optimizer_family, pairs[i].optimizer)};
        struct optimizer optimizer = optimizer_of(&choice, &model);
        struct err err = {""};

        assert_false(optimizer_check(&optimizer, &err));
        assert_string_equal(err.text, pairs[i].sentence);
    }
}

/* nearest.h uses elementwise operations only: gcc and clang, any vector length. */
static void dense_rows_are_learnt_with_the_same_bits_on_every_cpu(void **state)
{
    struct fixture f;
    uint64_t hash = 0;

    (void)state;
    set_up(&f, 1, 0, WORKERS);
    for (int64_t round = 0; round < 9; round++)
        go_round(&f, round);
    for (int i = 0; i < P; i++) {
        uint32_t bits;

        memcpy(&bits, &f.w[i], sizeof bits);
        hash = (hash ^ bits) * UINT64_C(0x9E3779B97F4A7C15);
    }
    if (hash != UINT64_C(0xFD0522274E4F601A))
        fail_msg("hash of the centroids is 0x%016lX", (unsigned long)hash);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_centroids_are_the_first_workers_first_rows),
        cmocka_unit_test(a_rounds_work_is_one_pass),
        cmocka_unit_test(rounds_are_lloyds_steps),
        cmocka_unit_test(the_weighted_mean_of_many_workers_is_one_workers),
        cmocka_unit_test(the_unweighted_mean_is_that_of_the_workers_own_centroids),
        cmocka_unit_test(a_cluster_without_rows_stays),
        cmocka_unit_test(it_settles_when_centroids_have_moved_less_than_the_threshold),
        cmocka_unit_test(more_clusters_than_rows_are_refused_with_a_sentence),
        cmocka_unit_test(optimizers_and_models_that_do_not_fit_are_told_so),
        cmocka_unit_test(dense_rows_are_learnt_with_the_same_bits_on_every_cpu),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
