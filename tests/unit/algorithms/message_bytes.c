/* SPDX-License-Identifier: MIT
 * message_bytes.c -- sizes of messages, known before their values: never less than the
 * non-zeros that turn up, and never more than dense. */
#include "algorithms/math/blas.h"
#include "algorithms/math/sparse.h"
#include "algorithms/optimizer/optimizer.h"
#include "tests/unit/algorithms/naive.h"

enum { ROWS = 60, FEATURES = 3000 };

struct fixture {
    struct sample sample;
    union {
        struct lr_conf lr;
        struct svm_conf svm;
        struct kmeans_conf kmeans;
    } model_conf;
    struct model model;
    struct optimizer optimizer;
    struct sampler sampler;
    struct scratch scratch;
    float *w, *message;
    int64_t floats;
};

static void set_up(struct fixture *f, const char *model, const char *kind, void *conf,
                   double density, int32_t classes, int64_t batch)
{
    struct err err = {""};

    f->sample = sample_new(1, ROWS, FEATURES, classes, density);
    assert_true(model_init(
        &f->model,
        &(struct choice){.kind = family_find(&model_family, model), .conf = &f->model_conf},
        &f->sample.matrix, &err));
    f->optimizer = optimizer_of(
        &(struct choice){.kind = family_find(&optimizer_family, kind), .conf = conf},
        &f->model);
    f->optimizer.workers = 1;
    sampler_init(&f->sampler, sample_rows(&f->sample, true, 5, 50), batch, 0, 5, 0);
    optimizer_scratch_init(&f->optimizer, ROWS, &f->scratch);
    f->w = calloc((size_t)f->model.parameters, sizeof *f->w);
    if (f->model.kind->start)
        assert_true(f->model.kind->start(&f->model, f->sampler.shard, f->w, &err));
    else
        f->model.kind->init(&f->model, 3, f->w);
    f->floats = f->optimizer.kind->message_floats(conf, &f->model);
    f->message = calloc((size_t)f->floats, sizeof *f->message);
}

static void tear_down(struct fixture *f)
{
    scratch_done(&f->scratch);
    free(f->w);
    free(f->message);
    sample_done(&f->sample);
}

static int64_t bytes_of(const struct fixture *f, int64_t round)
{
    struct touched sum = touched_none(FEATURES);
    int64_t bytes = optimizer_sum_bytes(&f->optimizer, &f->sampler, round, &f->scratch, &sum);

    touched_done(&sum);
    return bytes;
}

static int64_t nonzeros_of(struct fixture *f, int64_t round)
{
    int64_t nonzeros = 0;

    f->optimizer.kind->contribute(&f->optimizer, f->w, NULL, &f->sampler, round, &f->scratch,
                                  f->message);
    for (int64_t i = 0; i < f->floats; i++)
        nonzeros += f->message[i] != 0;
    return nonzeros;
}

static void touched_features_are_counted_once(void **state)
{
    struct sample sample = sample_new(2, ROWS, FEATURES, 2, 0.02);
    struct touched all = touched_none(FEATURES);

    (void)state;
    assert_int_equal(all.features, 0);
    for (int64_t count = 12; count <= ROWS; count += 12) {
        struct rows rows = sample_rows(&sample, true, 0, count);
        int64_t expected = 0;

        for (int32_t d = 0; d < FEATURES; d++) {
            bool touched = false;

            for (int64_t i = 0; i < count; i++)
                touched = touched || naive_x(&sample.matrix, rows_at(rows, i), d) != 0;
            expected += touched;
        }
        touched_add(&all, rows_slice(rows, count - 12, 12));
        assert_int_equal(all.features, expected);
        assert_int_equal(all.numbers, rows_nonzeros(rows));
    }
    touched_done(&all);
    sample_done(&sample);
}

/* Where nothing happens to cancel, the count is exact. */
static void a_sparse_gradient_has_eight_bytes_for_each_non_zero(void **state)
{
    (void)state;
    for (int32_t classes = 2; classes <= 3; classes++) {
        struct ga_sgd_conf conf = {
            .learning_rate = 1, .batch_size = 10, .sparse_messages = true};
        struct fixture f = {0};

        set_up(&f, "lr", "ga_sgd", &conf, 0.01, classes, 10);
        for (int64_t round = 0; round < 5; round++) {
            assert_int_equal(bytes_of(&f, round), 8 * nonzeros_of(&f, round));
            assert_true(bytes_of(&f, round) < 4 * f.model.parameters);
        }
        tear_down(&f);
    }
}

/* One worker's messages of several rounds stand for several workers'. */
static void a_sum_has_eight_bytes_for_each_number_that_any_of_them_has(void **state)
{
    struct ga_sgd_conf conf = {.learning_rate = 1, .batch_size = 10, .sparse_messages = true};
    struct fixture f = {0};
    struct touched sum = touched_none(FEATURES);
    float *added;
    int64_t bytes = 0;

    (void)state;
    set_up(&f, "lr", "ga_sgd", &conf, 0.01, 2, 10);
    added = calloc((size_t)f.floats, sizeof *added);
    for (int64_t worker = 0; worker < 5; worker++) {
        int64_t nonzeros = 0, before = bytes;

        bytes = optimizer_sum_bytes(&f.optimizer, &f.sampler, worker, &f.scratch, &sum);
        f.optimizer.kind->contribute(&f.optimizer, f.w, NULL, &f.sampler, worker, &f.scratch,
                                     f.message);
        for (int64_t i = 0; i < f.floats; i++) {
            added[i] += f.message[i];
            nonzeros += added[i] != 0;
        }
        assert_true(bytes > before);
        assert_int_equal(bytes, 8 * nonzeros);
    }
    assert_true(bytes < 4 * f.floats);
    free(added);
    touched_done(&sum);
    tear_down(&f);
}

/* Rows beyond the margin add nothing: the count is an upper bound. */
static void a_hinge_gradient_has_no_more_non_zeros_than_counted(void **state)
{
    struct ga_sgd_conf conf = {.learning_rate = 1, .batch_size = 10, .sparse_messages = true};
    struct fixture f = {0};

    (void)state;
    set_up(&f, "svm", "ga_sgd", &conf, 0.01, 2, 10);
    for (int64_t i = 0; i < f.model.parameters; i++)
        f.w[i] *= 30;
    for (int64_t round = 0; round < 5; round++)
        assert_true(8 * nonzeros_of(&f, round) <= bytes_of(&f, round));
    tear_down(&f);
}

static void what_is_not_sparse_is_sent_whole(void **state)
{
    static const struct {
        double density, l2, l1;
        bool sparse_messages;
    } cases[] = {
        {1, 0, 0, true},      /* dense rows */
        {0.5, 0, 0, true},    /* nearly all features are touched */
        {0.01, 0.1, 0, true}, /* a penalty reaches all weights */
        {0.01, 0, 0.1, true}, /* so does this */
        {0.01, 0, 0, false},  /* not asked for */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ga_sgd_conf conf = {
            .learning_rate = 1, .batch_size = 10, .sparse_messages = cases[i].sparse_messages};
        struct fixture f = {0};

        f.model_conf.lr = (struct lr_conf){.l2 = cases[i].l2, .l1 = cases[i].l1};
        set_up(&f, "lr", "ga_sgd", &conf, cases[i].density, 2, 10);
        assert_int_equal(bytes_of(&f, 1), 4 * f.model.parameters);
        tear_down(&f);
    }
}

static void averaged_models_are_sent_whole(void **state)
{
    struct ma_sgd_conf ma = {.learning_rate = 1, .batch_size = 10, .local_epochs = 1};
    struct admm_conf admm = {.learning_rate = 1, .batch_size = 10, .local_epochs = 1};
    struct fixture f = {0}, g = {0};

    (void)state;
    set_up(&f, "lr", "ma_sgd", &ma, 0.01, 2, 10);
    assert_int_equal(bytes_of(&f, 0), 4 * f.model.parameters);
    tear_down(&f);
    set_up(&g, "lr", "admm", &admm, 0.01, 2, 10);
    assert_int_equal(bytes_of(&g, 0), 8 * g.model.parameters);
    tear_down(&g);
}

static void sums_of_clusters_have_no_more_non_zeros_than_counted(void **state)
{
    (void)state;
    for (int clusters = 2; clusters <= 12; clusters += 10) {
        struct em_conf conf = {.threshold = NAN, .sparse_messages = true};
        struct fixture f = {.model_conf.kmeans.clusters = clusters};

        set_up(&f, "kmeans", "em", &conf, 0.003, 2, ROWS);
        assert_true(8 * nonzeros_of(&f, 0) <= bytes_of(&f, 0));
        assert_true(bytes_of(&f, 0) < 4 * f.floats);
        conf.average = 1; /* centroids that workers make themselves are sent whole */
        assert_int_equal(bytes_of(&f, 0), 4 * (f.model.parameters + 1));
        tear_down(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(touched_features_are_counted_once),
        cmocka_unit_test(a_sparse_gradient_has_eight_bytes_for_each_non_zero),
        cmocka_unit_test(a_sum_has_eight_bytes_for_each_number_that_any_of_them_has),
        cmocka_unit_test(a_hinge_gradient_has_no_more_non_zeros_than_counted),
        cmocka_unit_test(what_is_not_sparse_is_sent_whole),
        cmocka_unit_test(averaged_models_are_sent_whole),
        cmocka_unit_test(sums_of_clusters_have_no_more_non_zeros_than_counted),
    };

    math_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
