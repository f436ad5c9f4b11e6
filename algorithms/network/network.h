/* SPDX-License-Identifier: MIT
 * network.h -- deep networks: a list of layers becomes numbers that learn, and a bill of costs.
 *
 * A network is data: a list of named layers, each of a kind (layer/list.h) with its settings,
 * written by a description (known/list.h: mlp, cnn, resnet, ...) or by a user in YAML.
 * network_new checks that shapes fit and lays out parameters: one flat array of named tensors,
 * in the order and layout of PyTorch ([out][in], [out][in / groups][height][width]), which is
 * what messages carry.  Running statistics of batch_norm are no parameters: they lie in an
 * array of their own, which messages carry only if somebody wants to.
 *
 * A network is const once made and shared by all threads.  Calls are pure: the same arguments
 * give the same bits on any thread; nothing is allocated, scratch is the caller's; a call runs
 * on the calling thread only.  A loss that is not a number is returned as such.
 *
 * N examples, K classes, P parameters, S statistics; images are [channel][row][column]. */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_NETWORK_H
#define TRAINCAST_ALGORITHMS_NETWORK_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/field.h"
#include "base/rng.h"

/* What everything is computed in.  The tests build this folder once more with double, so that
 * the very same code is held against finite differences and against PyTorch in double. */
#ifdef TRAINCAST_NETWORK_DOUBLE
typedef double real;
#else
typedef float real;
#endif

/* What an example is at some place of the network: an image, or a row of features. */
struct shape {
    bool flat; /* a row: channels features, height and width 1 */
    int32_t channels, height, width;
};
int64_t shape_count(struct shape shape);                            /* numbers of one example */
const char *shape_text(struct shape shape, char *out, size_t size); /* "64x8x8", "512" */

/* -- Lists of layers ------------------------------------------------------------------------
 */

extern const struct family layer_family; /* "layer": convolution, dense, relu ... */

/* One line of the list.  A layer reads the output of the one before, unless its settings name
 * another (`input: NAME`); `add` reads a second one (`with: NAME`). */
struct layer {
    char *name; /* unique in its list */
    struct choice choice;
};

/* Owned: names and settings. */
struct layers {
    struct layer *layer;
    int32_t count, capacity;
};
void layers_done(struct layers *layers);
/* Appends a layer.  conf: of the kind's conf_size, copied, its texts too. */
void layers_add(struct layers *layers, const char *name, const struct kind *kind,
                const void *conf);
/* Appends a user's own, from a FIELD_MAP with .family = "layer": name -> kind and settings. */
void layers_add_map(struct layers *layers, const struct map *map);

/* -- Known networks -------------------------------------------------------------------------
 */

/* A description: settings -> list of layers, fit for images (or rows) of a shape and classes.
 */
struct known_kind {
    struct kind kind;
    /* What it is published for, so that it can be described without data. */
    struct shape input;
    int32_t classes;
    void (*describe)(const void *conf, struct shape input, int32_t classes,
                     struct layers *layers);
};
extern const struct family known_family; /* "network": mlp, cnn, resnet20 ... */

/* The settings that a known network has when none are given: conf_size bytes, all that is in
 * its table as its preset says; texts and lists are absent.  Free with free(). */
void *known_presets(const struct kind *kind);

/* -- Networks -------------------------------------------------------------------------------
 */

/* A named piece of the parameters (or of the statistics): [offset, offset + count). */
struct tensor {
    char name[64]; /* "conv1.weight", "bn1.running_mean" */
    int32_t layer; /* index into network.layer */
    int32_t dimensions, size[4];
    int64_t offset, count;
};

/* A layer as it stands in a network: what it computes for one example and what that costs. */
struct layer_info {
    const char *name, *kind; /* borrowed from the network */
    struct shape in, out;
    int64_t parameters, statistics;
    int64_t multiply_adds;     /* forward, of one example */
    int64_t activation_floats; /* that training keeps of one example for the way back */
};

struct network_plan; /* how it is computed: inside.h */

struct network {
    struct shape input;
    int32_t classes;
    int32_t layers;
    struct layer_info *layer; /* [layers] */
    struct tensor *parameter; /* [parameter_tensors], by offset, without gaps */
    struct tensor *statistic; /* [statistic_tensors], likewise */
    int32_t parameter_tensors, statistic_tensors;
    int64_t parameters; /* P; a message of all of them has sizeof(float) * P bytes */
    int64_t statistics; /* S; 0 without batch_norm */
    /* Sums over the layers, of one example. */
    int64_t multiply_adds; /* forward; backward is about twice as many */
    int64_t activation_floats;
    /* Some layers say only what they cost (BERT's attention): it cannot be computed. */
    bool counted_only;
    struct network_plan *plan;
};

/* NULL with a sentence when the layers do not fit each other, the input or the classes.
 * layers is read, not kept. */
struct network *network_new(const struct layers *layers, struct shape input, int32_t classes,
                            struct err *err);
struct network *network_free(struct network *network);

/* w: real[P] and statistics: real[S], written, as PyTorch initialises them by default
 * (U(-1/sqrt(fan in), 1/sqrt(fan in)) for weights and biases of dense and convolution; 1 and 0
 * for norms); from indexed random numbers, one stream per tensor's name. */
void network_init(const struct network *network, uint64_t seed, real *w, real *statistics);

/* Numbers (sizeof(real)) of scratch, 64-byte aligned, for up to so many examples at once. */
int64_t network_gradient_scratch(const struct network *network, int64_t examples);
int64_t network_evaluate_scratch(const struct network *network, int64_t examples);

struct batch {
    const real *x;        /* real[count][channels][height][width], or [count][features] */
    const int32_t *label; /* [count], 0 <= label < K */
    int64_t count;
    struct rng dropout; /* where the random numbers of dropout begin; another at every step */
};

/* Sums over examples; add up those of several calls in a fixed order. */
struct network_score {
    double loss; /* sum of the examples' losses (natural logarithm) */
    int64_t examples;
    int64_t correct; /* whose class has the (first) largest output */
};

/* Training mode.  Writes gradient: real[P], of the mean loss at w: real[P]; moves statistics:
 * real[S] (NULL: nobody keeps them) towards those of the batch; sets *score. */
void network_gradient(const struct network *network, const real *w, real *statistics,
                      const struct batch *batch, real *scratch, real *gradient,
                      struct network_score *score);

/* Evaluation mode: running statistics, no dropout.  Adds to *score. */
void network_evaluate(const struct network *network, const real *w, const real *statistics,
                      const struct batch *batch, real *scratch, struct network_score *score);

/* Which compilation of the kernels this CPU runs: "avx512", "avx2" or "plain".  The first two
 * give the same bits; "plain" has no fused multiply-add and gives others. */
const char *network_kernels(void);

#endif
