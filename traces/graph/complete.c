/* SPDX-License-Identifier: MIT
 * complete.c -- graph "complete": everybody is linked with everybody. */
#include "traces/graph/graph.h"

static void build(const struct graph_request *request, struct graph *graph,
                  struct diag_list *diags)
{
    (void)diags;
    for (int32_t i = 0; i < request->nodes; i++)
        for (int32_t j = 0; j < i; j++)
            graph_add(graph, j, i);
}

extern const struct graph_kind graph_complete;
const struct graph_kind graph_complete = {
    .kind = {.name = "complete", .doc = "Everybody is linked with everybody."},
    .build = build,
};
