/* SPDX-License-Identifier: MIT
 * binary.c -- IDX and CIFAR-10: what is read, and that no declared size is believed. */
#include "tests/unit/traces/fixture.h"

struct bytes {
    const void *at;
    size_t size;
};
#define BYTES(literal_) ((struct bytes){literal_, sizeof literal_ - 1})

static const char labels_of_three[] = "\0\0\x08\x01"
                                      "\0\0\0\3"
                                      "\7\2\7";
static const char three_images[] = "\0\0\x08\x03"
                                   "\0\0\0\3\0\0\0\1\0\0\0\2"
                                   "\0\xff\x80\1\2\3";

static bool read_pair(struct bytes images, struct bytes labels, const struct dataset *train,
                      struct dataset *set, struct err *err)
{
    struct input *input = input_of_memory("i", images.at, images.size);
    struct input *second = input_of_memory("l", labels.at, labels.size);
    struct read_request request = {.input = input, .labels = second, .train = train};
    bool ok = read_idx(&request, set, err);

    input_free(second);
    input_free(input);
    if (!ok)
        dataset_done(set);
    return ok;
}

static void images_and_labels_make_rows_of_pixels(void **state)
{
    struct dataset set = {0};

    (void)state;
    assert_true(read_pair(BYTES(three_images), BYTES(labels_of_three), NULL, &set, NULL));
    assert_int_equal(set.rows, 3);
    assert_int_equal(set.features, 2);
    assert_int_equal(set.classes, 2);
    assert_int_equal(set.label[0], 2);
    assert_int_equal(set.label[1], 7);
    assert_true(set.y[0] == 1 && set.y[1] == 0 && set.y[2] == 1);
    assert_true(set.x[0] == 0 && set.x[1] == 1 && set.x[2] == 128 / 255.0f);
    dataset_done(&set);
}

static void every_faulty_pair_is_told_with_its_byte(void **state)
{
    static const struct {
        struct bytes images, labels;
        const char *message;
    } cases[] = {
        {{"\0\0\x08", 3}, {"", 0}, "i: the file is truncated: it ends at byte 3"},
        {{"\1\0\x08\3", 4}, {"", 0}, "i: no IDX file: it begins with 01 00"},
        {{"\0\0\x0d\3", 4}, {"", 0}, "i: byte 2: IDX type 13 is not supported"},
        {{"\0\0\x08\1", 4}, {"", 0}, "i: byte 3: 1 dimensions are not what images have"},
        {{"\0\0\x08\x09", 4}, {"", 0}, "i: byte 3: 9 dimensions are not what images have"},
        {{"\0\0\x08\3\0\0\0\1\0\0\0\0\0\0\0\1", 16}, {"", 0}, "i: byte 8: dimension 1 is 0"},
        {{"\0\0\x08\3\0\0\0\1\xff\xff\xff\xff\0\0\0\1", 16},
         {"", 0},
         "i: byte 8: dimension 1 is"},
        {{"\0\0\x08\3\0\0\0\1\0\1\0\0\0\1\0\0", 16},
         {"", 0},
         "i: byte 12: dimension 2 is 65536"},
        {{"\0\0\x08\3\x80\0\0\0\0\0\x80\0\0\0\x80\0", 16},
         {"", 0},
         "i: the header declares 2147483648 x 1073741824 bytes, more than the file holds"},
        {{three_images, sizeof three_images - 4},
         {labels_of_three, sizeof labels_of_three - 1},
         "i: the file is truncated: it ends at byte 19"},
        {{three_images, sizeof three_images},
         {labels_of_three, sizeof labels_of_three - 1},
         "i: the file goes on after byte 22"},
        {{three_images, sizeof three_images - 1},
         {labels_of_three, sizeof labels_of_three - 2},
         "l: the file is truncated: it ends at byte 10"},
        {{three_images, sizeof three_images - 1},
         {labels_of_three, sizeof labels_of_three},
         "l: the file goes on after byte 11"},
        {{three_images, sizeof three_images - 1},
         {"\0\0\x08\1\0\0\0\2\1\2", 10},
         "i: 3 images, but l has 2 labels"},
        {{three_images, sizeof three_images - 1},
         {three_images, sizeof three_images - 1},
         "l: byte 3: 3 dimensions are not what labels have"},
        {{"\0\0\x08\3\0\0\0\0\0\0\0\1\0\0\0\1", 16},
         {"\0\0\x08\1\0\0\0\0", 8},
         "i: the file holds no rows"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dataset set = {0};
        struct err err = {0};

        assert_false(read_pair(cases[i].images, cases[i].labels, NULL, &set, &err));
        if (!strstr(err.text, cases[i].message))
            fail_msg("'%s' does not say '%s'", err.text, cases[i].message);
    }
}

static void test_images_must_fit_their_training_set(void **state)
{
    struct dataset train = {0}, test = {0};
    struct err err = {0}, other = {0};

    (void)state;
    assert_true(read_pair(BYTES(three_images), BYTES(labels_of_three), NULL, &train, NULL));
    assert_false(read_pair(BYTES("\0\0\x08\3\0\0\0\1\0\0\0\1\0\0\0\1\5"),
                           BYTES("\0\0\x08\1\0\0\0\1\7"), &train, &test, &err));
    assert_non_null(strstr(err.text, "i: images of 1 pixels, but the training set's have 2"));
    assert_false(read_pair(BYTES("\0\0\x08\3\0\0\0\1\0\0\0\1\0\0\0\2\5\5"),
                           BYTES("\0\0\x08\1\0\0\0\1\3"), &train, &test, &other));
    assert_non_null(
        strstr(other.text, "l: byte 8: label 3 does not occur in the training set"));
    dataset_done(&train);
}

enum { RECORD = 3073 };

static void cifar_records_are_a_label_and_its_pixels(void **state)
{
    enum { RECORDS = 200 }; /* more than are read at once */
    struct reading reading = {.read = read_cifar10};
    unsigned char *bytes = calloc(RECORDS, RECORD);
    struct dataset *set = &reading.train;

    (void)state;
    for (int r = 0; r < RECORDS; r++) {
        bytes[r * RECORD] = (unsigned char)(r % 2 ? 9 : 4);
        bytes[r * RECORD + 1 + r] = 255;
    }
    assert_true(read_bytes(&reading, bytes, RECORDS * RECORD));
    assert_int_equal(set->rows, RECORDS);
    assert_int_equal(set->features, 3072);
    assert_int_equal(set->classes, 2);
    for (int r = 0; r < RECORDS; r++) {
        assert_int_equal(set->label[set->y[r]], r % 2 ? 9 : 4);
        assert_true(set->x[r * 3072 + r] == 1 && set->x[r * 3072 + r + 1] == 0);
    }
    reading_done(&reading);
    free(bytes);
}

static void a_cifar_file_that_ends_within_a_record_is_refused(void **state)
{
    struct reading reading = {.read = read_cifar10};
    unsigned char bytes[2 * RECORD] = {0};

    (void)state;
    assert_false(read_bytes(&reading, bytes, sizeof bytes - 1));
    assert_non_null(strstr(reading.err.text, "x: byte 3073: the file ends within this record"));
    assert_false(read_bytes(&reading, bytes, 1));
    assert_non_null(strstr(reading.err.text, "x: byte 0: the file ends within this record"));
}

static void a_cifar_label_above_9_is_refused(void **state)
{
    struct reading reading = {.read = read_cifar10};
    unsigned char bytes[2 * RECORD] = {0};

    (void)state;
    bytes[RECORD] = 10;
    assert_false(read_bytes(&reading, bytes, sizeof bytes));
    assert_non_null(strstr(reading.err.text, "x: byte 3073: a label above 9"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images_and_labels_make_rows_of_pixels),
        cmocka_unit_test(every_faulty_pair_is_told_with_its_byte),
        cmocka_unit_test(test_images_must_fit_their_training_set),
        cmocka_unit_test(cifar_records_are_a_label_and_its_pixels),
        cmocka_unit_test(a_cifar_file_that_ends_within_a_record_is_refused),
        cmocka_unit_test(a_cifar_label_above_9_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
