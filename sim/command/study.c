/* SPDX-License-Identifier: MIT
 * study.c -- see study.h. */
#include "sim/command/study.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "sim/command/load.h"

enum { SHA256_CHARS = 65 };

struct plan_job {
    struct crew_job crew;
    char **set; /* crew.set; owned */
    char sha256[SHA256_CHARS];
};

static void free_set(char **set)
{
    for (char **at = set; at && *at; at++)
        free(*at);
    free(set);
}

/* -- runs of a study -> jobs, each once ------------------------------------------------ */
/* {workers: 10} as {"workers=10", NULL}. */
static char **settings_of(const struct published_run_conf *conf)
{
    char **set = NEW_ARRAY(char *, conf->set.count + 1);

    for (size_t i = 0; i < conf->set.count; i++)
        set[i] = memory_format("%s=%s", conf->set.name[i], ((char **)conf->set.entry)[i]);
    return set;
}

/* Takes set. */
static size_t add_job(struct plan *plan, const char *scenario, char **set, long long seed,
                      const char *sha256)
{
    struct plan_job *job;

    for (size_t i = 0; i < plan->jobs; i++)
        if (strcmp(plan->job[i].sha256, sha256) == 0) {
            free_set(set);
            return i;
        }
    ROOM_FOR_ONE(plan->job, plan->jobs, plan->capacity);
    job = &plan->job[plan->jobs];
    *job = (struct plan_job){.crew = {scenario, (const char *const *)set, seed}, .set = set};
    snprintf(job->sha256, sizeof job->sha256, "%s", sha256);
    return plan->jobs++;
}

/* A data file that the scenario names and that is not there: a new sentence; else NULL. */
static char *missing_data(const struct scenario *scenario)
{
    static const char *const keys[] = {"data.path", "data.test_path"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *text = scenario_text(scenario, keys[i]);
        char *path = text ? scenario_data_path(scenario, text) : NULL;
        bool missing = path && access(path, R_OK) != 0;

        free(path);
        if (missing)
            return memory_format("there is no %s: give --data DIR", text);
    }
    return NULL;
}

/* One seed of a run.  False: its scenario is wrong, and that has been said. */
static bool plan_seed(struct plan *plan, struct study *study, size_t run, size_t seed)
{
    const struct published_run_conf *conf = published_run(study->published, run);
    const char *scenario = published_scenario(study->published, run);
    struct command_options options = *plan->options;
    struct loaded loaded;
    bool ok;

    options.set = settings_of(conf);
    options.seed = (long long)seed + 1;
    ok = load_scenario(&loaded, scenario, &options);
    if (!ok)
        diag_add(&loaded.diags, DIAG_NOTE, published_run_place(study->published, run),
                 "that is the scenario of the run '%s'", study->published->runs.name[run]);
    if (loaded.diags.count)
        diag_print(&loaded.diags, stderr);
    if (ok && !study->skipped[run])
        study->skipped[run] = missing_data(loaded.scenario);
    if (ok && !study->skipped[run])
        study->job[run * study->seeds_most + seed] = add_job(
            plan, scenario, options.set, options.seed, scenario_sha256(loaded.scenario));
    else
        free_set(options.set);
    loaded_done(&loaded);
    return ok;
}

static bool is_needed(const struct published *published, size_t run)
{
    for (size_t i = 0; i < published->rows; i++)
        if (published_uses(&published->row[i], run))
            return true;
    return false;
}

static bool plan_study(struct plan *plan, struct study *study)
{
    const struct published *published = study->published;
    bool ok = true;

    for (size_t run = 0; run < published->runs.count; run++)
        if ((size_t)published_run(published, run)->seeds > study->seeds_most)
            study->seeds_most = (size_t)published_run(published, run)->seeds;
    study->job = NEW_ARRAY(size_t, published->runs.count * study->seeds_most);
    study->skipped = NEW_ARRAY(char *, published->runs.count);
    study->judged = NEW_ARRAY(struct judged, published->rows);
    for (size_t i = 0; i < published->runs.count * study->seeds_most; i++)
        study->job[i] = SIZE_MAX;
    for (size_t run = 0; run < published->runs.count; run++) {
        bool good = true; /* after a mistake the other seeds would only repeat it */

        for (size_t seed = 0; good && seed < (size_t)published_run(published, run)->seeds;
             seed++)
            good = !is_needed(published, run) || plan_seed(plan, study, run, seed);
        ok = ok && good;
    }
    return ok;
}

/* -- the calls of study.h -------------------------------------------------------------- */
static bool read_one(struct plan *plan, const char *file)
{
    struct study *study = &plan->study[plan->studies++];
    struct diag_list diags;
    bool ok;

    diag_init(&diags);
    study->published = published_new(file, &diags);
    ok = study->published && published_keep(study->published, plan->options->only, &diags);
    if (diags.count)
        diag_print(&diags, stderr);
    diag_done(&diags);
    return ok && plan_study(plan, study);
}

bool plan_read(struct plan *ret_plan, const char *const *files, size_t count,
               const struct command_options *options)
{
    struct plan *plan = ret_plan;
    bool ok = true;

    *plan = (struct plan){.options = options, .study = NEW_ARRAY(struct study, count + 1)};
    for (size_t i = 0; i < count; i++)
        ok = read_one(plan, files[i]) && ok;
    return ok;
}

bool plan_run(struct plan *plan, struct err *err)
{
    struct crew_job *job = NEW_ARRAY(struct crew_job, plan->jobs + 1);
    bool ok;

    plan->result = NEW_ARRAY(struct crew_result, plan->jobs + 1);
    for (size_t i = 0; i < plan->jobs; i++)
        job[i] = plan->job[i].crew;
    ok = crew_run(job, plan->jobs, plan->options, plan->result, err);
    free(job);
    return ok;
}

enum exit_code plan_code(const struct plan *plan)
{
    enum exit_code worst = EXIT_CODE_DONE;

    for (size_t i = 0; i < plan->jobs; i++)
        if (plan->result[i].code != EXIT_CODE_RUN_FAILED && plan->result[i].code > worst)
            worst = plan->result[i].code;
    return worst;
}

const char *plan_message(const struct plan *plan)
{
    enum exit_code code = plan_code(plan);

    for (size_t i = 0; i < plan->jobs; i++)
        if (plan->result[i].code == code)
            return plan->result[i].message;
    return "";
}

static void know(const struct plan *plan, const struct study *study, struct run_known *known)
{
    for (size_t i = 0; i < study->published->runs.count * study->seeds_most; i++) {
        const struct crew_result *result =
            study->job[i] == SIZE_MAX ? NULL : &plan->result[study->job[i]];

        if (!result)
            known[i] =
                (struct run_known){FATE_SKIPPED, 0, study->skipped[i / study->seeds_most]};
        else
            known[i] =
                (struct run_known){result->code == EXIT_CODE_DONE ? FATE_DONE : FATE_FAILED,
                                   result->run_id, result->message};
    }
}

bool plan_judge(struct plan *plan, struct err *err)
{
    struct results *results = NULL;
    bool ok = true;

    if (plan->jobs) {
        results = results_open_to_read(plan->options->db, err);
        if (!results)
            return false;
    }
    for (size_t i = 0; ok && i < plan->studies; i++) {
        struct study *study = &plan->study[i];
        struct run_known *known =
            NEW_ARRAY(struct run_known, study->published->runs.count * study->seeds_most);

        know(plan, study, known);
        ok = judge(study->published, known, study->seeds_most, results, study->judged, err);
        free(known);
    }
    results_close(results);
    return ok;
}

void plan_done(struct plan *plan)
{
    for (size_t i = 0; i < plan->studies; i++) {
        struct study *study = &plan->study[i];

        for (size_t run = 0; study->skipped && run < study->published->runs.count; run++)
            free(study->skipped[run]);
        free(study->skipped);
        free(study->job);
        free(study->judged);
        published_free(study->published);
    }
    for (size_t i = 0; i < plan->jobs; i++)
        free_set(plan->job[i].set);
    free(plan->job);
    free(plan->study);
    free(plan->result);
    *plan = (struct plan){0};
}
