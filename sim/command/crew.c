/* SPDX-License-Identifier: MIT
 * crew.c -- see crew.h.
 *
 * The order of beginnings: a pipe leads from each run to the next.  A run closes its end when
 * it has begun (or dies, which closes it as well), and the next begins when it reads the end of
 * that file.  Nobody can wait for ever, because the first has nobody to wait for. */
#include "sim/command/crew.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "algorithms/math/blas.h"
#include "base/memory.h"
#include "sim/command/record.h"
#include "sim/sweep/clock.h"

enum { LOG_S = 10 };

struct crew {
    const struct crew_job *job;
    size_t count;
    const struct command_options *options;
    int processes, threads;
    struct crew_result *result; /* [count], shared with the processes */
    pid_t *pid;                 /* [count]; 0: not running */
    size_t begun, ended, running;
    int turn; /* where the next to be begun reads the end of its predecessor's; -1: none */
    bool terminal;
    double shown_s; /* real time of the last line of progress */
};

/* -- in a run's process --------------------------------------------------------------- */
static void pass_turn(void *arg)
{
    int *turn = arg;

    if (*turn >= 0)
        close(*turn);
    *turn = -1;
}

static void await_turn(int turn)
{
    char byte;

    if (turn < 0)
        return;
    while (read(turn, &byte, 1) < 0 && errno == EINTR)
        continue;
    close(turn);
}

static void on_signal(int number)
{
    (void)number;
    run_interrupt();
}

static void note_end(struct crew_result *result, const struct run *run)
{
    result->status = run->end.status;
    result->code = run->end.status == RUN_DONE ? EXIT_CODE_DONE : EXIT_CODE_RUN_FAILED;
    if (run->end.status != RUN_DONE)
        snprintf(result->message, sizeof result->message, "%s%s%s",
                 run_status_name(run->end.status), run->end.message ? ": " : "",
                 run->end.message ? run->end.message : "");
}

/* Fills the job's result; before is the pipe to read, after the one to close. */
static void work(const struct crew *crew, size_t index, int before, int after)
{
    const struct crew_job *job = &crew->job[index];
    struct crew_result *result = &crew->result[index];
    struct command_options options = *crew->options;
    struct record record = {.db = options.db, .begun = pass_turn, .begun_arg = &after};
    struct loaded loaded;
    struct run run;
    struct err err = {0};

    options.set = (char **)job->set;
    options.seed = job->seed;
    options.threads = crew->threads;
    math_init();
    if (!load_all(&loaded, job->scenario, &options)) {
        result->code = EXIT_CODE_BAD_INPUT;
        loaded_done(&loaded);
        return;
    }
    await_turn(before);
    if (record_run(&loaded, &record, &run, &result->run_id, &err)) {
        note_end(result, &run);
    } else {
        result->code = EXIT_CODE_MACHINE;
        snprintf(result->message, sizeof result->message, "%s", err.text);
    }
    run_done(&run);
    loaded_done(&loaded);
}

static void be_a_run(const struct crew *crew, size_t index, int before, int after)
{
    struct sigaction action = {.sa_handler = on_signal};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    work(crew, index, before, after);
    _exit(0); /* what was buffered or registered before the fork is the parent's */
}

/* -- in the command's process --------------------------------------------------------- */
static volatile sig_atomic_t interrupted; /* the user or the batch system wants it to end */

static void on_signal_to_all(int number)
{
    (void)number;
    interrupted = 1;
}

/* One line redrawn on a terminal, a plain one now and then in a log. */
static void show_progress(struct crew *crew)
{
    double now_s = clock_wall_s();

    if (crew->options->quiet || (!crew->terminal && now_s - crew->shown_s < LOG_S))
        return;
    crew->shown_s = now_s;
    if (crew->terminal)
        fputs("\r\033[K", stderr);
    if (!crew->terminal || crew->ended < crew->count)
        fprintf(stderr, "%zu of %zu runs%s", crew->ended, crew->count,
                crew->terminal ? "" : "\n");
    fflush(stderr);
}

static bool begin_one(struct crew *crew, struct err *err)
{
    int pipes[2];
    pid_t pid;

    if (pipe(pipes) != 0)
        return err_set(err, "cannot make a pipe: %s", strerror(errno));
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        close(pipes[0]);
        be_a_run(crew, crew->begun, crew->turn, pipes[1]);
    }
    close(pipes[1]);
    if (crew->turn >= 0)
        close(crew->turn);
    crew->turn = pipes[0];
    if (pid < 0)
        return err_set(err, "cannot make a process: %s", strerror(errno));
    crew->pid[crew->begun++] = pid;
    crew->running++;
    return true;
}

static void end_one(struct crew *crew, pid_t pid, int status)
{
    for (size_t i = 0; i < crew->begun; i++) {
        struct crew_result *result = &crew->result[i];

        if (crew->pid[i] != pid)
            continue;
        crew->pid[i] = 0;
        crew->running--;
        crew->ended++;
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
            break;
        result->code = EXIT_CODE_MACHINE;
        snprintf(result->message, sizeof result->message, "its process was ended by %s",
                 WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "an error");
    }
    show_progress(crew);
}

static void tell_all(const struct crew *crew)
{
    for (size_t i = 0; i < crew->begun; i++)
        if (crew->pid[i])
            kill(crew->pid[i], SIGTERM);
}

/* Waits for any process to end; false when there is none. */
static bool reap(struct crew *crew)
{
    int status;
    pid_t pid;

    if (!crew->running)
        return false;
    do {
        if (interrupted)
            tell_all(crew);
        pid = waitpid(-1, &status, 0);
    } while (pid < 0 && errno == EINTR);
    if (pid > 0)
        end_one(crew, pid, status);
    return pid > 0;
}

static bool run_all(struct crew *crew, struct err *err)
{
    bool ok = true;

    while (ok && crew->begun < crew->count && !interrupted)
        if ((int)crew->running < crew->processes)
            ok = begin_one(crew, err);
        else
            reap(crew);
    while (reap(crew))
        continue;
    if (crew->turn >= 0)
        close(crew->turn);
    for (size_t i = crew->begun; i < crew->count; i++) {
        crew->result[i].code = EXIT_CODE_RUN_FAILED;
        snprintf(crew->result[i].message, sizeof crew->result[i].message, "interrupted");
    }
    return ok;
}

bool crew_run(const struct crew_job *job, size_t count, const struct command_options *options,
              struct crew_result *ret_results, struct err *err)
{
    struct sigaction action = {.sa_handler = on_signal_to_all}, int_before, term_before;
    int cores = (int)sysconf(_SC_NPROCESSORS_ONLN);
    struct crew crew = {.job = job,
                        .count = count,
                        .options = options,
                        .processes = options->processes > 0 ? options->processes : cores,
                        .turn = -1,
                        .terminal = isatty(STDERR_FILENO),
                        .shown_s = clock_wall_s()};
    size_t size = (count + 1) * sizeof *crew.result;
    bool ok;

    crew.threads = cores > crew.processes ? cores / crew.processes : 1;
    crew.result = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (crew.result == MAP_FAILED)
        return err_set(err, "no memory for %zu results: %s", count, strerror(errno));
    crew.pid = NEW_ARRAY(pid_t, count + 1);
    sigaction(SIGINT, &action, &int_before);
    sigaction(SIGTERM, &action, &term_before);
    ok = run_all(&crew, err);
    sigaction(SIGINT, &int_before, NULL);
    sigaction(SIGTERM, &term_before, NULL);
    memcpy(ret_results, crew.result, count * sizeof *ret_results);
    free(crew.pid);
    munmap(crew.result, size);
    return ok;
}
