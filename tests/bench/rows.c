/* SPDX-License-Identifier: MIT
 * rows.c -- prints generated rows as libsvm text, for other programs to learn from the same:
 *
 *     bench_rows rcv1-like ROWS FEATURES SEED
 *
 * Indices count from 1, values have nine digits: read as floats they are the same bits. */
#include <stdio.h>
#include <stdlib.h>

#include "traces/dataset/data.h"

static void print_rows(const struct dataset *set)
{
    for (int64_t r = 0; r < set->rows; r++) {
        printf("%d", set->label[set->y[r]]);
        for (int64_t i = set->row_start[r]; i < set->row_start[r + 1]; i++)
            printf(" %d:%.9g", set->column[i] + 1, (double)set->value[i]);
        putchar('\n');
    }
}

int main(int count, char **argument)
{
    struct sparse_like_conf conf = {0};
    struct data_request request = {.conf = &conf};
    const struct kind *kind = count == 5 ? family_find(&data_family, argument[1]) : NULL;
    struct data data;
    struct err err = {0};

    if (!kind || kind->conf_size != sizeof conf) {
        fprintf(stderr, "usage: %s rcv1-like|criteo-like ROWS FEATURES SEED\n", argument[0]);
        return 2;
    }
    conf.rows = atoll(argument[2]);
    conf.features = atoll(argument[3]);
    request.seed = (uint64_t)atoll(argument[4]);
    if (!data_open(kind, &request, &data, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    print_rows(&data.train);
    data_done(&data);
    return 0;
}
