/* list.h -- every loss process, one line each.  No include guard: read twice. */
LOSS(none)
LOSS(bernoulli)
LOSS(gilbert_elliott)
LOSS(trace)
LOSS(script)
