/* SPDX-License-Identifier: MIT
 * list.h -- every kind of platform, one line each.  No include guard: read twice. */
PLATFORM(faas)
PLATFORM(iaas)
