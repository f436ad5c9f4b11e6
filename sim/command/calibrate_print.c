/* SPDX-License-Identifier: MIT
 * calibrate_print.c -- see calibrate_print.h. */
#include "sim/command/calibrate_print.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>

enum { WORD = 64 };

/* A quantity with four digits in the unit that leaves one to three before the point: for
 * reading down a column.  The overlay has all digits. */
struct scale {
    double least;
    const char *unit;
};
static const struct scale seconds_scale[] = {{1, "s"}, {1e-3, "ms"}, {1e-6, "us"}, {0, "ns"}};
static const struct scale rate_scale[] = {
    {1e9, "GB/s"}, {1e6, "MB/s"}, {1e3, "kB/s"}, {0, "B/s"}};

static const char *shown(double value, const struct scale *scale, char out[WORD])
{
    if (!isfinite(value)) {
        snprintf(out, WORD, "%s", isnan(value) ? "-" : "without limit");
        return out;
    }
    while (fabs(value) < scale->least)
        scale++;
    snprintf(out, WORD, "%.4g %s",
             value / (scale->least > 0 ? scale->least : scale[-1].least / 1e3), scale->unit);
    return out;
}

static const char *seconds(double value, char out[WORD])
{
    return shown(value, seconds_scale, out);
}

static const char *rate(double value, char out[WORD])
{
    return shown(value, rate_scale, out);
}

static void print_residuals(const struct calibrate_about *about,
                            const struct residuals *residuals, int worst_line)
{
    char rmse[WORD];

    printf("  residuals   %zu measurements: RMSE %s; relative: median %.2g %%, p99 %.3g %%, "
           "largest %.3g %% (%s:%d)\n",
           residuals->count, seconds(residuals->rmse, rmse), 100 * residuals->median_relative,
           100 * residuals->p99_relative, 100 * residuals->max_relative, about->csv,
           worst_line);
}

static void print_files(const struct calibrate_about *about)
{
    if (about->out)
        printf("  overlay     %s, for `platform: {provider: ..., file: %s, ...}`\n", about->out,
               about->out);
    if (about->plot)
        printf("  plot        %s\n", about->plot);
}

/* -- a channel ------------------------------------------------------------------------------
 */

static double inverse(double s_per_byte)
{
    return s_per_byte > 0 ? 1 / s_per_byte : INFINITY;
}

static void print_latency(const struct channel_fit *fit)
{
    char a[WORD], b[WORD];

    if (!fit->latencies) {
        printf("  latency     none to be seen\n");
        return;
    }
    if (fit->sigma > 0)
        printf("  latency     lognormal, median %s, sigma %.4g", seconds(fit->latency_s, a),
               fit->sigma);
    else
        printf("  latency     %s, constant", seconds(fit->latency_s, a));
    printf(" (from %zu of them, where the transfer is the smaller part)\n", fit->latencies);
    printf("              %-14s %8s %14s %14s\n", "", "count", "p50", "p99");
    for (size_t i = 0; i < fit->operations; i++)
        printf("              %-14.14s %8zu %14s %14s\n", fit->operation[i].name,
               fit->operation[i].count, seconds(fit->operation[i].latency.p50_s, a),
               seconds(fit->operation[i].latency.p99_s, b));
    printf("              %-14s %8zu %14s %14s\n", "those used", fit->latencies,
           seconds(fit->measured.p50_s, a), seconds(fit->measured.p99_s, b));
    printf("              %-14s %8s %14s %14s\n", "fitted", "", seconds(fit->fitted.p50_s, a),
           seconds(fit->fitted.p99_s, b));
}

static void print_levels(const struct channel_fit *fit)
{
    char a[WORD], b[WORD];

    if (fit->levels < 2)
        return;
    printf("  together    %-14s %8s %14s %14s\n", "concurrency", "count", "measured",
           "of so many");
    for (size_t i = 0; i < fit->levels; i++)
        printf("              %-14.6g %8zu %14s %14s\n", fit->level[i].concurrency,
               fit->level[i].count, rate(fit->level[i].bytes_per_s, a),
               rate(fit->level[i].expected_bytes_per_s, b));
    if (!isnan(fit->aggregate_bytes_per_s))
        printf("              the service is full at %s\n",
               rate(fit->aggregate_bytes_per_s, a));
}

void calibrate_channel_text(const struct calibrate_about *about, const struct channel_fit *fit)
{
    char a[WORD], b[WORD], c[WORD];

    printf("channel %s: %zu measurements in %s\n", about->name, fit->measurements, about->csv);
    printf(
        "  bandwidth   %s of one connection (95 %%: %s to %s), by the slopes of Theil and Sen "
        "over %zu\n",
        rate(fit->bandwidth_bytes_per_s, a), rate(inverse(fit->s_per_byte.high), b),
        rate(inverse(fit->s_per_byte.low), c), fit->count);
    print_latency(fit);
    print_levels(fit);
    print_residuals(about, &fit->residuals, fit->worst_line);
    print_files(about);
}

/* -- compute --------------------------------------------------------------------------------
 */

void calibrate_compute_text(const struct calibrate_about *about, const struct compute_fit *fit)
{
    char a[WORD], b[WORD];

    printf("compute %s: %zu measurements in %s\n", about->name, fit->count, about->csv);
    for (size_t j = 0; j < fit->terms; j++)
        printf("  %-11s %s +- %s\n", compute_term_names[j], seconds(fit->term_s[j], a),
               seconds(fit->deviation_s[j], b));
    printf("              by non-negative least squares of relative residuals (Tukey's "
           "biweight)\n");
    printf("  time        p50 %s measured", seconds(fit->measured_tail.p50_s, a));
    printf(", %s fitted", seconds(fit->fitted_tail.p50_s, a));
    printf("; p99 %s measured", seconds(fit->measured_tail.p99_s, a));
    printf(", %s fitted\n", seconds(fit->fitted_tail.p99_s, a));
    print_residuals(about, &fit->residuals, fit->worst_line);
    print_files(about);
}

/* -- as JSON --------------------------------------------------------------------------------
 */

/* JSON has no infinity: what is without limit or not known is null. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *head(const char *what, const struct calibrate_about *about, size_t count)
{
    json_t *object = json_object();

    json_object_set_new(object, "what", json_string(what));
    json_object_set_new(object, "name", json_string(about->name));
    json_object_set_new(object, "csv", json_string(about->csv));
    json_object_set_new(object, "measurements", json_integer((json_int_t)count));
    return object;
}

static void print_object(json_t *object, const struct calibrate_about *about,
                         const struct residuals *residuals, int worst_line)
{
    json_object_set_new(object, "residuals",
                        json_pack("{s:I, s:o, s:o, s:o, s:o, s:i}", "count",
                                  (json_int_t)residuals->count, "rmse_s",
                                  number(residuals->rmse), "median_relative",
                                  number(residuals->median_relative), "p99_relative",
                                  number(residuals->p99_relative), "max_relative",
                                  number(residuals->max_relative), "worst_line", worst_line));
    json_object_set_new(object, "overlay", text_or_null(about->out));
    json_object_set_new(object, "plot", text_or_null(about->plot));
    json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
    json_decref(object);
}

static json_t *tail(double p50_s, double p99_s)
{
    return json_pack("{s:o, s:o}", "p50_s", number(p50_s), "p99_s", number(p99_s));
}

static json_t *operations_json(const struct channel_fit *fit)
{
    json_t *operations = json_array();

    for (size_t i = 0; i < fit->operations; i++)
        json_array_append_new(
            operations,
            json_pack("{s:s, s:I, s:o}", "operation", fit->operation[i].name, "count",
                      (json_int_t)fit->operation[i].count, "latency",
                      tail(fit->operation[i].latency.p50_s, fit->operation[i].latency.p99_s)));
    return operations;
}

static json_t *levels_json(const struct channel_fit *fit)
{
    json_t *levels = json_array();

    for (size_t i = 0; i < fit->levels; i++)
        json_array_append_new(
            levels, json_pack("{s:f, s:I, s:o, s:o}", "concurrency", fit->level[i].concurrency,
                              "count", (json_int_t)fit->level[i].count, "bytes_per_s",
                              number(fit->level[i].bytes_per_s), "expected_bytes_per_s",
                              number(fit->level[i].expected_bytes_per_s)));
    return levels;
}

void calibrate_channel_json(const struct calibrate_about *about, const struct channel_fit *fit)
{
    json_t *object = head("channel", about, fit->measurements);

    json_object_set_new(object, "fitted", json_integer((json_int_t)fit->count));
    json_object_set_new(object, "bandwidth_bytes_per_s", number(fit->bandwidth_bytes_per_s));
    json_object_set_new(object, "bandwidth_low_bytes_per_s",
                        number(inverse(fit->s_per_byte.high)));
    json_object_set_new(object, "bandwidth_high_bytes_per_s",
                        number(inverse(fit->s_per_byte.low)));
    json_object_set_new(object, "latency_median_s", number(fit->latency_s));
    json_object_set_new(object, "latency_sigma", number(fit->sigma));
    json_object_set_new(object, "latency_measured",
                        tail(fit->measured.p50_s, fit->measured.p99_s));
    json_object_set_new(object, "latency_fitted", tail(fit->fitted.p50_s, fit->fitted.p99_s));
    json_object_set_new(object, "operations", operations_json(fit));
    json_object_set_new(object, "concurrency", levels_json(fit));
    json_object_set_new(object, "aggregate_bytes_per_s", number(fit->aggregate_bytes_per_s));
    print_object(object, about, &fit->residuals, fit->worst_line);
}

void calibrate_compute_json(const struct calibrate_about *about, const struct compute_fit *fit)
{
    json_t *object = head("compute", about, fit->count);

    for (size_t j = 0; j < fit->terms; j++) {
        char key[WORD];

        snprintf(key, sizeof key, "%s_s", compute_term_names[j]);
        json_object_set_new(object, key, number(fit->term_s[j]));
        snprintf(key, sizeof key, "%s_deviation_s", compute_term_names[j]);
        json_object_set_new(object, key, number(fit->deviation_s[j]));
    }
    json_object_set_new(object, "measured",
                        tail(fit->measured_tail.p50_s, fit->measured_tail.p99_s));
    json_object_set_new(object, "fitted", tail(fit->fitted_tail.p50_s, fit->fitted_tail.p99_s));
    print_object(object, about, &fit->residuals, fit->worst_line);
}
