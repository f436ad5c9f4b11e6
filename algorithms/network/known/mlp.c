/* SPDX-License-Identifier: MIT
 * mlp.c -- hidden layers, each a dense one and a relu.
 *
 * As preset: the "2NN" of McMahan et al., "Communication-efficient learning of deep networks
 * from decentralized data", AISTATS 2017, section 3: 784-200-200-10, 199,210 parameters. */
#include "algorithms/network/known/known.h"

struct mlp_conf {
    int64_t hidden, depth;
};

static const struct field fields[] = {
    CONF(struct mlp_conf, hidden, .min = 1, .max = 100000, .preset = "200",
         .doc = "Outputs of each hidden layer."),
    CONF(struct mlp_conf, depth, .max = 1000, .preset = "2", .doc = "Hidden layers."),
    CONF_END,
};

static void describe(const void *conf, struct shape input, int32_t classes,
                     struct layers *layers)
{
    const struct mlp_conf *mlp = conf;
    layer_name name;

    (void)classes;
    if (!input.flat)
        add_flatten(layers);
    for (int64_t i = 0; i < mlp->depth; i++) {
        add_dense(layers, name_of(name, "hidden%d", (int)i + 1), mlp->hidden);
        add_relu(layers, name_of(name, "relu%d", (int)i + 1));
    }
    add_dense(layers, "classes", 0);
    add_loss(layers);
}

const struct known_kind known_mlp = {
    .kind = {.name = "mlp",
             .doc = "Hidden dense layers with relu; as preset FedAvg's 2NN for MNIST.",
             .source = "McMahan et al., AISTATS 2017, section 3",
             .fields = fields,
             .conf_size = sizeof(struct mlp_conf)},
    MNIST,
    .describe = describe,
};
