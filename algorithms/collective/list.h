/* SPDX-License-Identifier: MIT
 * list.h -- every collective, one line each.  No include guard: read twice. */
COLLECTIVE(allreduce)
COLLECTIVE(scatter_reduce)
COLLECTIVE(tree)
COLLECTIVE(ring)
