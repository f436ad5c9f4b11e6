/* SPDX-License-Identifier: MIT
 * results.h -- runs, once they are over, as rows that people can query and trust.
 *
 * The only folder that includes sqlite3.  A run is written in two transactions: results_begin,
 * a small one, leaves a row with status 'running' before anything is simulated, so that a run
 * whose process was killed says so by itself; results_finish adds all the rest or nothing at
 * all. A call that returns false has left the database as it was, and *err says what to do.
 *
 * Views are the promise to readers (results_describe lists every column), tables may change.
 * Determinism: two fresh databases that hold the same runs are equal but for the table named
 * RESULTS_WALL_TABLE: all that depends on the moment and the machine is there, nowhere else;
 * and but for RESULTS_CACHE_TABLE.
 *
 * Not thread-safe; several processes may use one file, each waits for its turn. */
#ifndef TRAINCAST_SIM_RESULTS_RESULTS_H
#define TRAINCAST_SIM_RESULTS_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/text.h"
#include "sim/ledger/ledger.h"

#define RESULTS_WALL_TABLE "run_wall"
/* Trajectories of learning, for reuse: what it holds depends on what was asked for when, and
 * nothing else in the file depends on it.  Its rows may be deleted; they are computed again. */
#define RESULTS_CACHE_TABLE "trajectory"

/* clang-format off */
#define RUN_STATUS_LIST(X)                                                                  \
    X(PLANNED,       planned,       "of a sweep, not run yet")                              \
    X(RUNNING,       running,       "begun; in progress, or its process was killed")        \
    X(DONE,          done,          "a stop criterion was met or the work was done")        \
    X(FAILED,        failed,        "the simulated job could not go on; message says why")  \
    X(DIVERGED,      diverged,      "the loss or a parameter became NaN or infinite")       \
    X(DEADLOCK,      deadlock,      "everybody waited and nothing was due")                 \
    X(OUT_OF_MEMORY, out_of_memory, "a simulated node's memory did not hold its data")      \
    X(TIME_LIMIT,    time_limit,    "the limit on simulated or real time ended it")         \
    X(CANCELLED,     cancelled,     "the user or the batch system ended it (SIGINT, SIGTERM)")
/* clang-format on */

enum run_status {
#define X(upper_, lower_, doc_) RUN_##upper_,
    RUN_STATUS_LIST(X)
#undef X
        RUN_STATUS_COUNT
};
const char *run_status_name(enum run_status status); /* "out_of_memory" */

/* A resolved leaf of the scenario, as scenario_leaves gives it. */
struct param_row {
    const char *key;  /* "groups.workers.platform.memory" */
    const char *text; /* as in YAML */
    double number;    /* NaN: not a number */
    const char *unit; /* "" or NULL: none */
};

struct dataset_row {
    const char *role;                       /* "train", "test" */
    const char *name;                       /* path or generator */
    const char *sha256;                     /* of the values as used; NULL: not computed */
    int64_t rows, features, classes, bytes; /* negative: unknown */
};

/* What is known before the run.  Texts are borrowed during the call; NULL becomes SQL's NULL
 * except where noted. */
struct run_info {
    const char *name; /* required */
    const char *campaign;
    int64_t seed;
    const char *job; /* required */
    int64_t workers;
    const char *platform, *provider, *channel, *pattern, *sync, *model, *optimizer, *data;
    const char *scenario_text;   /* canonical long form; required */
    const char *scenario_sha256; /* of that text; required */
    int64_t behaviour_version;
    const char *blas_core;
    const char *version;                            /* ours; required */
    const char *git_commit;                         /* with "-dirty" where that is known */
    const char *simgrid_version, *openblas_version; /* SQLite's is added here */
    const char *charge_as; /* note: what is charged instead of what is computed */

    const struct param_row *params;
    size_t param_count;
    const struct dataset_row *datasets;
    size_t dataset_count;

    /* depends on the moment and the machine: RESULTS_WALL_TABLE */
    const char *created_utc; /* "2025-01-31T12:00:00Z"; required (this folder reads no clock) */
    const char *hostname, *command_line;
};

/* What is known after it.  Begin with run_end_init. */
struct run_end {
    enum run_status status;  /* any but RUN_PLANNED and RUN_RUNNING */
    const char *stop_reason; /* which criterion ended it: "epochs", "train_loss", "cost" ... */
    const char *message;     /* a sentence, above all when it failed */
    double train_loss, train_accuracy, test_loss, test_accuracy; /* NaN: not evaluated */
    double epochs;
    int64_t rounds;
    double sim_time_s;
    double time_to_loss_s; /* until stop.train_loss was met; NaN: it was not, or not asked */
    int64_t cost_to_loss_pusd; /* negative: as above */
    double wall_s;
    int64_t peak_memory_bytes; /* of the simulator's process; negative: unknown */
};
void run_end_init(struct run_end *end); /* status DONE, all else unknown */

struct results; /* opaque: an open database */

struct results_options {
    int busy_timeout_ms; /* how long to wait for another process; 0: 10 s */
    /* Asked now and then meanwhile, at 2,000 ms among others; false: it is given up.  NULL:
     * waits. */
    bool (*keeps_waiting)(int waited_ms);
};

/* Opens path, creating or migrating it.  options may be NULL.  NULL with *err when it is a
 * directory, no database, another program's database, written by a newer traincast, locked for
 * longer than the timeout, or may not be written; none of these changes a byte of it. */
struct results *results_open(const char *path, const struct results_options *options,
                             struct err *err);
struct results *results_close(struct results *results); /* NULL-safe, returns NULL */

bool results_begin(struct results *results, const struct run_info *info, int64_t *ret_run_id,
                   struct err *err);
/* Writes the end and the whole ledger, in one transaction.  Also after SIGTERM, with
 * RUN_CANCELLED and what happened until then.  May be called again after it returned false. */
bool results_finish(struct results *results, int64_t run_id, const struct run_end *end,
                    const struct ledger *ledger, struct err *err);

/* -- many runs -------------------------------------------------------------------------- */
/* A sweep plans its runs first, in the order of its points, and so gives them their numbers and
 * everything that is stored once for many runs its own; they are finished in any order, by one
 * process for many others, many of them in one transaction.  So the file does not depend on
 * who finished when. */

/* All calls until results_batch_end are one transaction; after a failure nothing of it is
 * there. */
bool results_batch_begin(struct results *results, struct err *err);
bool results_batch_end(struct results *results, bool ok, struct err *err);

/* A run with status 'planned'; axis: what the sweep varies, and its value here. */
bool results_plan(struct results *results, const struct run_info *info,
                  const struct param_row *axis, size_t axes, int64_t *ret_run_id,
                  struct err *err);
/* What results_finish would write, as bytes added to out; needs no database. */
void results_pack(struct text *out, const struct run_end *end,
                  const struct dataset_row *datasets, size_t dataset_count,
                  const struct ledger *ledger);
/* Writes them.  *ret_written is false when the run is not planned any more: somebody else has
 * finished it, and nothing changes.  build: of the program that ran it, where that is another
 * than planned it; NULL: the same. */
bool results_finish_packed(struct results *results, int64_t run_id, const char *bytes,
                           size_t size, const struct run_info *build, bool *ret_written,
                           struct err *err);

/* Who is going to finish a planned run; a claim ends with its process, however that ends.  For
 * a file that this process has written to. */
enum claim {
    CLAIM_OURS,
    CLAIM_OTHERS, /* another process is at it */
    CLAIM_OVER,   /* it is not planned any more: somebody has finished it */
};
/* ret_status: how it ended, where it is over. */
bool results_claim(struct results *results, int64_t run_id, enum claim *ret_claim,
                   enum run_status *ret_status, struct err *err);
void results_unclaim(struct results *results, int64_t run_id); /* once it is committed */

/* Within a batch: deletes a planned run; then what no run refers to any more. */
bool results_forget(struct results *results, int64_t run_id, struct err *err);
bool results_forget_unused(struct results *results, struct err *err);

/* The planned runs that are finished in another database become finished here, as they are
 * there; so do trajectories that go further.  Twice is as good as once; the file itself is
 * nothing new. */
bool results_merge(struct results *results, const char *path, int64_t *ret_merged,
                   struct err *err);

/* RESULTS_CACHE_TABLE; within a batch.  A later put of the same sha256 replaces it. */
bool results_cache_put(struct results *results, const char *sha256, const char *inputs,
                       int64_t rounds, const struct text *bytes, struct err *err);
/* Adds the bytes to out; none: there is nothing. */
bool results_cache_get(const struct results *results, const char *sha256, struct text *out,
                       struct err *err);

/* -- reading ---------------------------------------------------------------------------- */
/* Opens an existing database to read it; not a byte of it changes, unless it is of an older
 * schema: then it is migrated first, or refused where it may not be written. */
struct results *results_open_to_read(const char *path, struct err *err);

struct results_param { /* of a statement: ":name" */
    const char *name;  /* without the colon; NULL ends the list */
    const char *text;  /* NULL: the number */
    int64_t number;
    bool typed; /* text is what a user typed: a number where it is one, NULL for "none" */
};
struct results_cell {
    const char *name; /* of the column */
    const char *text; /* NULL: SQL's NULL */
    double number;    /* NaN: not a number */
};
/* Everything is borrowed during the call. */
typedef void(results_row_fn)(void *arg, const struct results_cell *cell, int columns);
/* One statement that only reads; row is called for each row.  params may be NULL. */
bool results_query(const struct results *results, const char *sql,
                   const struct results_param *params, results_row_fn *row, void *arg,
                   struct err *err);
/* Would it be understood here?  params as for results_query. */
bool results_check(const struct results *results, const char *sql,
                   const struct results_param *params, struct err *err);
/* The columns such a statement has: row is called once, with names only. */
bool results_query_names(const struct results *results, const char *sql, results_row_fn *row,
                         void *arg, struct err *err);
/* Would a statement be understood, and give so many columns?  Needs no database; *err says why
 * not, as a predicate. */
bool results_check_query(const char *sql, const struct results_param *params, int columns,
                         struct err *err);

/* Every row of every table in a fixed order, as text, without RESULTS_WALL_TABLE: two databases
 * with equal dumps hold the same results.  Reads only. */
bool results_dump(const char *path, FILE *out, struct err *err);
/* Every view and column with its unit and meaning, for `traincast describe db`. */
void results_describe(FILE *out);
/* One view of that name; false when there is none. */
bool results_describe_view(const char *name, FILE *out);
const char *results_sqlite_version(void);

#endif
