/* SPDX-License-Identifier: MIT
 * published.h -- what a paper found, and how to find it here:
 * scenarios/papers/NAME/published.yaml.
 *
 *     paper: "..."
 *     parts: {P1: {title: "Rounds over S3"}}       # headings; every row belongs to one
 *     measures:                                    # one number of one run, from the views
 *       time: {sql: "SELECT sim_time_s FROM runs WHERE run_id = :run_id"}
 *     runs:                                        # what must be simulated
 *       s3: {scenario: lr.yaml, set: {workers: 50}, seeds: 5}
 *     figures:                                     # a number of the paper and ours
 *       p1-lr: {part: P1, what: "...", value: 1.93, unit: s, tag: data, source: "...",
 *               role: predicted, ours: "time(s3) / 10"}
 *     findings:                                    # a comparison of the paper's
 *       faas-is-faster: {part: Q, what: "...", tag: abs, expect: "time(faas) < time(vm)"}
 *     absent:                                      # what is not compared, and why
 *       p1-resnet: {part: P1, why: "..."}
 *
 * No figure of ours stands in such a file: all are simulated when they are asked for. */
#ifndef TRAINCAST_SIM_VALIDATE_PUBLISHED_H
#define TRAINCAST_SIM_VALIDATE_PUBLISHED_H

#include "base/diag.h"
#include "base/field.h"
#include "sim/validate/formula.h"

/* How sure a figure of the paper is. */
/* clang-format off */
#define TAG_LIST(X)                                                                         \
    X(DATA, data, "measured by the authors, from the data behind their plots")              \
    X(TAB,  tab,  "as remembered from the paper")                                           \
    X(REPO, repo, "from the authors' code")                                                 \
    X(ABS,  abs,  "stated in the paper's abstract")                                         \
    X(DER,  der,  "derived: by arithmetic from the others, or in closed form")

/* What a row proves. */
#define ROLE_LIST(X)                                                                        \
    X(PREDICTED,  predicted,  "nothing was fitted to it")                                   \
    X(CALIBRATED, calibrated, "a constant was fitted to it: it proves only that the fit holds") \
    X(REPORT,     report,     "shown, not judged: the note says why")

/* Seconds and learning are judged apart: a loss hardly moves, whatever happens. */
#define ASPECT_LIST(X)                                                                      \
    X(TIME,     time,     "seconds, or a ratio of them")                                    \
    X(MONEY,    money,    "dollars, or a ratio of them")                                    \
    X(LEARNING, learning, "losses and epochs")
/* clang-format on */

#define X(upper_, lower_, doc_) TAG_##upper_,
enum tag { TAG_LIST(X) TAG_COUNT };
#undef X
#define X(upper_, lower_, doc_) ROLE_##upper_,
enum role { ROLE_LIST(X) ROLE_COUNT };
#undef X
#define X(upper_, lower_, doc_) ASPECT_##upper_,
enum aspect { ASPECT_LIST(X) ASPECT_COUNT };
#undef X

extern const char *const tag_names[], *const tag_docs[]; /* each ends in NULL */
extern const char *const role_names[], *const role_docs[];
extern const char *const aspect_names[];

struct part_conf {
    char *title;
};

struct measure_conf {
    char *sql;
};

struct published_run_conf {
    char *scenario; /* as published_scenario() finds it */
    struct map set; /* of char *: YAML */
    int64_t seeds;  /* 1, 2 ... */
};

struct row_conf { /* of a figure or a finding */
    char *part, *what, *source, *note;
    int tag;
    char *formula;

    /* figures only */
    double value, until; /* until: NaN unless the paper gives a range */
    char *unit;
    int role, aspect;
    double tolerance_ratio;
};

struct absent_conf {
    char *part, *why;
};

struct published_row {
    const char *id;
    const struct row_conf *conf;
    struct formula formula;
    size_t seeds; /* evaluated once for each: the most that one of its runs has */
    bool is_finding;
};

struct published {
    char *paper;
    struct map parts, measures, runs, figures, findings, absent;

    struct published_row *row; /* the figures, then the findings */
    size_t rows;
    struct sheet *sheet;
    char *path;
};

/* NULL when diags got errors. */
struct published *published_new(const char *path, struct diag_list *diags);
struct published *published_free(struct published *published);
/* Leaves only the rows of one part, or one row, by its name; NULL: all.  False, with errors in
 * diags, when there is none. */
bool published_keep(struct published *published, const char *only, struct diag_list *diags);

static inline const struct published_run_conf *published_run(const struct published *published,
                                                             size_t run)
{
    return (const struct published_run_conf *)published->runs.entry + run;
}
/* Beside the file; borrowed. */
const char *published_scenario(const struct published *published, size_t run);
struct place published_run_place(const struct published *published, size_t run);
/* Does the row need the run? */
bool published_uses(const struct published_row *row, size_t run);

#endif
