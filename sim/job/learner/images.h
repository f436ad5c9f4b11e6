/* SPDX-License-Identifier: MIT
 * images.h -- what scenarios say of images (data.images): shape, normalisation, augmentation.
 */
#ifndef TRAINCAST_SIM_JOB_LEARNER_IMAGES_H
#define TRAINCAST_SIM_JOB_LEARNER_IMAGES_H

#include "algorithms/math/matrix.h"
#include "sim/scenario/scenario.h"
#include "traces/dataset/data.h"

enum { CHANNELS_MOST = 64 };

/* Where the black of normalised images is kept for the matrices that point to it. */
struct images {
    float black[CHANNELS_MOST];
};

/* Normalises the rows of data in place and fills in what train and test are.  False with a
 * sentence: they are not what the scenario says, or no images although it speaks of them. */
bool images_prepare(struct images *images, const struct images_conf *conf, struct data *data,
                    struct matrix *train, struct matrix *test, struct err *err);

/* Of rows that are prepared already, for another learner with the same settings. */
void images_share(struct images *images, const struct images *first,
                  const struct matrix *first_train, struct matrix *train, struct matrix *test);

#endif
