/* SPDX-License-Identifier: MIT
 * write.c -- a run's own rows: what was asked when it begins, what came out when it ends. */
#include "sim/results/inside.h"

#include <assert.h>

/* The row of this scenario; runs that differ in nothing share one. */
static int64_t scenario_id(struct writer *writer, const struct run_info *info)
{
    struct insert find =
        insert_open(writer, "SELECT scenario_id FROM scenario WHERE sha256 = ?");
    struct insert insert =
        insert_open(writer, "INSERT INTO scenario (sha256, text) VALUES (?, ?)");
    int64_t id = 0;

    put_text(&find, info->scenario_sha256);
    if (!put_query(&find, &id)) {
        put_text(&insert, info->scenario_sha256);
        put_text(&insert, info->scenario_text);
        put_row(&insert);
        id = sqlite3_last_insert_rowid(writer->results->db);
    }
    insert_done(&find);
    insert_done(&insert);
    return id;
}

static void write_run(struct writer *writer, const struct run_info *info, int64_t scenario)
{
    struct insert insert = insert_open(
        writer,
        "INSERT INTO run (scenario_id, status_id, name, campaign, seed, job, workers, platform,"
        " provider, channel, pattern, sync, model, optimizer, data, charge_as,"
        " behaviour_version, blas_core, version, git_commit, simgrid_version, openblas_version,"
        " sqlite_version)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    const char *const kinds[] = {info->platform,  info->provider, info->channel,
                                 info->pattern,   info->sync,     info->model,
                                 info->optimizer, info->data,     info->charge_as};
    const char *const versions[] = {info->blas_core,        info->version,
                                    info->git_commit,       info->simgrid_version,
                                    info->openblas_version, sqlite3_libversion()};

    put_int(&insert, scenario);
    put_word(&insert, VOCABULARY_STATUS, (int)writer->before);
    put_text(&insert, info->name);
    put_text(&insert, info->campaign);
    put_int(&insert, info->seed);
    put_text(&insert, info->job);
    put_int(&insert, info->workers);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        put_text(&insert, kinds[i]);
    put_int(&insert, info->behaviour_version);
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        put_text(&insert, versions[i]);
    put_row(&insert);
    insert_done(&insert);
    writer->run_id = sqlite3_last_insert_rowid(writer->results->db);
}

static void write_wall(struct writer *writer, const struct run_info *info)
{
    struct insert insert = insert_open(writer, "INSERT INTO " RESULTS_WALL_TABLE
                                               " (run_id, created_utc, hostname, command_line)"
                                               " VALUES (?,?,?,?)");

    put_int(&insert, writer->run_id);
    put_text(&insert, info->created_utc);
    put_text(&insert, info->hostname);
    put_text(&insert, info->command_line);
    put_row(&insert);
    insert_done(&insert);
}

static void put_param(struct insert *insert, const struct param_row *param)
{
    put_text(insert, param->key);
    put_text(insert, param->text ? param->text : "");
    put_text(insert, param->unit ? param->unit : "");
    put_real(insert, param->number);
}

static void write_params(struct writer *writer, const struct run_info *info)
{
    struct insert find = insert_open(
        writer, "SELECT param_id FROM param WHERE key = ? AND value_text = ? AND unit = ?"
                " AND value_num IS ?");
    struct insert insert = insert_open(
        writer, "INSERT INTO param (key, value_text, unit, value_num) VALUES (?,?,?,?)");
    struct insert use =
        insert_open(writer, "INSERT INTO run_param (run_id, seq, param_id) VALUES (?,?,?)");

    for (size_t i = 0; i < info->param_count && writer->ok; i++) {
        int64_t id = 0;

        put_param(&find, &info->params[i]);
        if (!put_query(&find, &id)) {
            put_param(&insert, &info->params[i]);
            put_row(&insert);
            id = sqlite3_last_insert_rowid(writer->results->db);
        }
        put_int(&use, writer->run_id);
        put_int(&use, (int64_t)i);
        put_int(&use, id);
        put_row(&use);
    }
    insert_done(&find);
    insert_done(&insert);
    insert_done(&use);
}

void write_axes(struct writer *writer, const struct param_row *axis, size_t count)
{
    struct insert insert =
        insert_open(writer, "INSERT INTO axis (run_id, seq, key, value_text, unit, value_num)"
                            " VALUES (?,?,?,?,?,?)");

    for (size_t i = 0; i < count; i++) {
        put_run(&insert);
        put_int(&insert, (int64_t)i);
        put_param(&insert, &axis[i]);
        put_row(&insert);
    }
    insert_done(&insert);
}

void write_datasets(struct writer *writer, const struct dataset_row *row, size_t count)
{
    struct insert insert =
        insert_open(writer, "INSERT INTO dataset (run_id, seq, role, name, sha256, rows,"
                            " features, classes, bytes) VALUES (?,?,?,?,?,?,?,?,?)");

    for (size_t i = 0; i < count; i++) {
        const struct dataset_row *dataset = &row[i];

        put_run(&insert);
        put_int(&insert, (int64_t)i);
        put_text(&insert, dataset->role);
        put_text(&insert, dataset->name);
        put_text(&insert, dataset->sha256);
        put_count(&insert, dataset->rows);
        put_count(&insert, dataset->features);
        put_count(&insert, dataset->classes);
        put_count(&insert, dataset->bytes);
        put_row(&insert);
    }
    insert_done(&insert);
}

void write_info(struct writer *writer, const struct run_info *info)
{
    write_run(writer, info, scenario_id(writer, info));
    write_wall(writer, info);
    write_params(writer, info);
    write_datasets(writer, info->datasets, info->dataset_count);
}

/* What computed it, where another build had planned it. */
void write_build(struct writer *writer, const struct run_info *info)
{
    struct insert update = insert_open(
        writer, "UPDATE run SET behaviour_version = ?, blas_core = ?, version = ?,"
                " git_commit = ?, simgrid_version = ?, openblas_version = ?, sqlite_version = ?"
                " WHERE run_id = ?");

    put_int(&update, info->behaviour_version);
    put_text(&update, info->blas_core);
    put_text(&update, info->version);
    put_text(&update, info->git_commit);
    put_text(&update, info->simgrid_version);
    put_text(&update, info->openblas_version);
    put_text(&update, sqlite3_libversion());
    put_run(&update);
    put_row(&update);
    insert_done(&update);
}

static void write_wall_end(struct writer *writer, const struct run_end *end)
{
    struct insert update = insert_open(writer, "UPDATE " RESULTS_WALL_TABLE
                                               " SET wall_s = ?, peak_memory_bytes = ?"
                                               " WHERE run_id = ?");

    put_real(&update, end->wall_s);
    put_count(&update, end->peak_memory_bytes);
    put_run(&update);
    put_row(&update);
    insert_done(&update);
}

void write_end(struct writer *writer, const struct run_end *end, const struct ledger *ledger)
{
    struct insert update = insert_open(
        writer, "UPDATE run SET status_id = ?, stop_reason = ?, message = ?, train_loss = ?,"
                " train_accuracy = ?, test_loss = ?, test_accuracy = ?, epochs = ?, rounds = ?,"
                " sim_time_s = ?, cost_pusd = ?, time_to_loss_s = ?, cost_to_loss_pusd = ?"
                " WHERE run_id = ? AND status_id = ?");

    assert(end->status != RUN_RUNNING);
    put_word(&update, VOCABULARY_STATUS, (int)end->status);
    put_text(&update, end->stop_reason);
    put_text(&update, end->message);
    put_real(&update, end->train_loss);
    put_real(&update, end->train_accuracy);
    put_real(&update, end->test_loss);
    put_real(&update, end->test_accuracy);
    put_real(&update, end->epochs);
    put_count(&update, end->rounds);
    put_real(&update, end->sim_time_s);
    put_int(&update, ledger_cost_pusd(ledger));
    put_real(&update, end->time_to_loss_s);
    put_count(&update, end->cost_to_loss_pusd);
    put_run(&update);
    put_word(&update, VOCABULARY_STATUS, (int)writer->before);
    put_row(&update);
    if (writer->ok && !writer->tape && sqlite3_changes(writer->results->db) != 1)
        writer->ok =
            err_set(writer->err, "%s: run %lld is not (or no longer) in progress there",
                    writer->results->path, (long long)writer->run_id);
    insert_done(&update);
    write_wall_end(writer, end);
}

bool results_forget(struct results *results, int64_t run_id, struct err *err)
{
    struct writer writer = {.results = results, .err = err, .ok = true};
    struct insert remove =
        insert_open(&writer, "DELETE FROM run WHERE run_id = ? AND status_id = ?");

    put_int(&remove, run_id);
    put_word(&remove, VOCABULARY_STATUS, RUN_PLANNED);
    put_row(&remove);
    insert_done(&remove);
    return writer.ok;
}

bool results_forget_unused(struct results *results, struct err *err)
{
    return results_execute(
        results,
        "DELETE FROM scenario WHERE scenario_id NOT IN (SELECT scenario_id FROM run);"
        "DELETE FROM param WHERE param_id NOT IN (SELECT param_id FROM run_param)",
        err);
}
