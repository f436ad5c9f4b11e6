/* SPDX-License-Identifier: MIT
 * list.h -- every kind of synchronisation, one line each.  No include guard: read twice. */
SYNC(bsp)
SYNC(ssp)
SYNC(asp)
