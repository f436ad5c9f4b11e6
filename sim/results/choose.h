/* SPDX-License-Identifier: MIT
 * choose.h -- which runs a question is about, and what tells them apart.
 *
 * Readers name runs by an SQL expression over the columns of view runs and over settings:
 *     channel = 's3' AND memory >= '2 GB' AND workers > 10
 * A setting is named by its key (groups.workers.platform.memory) or by as much of the key's end
 * as no other key has (platform.memory, memory), or no other key of which there are several
 * values; a choice may be named without its ".kind".  A quantity in quotes is read in the
 * dimension of the setting that it is compared with; a setting compares as a number where it
 * is one.
 *
 * All of this lives in temporary tables and views of the connection, which stand before those
 * of the file: not a byte of it changes.  For databases from results_open_to_read. */
#ifndef TRAINCAST_SIM_RESULTS_CHOOSE_H
#define TRAINCAST_SIM_RESULTS_CHOOSE_H

#include "base/text.h"
#include "base/units.h"
#include "sim/results/results.h"

/* From now on every view holds the rows of the chosen runs only.  Either may be NULL: no such
 * condition.  Once for a connection.  False with a sentence about the expression. */
bool results_choose(struct results *results, const char *campaign, const char *where,
                    struct err *err);

/* Adds to *out the expression as SQL that can be used where a table or view named runs is in
 * scope: settings become subqueries. */
bool results_expand(struct results *results, const char *expression, struct text *out,
                    struct err *err);

/* Has any view a column of that name? */
bool results_is_column(const char *name);
/* Has this view?  True for what is no view.  err: what may be meant. */
bool results_has_column(const char *view, const char *name, struct err *err);
/* The dimension of the setting that a word names; false when it has none. */
bool results_setting_dimension(struct results *results, const char *word,
                               enum dimension *ret_dimension);

/* Makes two temporary tables of the chosen runs.
 *
 * settings (run_id, key, value_text, value_num, shown): the settings that tell runs apart, but
 * for the name, the campaign and the seed; shown is the value for people, 'memory 3 GB'.  Left
 * out is what follows from a choice that is there already: of the dozens of settings that
 * differ between functions and machines only platform.kind.
 *
 * labels (run_id, label): those in a few words, 's3, memory 3 GB'; the name of a run that has
 * none.
 *
 * by (may be NULL): the columns and settings that both are made of instead, with commas. */
bool results_make_labels(struct results *results, const char *by, struct err *err);

/* A function that statements can call from now on; its arguments are numbers. */
typedef double(results_function)(const double *argument);
bool results_add_function(struct results *results, const char *name, int arguments,
                          results_function *function, struct err *err);

#endif
