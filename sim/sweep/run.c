/* SPDX-License-Identifier: MIT
 * run.c -- see run.h.
 *
 * A process gets several short points at once, because beginning a process takes as long as
 * running some of them; few at the end, so that nobody is left with many. */
#include "sim/sweep/run.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "sim/sweep/clock.h"
#include "sim/sweep/process.h"

enum { MOST_AT_ONCE = 64, PATIENCE_S = 10 };
static const double commit_every_s = 0.2;

/* Set by signals. */
static volatile sig_atomic_t interrupts;

void sweep_interrupt(void)
{
    interrupts++;
}

struct fleet {
    struct sweep_run *run;
    struct process_work work;
    struct run_info build;
    struct process *process; /* [run->processes] */
    struct pollfd *poll;     /* likewise */
    size_t *queue;           /* points, from next to queued */
    size_t next, queued;
    double begun_s;
    double batch_s;      /* when the open transaction began; NaN: none is open */
    double interrupt_s;  /* when the first interrupt was seen; NaN: not yet */
    int interrupts_seen; /* told to the processes */
};

/* -- writing -- */
static bool commit(struct fleet *fleet, struct err *err)
{
    if (isnan(fleet->batch_s))
        return true;
    fleet->batch_s = NAN;
    return results_batch_end(fleet->run->results, true, err);
}

static bool write_rows(struct fleet *fleet, const struct report *report, const char *rows,
                       struct err *err)
{
    struct planned *planned = &fleet->run->plan->point[report->point];
    bool written;

    if (isnan(fleet->batch_s)) {
        if (!results_batch_begin(fleet->run->results, err))
            return false;
        fleet->batch_s = clock_wall_s();
    }
    if (!results_finish_packed(fleet->run->results, planned->run_id, rows, report->rows_bytes,
                               &fleet->build, &written, err)) {
        fleet->batch_s = NAN;
        results_batch_end(fleet->run->results, false, NULL);
        return false;
    }
    planned->state = PLANNED_DONE;
    planned->status = report->status;
    return true;
}

/* -- what came of a point -- */
static void show(struct fleet *fleet)
{
    struct sweep_run *run = fleet->run;
    struct sweep_progress *now = &run->now;
    size_t ended = now->done + now->failed;

    now->elapsed_s = clock_wall_s() - fleet->begun_s;
    now->rate_per_s = ended && now->elapsed_s > 0 ? (double)ended / now->elapsed_s : NAN;
    now->eta_s = (double)(now->points - now->before - ended) / now->rate_per_s;
    if (run->progress)
        run->progress(run->arg, now);
}

static void fail(struct fleet *fleet, size_t point, const char *message)
{
    fleet->run->now.failed++;
    if (fleet->run->failure)
        fleet->run->failure(fleet->run->arg, point, message);
}

static bool take_report(struct fleet *fleet, const struct report *report, const char *rows,
                        struct err *err)
{
    if (report->code == REPORT_CANCELLED)
        return true;
    if (report->code == REPORT_ENDED && !write_rows(fleet, report, rows, err))
        return false;
    if (report->code == REPORT_ENDED && report->status == RUN_DONE)
        fleet->run->now.done++;
    else
        fail(fleet, report->point, report->message);
    return true;
}

/* What it was running failed with it; what it had not begun goes to others. */
static void end_process(struct fleet *fleet, struct process *process)
{
    size_t lost = process->points - process->reported, *left;
    char why[128];

    left = NEW_ARRAY(size_t, lost + 1);
    memcpy(left, process->point + process->reported, lost * sizeof *left);
    process_end(process, why);
    if (lost && !interrupts) {
        fail(fleet, left[0], why[0] ? why : "its process ended");
        fleet->next -= lost - 1;
        memcpy(fleet->queue + fleet->next, left + 1, (lost - 1) * sizeof *left);
    }
    free(left);
}

/* -- processes -- */
static size_t share_of(const struct fleet *fleet)
{
    size_t left = fleet->queued - fleet->next;
    size_t share = left / (size_t)(4 * fleet->run->processes);

    return share < 1 ? 1 : share > MOST_AT_ONCE ? MOST_AT_ONCE : share;
}

static bool fill(struct fleet *fleet, struct err *err)
{
    for (int i = 0; i < fleet->run->processes && fleet->next < fleet->queued; i++) {
        size_t count = share_of(fleet), *point;

        if (fleet->process[i].pid || interrupts)
            continue;
        point = NEW_ARRAY(size_t, count);
        memcpy(point, fleet->queue + fleet->next, count * sizeof *point);
        if (!process_begin(&fleet->process[i], &fleet->work, point, count, err)) {
            free(point);
            return false;
        }
        fleet->next += count;
    }
    return true;
}

static void tell(const struct fleet *fleet, int signal)
{
    for (int i = 0; i < fleet->run->processes; i++)
        if (fleet->process[i].pid)
            kill(fleet->process[i].pid, signal);
}

static void see_interrupts(struct fleet *fleet)
{
    if (interrupts && isnan(fleet->interrupt_s))
        fleet->interrupt_s = clock_wall_s();
    if (interrupts > fleet->interrupts_seen)
        tell(fleet, interrupts > 1 ? SIGKILL : SIGTERM);
    fleet->interrupts_seen = interrupts;
    if (clock_wall_s() - fleet->interrupt_s > PATIENCE_S)
        tell(fleet, SIGKILL);
}

/* Waits until a process says something, or it is time to commit.  Returns how many run. */
static int await(struct fleet *fleet, const sigset_t *meanwhile)
{
    struct timespec most = {.tv_nsec = (long)(commit_every_s * 1e9)};
    int running = 0;

    for (int i = 0; i < fleet->run->processes; i++) {
        fleet->poll[i] = (struct pollfd){
            .fd = fleet->process[i].pid ? fleet->process[i].fd : -1, .events = POLLIN};
        running += fleet->process[i].pid != 0;
    }
    if (running)
        ppoll(fleet->poll, (nfds_t)fleet->run->processes, &most, meanwhile);
    return running;
}

static bool listen(struct fleet *fleet, struct process *process, struct err *err)
{
    bool more = process_read(process), ok = true;
    struct report report;
    const char *rows;

    while (ok && process_next(process, &report, &rows))
        ok = take_report(fleet, &report, rows, err);
    if (!more)
        end_process(fleet, process);
    return ok;
}

static bool run_all(struct fleet *fleet, const sigset_t *meanwhile, struct err *err)
{
    bool ok = true;

    while (ok) {
        ok = fill(fleet, err);
        if (!ok || !await(fleet, meanwhile))
            break;
        see_interrupts(fleet);
        for (int i = 0; ok && i < fleet->run->processes; i++)
            if (fleet->process[i].pid && fleet->poll[i].revents)
                ok = listen(fleet, &fleet->process[i], err);
        if (ok && clock_wall_s() - fleet->batch_s > commit_every_s)
            ok = commit(fleet, err);
        show(fleet);
    }
    return ok;
}

static void end_all(struct fleet *fleet)
{
    char why[128];

    tell(fleet, SIGKILL);
    for (int i = 0; i < fleet->run->processes; i++)
        if (fleet->process[i].pid)
            process_end(&fleet->process[i], why);
}

static void fill_queue(struct fleet *fleet)
{
    struct sweep_run *run = fleet->run;
    size_t points = run->plan->sweep->points;

    fleet->queue = NEW_ARRAY(size_t, points + 1);
    run->now = (struct sweep_progress){.rate_per_s = NAN, .eta_s = NAN};
    for (size_t i = 0; i < points; i++) {
        if (run->chosen && !run->chosen[i])
            continue;
        run->now.points++;
        if (run->plan->point[i].state == PLANNED_TODO)
            fleet->queue[fleet->queued++] = i;
    }
    run->now.before = run->now.points - fleet->queued;
}

bool sweep_run(struct sweep_run *run, struct err *err)
{
    struct fleet fleet = {.run = run, .batch_s = NAN, .interrupt_s = NAN};
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    sigset_t blocked, before;
    bool ok;

    fleet.build = run_build_info(run->build);
    fleet.begun_s = clock_wall_s();
    fleet.process = NEW_ARRAY(struct process, run->processes);
    fleet.poll = NEW_ARRAY(struct pollfd, run->processes);
    fleet.work = (struct process_work){
        .sweep = run->plan->sweep,
        .threads = cores > run->processes ? (int)(cores / run->processes) : 1,
        .wall_time_s = run->wall_time_s};
    fill_queue(&fleet);
    sigemptyset(&blocked); /* signals come while it waits, and at no other time */
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    ok = run_all(&fleet, &before, err);
    end_all(&fleet);
    ok = commit(&fleet, err) && ok;
    sigprocmask(SIG_SETMASK, &before, NULL);
    run->interrupted = interrupts != 0;
    free(fleet.process);
    free(fleet.poll);
    free(fleet.queue);
    return ok;
}
