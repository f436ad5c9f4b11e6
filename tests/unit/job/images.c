/* SPDX-License-Identifier: MIT
 * images.c -- data.images: shapes, normalisation, and what is no such thing. */
#include "sim/job/learner/images.h"

#include "tests/test.h"

enum { ROWS = 4, PIXELS = 2 * 3 * 2 };

struct fixture {
    float x[ROWS * PIXELS], test_x[PIXELS];
    struct data data;
    struct matrix train, test;
    struct images images;
    struct err err;
};

static void set_up(struct fixture *f, bool are_images)
{
    *f = (struct fixture){0};
    for (int i = 0; i < ROWS * PIXELS; i++)
        f->x[i] = (float)(i % 7) / 7 + (i / 6 % 2 ? 1 : 0);
    for (int i = 0; i < PIXELS; i++)
        f->test_x[i] = 0.5f;
    f->data.train = (struct dataset){
        .name = (char *)"rows.csv", .rows = ROWS, .features = PIXELS, .classes = 2, .x = f->x};
    f->data.test = f->data.train;
    f->data.test.x = f->test_x;
    f->data.test.rows = 1;
    if (are_images) {
        f->data.train.channels = 2;
        f->data.train.height = 3;
        f->data.train.width = 2;
    }
}

static bool prepare(struct fixture *f, struct images_conf conf)
{
    return images_prepare(&f->images, &conf, &f->data, &f->train, &f->test, &f->err);
}

static void images_keep_their_pixels_unless_something_is_asked(void **state)
{
    struct fixture f, before;

    (void)state;
    set_up(&f, true);
    before = f;
    assert_true(prepare(&f, (struct images_conf){0}));
    assert_memory_equal(f.x, before.x, sizeof f.x);
    assert_int_equal(f.train.image.channels, 2);
    assert_int_equal(f.test.image.height, 3);
    assert_int_equal(f.train.image.width, 2);
}

static void given_numbers_are_taken_off_and_divided_by_channel_for_channel(void **state)
{
    struct fixture f, before;

    (void)state;
    set_up(&f, true);
    before = f;
    assert_true(
        prepare(&f, (struct images_conf){.mean = (char *)"0.5 0.25", .sd = (char *)"2 0.5"}));
    for (int i = 0; i < ROWS * PIXELS; i++)
        assert_close(f.x[i], i / 6 % 2 ? (before.x[i] - 0.25) / 0.5 : (before.x[i] - 0.5) / 2,
                     1e-6);
    assert_close(f.test_x[PIXELS - 1], 0.5, 1e-6);
    assert_close(f.images.black[0], -0.25, 1e-6);
    assert_close(f.images.black[1], -0.5, 1e-6);
    assert_ptr_equal(f.train.augmentation.black, f.images.black);
}

static void measured_channels_have_mean_0_and_deviation_1(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, true);
    assert_true(prepare(
        &f, (struct images_conf){.mean = (char *)"measured", .sd = (char *)"measured"}));
    for (int c = 0; c < 2; c++) {
        double sum = 0, squares = 0;

        for (int r = 0; r < ROWS; r++)
            for (int i = 0; i < 6; i++) {
                double x = f.x[r * PIXELS + c * 6 + i];

                sum += x;
                squares += x * x;
            }
        assert_true(fabs(sum) < 1e-5);
        assert_close(squares / (ROWS * 6), 1, 1e-5);
    }
}

static void rows_become_images_by_their_shape(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f, false);
    assert_true(prepare(&f, (struct images_conf){.shape = (char *)"1x4x3", .crop = 2}));
    assert_int_equal(f.train.image.channels, 1);
    assert_int_equal(f.train.image.height, 4);
    assert_int_equal(f.train.augmentation.crop, 2);
    assert_int_equal(f.test.augmentation.crop, 0);
}

static void sparse_rows_are_no_images(void **state)
{
    struct fixture f;
    int64_t start[ROWS + 1] = {0};

    (void)state;
    set_up(&f, false);
    f.data.train.x = NULL;
    f.data.train.row_start = start;
    assert_true(prepare(&f, (struct images_conf){0}));
    assert_false(prepare(&f, (struct images_conf){.shape = (char *)"1x4x3"}));
    assert_string_equal(f.err.text, "the rows of rows.csv are sparse, which images are not");
}

static void mistakes_are_told(void **state)
{
    static const struct {
        bool are_images;
        struct images_conf conf;
        const char *sentence;
    } cases[] = {
        {false,
         {.flip = true},
         "the rows of rows.csv are not known to be images: give data.images.shape, like "
         "3x32x32"},
        {true,
         {.shape = (char *)"3x32"},
         "'3x32' is no shape of images: give channels, height and width, like 3x32x32"},
        {true,
         {.shape = (char *)"3x32x32"},
         "images of 3x32x32 have 3072 numbers, but a row of rows.csv has 12"},
        {true, {.mean = (char *)"0.5"}, "data.images.mean: 1 numbers for images of 2 channels"},
        {true,
         {.mean = (char *)"0.5 half"},
         "data.images.mean: '0.5 half' should be numbers, like 0.491 0.482 0.447, or "
         "'measured'"},
        {true, {.sd = (char *)"1 0"}, "data.images.sd: a standard deviation must be above 0"},
        {true, {.crop = 3}, "data.images.crop: 3 pixels are more than an image of 3x2 has"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;

        set_up(&f, cases[i].are_images);
        assert_false(prepare(&f, cases[i].conf));
        assert_string_equal(f.err.text, cases[i].sentence);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images_keep_their_pixels_unless_something_is_asked),
        cmocka_unit_test(given_numbers_are_taken_off_and_divided_by_channel_for_channel),
        cmocka_unit_test(measured_channels_have_mean_0_and_deviation_1),
        cmocka_unit_test(rows_become_images_by_their_shape),
        cmocka_unit_test(sparse_rows_are_no_images),
        cmocka_unit_test(mistakes_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
