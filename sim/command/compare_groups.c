/* SPDX-License-Identifier: MIT
 * compare_groups.c -- see compare_groups.h. */
#include "sim/command/compare_groups.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/answer/contrast.h"
#include "sim/command/asking.h"

bool compare_is_condition(const char *typed)
{
    return strpbrk(typed, "=<>('") != NULL;
}

/* -- for people ------------------------------------------------------------------------------
 */
static int widest_measure(const struct contrast *contrast)
{
    size_t widest = strlen("measure");

    for (size_t i = 0; i < contrast->lines; i++)
        if (strlen(contrast->line[i].measure) > widest)
            widest = strlen(contrast->line[i].measure);
    return (int)widest;
}

static void print_mean(double mean)
{
    if (isnan(mean))
        printf("  %12s", "-");
    else
        printf("  %12.6g", mean);
}

static void print_line(const struct contrast_line *line, int width)
{
    const struct interval *d = &line->difference;
    double percent = 100 / line->mean[0].mean;

    printf("%-*s", width, line->measure);
    print_mean(line->mean[0].mean);
    print_mean(line->mean[1].mean);
    if (isnan(d->mean)) {
        printf("  %12s\n", "-");
        return;
    }
    printf("  ");
    if (isnan(d->half)) {
        printf("%+12.6g  %27s", d->mean, "-");
        if (isfinite(percent))
            printf("  %+.2f %%", d->mean * percent);
        printf("\n");
        return;
    }
    printf("%+12.6g  %+12.6g .. %+-12.6g", d->mean, d->mean - d->half, d->mean + d->half);
    if (isfinite(percent))
        printf("  %+.2f %% (%+.2f .. %+.2f)", d->mean * percent,
               (d->mean - copysign(d->half, percent)) * percent,
               (d->mean + copysign(d->half, percent)) * percent);
    if (fabs(d->mean) <= d->half && d->half > 0)
        printf("  no difference is shown");
    printf("\n");
}

static void print_side(const struct contrast_side *side, const char *name)
{
    printf("%s  %s: %zu run%s", name, side->condition, side->runs, side->runs == 1 ? "" : "s");
    if (side->unfinished)
        printf(" (and %zu that did not end well, left out)", side->unfinished);
    printf("\n");
}

static void print_text(const struct contrast *contrast)
{
    int width = widest_measure(contrast);

    print_side(&contrast->side[0], "A");
    print_side(&contrast->side[1], "B");
    if (contrast->paired)
        printf("paired by %s: Student's interval over the differences\n\n",
               contrast->blocks.chars);
    else
        printf("not paired (%s): Welch's interval\n\n", contrast->unpaired.chars);
    printf("%-*s  %12s  %12s  %12s  %-28s  %s\n", width, "measure", "mean of A", "mean of B",
           "B - A", "with 95 % confidence", "in % of A");
    for (size_t i = 0; i < contrast->lines; i++)
        print_line(&contrast->line[i], width);
}

static size_t fewest(const struct contrast *contrast)
{
    size_t count = contrast->side[0].runs;

    return contrast->side[1].runs < count ? contrast->side[1].runs : count;
}

static void warn(const struct contrast *contrast)
{
    size_t count = fewest(contrast);

    if (count < 2)
        fprintf(stderr, "traincast compare: warning: one run says nothing about how sure a "
                        "difference is: replicate with other seeds\n");
    else if (count < REPLICATIONS_ENOUGH)
        fprintf(stderr,
                "traincast compare: warning: %zu replications: under %d an interval says "
                "little\n",
                count, REPLICATIONS_ENOUGH);
    for (size_t i = 0; i < contrast->lines; i++)
        if (contrast->line[i].missing)
            fprintf(stderr,
                    "traincast compare: warning: %zu runs have no %s and are left out of it\n",
                    contrast->line[i].missing, contrast->line[i].measure);
}

/* -- for programs ----------------------------------------------------------------------------
 */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *line_json(const struct contrast_line *line)
{
    const struct interval *d = &line->difference;

    return json_pack("{s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:o}", "mean_a",
                     number(line->mean[0].mean), "mean_b", number(line->mean[1].mean), "n_a",
                     (json_int_t)line->mean[0].count, "n_b", (json_int_t)line->mean[1].count,
                     "difference", number(d->mean), "low", number(d->mean - d->half), "high",
                     number(d->mean + d->half), "degrees_of_freedom", number(d->freedom));
}

static void print_json(const struct contrast *contrast)
{
    json_t *object = json_object(), *lines = json_object();

    json_object_set_new(object, "a", json_string(contrast->side[0].condition));
    json_object_set_new(object, "b", json_string(contrast->side[1].condition));
    json_object_set_new(object, "runs_a", json_integer((json_int_t)contrast->side[0].runs));
    json_object_set_new(object, "runs_b", json_integer((json_int_t)contrast->side[1].runs));
    json_object_set_new(object, "paired", json_boolean(contrast->paired));
    json_object_set_new(object, "paired_by",
                        contrast->paired ? json_string(contrast->blocks.chars) : json_null());
    json_object_set_new(object, "confidence", json_real(0.95));
    for (size_t i = 0; i < contrast->lines; i++)
        json_object_set_new(lines, contrast->line[i].measure, line_json(&contrast->line[i]));
    json_object_set_new(object, "measures", lines);
    json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
    json_decref(object);
}

enum exit_code compare_groups(const char *db, const char *a, const char *b,
                              const struct command_options *options)
{
    const char *const condition[CONTRAST_SIDES] = {a, b};
    struct contrast contrast = {0};
    struct results *results = NULL;
    struct err err = {""};
    enum exit_code code = asking_open("compare", db, &results);

    if (code != EXIT_CODE_DONE)
        return code;
    if (contrast_read(&contrast, results, condition, options->campaign, options->measure,
                      options->unpaired, &err)) {
        (options->json ? print_json : print_text)(&contrast);
        fflush(stdout);
        warn(&contrast);
    } else {
        code = asking_refuse("compare", err.text);
    }
    contrast_done(&contrast);
    results_close(results);
    return code;
}
