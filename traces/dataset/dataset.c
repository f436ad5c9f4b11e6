/* SPDX-License-Identifier: MIT
 * dataset.c -- see dataset.h. */
#include "traces/dataset/dataset.h"

#include <stdlib.h>

void dataset_done(struct dataset *dataset)
{
    free(dataset->name);
    free(dataset->x);
    free(dataset->row_start);
    free(dataset->column);
    free(dataset->value);
    free(dataset->y);
    free(dataset->label);
    *dataset = (struct dataset){0};
}

int64_t dataset_values(const struct dataset *dataset)
{
    if (dataset->row_start)
        return dataset->row_start[dataset->rows];
    return dataset->rows * dataset->features;
}
