/* SPDX-License-Identifier: MIT
 * list.h -- every optimizer, one line each.  No include guard: read twice. */
OPTIMIZER(ga_sgd)
OPTIMIZER(ma_sgd)
OPTIMIZER(admm)
OPTIMIZER(em)
