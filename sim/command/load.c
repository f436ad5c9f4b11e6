/* SPDX-License-Identifier: MIT
 * load.c -- see load.h. */
#include "sim/command/load.h"

#include <stdlib.h>
#include <unistd.h>

#include "sim/job/job.h"
#include "sim/scenario/sheet.h"

static const char *const of_sweeps[] = {"scenario", "axes", "replications", NULL};
static const char *const of_scenarios[] = {"workers", "groups",    "platform", "model", "data",
                                           "channel", "optimizer", "job",      NULL};

bool load_is_sweep(const char *path)
{
    return sheet_is_like(path, of_sweeps, of_scenarios);
}

bool load_is_scenario(const char *path)
{
    return sheet_is_like(path, of_scenarios, of_sweeps);
}

bool load_scenario(struct loaded *ret_loaded, const char *path,
                   const struct command_options *options)
{
    const int64_t seed = options->seed;
    struct scenario_options how = {.families = families,
                                   .platforms_dir = command_platforms_dir(options),
                                   .data_dir = command_data_dir(options),
                                   .set = (const char *const *)options->set,
                                   .seed = seed != COMMAND_NO_SEED ? &seed : NULL};

    *ret_loaded = (struct loaded){0};
    diag_init(&ret_loaded->diags);
    ret_loaded->scenario = scenario_new(path, &how, &ret_loaded->diags);
    if (!ret_loaded->scenario && load_is_sweep(path)) {
        diag_done(&ret_loaded->diags);
        diag_init(&ret_loaded->diags);
        diag_add(&ret_loaded->diags, DIAG_ERROR, (struct place){path, 1, 1},
                 "this is a sweep, many runs of a scenario: traincast sweep %s "
                 "(--dry-run only checks it)",
                 path);
    }
    return ret_loaded->scenario != NULL;
}

/* A relative path that leads nowhere: where it starts can be chosen. */
static void hint_at_data(const struct scenario *scenario, struct diag_list *diags)
{
    static const char *const keys[] = {"data.path", "data.test_path"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *text = scenario_text(scenario, keys[i]);
        char *path = text && text[0] != '/' ? scenario_data_path(scenario, text) : NULL;

        if (path && access(path, R_OK) != 0) {
            diag_add(diags, DIAG_NOTE, scenario_place(scenario, "data.source"),
                     "relative paths of data start beside the scenario, or where --data DIR or "
                     "$TRAINCAST_DATA says");
            free(path);
            return;
        }
        free(path);
    }
}

bool load_all(struct loaded *ret_loaded, const char *path,
              const struct command_options *options)
{
    struct loaded *loaded = ret_loaded;
    const struct job_kind *job;

    if (load_scenario(loaded, path, options)) {
        job = job_kind_of(&loaded->scenario->job);
        job_check_parts(loaded->scenario, &loaded->diags);
        if (job->trains && !loaded->diags.errors) {
            int helpers =
                options->threads > 0 ? options->threads - 1 : pool_helpers_for_cores();

            loaded->pool = pool_new(helpers, 20e3);
            loaded->learner =
                learner_new_computed(loaded->scenario, loaded->pool, &loaded->diags);
            if (!loaded->learner)
                hint_at_data(loaded->scenario, &loaded->diags);
        }
        if (job->check)
            job->check(loaded->scenario, loaded->learner, &loaded->diags);
    }
    if (loaded->diags.count)
        diag_print(&loaded->diags, stderr);
    return loaded->diags.errors == 0;
}

void loaded_done(struct loaded *loaded)
{
    loaded->learner = learner_free(loaded->learner);
    loaded->pool = pool_free(loaded->pool);
    loaded->scenario = scenario_free(loaded->scenario);
    diag_done(&loaded->diags);
}
