/* SPDX-License-Identifier: MIT
 * data_shelf.h -- data sets that are loaded once and lent to many learners.
 *
 * A sweep's parent loads what several of its points compute from and then forks: the processes
 * read the same pages.  Two scenarios have the same rows when source, files and, of generated
 * rows, seed are the same (scenario_print_data).  What is lent is never written: images that
 * are normalised are copied first. */
#ifndef TRAINCAST_SIM_JOB_LEARNER_DATA_SHELF_H
#define TRAINCAST_SIM_JOB_LEARNER_DATA_SHELF_H

#include "sim/scenario/scenario.h"
#include "traces/dataset/data.h"

struct data_shelf;

/* Holds up to so many bytes, and always the last data set. */
struct data_shelf *data_shelf_new(int64_t most_bytes);
struct data_shelf *data_shelf_free(struct data_shelf *shelf); /* NULL-safe, returns NULL */

/* What the scenario's rows are known by, as a new string (free() it); NULL: it has none. */
char *data_shelf_key(const struct scenario *scenario);
/* Loads the scenario's rows unless they are there, and makes room by giving up what was asked
 * for longest ago.  What cannot be loaded is not there; whoever needs it will say why.  False:
 * the shelf is full. */
bool data_shelf_load(struct data_shelf *shelf, const struct scenario *scenario);
/* NULL: not there.  Borrowed until the next data_shelf_load. */
const struct data *data_shelf_find(const struct data_shelf *shelf,
                                   const struct scenario *scenario);

/* Loads the rows of a scenario: the caller's. */
bool data_load(const struct scenario *scenario, struct data *ret_data, struct err *err);

#endif
