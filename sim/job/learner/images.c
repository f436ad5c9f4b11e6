/* SPDX-License-Identifier: MIT
 * images.c -- see images.h. */
#include "sim/job/learner/images.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- shape -- */
static bool parse_shape(const char *text, struct image *image, struct err *err)
{
    char rest;

    if (sscanf(text, "%dx%dx%d%c", &image->channels, &image->height, &image->width, &rest) ==
            3 &&
        image->channels > 0 && image->height > 0 && image->width > 0)
        return true;
    return err_set(
        err, "'%s' is no shape of images: give channels, height and width, like 3x32x32", text);
}

/* As the scenario says, else as the source does; all 0 when neither does. */
static bool find_shape(const struct images_conf *conf, const struct dataset *set,
                       struct image *image, struct err *err)
{
    *image = (struct image){set->channels, set->height, set->width};
    if (!conf->shape)
        return true;
    if (!parse_shape(conf->shape, image, err))
        return false;
    if ((int64_t)image->channels * image->height * image->width != set->features)
        return err_set(err, "images of %s have %lld numbers, but a row of %s has %d",
                       conf->shape, (long long)image->channels * image->height * image->width,
                       set->name, set->features);
    return true;
}

static bool must_be_images(const struct images_conf *conf, const struct image *image,
                           const struct dataset *set, struct err *err)
{
    const char *name = set->name;

    if (dataset_is_sparse(set) &&
        (conf->shape || conf->crop || conf->flip || conf->mean || conf->sd))
        return err_set(err, "the rows of %s are sparse, which images are not", name);
    if (image->channels == 0 && (conf->crop || conf->flip || conf->mean || conf->sd))
        return err_set(err,
                       "the rows of %s are not known to be images: give data.images.shape, "
                       "like 3x32x32",
                       name);
    if (image->channels > CHANNELS_MOST)
        return err_set(err, "images of %d channels are too many: at most %d", image->channels,
                       (int)CHANNELS_MOST);
    if (conf->crop > image->height || conf->crop > image->width)
        return err_set(err, "data.images.crop: %lld pixels are more than an image of %dx%d has",
                       (long long)conf->crop, image->height, image->width);
    return true;
}

/* -- normalisation -- */
static int64_t plane_pixels(const struct image *image)
{
    return (int64_t)image->height * image->width;
}

static double sum_of(const float *x, int64_t count)
{
    double sum = 0;

    for (int64_t i = 0; i < count; i++)
        sum += x[i];
    return sum;
}

static void measure(const struct dataset *set, const struct image *image, double *mean,
                    double *sd)
{
    int64_t plane = plane_pixels(image);
    double count = (double)set->rows * (double)plane;

    for (int32_t c = 0; c < image->channels; c++) {
        double squares = 0;

        mean[c] = 0;
        for (int64_t r = 0; r < set->rows; r++)
            mean[c] += sum_of(set->x + r * set->features + c * plane, plane);
        mean[c] /= count;
        for (int64_t r = 0; r < set->rows; r++) {
            const float *x = set->x + r * set->features + c * plane;

            for (int64_t i = 0; i < plane; i++)
                squares += (x[i] - mean[c]) * (x[i] - mean[c]);
        }
        sd[c] = squares > 0 ? sqrt(squares / count) : 1;
    }
}

/* Numbers, one for each channel, into out; "measured" leaves what is there. */
static bool take_numbers(const char *key, const char *text, int32_t channels, double *out,
                         struct err *err)
{
    const char *at = text;
    int32_t count = 0;

    if (strcmp(text, "measured") == 0)
        return true;
    for (;;) {
        char *end;
        double number = strtod(at, &end);

        if (end == at)
            break;
        if (!isfinite(number))
            return err_set(err, "data.images.%s: '%s' holds what is no number", key, text);
        if (count < channels)
            out[count] = number;
        count++;
        at = end + strspn(end, " ,");
    }
    if (*at || count == 0)
        return err_set(err,
                       "data.images.%s: '%s' should be numbers, like 0.491 0.482 0.447, or "
                       "'measured'",
                       key, text);
    if (count != channels)
        return err_set(err, "data.images.%s: %d numbers for images of %d channels", key, count,
                       channels);
    return true;
}

static void normalise(struct dataset *set, const struct image *image, const double *mean,
                      const double *sd)
{
    int64_t plane = plane_pixels(image);

    for (int64_t r = 0; r < set->rows; r++)
        for (int32_t c = 0; c < image->channels; c++) {
            float *x = set->x + r * set->features + c * plane;
            float centre = (float)mean[c], scale = (float)sd[c];

            for (int64_t i = 0; i < plane; i++)
                x[i] = (x[i] - centre) / scale;
        }
}

static bool find_numbers(const struct images_conf *conf, const struct dataset *train,
                         const struct image *image, double *mean, double *sd, struct err *err)
{
    bool measured = (conf->mean && !strcmp(conf->mean, "measured")) ||
                    (conf->sd && !strcmp(conf->sd, "measured"));

    if (measured)
        measure(train, image, mean, sd);
    for (int32_t c = 0; c < image->channels; c++) {
        mean[c] = conf->mean ? mean[c] : 0;
        sd[c] = conf->sd ? sd[c] : 1;
    }
    if ((conf->mean && !take_numbers("mean", conf->mean, image->channels, mean, err)) ||
        (conf->sd && !take_numbers("sd", conf->sd, image->channels, sd, err)))
        return false;
    for (int32_t c = 0; c < image->channels; c++)
        if (!(sd[c] > 0))
            return err_set(err, "data.images.sd: a standard deviation must be above 0");
    return true;
}

bool images_prepare(struct images *images, const struct images_conf *conf, struct data *data,
                    struct matrix *train, struct matrix *test, struct err *err)
{
    double mean[CHANNELS_MOST] = {0}, sd[CHANNELS_MOST] = {0};
    struct image image;

    if (!find_shape(conf, &data->train, &image, err) ||
        !must_be_images(conf, &image, &data->train, err))
        return false;
    if (conf->mean || conf->sd) {
        if (!find_numbers(conf, &data->train, &image, mean, sd, err))
            return false;
        normalise(&data->train, &image, mean, sd);
        normalise(&data->test, &image, mean, sd);
        for (int32_t c = 0; c < image.channels; c++)
            images->black[c] = (float)((0 - mean[c]) / sd[c]);
    }
    train->image = test->image = image;
    train->augmentation = (struct augmentation){conf->crop, conf->flip, images->black};
    return true;
}

void images_share(struct images *images, const struct images *first,
                  const struct matrix *first_train, struct matrix *train, struct matrix *test)
{
    *images = *first;
    train->image = test->image = first_train->image;
    train->augmentation = first_train->augmentation;
    if (train->augmentation.black)
        train->augmentation.black = images->black;
}
