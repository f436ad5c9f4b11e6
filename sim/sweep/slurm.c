/* SPDX-License-Identifier: MIT
 * slurm.c -- see slurm.h. */
#include "sim/sweep/slurm.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"

enum { ARGUMENTS_MOST = 64 };

/* Runs a program to its end; what it says comes into out.  Its complaints go where ours go. */
static bool run_program(const char *const argument[], struct text *out, struct err *err)
{
    int pipes[2], status = 0;
    sigset_t none;
    char bytes[4096];
    ssize_t got;
    pid_t pid;

    if (pipe2(pipes, O_CLOEXEC) != 0)
        return err_set(err, "cannot make a pipe: %s", strerror(errno));
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        setpgid(0, 0); /* Ctrl-C is for us: we cancel in our own way */
        dup2(pipes[1], STDOUT_FILENO);
        execvp(argument[0], (char **)argument);
        _exit(127);
    }
    close(pipes[1]);
    while (pid > 0 &&
           ((got = read(pipes[0], bytes, sizeof bytes)) > 0 || (got < 0 && errno == EINTR)))
        if (got > 0)
            text_add_bytes(out, bytes, (size_t)got);
    close(pipes[0]);
    if (pid < 0)
        return err_set(err, "cannot make a process: %s", strerror(errno));
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return err_set(err, "there is no %s here: --engine slurm needs Slurm's programs",
                       argument[0]);
    return err_set(err, "%s failed (status %d)", argument[0],
                   WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

bool slurm_submit(const struct slurm_array *array, char ret_job[64], struct err *err)
{
    char *tasks = memory_format("--array=1-%d", array->tasks);
    char *name = memory_format("--job-name=%s", array->name);
    char *log = memory_format("--output=%s", array->log);
    char *extra = memory_text(array->extra ? array->extra : ""), *save = NULL;
    const char *argument[ARGUMENTS_MOST] = {
        "sbatch", "--parsable", "--requeue", "--open-mode=append", "--signal=B:USR1@60",
        tasks,    name,         log};
    int count = 8;
    struct text out = {0};
    bool ok;

    for (char *word = strtok_r(extra, " ", &save); word && count < ARGUMENTS_MOST - 2;
         word = strtok_r(NULL, " ", &save))
        argument[count++] = word;
    argument[count++] = array->script;
    ok = run_program(argument, &out, err);
    if (ok) { /* "123" or "123;cluster" */
        snprintf(ret_job, 64, "%.*s", (int)strcspn(out.chars ? out.chars : "", ";\n"),
                 out.chars ? out.chars : "");
        if (!ret_job[0])
            ok = err_set(err, "sbatch did not say the job's number");
    }
    text_done(&out);
    free(tasks);
    free(name);
    free(log);
    free(extra);
    return ok;
}

/* All of the user's are listed: squeue refuses the number of a job that is over. */
bool slurm_left(const char *job, int *ret_tasks, struct err *err)
{
    static const char *const argument[] = {"squeue", "--noheader",    "--array",
                                           "--me",   "--format=%i\n", NULL};
    size_t length = strlen(job);
    struct text out = {0};
    bool ok = run_program(argument, &out, err);

    *ret_tasks = 0;
    for (const char *line = out.chars; ok && line && *line; line++) {
        *ret_tasks += strncmp(line, job, length) == 0 && line[length] == '_';
        line += strcspn(line, "\n");
        if (!*line)
            break;
    }
    text_done(&out);
    return ok;
}

void slurm_cancel(const char *job)
{
    const char *const argument[] = {"scancel", job, NULL};
    struct text out = {0};

    run_program(argument, &out, NULL);
    text_done(&out);
}
