/* SPDX-License-Identifier: MIT
 * network.h -- models that are networks: those of the family "network" by name, and a user's
 * own.
 *
 * One kind of model serves all of them; which network it is, is its choice's kind. */
#ifndef TRAINCAST_ALGORITHMS_MODEL_NETWORK_H
#define TRAINCAST_ALGORITHMS_MODEL_NETWORK_H

#include "algorithms/model/model.h"
#include "algorithms/network/network.h"

/* Of `model: {kind: network, layers: {...}}`. */
struct network_conf {
    struct map layers; /* of struct choice, family "layer" */
};

extern const struct model_kind model_network;

/* The network behind a model; NULL: it is none.  Borrowed. */
const struct network *network_of_model(const struct model *model);

#endif
