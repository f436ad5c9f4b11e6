/* SPDX-License-Identifier: MIT
 * list.h -- every way to cut a training set, one line each.  No include guard: read twice. */
PARTITION(contiguous)
PARTITION(iid)
PARTITION(by_label)
PARTITION(dirichlet)
