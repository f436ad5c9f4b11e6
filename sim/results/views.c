/* SPDX-License-Identifier: MIT
 * views.c -- what readers of a database are promised: every view, column, unit and meaning.
 *
 * One table makes the SQL and the documentation, so neither can lack a column of the other. The
 * meanings stand as comments in the views' SQL: `.schema runs` explains a file on its own.
 * Columns are only ever added.  A changed view needs a new (if need be, empty) script in
 * schema.c: files are brought up to it by their version. */
#include <stdlib.h>
#include <string.h>

#include "sim/results/inside.h"

#define RUN_ID                                                                                 \
    {                                                                                          \
        "run_id", NULL, "", "the run (view runs)"                                              \
    }
#define USD(name_, doc_)                                                                       \
    {name_ "_usd", name_ "_pusd / 1e12", "USD", doc_},                                         \
    {                                                                                          \
        name_ "_pusd", NULL, "pUSD", "the same in integer pico-dollars (1e-12 USD)"            \
    }
#define ENTITY_NAME "entity.role || ' ' || entity.number"
#define ENTITY_DOC  "who: role and number, 'worker 3'; NULL: the run as a whole"
#define ENTITY                                                                                 \
    {"entity", ENTITY_NAME, "", ENTITY_DOC},                                                   \
    {                                                                                          \
        "entity_id", NULL, "", "its number, as in view entities"                               \
    }
#define OF_ENTITY "LEFT JOIN entity USING (run_id, entity_id)"
#define SENT(column_)                                                                          \
    "(SELECT sum(" column_ ") FROM message WHERE message.run_id = run.run_id"                  \
    " AND message.class <> 'control')"

/* clang-format off */
static const struct column runs[] = {
    {"run_id", NULL, "", "number of the run in this file; never used twice"},
    {"name", "run.name", "", "the scenario's name"},
    {"campaign", NULL, "", "the scenario's campaign, if any"},
    {"status", "status.name", "", "how it ended (table status explains each); 'running' also when its process was killed"},
    {"stop_reason", NULL, "", "which criterion of stop: ended it"},
    {"message", NULL, "", "a sentence about how it ended"},
    {"seed", NULL, "", "the scenario's seed"},
    {"job", NULL, "", "kind of job"},
    {"workers", NULL, "", "number of workers"},
    {"platform", NULL, "", "kind of platform of the workers"},
    {"provider", NULL, "", "catalogue of prices and figures"},
    {"channel", NULL, "", "kind of channel"},
    {"pattern", NULL, "", "kind of collective"},
    {"sync", NULL, "", "kind of synchronisation"},
    {"model", NULL, "", "kind of model"},
    {"optimizer", NULL, "", "kind of optimizer"},
    {"data", NULL, "", "training data: file or generator"},
    {"charge_as", NULL, "", "what is charged instead of what is computed, if anything"},
    {"train_loss", NULL, "", "last training loss"},
    {"train_accuracy", NULL, "0..1", "last training accuracy"},
    {"test_loss", NULL, "", "last test loss"},
    {"test_accuracy", NULL, "0..1", "last test accuracy"},
    {"final_accuracy", "coalesce(test_accuracy, train_accuracy)", "0..1", "test accuracy where there is a test set, else training accuracy"},
    {"epochs", NULL, "", "passes over the training data, may be fractional"},
    {"rounds", NULL, "", "rounds of synchronisation"},
    {"sim_time_s", NULL, "s", "simulated time from the start command to the end"},
    {"cost_usd", "cost_pusd / 1e12", "USD", "sum of the bill"},
    {"cost_pusd", NULL, "pUSD", "the same in integer pico-dollars (1e-12 USD)"},
    {"time_to_loss_s", NULL, "s", "simulated time until stop.train_loss was met; NULL: it was not"},
    {"cost_to_loss_usd", "cost_to_loss_pusd / 1e12", "USD", "money accrued by then"},
    {"cost_to_loss_pusd", NULL, "pUSD", "the same in integer pico-dollars (1e-12 USD)"},
    {"messages_sent", SENT("sent"), "", "messages sent, without acknowledgements"},
    {"messages_lost", SENT("lost"), "", "of those, lost for good, wholly or in part"},
    {"messages_retransmitted", SENT("retransmitted"), "", "copies of them sent again"},
    {"bytes_sent", SENT("bytes_sent"), "bytes", "bytes of all copies sent"},
    {"wall_s", NULL, "s", "real time the simulation took (wall clock)"},
    {"peak_memory_bytes", NULL, "bytes", "largest memory of the simulator's process (wall clock)"},
    {"scenario_sha256", "scenario.sha256", "", "SHA-256 of the resolved scenario (view scenarios)"},
    {"behaviour_version", NULL, "", "changes when the same scenario would give other numbers"},
    {"blas_core", NULL, "", "OpenBLAS kernel; other kernels round differently"},
    {"version", NULL, "", "version of traincast"},
    {"git_commit", NULL, "", "commit it was built from, '-dirty' if changed"},
    {"simgrid_version", NULL, "", "version of SimGrid"},
    {"openblas_version", NULL, "", "version of OpenBLAS"},
    {"sqlite_version", NULL, "", "version of SQLite that wrote the run"},
    {"created_utc", NULL, "", "when it was begun (wall clock)"},
    {"hostname", NULL, "", "where (wall clock)"},
    {"command_line", NULL, "", "how it was called (wall clock)"},
    {NULL},
};
static const struct column scenarios[] = {
    {"scenario_sha256", "sha256", "", "SHA-256 of text"},
    {"text", NULL, "", "the resolved scenario as YAML, every preset filled in: `traincast run` takes it"},
    {NULL},
};
static const struct column params[] = {
    RUN_ID,
    {"key", NULL, "", "path of the setting: groups.workers.platform.memory"},
    {"value_text", NULL, "", "as in YAML"},
    {"value_num", NULL, "by unit", "as a number, in unit; NULL where it is none"},
    {"unit", NULL, "", "unit of value_num; empty: none"},
    {NULL},
};
static const struct column axes[] = {
    RUN_ID,
    {"key", NULL, "", "what the sweep varies, as its file calls it: platform.memory"},
    {"value_text", NULL, "", "its value in this run, as in YAML"},
    {"value_num", NULL, "by unit", "as a number, in unit; NULL where it is none"},
    {"unit", NULL, "", "unit of value_num; empty: none"},
    {NULL},
};
static const struct column trajectories[] = {
    {"sha256", NULL, "", "SHA-256 of inputs"},
    {"inputs", NULL, "", "all that this learning depends on"},
    {"rounds", NULL, "", "rounds that are known"},
    {"size_bytes", "length(bytes)", "bytes", "what it takes in this file"},
    {NULL},
};
static const struct column datasets[] = {
    RUN_ID,
    {"role", NULL, "", "train or test"},
    {"name", NULL, "", "file or generator"},
    {"sha256", NULL, "", "SHA-256 of the values, if computed"},
    {"rows", NULL, "", "examples"},
    {"features", NULL, "", "features of an example"},
    {"classes", NULL, "", "classes"},
    {"bytes", NULL, "bytes", "size"},
    {NULL},
};
static const struct column entities[] = {
    RUN_ID,
    {"entity_id", NULL, "", "number of the entity in its run"},
    {"entity", "role || ' ' || number", "", "its name in the other views"},
    {"role", NULL, "", "worker, server, client ..."},
    {"number", NULL, "", "number among those of its role, from 0"},
    {NULL},
};
static const struct column rounds[] = {
    RUN_ID,
    {"round", NULL, "", "round of synchronisation after which it was evaluated"},
    {"epoch", NULL, "", "passes over the training data by then, may be fractional"},
    {"sim_time_s", NULL, "s", "simulated time"},
    USD("cost", "money accrued by then"),
    {"train_loss", NULL, "", "training loss; NULL: not evaluated"},
    {"train_accuracy", NULL, "0..1", "training accuracy; NULL: not evaluated"},
    {"test_loss", NULL, "", "test loss; NULL: not evaluated"},
    {"test_accuracy", NULL, "0..1", "test accuracy; NULL: not evaluated"},
    {"messages_lost", NULL, "", "messages lost by then"},
    {NULL},
};
static const struct column breakdown[] = {
    RUN_ID,
    {"activity", "activity.name", "", "what the critical path did (table activity explains each)"},
    {"critical_s", NULL, "s", "for how long; a run's rows sum to its sim_time_s"},
    {NULL},
};
static const struct column bill[] = {
    RUN_ID,
    {"resource", NULL, "", "what is charged: 'faas duration', 's3 PUT', 'vm t2.medium' ..."},
    {"quantity", NULL, "by unit", "how much"},
    {"unit", NULL, "", "of quantity; it says from which rows the line can be recomputed"},
    USD("unit_price", "price of one unit"),
    USD("cost", "what it cost"),
    {NULL},
};
static const struct column requests[] = {
    RUN_ID,
    {"channel", NULL, "", "the channel"},
    {"operation", NULL, "", "PUT, GET, LIST ..."},
    {"count", NULL, "", "requests made"},
    {"bytes", NULL, "bytes", "payload moved"},
    {"failed", NULL, "", "of count: throttled, not found or timed out"},
    {"unbilled", NULL, "", "of count: not charged by the service"},
    {NULL},
};
static const struct column request_rows[] = {
    {"run_id", "request_row.run_id", "", "the run (view runs)"},
    {"entity", ENTITY_NAME, "", ENTITY_DOC},
    {"entity_id", "request_row.entity_id", "", "its number, as in view entities"},
    {"channel", NULL, "", "the channel"},
    {"operation", NULL, "", "PUT, GET, LIST ..."},
    {"begin_s", NULL, "s", "when it was issued"},
    {"end_s", NULL, "s", "when it was answered"},
    {"bytes", "request_row.bytes", "bytes", "payload moved"},
    {"outcome", "outcome.name", "", "how it ended"},
    {NULL},
};
static const struct column series[] = {
    RUN_ID, ENTITY,
    {"step", NULL, "", "round, request or other step it belongs to"},
    {"sim_time_s", NULL, "s", "simulated time"},
    {"metric", NULL, "", "what was measured"},
    {"value", NULL, "by metric", "the measure"},
    {NULL},
};
static const struct column spans[] = {
    RUN_ID, ENTITY,
    {"lane", NULL, "", "0: the main one; others ran beside it"},
    {"activity", "activity.name", "", "what it did (table activity explains each)"},
    {"begin_s", NULL, "s", "from"},
    {"end_s", NULL, "s", "until"},
    {"step", NULL, "", "round or other step it belongs to; NULL: none was completed"},
    {NULL},
};
static const struct column invocations[] = {
    RUN_ID, ENTITY,
    {"function", NULL, "", "name of the function"},
    {"arrival_s", NULL, "s", "when it was invoked"},
    {"start_s", NULL, "s", "first instruction of its body, after initialisation"},
    {"end_s", NULL, "s", "when it ended"},
    {"cold", NULL, "0 or 1", "1: a new sandbox had to be started"},
    {"outcome", "outcome.name", "", "how it ended (table outcome explains each)"},
    {"billed_ms", NULL, "ms", "billed duration"},
    {"memory_mb", NULL, "MiB", "memory of the function"},
    {"pusd_per_gb_s", NULL, "pUSD per GB-s", "price of the duration, for 1024 MiB and a second"},
    {"pusd_per_request", NULL, "pUSD", "price of the invocation itself"},
    USD("cost", "of the duration only"),
    {NULL},
};
static const struct column machines[] = {
    RUN_ID, ENTITY,
    {"instance", NULL, "", "instance type"},
    {"boot_s", NULL, "s", "when it was asked for; it is billed from then"},
    {"ready_s", NULL, "s", "when it could be used"},
    {"release_s", NULL, "s", "when it was given back"},
    {"billed_s", NULL, "s", "billed duration"},
    {"pusd_per_hour", NULL, "pUSD per hour", "price"},
    USD("cost", "what it cost"),
    {NULL},
};
static const struct column misfortunes[] = {
    RUN_ID, ENTITY,
    {"at_s", NULL, "s", "when"},
    {"outcome", "outcome.name", "", "what (table outcome explains each)"},
    {"detail", NULL, "", "of what"},
    {NULL},
};
static const struct column messages[] = {
    RUN_ID,
    {"class", NULL, "", "class of traffic: training, storage, web, control (acknowledgements)"},
    {"sent", NULL, "", "messages sent"},
    {"lost", NULL, "", "of those, lost for good, wholly or in part"},
    {"retransmitted", NULL, "", "copies sent again"},
    {"dropped", NULL, "",
     "copies of which the network lost some: over sent + retransmitted, the loss ratio"},
    {"bytes_sent", NULL, "bytes", "bytes of all copies sent"},
    {"bytes_lost", NULL, "bytes", "bytes that never arrived"},
    {"bytes_retransmitted", NULL, "bytes", "bytes of copies sent again"},
    {"bytes_dropped", NULL, "bytes", "bytes that the network lost, some of which came later"},
    {NULL},
};

const struct view views[] = {
    {"runs", "run", runs, "run JOIN status USING (status_id) JOIN scenario USING (scenario_id)"
     " LEFT JOIN " RESULTS_WALL_TABLE " USING (run_id)"},
    {"rounds", "run and evaluated round", rounds, "round"},
    {"breakdown", "run and activity of the critical path", breakdown,
     "critical JOIN activity USING (activity_id)"},
    {"bill", "run and billed item", bill, "charge"},
    {"requests", "run, channel and operation", requests, "request"},
    {"series", "run, entity, step and metric", series, "sample " OF_ENTITY},
    {"spans", "run, entity, lane and activity", spans,
     "span JOIN activity USING (activity_id) " OF_ENTITY},
    {"invocations", "run and function invocation", invocations,
     "invocation JOIN outcome USING (outcome_id) " OF_ENTITY},
    {"machines", "run and machine", machines, "machine " OF_ENTITY},
    {"misfortunes", "run and misfortune", misfortunes,
     "misfortune JOIN outcome USING (outcome_id) " OF_ENTITY},
    {"messages", "run and class of messages", messages, "message"},
    {"request_rows", "run and request (record: {requests: rows})", request_rows,
     "request_row JOIN request ON request.run_id = request_row.run_id AND"
     " request.seq = request_seq JOIN outcome USING (outcome_id)"
     " LEFT JOIN entity ON entity.run_id = request_row.run_id AND"
     " entity.entity_id = request_row.entity_id"},
    {"params", "run and resolved setting", params, "run_param JOIN param USING (param_id)"},
    {"axes", "run of a sweep and axis", axes, "axis"},
    {"trajectories", "learning kept for reuse (a cache: rows of table trajectory may be deleted)",
     trajectories, RESULTS_CACHE_TABLE},
    {"datasets", "run and data set", datasets, "dataset"},
    {"entities", "run and entity", entities, "entity"},
    {"scenarios", "resolved scenario", scenarios, "scenario"},
    {NULL},
};
/* clang-format on */

/* With the meanings as comments, which SQLite keeps. */
static void print_view(const struct view *view, FILE *out)
{
    fprintf(out, "CREATE VIEW %s AS -- one row per %s\nSELECT\n", view->name, view->row);
    for (const struct column *column = view->columns; column->name; column++)
        fprintf(out, "    %s AS %s%s -- %s%s%s\n",
                column->expression ? column->expression : column->name, column->name,
                column[1].name ? "," : "", column->unit, column->unit[0] ? ": " : "",
                column->doc);
    fprintf(out, "FROM %s;\n", view->from);
}

bool views_create(const struct results *results, struct err *err)
{
    char *sql = NULL;
    size_t size;
    FILE *out = open_memstream(&sql, &size);
    bool ok;

    if (!out)
        return err_set(err, "%s: no memory for the views", results->path);
    for (const struct view *view = views; view->name; view++) {
        fprintf(out, "DROP VIEW IF EXISTS %s;\n", view->name);
        print_view(view, out);
    }
    fclose(out);
    ok = results_execute(results, sql, err);
    free(sql);
    return ok;
}

static void describe(const struct view *view, FILE *out)
{
    fprintf(out, "%s: one row per %s\n", view->name, view->row);
    for (const struct column *column = view->columns; column->name; column++)
        fprintf(out, "    %-24s %-14s %s\n", column->name, column->unit[0] ? column->unit : "-",
                column->doc);
}

bool results_describe_view(const char *name, FILE *out)
{
    for (const struct view *view = views; view->name; view++)
        if (strcmp(view->name, name) == 0) {
            describe(view, out);
            return true;
        }
    return false;
}

void results_describe(FILE *out)
{
    fprintf(out, "Views of the database.  Times are simulated seconds unless marked as wall "
                 "clock.\n");
    for (const struct view *view = views; view->name; view++) {
        fputc('\n', out);
        describe(view, out);
    }
}
