/* SPDX-License-Identifier: MIT
 * slurm.h -- job arrays on a Slurm cluster: begin, ask how many tasks are left, cancel.
 *
 * By Slurm's own programs (sbatch, squeue, scancel): its library is bound to one version of it.
 */
#ifndef TRAINCAST_SIM_SWEEP_SLURM_H
#define TRAINCAST_SIM_SWEEP_SLURM_H

#include "base/err.h"

struct slurm_array {
    const char *name;
    const char *script; /* file: what each task does; $SLURM_ARRAY_TASK_ID is 1 to tasks */
    const char *log;    /* file pattern, as of sbatch --output */
    const char *extra;  /* further arguments of sbatch, split at blanks; NULL */
    int tasks;
};

/* Tasks may be queued again, and get SIGUSR1 a minute before their time is over. */
bool slurm_submit(const struct slurm_array *array, char ret_job[64], struct err *err);
/* Tasks that wait or run; false when squeue cannot be asked just now. */
bool slurm_left(const char *job, int *ret_tasks, struct err *err);
void slurm_cancel(const char *job); /* tasks get SIGTERM */

#endif
