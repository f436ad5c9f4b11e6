/* SPDX-License-Identifier: MIT
 * judge.h -- published rows beside simulated ones, once the runs are in a database. */
#ifndef TRAINCAST_SIM_VALIDATE_JUDGE_H
#define TRAINCAST_SIM_VALIDATE_JUDGE_H

#include <stdint.h>

#include "sim/results/results.h"
#include "sim/validate/published.h"

/* What became of one simulated run. */
enum run_fate { FATE_DONE, FATE_SKIPPED, FATE_FAILED };

struct run_known {
    enum run_fate fate;
    int64_t run_id;  /* FATE_DONE, FATE_FAILED */
    const char *why; /* FATE_SKIPPED, FATE_FAILED: a clause */
};

/* clang-format off */
#define VERDICT_LIST(X)                                                                     \
    X(OK,       ok,       "within its tolerance, or holds with every seed")                 \
    X(BEYOND,   beyond,   "beyond its tolerance")                                           \
    X(FAILS,    fails,    "does not hold with every seed")                                  \
    X(REPORTED, reported, "shown, not judged")                                              \
    X(SKIPPED,  skipped,  "not simulated: something is missing")                            \
    X(NO_VALUE, no_value, "a run failed, or has no such number")
/* clang-format on */

#define X(upper_, lower_, doc_) VERDICT_##upper_,
enum verdict { VERDICT_LIST(X) VERDICT_COUNT };
#undef X
const char *verdict_word(enum verdict verdict); /* "no_value" */
bool verdict_is_bad(enum verdict verdict);      /* exit status 1 */

struct judged {
    const struct published_row *row;
    enum verdict verdict;
    const char *why; /* of SKIPPED and NO_VALUE; borrowed from the runs */
    /* figures: mean, smallest and largest over the seeds; NaN: none */
    double simulated, low, high;
    double error_ratio; /* (simulated - published) / published; of a range, from its near end */
    /* findings: the mean of each side, and with how many of the seeds it holds */
    double side[FORMULA_SIDES];
    size_t holds;
    double p_value; /* one-sided sign test against "either way is as likely" */
};

/* known[run * seeds_most + seed]: runs with one seed have it at seed 0.  Fills judged[rows];
 * false when the database cannot be read. */
bool judge(const struct published *published, const struct run_known *known, size_t seeds_most,
           const struct results *results, struct judged *judged, struct err *err);

/* -- summary ---------------------------------------------------------------------------- */
/* Figures with a simulated value, by what they prove. */
struct summary {
    size_t rows, beyond;
    double median_ratio, worst_ratio; /* of the absolute errors; NaN: no rows */
    const char *worst;                /* whose */
};
/* tag TAG_COUNT, aspect ASPECT_COUNT: all. */
struct summary summarise(const struct judged *judged, size_t count, enum role role,
                         enum tag tag, enum aspect aspect);

#endif
