/* SPDX-License-Identifier: MIT
 * list.h -- every kind of averaging, one line each.  No include guard: read twice. */
AVERAGING(reliable)
AVERAGING(rps)
AVERAGING(gradients)
AVERAGING(drop_workers)
AVERAGING(d_psgd)
