/* SPDX-License-Identifier: MIT
 * data.c -- the sources as a family, and source "file": paths, formats by name, two files. */
#include "traces/dataset/data.h"

#include <glob.h>
#include <unistd.h>

#include "base/memory.h"

#include "tests/test.h"

static const char *put(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
    return path;
}

static const char *put_text(const char *path, const char *text)
{
    return put(path, text, strlen(text));
}

static int enter_folder(void **state)
{
    static char folder[] = "/tmp/traincast-test-XXXXXX";

    *state = mkdtemp(folder);
    return chdir(folder);
}

static int leave_folder(void **state)
{
    glob_t found;

    if (glob("*", 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            unlink(found.gl_pathv[i]);
    globfree(&found);
    return chdir("/") || rmdir(*state);
}

static struct data_file_conf conf_of(const char *path, const char *test_path)
{
    return (struct data_file_conf){.path = (char *)path, .test_path = (char *)test_path};
}

static bool open_file(struct data_file_conf conf, struct data *data, struct err *err)
{
    struct data_request request = {.conf = &conf};

    err->text[0] = '\0';
    return data_open(family_find(&data_family, "file"), &request, data, err);
}

static void every_kind_has_a_name_a_sentence_and_a_table_that_fits(void **state)
{
    (void)state;
    for (int k = 0; data_kinds[k]; k++) {
        const struct kind *kind = &data_kinds[k]->kind;

        assert_ptr_equal(data_family.kinds[k], kind);
        assert_ptr_equal(family_find(&data_family, kind->name), kind);
        assert_true(strlen(kind->doc) > 20 && data_kinds[k]->open);
        for (const struct field *f = kind->fields; f && f->member; f++)
            assert_true(f->offset < kind->conf_size && f->doc);
    }
}

static void the_format_follows_from_the_name(void **state)
{
    static const char *const names[] = {"a.csv", "a.tsv", "a.csv.gz", "csv.libsvm", "a.svm.gz"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct data data;
        struct err err;
        bool sparse = strstr(names[i], "svm") != NULL;

        put_text(names[i], sparse ? "1 1:2\n" : "1 2\n");
        if (!open_file(conf_of(names[i], NULL), &data, &err))
            fail_msg("%s", err.text);
        assert_int_equal(dataset_is_sparse(&data.train), sparse);
        assert_string_equal(data.train.name, names[i]);
        data_done(&data);
    }
}

static void a_name_that_tells_no_format_needs_one(void **state)
{
    struct data data;
    struct err err;
    struct data_file_conf conf = conf_of(put_text("higgs.train", "1 2\n"), NULL);

    (void)state;
    assert_false(open_file(conf, &data, &err));
    assert_string_equal(err.text, "higgs.train: the format cannot be told from the name; say "
                                  "data.format: csv, libsvm, idx or cifar10");
    conf.format = DATA_CSV;
    assert_true(open_file(conf, &data, &err));
    data_done(&data);
}

static void the_labels_of_idx_images_are_found_by_name(void **state)
{
    static const char *const names[][2] = {
        {"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"},
        {"images.idx3-ubyte", "labels.idx1-ubyte"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct data data;
        struct err err;

        put(names[i][0], "\0\0\x08\3\0\0\0\1\0\0\0\1\0\0\0\1\xff", 17);
        put(names[i][1], "\0\0\x08\1\0\0\0\1\5", 9);
        if (!open_file(conf_of(names[i][0], NULL), &data, &err))
            fail_msg("%s", err.text);
        assert_int_equal(data.train.label[0], 5);
        assert_int_equal(data.train.file_bytes, 17 + 9);
        data_done(&data);
    }
}

static void idx_images_without_their_labels_are_refused(void **state)
{
    struct data data;
    struct err err;

    (void)state;
    put("lone-images-idx3-ubyte", "x", 1);
    put("pictures-ubyte", "x", 1);
    assert_false(open_file(conf_of("lone-images-idx3-ubyte", NULL), &data, &err));
    assert_string_equal(err.text, "lone-labels-idx1-ubyte: No such file or directory");
    assert_false(open_file(conf_of("pictures-ubyte", NULL), &data, &err));
    assert_non_null(strstr(err.text, "pictures-ubyte: the labels' file cannot be told"));
}

static void a_test_file_comes_with_its_training_file(void **state)
{
    struct data data;
    struct err err;

    (void)state;
    put_text("a.csv", "1,2\n0,3\n");
    put_text("b.csv", "1,2\n");
    assert_true(open_file(conf_of("a.csv", "b.csv"), &data, &err));
    assert_int_equal(data.train.rows, 2);
    assert_int_equal(data.test.rows, 1);
    assert_int_equal(data.test.classes, 2);
    /* sha256sum of "1,2\n" */
    assert_int_equal(strlen(data.test.sha256), 64);
    assert_string_not_equal(data.test.sha256, data.train.sha256);
    data_done(&data);
}

static void a_faulty_test_file_leaves_nothing_behind(void **state)
{
    struct data data;
    struct err err;

    (void)state;
    put_text("a.csv", "1,2\n0,3\n");
    put_text("b.csv", "1,x\n");
    assert_false(open_file(conf_of("a.csv", "b.csv"), &data, &err));
    assert_non_null(strstr(err.text, "b.csv:1: column 2: 'x'"));
    assert_null(data.train.x);
    assert_int_equal(data.train.rows, 0);
}

static void dense_and_sparse_files_do_not_mix(void **state)
{
    struct data data;
    struct err err;

    (void)state;
    put_text("a.csv", "1,2\n0,3\n");
    put_text("b.svm", "1 1:2\n");
    assert_false(open_file(conf_of("a.csv", "b.svm"), &data, &err));
    assert_string_equal(err.text, "b.svm is sparse and a.csv is not: say data.format");
    assert_false(open_file(conf_of("b.svm", "a.csv"), &data, &err));
}

static char *beside(void *arg, const char *path)
{
    return memory_format("%s/%s", (const char *)arg, path);
}

static void paths_are_resolved_by_the_caller(void **state)
{
    struct data_file_conf conf = conf_of("a.csv", NULL);
    struct data_request request = {.conf = &conf, .path = beside, .path_arg = *state};
    struct data data;

    put_text("a.csv", "1,2\n");
    assert_int_equal(chdir("/"), 0);
    assert_true(data_open(family_find(&data_family, "file"), &request, &data, NULL));
    assert_int_equal(chdir(*state), 0);
    data_done(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_a_name_a_sentence_and_a_table_that_fits),
        cmocka_unit_test(the_format_follows_from_the_name),
        cmocka_unit_test(a_name_that_tells_no_format_needs_one),
        cmocka_unit_test(the_labels_of_idx_images_are_found_by_name),
        cmocka_unit_test(idx_images_without_their_labels_are_refused),
        cmocka_unit_test(a_test_file_comes_with_its_training_file),
        cmocka_unit_test(a_faulty_test_file_leaves_nothing_behind),
        cmocka_unit_test(dense_and_sparse_files_do_not_mix),
        cmocka_unit_test(paths_are_resolved_by_the_caller),
    };

    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
