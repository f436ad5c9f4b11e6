/* SPDX-License-Identifier: MIT
 * lines.h -- the lines of an input, in place.
 *
 * A line's text is followed by '\n' (also where the file had "\r\n", or no line end at all), so
 * a scanner that stops at every character it does not know needs no other bound. */
#ifndef TRAINCAST_TRACES_DATASET_LINES_H
#define TRAINCAST_TRACES_DATASET_LINES_H

#include "base/err.h"
#include "base/text.h"
#include "traces/dataset/input.h"

/* A longer line is no data: without a limit, a file without line ends would be read whole. */
enum { LINE_MOST_BYTES = 1 << 28 };

struct lines {
    struct input *input;
    char *buffer;
    size_t capacity, begin, end;
    int64_t number; /* of the last line handed out, from 1 */
    bool ended;
};

void lines_init(struct lines *lines, struct input *input);
void lines_done(struct lines *lines); /* leaves the input open */

/* The next line that is not blank, without its leading spaces, valid until the next call.
 * NULL at the end (err untouched) or when reading failed (err set). */
char *lines_next(struct lines *lines, struct err *err);

/* "path:line: ", then the message; returns false. */
bool lines_fault(const struct lines *lines, struct err *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What stands at `at`, up to a blank, a tab, `separator` or the line's end, as a message may
 * show it.  Returns out. */
const char *lines_token(const char *at, char separator, char out[TEXT_SHOWN]);

/* What may stand between two numbers, beside a comma. */
static inline bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

#endif
