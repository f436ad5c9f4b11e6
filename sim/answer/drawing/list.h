/* SPDX-License-Identifier: MIT
 * list.h -- every way to draw, one line each.  No include guard: read twice. */
DRAWING(curves)
DRAWING(response)
DRAWING(points)
DRAWING(stack)
DRAWING(cdf)
DRAWING(heat)
DRAWING(timeline)
