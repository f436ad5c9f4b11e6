/* list.h -- every loss process, one line each.  No include guard: read twice. */
LOSS(none)
LOSS(bernoulli)
