/* SPDX-License-Identifier: MIT
 * model.h -- family "model": what is learnt: parameters, loss, gradient, and what they cost.
 *
 * Parameters are one flat float[P], which is what messages carry.  Every function is pure: the
 * same arguments give the same bits on any thread; nothing is allocated, nothing waits; scratch
 * is the caller's.  Work is counted without running anything, because simulated time starts
 * before the values are there. To add a kind: write yours.c with `const struct model_kind
 * model_yours`, add its line to list.h; the unit test model.c holds every kind's gradient
 * against finite differences. */
#ifndef TRAINCAST_ALGORITHMS_MODEL_MODEL_H
#define TRAINCAST_ALGORITHMS_MODEL_MODEL_H

#include "algorithms/math/matrix.h"
#include "algorithms/math/sparse.h"
#include "base/err.h"
#include "base/field.h"

/* What computing costs, in units that a platform's compute profile turns into seconds. */
struct work {
    int64_t rows;     /* examples gone through */
    int64_t nonzeros; /* stored numbers gone through; rows * D when dense */
    int64_t calls;    /* gradient steps (or evaluations): a fixed cost each */
    double flops;
};
struct work work_sum(struct work a, struct work b);

/* A chosen kind bound to the shape of its data.  A small value; conf is borrowed. */
struct model {
    const struct model_kind *kind;
    const struct kind *chosen; /* what the scenario calls it: one kind may serve several */
    const void *conf;
    int32_t features;   /* D */
    int32_t classes;    /* K */
    bool sparse;        /* its rows are */
    int64_t parameters; /* P */
    int64_t statistics; /* S: running statistics that lie behind the parameters, and are kept up
                         * by learning without being learnt (batch normalisation) */
    void *bound;        /* what the kind made for this shape of data; NULL: nothing */
    bool counted_only;  /* it says what it costs, but cannot be computed */
};

/* Sums over rows; add up those of several calls in a fixed order. */
struct score {
    double loss; /* sum of the rows' losses, without penalty; natural logarithm */
    int64_t rows;
    int64_t correct; /* rows whose class has the (first) largest output */
};

/* What expectation maximisation needs of a model: its rows enter by sums only. */
struct expectation {
    /* Writes float[statistics_floats]: sums over the rows at w, which add over workers. */
    int64_t (*statistics_floats)(const struct model *model);
    void (*statistics)(const struct model *model, const float *w, struct rows rows,
                       float *scratch, float *statistics);
    /* As gradient_nonzeros. */
    int64_t (*statistics_nonzeros)(const struct model *model, const struct touched *rows);
    /* w: float[P], in and out: the best fit to the statistics, which may be scaled; what they
     * say nothing about stays. */
    void (*maximise)(const struct model *model, const float *statistics, float *w);
    /* How far parameters have moved, or the square of that, averaged over what moves as one. */
    double (*shift)(const struct model *model, const float *before, const float *after,
                    bool squared);
};

/* What a linear model minimises (objective.h). */
struct objective {
    const struct loss *loss;
    double weight;
    double l1, l2;
};

struct model_kind {
    struct kind kind;
    bool convex;     /* the objective is, whatever the data */
    bool unlabelled; /* labels are ignored: there is no accuracy */

    /* P; -1 with a sentence when the kind cannot learn such data (classes, size). */
    int64_t (*parameters)(const void *conf, int32_t features, int32_t classes, struct err *err);
    /* Instead, where that is not enough to say: fills in parameters, statistics and bound,
     * which unbind frees. */
    bool (*bind)(struct model *model, const struct matrix *shape, struct err *err);
    void (*unbind)(struct model *model);

    /* w, below: float[P + S].  Written; the same for the same seed. */
    void (*init)(const struct model *model, uint64_t seed, float *w);

    /* Instead, where parameters begin as data: w from the first worker's rows; false with a
     * sentence when they do not suffice.  NULL: init. */
    bool (*start)(const struct model *model, struct rows rows, float *w, struct err *err);

    /* Floats of scratch (64-byte aligned) that gradient and descend need for up to `rows` rows;
     * evaluate needs those of 1 row for any number. */
    int64_t (*scratch_floats)(const struct model *model, int64_t rows);

    /* (NULL, with descend, when the kind follows no gradient.)
     * Writes gradient: float[P], of mean loss over the rows plus penalty, at w; and behind it
     * float[S], the statistics after these rows.
     * ret_loss: that objective; NULL saves its logarithms.  rows.count >= 1. */
    void (*gradient)(const struct model *model, const float *w, struct rows rows,
                     float *scratch, float *gradient, double *ret_loss);

    /* How many entries of the gradient over sparse rows that touch so much, or of a sum of
     * gradients over parts of them, can be other than 0.  NULL: all. */
    int64_t (*gradient_nonzeros)(const struct model *model, const struct touched *rows);

    /* w -= rate * gradient over rows; may cost less than the gradient itself (sparse rows). */
    void (*descend)(const struct model *model, float *w, struct rows rows, float *scratch,
                    float rate);

    const struct expectation *expectation; /* NULL: it is not learnt so */

    /* What the functions of objective.h learn; NULL: others are used. */
    struct objective (*objective)(const struct model *model);

    /* Adds the rows' losses and hits to *score. */
    void (*evaluate)(const struct model *model, const float *w, struct rows rows,
                     float *scratch, struct score *score);

    /* Regularisation at w, which gradient includes and evaluate does not:
     * the training objective is score.loss / score.rows + penalty. */
    double (*penalty)(const struct model *model, const float *w);
    /* Of the P parameters the first so many are penalised; the others are biases. */
    int64_t (*penalised)(const struct model *model);

    /* Of one gradient or descend step, and of an evaluation, of so many rows; calls = 1. */
    struct work (*step_work)(const struct model *model, int64_t rows, int64_t nonzeros);
    struct work (*evaluate_work)(const struct model *model, int64_t rows, int64_t nonzeros);

    /* Memory that a step on so many rows needs beside parameters, gradient and the rows.  NULL:
     * none worth counting. */
    int64_t (*activation_bytes)(const struct model *model, int64_t rows);
};

extern const struct family model_family; /* "model" */
extern const struct family layer_family; /* "layer": what networks are made of */

/* What every kind of model has beside its own settings. */
struct model_common {
    bool phantom;
    struct choice charge_as; /* kind NULL: absent */
};
const struct model_common *model_common_of(const struct choice *choice); /* never NULL */

/* The kind of model behind a choice of the family. */
const struct model_kind *model_kind_of(const struct choice *choice);

const char *model_name(const struct model *model);

/* The data that a network is published for, if it is for any: what a model is bound to that is
 * only counted.  Else `data`, as it is. */
struct matrix model_published_shape(const struct choice *choice, const struct matrix *data);

/* Binds kind and conf to data of such a shape (features, classes, sparse or dense: rows that
 * the model is given later must agree).  False with a sentence when they do not fit. */
bool model_init(struct model *ret_model, const struct choice *choice,
                const struct matrix *shape, struct err *err);
void model_done(struct model *model); /* safe on {0}, twice */

struct lr_conf {
    double l2, l1;
};

struct kmeans_conf {
    int64_t clusters;
};

struct quadratic_conf {
    double curvature, start;
};

struct svm_conf {
    double l2, l1;
    bool average_outputs;
};

#endif
