/* SPDX-License-Identifier: MIT
 * record.c -- see record.h. */
#include "sim/command/record.h"

#include "sim/command/version.h"
#include "sim/job/run_about.h"
#include "sim/sweep/clock.h"

static bool begin(struct results *results, const struct loaded *loaded, int64_t *ret_run_id,
                  struct err *err)
{
    struct run_about about;
    char utc[32];
    bool ok;

    clock_utc(utc, sizeof utc);
    run_about_init(
        &about, loaded->scenario, loaded->learner,
        &(struct run_build){version_text(), version_git_commit(), utc, BEHAVIOUR_VERSION});
    ok = results_begin(results, &about.info, ret_run_id, err);
    run_about_done(&about);
    return ok;
}

/* -- the run -- */
static bool execute(const struct loaded *loaded, struct results *results, struct record *record,
                    struct run *run, int64_t *ret_run_id, struct err *err)
{
    double begun_s = clock_wall_s();

    if (!begin(results, loaded, ret_run_id, err))
        return false;
    if (record->begun)
        record->begun(record->begun_arg);
    if (!run_execute(run, loaded->scenario, loaded->learner, &record->how, err))
        return false;
    run->end.wall_s = clock_wall_s() - begun_s;
    run->end.peak_memory_bytes = clock_peak_memory_bytes();
    record->ended = true;
    return results_finish(results, *ret_run_id, &run->end, run->world.ledger, err);
}

bool record_run(const struct loaded *loaded, struct record *record, struct run *run,
                int64_t *ret_run_id, struct err *err)
{
    struct results *results = results_open(record->db, NULL, err);
    bool ok;

    *run = (struct run){0}; /* filled where it is: its parts point at one another */
    if (!results)
        return false;
    ok = execute(loaded, results, record, run, ret_run_id, err);
    results_close(results);
    return ok;
}
