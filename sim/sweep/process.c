/* SPDX-License-Identifier: MIT
 * process.c -- see process.h. */
#include "sim/sweep/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/signals.h"
#include "sim/job/run.h"
#include "sim/job/run_about.h"
#include "sim/sweep/clock.h"

enum { PIPE_BYTES = 1 << 20, TEACH_EVERY_S = 2 };

/* -- in the process -- */
static volatile sig_atomic_t told_to_end;

static void on_signal(int number)
{
    (void)number;
    told_to_end = 1;
    run_interrupt();
}

static void say(int fd, const void *bytes, size_t size)
{
    const char *at = bytes;

    while (size > 0) {
        ssize_t written = write(fd, at, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            _exit(1); /* nobody listens any more */
        at += written;
        size -= (size_t)written;
    }
}

static void note_end(struct report *report, const struct run *run)
{
    report->status = run->end.status;
    report->code = run->end.status == RUN_CANCELLED ? REPORT_CANCELLED : REPORT_ENDED;
    if (run->end.status != RUN_DONE)
        snprintf(report->message, sizeof report->message, "%s%s%s",
                 run_status_name(run->end.status), run->end.message ? ": " : "",
                 run->end.message ? run->end.message : "");
}

static void simulate(const struct process_work *work, const struct scenario *scenario,
                     struct learner *learner, struct report *report, struct text *rows)
{
    struct run_options how = {.wall_time_s = work->wall_time_s};
    struct dataset_row datasets[RUN_DATASETS];
    struct run run = {0};
    struct err err = {0};

    if (!run_execute(&run, scenario, learner, &how, &err)) {
        report->code = REPORT_MACHINE;
        snprintf(report->message, sizeof report->message, "%s", err.text);
    } else {
        note_end(report, &run);
        run.end.wall_s = clock_wall_s() - report->wall_s;
        run.end.peak_memory_bytes = clock_peak_memory_bytes();
        results_pack(rows, &run.end, datasets, run_datasets(datasets, learner),
                     run.world.ledger);
    }
    run_done(&run);
}

static void note_mistakes(struct report *report, const struct diag_list *diags)
{
    report->code = REPORT_BAD_INPUT;
    for (size_t i = 0; i < diags->count && !report->message[0]; i++)
        if (diags->diag[i].level == DIAG_ERROR)
            snprintf(report->message, sizeof report->message, "%s", diags->diag[i].text);
}

/* What a process has computed and not reported yet.  Reported at once when the others wait for
 * it, else now and then: it may be large. */
struct teaching {
    int fd;
    size_t *changed; /* learnings */
    size_t count, capacity;
    double told_s;
};

static void teach(struct teaching *teaching, const struct learnings *learnings)
{
    for (size_t i = 0; i < teaching->count; i++) {
        struct report report = {.point = teaching->changed[i], .code = REPORT_LEARNT};
        struct text bytes = {0};

        trajectory_pack(learnings->learning[report.point].trajectory, &bytes);
        report.rows_bytes = bytes.length;
        say(teaching->fd, &report, sizeof report);
        say(teaching->fd, bytes.chars, bytes.length);
        text_done(&bytes);
    }
    teaching->count = 0;
    teaching->told_s = clock_wall_s();
}

static void note_learnt(struct teaching *teaching, const struct learnings *learnings,
                        size_t learning, bool is_new)
{
    bool noted = false;

    for (size_t i = 0; i < teaching->count; i++)
        noted = noted || teaching->changed[i] == learning;
    if (!noted) {
        ROOM_FOR_ONE(teaching->changed, teaching->count, teaching->capacity);
        teaching->changed[teaching->count++] = learning;
    }
    if (is_new || clock_wall_s() - teaching->told_s > TEACH_EVERY_S)
        teach(teaching, learnings);
}

/* The memory is this process's own: the parent's is left as it is. */
static struct learner *new_learner(const struct process_work *work, size_t learning,
                                   const struct scenario *scenario, struct pool *pool,
                                   struct diag_list *diags)
{
    struct learning *known;

    if (learning == LEARNING_NONE)
        return learner_new_lent(scenario, work->shelf, pool, diags);
    known = &work->plan->learnings.learning[learning];
    if (!known->trajectory)
        known->trajectory = trajectory_new();
    return learner_new_following(known->trajectory, scenario, work->shelf, pool, diags);
}

static void run_point(const struct process_work *work, struct teaching *teaching,
                      struct report *report, struct text *rows)
{
    size_t learning = work->reuse ? work->plan->point[report->point].learning : LEARNING_NONE;
    bool is_new =
        learning != LEARNING_NONE && !work->plan->learnings.learning[learning].trajectory;
    struct learner *learner = NULL;
    struct pool *pool = NULL;
    struct diag_list diags;
    struct scenario *scenario;
    const struct job_kind *job;
    const char *change;

    diag_init(&diags);
    scenario = sweep_resolve(work->plan->sweep, report->point, &diags);
    job = scenario ? job_kind_of(&scenario->job) : NULL;
    change = scenario ? plan_change(work->plan, report->point, scenario) : NULL;
    if (change)
        diag_add(&diags, DIAG_ERROR, (struct place){0}, "%s", change);
    if (job && job->trains && !change) {
        pool = pool_new(work->threads - 1, 20e3);
        learner = new_learner(work, learning, scenario, pool, &diags);
        if (learner && job->check)
            job->check(scenario, learner, &diags);
    }
    if (diags.errors)
        note_mistakes(report, &diags);
    else
        simulate(work, scenario, learner, report, rows);
    if (learner && learning != LEARNING_NONE && learner_has_added(learner))
        note_learnt(teaching, &work->plan->learnings, learning, is_new);
    learner_free(learner);
    pool_free(pool);
    scenario_free(scenario);
    diag_done(&diags);
}

static void be_the_process(const struct process_work *work, const size_t *point, size_t points,
                           int fd)
{
    const struct sigaction action = {.sa_handler = on_signal};
    struct teaching teaching = {.fd = fd, .told_s = clock_wall_s()};
    struct text rows = {0};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signals_catch(on_signal, false);
    sigaction(SIGUSR1, &action, NULL);
    for (size_t i = 0; i < points && !told_to_end; i++) {
        struct report report = {.point = point[i], .wall_s = clock_wall_s()};

        rows.length = 0;
        run_point(work, &teaching, &report, &rows);
        report.wall_s = clock_wall_s() - report.wall_s;
        report.rows_bytes = report.code == REPORT_ENDED ? rows.length : 0;
        say(fd, &report, sizeof report);
        say(fd, rows.chars, report.rows_bytes);
    }
    teach(&teaching, &work->plan->learnings);
    _exit(0); /* what was buffered or registered before the fork is the parent's */
}

/* -- in the parent -- */
bool process_begin(struct process *process, const struct process_work *work, size_t *point,
                   size_t points, struct err *err)
{
    sigset_t none;
    int pipes[2];
    pid_t pid;

    if (pipe2(pipes, O_CLOEXEC) != 0)
        return err_set(err, "cannot make a pipe: %s", strerror(errno));
    fcntl(pipes[1], F_SETPIPE_SZ, PIPE_BYTES); /* if it may not: smaller ones work too */
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        close(pipes[0]);
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        be_the_process(work, point, points, pipes[1]);
    }
    close(pipes[1]);
    if (pid < 0) {
        close(pipes[0]);
        return err_set(err, "cannot make a process: %s", strerror(errno));
    }
    fcntl(pipes[0], F_SETFL, O_NONBLOCK);
    *process = (struct process){.pid = pid, .fd = pipes[0], .point = point, .points = points};
    return true;
}

bool process_read(struct process *process)
{
    char bytes[1 << 16];

    while (true) {
        ssize_t got = read(process->fd, bytes, sizeof bytes);

        if (got > 0)
            text_add_bytes(&process->received, bytes, (size_t)got);
        else if (got == 0)
            return false;
        else if (errno != EINTR)
            return errno == EAGAIN;
    }
}

bool process_next(struct process *process, struct report *ret_report, const char **ret_rows)
{
    struct text *received = &process->received;
    size_t *taken = &process->taken;

    if (received->length - *taken >= sizeof *ret_report) {
        memcpy(ret_report, received->chars + *taken, sizeof *ret_report);
        if (received->length - *taken - sizeof *ret_report >= ret_report->rows_bytes) {
            *ret_rows = received->chars + *taken + sizeof *ret_report;
            *taken += sizeof *ret_report + ret_report->rows_bytes;
            process->reported += ret_report->code != REPORT_LEARNT;
            return true;
        }
    }
    if (*taken) {
        memmove(received->chars, received->chars + *taken, received->length - *taken);
        received->length -= *taken;
        *taken = 0;
    }
    return false;
}

void process_end(struct process *process, char why[128])
{
    int status = 0;

    while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    why[0] = '\0';
    if (WIFSIGNALED(status))
        snprintf(why, 128, "its process was ended by the signal '%s'",
                 strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0)
        snprintf(why, 128, "its process ended with status %d", WEXITSTATUS(status));
    close(process->fd);
    text_done(&process->received);
    free(process->point);
    *process = (struct process){0};
}
