/* SPDX-License-Identifier: MIT
 * describe_network.c -- see describe_network.h. */
#include "sim/command/describe_network.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/model/network.h"
#include "base/err.h"

/* 3217226 -> "3,217,226" */
static const char *grouped(int64_t number, char out[32])
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%" PRId64, number), used = 0;

    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
    return out;
}

static void print_line(const char *name, const char *kind, const char *shape,
                       int64_t parameters, int64_t multiply_adds, int64_t activation_floats,
                       FILE *out)
{
    char a[32], b[32], c[32];

    fprintf(out, "  %-22s %-22s %-12s %14s %17s %16s\n", name, kind, shape,
            grouped(parameters, a), grouped(multiply_adds, b),
            grouped(activation_floats * (int64_t)sizeof(float), c));
}

static void print_network(const struct network *network, FILE *out)
{
    char shape[64], a[32], b[32];

    fprintf(out, "\nlayers, for %s of %s and %d classes; per example:\n",
            network->input.flat ? "rows" : "images",
            shape_text(network->input, shape, sizeof shape), network->classes);
    fprintf(out, "  %-22s %-22s %-12s %14s %17s %16s\n", "layer", "kind", "output",
            "parameters", "multiply-adds", "activation bytes");
    for (int32_t i = 0; i < network->layers; i++) {
        const struct layer_info *layer = &network->layer[i];

        print_line(layer->name, layer->kind, shape_text(layer->out, shape, sizeof shape),
                   layer->parameters, layer->multiply_adds, layer->activation_floats, out);
    }
    print_line("total", "", "", network->parameters, network->multiply_adds,
               network->activation_floats, out);
    fprintf(out, "  a message              %s bytes (4 a parameter)\n",
            grouped(network->parameters * (int64_t)sizeof(float), a));
    if (network->statistics)
        fprintf(out, "  running statistics     %s, %s bytes\n", grouped(network->statistics, a),
                grouped(network->statistics * (int64_t)sizeof(float), b));
    fprintf(out,
            "  a training step        %s floating-point operations an example (2 a "
            "multiply-add, the way back twice the way there)\n",
            grouped(6 * network->multiply_adds, a));
    if (network->counted_only)
        fputs("  It is a phantom: counted, never computed; it has no loss.\n", out);
}

void describe_network(const struct kind *kind, FILE *out)
{
    struct choice choice = {.kind = kind};
    struct matrix none = {0}, shape = model_published_shape(&choice, &none);
    struct model model;
    struct err err = {""};

    if (shape.classes == 0)
        return;
    choice.conf = known_presets(kind);
    if (model_init(&model, &choice, &shape, &err))
        print_network(network_of_model(&model), out);
    else
        fprintf(out, "\n  %s\n", err.text);
    model_done(&model);
    free(choice.conf);
}
