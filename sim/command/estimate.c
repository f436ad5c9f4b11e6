/* SPDX-License-Identifier: MIT
 * estimate.c -- `traincast estimate`: the closed form instead of, or beside, the simulation. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/math/blas.h"
#include "base/text.h"
#include "sim/command/estimate_print.h"
#include "sim/command/load.h"
#include "sim/command/progress.h"

static const struct poptOption *table(struct command_options *options)
{
    static struct poptOption rows[12];
    const struct poptOption all[] = {
        COMMAND_SCENARIO_OPTIONS(options),
        {"sample", '\0', POPT_ARG_STRING, &options->sample, 0,
         "Share of the rows to learn the rounds from, when the run stops at a loss (10%)",
         "SHARE"},
        {"factor", '\0', POPT_ARG_STRING, &options->factor, 0,
         "f(W), rounds of all workers over those of one: `measured` (the sample is trained by "
         "all) or a number (by one)",
         "NUMBER"},
        {"simulate", '\0', POPT_ARG_NONE, &options->simulate, 0,
         "Simulate as well, and show both side by side; nothing is written", NULL},
        {"threads", '\0', POPT_ARG_INT, &options->threads, 0,
         "Real threads for the mathematics (all cores)", "N"},
        {"json", '\0', POPT_ARG_NONE, &options->json, 0, "Print one JSON object", NULL},
        {"quiet", 'q', POPT_ARG_NONE, &options->quiet, 0, "No progress", NULL},
        POPT_TABLEEND,
    };

    _Static_assert(sizeof all <= sizeof rows, "the table grew");
    memcpy(rows, all, sizeof all);
    return rows;
}

/* -- what was typed -------------------------------------------------------------------------
 */

static bool wrong(const char *option, const char *text, const char *must)
{
    char shown[TEXT_SHOWN];

    fprintf(stderr, "traincast estimate: error: %s must be %s, not '%s'\n", option, must,
            text_shown(text, shown));
    return false;
}

/* "10%", "10 %" or "0.1". */
static bool read_share(const char *text, double *ret_share)
{
    char *end;
    double share = strtod(text, &end);

    end += strspn(end, " ");
    if (*end == '%') {
        share /= 100;
        end++;
    }
    *ret_share = share;
    return end != text && *end == '\0' && share > 0 && share <= 1;
}

/* factor NaN: measured. */
static bool read_options(const struct command_options *options, double *ret_share,
                         double *ret_factor)
{
    char *end;

    *ret_share = 0.1;
    *ret_factor = NAN;
    if (options->sample && !read_share(options->sample, ret_share))
        return wrong("--sample", options->sample, "a share above 0 and up to 1, like 10%");
    if (!options->factor || strcmp(options->factor, "measured") == 0)
        return true;
    *ret_factor = strtod(options->factor, &end);
    if (end == options->factor || *end || !(*ret_factor > 0) || !isfinite(*ret_factor))
        return wrong("--factor", options->factor, "`measured` or a number above 0");
    return true;
}

/* -- rounds ---------------------------------------------------------------------------------
 */

static const char *learning_criterion(const struct stop_conf *stop)
{
    if (!isnan(stop->train_loss))
        return "train_loss";
    return !isnan(stop->test_loss) ? "test_loss" : "test_accuracy";
}

/* Fills point and reason, and *sample where one is needed. */
static bool find_rounds(struct loaded *loaded, const struct command_options *options,
                        const struct form *form, struct sample *sample, struct estimated *e)
{
    int64_t most = form_rounds(form, &e->reason), rounds = most;
    double share, factor;

    if (!read_options(options, &share, &factor))
        return false;
    e->factor = isnan(factor) ? 1 : factor;
    if (sample_is_needed(loaded->scenario)) {
        int64_t sample_most = (int64_t)ceil((double)most / e->factor);

        if (!sample_run(sample, loaded->scenario, share, isnan(factor) ? 0 : 1, sample_most,
                        loaded->pool, &loaded->diags)) {
            diag_print(&loaded->diags, stderr);
            return false;
        }
        e->sample = sample;
        if (sample->end == SAMPLE_REACHED) {
            rounds = llround(fmax(1, ceil((double)sample->rounds * e->factor - 1e-9)));
            e->reason =
                sample->settled ? "settled" : learning_criterion(&loaded->scenario->stop);
        }
    } else if (options->sample || options->factor) {
        fprintf(stderr, "traincast estimate: warning: the run stops at no loss or accuracy: no "
                        "sample is needed\n");
    }
    e->point = form_at(form, rounds < most ? rounds : most);
    return true;
}

/* -- the command ----------------------------------------------------------------------------
 */

static int show(struct estimated *e, const struct command_options *options,
                const struct loaded *loaded)
{
    struct progress progress;
    struct run_options how = {progress_show, &progress, 0};
    struct run run = {0};
    struct err err = {0};
    int code = EXIT_CODE_DONE;

    if (options->simulate) {
        progress_init(&progress, options->quiet);
        if (!run_execute(&run, loaded->scenario, loaded->learner, &how, &err))
            code = EXIT_CODE_MACHINE;
        else if (run.end.status != RUN_DONE)
            code = EXIT_CODE_RUN_FAILED;
        progress_end(&progress);
        e->run = &run;
    }
    if (code == EXIT_CODE_MACHINE)
        fprintf(stderr, "traincast: error: %s\n", err.text);
    else
        (options->json ? estimate_json : estimate_text)(e);
    if (options->simulate)
        run_done(&run);
    return code;
}

static int run_estimate(const struct command_options *options, const char *const *arguments)
{
    struct loaded loaded;
    struct form form = {0};
    struct sample sample;
    struct estimated estimated = {.form = &form};
    int code = EXIT_CODE_BAD_INPUT;

    math_init();
    if (!load_all(&loaded, arguments[0], options))
        goto done;
    if (!form_init(&form, loaded.scenario, loaded.learner, &loaded.diags)) {
        diag_print(&loaded.diags, stderr);
        goto done;
    }
    estimated.facts = learner_facts(loaded.learner);
    if (find_rounds(&loaded, options, &form, &sample, &estimated))
        code = show(&estimated, options, &loaded);
done:
    form_done(&form);
    loaded_done(&loaded);
    return code;
}

const struct command command_estimate = {
    .name = "estimate",
    .arguments = "FILE.yaml",
    .summary = "Say time and cost by a closed form instead of simulating",
    .doc =
        "Start, load, compute and communicate of a training job by LambdaML's analytic model, "
        "for any pattern, from the means of the scenario's platform and channel.  Where the "
        "run stops at a loss, the rounds it takes are learnt from a sample of the rows.  With "
        "--simulate the simulation's terms stand beside.",
    .table = table,
    .argument_min = 1,
    .argument_max = 1,
    .run = run_estimate,
};
