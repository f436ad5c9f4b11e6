/* SPDX-License-Identifier: MIT
 * lines.c -- see lines.h. */
#include "traces/dataset/lines.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { FIRST_CAPACITY = 1 << 20 };

void lines_init(struct lines *lines, struct input *input)
{
    *lines = (struct lines){.input = input, .capacity = FIRST_CAPACITY};
    /* One byte more than capacity: the last line may need a line end. */
    lines->buffer = memory_new(1, lines->capacity + 1);
}

void lines_done(struct lines *lines)
{
    free(lines->buffer);
    *lines = (struct lines){0};
}

/* Moves what is left to the front and reads behind it. */
static bool refill(struct lines *lines, struct err *err)
{
    size_t left = lines->end - lines->begin;
    int64_t got;

    memmove(lines->buffer, lines->buffer + lines->begin, left);
    lines->begin = 0;
    lines->end = left;
    if (left == lines->capacity) {
        if (left >= LINE_MOST_BYTES)
            return err_set(err, "%s:%" PRId64 ": the line is longer than %d MiB",
                           input_path(lines->input), lines->number + 1, LINE_MOST_BYTES >> 20);
        lines->capacity *= 2;
        lines->buffer = memory_resize(lines->buffer, 1, lines->capacity + 1);
    }
    got =
        input_read(lines->input, lines->buffer + left, (int64_t)(lines->capacity - left), err);
    if (got < 0)
        return false;
    lines->end += (size_t)got;
    lines->ended = lines->end < lines->capacity;
    return true;
}

/* The next line whatever is on it; its end is at *ret_end, which holds '\n'. */
static char *any_line(struct lines *lines, char **ret_end, struct err *err)
{
    char *line, *end = NULL;
    size_t searched = 0;

    for (;;) {
        line = lines->buffer + lines->begin;
        if (lines->begin + searched < lines->end)
            end = memchr(line + searched, '\n', lines->end - lines->begin - searched);
        if (end || lines->ended)
            break;
        searched = lines->end - lines->begin;
        if (!refill(lines, err))
            return NULL;
    }
    if (!end && lines->begin == lines->end)
        return NULL;
    if (!end) { /* the file does not end in a line end */
        end = lines->buffer + lines->end++;
        *end = '\n';
    }
    lines->number++;
    lines->begin = (size_t)(end - lines->buffer) + 1;
    while (end > line && end[-1] == '\r')
        *--end = '\n';
    *ret_end = end;
    return line;
}

char *lines_next(struct lines *lines, struct err *err)
{
    char *line, *end;

    while ((line = any_line(lines, &end, err))) {
        if (lines->number == 1 && end - line >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0)
            line += 3; /* the byte order mark that spreadsheets write */
        if (line + strspn(line, " \t") == end)
            continue;
        while (*line == ' ')
            line++;
        return line;
    }
    return NULL;
}

bool lines_fault(const struct lines *lines, struct err *err, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return err_set(err, "%s:%" PRId64 ": %s", input_path(lines->input), lines->number, text);
}

const char *lines_token(const char *at, char separator, char out[TEXT_SHOWN])
{
    char token[2 * TEXT_SHOWN];
    size_t length = 0;

    while (length + 1 < sizeof token && at[length] != '\n' && at[length] != separator &&
           !is_blank(at[length])) {
        token[length] = at[length] ? at[length] : '\1'; /* a NUL would end the text */
        length++;
    }
    token[length] = '\0';
    return text_shown(token, out);
}
