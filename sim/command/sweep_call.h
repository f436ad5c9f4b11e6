/* SPDX-License-Identifier: MIT
 * sweep_call.h -- one call of `traincast sweep`, for its files. */
#ifndef TRAINCAST_SIM_COMMAND_SWEEP_CALL_H
#define TRAINCAST_SIM_COMMAND_SWEEP_CALL_H

#include "sim/command/command.h"
#include "sim/sweep/run.h"

struct sweep_call {
    const struct command_options *options;
    const char *path, *db;
    const char *const *shard_files; /* to be merged; ends in NULL */
    struct sweep *sweep;
    struct plan plan;
    struct run_build build;
    char utc[32];
    struct results *known; /* --known; NULL */
    bool *chosen;          /* NULL: all */
    size_t shard, shards;
};

/* Runs what is to be run as job arrays and merges what comes of it; results are planned. False:
 * the real machine failed. */
bool sweep_on_slurm(struct sweep_call *call, struct results *results, struct err *err);

#endif
