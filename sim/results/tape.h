/* SPDX-License-Identifier: MIT
 * tape.h -- the rows of a finished run as bytes, so that one process runs and another writes.
 *
 * A tape repeats the calls of insert.c: statements, their values, rows.  It knows no table, and
 * two things only by name, because the writing process alone knows their numbers in its file:
 * the run, and words of vocabularies.  For pipes between processes of one program, not for
 * files: numbers are in the machine's own form. */
#ifndef TRAINCAST_SIM_RESULTS_TAPE_H
#define TRAINCAST_SIM_RESULTS_TAPE_H

#include "sim/results/inside.h"

void tape_statement(struct text *tape, const char *sql);
void tape_int(struct text *tape, int64_t value);
void tape_real(struct text *tape, double value);
void tape_text(struct text *tape, const char *text); /* NULL: SQL's NULL */
void tape_run(struct text *tape);
void tape_word(struct text *tape, enum vocabulary vocabulary, int word);
void tape_row(struct text *tape);

/* Plays what is on it through a writer without a tape.  The first row must change one row of
 * the file: when it changes none, nothing else is written, and *ret_written is false. */
void tape_play(const char *bytes, size_t size, struct writer *writer, bool *ret_written);

#endif
