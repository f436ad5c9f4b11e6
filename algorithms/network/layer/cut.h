/* SPDX-License-Identifier: MIT
 * cut.h -- what relu and relu6 have in common; they differ in cuts_at. */
#ifndef TRAINCAST_ALGORITHMS_NETWORK_LAYER_CUT_H
#define TRAINCAST_ALGORITHMS_NETWORK_LAYER_CUT_H

#include "algorithms/network/inside.h"
#include "algorithms/network/layer/layer.h"

bool cut_fit(struct fit *fit, struct err *err);
void cut_forward(const struct pass *pass);
void cut_backward(const struct pass *pass);

#endif
