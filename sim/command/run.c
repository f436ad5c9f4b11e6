/* SPDX-License-Identifier: MIT
 * run.c -- `traincast run`: one scenario from YAML to rows in the database. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "algorithms/math/blas.h"
#include "base/memory.h"
#include "base/signals.h"
#include "sim/answer/timeline.h"
#include "sim/command/load.h"
#include "sim/command/parameters.h"
#include "sim/command/progress.h"
#include "sim/command/record.h"
#include "sim/command/report.h"
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

/* -- the run -- */
static int exit_code(const struct run *run)
{
    return run->end.status == RUN_DONE ? EXIT_CODE_DONE : EXIT_CODE_RUN_FAILED;
}

/* From the database, as `traincast export --format trace` does. */
static bool write_trace(const char *db, int64_t run_id, const char *path, struct err *err)
{
    struct results *results = results_open_to_read(db, err);
    FILE *out = results ? fopen(path, "w") : NULL;
    bool ok = false, failed;

    if (out) {
        ok = timeline_trace(results, run_id, out, err);
        failed = ferror(out) != 0;
        if (fclose(out) != 0 || failed)
            ok = err_set(err, "%s: %s", path, strerror(errno));
    } else if (results) {
        err_set(err, "%s: %s", path, strerror(errno));
    }
    results_close(results);
    return ok;
}

static bool execute(const struct loaded *loaded, const char *db,
                    const struct command_options *options, int *ret_code, struct err *err)
{
    struct progress progress;
    struct record record = {.db = db, .how = {progress_show, &progress, options->wall_time_s}};
    struct run run = {0};
    struct err second = {0};
    int64_t run_id = 0;
    bool ok;

    progress_init(&progress, options->quiet);
    ok = record_run(loaded, &record, &run, &run_id, err);
    progress_end(&progress);
    if (record.ended) { /* hours of work are shown even if they could not be written */
        (options->json ? report_json : report_text)(&run, run_id, ok ? db : NULL,
                                                    run.end.wall_s);
        *ret_code = exit_code(&run);
    }
    if (record.ended && options->model)
        ok = parameters_write(options->model, learner_parameters(loaded->learner),
                              learner_facts(loaded->learner)->model_floats,
                              ok ? err : &second) &&
             ok;
    if (ok && options->trace)
        ok = write_trace(db, run_id, options->trace, err);
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

/* Is there one model to be written in the end? */
static bool has_one_model(const struct loaded *loaded)
{
    const struct scenario *scenario = loaded->scenario;

    if (!loaded->learner || job_kind_of(&scenario->job)->trains_several)
        fprintf(stderr, "traincast run: error: --model: job '%s' trains %s\n",
                scenario->job.kind->name, loaded->learner ? "several" : "no model");
    else if (learner_facts(loaded->learner)->phantom)
        fprintf(stderr,
                "traincast run: error: --model: model '%s' is a phantom, of which there "
                "are no values\n",
                scenario->model.kind->name);
    else
        return true;
    return false;
}

/* What is to be written after the run must not fail then: hours later. */
static bool can_be_written(const char *option, const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    char *folder = !slash
                       ? memory_text(".")
                       : memory_format("%.*s", slash == path ? 1 : (int)(slash - path), path);
    struct stat status;
    bool is_there = path && stat(path, &status) == 0, ok = true;

    if (is_there && S_ISDIR(status.st_mode))
        errno = EISDIR;
    ok = !path || (is_there ? !S_ISDIR(status.st_mode) && access(path, W_OK) == 0
                            : access(folder, W_OK | X_OK) == 0);
    if (!ok)
        fprintf(stderr, "traincast run: error: %s: %s cannot be written: %s\n", option, path,
                strerror(errno));
    free(folder);
    return ok;
}

static int run(const struct command_options *options, const char *const *arguments)
{
    const char *db = options->db ? options->db : "results.db";
    struct loaded loaded;
    struct err err = {0};
    int code = EXIT_CODE_BAD_INPUT;

    if (!can_be_written("--trace", options->trace) ||
        !can_be_written("--model", options->model))
        return EXIT_CODE_MACHINE;
    math_init();
    if (!load_all(&loaded, arguments[0], options))
        goto done;
    if (options->model && !has_one_model(&loaded))
        goto done;
    signals_catch(on_signal, true); /* until here nothing is lost by dying at once */
    warn_about_speed(options->quiet);
    code = EXIT_CODE_MACHINE;
    if (!execute(&loaded, db, options, &code, &err)) {
        fprintf(stderr, "traincast: error: %s\n", err.text);
        code = EXIT_CODE_MACHINE;
    }
done:
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
