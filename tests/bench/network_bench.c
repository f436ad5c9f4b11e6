/* SPDX-License-Identifier: MIT
 * network_bench.c -- steps of deep networks a second, on one core: forward, backward, w -= rate
 * g; and of logistic regression (`lr`) on pictures of 28 x 28, where a framework's overhead
 * shows.
 *
 *   bench_network_bench               all of them
 *   bench_network_bench NAME N TURNS  one, N examples a step; prints the best step's seconds
 *
 * torch_bench.py sets PyTorch beside them, in turn within one run. */
#include <stdlib.h>
#include <time.h>

#include "algorithms/math/blas.h"
#include "algorithms/model/model.h"
#include "algorithms/network/network.h"
#include "base/memory.h"
#include "tests/test.h"

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static struct network *network_named(const char *name)
{
    const struct known_kind *known =
        (const struct known_kind *)family_find(&known_family, name);
    struct layers layers = {NULL};
    struct err err = {""};
    struct network *network;
    void *conf = known_presets(&known->kind);

    known->describe(conf, known->input, known->classes, &layers);
    network = network_new(&layers, known->input, known->classes, &err);
    if (!network)
        fail_msg("%s", err.text);
    layers_done(&layers);
    free(conf);
    return network;
}

static real *aligned(int64_t reals)
{
    real *piece = aligned_alloc(64, ((size_t)reals * sizeof(real) + 63) / 64 * 64);

    memset(piece, 0, (size_t)reals * sizeof(real));
    return piece;
}

struct bench {
    struct network *network;
    struct batch batch;
    real *w, *statistics, *gradient, *scratch;
};

static double step_s(struct bench *b)
{
    double begun_s = now_s();
    struct network_score score;

    network_gradient(b->network, b->w, b->statistics, &b->batch, b->scratch, b->gradient,
                     &score);
    for (int64_t i = 0; i < b->network->parameters; i++)
        b->w[i] -= (real)0.01 * b->gradient[i];
    return now_s() - begun_s;
}

/* Random pictures and labels. */
static void draw(int64_t numbers, real *x, int64_t examples, int32_t *label)
{
    struct rng rng = rng_at(rng_stream(1, "bench"), 0, 0);

    for (int64_t i = 0; i < numbers; i++)
        x[i] = (real)rng_normal(&rng);
    for (int64_t i = 0; i < examples; i++)
        label[i] = (int32_t)rng_below(&rng, 10);
}

enum { LR_STEPS = 100 }; /* of a turn: one alone is too short to time */

static double lr_turn_s(const struct model *model, float *w, struct rows rows, float *scratch)
{
    double begun_s = now_s();

    for (int i = 0; i < LR_STEPS; i++)
        model->kind->descend(model, w, rows, scratch, 0.01f);
    return (now_s() - begun_s) / LR_STEPS;
}

static double lr_best_s(int64_t examples, int turns)
{
    struct matrix matrix = {.rows = examples, .features = 784, .classes = 10};
    float *x = aligned(examples * matrix.features), *w;
    int32_t *label = memory_new((size_t)examples, sizeof *label);
    struct choice choice = {.kind = family_find(&model_family, "lr"),
                            .conf = &(struct lr_conf){0}};
    struct model model;
    struct scratch scratch;
    double best = INFINITY;

    draw(examples * matrix.features, x, examples, label);
    matrix.x = x;
    matrix.y = label;
    assert_true(model_init(&model, &choice, &matrix, NULL));
    w = aligned(model.parameters);
    scratch_init(&scratch, model.kind->scratch_floats(&model, examples), examples);
    for (int turn = 0; turn <= turns; turn++)
        best = fmin(best, lr_turn_s(&model, w, rows_all(&matrix), scratch.number));
    model_done(&model);
    scratch_done(&scratch);
    free(w);
    free(x);
    free(label);
    return best;
}

static double network_best_s(const char *name, int64_t examples, int turns)
{
    struct bench b = {.network = network_named(name)};
    int64_t numbers = examples * shape_count(b.network->input);
    real *x = aligned(numbers);
    int32_t *label = memory_new((size_t)examples, sizeof *label);
    double best = INFINITY, all = 0;

    b.w = aligned(b.network->parameters);
    b.gradient = aligned(b.network->parameters);
    b.statistics = aligned(b.network->statistics + 1);
    b.scratch = aligned(network_gradient_scratch(b.network, examples));
    network_init(b.network, 1, b.w, b.statistics);
    draw(numbers, x, examples, label);
    b.batch = (struct batch){.x = x, .label = label, .count = examples};
    /* so many turns, and a quarter of a second at least, the first left out */
    step_s(&b);
    for (int turn = 0; turn < turns || all < 0.25; turn++) {
        double s = step_s(&b);

        all += s;
        best = fmin(best, s);
    }
    network_free(b.network);
    free(b.w);
    free(b.statistics);
    free(b.gradient);
    free(b.scratch);
    free(x);
    free(label);
    return best;
}

static double best_s(const char *name, int64_t examples, int turns)
{
    return strcmp(name, "lr") == 0 ? lr_best_s(examples, turns)
                                   : network_best_s(name, examples, turns);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int64_t examples;
    } all[] = {{"lr", 10},       {"mlp", 64},       {"cnn", 10},     {"cnn", 64},
               {"resnet20", 32}, {"mobilenet", 32}, {"resnet50", 32}};

    math_init();
    if (argc == 4) {
        printf("%.9f\n", best_s(argv[1], atoll(argv[2]), atoi(argv[3])));
        return 0;
    }
    printf("kernels: %s\n", network_kernels());
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        double s = best_s(all[i].name, all[i].examples, 3);

        printf("%-10s batch %2lld  %9.3f ms a step  %8.0f examples/s\n", all[i].name,
               (long long)all[i].examples, 1e3 * s, (double)all[i].examples / s);
        fflush(stdout);
    }
    return 0;
}
