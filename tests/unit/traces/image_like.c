/* SPDX-License-Identifier: MIT
 * image_like.c -- generated pictures: their shape, their classes, and that they are a function
 * of seed and row. */
#include "traces/dataset/data.h"

#include "tests/test.h"

static struct data open_images(struct image_like_conf conf, uint64_t seed)
{
    struct data_request request = {.conf = &conf, .seed = seed};
    struct data data;
    struct err err = {""};

    if (!data_open(family_find(&data_family, "image-like"), &request, &data, &err))
        fail_msg("%s", err.text);
    return data;
}

static struct image_like_conf conf_of(int64_t rows, int64_t classes)
{
    return (struct image_like_conf){.rows = rows,
                                    .test_rows = 20,
                                    .classes = classes,
                                    .channels = 3,
                                    .height = 8,
                                    .width = 6,
                                    .noise = 0.1};
}

static void pictures_have_the_shape_and_pixels_of_pictures(void **state)
{
    struct data data = open_images(conf_of(500, 10), 1);
    const struct dataset *train = &data.train;

    (void)state;
    assert_int_equal(train->features, 3 * 8 * 6);
    assert_int_equal(train->channels, 3);
    assert_int_equal(train->height, 8);
    assert_int_equal(train->width, 6);
    assert_int_equal(train->rows, 500);
    assert_int_equal(data.test.rows, 20);
    for (int64_t i = 0; i < train->rows * train->features; i++)
        assert_true(train->x[i] >= 0 && train->x[i] <= 1);
    data_done(&data);
}

static void every_class_of_a_thousand_occurs(void **state)
{
    struct data data = open_images(conf_of(20000, 1000), 1);
    bool seen[1000] = {0};

    (void)state;
    assert_int_equal(data.train.classes, 1000);
    for (int64_t i = 0; i < data.train.rows; i++)
        seen[data.train.y[i]] = true;
    for (int class = 0; class < 1000; class ++)
        assert_true(seen[class]);
    data_done(&data);
}

static void more_pictures_begin_with_the_same_ones(void **state)
{
    struct data few = open_images(conf_of(100, 5), 7), many = open_images(conf_of(3000, 5), 7);

    (void)state;
    assert_memory_equal(few.train.x, many.train.x, 100 * 144 * sizeof(float));
    assert_memory_equal(few.train.y, many.train.y, 100 * sizeof(int32_t));
    assert_string_not_equal(few.train.sha256, many.train.sha256);
    data_done(&few);
    data_done(&many);
}

static void another_seed_draws_other_pictures(void **state)
{
    struct data one = open_images(conf_of(100, 5), 7), two = open_images(conf_of(100, 5), 8);

    (void)state;
    assert_memory_not_equal(one.train.x, two.train.x, 100 * 144 * sizeof(float));
    data_done(&one);
    data_done(&two);
}

/* The pattern of a class is in each of its pictures: their mean tells classes apart. */
static void pictures_of_a_class_are_alike(void **state)
{
    struct data data = open_images(conf_of(2000, 2), 3);
    double mean[2][144] = {{0}}, count[2] = {0}, apart = 0;

    (void)state;
    for (int64_t r = 0; r < data.train.rows; r++) {
        count[data.train.y[r]]++;
        for (int i = 0; i < 144; i++)
            mean[data.train.y[r]][i] += data.train.x[r * 144 + i];
    }
    for (int i = 0; i < 144; i++)
        apart += fabs(mean[0][i] / count[0] - mean[1][i] / count[1]) / 144;
    assert_true(apart > 0.03); /* a pixel's mean of 1000 pictures is known to 0.01 */
    data_done(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_have_the_shape_and_pixels_of_pictures),
        cmocka_unit_test(every_class_of_a_thousand_occurs),
        cmocka_unit_test(more_pictures_begin_with_the_same_ones),
        cmocka_unit_test(another_seed_draws_other_pictures),
        cmocka_unit_test(pictures_of_a_class_are_alike),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
