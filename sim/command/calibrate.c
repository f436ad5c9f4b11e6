/* SPDX-License-Identifier: MIT
 * calibrate.c -- `traincast calibrate`: a provider's overlay out of the user's own
 * measurements.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "sim/calibrate/chart.h"
#include "sim/calibrate/overlay.h"
#include "sim/channel/channel.h"
#include "sim/command/calibrate_print.h"
#include "sim/command/command.h"
#include "sim/sweep/clock.h"

static const struct poptOption *table(struct command_options *options)
{
    static struct poptOption rows[8];
    const struct poptOption all[] = {
        {"csv", '\0', POPT_ARG_STRING, &options->csv, 0, "The measurements", "FILE"},
        {"name", '\0', POPT_ARG_STRING, &options->name, 0,
         "Which channel (s3), or which entry of compute they are of", "NAME"},
        {"out", '\0', POPT_ARG_STRING, &options->out, 0, "Write the overlay", "FILE.yaml"},
        {"plot", '\0', POPT_ARG_STRING, &options->plot, 0,
         "Draw measurements, fit and residuals: .svg, .png or .pdf (needs gnuplot)", "FILE"},
        {"operation", '\0', POPT_ARG_STRING, &options->operation, 0,
         "channel: only the rows of this operation", "NAME"},
        {"empirical", '\0', POPT_ARG_NONE, &options->empirical, 0,
         "channel: write the measured latencies instead of a distribution", NULL},
        {"json", '\0', POPT_ARG_NONE, &options->json, 0, "Print one JSON object", NULL},
        POPT_TABLEEND,
    };

    _Static_assert(sizeof all <= sizeof rows, "the table grew");
    memcpy(rows, all, sizeof all);
    return rows;
}

static int wrong(const char *format, const char *what)
{
    fprintf(stderr, "traincast calibrate: error: ");
    fprintf(stderr, format, what);
    fprintf(stderr, "\n");
    return EXIT_CODE_BAD_INPUT;
}

static bool has(const struct kind *kind, const char *key, enum dimension dimension)
{
    const struct field *field = field_find(kind->fields, key);

    return field && field_dimension(field) == dimension;
}

/* A kind of channel with something to fit; NULL after a complaint. */
static const struct kind *channel_named(const char *name)
{
    const struct kind *kind = family_find(&channel_family, name);
    struct nearest nearest = {.word = name};
    char shown[TEXT_SHOWN];

    if (kind && has(kind, "latency", DIMENSION_SECONDS) &&
        has(kind, "bandwidth", DIMENSION_BYTES_PER_S))
        return kind;
    for (size_t i = 0; !kind && channel_family.kinds[i]; i++)
        nearest_try(&nearest, channel_family.kinds[i]->name);
    fprintf(stderr, "traincast calibrate: error: ");
    if (kind)
        fprintf(stderr, "channel '%s' has no latency and bandwidth to fit\n", name);
    else
        fprintf(stderr, "there is no channel '%s'%s%s%s\n", text_shown(name, shown),
                nearest.best ? "; did you mean '" : "", nearest.best ? nearest.best : "",
                nearest.best ? "'?" : "");
    return NULL;
}

/* -- what is written ------------------------------------------------------------------------
 */

static struct overlay_about overlay_about(const struct command_options *options,
                                          const char *name, char date[32])
{
    clock_utc(date, 32);
    date[strlen("2021-01-31")] = '\0';
    return (struct overlay_about){.path = options->out,
                                  .csv_path = options->csv,
                                  .date = date,
                                  .name = name,
                                  .empirical = options->empirical};
}

/* What the fit is about, as far as its files were written; errors go to stderr. */
struct written {
    struct calibrate_about about;
    int code;
};

static void note(struct written *written, bool ok, const char **file, const struct err *err)
{
    if (ok)
        return;
    fprintf(stderr, "traincast: error: %s\n", err->text);
    *file = NULL;
    written->code = EXIT_CODE_MACHINE;
}

static void write_overlay(struct written *written, struct text *text)
{
    struct err err = {0};

    note(written, overlay_write(written->about.out, text, &err), &written->about.out, &err);
    text_done(text);
}

static void write_channel(struct written *written, const struct command_options *options,
                          const struct kind *kind, const struct channel_fit *fit)
{
    struct calibrate_about *about = &written->about;
    struct text text = {0};
    struct err err = {0};
    char date[32], *title;

    if (about->out) {
        struct overlay_about overlay = overlay_about(options, kind->name, date);

        overlay.has_aggregate = has(kind, "aggregate_bandwidth", DIMENSION_BYTES_PER_S);
        overlay_of_channel(&text, &overlay, fit);
        write_overlay(written, &text);
    }
    if (!about->plot)
        return;
    title = memory_format("%s: %zu requests in %s", kind->name, fit->count, about->csv);
    note(written, chart_of_channel(about->plot, title, fit, &err), &about->plot, &err);
    free(title);
}

static void write_compute(struct written *written, const struct command_options *options,
                          const struct compute_fit *fit)
{
    struct calibrate_about *about = &written->about;
    struct text text = {0};
    struct err err = {0};
    char date[32], *title;

    if (about->out) {
        struct overlay_about overlay = overlay_about(options, about->name, date);

        overlay_of_compute(&text, &overlay, fit);
        write_overlay(written, &text);
    }
    if (!about->plot)
        return;
    title = memory_format("%s: %zu batches in %s", about->name, fit->count, about->csv);
    note(written, chart_of_compute(about->plot, title, fit, &err), &about->plot, &err);
    free(title);
}

/* -- what is calibrated ---------------------------------------------------------------------
 */

static int calibrate_channel(const struct command_options *options)
{
    const struct kind *kind = channel_named(options->name ? options->name : "s3");
    struct written written = {.code = EXIT_CODE_BAD_INPUT};
    struct channel_fit fit;
    struct diag_list diags;
    bool ok;

    if (!kind)
        return EXIT_CODE_BAD_INPUT;
    diag_init(&diags);
    ok = channel_fit_make(&fit, options->csv, options->operation, &diags);
    diag_print(&diags, stderr);
    diag_done(&diags);
    if (ok) {
        written.code = EXIT_CODE_DONE;
        written.about =
            (struct calibrate_about){kind->name, options->csv, options->out, options->plot};
        write_channel(&written, options, kind, &fit);
        (options->json ? calibrate_channel_json : calibrate_channel_text)(&written.about, &fit);
    }
    channel_fit_done(&fit);
    return written.code;
}

static int calibrate_compute(const struct command_options *options)
{
    struct written written = {.code = EXIT_CODE_BAD_INPUT};
    struct compute_fit fit;
    struct diag_list diags;
    bool ok;

    diag_init(&diags);
    ok = compute_fit_make(&fit, options->csv, &diags);
    diag_print(&diags, stderr);
    diag_done(&diags);
    if (ok) {
        written.code = EXIT_CODE_DONE;
        written.about =
            (struct calibrate_about){options->name, options->csv, options->out, options->plot};
        write_compute(&written, options, &fit);
        (options->json ? calibrate_compute_json : calibrate_compute_text)(&written.about, &fit);
    }
    compute_fit_done(&fit);
    return written.code;
}

static int run(const struct command_options *options, const char *const *arguments)
{
    bool channel = strcmp(arguments[0], "channel") == 0;
    char shown[TEXT_SHOWN];

    if (!channel && strcmp(arguments[0], "compute") != 0)
        return wrong("what is calibrated is 'channel' or 'compute', not '%s'",
                     text_shown(arguments[0], shown));
    if (!options->csv)
        return wrong("the measurements are missing: --csv %s", "FILE");
    if (options->plot && !chart_can_be(options->plot))
        return wrong("--plot %s: a picture's name ends in .svg, .png or .pdf", options->plot);
    if (options->out && strcmp(options->out, options->csv) == 0)
        return wrong("--out %s would overwrite the measurements", options->out);
    if (channel)
        return calibrate_channel(options);
    if (options->operation || options->empirical)
        return wrong("%s is for channels", options->operation ? "--operation" : "--empirical");
    if (!options->name)
        return wrong("which entry of compute is it? For example --name %s", "lr");
    return calibrate_compute(options);
}

const struct command command_calibrate = {
    .name = "calibrate",
    .arguments = "channel|compute",
    .summary = "Fit a provider's overlay to your own measurements",
    .doc =
        "`calibrate channel` reads a csv with the columns operation, bytes, seconds and "
        "perhaps "
        "concurrency, one row per request, and fits the bandwidth of one connection and the "
        "distribution of the latency.  `calibrate compute` reads rows, calls, seconds and "
        "perhaps "
        "nonzeros, one row per timing on one core, and fits the times of a row, a call and a "
        "non-zero.  Both say how well the fit describes the measurements.  The overlay is used "
        "by "
        "`platform: {provider: NAME, file: OVERLAY.yaml, ...}`.",
    .table = table,
    .argument_min = 1,
    .argument_max = 1,
    .run = run,
};
