/* SPDX-License-Identifier: MIT
 * compute_fit.h -- what a row, a non-zero and a call cost a core, out of timed batches.
 *
 * The model is the simulator's (struct compute_conf, sim/scenario/scenario.h): seconds of one
 * core = rows row + nonzeros nonzero + calls call.  The csv has the columns rows, calls,
 * seconds and perhaps nonzeros; each line is one timing, of as many calls as it says. */
#ifndef TRAINCAST_SIM_CALIBRATE_COMPUTE_FIT_H
#define TRAINCAST_SIM_CALIBRATE_COMPUTE_FIT_H

#include "base/diag.h"
#include "sim/answer/statistics.h"

enum compute_term { COMPUTE_ROW, COMPUTE_CALL, COMPUTE_NONZERO, COMPUTE_TERMS };
extern const char *const compute_term_names[COMPUTE_TERMS]; /* "row": the provider's field */

struct compute_fit {
    size_t count, terms; /* terms: 2 without the column nonzeros */
    double term_s[COMPUTE_TERMS], deviation_s[COMPUTE_TERMS]; /* deviation: standard error */
    double *seconds, *fitted;                                 /* [count] */
    struct residuals residuals;
    struct {
        double p50_s, p99_s;
    } measured_tail, fitted_tail;
    int worst_line;
};

bool compute_fit_make(struct compute_fit *ret_fit, const char *csv_path,
                      struct diag_list *diags);
void compute_fit_done(struct compute_fit *fit); /* safe on {0}, twice */

#endif
