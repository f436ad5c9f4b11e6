/* SPDX-License-Identifier: MIT
 * gnuplot.c -- see gnuplot.h.
 *
 * The script stands in a file without a name that becomes the child's input: no shell reads it,
 * and a gnuplot that gives up early breaks no pipe. */
#include "sim/calibrate/gnuplot.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *const terminals[][2] = {
    {".svg", "svg size 900,900 enhanced background rgb 'white' font 'sans,14'"},
    {".png", "pngcairo size 900,900 enhanced font 'sans,12'"},
    {".pdf", "pdfcairo size 18cm,18cm enhanced font 'sans,12'"},
};

const char *gnuplot_terminal(const char *path)
{
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < sizeof terminals / sizeof terminals[0]; i++)
        if (strcmp(dot, terminals[i][0]) == 0)
            return terminals[i][1];
    return NULL;
}

void gnuplot_quote(struct text *script, const char *text)
{
    text_add(script, "'");
    for (; *text; text++)
        if (*text == '\'')
            text_add(script, "''");
        else
            text_add(script, "%c", *text == '\n' ? ' ' : *text);
    text_add(script, "'");
}

static bool spawn(int script, pid_t *ret_child, struct err *err)
{
    char name[] = "gnuplot", source[] = "-";
    char *arguments[] = {name, source, NULL};
    posix_spawn_file_actions_t actions;
    int failure;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, script, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    failure = posix_spawnp(ret_child, name, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure == ENOENT)
        return err_set(err, "there is no picture: gnuplot is not installed (in Debian: "
                            "gnuplot-nox)");
    return failure ? err_set(err, "there is no picture: gnuplot: %s", strerror(failure)) : true;
}

bool gnuplot_run(const struct text *script, struct err *err)
{
    FILE *file = tmpfile();
    int status = 0;
    pid_t child;
    bool ok = false;

    if (!file)
        return err_set(err, "no temporary file: %s", strerror(errno));
    if (fwrite(script->chars, 1, script->length, file) != script->length || fflush(file) != 0 ||
        lseek(fileno(file), 0, SEEK_SET) != 0) {
        err_set(err, "a temporary file: %s", strerror(errno));
        goto done;
    }
    if (!spawn(fileno(file), &child, err))
        goto done;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!ok)
        err_set(err, "there is no picture: gnuplot failed");
done:
    fclose(file);
    return ok;
}
