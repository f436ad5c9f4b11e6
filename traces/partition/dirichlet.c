/* SPDX-License-Identifier: MIT
 * dirichlet.c -- of each class, the workers get shares drawn from a symmetric Dirichlet(alpha).
 *
 * The usual dial between identical shards (alpha large) and one class per worker (alpha small):
 * Hsu, Qi, Brown, arXiv 1909.06335; class by class as in Li et al., ICDE 2022 (NIID-Bench).  A
 * draw that leaves a worker without a row is made again, with the next index.
 *
 * A Dirichlet vector is Gamma(alpha) numbers over their sum.  Gammas after Marsaglia and Tsang
 * (2000), as logarithms: for alpha 0.01 a Gamma is often below the smallest double. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "traces/partition/cut.h"

enum { DRAWS_MOST = 1000 };

/* Logarithm of a Gamma(alpha, 1) number. */
static double log_gamma_draw(struct rng *rng, double alpha)
{
    /* Gamma(a) = Gamma(a + 1) * U^(1/a) covers alpha below 1. */
    double boost = alpha < 1 ? log1p(-rng_uniform(rng)) / alpha : 0;
    double d = (alpha < 1 ? alpha + 1 : alpha) - 1.0 / 3, c = 1 / sqrt(9 * d);

    for (;;) {
        double x = rng_normal(rng), u = rng_uniform(rng), v = 1 + c * x;

        v = v * v * v;
        if (v > 0 && log1p(-u) < 0.5 * x * x + d - d * v + d * log(v))
            return log(d) + log(v) + boost;
    }
}

/* share: double[W], the sum of the shares up to each worker; the last is 1. */
static void draw_shares(struct rng *rng, double alpha, double *share, int workers)
{
    double most = -INFINITY, sum = 0;

    for (int w = 0; w < workers; w++) {
        share[w] = log_gamma_draw(rng, alpha);
        most = fmax(most, share[w]);
    }
    for (int w = 0; w < workers; w++)
        share[w] = sum += exp(share[w] - most);
    for (int w = 0; w < workers; w++)
        share[w] /= sum;
    share[workers - 1] = 1;
}

/* end: int64[K][W], where worker w's rows of class k end within the class.  Returns whether
 * every worker has a row. */
static bool draw_ends(const struct partition_request *request, const int64_t *class_start,
                      uint32_t draw, int64_t *end, double *share, int64_t *rows_of)
{
    const struct partition_dirichlet_conf *conf = request->conf;
    struct rng_stream stream = rng_stream(request->seed, "partition.dirichlet");
    int W = request->workers;

    for (int w = 0; w < W; w++)
        rows_of[w] = 0;
    for (int32_t k = 0; k < request->classes; k++) {
        int64_t rows = class_start[k + 1] - class_start[k], begin = 0;
        struct rng rng = rng_at(stream, (uint32_t)k, draw);

        draw_shares(&rng, conf->alpha, share, W);
        for (int w = 0; w < W; w++) {
            int64_t here = llround(share[w] * (double)rows);

            end[(int64_t)k * W + w] = here;
            rows_of[w] += here - begin;
            begin = here;
        }
    }
    for (int w = 0; w < W; w++)
        if (rows_of[w] == 0)
            return false;
    return true;
}

/* Lays the workers' rows out one worker after the other. */
static void deal(const struct partition_request *request, const int64_t *class_start,
                 const int64_t *end, const uint32_t *sorted, struct partition *partition)
{
    int W = request->workers;
    int64_t at = 0;

    for (int w = 0; w < W; w++) {
        partition->start[w] = at;
        for (int32_t k = 0; k < request->classes; k++) {
            const int64_t *class_end = end + (int64_t)k * W;

            for (int64_t i = w ? class_end[w - 1] : 0; i < class_end[w]; i++)
                partition->row[at++] = sorted[class_start[k] + i];
        }
    }
    partition->start[W] = at;
}

static bool cut(const struct partition_request *request, struct partition *partition,
                struct err *err)
{
    const struct partition_dirichlet_conf *conf = request->conf;
    size_t W = (size_t)request->workers, K = (size_t)request->classes;
    int64_t *class_start = NEW_ARRAY(int64_t, K + 1), *rows_of = NEW_ARRAY(int64_t, W);
    int64_t *end = NEW_ARRAY(int64_t, K * W);
    double *share = NEW_ARRAY(double, W);
    uint32_t *sorted = malloc((size_t)request->rows * sizeof *sorted), draw = 0;
    bool ok = false;

    if (!sorted) {
        err_set(err, "data.partition: no memory for the order of %" PRId64 " rows",
                request->rows);
        goto done;
    }
    cut_by_class(request, partition, class_start);
    for (int32_t k = 0; k < request->classes; k++) {
        struct rng rng = rng_at(rng_stream(request->seed, "partition.class"), (uint32_t)k, 0);

        rng_shuffle(&rng, partition->row + class_start[k],
                    (size_t)(class_start[k + 1] - class_start[k]));
    }
    for (int64_t r = 0; r < request->rows; r++)
        sorted[r] = partition->row[r];
    while (!draw_ends(request, class_start, draw, end, share, rows_of)) {
        if (++draw == DRAWS_MOST) {
            err_set(err,
                    "data.partition: with alpha %g, %d draws in a row left one of %d workers "
                    "without any of %" PRId64 " rows; raise alpha or take fewer workers",
                    conf->alpha, DRAWS_MOST, request->workers, request->rows);
            goto done;
        }
    }
    deal(request, class_start, end, sorted, partition);
    cut_shuffle_shards(request, partition);
    ok = true;
done:
    free(sorted);
    free(share);
    free(end);
    free(rows_of);
    free(class_start);
    return ok;
}

static const struct field fields[] = {
    CONF(struct partition_dirichlet_conf, alpha, .min = 0, .max = 1e6, .above_min = true,
         .doc = "Concentration: 100 is close to iid, 0.1 leaves a worker one or two classes."),
    CONF_END,
};

extern const struct partition_kind partition_dirichlet;
const struct partition_kind partition_dirichlet = {
    .kind = {.name = "dirichlet",
             .doc = "Of each class the workers get random shares, drawn from a Dirichlet "
                    "distribution; shards differ in size.",
             .source = "Hsu, Qi, Brown, arXiv 1909.06335; Li et al., ICDE 2022",
             .fields = fields,
             .conf_size = sizeof(struct partition_dirichlet_conf)},
    .cut = cut,
};
