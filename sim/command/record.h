/* SPDX-License-Identifier: MIT
 * record.h -- one loaded scenario, from its first simulated second to its rows in a database.
 */
#ifndef TRAINCAST_SIM_COMMAND_RECORD_H
#define TRAINCAST_SIM_COMMAND_RECORD_H

#include "sim/command/load.h"
#include "sim/job/run.h"

struct record {
    const char *db;           /* file of the results database */
    struct run_options how;   /* progress, limit of real time */
    void (*begun)(void *arg); /* the run has its number now; NULL: nobody asks */
    void *begun_arg;
    bool ended; /* set: the run has come to its end, whether it could be written or not */
};

/* Opens the database, runs, writes.  run_done frees *run in any case. */
bool record_run(const struct loaded *loaded, struct record *record, struct run *run,
                int64_t *ret_run_id, struct err *err);

#endif
