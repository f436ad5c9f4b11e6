/* SPDX-License-Identifier: MIT
 * sweep_slurm.c -- `traincast sweep --engine slurm`: the points as tasks of job arrays.
 *
 * Each task runs its share of the points into a database of its own (DB.shards/CAMPAIGN-*.db),
 * which only it writes, and which this process merges when the array is over: nobody relies on
 * locks across machines.  A task that is queued again, or begun by another call of this
 * command, goes on with its database.  Two arrays one after another: what many points learn
 * alike is computed by the first, a point each, and repeated by the second. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "sim/command/sweep_call.h"
#include "sim/sweep/clock.h"
#include "sim/sweep/slurm.h"

enum { TASKS_PRESET = 10, PATIENCE_S = 120 };

struct array {
    struct sweep_call *call;
    struct results *results;
    const char *folder, *word; /* of its files: "CAMPAIGN-leaders", "CAMPAIGN-points" */
    int tasks;
    bool leaders;
};

/* -- what a task does -- */
static void quote(struct text *out, const char *text)
{
    text_add(out, " '");
    for (; *text; text++)
        text_add(out, *text == '\'' ? "'\\''" : "%c", *text);
    text_add(out, "'");
}

static void add_option(struct text *out, const char *option, const char *value)
{
    if (!value)
        return;
    text_add(out, " %s", option);
    quote(out, value);
}

static void add_path(struct text *out, const char *option, const char *path)
{
    char *full = path ? realpath(path, NULL) : NULL;

    add_option(out, option, full ? full : path);
    free(full);
}

/* exec: the batch system's signals reach the program itself. */
static void write_command(const struct array *array, struct text *out)
{
    const struct command_options *options = array->call->options;
    char number[64];

    text_add(out, "#!/bin/sh\nexec");
    add_path(out, "", "/proc/self/exe");
    text_add(out, " sweep");
    add_path(out, "", array->call->path);
    add_path(out, "--known", array->call->db);
    add_path(out, "--data", options->data_dir);
    add_path(out, "--platforms", command_platforms_dir(options));
    for (char **set = options->set; set && *set; set++)
        add_option(out, "--set", *set);
    if (options->seed != COMMAND_NO_SEED) {
        snprintf(number, sizeof number, "%lld", options->seed);
        add_option(out, "--seed", number);
    }
    if (options->wall_time_s > 0) {
        snprintf(number, sizeof number, "%.17g", options->wall_time_s);
        add_option(out, "--limit", number);
    }
    text_add(out, "%s%s", options->no_reuse ? " --no-reuse" : "",
             array->leaders ? " --leaders" : "");
    text_add(out, " -j \"${SLURM_CPUS_PER_TASK:-1}\" --shard \"$SLURM_ARRAY_TASK_ID/%d\" --db",
             array->tasks);
    quote(out, array->folder);
    text_add(out, "/%s-%d-\"$SLURM_ARRAY_TASK_ID\".db\n", array->word, array->tasks);
}

static bool write_script(const struct array *array, const char *path, struct err *err)
{
    struct text text = {0};
    FILE *file = fopen(path, "w");
    bool ok = file != NULL;

    write_command(array, &text);
    ok = ok && fputs(text.chars, file) >= 0;
    if (file && fclose(file) != 0)
        ok = false;
    ok = ok && chmod(path, 0755) == 0;
    text_done(&text);
    return ok || err_set(err, "%s cannot be written: %s", path, strerror(errno));
}

/* -- the array -- */
/* WORD-TASKS-TASK.db; what else begins so may be of a campaign with a longer name. */
static bool is_shard(const struct array *array, const char *name)
{
    size_t length = strlen(array->word);
    int end = 0;

    if (strncmp(name, array->word, length) != 0)
        return false;
    sscanf(name + length, "-%*d-%*d.db%n", &end);
    return end > 0 && !name[length + (size_t)end];
}

/* All shards that there are, also of an earlier call with another number of tasks. */
static bool merge(const struct array *array, struct err *err)
{
    struct dirent **file = NULL;
    int files = scandir(array->folder, &file, NULL, alphasort);
    int64_t merged;
    bool ok = true;

    for (int i = 0; i < files; i++) {
        char *path = memory_format("%s/%s", array->folder, file[i]->d_name);

        if (ok && is_shard(array, file[i]->d_name))
            ok = results_merge(array->results, path, &merged, err);
        free(path);
        free(file[i]);
    }
    free(file);
    return ok && plan_look(&array->call->plan, array->results, &array->call->build, err);
}

static bool await(const struct array *array, const char *job, struct err *err)
{
    double answered_s = clock_wall_s(), told_s = 0;
    int left = array->tasks;

    while (left > 0) {
        struct err own = {0};

        if (sweep_is_interrupted())
            slurm_cancel(job);
        sleep(1);
        if (slurm_left(job, &left, &own))
            answered_s = clock_wall_s();
        else if (clock_wall_s() - answered_s > PATIENCE_S)
            return err_set(err,
                           "job %s cannot be asked for any more: %s; the same command "
                           "goes on when it is over",
                           job, own.text);
        if (!array->call->options->quiet && clock_wall_s() - told_s > 10) {
            told_s = clock_wall_s();
            fprintf(stderr, "job %s (%s): %d of %d tasks left\n", job, array->word, left,
                    array->tasks);
        }
    }
    return true;
}

static bool run_array(const struct array *array, struct err *err)
{
    char *script = memory_format("%s/%s.sh", array->folder, array->word);
    char *log = memory_format("%s/%s-%%a.log", array->folder, array->word);
    struct slurm_array job = {array->call->sweep->name, script, log,
                              array->call->options->slurm_args, array->tasks};
    char number[64] = "";
    bool ok = write_script(array, script, err) && slurm_submit(&job, number, err) &&
              await(array, number, err) && merge(array, err);
    free(script);
    free(log);
    return ok;
}

static size_t left(const struct plan *plan)
{
    return plan->news + plan->due;
}

/* As much of the campaign's name as any shell and file system takes: two campaigns of one
 * database must not write the same shards. */
static char *word_of(const struct sweep *sweep, const char *what)
{
    char *word = memory_format("%s-%s", sweep->name, what);

    for (char *c = word; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
            *c = '_';
    return word;
}

static int tasks_of(const struct sweep_call *call)
{
    int tasks = call->options->tasks > 0 ? call->options->tasks : TASKS_PRESET;

    return (size_t)tasks > call->sweep->points ? (int)call->sweep->points : tasks;
}

bool sweep_on_slurm(struct sweep_call *call, struct results *results, struct err *err)
{
    char *db = realpath(call->db, NULL);
    char *folder = memory_format("%s.shards", db ? db : call->db);
    char *leaders = word_of(call->sweep, "leaders"), *points = word_of(call->sweep, "points");
    struct array array = {.call = call,
                          .results = results,
                          .folder = folder,
                          .tasks = tasks_of(call),
                          .word = leaders,
                          .leaders = true};
    bool ok = mkdir(folder, 0777) == 0 || errno == EEXIST ||
              err_set(err, "%s cannot be made: %s", folder, strerror(errno));

    ok = ok && merge(&array, err); /* what an earlier call left behind */
    array.word = points;
    ok = ok && merge(&array, err);
    array.word = leaders;
    if (ok && !call->options->no_reuse && call->plan.learnings_new &&
        call->plan.learnings_new < left(&call->plan))
        ok = run_array(&array, err);
    array.leaders = false;
    array.word = points;
    if (ok && left(&call->plan) && !sweep_is_interrupted())
        ok = run_array(&array, err);
    free(leaders);
    free(points);
    free(folder);
    free(db);
    return ok;
}
