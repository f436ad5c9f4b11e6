/* SPDX-License-Identifier: MIT
 * families.c -- everything a scenario can choose from.  A new family adds its line here. */
#include "algorithms/averaging/averaging.h"
#include "algorithms/collective/collective.h"
#include "algorithms/model/model.h"
#include "algorithms/optimizer/optimizer.h"
#include "sim/channel/channel.h"
#include "sim/command/command.h"
#include "sim/job/job.h"
#include "sim/job/sync/sync.h"
#include "sim/network/transport/transport.h"
#include "sim/node/platform.h"
#include "traces/dataset/data.h"
#include "traces/graph/graph.h"
#include "traces/partition/partition.h"

const struct family *const families[] = {
    &job_family,       &platform_family,  &channel_family, &pattern_family,   &sync_family,
    &model_family,     &optimizer_family, &data_family,    &partition_family, &loss_family,
    &transport_family, &averaging_family, &graph_family,   &layer_family,     NULL,
};
