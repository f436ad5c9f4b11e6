/* SPDX-License-Identifier: MIT
 * inside.h -- what a kind of layer is, and what it is given.  For this folder only.
 *
 * Inside, images lie in blocks of channels, real[examples][blocks][height][width][BLOCK]
 * (kernel/lanes.h), channels that do not exist being 0; rows of features lie plainly,
 * real[examples][features].  The network's input comes as the caller has it (`plain`).
 *
 * To add a kind: write layer/yours.c with `const struct layer_kind layer_yours` (start from
 * relu.c), add its line to layer/list.h; tests/unit/network_double/gradients.c has a table of
 * small networks: one line there holds its gradient against finite differences. */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_INSIDE_H
#define TRAINCAST_ALGORITHMS_NETWORK_INSIDE_H

#include "algorithms/network/kernel/kernels.h"

/* A layer in its place.  Indices are of plan->node; -1 is the network's input. */
struct node {
    const struct layer_kind *kind;
    void *conf; /* owned */
    char *name; /* owned */
    int32_t index;
    int32_t from, with; /* whose outputs it reads; with: -2 when it reads one */
    struct shape in, out;
    int64_t parameter_at, statistic_at; /* offsets of its first tensors */
    int64_t parameters, statistics;
    bool plain;   /* it reads the network's input as the caller has it */
    real ceiling; /* cut its output to [0, ceiling] for the relu that follows; NAN: do not */
    bool skipped; /* a relu that the layer before takes over, or nothing to do */
    /* Reals kept from the way forward to the way back: each an example, and fixed. */
    int64_t kept_each, kept_fixed, kept_each_at, kept_fixed_at;
};

/* What a layer says about itself when it meets its input. */
struct fit {
    struct network *network; /* tensors go there */
    const char *what;        /* "layer 7 (convolution conv3)", for sentences */
    const void *conf;
    int32_t classes;
    struct shape in, with;
    bool last;
    /* Written by the kind; the node's other members follow from the tensors. */
    struct shape out;
    int64_t multiply_adds, kept_each, kept_fixed;
};

/* Begins as U(-bound, bound), or, with bound 0, as value. */
struct start {
    double bound, value;
};
/* Adds a parameter (a running statistic) of up to four sizes; 0 ends them. */
void fit_parameter(struct fit *fit, const char *name, struct start start, const int32_t *size);
void fit_statistic(struct fit *fit, const char *name, struct start start, const int32_t *size);
bool fit_needs_image(const struct fit *fit, struct err *err);
bool fit_needs_flat(const struct fit *fit, struct err *err);

/* One call of one layer. */
struct pass {
    const struct node *node;
    const struct kernels *kernels;
    int64_t examples;
    bool training;
    const real *w;    /* of this layer */
    real *statistics; /* likewise; NULL: nobody keeps them */
    const real *x, *with;
    real *y;
    real *kept, *kept_fixed; /* node->kept_each reals an example, node->kept_fixed in all */
    real *work;
    const int32_t *label;
    struct rng dropout;
    struct network_score *score; /* the loss adds to it */
    /* The way back.  dx NULL: nobody wants it. */
    real *dy; /* may be overwritten */
    real *dx, *dwith;
    bool add_dx, add_dwith; /* to what is there already */
    real *dw;
};

struct layer_kind {
    struct kind kind;
    /* A relu: it cuts to [0, ceiling]; 0: it is none. */
    real cuts_at;
    bool cuts;         /* takes over the relu that follows it: node->ceiling */
    bool reads_input;  /* the way back reads x */
    bool reads_output; /* ... reads y (an `add` that cuts does, too) */
    bool passes_slope; /* the slope of its inputs is that of its output */
    bool reshapes;     /* leaves a plain input as it is */
    bool is_loss;

    /* False with a sentence when the layer cannot follow its input. */
    bool (*fit)(struct fit *fit, struct err *err);
    /* Whether x may be plain; NULL: no. */
    bool (*takes_plain)(const struct node *node);
    /* Reals of work for so many examples; NULL: none. */
    int64_t (*work)(const struct node *node, int64_t examples, bool training);
    /* NULL, both: the layer is only counted. */
    void (*forward)(const struct pass *pass);
    void (*backward)(const struct pass *pass);
};

/* Where values and slopes lie in scratch: reals an example, from its begin; -1: nowhere. */
struct place {
    int64_t value, slope, value_alone; /* value_alone: of an evaluation */
    bool add_from, add_with;           /* the slope of what it reads has been begun */
};

struct network_plan {
    const struct kernels *kernels;
    struct node *node;
    struct place *place;
    int32_t nodes;
    struct start *parameter_start, *statistic_start; /* as network->parameter, ->statistic */
    int64_t input_blocks,
        input_blocks_alone;     /* where the input lies in blocks; -1: nobody asks */
    int64_t reals, reals_alone; /* an example, training and evaluating */
    int64_t kept_each, kept_fixed;
};

/* plan.c: fills all of plan but node and the starts. */
void plan_lay_out(struct network *network);

/* network_new for another compilation of the kernels than the CPU's best: for tests. */
struct network *network_new_at(const struct layers *layers, struct shape input, int32_t classes,
                               const struct kernels *kernels, struct err *err);

/* Numbers of one example as it lies inside: with the channels that fill the last block. */
static inline int64_t layer_numbers(struct shape shape)
{
    int64_t channels = shape.flat ? shape.channels : blocks_of(shape.channels) * BLOCK;

    return channels * shape.height * shape.width;
}

/* What it takes in scratch. */
static inline int64_t shape_reals(struct shape shape)
{
    return (layer_numbers(shape) + 15) / 16 * 16;
}

static inline int64_t shape_pixels(struct shape shape)
{
    return (int64_t)shape.height * shape.width;
}

/* Hands out work in aligned pieces; with base NULL it only counts. */
struct carver {
    real *base;
    int64_t used;
};

static inline void *carve(struct carver *carver, int64_t reals)
{
    real *piece = carver->base ? carver->base + carver->used : NULL;

    carver->used += (reals + 15) / 16 * 16;
    return piece;
}

#endif
