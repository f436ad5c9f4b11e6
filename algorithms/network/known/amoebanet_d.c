/* SPDX-License-Identifier: MIT
 * amoebanet_d.c -- AmoebaNet-D (L, D): cells found by evolution, D filters; cost only.
 *
 * Cells: Real et al., "Regularized evolution for image classifier architecture search", AAAI
 * 2019, in the form whose sizes Huang et al., "GPipe", NeurIPS 2019, table 1, report (and which
 * GPipe's successors measure): a stem, two reductions, then L normal cells in three parts with
 * a reduction between them.  (18, 208) has 82 M parameters there and here; larger ones come
 * out up to 0.4 % above that table.
 *
 * A cell brings the outputs of the two cells before it to its own width, then forms five sums
 * of two operations each, and puts some of its values side by side.
 *
 * SIMPLIFIED: a cell is one counted layer: convolutions and norms are counted, pools and sums
 * are not; of what is kept for the way back, the outputs of its convolutions and norms are. */
#include "algorithms/network/known/known.h"

struct amoeba_conf {
    int64_t cells, filters;
};

static const struct field fields[] = {
    CONF(struct amoeba_conf, cells, .min = 3, .max = 3000, .preset = "18",
         .doc = "L: normal cells, a multiple of 3.", .source = "Huang et al., table 1"),
    CONF(struct amoeba_conf, filters, .min = 4, .max = 65536, .preset = "256",
         .doc = "D: filters; the stem has a quarter of them."),
    CONF_END,
};

enum operation { NONE, POOL, ONE, THREE, SEVEN };

/* An operation, and which value it reads: 0 and 1 are the cells before, 2 to 6 the sums. */
struct choice_of {
    int from;
    enum operation operation;
};

static const struct choice_of normal[] = {{1, ONE},  {1, POOL},  {1, NONE}, {0, SEVEN},
                                          {0, ONE},  {0, SEVEN}, {2, POOL}, {2, NONE},
                                          {1, POOL}, {5, ONE}};
static const struct choice_of reduction[] = {{0, POOL},  {0, POOL}, {2, NONE}, {1, THREE},
                                             {2, SEVEN}, {2, POOL}, {3, NONE}, {1, POOL},
                                             {2, POOL},  {3, ONE}};
enum { CHOICES = 10, NORMAL_VALUES = 4, REDUCTION_VALUES = 3 }; /* side by side in the output */

/* What has been built so far. */
struct amoeba {
    struct layers *layers;
    int64_t width;              /* channels of the next cell */
    int64_t before, two_before; /* channels of the two cells before it */
    int64_t size;               /* height and width of what it reads */
    bool after_reduction;       /* what is two cells before is twice as large */
    int cells;
};

/* A convolution of `taps` with its norm, over `pixels` outputs. */
static void count(struct counted_conf *conf, int64_t taps, int64_t in, int64_t out,
                  int64_t pixels)
{
    conf->parameters += taps * in * out + 2 * out;
    conf->multiply_adds += taps * in * out * pixels;
    conf->activation_floats += 2 * out * pixels;
}

static void count_operation(struct counted_conf *conf, enum operation operation, int64_t c,
                            int64_t pixels_in, int64_t pixels_out)
{
    switch (operation) {
    case NONE:
    case POOL:
        return;
    case ONE:
        count(conf, 1, c, c, pixels_out);
        return;
    case THREE:
        count(conf, 1, c, c / 4, pixels_in);
        count(conf, 9, c / 4, c / 4, pixels_out);
        count(conf, 1, c / 4, c, pixels_out);
        return;
    case SEVEN:
        count(conf, 1, c, c / 4, pixels_in);
        count(conf, 7, c / 4, c / 4, pixels_in);
        count(conf, 7, c / 4, c / 4, pixels_out);
        count(conf, 1, c / 4, c, pixels_out);
        return;
    }
}

static void add_cell(struct amoeba *a, bool reduces)
{
    const struct choice_of *choice = reduces ? reduction : normal;
    int64_t c = a->width, size = reduces ? (a->size + 1) / 2 : a->size;
    struct counted_conf conf = {.channels = c * (reduces ? REDUCTION_VALUES : NORMAL_VALUES),
                                .height = size,
                                .width = size};
    layer_name name;

    count(&conf, 1, a->before, c, a->size * a->size);
    if (a->after_reduction || a->two_before != c)
        count(&conf, 1, a->two_before, c, a->size * a->size);
    for (int i = 0; i < CHOICES; i++) {
        bool halves = reduces && choice[i].from < 2;

        count_operation(&conf, choice[i].operation, c, halves ? a->size * a->size : size * size,
                        size * size);
    }
    add_counted(a->layers,
                name_of(name, "cell%d_%s", ++a->cells, reduces ? "reduce" : "normal"), conf);
    a->two_before = a->before;
    a->before = conf.channels;
    a->size = size;
    a->after_reduction = reduces;
}

static void add_reduction(struct amoeba *a)
{
    a->width *= 2;
    add_cell(a, true);
}

static void describe(const void *conf, struct shape input, int32_t classes,
                     struct layers *layers)
{
    const struct amoeba_conf *amoeba = conf;
    int64_t stem = amoeba->filters / 4;
    struct amoeba a = {.layers = layers,
                       .width = stem,
                       .before = stem,
                       .two_before = stem,
                       .size = (input.height + 1) / 2};

    (void)classes;
    add_convolution_norm(
        layers, "stem",
        (struct convolution_conf){.outputs = stem, .kernel = 3, .stride = 2, .padding = 1});
    add_reduction(&a);
    add_reduction(&a);
    for (int part = 0; part < 3; part++) {
        if (part > 0)
            add_reduction(&a);
        for (int64_t i = 0; i < amoeba->cells / 3; i++)
            add_cell(&a, false);
    }
    add_classifier(layers);
}

const struct known_kind known_amoebanet_d = {
    .kind = {.name = "amoebanet_d",
             .doc = "AmoebaNet-D for ImageNet: its cost only, it cannot be computed.",
             .source = "Real et al., AAAI 2019; Huang et al., NeurIPS 2019, table 1",
             .fields = fields,
             .conf_size = sizeof(struct amoeba_conf)},
    IMAGENET,
    .describe = describe,
};
