/* SPDX-License-Identifier: MIT
 * tensor.c -- see tensor.h. */
#include "sim/job/learner/tensor.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"

void tensors_init(struct tensors *tensors, int64_t floats)
{
    *tensors = (struct tensors){.floats = floats};
}

void tensors_done(struct tensors *tensors)
{
    assert(tensors->held == 0);
    while (tensors->free) {
        struct tensor *tensor = tensors->free;

        tensors->free = tensor->next;
        free(tensor);
    }
}

struct tensor *tensor_new(struct tensors *tensors)
{
    struct tensor *tensor = tensors->free;

    if (tensor)
        tensors->free = tensor->next;
    else
        tensor = memory_new(1, sizeof *tensor + (size_t)tensors->floats * sizeof(float));
    tensor->home = tensors;
    tensor->references = 1;
    tensors->held++;
    return tensor;
}

struct tensor *tensor_ref(struct tensor *tensor)
{
    if (tensor)
        tensor->references++;
    return tensor;
}

struct tensor *tensor_unref(struct tensor *tensor)
{
    if (!tensor || --tensor->references > 0)
        return NULL;
    tensor->next = tensor->home->free;
    tensor->home->free = tensor;
    tensor->home->held--;
    return NULL;
}
