/* SPDX-License-Identifier: MIT
 * claim.c -- which process is at which planned run, so that no other computes it as well.
 *
 * A claim is a lock of the kernel's on one byte, far behind the end of the database: a process
 * that is killed has given up its claims, and nobody ever has to clean up after it.  The locks
 * belong to the open file (OFD), unlike SQLite's, which any close of the file in this process
 * would drop: so the file is closed after SQLite's.  Where a file system has no such locks,
 * everybody may claim everything, and a run may be computed twice; it is written once anyway.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "sim/results/inside.h"

static const off_t claims_begin = (off_t)1 << 62; /* SQLite's own bytes are at 2^30 */

/* The run's byte; false: somebody else has it. */
static bool lock(int file, short type, int64_t run_id)
{
    struct flock range = {.l_type = type,
                          .l_whence = SEEK_SET,
                          .l_start = claims_begin + (off_t)run_id,
                          .l_len = 1};

    return fcntl(file, F_OFD_SETLK, &range) == 0 || (errno != EAGAIN && errno != EACCES);
}

/* -1: it cannot be opened, and nothing is claimed. */
static int claims_file(struct results *results)
{
    if (!results->claims_file)
        results->claims_file = 1 + open(results->path, O_RDWR | O_CLOEXEC);
    return results->claims_file - 1;
}

void claims_close(struct results *results)
{
    if (results->claims_file)
        close(results->claims_file - 1);
    results->claims_file = 0;
}

/* RUN_STATUS_COUNT: the run has been deleted. */
static bool status_of(struct results *results, int64_t run_id, enum run_status *ret_status,
                      struct err *err)
{
    struct writer writer = {.results = results, .err = err, .ok = true};
    struct insert find = insert_open(&writer, "SELECT status_id FROM run WHERE run_id = ?");
    int64_t id = -1;
    int status = 0;

    put_int(&find, run_id);
    put_query(&find, &id);
    while (status < RUN_STATUS_COUNT && results->status_id[status] != id)
        status++;
    insert_done(&find);
    *ret_status = (enum run_status)status;
    return writer.ok;
}

bool results_claim(struct results *results, int64_t run_id, enum claim *ret_claim,
                   enum run_status *ret_status, struct err *err)
{
    /* First the claim, then the look: whoever had it has given it up after writing. */
    *ret_claim = CLAIM_OTHERS;
    *ret_status = RUN_PLANNED;
    if (!lock(claims_file(results), F_WRLCK, run_id))
        return true;
    if (!status_of(results, run_id, ret_status, err))
        return false;
    *ret_claim = *ret_status == RUN_PLANNED ? CLAIM_OURS : CLAIM_OVER;
    if (*ret_claim == CLAIM_OVER)
        results_unclaim(results, run_id);
    return true;
}

void results_unclaim(struct results *results, int64_t run_id)
{
    lock(claims_file(results), F_UNLCK, run_id);
}
