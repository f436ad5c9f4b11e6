/* list.h -- every transport, one line each.  No include guard: read twice. */
TRANSPORT(reliable)
TRANSPORT(unreliable)
TRANSPORT(bounded)
