/* SPDX-License-Identifier: MIT
 * steps.c -- runs a known network on weights and batches that somebody else has chosen.
 *
 *   network_steps NETWORK                     prints its tensors
 *   network_steps NETWORK train N STEPS RATE  reads w, then STEPS batches of N examples;
 *                                             writes the loss of each step of plain SGD
 *   network_steps NETWORK gradient N STEPS    reads w and a batch, STEPS times; writes loss
 *                                             and gradient
 *
 * Everything but labels (int32) is a real, float or double as the program was built; losses are
 * double.  Standard input and output, raw.  tests/conformance/networks.py drives it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/network/network.h"
#include "base/memory.h"

struct steps {
    struct network *network;
    int64_t examples, steps;
    double rate;
    real *w, *statistics, *x, *gradient, *scratch;
    int32_t *label;
};

static void get(void *to, size_t size, int64_t count)
{
    if (fread(to, size, (size_t)count, stdin) != (size_t)count) {
        fputs("network_steps: input ends early\n", stderr);
        exit(3);
    }
}

static void put(const void *from, size_t size, int64_t count)
{
    if (fwrite(from, size, (size_t)count, stdout) != (size_t)count)
        exit(3);
}

static double step(struct steps *s)
{
    struct batch batch = {.x = s->x, .label = s->label, .count = s->examples};
    struct network_score score;

    get(s->x, sizeof(real), s->examples * shape_count(s->network->input));
    get(s->label, sizeof *s->label, s->examples);
    network_gradient(s->network, s->w, s->statistics, &batch, s->scratch, s->gradient, &score);
    return score.loss / (double)score.examples;
}

static void train(struct steps *s)
{
    get(s->w, sizeof(real), s->network->parameters);
    for (int64_t i = 0; i < s->steps; i++) {
        double loss = step(s);

        put(&loss, sizeof loss, 1);
        for (int64_t k = 0; k < s->network->parameters; k++)
            s->w[k] -= (real)s->rate * s->gradient[k];
    }
}

static void gradients(struct steps *s)
{
    for (int64_t i = 0; i < s->steps; i++) {
        double loss;

        get(s->w, sizeof(real), s->network->parameters);
        loss = step(s);
        put(&loss, sizeof loss, 1);
        put(s->gradient, sizeof(real), s->network->parameters);
    }
}

static void print_tensors(const struct network *network)
{
    for (int32_t i = 0; i < network->parameter_tensors; i++) {
        const struct tensor *tensor = &network->parameter[i];

        printf("%s %lld", tensor->name, (long long)tensor->offset);
        for (int k = 0; k < tensor->dimensions; k++)
            printf(" %d", tensor->size[k]);
        putchar('\n');
    }
}

static struct network *network_named(const char *name)
{
    const struct known_kind *known =
        (const struct known_kind *)family_find(&known_family, name);
    struct layers layers = {NULL};
    struct err err = {""};
    struct network *network;
    void *conf;

    if (!known)
        return NULL;
    conf = known_presets(&known->kind);
    known->describe(conf, known->input, known->classes, &layers);
    network = network_new(&layers, known->input, known->classes, &err);
    fputs(err.text, stderr);
    layers_done(&layers);
    free(conf);
    return network;
}

static void *aligned(int64_t reals)
{
    return aligned_alloc(64, ((size_t)reals * sizeof(real) + 63) / 64 * 64);
}

int main(int argc, char **argv)
{
    struct steps s = {.network = argc > 1 ? network_named(argv[1]) : NULL};

    if (!s.network)
        return 2;
    if (argc < 5) {
        print_tensors(s.network);
        network_free(s.network);
        return 0;
    }
    s.examples = atoll(argv[3]);
    s.steps = atoll(argv[4]);
    s.rate = argc > 5 ? atof(argv[5]) : 0;
    s.w = aligned(s.network->parameters);
    s.gradient = aligned(s.network->parameters);
    s.statistics = aligned(s.network->statistics + 1);
    s.scratch = aligned(network_gradient_scratch(s.network, s.examples));
    s.x = aligned(s.examples * shape_count(s.network->input));
    s.label = memory_new((size_t)s.examples, sizeof *s.label);
    network_init(s.network, 1, s.w, s.statistics);
    if (strcmp(argv[2], "train") == 0)
        train(&s);
    else
        gradients(&s);
    network_free(s.network);
    free(s.w);
    free(s.gradient);
    free(s.statistics);
    free(s.scratch);
    free(s.x);
    free(s.label);
    return 0;
}
