/* SPDX-License-Identifier: MIT
 * list.h -- every source of data, one line each.  No include guard: read twice. */
DATA(file)
DATA(higgs_like)
DATA(rcv1_like)
DATA(criteo_like)
DATA(yfcc_like)
DATA(noise)
DATA(image_like)
