/* SPDX-License-Identifier: MIT
 * contrast.h -- two groups of runs: by how much they differ, and how sure that is.
 *
 * Runs are paired where that can be: when each run of the smaller group has exactly one in the
 * other with the same seed and the same settings but for those that make the groups.  Runs with
 * common random numbers vary together, so their differences vary less.  Otherwise the groups
 * are taken for independent (Welch). */
#ifndef TRAINCAST_SIM_ANSWER_CONTRAST_H
#define TRAINCAST_SIM_ANSWER_CONTRAST_H

#include "base/text.h"
#include "sim/answer/interval.h"
#include "sim/results/choose.h"

enum { CONTRAST_SIDES = 2 };

struct contrast_side {
    const char *condition; /* as typed */
    size_t runs;           /* that are done */
    size_t unfinished;     /* left out */
};
struct contrast_line {
    char *measure;
    struct interval mean[CONTRAST_SIDES], difference; /* of B - A */
    size_t missing;                                   /* runs without a value, left out */
};
struct contrast {
    struct contrast_side side[CONTRAST_SIDES];
    bool paired;
    struct text blocks;   /* what pairs have in common: "seed, workers" */
    struct text unpaired; /* why they are not paired; "" */
    struct contrast_line *line;
    size_t lines;
};

/* condition: an expression of choose.h, a run's number, or a name, which means all runs of that
 * name.  measures: columns or expressions with commas between them; NULL: the usual ones that
 * any of the runs has.  Once for a connection.  False with a sentence. */
bool contrast_read(struct contrast *ret_contrast, struct results *results,
                   const char *const condition[CONTRAST_SIDES], const char *campaign,
                   const char *measures, bool unpaired, struct err *err);
void contrast_done(struct contrast *contrast); /* safe on {0} */

#endif
