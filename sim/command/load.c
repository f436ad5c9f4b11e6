/* SPDX-License-Identifier: MIT
 * load.c -- see load.h. */
#include "sim/command/load.h"

#include "sim/job/job.h"

bool load_scenario(struct loaded *ret_loaded, const char *path,
                   const struct command_options *options)
{
    const int64_t seed = options->seed;
    struct scenario_options how = {.families = families,
                                   .platforms_dir = command_platforms_dir(options),
                                   .data_dir = options->data_dir,
                                   .set = (const char *const *)options->set,
                                   .seed = seed != COMMAND_NO_SEED ? &seed : NULL};

    *ret_loaded = (struct loaded){0};
    diag_init(&ret_loaded->diags);
    ret_loaded->scenario = scenario_new(path, &how, &ret_loaded->diags);
    return ret_loaded->scenario != NULL;
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
