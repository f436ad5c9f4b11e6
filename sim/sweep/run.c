/* SPDX-License-Identifier: MIT
 * run.c -- see run.h.
 */
#include "sim/sweep/run.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/signals.h"
#include "sim/sweep/clock.h"
#include "sim/sweep/process.h"
#include "sim/sweep/queue.h"
#include "sim/sweep/sharing.h"

enum { PATIENCE_S = 10 };
static const double commit_every_s = 0.2;

/* Set by signals. */
static volatile sig_atomic_t interrupts;

void sweep_interrupt(void)
{
    interrupts++;
}

bool sweep_is_interrupted(void)
{
    return interrupts != 0;
}

static bool ended_badly(const struct planned *planned)
{
    return planned->state == PLANNED_DONE && planned->status != RUN_DONE;
}

void sweep_run_tally(struct sweep_run *run, struct plan *plan, const bool *chosen)
{
    *run = (struct sweep_run){.plan = plan, .chosen = chosen, .interrupted = interrupts != 0};
    for (size_t i = 0; i < plan->sweep->points; i++) {
        if (chosen && !chosen[i])
            continue;
        run->now.points++;
        run->now.before +=
            plan->point[i].state == PLANNED_DONE || plan->point[i].state == PLANNED_SAME;
        run->now.badly_before += ended_badly(&plan->point[i]);
    }
}

struct fleet {
    struct sweep_run *run;
    struct run_info build;
    struct process *process; /* [run->processes] */
    struct pollfd *poll;     /* likewise */
    struct queue queue;
    struct sharing sharing;
    int cores;
    int64_t *claim; /* runs of the open transaction */
    size_t claims, claim_capacity;
    double begun_s;
    double batch_s;      /* when the open transaction began; NaN: none is open */
    double aside_s;      /* when points were last put aside or taken back */
    double interrupt_s;  /* when the first interrupt was seen; NaN: not yet */
    int interrupts_seen; /* told to the processes */
};

/* -- writing -- */
static bool commit(struct fleet *fleet, struct err *err)
{
    if (isnan(fleet->batch_s))
        return true;
    fleet->batch_s = NAN;
    if (!results_batch_end(fleet->run->results, true, err))
        return false;
    while (fleet->claims > 0)
        results_unclaim(fleet->run->results, fleet->claim[--fleet->claims]);
    return true;
}

static bool begin_batch(struct fleet *fleet, struct err *err)
{
    if (!isnan(fleet->batch_s))
        return true;
    if (!results_batch_begin(fleet->run->results, err))
        return false;
    fleet->batch_s = clock_wall_s();
    return true;
}

static bool give_up_batch(struct fleet *fleet)
{
    fleet->batch_s = NAN;
    results_batch_end(fleet->run->results, false, NULL);
    return false;
}

static bool write_rows(struct fleet *fleet, const struct report *report, const char *rows,
                       bool *ret_written, struct err *err)
{
    struct planned *planned = &fleet->run->plan->point[report->point];

    if (!begin_batch(fleet, err))
        return false;
    if (!results_finish_packed(fleet->run->results, planned->run_id, rows, report->rows_bytes,
                               &fleet->build, ret_written, err))
        return give_up_batch(fleet);
    planned->state = PLANNED_DONE;
    planned->status = report->status;
    ROOM_FOR_ONE(fleet->claim, fleet->claims, fleet->claim_capacity);
    fleet->claim[fleet->claims++] = planned->run_id;
    return true;
}

static bool take_learnt(struct fleet *fleet, const struct report *report, const char *bytes,
                        struct err *err)
{
    struct learning *learning = &fleet->run->plan->learnings.learning[report->point];
    struct trajectory *news = trajectory_unpack(bytes, report->rows_bytes);

    if (!learning->trajectory)
        learning->trajectory = trajectory_new();
    trajectory_merge(learning->trajectory, news);
    trajectory_free(news);
    queue_ready(&fleet->queue, report->point);
    if (!begin_batch(fleet, err))
        return false;
    return learning_write(learning, fleet->run->results, err) || give_up_batch(fleet);
}

/* -- what came of a point -- */
static void show(struct fleet *fleet)
{
    struct sweep_run *run = fleet->run;
    struct sweep_progress *now = &run->now;
    size_t ended = now->done + now->failed + now->elsewhere;

    now->elapsed_s = clock_wall_s() - fleet->begun_s;
    now->rate_per_s = ended && now->elapsed_s > 0 ? (double)ended / now->elapsed_s : NAN;
    now->eta_s = (double)(now->points - now->before - ended) / now->rate_per_s;
    if (run->progress)
        run->progress(run->arg, now);
}

static void unclaim(struct fleet *fleet, size_t point)
{
    results_unclaim(fleet->run->results, fleet->run->plan->point[point].run_id);
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
    size_t learning;
    bool written;

    if (report->code == REPORT_LEARNT)
        return take_learnt(fleet, report, rows, err);
    learning = fleet->run->plan->point[report->point].learning;
    if (queue_reported(&fleet->queue, report->point) && learning != LEARNING_NONE)
        learning_forget(&fleet->run->plan->learnings.learning[learning]);
    if (report->code == REPORT_CANCELLED)
        return true;
    if (report->code != REPORT_ENDED) /* else once it is committed */
        unclaim(fleet, report->point);
    if (report->code == REPORT_ENDED && !write_rows(fleet, report, rows, &written, err))
        return false;
    if (report->code == REPORT_ENDED && report->status == RUN_DONE && !written)
        fleet->run->now.elsewhere++;
    else if (report->code == REPORT_ENDED && report->status == RUN_DONE)
        fleet->run->now.done++;
    else
        fail(fleet, report->point, report->message);
    return true;
}

/* What it was running failed with it; what it had not begun goes to others. */
static void end_process(struct fleet *fleet, struct process *process)
{
    size_t points = process->points, reported = process->reported;
    size_t *point = NEW_ARRAY(size_t, points + 1);
    char why[128];

    memcpy(point, process->point, points * sizeof *point);
    process_end(process, why);
    for (size_t i = points; i-- > reported;)
        if (i > reported || interrupts)
            queue_give_back(&fleet->queue, point[i]);
    if (reported < points && !interrupts) {
        queue_reported(&fleet->queue, point[reported]);
        unclaim(fleet, point[reported]);
        fail(fleet, point[reported], why[0] ? why : "its process ended");
    }
    queue_ended(&fleet->queue, point, points);
    free(point);
}

/* -- processes -- */
static bool look(void *arg, size_t index, bool *ret_known, struct err *err)
{
    struct fleet *fleet = arg;
    struct learning *learning = &fleet->run->plan->learnings.learning[index];

    if (!learning->trajectory && !learning_read(learning, fleet->run->results, err))
        return false;
    if (!learning->trajectory && fleet->run->known &&
        !learning_read(learning, fleet->run->known, err))
        return false;
    *ret_known = learning->trajectory != NULL;
    return true;
}

/* Idle cores help a process that is alone with its computation. */
static int threads_of(const struct fleet *fleet, int idle)
{
    int each = fleet->cores > fleet->run->processes ? fleet->cores / fleet->run->processes : 1;

    if (queue_has_more(&fleet->queue) || idle == 1)
        return each;
    return each * idle < fleet->cores ? each * idle : fleet->cores;
}

/* Another sweep has finished it. */
static void pass_over(struct fleet *fleet, size_t point, enum run_status status)
{
    struct planned *planned = &fleet->run->plan->point[point];

    queue_reported(&fleet->queue, point);
    queue_ended(&fleet->queue, &point, 1);
    planned->state = PLANNED_DONE;
    planned->status = status;
    if (status == RUN_DONE)
        fleet->run->now.elsewhere++;
    else
        fail(fleet, point, "did not end well in another sweep of the same database");
}

/* Of the points just taken: those that no other sweep of the database is at, or has finished.
 */
static bool claim(struct fleet *fleet, size_t *point, size_t *count, struct err *err)
{
    struct sweep_run *run = fleet->run;
    size_t taken = *count;

    *count = 0;
    for (size_t i = 0; i < taken; i++) {
        enum run_status status;
        enum claim whose;

        if (!results_claim(run->results, run->plan->point[point[i]].run_id, &whose, &status,
                           err))
            return false;
        if (whose == CLAIM_OURS)
            point[(*count)++] = point[i];
        else if (whose == CLAIM_OTHERS)
            queue_put_aside(&fleet->queue, point[i]);
        else
            pass_over(fleet, point[i], status);
    }
    return true;
}

static bool take(struct fleet *fleet, size_t *point, size_t *ret_count, struct err *err)
{
    size_t taken;

    do {
        if (!queue_take(&fleet->queue, fleet->run->processes, look, fleet, point, &taken, err))
            return false;
        *ret_count = taken;
        if (!claim(fleet, point, ret_count, err))
            return false;
    } while (taken && !*ret_count);
    return true;
}

static bool fill_one(struct fleet *fleet, struct process *process, int idle, struct err *err)
{
    struct process_work work = {.plan = fleet->run->plan,
                                .shelf = fleet->sharing.shelf,
                                .reuse = fleet->run->reuse,
                                .wall_time_s = fleet->run->wall_time_s};
    size_t *point = NEW_ARRAY(size_t, QUEUE_MOST), count;

    if (take(fleet, point, &count, err) && count) {
        sharing_load(&fleet->sharing, point, count);
        work.threads = threads_of(fleet, idle);
        if (process_begin(process, &work, point, count, err))
            return true;
    }
    free(point);
    return !err->text[0];
}

static bool fill(struct fleet *fleet, struct err *err)
{
    bool ok = true;
    int idle = 0;

    if (fleet->queue.asides && clock_wall_s() - fleet->aside_s > commit_every_s) {
        fleet->aside_s = clock_wall_s();
        queue_take_back(&fleet->queue);
    }
    for (int i = 0; i < fleet->run->processes; i++)
        idle += !fleet->process[i].pid;
    for (int i = 0; ok && i < fleet->run->processes && fleet->queue.left && !interrupts; i++)
        if (!fleet->process[i].pid) {
            ok = fill_one(fleet, &fleet->process[i], idle, err);
            idle -= fleet->process[i].pid != 0;
        }
    return ok;
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

/* Waits until a process says something, or it is time to commit, or to see what other sweeps
 * have done.  Returns how many run, or are to be waited for. */
static size_t await(struct fleet *fleet, const sigset_t *meanwhile)
{
    struct timespec most = {.tv_nsec = (long)(commit_every_s * 1e9)};
    size_t running = interrupts ? 0 : fleet->queue.asides;

    nfds_t listened = 0; /* not all processes: poll takes no more than may be open */

    for (int i = 0; i < fleet->run->processes; i++)
        if (fleet->process[i].pid)
            fleet->poll[listened++] =
                (struct pollfd){.fd = fleet->process[i].fd, .events = POLLIN};
    if (running + listened)
        ppoll(fleet->poll, listened, &most, meanwhile);
    return running + listened;
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
        for (int i = 0, n = 0; ok && i < fleet->run->processes; i++)
            if (fleet->process[i].pid && fleet->poll[n++].revents)
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
    const struct plan *plan = run->plan;
    double *most = NEW_ARRAY(double, plan->learnings.count + 1);

    queue_init(&fleet->queue, plan->sweep->points);
    run->now = (struct sweep_progress){.rate_per_s = NAN, .eta_s = NAN};
    for (size_t n = 0; n < plan->sweep->points; n++) {
        size_t i = fleet->sharing.order[n];
        size_t learning = run->reuse ? plan->point[i].learning : LEARNING_NONE;

        if (run->chosen && !run->chosen[i])
            continue;
        run->now.points++;
        run->now.badly_before += ended_badly(&plan->point[i]);
        if (plan->point[i].state == PLANNED_DUE)
            queue_add(&fleet->queue, i, learning, plan->point[i].wanted,
                      &most[learning == LEARNING_NONE ? plan->learnings.count : learning]);
    }
    run->now.before = run->now.points - fleet->queue.left;
    free(most);
}

bool sweep_run(struct sweep_run *run, struct err *err)
{
    struct fleet fleet = {.run = run, .batch_s = NAN, .interrupt_s = NAN};
    sigset_t blocked, before;
    bool ok;

    fleet.build = run_build_info(run->build);
    fleet.begun_s = clock_wall_s();
    fleet.process = NEW_ARRAY(struct process, run->processes);
    fleet.poll = NEW_ARRAY(struct pollfd, run->processes);
    fleet.cores = (int)sysconf(_SC_NPROCESSORS_ONLN);
    sharing_init(&fleet.sharing, run->plan, run->reuse);
    fill_queue(&fleet);
    signals_that_end(&blocked); /* they come while it waits, and at no other time */
    sigprocmask(SIG_BLOCK, &blocked, &before);
    ok = run_all(&fleet, &before, err);
    end_all(&fleet);
    ok = commit(&fleet, err) && ok;
    sigprocmask(SIG_SETMASK, &before, NULL);
    run->interrupted = interrupts != 0;
    free(fleet.process);
    free(fleet.poll);
    free(fleet.claim);
    queue_done(&fleet.queue);
    sharing_done(&fleet.sharing);
    return ok;
}
