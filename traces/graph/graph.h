/* SPDX-License-Identifier: MIT
 * graph.h -- family "graph": who is linked with whom, by a rule or from a file.
 *
 * Undirected, without loops and doubles.  To add a kind: write yours.c with `const struct
 * graph_kind graph_yours`, add its line to list.h. */
#ifndef TRAINCAST_TRACES_GRAPH_GRAPH_H
#define TRAINCAST_TRACES_GRAPH_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/field.h"

struct graph {
    int32_t nodes; /* numbered from 0 */
    int32_t (*edge)[2];
    size_t edges, capacity;
};

void graph_done(struct graph *graph); /* safe on {0}, twice */
/* For kinds: an edge that is neither a loop nor there already ... */
void graph_add(struct graph *graph, int32_t a, int32_t b);
/* ... and one that may be: a loop or an edge that is there already is left out, false.
 * A step for each edge there is. */
bool graph_link(struct graph *graph, int32_t a, int32_t b);
/* The first node that cannot be reached from node 0; -1: all can. */
int32_t graph_unreached(const struct graph *graph);

typedef char *(graph_path_fn)(void *arg, const char *path); /* as data_path_fn */

struct graph_request {
    const void *conf;
    int32_t nodes;
    struct place place;  /* where the scenario chose the graph */
    graph_path_fn *path; /* how paths are resolved; NULL: they are taken as they are */
    void *path_arg;
};

struct graph_kind {
    struct kind kind;
    /* graph is {.nodes}; mistakes go to diags. */
    void (*build)(const struct graph_request *request, struct graph *graph,
                  struct diag_list *diags);
};

extern const struct family graph_family; /* "graph" */

/* A connected graph of so many nodes, or false with mistakes in *diags; ret is {0} then. */
bool graph_build(struct graph *ret, const struct kind *kind,
                 const struct graph_request *request, struct diag_list *diags);

struct graph_file_conf {
    char *path;
};

#endif
