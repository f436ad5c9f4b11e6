/* SPDX-License-Identifier: MIT
 * gnuplot.c -- see gnuplot.h.
 *
 * The script stands in a file without a name that becomes the child's input: no shell reads it,
 * and a gnuplot that gives up early breaks no pipe. */
#include "sim/answer/gnuplot.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"

extern char **environ;

/* One for each ending; the numbers are width and height.  "sans-serif" because a browser that
 * shows an SVG knows no font called "sans". */
static const struct terminal {
    const char *ending, *format;
    double unit; /* of which a pixel has so many */
} terminals[] = {
    {".svg", "svg size %.0f,%.0f enhanced background rgb 'white' font 'sans-serif,14'", 1},
    {".png", "pngcairo size %.0f,%.0f enhanced background rgb 'white' font 'sans,12'", 1},
    {".pdf", "pdfcairo size %.2fcm,%.2fcm enhanced font 'sans,10'", 2.54 / 96},
};

static const struct terminal *terminal_of(const char *path)
{
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < sizeof terminals / sizeof terminals[0]; i++)
        if (strcmp(dot, terminals[i].ending) == 0)
            return &terminals[i];
    return NULL;
}

bool gnuplot_can_draw(const char *path)
{
    return terminal_of(path) != NULL;
}

/* gnuplot writes here, and what it has finished takes the place of the picture. */
static char *unfinished(const char *path)
{
    return memory_format("%s.part", path);
}

static bool can_write(const char *part, const char *path, struct err *err)
{
    FILE *file = fopen(part, "w");

    return (file && fclose(file) == 0) ||
           err_set(err, "cannot write %s: %s", path, strerror(errno));
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
bool gnuplot_begin(struct text *script, const char *path, struct gnuplot_size size,
                   struct err *err)
{
    const struct terminal *terminal = terminal_of(path);
    char *part;

    if (!terminal)
        return err_set(err, "%s: a picture's name ends in .svg, .png or .pdf", path);
    part = unfinished(path);
    if (!can_write(part, path, err)) {
        free(part);
        return false;
    }
    text_add(script, "set terminal ");
    text_add(script, terminal->format, size.width * terminal->unit,
             size.height * terminal->unit);
    text_add(script, "\nset output ");
    gnuplot_quote(script, part);
    text_add(script, "\n");
    free(part);
    return true;
}
#pragma GCC diagnostic pop

const char *gnuplot_colour(size_t i)
{
    static const char *const colours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                          "#E69F00", "#56B4E9", "#000000"};

    return colours[i % GNUPLOT_COLOURS];
}

const char *gnuplot_fill(size_t i, const char **ret_ink)
{
    static const char *const fills[][2] = {
        {"#0072B2", "white"}, {"#E69F00", "black"}, {"#009E73", "white"}, {"#56B4E9", "black"},
        {"#D55E00", "white"}, {"#CC79A7", "black"}, {"#000000", "white"},
    };

    if (ret_ink)
        *ret_ink = fills[i % GNUPLOT_COLOURS][1];
    return fills[i % GNUPLOT_COLOURS][0];
}

int gnuplot_marker(size_t i)
{
    static const int markers[] = {7, 5, 9, 13, 11, 6, 4, 8, 12, 10}; /* filled, then hollow */

    return markers[i % (sizeof markers / sizeof *markers)];
}

const char *gnuplot_dash(size_t i)
{
    static const char *const dashes[] = {"1", "(12,4)", "(5,3)", "(12,4,3,4)",
                                         "(12,4,3,4,3,4)"};

    return dashes[i % (sizeof dashes / sizeof *dashes)];
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

static bool draw(const struct text *script, struct err *err)
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

bool gnuplot_run(const struct text *script, const char *path, struct err *err)
{
    char *part = unfinished(path);
    bool ok = draw(script, err);

    if (ok && rename(part, path) != 0)
        ok = err_set(err, "cannot write %s: %s", path, strerror(errno));
    if (!ok)
        unlink(part);
    free(part);
    return ok;
}
