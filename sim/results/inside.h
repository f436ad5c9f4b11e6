/* SPDX-License-Identifier: MIT
 * inside.h -- what an open database is, and how rows are put into it; for this folder only. */
#ifndef TRAINCAST_SIM_RESULTS_INSIDE_H
#define TRAINCAST_SIM_RESULTS_INSIDE_H

#include <sqlite3.h>

#include "base/text.h"
#include "sim/results/results.h"

struct statement { /* prepared, and kept as long as the database is open */
    char *sql;
    sqlite3_stmt *handle;
    bool busy; /* an insert uses it */
    struct statement *next;
};

struct results {
    sqlite3 *db;
    struct statement *statements;
    bool in_batch;   /* results_batch_begin .. results_batch_end */
    int claims_file; /* its number and 1; 0: not open (claim.c) */
    char *path;
    int busy_timeout_ms;
    bool (*keeps_waiting)(int waited_ms); /* or NULL */
    bool gave_up;                         /* as it asked for */
    /* Row ids of the vocabularies in this file; they need not be the enums' values. */
    int64_t status_id[RUN_STATUS_COUNT];
    int64_t outcome_id[OUTCOME_COUNT];
    int64_t activity_id[ACTIVITY_COUNT];
};

/* Stores what SQLite just reported as a sentence about the file; returns false. */
bool results_fail(const struct results *results, struct err *err);
bool results_execute(const struct results *results, const char *sql, struct err *err);
/* One integer out of one row; a statement that yields no row gives absent. */
bool results_integer(const struct results *results, const char *sql, int64_t absent,
                     int64_t *ret_value, struct err *err);

/* -- schema.c --------------------------------------------------------------------------- */
enum { SCHEMA_APPLICATION_ID = 0x54724361 }; /* "TrCa" */

/* Script i makes version i + 1 out of version i; version 0 is the empty file. */
struct schema {
    const char *const *script;
    int version; /* of this program: the number of scripts */
};
extern const struct schema schema_ours;

/* Which version the file has; false when it is none of ours or too new.  Reads only. */
bool schema_inspect(const struct results *results, const struct schema *schema,
                    int *ret_version, struct err *err);
/* Within a transaction: brings the file to the schema's version and fills *_id. */
bool schema_bring_up(struct results *results, const struct schema *schema, struct err *err);

/* -- views.c ---------------------------------------------------------------------------- */
struct column {
    const char *name;
    const char *expression; /* NULL: the name itself */
    const char *unit;       /* "" for texts and identifiers */
    const char *doc;
};
struct view {
    const char *name;
    const char *row;              /* what one row is */
    const struct column *columns; /* ends in {NULL} */
    const char *from;
};
extern const struct view views[];                                  /* ends in {NULL} */
bool views_create(const struct results *results, struct err *err); /* replaces old ones */

/* -- claim.c ---------------------------------------------------------------------------- */
void claims_close(struct results *results); /* after sqlite3_close */

/* -- query.c ---------------------------------------------------------------------------- */
struct results *results_open_to_read_within(const char *path, int busy_timeout_ms,
                                            struct err *err);

/* -- choose.c, setting.c, expand.c ------------------------------------------------------ */
/* Executes what makes or fills temporary tables of a database that is only read. */
bool results_change_temporary(struct results *results, const char *sql, struct err *err);
/* The one setting that the word names, by its key or the key's end; *ret_key is the caller's.
 */
bool results_setting(struct results *results, const char *word, char **ret_key,
                     struct err *err);

/* -- insert.c --------------------------------------------------------------------------- */
/* Puts rows through one statement.  The first failure is kept in *err and in ->ok; everything
 * after it is a no-op, so callers check once, at the end. */
struct writer {
    struct results *results;
    struct err *err;
    bool ok;
    int64_t run_id;
    enum run_status before; /* what the run's row says until then: RUNNING, PLANNED */
    struct text *tape;      /* not NULL: rows go there (tape.h), and there is no results */
};
struct insert {
    struct writer *writer;
    struct statement *statement;
    int column;
};
enum vocabulary { VOCABULARY_STATUS, VOCABULARY_OUTCOME, VOCABULARY_ACTIVITY };
void results_forget_statements(struct results *results); /* before sqlite3_close */
struct insert insert_open(struct writer *writer, const char *sql);
void insert_done(struct insert *insert);
/* Bind the next column.  Texts are borrowed until put_row. */
void put_int(struct insert *insert, int64_t value);
void put_count(struct insert *insert, int64_t value); /* negative: NULL */
void put_real(struct insert *insert, double value);   /* NaN: NULL */
void put_text(struct insert *insert, const char *text);
void put_bytes(struct insert *insert, const void *bytes, size_t size); /* not on a tape */
void put_run(struct insert *insert);                                   /* writer->run_id */
/* The row id of a word in this file: enum run_status, enum outcome or enum activity. */
void put_word(struct insert *insert, enum vocabulary vocabulary, int word);
void put_row(struct insert *insert); /* executes and starts over at column 1 */
/* Executes a query of one integer: true and *ret_value when there is a row.  Starts over. */
bool put_query(struct insert *insert, int64_t *ret_value);

/* -- write.c ---------------------------------------------------------------------------- */
void write_info(struct writer *writer, const struct run_info *info); /* sets run_id */
void write_axes(struct writer *writer, const struct param_row *axis, size_t count);
void write_build(struct writer *writer, const struct run_info *info);
void write_end(struct writer *writer, const struct run_end *end, const struct ledger *ledger);
void write_datasets(struct writer *writer, const struct dataset_row *row, size_t count);

/* -- rows.c ----------------------------------------------------------------------------- */
void write_ledger(struct writer *writer, const struct ledger *ledger);

#endif
