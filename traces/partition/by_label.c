/* SPDX-License-Identifier: MIT
 * by_label.c -- rows sorted by class, then cut: a worker knows one class or two.
 *
 * The hardest case for averaging models (McMahan et al., AISTATS 2017, section 3, "pathological
 * non-IID"; there each client gets two of many such shards). */
#include <stdlib.h>

#include "base/memory.h"
#include "traces/partition/cut.h"

static bool cut(const struct partition_request *request, struct partition *partition,
                struct err *err)
{
    int64_t *class_start = NEW_ARRAY(int64_t, (size_t)request->classes + 1);

    (void)err;
    cut_by_class(request, partition, class_start);
    free(class_start);
    cut_evenly(partition);
    cut_shuffle_shards(request, partition);
    return true;
}

extern const struct partition_kind partition_by_label;
const struct partition_kind partition_by_label = {
    .kind = {.name = "by_label",
             .doc = "Rows sorted by class, then shards of equal size: each worker sees few "
                    "classes.",
             .source = "McMahan et al., AISTATS 2017, section 3"},
    .cut = cut,
};
