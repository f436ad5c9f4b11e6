/* SPDX-License-Identifier: MIT
 * rcv1_like.c -- source "rcv1-like": news as weighted words, told apart by a sparse linear
 * model.
 *
 * A document is a bag of tokens.  Its length is lognormal; a token repeats an earlier one, or
 * is a word by Zipf's and Mandelbrot's law, p(rank) ~ (rank + q)^-s.  Values are as in RCV1: (1
 * + ln tf) * idf, each row of length 1.  A fifth of the words have a polarity of 1 or -1; a
 * document leans to one, and a word of the other is drawn again once.  The class is the sign of
 * the sum of polarity * value, plus noise.
 *
 * Chosen, not fitted: 20,000 documents then have 75 non-zeros on average, use 45,000 of 47,236
 * words, and a support vector machine (C = 1) tells 99 % of them and 95 % of others right; of
 * the real 20,242 those are (as remembered) 74, 44,504, 99 %, 95 %.
 *
 * SIMPLIFIED: words are otherwise independent: there are no topics but the two sides. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "traces/dataset/data.h"
#include "traces/dataset/sparse_rows.h"

enum {
    VERSION = 1,
    TOKENS_LEAST = 8,
    TOKENS_MOST = SPARSE_ROW_MOST,
    STEPS = 65536, /* of the table of ranks by probability */
    SAMPLE = 4096, /* documents by which the classes are balanced */
    IDF_TOKENS = 80,
    /* 1.2 GB of libsvm text for 697,641 rows (LambdaML, SIGMOD 2021). */
    TEXT_BYTES_PER_ROW = 1720,
};
static const double exponent = 1.3, offset = 80;             /* s, q */
static const double tokens_median = 102, tokens_sigma = 0.6; /* of the length */
static const double repeat_share = 0.35, polar_share = 0.2;
static const double class_share = 0.524, noise_ratio = 0.1;

struct generator {
    int32_t words;          /* D */
    double rank[STEPS + 1]; /* the rank below which i / STEPS of all tokens are */
    int32_t *column;        /* [D] by rank: frequent words stand anywhere */
    float *idf, *polarity;  /* [D] by column */
    float log_tf[TOKENS_MOST + 1];
    double mean, spread, bias; /* of the sums by which classes are told */
};

static int32_t draw_word(const struct generator *g, struct rng *rng)
{
    uint32_t number = rng_u32(rng), step = number >> 16;
    double part = (number & 0xffff) * 0x1p-16;
    int32_t rank = (int32_t)(g->rank[step] + part * (g->rank[step + 1] - g->rank[step]));

    return g->column[rank < g->words ? rank : g->words - 1];
}

static int draw_tokens(const struct generator *g, struct rng *rng, int32_t *token)
{
    float lean = rng_uniform(rng) < class_share ? 1 : -1;
    double length = tokens_median * exp(tokens_sigma * rng_normal(rng));
    int count = (int)fmin(fmax(length, TOKENS_LEAST), TOKENS_MOST);

    for (int i = 0; i < count; i++) {
        if (i > 0 && rng_u32(rng) < (uint32_t)(repeat_share * 0x1p32)) {
            token[i] = token[(uint64_t)rng_u32(rng) * (uint64_t)i >> 32];
            continue;
        }
        token[i] = draw_word(g, rng);
        if (g->polarity[token[i]] * lean < 0)
            token[i] = draw_word(g, rng);
    }
    return count;
}

/* Fills the row but for its class; returns what the class is told by. */
static double write_document(const struct generator *g, struct rng *rng, struct sparse_row *row)
{
    int32_t token[TOKENS_MOST];
    int tokens = draw_tokens(g, rng, token);
    double squares = 0, sum = 0;
    float scale;

    sparse_rows_sort(token, tokens, g->words);
    row->count = 0;
    for (int i = 0, same; i < tokens; i += same) {
        float value;

        for (same = 1; i + same < tokens && token[i + same] == token[i]; same++)
            ;
        value = g->log_tf[same] * g->idf[token[i]];
        squares += (double)value * value;
        row->column[row->count] = token[i];
        row->value[row->count++] = value;
    }
    scale = (float)(1 / sqrt(squares));
    for (int i = 0; i < row->count; i++) {
        row->value[i] *= scale;
        sum += (double)row->value[i] * g->polarity[row->column[i]];
    }
    return sum;
}

static double with_noise(const struct generator *g, double sum, struct rng *rng)
{
    return (sum - g->mean) / g->spread + noise_ratio * rng_normal(rng);
}

static void write_row(const void *recipe, struct rng_stream stream, uint32_t number,
                      struct sparse_row *row)
{
    const struct generator *g = recipe;
    struct rng rng = rng_at(stream, number, 0);
    double sum = write_document(g, &rng, row);

    row->class = with_noise(g, sum, &rng) > g->bias;
}

/* -- what all rows share -- */
static int32_t common_divisor(int32_t a, int32_t b)
{
    while (b) {
        int32_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

static double tail_at(double rank) /* of p, up to a factor */
{
    return pow(rank + offset, 1 - exponent);
}

static void fill_words(struct generator *g, uint64_t seed)
{
    struct rng_stream truth = rng_stream(seed, "rcv1-like.truth");
    double first = tail_at(0), last = tail_at(g->words);
    int32_t stride = 20011;

    while (common_divisor(stride, g->words) != 1)
        stride++;
    for (int i = 0; i <= STEPS; i++)
        g->rank[i] =
            pow(first + (double)i / STEPS * (last - first), 1 / (1 - exponent)) - offset;
    for (int32_t rank = 0; rank < g->words; rank++) {
        int32_t column = (int32_t)((int64_t)rank * stride % g->words);
        double p = (tail_at(rank) - tail_at(rank + 1)) / (first - last);
        struct rng rng = rng_at(truth, (uint32_t)column, 0);
        bool polar = rng_uniform(&rng) < polar_share;

        g->column[rank] = column;
        g->polarity[column] = polar ? (rng_u32(&rng) & 1 ? 1.0f : -1.0f) : 0.0f;
        /* A word in every document still counts a little. */
        g->idf[column] = (float)(0.01 - log(1 - pow(1 - p, IDF_TOKENS)));
    }
    for (int tf = 1; tf <= TOKENS_MOST; tf++)
        g->log_tf[tf] = (float)(1 + log(tf));
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void balance(struct generator *g, uint64_t seed)
{
    struct rng_stream stream = rng_stream(seed, "rcv1-like.balance");
    double *told = NEW_ARRAY(double, SAMPLE), sum = 0, squares = 0;
    struct rng rng[1];
    struct sparse_row *row = NEW(struct sparse_row);

    for (uint32_t i = 0; i < SAMPLE; i++) {
        *rng = rng_at(stream, i, 0);
        told[i] = write_document(g, rng, row);
        sum += told[i];
        squares += told[i] * told[i];
    }
    g->mean = sum / SAMPLE;
    g->spread = sqrt(fmax(squares / SAMPLE - g->mean * g->mean, 1e-12));
    for (uint32_t i = 0; i < SAMPLE; i++) {
        *rng = rng_at(stream, i, 1);
        told[i] = with_noise(g, told[i], rng);
    }
    qsort(told, SAMPLE, sizeof *told, by_value);
    g->bias = told[(int)((1 - class_share) * SAMPLE)];
    free(row);
    free(told);
}

static bool open_rcv1_like(const struct data_request *request, struct data *data,
                           struct err *err)
{
    const struct sparse_like_conf *conf = request->conf;
    struct generator *g = NEW(struct generator);
    struct sparse_rows rows = {.name = "rcv1-like",
                               .version = VERSION,
                               .features = (int32_t)conf->features,
                               .text_bytes_per_row = TEXT_BYTES_PER_ROW,
                               .row = write_row,
                               .recipe = g};
    bool ok;

    g->words = rows.features;
    g->column = NEW_ARRAY(int32_t, (size_t)g->words);
    g->idf = NEW_ARRAY(float, (size_t)g->words);
    g->polarity = NEW_ARRAY(float, (size_t)g->words);
    fill_words(g, request->seed);
    balance(g, request->seed);
    ok = sparse_rows_generate(&rows, "train", request->seed, conf->rows, &data->train, err);
    if (ok && conf->test_rows > 0)
        ok = sparse_rows_generate(&rows, "test", request->seed, conf->test_rows, &data->test,
                                  err);
    free(g->column);
    free(g->idf);
    free(g->polarity);
    free(g);
    return ok;
}

static const struct field fields[] = {
    CONF(struct sparse_like_conf, rows, .min = 1, .max = (double)DATASET_ROWS_MAX,
         .doc = "Training rows; LambdaML's RCV1 has 697,641."),
    CONF(struct sparse_like_conf, test_rows, .min = 0, .max = (double)DATASET_ROWS_MAX,
         .preset = "0",
         .doc = "Test rows, drawn apart from the training rows; 0: no test set."),
    CONF(struct sparse_like_conf, features, .min = 2, .max = 10000000, .preset = "47236",
         .doc = "Words.", .source = "Lewis et al., RCV1, JMLR 2004: 47,236 terms"),
    CONF_END,
};

extern const struct data_kind data_rcv1_like;
const struct data_kind data_rcv1_like = {
    .kind = {.name = "rcv1-like",
             .doc =
                 "Generated sparse rows of two classes, about 75 non-zeros each, distributed "
                 "like the news of RCV1; the scenario's seed decides them.",
             .source = "after Lewis et al., RCV1: A New Benchmark Collection, JMLR 2004",
             .fields = fields,
             .conf_size = sizeof(struct sparse_like_conf)},
    .open = open_rcv1_like,
};
