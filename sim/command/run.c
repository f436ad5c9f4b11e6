/* SPDX-License-Identifier: MIT
 * run.c -- `traincast run`: one scenario from YAML to rows in the database. */
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "algorithms/math/blas.h"
#include "base/memory.h"
#include "sim/command/clock.h"
#include "sim/command/load.h"
#include "sim/command/parameters.h"
#include "sim/command/progress.h"
#include "sim/command/report.h"
#include "sim/command/version.h"
#include "sim/job/run.h"

static const struct poptOption *table(struct command_options *options)
{
    static struct poptOption rows[12];
    const struct poptOption all[] = {
        COMMAND_SCENARIO_OPTIONS(options),
        {"db", '\0', POPT_ARG_STRING, &options->db, 0, "Results database (results.db)", "FILE"},
        {"trace", '\0', POPT_ARG_STRING, &options->trace, 0,
         "Write the recorded spans as a Chrome trace", "FILE"},
        {"model", '\0', POPT_ARG_STRING, &options->model, 0,
         "Write the final parameters as float32 .npy", "FILE"},
        {"threads", '\0', POPT_ARG_INT, &options->threads, 0,
         "Real threads for the mathematics (all cores)", "N"},
        {"limit", '\0', POPT_ARG_DOUBLE, &options->wall_time_s, 0,
         "Stop after so many real seconds", "SECONDS"},
        {"json", '\0', POPT_ARG_NONE, &options->json, 0, "Print one JSON object", NULL},
        {"quiet", 'q', POPT_ARG_NONE, &options->quiet, 0, "No progress", NULL},
        POPT_TABLEEND,
    };

    _Static_assert(sizeof all <= sizeof rows, "the table grew");
    memcpy(rows, all, sizeof all);
    return rows;
}

static void on_signal(int number)
{
    (void)number;
    run_interrupt();
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGXFSZ, SIG_IGN); /* a full quota is an error to report, not a death */
}

/* -- what is known before the run
 * -------------------------------------------------------------------- */
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

/* -- the run
 * ---------------------------------------------------------------------------------------------
 */
static int exit_code(const struct run *run)
{
    return run->end.status == RUN_DONE ? EXIT_CODE_DONE : EXIT_CODE_RUN_FAILED;
}

static bool execute(struct loaded *loaded, struct results *results, const char *db,
                    const struct command_options *options, int *ret_code, struct err *err)
{
    struct progress progress;
    struct run run = {0};
    struct run_options how = {progress_show, &progress, options->wall_time_s};
    double begun_s = clock_wall_s();
    int64_t run_id;
    bool ok;

    progress_init(&progress, options->quiet);
    if (!begin(results, loaded, &run_id, err))
        return false;
    ok = run_execute(&run, loaded->scenario, loaded->learner, &how, err);
    progress_end(&progress);
    if (ok) {
        run.end.wall_s = clock_wall_s() - begun_s;
        run.end.peak_memory_bytes = clock_peak_memory_bytes();
        ok = results_finish(results, run_id, &run.end, run.world.ledger, err);
    }
    if (ok && options->trace)
        ok = report_trace(&run, options->trace, err);
    if (ok && options->model)
        ok = parameters_write(options->model, learner_parameters(loaded->learner),
                              learner_facts(loaded->learner)->parameters, err);
    if (ok) {
        (options->json ? report_json : report_text)(&run, run_id, db, run.end.wall_s);
        *ret_code = exit_code(&run);
    }
    run_done(&run);
    return ok;
}

static void warn_about_speed(bool quiet)
{
    char sentence[256];

    if (!quiet && math_slower_than_cpu(sentence, sizeof sentence))
        fprintf(stderr, "traincast: warning: %s\n", sentence);
#ifndef NDEBUG
#ifndef __OPTIMIZE__
    if (!quiet)
        fprintf(stderr, "traincast: warning: built without optimisation: slow\n");
#endif
#endif
}

static int run(const struct command_options *options, const char *const *arguments)
{
    const char *db = options->db ? options->db : "results.db";
    struct results *results = NULL;
    struct loaded loaded;
    struct err err = {0};
    int code = EXIT_CODE_BAD_INPUT;

    catch_signals();
    math_init();
    if (!load_all(&loaded, arguments[0], options))
        goto done;
    if (options->model && !loaded.learner) {
        fprintf(stderr, "traincast run: error: --model: job '%s' trains no model\n",
                loaded.scenario->job.kind->name);
        goto done;
    }
    warn_about_speed(options->quiet);
    code = EXIT_CODE_MACHINE;
    results = results_open(db, NULL, &err);
    if (!results || !execute(&loaded, results, db, options, &code, &err)) {
        fprintf(stderr, "traincast: error: %s\n", err.text);
        code = EXIT_CODE_MACHINE;
    }
done:
    results_close(results);
    loaded_done(&loaded);
    return code;
}

const struct command command_run = {
    .name = "run",
    .arguments = "FILE.yaml",
    .summary = "Simulate a scenario and write what came out to the results database",
    .doc =
        "Reads the scenario, checks every key of it, trains the model while simulated time and "
        "money pass, and adds one run to the database. Progress goes to standard error, the "
        "result to standard output.",
    .table = table,
    .argument_min = 1,
    .argument_max = 1,
    .run = run,
};
