/* SPDX-License-Identifier: MIT
 * schema.c -- the tables behind the views, and how a file comes to have them.
 *
 * The rows of a run stand together, in the order in which they happened: primary key (run_id,
 * seq) WITHOUT ROWID is at once the order, the index on run_id and the storage, and appending
 * is all that writing does.  Times are simulated seconds, *_pusd are integer pico-USD.
 * Outcomes, activities and statuses are rows of vocabularies, not CHECK lists: SQLite cannot
 * change a CHECK, and the lists will grow.  Names are matched when a file is opened, so their
 * order in the C lists may change.  No foreign key leads to `entity`: SQLite would look through
 * all rows of a run for each of its entities when a run is deleted. */
#include "sim/results/inside.h"

#define WHOLE   "run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE"
#define ORDERED WHOLE ", seq INTEGER NOT NULL"
#define END     ", PRIMARY KEY (run_id, seq)) WITHOUT ROWID;"
#define ENTITY  ", entity_id INTEGER CHECK (entity_id >= 0)" /* NULL: the run itself */

static const char version_1[] =
    /* -- vocabularies: what a word means is in the file -- */
    "CREATE TABLE status (status_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    " meaning TEXT NOT NULL);"
    "CREATE TABLE outcome (outcome_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    " meaning TEXT NOT NULL);"
    "CREATE TABLE activity (activity_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    " meaning TEXT NOT NULL);"

    /* -- runs: what was asked, what came out -- */
    "CREATE TABLE scenario (scenario_id INTEGER PRIMARY KEY,"
    " sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64), text TEXT NOT NULL);"
    "CREATE TABLE run (run_id INTEGER PRIMARY KEY AUTOINCREMENT," /* never used twice */
    " scenario_id INTEGER NOT NULL REFERENCES scenario,"
    " status_id INTEGER NOT NULL REFERENCES status,"
    " name TEXT NOT NULL, campaign TEXT, seed INTEGER NOT NULL, job TEXT NOT NULL,"
    " workers INTEGER NOT NULL CHECK (workers >= 0), platform TEXT, provider TEXT,"
    " channel TEXT, pattern TEXT, sync TEXT, model TEXT, optimizer TEXT, data TEXT,"
    " charge_as TEXT, behaviour_version INTEGER NOT NULL, blas_core TEXT,"
    " version TEXT NOT NULL, git_commit TEXT, simgrid_version TEXT, openblas_version TEXT,"
    " sqlite_version TEXT NOT NULL,"
    /* NULL until the run is over */
    " stop_reason TEXT, message TEXT, train_loss REAL,"
    " train_accuracy REAL CHECK (train_accuracy BETWEEN 0 AND 1), test_loss REAL,"
    " test_accuracy REAL CHECK (test_accuracy BETWEEN 0 AND 1),"
    " epochs REAL CHECK (epochs >= 0), rounds INTEGER CHECK (rounds >= 0),"
    " sim_time_s REAL CHECK (sim_time_s >= 0), cost_pusd INTEGER CHECK (cost_pusd >= 0),"
    " time_to_loss_s REAL CHECK (time_to_loss_s >= 0),"
    " cost_to_loss_pusd INTEGER CHECK (cost_to_loss_pusd >= 0));"
    "CREATE INDEX run_of_scenario ON run (scenario_id);"
    /* all that depends on the moment and the machine; see RESULTS_WALL_TABLE */
    "CREATE TABLE " RESULTS_WALL_TABLE " (run_id INTEGER PRIMARY KEY REFERENCES run"
    " ON DELETE CASCADE, created_utc TEXT NOT NULL, wall_s REAL,"
    " peak_memory_bytes INTEGER, hostname TEXT, command_line TEXT);"
    "CREATE TABLE dataset (" ORDERED ", role TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT,"
    " rows INTEGER, features INTEGER, classes INTEGER, bytes INTEGER" END
    /* a setting is stored once, however many runs of a sweep share it */
    "CREATE TABLE param (param_id INTEGER PRIMARY KEY, key TEXT NOT NULL,"
    " value_text TEXT NOT NULL, unit TEXT NOT NULL, value_num REAL,"
    " UNIQUE (key, value_text, unit, value_num));"
    "CREATE TABLE run_param (" ORDERED ", param_id INTEGER NOT NULL REFERENCES param" END
    "CREATE INDEX run_of_param ON run_param (param_id);"

    /* -- what happened -- */
    "CREATE TABLE entity (" WHOLE ", entity_id INTEGER NOT NULL, role TEXT NOT NULL,"
    " number INTEGER NOT NULL, PRIMARY KEY (run_id, entity_id)) WITHOUT ROWID;"
    "CREATE TABLE round (" ORDERED ", round INTEGER NOT NULL, epoch REAL,"
    " sim_time_s REAL NOT NULL CHECK (sim_time_s >= 0),"
    " cost_pusd INTEGER NOT NULL CHECK (cost_pusd >= 0),"
    " train_loss REAL, train_accuracy REAL CHECK (train_accuracy BETWEEN 0 AND 1),"
    " test_loss REAL, test_accuracy REAL CHECK (test_accuracy BETWEEN 0 AND 1),"
    " messages_lost INTEGER NOT NULL CHECK (messages_lost >= 0)" END
    "CREATE TABLE sample (" ORDERED ENTITY ", step INTEGER, sim_time_s REAL,"
    " metric TEXT NOT NULL, value REAL" END "CREATE TABLE critical (" ORDERED
    ", activity_id INTEGER NOT NULL REFERENCES activity,"
    " critical_s REAL NOT NULL CHECK (critical_s >= 0)" END "CREATE TABLE span (" ORDERED ENTITY
    ", lane INTEGER NOT NULL,"
    " activity_id INTEGER NOT NULL REFERENCES activity, begin_s REAL NOT NULL,"
    " end_s REAL NOT NULL, step INTEGER, CHECK (end_s >= begin_s)" END
    "CREATE TABLE misfortune (" ORDERED ENTITY ", at_s REAL NOT NULL,"
    " outcome_id INTEGER NOT NULL REFERENCES outcome, detail TEXT" END
    "CREATE TABLE message (" ORDERED ", class TEXT NOT NULL,"
    " sent INTEGER NOT NULL CHECK (sent >= 0), lost INTEGER NOT NULL CHECK (lost >= 0),"
    " retransmitted INTEGER NOT NULL CHECK (retransmitted >= 0),"
    " bytes_sent INTEGER NOT NULL CHECK (bytes_sent >= 0)" END

    /* -- what it cost -- */
    "CREATE TABLE request (" ORDERED ", channel TEXT NOT NULL, operation TEXT NOT NULL,"
    " count INTEGER NOT NULL CHECK (count >= 0), bytes INTEGER NOT NULL CHECK (bytes >= 0),"
    " failed INTEGER NOT NULL CHECK (failed >= 0),"
    " unbilled INTEGER NOT NULL CHECK (unbilled BETWEEN 0 AND count),"
    " UNIQUE (run_id, channel, operation)" END "CREATE TABLE request_row (" ORDERED ENTITY
    ", request_seq INTEGER NOT NULL,"
    " begin_s REAL NOT NULL, end_s REAL NOT NULL, bytes INTEGER NOT NULL,"
    " outcome_id INTEGER NOT NULL REFERENCES outcome, CHECK (end_s >= begin_s)" END
    "CREATE TABLE invocation (" ORDERED ENTITY ", function TEXT NOT NULL,"
    " arrival_s REAL NOT NULL, start_s REAL, end_s REAL,"
    " cold INTEGER NOT NULL CHECK (cold IN (0, 1)),"
    " outcome_id INTEGER NOT NULL REFERENCES outcome,"
    " billed_ms INTEGER NOT NULL CHECK (billed_ms >= 0),"
    " memory_mb INTEGER NOT NULL CHECK (memory_mb >= 0),"
    " pusd_per_gb_s INTEGER NOT NULL, pusd_per_request INTEGER NOT NULL,"
    " cost_pusd INTEGER NOT NULL CHECK (cost_pusd >= 0), CHECK (end_s >= arrival_s)" END
    "CREATE TABLE machine (" ORDERED ENTITY ", instance TEXT NOT NULL, boot_s REAL,"
    " ready_s REAL, release_s REAL, billed_s INTEGER NOT NULL CHECK (billed_s >= 0),"
    " pusd_per_hour INTEGER NOT NULL, cost_pusd INTEGER NOT NULL CHECK (cost_pusd >= 0)" END
    "CREATE TABLE charge (" ORDERED ", resource TEXT NOT NULL, quantity REAL NOT NULL,"
    " unit TEXT NOT NULL, unit_price_pusd INTEGER NOT NULL, cost_pusd INTEGER NOT NULL,"
    " UNIQUE (run_id, resource, unit, unit_price_pusd)" END;

/* What a network did to messages; what was counted as `all` was training. */
static const char version_2[] =
    "ALTER TABLE message ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0 CHECK (dropped >= 0);"
    "ALTER TABLE message ADD COLUMN bytes_lost INTEGER NOT NULL DEFAULT 0"
    " CHECK (bytes_lost >= 0);"
    "ALTER TABLE message ADD COLUMN bytes_retransmitted INTEGER NOT NULL DEFAULT 0"
    " CHECK (bytes_retransmitted >= 0);"
    "ALTER TABLE message ADD COLUMN bytes_dropped INTEGER NOT NULL DEFAULT 0"
    " CHECK (bytes_dropped >= 0);"
    "UPDATE message SET class = 'training' WHERE class = 'all';";

static const char version_3[] =
    /* what a sweep varies, and its value in this run */
    "CREATE TABLE axis (" ORDERED ", key TEXT NOT NULL, value_text TEXT NOT NULL,"
    " unit TEXT NOT NULL, value_num REAL" END "CREATE INDEX run_of_campaign ON run (campaign);"
    /* what was computed once for many runs; see RESULTS_CACHE_TABLE */
    "CREATE TABLE " RESULTS_CACHE_TABLE " (trajectory_id INTEGER PRIMARY KEY,"
    " sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64), inputs TEXT NOT NULL,"
    " rounds INTEGER NOT NULL CHECK (rounds >= 0), bytes BLOB NOT NULL);";

static const char *const scripts[] = {version_1, version_2, version_3};
const struct schema schema_ours = {scripts, sizeof scripts / sizeof *scripts};

bool schema_inspect(const struct results *results, const struct schema *schema,
                    int *ret_version, struct err *err)
{
    int64_t application, version, tables;

    if (!results_integer(results, "PRAGMA application_id", 0, &application, err) ||
        !results_integer(results, "PRAGMA user_version", 0, &version, err) ||
        !results_integer(results, "SELECT count(*) FROM sqlite_master", 0, &tables, err))
        return false;
    if (application == 0 && version == 0 && tables == 0) {
        *ret_version = 0;
        return true;
    }
    if (application != SCHEMA_APPLICATION_ID)
        return err_set(err,
                       "%s is a database of another program (application id %lld, ours is %d); "
                       "it was not touched: give another file with --db",
                       results->path, (long long)application, SCHEMA_APPLICATION_ID);
    if (version > schema->version)
        return err_set(
            err,
            "%s was written by a newer traincast (schema %lld, this program knows up "
            "to %d); it was not touched: use that program or another file",
            results->path, (long long)version, schema->version);
    *ret_version = (int)version;
    return true;
}

struct word {
    const char *name, *meaning;
};
#define X(upper_, lower_, meaning_) {#lower_, meaning_},
static const struct word statuses[] = {RUN_STATUS_LIST(X)};
static const struct word outcomes[] = {OUTCOME_LIST(X)};
static const struct word activities[] = {ACTIVITY_LIST(X)};
#undef X

/* The file's row id of every word; words that it lacks are added. */
static void learn(struct writer *writer, const char *query, const char *add,
                  const struct word *word, int count, int64_t *ret_id)
{
    struct insert find = insert_open(writer, query), insert = insert_open(writer, add);

    for (int i = 0; i < count; i++) {
        put_text(&find, word[i].name);
        if (put_query(&find, &ret_id[i]))
            continue;
        put_text(&insert, word[i].name);
        put_text(&insert, word[i].meaning);
        put_row(&insert);
        ret_id[i] = sqlite3_last_insert_rowid(writer->results->db);
    }
    insert_done(&find);
    insert_done(&insert);
}

static bool learn_words(struct results *results, struct err *err)
{
    struct writer writer = {.results = results, .err = err, .ok = true};

#define LEARN(table_, words_, count_)                                                          \
    learn(&writer, "SELECT " #table_ "_id FROM " #table_ " WHERE name = ?",                    \
          "INSERT INTO " #table_ " (name, meaning) VALUES (?, ?)", words_, count_,             \
          results->table_##_id)
    LEARN(status, statuses, RUN_STATUS_COUNT);
    LEARN(outcome, outcomes, OUTCOME_COUNT);
    LEARN(activity, activities, ACTIVITY_COUNT);
#undef LEARN
    return writer.ok;
}

bool schema_bring_up(struct results *results, const struct schema *schema, struct err *err)
{
    char pragma[96];
    int version;

    if (!schema_inspect(results, schema, &version, err))
        return false;
    if (version < schema->version) {
        for (; version < schema->version; version++)
            if (!results_execute(results, schema->script[version], err))
                return false;
        sqlite3_snprintf(sizeof pragma, pragma,
                         "PRAGMA application_id = %d; PRAGMA user_version = %d",
                         SCHEMA_APPLICATION_ID, version);
        if (!views_create(results, err) || !results_execute(results, pragma, err))
            return false;
    }
    return learn_words(results, err);
}
