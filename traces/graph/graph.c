/* SPDX-License-Identifier: MIT
 * graph.c -- see graph.h. */
#include "traces/graph/graph.h"

#include <stdlib.h>

#include "base/memory.h"

#define GRAPH(name_) extern const struct graph_kind graph_##name_;
#include "traces/graph/list.h"
#undef GRAPH

static const struct kind *const kinds[] = {
#define GRAPH(name_) &graph_##name_.kind,
#include "traces/graph/list.h"
#undef GRAPH
    NULL,
};

const struct family graph_family = {
    .name = "graph",
    .doc = "Who is linked with whom.",
    .kinds = kinds,
};

void graph_done(struct graph *graph)
{
    free(graph->edge);
    *graph = (struct graph){0};
}

void graph_add(struct graph *graph, int32_t a, int32_t b)
{
    ROOM_FOR_ONE(graph->edge, graph->edges, graph->capacity);
    graph->edge[graph->edges][0] = a;
    graph->edge[graph->edges++][1] = b;
}

bool graph_link(struct graph *graph, int32_t a, int32_t b)
{
    if (a == b)
        return false;
    for (size_t e = 0; e < graph->edges; e++)
        if ((graph->edge[e][0] == a && graph->edge[e][1] == b) ||
            (graph->edge[e][0] == b && graph->edge[e][1] == a))
            return false;
    graph_add(graph, a, b);
    return true;
}

/* Of a tree that grows by one edge at a time: its node that stands for all. */
static int32_t root_of(int32_t *above, int32_t node)
{
    while (above[node] != node) {
        above[node] = above[above[node]];
        node = above[node];
    }
    return node;
}

int32_t graph_unreached(const struct graph *graph)
{
    int32_t *above = NEW_ARRAY(int32_t, graph->nodes), found = -1;

    for (int32_t i = 0; i < graph->nodes; i++)
        above[i] = i;
    for (size_t e = 0; e < graph->edges; e++)
        above[root_of(above, graph->edge[e][0])] = root_of(above, graph->edge[e][1]);
    for (int32_t i = 1; i < graph->nodes && found < 0; i++)
        if (root_of(above, i) != root_of(above, 0))
            found = i;
    free(above);
    return found;
}

bool graph_build(struct graph *ret, const struct kind *kind,
                 const struct graph_request *request, struct diag_list *diags)
{
    const struct graph_kind *graph_kind = (const struct graph_kind *)kind;
    size_t errors = diags->errors;
    int32_t alone;

    *ret = (struct graph){.nodes = request->nodes};
    graph_kind->build(request, ret, diags);
    if (diags->errors == errors && (alone = graph_unreached(ret)) >= 0)
        diag_add(diags, DIAG_ERROR, request->place,
                 "the graph is not connected: nothing leads from worker 0 to worker %d", alone);
    if (diags->errors == errors)
        return true;
    graph_done(ret);
    return false;
}
