/* SPDX-License-Identifier: MIT
 * record.c -- see record.h. */
#include "sim/command/record.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "algorithms/math/blas.h"
#include "base/memory.h"
#include "sim/command/clock.h"
#include "sim/command/version.h"

/* -- what is known before the run -- */
struct params {
    struct param_row *row;
    size_t count, capacity;
};

static void keep_param(void *arg, const char *key, const char *text, double value,
                       const char *unit)
{
    struct params *params = arg;

    ROOM_FOR_ONE(params->row, params->count, params->capacity);
    params->row[params->count++] =
        (struct param_row){memory_text(key), memory_text(text), value, unit};
}

static void params_done(struct params *params)
{
    for (size_t i = 0; i < params->count; i++) {
        free((char *)params->row[i].key);
        free((char *)params->row[i].text);
    }
    free(params->row);
}

static const char *name_of(const struct choice *choice)
{
    return choice->kind ? choice->kind->name : NULL;
}

static size_t fill_datasets(struct dataset_row row[2], const struct learner *learner)
{
    const struct learner_facts *facts = learner ? learner_facts(learner) : NULL;

    if (!facts)
        return 0;
    row[0] =
        (struct dataset_row){"train",         facts->data_name, facts->data_sha256, facts->rows,
                             facts->features, facts->classes,   facts->file_bytes};
    row[1] = (struct dataset_row){
        "test",          facts->test_name, facts->test_sha256,    facts->test_rows,
        facts->features, facts->classes,   facts->test_file_bytes};
    return facts->test_rows ? 2 : 1;
}

static const char *charge_note(const struct scenario *scenario, char *out, size_t size)
{
    const struct charge_as_conf *as = &scenario->data.charge_as;

    if (!as->rows && !as->bytes)
        return NULL;
    snprintf(out, size,
             "time, bytes and money are those of %" PRId64 " rows, %" PRId64
             " bytes; the model "
             "learns from the rows in memory",
             as->rows, as->bytes);
    return out;
}

static bool begin(struct results *results, const struct loaded *loaded, int64_t *ret_run_id,
                  struct err *err)
{
    const struct scenario *scenario = loaded->scenario;
    const struct group_conf *group = scenario->groups.entry;
    struct params params = {0};
    struct dataset_row datasets[2];
    char utc[32], host[256] = "", note[256], *text = NULL;
    size_t text_size;
    FILE *canonical = open_memstream(&text, &text_size);
    struct run_info info;
    bool ok;

    if (!canonical)
        return err_set(err, "cannot open a stream in memory");
    scenario_print(scenario, false, canonical);
    fclose(canonical);
    scenario_leaves(scenario, keep_param, &params);
    clock_utc(utc, sizeof utc);
    gethostname(host, sizeof host - 1);
    info = (struct run_info){
        .name = scenario->name,
        .campaign = scenario->campaign,
        .seed = scenario->seed,
        .job = name_of(&scenario->job),
        .workers = group->count,
        .platform = name_of(&group->platform),
        .provider = scenario_text(scenario, "groups.workers.platform.provider"),
        .channel = scenario->channels.count ? name_of(scenario->channels.entry) : NULL,
        .pattern = name_of(&scenario->pattern),
        .sync = name_of(&scenario->sync),
        .model = name_of(&scenario->model),
        .optimizer = name_of(&scenario->optimizer),
        .data = name_of(&scenario->data.source),
        .scenario_text = text,
        .scenario_sha256 = scenario_sha256(scenario),
        .behaviour_version = BEHAVIOUR_VERSION,
        .blas_core = math_core_name(),
        .version = version_text(),
        .git_commit = version_git_commit(),
        .simgrid_version = engine_simgrid_version(),
        .openblas_version = math_config(),
        .charge_as = charge_note(scenario, note, sizeof note),
        .params = params.row,
        .param_count = params.count,
        .datasets = datasets,
        .dataset_count = fill_datasets(datasets, loaded->learner),
        .created_utc = utc,
        .hostname = host,
    };
    ok = results_begin(results, &info, ret_run_id, err);
    params_done(&params);
    free(text);
    return ok;
}

/* -- the run -- */
static bool execute(const struct loaded *loaded, struct results *results,
                    const struct record *record, struct run *run, int64_t *ret_run_id,
                    struct err *err)
{
    double begun_s = clock_wall_s();

    if (!begin(results, loaded, ret_run_id, err))
        return false;
    if (record->begun)
        record->begun(record->begun_arg);
    if (!run_execute(run, loaded->scenario, loaded->learner, &record->how, err))
        return false;
    run->end.wall_s = clock_wall_s() - begun_s;
    run->end.peak_memory_bytes = clock_peak_memory_bytes();
    return results_finish(results, *ret_run_id, &run->end, run->world.ledger, err);
}

bool record_run(const struct loaded *loaded, const struct record *record, struct run *run,
                int64_t *ret_run_id, struct err *err)
{
    struct results *results = results_open(record->db, NULL, err);
    bool ok;

    *run = (struct run){0}; /* filled where it is: its parts point at one another */
    if (!results)
        return false;
    ok = execute(loaded, results, record, run, ret_run_id, err);
    results_close(results);
    if (!ok)
        run_done(run);
    return ok;
}
