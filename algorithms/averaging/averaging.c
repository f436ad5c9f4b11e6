/* SPDX-License-Identifier: MIT
 * averaging.c -- the registry of kinds of averaging, and what is measured of replicas. */
#include "algorithms/averaging/averaging.h"

#include <stdlib.h>

#include "algorithms/reduce.h"
#include "base/memory.h"

#define AVERAGING(name_) extern const struct averaging_kind averaging_##name_;
#include "algorithms/averaging/list.h"
#undef AVERAGING

static const struct kind *const kinds[] = {
#define AVERAGING(name_) &averaging_##name_.kind,
#include "algorithms/averaging/list.h"
#undef AVERAGING
    NULL,
};

const struct family averaging_family = {
    .name = "averaging",
    .doc = "How workers with a replica of the model each bring them together, and what they "
           "make of messages that are lost.",
    .kinds = kinds,
};

void parcels_add(struct parcels *parcels, struct parcel parcel)
{
    ROOM_FOR_ONE(parcels->parcel, parcels->count, parcels->capacity);
    parcels->parcel[parcels->count++] = parcel;
}

void parcels_done(struct parcels *parcels)
{
    free(parcels->parcel);
    *parcels = (struct parcels){0};
}

bool averaging_init(struct averaging *ret, const struct choice *choice, int workers,
                    int64_t parameters, uint64_t seed, const int32_t (*edge)[2], size_t edges,
                    struct err *err)
{
    *ret = (struct averaging){.kind = averaging_kind_of(choice),
                              .conf = choice->conf,
                              .workers = workers,
                              .parameters = parameters,
                              .stream = rng_stream(seed, "averaging"),
                              .edge = edge,
                              .edges = edges};
    if (ret->kind->prepare(ret, err))
        return true;
    averaging_done(ret);
    return false;
}

void averaging_done(struct averaging *averaging)
{
    if (averaging->kind && averaging->kind->release)
        averaging->kind->release(averaging);
    *averaging = (struct averaging){0};
}

/* -- what is measured -- */
void replicas_mean(const float *const *replica, int workers, int64_t length, float *out)
{
    reduce(replica, NULL, NULL, workers, length, out);
}

double replicas_distance(const float *const *replica, int workers, int64_t length)
{
    double sum = 0;

    for (int64_t k = 0; k < length; k++) {
        double mean = 0;

        for (int i = 0; i < workers; i++)
            mean += (double)replica[i][k];
        mean /= workers;
        for (int i = 0; i < workers; i++) {
            double distance = (double)replica[i][k] - mean;

            sum += distance * distance;
        }
    }
    return sum / workers;
}
