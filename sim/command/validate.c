/* SPDX-License-Identifier: MIT
 * validate.c -- `traincast validate`: published figures beside simulated ones.
 *
 * Nothing is looked up: every figure of ours comes out of runs that are made now. */
#include <ftw.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "sim/command/study_print.h"

static const struct poptOption *table(struct command_options *options)
{
    static struct poptOption rows[10];
    const struct poptOption all[] = {
        {"only", '\0', POPT_ARG_STRING, &options->only, 0, "One part (P1) or one row", "NAME"},
        {"processes", 'j', POPT_ARG_INT, &options->processes, 0,
         "Runs at a time (as many as cores)", "N"},
        {"data", '\0', POPT_ARG_STRING, &options->data_dir, 0,
         "Where relative data paths start; rows whose data are missing are skipped", "DIR"},
        {"platforms", '\0', POPT_ARG_STRING, &options->platforms_dir, 0,
         "Where providers' files are", "DIR"},
        {"db", '\0', POPT_ARG_STRING, &options->db, 0,
         "Keep the runs in this results database (they are thrown away)", "FILE"},
        {"csv", '\0', POPT_ARG_STRING, &options->csv, 0, "Write the rows as CSV", "FILE"},
        {"json", '\0', POPT_ARG_NONE, &options->json, 0, "Print one JSON object", NULL},
        {"quiet", 'q', POPT_ARG_NONE, &options->quiet, 0, "No progress", NULL},
        POPT_TABLEEND,
    };

    _Static_assert(sizeof all <= sizeof rows, "the table grew");
    memcpy(rows, all, sizeof all);
    return rows;
}

/* -- which lists ------------------------------------------------------------------------ */
static void find_all(glob_t *ret_found)
{
    char *pattern = memory_format("%s/papers/*/published.yaml", command_scenarios_dir());

    glob(pattern, 0, NULL, ret_found);
    free(pattern);
}

/* "scenarios/papers/lambdaml/published.yaml" -> "lambdaml". */
static void study_name(const char *file, char *out, size_t size)
{
    const char *end = strrchr(file, '/'), *begin = end;

    while (begin > file && begin[-1] != '/')
        begin--;
    snprintf(out, size, "%.*s", (int)(end - begin), begin);
}

static bool is_file(const char *name)
{
    return strchr(name, '/') || strstr(name, ".yaml");
}

/* The file of a study by its name; NULL after a complaint. */
static const char *find_one(const char *name, const glob_t *found)
{
    struct nearest nearest = {.word = name};
    char each[64], best[64] = "", shown[TEXT_SHOWN];

    for (size_t i = 0; i < found->gl_pathc; i++) {
        const char *before = nearest.best;

        study_name(found->gl_pathv[i], each, sizeof each);
        if (strcmp(each, name) == 0)
            return found->gl_pathv[i];
        nearest_try(&nearest, each);
        if (nearest.best != before) { /* each is overwritten */
            memcpy(best, each, sizeof best);
            nearest.best = best;
        }
    }
    fprintf(stderr, "traincast validate: error: there are no published figures of '%s'%s%s%s\n",
            text_shown(name, shown), nearest.best ? "; did you mean '" : "",
            nearest.best ? nearest.best : "", nearest.best ? "'?" : "");
    for (size_t i = 0; i < found->gl_pathc; i++) {
        study_name(found->gl_pathv[i], each, sizeof each);
        fprintf(stderr, "%s%s%s", i ? ", " : "there are: ", each,
                i + 1 == found->gl_pathc ? "\n" : "");
    }
    return NULL;
}

/* -- a database for the time being ------------------------------------------------------ */
static char *make_folder(struct err *err)
{
    const char *where = getenv("TMPDIR");
    char *folder = memory_format("%s/traincast-validate-XXXXXX", where ? where : "/tmp");

    if (mkdtemp(folder))
        return folder;
    err_set(err, "cannot make a folder for the runs: %s", folder);
    free(folder);
    return NULL;
}

static int forget(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status, (void)type, (void)where;
    return remove(path);
}

static void remove_folder(char *folder)
{
    if (folder)
        nftw(folder, forget, 8, FTW_DEPTH | FTW_PHYS);
    free(folder);
}

/* -- the command ------------------------------------------------------------------------ */
static enum exit_code show(struct plan *plan, struct err *err)
{
    const struct command_options *options = plan->options;

    if (!plan_judge(plan, err) || (options->csv && !plan_write_csv(plan, options->csv, err)))
        return EXIT_CODE_MACHINE;
    if (options->json)
        plan_print_json(plan);
    else
        for (size_t i = 0; i < plan->studies; i++) {
            fputs(i ? "\n" : "", stdout);
            study_print(&plan->study[i]);
        }
    return plan_is_good(plan) ? EXIT_CODE_DONE : EXIT_CODE_RUN_FAILED;
}

static enum exit_code simulate(struct plan *plan, struct err *err)
{
    enum exit_code code;

    if (!plan_run(plan, err))
        return EXIT_CODE_MACHINE;
    code = plan_code(plan);
    if (code == EXIT_CODE_MACHINE)
        err_set(err, "%s", plan_message(plan));
    return code == EXIT_CODE_DONE ? show(plan, err) : code;
}

static enum exit_code validate(const char *const *files, size_t count,
                               const struct command_options *given)
{
    struct command_options options = *given;
    char *folder = NULL, *db = NULL;
    struct err err = {0};
    enum exit_code code = EXIT_CODE_BAD_INPUT;
    struct plan plan;

    if (!plan_read(&plan, files, count, &options))
        goto done;
    code = EXIT_CODE_MACHINE;
    if (!options.db) {
        folder = make_folder(&err);
        if (folder)
            options.db = db = memory_format("%s/runs.db", folder);
    }
    if (options.db)
        code = simulate(&plan, &err);
    if (code == EXIT_CODE_MACHINE)
        fprintf(stderr, "traincast: error: %s\n", err.text);
done:
    plan_done(&plan);
    free(db);
    remove_folder(folder);
    return code;
}

static int run(const struct command_options *options, const char *const *arguments)
{
    const char **file;
    size_t count = 0;
    glob_t found = {0};
    int code = EXIT_CODE_BAD_INPUT;
    bool ok = true;

    find_all(&found);
    while (arguments[count])
        count++;
    file = NEW_ARRAY(const char *, count + found.gl_pathc + 1);
    for (size_t i = 0; i < count; i++) {
        file[i] = is_file(arguments[i]) ? arguments[i] : find_one(arguments[i], &found);
        ok = ok && file[i];
    }
    for (; !arguments[0] && count < found.gl_pathc; count++)
        file[count] = found.gl_pathv[count];
    if (ok && !count)
        fprintf(stderr, "traincast validate: error: there are no published figures in %s\n",
                command_scenarios_dir());
    else if (ok)
        code = (int)validate(file, count, options);
    free(file);
    globfree(&found);
    return code;
}

const struct command command_validate = {
    .name = "validate",
    .arguments = "[NAME | FILE.yaml]...",
    .summary = "Set published figures beside simulated ones",
    .doc =
        "Simulates whatever the lists of published figures "
        "(scenarios/papers/NAME/published.yaml; all of them by default) need and prints each "
        "figure beside ours with its error. Exit status 1: a figure that is judged is beyond "
        "its tolerance, or a finding does not hold.",
    .table = table,
    .argument_min = 0,
    .argument_max = -1,
    .run = run,
};
