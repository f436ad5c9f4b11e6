/* SPDX-License-Identifier: MIT
 * number.h -- decimal numbers out of text, fast, and rounded exactly as strtof() rounds them.
 *
 * Nearly all of a text file's loading time is spent here: strtof costs about 60 ns a number,
 * this about 10.  Grammar: [+-] digits [. digits] [(e|E) [+-] digits], a digit before or after
 * the point; no hexadecimal numbers, and no locale. */
#ifndef TRAINCAST_TRACES_DATASET_NUMBER_H
#define TRAINCAST_TRACES_DATASET_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* The number that begins at `text`, which must be followed somewhere by a character that no
 * number holds (a line end).  Returns what follows it, or NULL where no number begins (also at
 * nan and inf).  One too large for a float gives an infinity, one too small 0 or a denormal
 * number. */
const char *number_read(const char *text, float *ret_value);

/* A whole number from -2^31 to 2^31-1, however written: 1, +1, 1.0, 1e0.  NULL otherwise. */
const char *number_read_label(const char *text, int32_t *ret_label);

#endif
