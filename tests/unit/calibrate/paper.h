/* SPDX-License-Identifier: MIT
 * paper.h -- a csv file for a test, and what its reader complains about. */
#ifndef TRAINCAST_TESTS_UNIT_CALIBRATE_PAPER_H
#define TRAINCAST_TESTS_UNIT_CALIBRATE_PAPER_H

#include <unistd.h>

#include "base/diag.h"
#include "tests/test.h"

/* A file with this text; its path is static and holds until the next call. */
static const char *paper(const char *text)
{
    static char path[64];
    FILE *file;

    snprintf(path, sizeof path, "/tmp/traincast-calibrate-%d.csv", (int)getpid());
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return path;
}

static void paper_away(void)
{
    char path[64];

    snprintf(path, sizeof path, "/tmp/traincast-calibrate-%d.csv", (int)getpid());
    unlink(path);
}

/* The complaint is there: "LINE: TEXT" of any diag. */
static void assert_says(const struct diag_list *diags, int line, const char *text)
{
    for (size_t i = 0; i < diags->count; i++)
        if (diags->diag[i].place.line == line && strstr(diags->diag[i].text, text))
            return;
    diag_print(diags, stderr);
    fail_msg("nobody says '%s' of line %d", text, line);
}

#endif
