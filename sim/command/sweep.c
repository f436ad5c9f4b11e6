/* SPDX-License-Identifier: MIT
 * sweep.c -- `traincast sweep`: every point of a sweep that the database does not have yet. */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "algorithms/math/blas.h"
#include "base/memory.h"
#include "base/signals.h"
#include "sim/command/load.h"
#include "sim/command/sweep_call.h"
#include "sim/command/sweep_print.h"
#include "sim/command/version.h"
#include "sim/sweep/clock.h"

static const struct poptOption *table(struct command_options *options)
{
    static struct poptOption rows[30];
    const struct poptOption all[] = {
        COMMAND_SCENARIO_OPTIONS(options),
        {"db", '\0', POPT_ARG_STRING, &options->db, 0, "Results database (results.db)", "FILE"},
        {"processes", 'j', POPT_ARG_INT, &options->processes, 0,
         "Points that run at a time (as many as cores)", "N"},
        {"dry-run", 'n', POPT_ARG_NONE, &options->dry_run, 0,
         "Say how much there is to run, and run nothing", NULL},
        {"list", '\0', POPT_ARG_NONE, &options->list, 0,
         "List the points, a line each, and run nothing", NULL},
        {"shard", '\0', POPT_ARG_STRING, &options->shard, 0,
         "Run only every N-th point, from the I-th on (1 to N)", "I/N"},
        {"merge", '\0', POPT_ARG_NONE, &options->merge, 0,
         "Take the finished runs out of the databases named behind FILE, and run nothing",
         NULL},
        {"prune", '\0', POPT_ARG_NONE, &options->prune, 0,
         "Remove points of this campaign that wait and are no longer in the file", NULL},
        {"engine", '\0', POPT_ARG_STRING, &options->engine, 0,
         "Run on a cluster: slurm (here, unless given)", "NAME"},
        {"tasks", '\0', POPT_ARG_INT, &options->tasks, 0,
         "Tasks of the cluster's job array (10)", "N"},
        {"slurm-args", '\0', POPT_ARG_STRING, &options->slurm_args, 0,
         "Further arguments of sbatch: partition, time, cores ...", "ARGS"},
        {"known", '\0', POPT_ARG_STRING, &options->known, 0,
         "Leave out what this other database has done, and repeat what it knows of learning",
         "FILE"},
        {"leaders", '\0', POPT_ARG_NONE, &options->leaders, 0,
         "Only the first point of those that learn the same", NULL},
        {"no-reuse", '\0', POPT_ARG_NONE, &options->no_reuse, 0,
         "Compute what is learnt for every point anew", NULL},
        {"limit", '\0', POPT_ARG_DOUBLE, &options->wall_time_s, 0,
         "Stop a run after so many real seconds", "SECONDS"},
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
    sweep_interrupt();
}

static void catch_signals(void)
{
    const struct sigaction action = {.sa_handler = on_signal};

    signals_catch(on_signal, false);
    sigaction(SIGUSR1, &action, NULL); /* what Slurm sends before a time limit, if asked to */
}

/* -- one call of the command -- */
static bool read_shard(struct sweep_call *call)
{
    const char *text = call->options->shard;
    int end = 0;

    call->shards = call->shard = 1;
    if (!text)
        return true;
    if (sscanf(text, "%zu/%zu%n", &call->shard, &call->shards, &end) == 2 && !text[end] &&
        call->shard >= 1 && call->shard <= call->shards)
        return true;
    fprintf(stderr,
            "traincast sweep: error: --shard must be I/N with I from 1 to N, not '%s'\n", text);
    return false;
}

/* The first point of each learning. */
static void choose_leaders(struct sweep_call *call)
{
    bool *seen = NEW_ARRAY(bool, call->plan.learnings.count + 1);

    for (size_t i = 0; i < call->sweep->points; i++) {
        size_t learning = call->plan.point[i].learning;

        call->chosen[i] = call->chosen[i] && learning != LEARNING_NONE && !seen[learning];
        if (call->chosen[i])
            seen[learning] = true;
    }
    free(seen);
}

/* Every N-th of those that are left. */
static void choose_shard(struct sweep_call *call)
{
    size_t seen = 0;

    for (size_t i = 0; i < call->sweep->points; i++)
        if (call->chosen[i])
            call->chosen[i] = seen++ % call->shards == call->shard - 1;
}

static bool choose(struct sweep_call *call, struct err *err)
{
    size_t points = call->sweep->points;

    if (call->shards == 1 && !call->options->known && !call->options->leaders)
        return true;
    call->chosen = NEW_ARRAY(bool, points);
    memset(call->chosen, true, points * sizeof *call->chosen);
    if (call->options->leaders)
        choose_leaders(call);
    choose_shard(call); /* before what is done is left out: shards must not depend on it */
    if (!call->options->known)
        return true;
    call->known = results_open_to_read(call->options->known, err);
    return call->known &&
           plan_leave_out(&call->plan, call->known, &call->build, call->chosen, err);
}

/* Reads the file and resolves every point. */
static bool load(struct sweep_call *call, const char *path,
                 const struct command_options *options)
{
    static int64_t seed;
    struct scenario_options how = {.families = families,
                                   .platforms_dir = command_platforms_dir(options),
                                   .data_dir = command_data_dir(options),
                                   .set = (const char *const *)options->set,
                                   .seed = options->seed != COMMAND_NO_SEED ? &seed : NULL};
    struct diag_list diags;
    bool ok;

    seed = options->seed;
    diag_init(&diags);
    call->sweep = sweep_new(path, &how, &diags);
    if (!call->sweep && load_is_scenario(path)) {
        diag_done(&diags);
        diag_init(&diags);
        diag_add(
            &diags, DIAG_ERROR, (struct place){path, 1, 1},
            "this is one scenario: traincast run %s; a sweep names it ('scenario: %s') and "
            "says what is varied ('axes: ...')",
            path, path);
    }
    if (call->sweep && sweep_make_points(call->sweep, &diags)) {
        plan_open(&call->plan, call->sweep);
        plan_check(&call->plan, &call->build, &diags);
    }
    ok = diags.errors == 0;
    diag_print(&diags, stderr);
    diag_done(&diags);
    return ok;
}

/* Without changing a byte of the database, which need not be there. */
static bool look(struct sweep_call *call, struct err *err)
{
    struct results *results = NULL;
    struct stat status;
    bool ok;

    if (stat(call->db, &status) == 0 && status.st_size > 0) {
        results = results_open_to_read(call->db, err);
        if (!results)
            return false;
    }
    ok = plan_look(&call->plan, results, &call->build, err);
    results_close(results);
    return ok;
}

static bool run_points(struct sweep_call *call, struct results *results, struct sweep_run *run,
                       struct err *err)
{
    struct sweep_print print = {.sweep = call->sweep, .quiet = call->options->quiet};
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    bool ok;

    *run = (struct sweep_run){.plan = &call->plan,
                              .results = results,
                              .build = &call->build,
                              .processes = call->options->processes > 0
                                               ? call->options->processes
                                               : (int)(cores > 0 ? cores : 1),
                              .reuse = !call->options->no_reuse,
                              .wall_time_s = call->options->wall_time_s,
                              .known = call->known,
                              .chosen = call->chosen,
                              .progress = sweep_print_progress,
                              .failure = sweep_print_failure,
                              .arg = &print};
    sweep_print_begin(&print);
    ok = sweep_run(run, err);
    sweep_print_end(&print);
    return ok;
}

static bool merge_all(struct sweep_call *call, struct results *results, struct err *err)
{
    int64_t merged, all = 0;

    for (const char *const *shard = call->shard_files; *shard; shard++, all += merged)
        if (!results_merge(results, *shard, &merged, err))
            return false;
    if (!call->options->quiet && call->options->merge)
        fprintf(stderr, "traincast sweep: %lld runs merged\n", (long long)all);
    return plan_look(&call->plan, results, &call->build, err);
}

/* Signals are blocked while the sweep writes. */
static bool keeps_waiting(int waited_ms)
{
    sigset_t ends, pending;

    if (waited_ms == 2000)
        fprintf(stderr, "traincast sweep: another program has locked the database: waiting for "
                        "it, a minute at most\n");
    signals_that_end(&ends);
    sigpending(&pending);
    sigandset(&pending, &pending, &ends);
    return !sweep_is_interrupted() && sigisemptyset(&pending);
}

/* What an edited file does not ask for any more. */
static bool see_strays(struct sweep_call *call, struct results *results, struct err *err)
{
    if (call->options->prune && call->plan.strays)
        return plan_prune(&call->plan, results, err);
    if (call->plan.strays && !call->options->quiet)
        fprintf(stderr,
                "traincast sweep: note: %zu planned points of campaign '%s' are not in this "
                "file (any more): --prune removes them\n",
                call->plan.strays, call->sweep->name);
    return true;
}

static bool run_all(struct sweep_call *call, struct sweep_run *run, struct err *err)
{
    const struct results_options patient = {.busy_timeout_ms = 60000,
                                            .keeps_waiting = keeps_waiting};
    struct results *results = results_open(call->db, &patient, err);
    bool ok = results && plan_write(&call->plan, results, &call->build, call->chosen, err) &&
              see_strays(call, results, err) && merge_all(call, results, err);

    if (ok && call->options->engine)
        ok = sweep_on_slurm(call, results, err);
    if (ok && !call->options->engine && !call->options->merge)
        ok = run_points(call, results, run, err);
    else if (ok)
        sweep_run_tally(run, &call->plan, call->chosen);
    results_close(results);
    return ok;
}

/* What runs the points that are left. */
static const char *next_step(const struct command_options *options)
{
    if (options->merge)
        return "merge more shards, or run them by the same command without --merge";
    if (options->engine)
        return "the same command goes on where it was; why, the logs beside the shards say";
    return "the same command goes on where it was";
}

static int execute(struct sweep_call *call)
{
    const struct command_options *options = call->options;
    struct sweep_run run = {0};
    struct err err = {0};
    bool ok = choose(call, &err);

    if (ok && options->list) {
        sweep_print_points(call->sweep, call->chosen);
        return EXIT_CODE_DONE;
    }
    ok = ok && (options->dry_run ? look(call, &err) : run_all(call, &run, &err));
    if (!ok) {
        fprintf(stderr, "traincast: error: %s\n", err.text);
        if (run.now.points)
            fprintf(stderr, "traincast sweep: points that were written before are kept; the "
                            "same command goes on with the others\n");
        return EXIT_CODE_MACHINE;
    }
    if (options->dry_run) {
        sweep_print_plan(&call->plan, call->db, options->json);
        return EXIT_CODE_DONE;
    }
    return sweep_print_result(&run, call->db, options->json, next_step(options))
               ? EXIT_CODE_DONE
               : EXIT_CODE_RUN_FAILED;
}

/* Before anything is written: a name mistyped is no shard without runs. */
static bool are_readable(const char *const *shard)
{
    bool ok = true;

    for (; *shard; shard++)
        if (access(*shard, R_OK) != 0) {
            fprintf(stderr, "traincast sweep: error: %s cannot be read: %s\n", *shard,
                    strerror(errno));
            ok = false;
        }
    return ok;
}

static bool check_options(const struct command_options *options, const char *const *arguments)
{
    if (options->engine && strcmp(options->engine, "slurm") != 0)
        fprintf(stderr, "traincast sweep: error: --engine is 'slurm', not '%s'\n",
                options->engine);
    else if (options->engine && (options->merge || options->shard))
        fprintf(stderr, "traincast sweep: error: --engine goes with neither --merge nor "
                        "--shard\n");
    else if (options->merge && !arguments[1])
        fprintf(stderr, "traincast sweep: error: --merge needs the databases to be merged\n");
    else if (options->merge && !are_readable(arguments + 1))
        return false;
    else if (!options->merge && arguments[1])
        fprintf(stderr, "traincast sweep: error: one sweep at a time; '%s' is too much\n",
                arguments[1]);
    else
        return true;
    return false;
}

static int run(const struct command_options *options, const char *const *arguments)
{
    struct sweep_call call = {.options = options,
                              .path = arguments[0],
                              .shard_files = arguments + 1,
                              .db = options->db ? options->db : "results.db"};
    int code = EXIT_CODE_BAD_INPUT;

    catch_signals();
    math_init();
    clock_utc(call.utc, sizeof call.utc);
    call.build =
        (struct run_build){version_text(), version_git_commit(), call.utc, BEHAVIOUR_VERSION};
    if (check_options(options, arguments) && read_shard(&call) &&
        load(&call, arguments[0], options))
        code = execute(&call);
    results_close(call.known);
    free(call.chosen);
    plan_close(&call.plan);
    sweep_free(call.sweep);
    return code;
}

const struct command command_sweep = {
    .name = "sweep",
    .arguments = "FILE.yaml [SHARD.db...]",
    .summary = "Run every point of a sweep, on all cores, and none twice",
    .doc =
        "Reads a file that says which scenario is varied and how (traincast describe sweep), "
        "checks every point of it, and runs those that the database does not have yet. It may "
        "be ended at any moment, also by kill -9; the same command goes on. Exit status: 0 "
        "when every point is done, 1 when some failed or it was interrupted.",
    .table = table,
    .argument_min = 1,
    .argument_max = -1,
    .run = run,
};
