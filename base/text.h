/* SPDX-License-Identifier: MIT
 * text.h -- a growing string, and "did you mean". */
#ifndef TRAINCAST_BASE_TEXT_H
#define TRAINCAST_BASE_TEXT_H

#include <stddef.h>

/* {0} is an empty text without memory; chars is NULL or ends in NUL. */
struct text {
    char *chars;
    size_t length, capacity;
};

void text_done(struct text *text); /* safe on {0}, twice */
void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_bytes(struct text *text, const char *bytes, size_t size);

/* What a message may show of text: at most 48 bytes, cut between characters, control characters
 * (a newline, an escape sequence for the terminal) as '?'.  Returns out. */
enum { TEXT_SHOWN = 56 };
const char *text_shown(const char *text, char out[TEXT_SHOWN]);

/* Edits that turn a into b: one character inserted, deleted, replaced, or two neighbours
 * swapped (optimal string alignment).  Case, and '-' against '_', cost nothing.  At least
 * TEXT_FAR for words longer than 64 characters: nobody mistypes those into one another. */
enum { TEXT_FAR = 1000 };
size_t text_distance(const char *a, const char *b);

/* The likeliest of some words:
 *     struct nearest nearest = {.word = "timout"};
 *     nearest_try(&nearest, "timeout"); ...
 *     if (nearest.best) "did you mean '%s'?"
 * Of two equally near words the first tried wins; words too far off are none. */
struct nearest {
    const char *word;
    const char *best;
    size_t distance;
};
void nearest_try(struct nearest *nearest, const char *candidate);

#endif
