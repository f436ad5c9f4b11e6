/* SPDX-License-Identifier: MIT
 * real_data.c -- the public data sets load: shapes, labels, digests.
 *
 * They are no part of the project: looked for in $TRAINCAST_DATA, else in ../shared/data. */
#include "traces/dataset/data.h"

#include "tests/test.h"

static const char *data_folder(void)
{
    const char *folder = getenv("TRAINCAST_DATA");

    return folder && *folder ? folder : "../shared/data";
}

static char *in_data_folder(void *arg, const char *path)
{
    char *full = NULL;

    (void)arg;
    return asprintf(&full, "%s/%s", data_folder(), path) < 0 ? NULL : full;
}

/* Skips the test, saying why, when the training file is not there. */
static void load(const char *train, const char *test, enum data_format format,
                 struct data *data)
{
    struct data_file_conf conf = {
        .path = (char *)train, .test_path = (char *)test, .format = format};
    struct data_request request = {.conf = &conf, .path = in_data_folder};
    struct err err = {0};
    char *path = in_data_folder(NULL, conf.path);
    FILE *file = fopen(path, "rb");

    if (!file) {
        print_message("%s is not there (TRAINCAST_DATA names the folder): skipped\n", path);
        free(path);
        skip();
    }
    fclose(file);
    free(path);
    if (!data_open(family_find(&data_family, "file"), &request, data, &err))
        fail_msg("%s", err.text);
}

static void assert_shape(const struct dataset *set, int64_t rows, int32_t features,
                         int32_t classes)
{
    assert_int_equal(set->rows, rows);
    assert_int_equal(set->features, features);
    assert_int_equal(set->classes, classes);
}

static void mnist_loads_from_gzipped_idx(void **state)
{
    struct data data;
    double sum = 0;
    int64_t fives = 0;

    (void)state;
    load("mnist/train-images-idx3-ubyte.gz", "mnist/t10k-images-idx3-ubyte.gz", DATA_AUTO,
         &data);
    assert_shape(&data.train, 60000, 784, 10);
    assert_shape(&data.test, 10000, 784, 10);
    for (int64_t i = 0; i < 60000 * 784; i++)
        sum += (double)data.train.x[i];
    for (int64_t r = 0; r < 60000; r++)
        fives += data.train.y[r] == 5;
    assert_close(sum / (60000 * 784), 0.1307, 1e-3); /* the mean everybody normalises by */
    assert_int_equal(fives, 5421);
    assert_int_equal(data.train.y[0], 5);
    data_done(&data);
}

static void cifar10_loads_from_gzipped_records(void **state)
{
    struct data data;
    int64_t of_class[10] = {0};

    (void)state;
    load("cifar10/data_batch_1.bin.gz", "cifar10/test_batch.bin.gz", DATA_AUTO, &data);
    assert_shape(&data.train, 12000, 3072, 10);
    assert_shape(&data.test, 3000, 3072, 10);
    for (int64_t r = 0; r < 12000; r++)
        of_class[data.train.y[r]]++;
    for (int k = 0; k < 10; k++)
        assert_int_equal(of_class[k], 1200);
    data_done(&data);
}

static void higgs_loads_from_tab_separated_text(void **state)
{
    struct data data;

    (void)state;
    load("higgs/binary.train", "higgs/binary.test", DATA_CSV, &data);
    assert_shape(&data.train, 7000, 28, 2);
    assert_shape(&data.test, 500, 28, 2);
    assert_true(data.train.x[0] == 0.869f && data.train.x[27] == 0.877f);
    assert_int_equal(data.train.file_bytes, 1228616);
    data_done(&data);
}

static void mushroom_loads_from_libsvm_text(void **state)
{
    struct data data;

    (void)state;
    load("mushroom/agaricus.txt.train", "mushroom/agaricus.txt.test", DATA_LIBSVM, &data);
    assert_shape(&data.train, 6513, 126, 2);
    assert_shape(&data.test, 1611, 126, 2);
    assert_int_equal(dataset_values(&data.train), 143286);
    assert_int_equal(data.train.column[0], 2);
    data_done(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mnist_loads_from_gzipped_idx),
        cmocka_unit_test(cifar10_loads_from_gzipped_records),
        cmocka_unit_test(higgs_loads_from_tab_separated_text),
        cmocka_unit_test(mushroom_loads_from_libsvm_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
