/* SPDX-License-Identifier: MIT
 * describe_network.h -- a network layer by layer: shapes, parameters, work, memory, messages.
 */
#ifndef TRAINCAST_SIM_COMMAND_DESCRIBE_NETWORK_H
#define TRAINCAST_SIM_COMMAND_DESCRIBE_NETWORK_H

#include <stdio.h>

#include "base/field.h"

/* Of a kind of the family "model" as its presets make it, for the data it is published for.
 * Prints nothing for kinds that are no networks or have no such data. */
void describe_network(const struct kind *kind, FILE *out);

#endif
