/* SPDX-License-Identifier: MIT
 * ring.c -- graph "ring": everybody is linked with the one before and the one behind it. */
#include "traces/graph/graph.h"

static void build(const struct graph_request *request, struct graph *graph,
                  struct diag_list *diags)
{
    (void)diags;
    for (int32_t i = 1; i < request->nodes; i++)
        graph_add(graph, i - 1, i);
    if (request->nodes > 2)
        graph_add(graph, request->nodes - 1, 0);
}

extern const struct graph_kind graph_ring;
const struct graph_kind graph_ring = {
    .kind = {.name = "ring", .doc = "Everybody is linked with the one before and behind it."},
    .build = build,
};
