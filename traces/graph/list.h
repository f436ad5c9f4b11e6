/* SPDX-License-Identifier: MIT
 * list.h -- every kind of graph, one line each.  No include guard: read twice. */
GRAPH(ring)
GRAPH(complete)
GRAPH(file)
