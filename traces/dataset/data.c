/* SPDX-License-Identifier: MIT
 * data.c -- the registry of sources; see data.h. */
#include "traces/dataset/data.h"

#define DATA(name_) extern const struct data_kind data_##name_;
#include "traces/dataset/list.h"
#undef DATA

const struct data_kind *const data_kinds[] = {
#define DATA(name_) &data_##name_,
#include "traces/dataset/list.h"
#undef DATA
    NULL,
};

static const struct kind *const kinds[] = {
#define DATA(name_) &data_##name_.kind,
#include "traces/dataset/list.h"
#undef DATA
    NULL,
};

const struct family data_family = {
    .name = "data",
    .doc = "Where the rows come from.",
    .kinds = kinds,
};

void data_done(struct data *data)
{
    dataset_done(&data->train);
    dataset_done(&data->test);
}

bool data_open(const struct kind *kind, const struct data_request *request,
               struct data *ret_data, struct err *err)
{
    const struct data_kind *data_kind = (const struct data_kind *)kind; /* its first member */

    *ret_data = (struct data){0};
    if (data_kind->open(request, ret_data, err))
        return true;
    data_done(ret_data);
    return false;
}
