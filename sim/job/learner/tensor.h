/* SPDX-License-Identifier: MIT
 * tensor.h -- vectors of floats of one length, counted, that several hold at once.
 *
 * Who has a reference may read; only who made the tensor writes, before anybody else has it.
 * Counting is the simulating thread's business: jobs of the pool read and write values only. */
#ifndef TRAINCAST_SIM_JOB_LEARNER_TENSOR_H
#define TRAINCAST_SIM_JOB_LEARNER_TENSOR_H

#include <stddef.h>
#include <stdint.h>

struct tensor {
    struct tensors *home;
    struct tensor *next; /* among those that are free */
    int64_t references;
    _Alignas(16) float value[];
};

/* Where tensors of one length come from, and go when nobody holds them.  Embedded in its owner.
 */
struct tensors {
    int64_t floats;
    struct tensor *free;
    int64_t held; /* tensors that somebody holds */
};

void tensors_init(struct tensors *tensors, int64_t floats);
void tensors_done(struct tensors *tensors); /* nobody holds one; safe on {0}, twice */

/* Values are not set.  The reference is the caller's. */
struct tensor *tensor_new(struct tensors *tensors);
struct tensor *tensor_ref(struct tensor *tensor);   /* NULL-safe, returns tensor */
struct tensor *tensor_unref(struct tensor *tensor); /* NULL-safe, returns NULL */

#endif
