/* SPDX-License-Identifier: MIT
 * process.h -- a forked process that runs some points of a sweep, one after another, and
 * reports each to the one that forked it.
 *
 * What is learnt it repeats as far as its parent has it in memory; what it computes of that it
 * reports as well.  It has the only engine; its parent has none, and is the only one that
 * writes.  What the parent had loaded when it forked the process sees without a copy. */
#ifndef TRAINCAST_SIM_SWEEP_PROCESS_H
#define TRAINCAST_SIM_SWEEP_PROCESS_H

#include <sys/types.h>

#include "base/text.h"
#include "sim/sweep/plan.h"

/* How a point ended, as it comes out of the pipe; behind it rows_bytes of results_pack. */
struct report {
    uint64_t point;
    enum report_code {
        REPORT_ENDED,     /* rows follow, whatever the status */
        REPORT_CANCELLED, /* a signal; to be run again */
        REPORT_BAD_INPUT, /* what only the data tell: a batch larger than a shard ... */
        REPORT_MACHINE,   /* the real machine failed */
        REPORT_LEARNT,    /* point is a learning; what follows is its trajectory */
    } code;
    enum run_status status;
    double wall_s;
    uint64_t rows_bytes;
    char message[1024]; /* why it did not end well; "" */
};

struct process {
    pid_t pid;     /* 0: none */
    int fd;        /* what it reports */
    size_t *point; /* its points; owned */
    size_t points, reported;
    struct text received; /* reports from taken on */
    size_t taken;
};

struct process_work {
    const struct plan *plan;
    const struct data_shelf *shelf; /* data sets that its parent has loaded */
    bool reuse;                     /* trajectories */
    int threads;                    /* of each run */
    double wall_time_s;             /* limit of real time of a run; 0: none */
};

/* Forks; point[] becomes the process's. */
bool process_begin(struct process *process, const struct process_work *work, size_t *point,
                   size_t points, struct err *err);
/* Reads what has come, without waiting.  False: that was all. */
bool process_read(struct process *process);
/* Takes the next whole report; rows are valid until the next call. */
bool process_next(struct process *process, struct report *ret_report, const char **ret_rows);
/* Waits for it; why: how it ended unless it ended by itself, else "". */
void process_end(struct process *process, char why[128]);

#endif
