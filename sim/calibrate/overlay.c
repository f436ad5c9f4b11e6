/* SPDX-License-Identifier: MIT
 * overlay.c -- see overlay.h. */
#include "sim/calibrate/overlay.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/units.h"

enum { COLUMNS_MOST = 96, QUANTITY_LONGEST = 96 };

/* No field takes more, and nothing carries it. */
static const double unlimited_bytes_per_s = 1e15;

/* -- words ----------------------------------------------------------------------------------
 */

/* A quantity with nine digits: more than any measurement has, and readable. */
static const char *quantity(double value, enum dimension dimension, char out[QUANTITY_LONGEST])
{
    char digits[40];

    snprintf(digits, sizeof digits, "%.9g", value);
    units_format(strtod(digits, NULL), dimension, out, QUANTITY_LONGEST);
    return out;
}

/* text inside double quotes. */
static void add_quoted(struct text *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\')
            text_add(out, "\\%c", c);
        else if (c < ' ' || c == 127)
            text_add(out, "\\x%02x", c);
        else
            text_add_bytes(out, text, 1);
    }
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static void add_head(struct text *out, const struct overlay_about *about, const char *what)
{
    const char *name = file_name(about->path), *dot = strrchr(name, '.');
    char *stem =
        memory_format("%.*s", dot && dot > name ? (int)(dot - name) : (int)strlen(name), name);

    text_add(
        out,
        "# %s as measured.  For a scenario: `platform: {provider: ..., file: THIS FILE, ...}`\n"
        "name: \"",
        what);
    add_quoted(out, stem);
    text_add(out, "\"\n");
    free(stem);
}

/* The source of everything beside it. */
static void add_source(struct text *out, const struct overlay_about *about, size_t count,
                       const char *method)
{
    text_add(out, "    source: \"calibrated from ");
    add_quoted(out, file_name(about->csv_path));
    text_add(out, ", %zu measurements: %s\"\n    date: %s\n", count, method, about->date);
}

/* -- a channel ------------------------------------------------------------------------------
 */

/* In milliseconds, no line longer than those of the catalogue. */
static void add_empirical(struct text *out, const struct channel_fit *fit)
{
    size_t count = fit->latencies < OVERLAY_LATENCIES ? fit->latencies : OVERLAY_LATENCIES;
    size_t line_begin = out->length;

    text_add(out, "    latency: {empirical: [");
    for (size_t i = 0; i < count; i++) {
        double p = ((double)i + 0.5) / (double)count;
        double latency_s = count == fit->latencies
                               ? fit->latency[i]
                               : statistics_quantile(fit->latency, fit->latencies, p);

        if (out->length - line_begin > COLUMNS_MOST - sizeof "0.123456e-10 ms, ") {
            text_add(out, "\n       ");
            line_begin = out->length - 7;
        }
        text_add(out, "%s%.6g ms%s", i ? " " : "", latency_s * 1e3, i + 1 < count ? "," : "");
    }
    text_add(out, "]}\n");
}

static void add_latency(struct text *out, const struct overlay_about *about,
                        const struct channel_fit *fit)
{
    char median[QUANTITY_LONGEST];

    quantity(fit->latency_s, DIMENSION_SECONDS, median);
    if (about->empirical && fit->latencies > 0)
        add_empirical(out, fit);
    else if (fit->sigma > 0)
        text_add(out, "    latency: {lognormal: {median: %s, sigma: %.9g}}\n", median,
                 fit->sigma);
    else
        text_add(out, "    latency: %s\n", median);
}

void overlay_of_channel(struct text *out, const struct overlay_about *about,
                        const struct channel_fit *fit)
{
    char text[QUANTITY_LONGEST];

    add_head(out, about, "A channel");
    text_add(out, "channel:\n  %s:\n", about->name);
    add_source(out, about, fit->measurements,
               "bandwidth by Theil and Sen, latency by what is left");
    add_latency(out, about, fit);
    text_add(out, "    bandwidth: %s\n",
             quantity(fmin(fit->bandwidth_bytes_per_s, unlimited_bytes_per_s),
                      DIMENSION_BYTES_PER_S, text));
    if (about->has_aggregate && !isnan(fit->aggregate_bytes_per_s))
        text_add(out, "    aggregate_bandwidth: %s\n",
                 quantity(fit->aggregate_bytes_per_s, DIMENSION_BYTES_PER_S, text));
}

/* -- compute --------------------------------------------------------------------------------
 */

void overlay_of_compute(struct text *out, const struct overlay_about *about,
                        const struct compute_fit *fit)
{
    char text[QUANTITY_LONGEST];

    add_head(out, about, "Compute");
    text_add(out, "compute:\n  \"");
    add_quoted(out, about->name);
    text_add(out, "\":\n");
    add_source(out, about, fit->count, "non-negative least squares of relative residuals");
    for (size_t j = 0; j < COMPUTE_TERMS; j++)
        text_add(out, "    %s: %s%s\n", compute_term_names[j],
                 quantity(fit->term_s[j], DIMENSION_SECONDS, text),
                 j < fit->terms ? "" : " # not measured apart: part of the others");
}

/* -- the file -------------------------------------------------------------------------------
 */

bool overlay_write(const char *path, const struct text *text, struct err *err)
{
    char *beside = memory_format("%s.part", path);
    FILE *file = fopen(beside, "w");
    bool ok = false;

    if (!file) {
        err_set(err, "%s: %s", beside, strerror(errno));
        goto done;
    }
    ok = fwrite(text->chars, 1, text->length, file) == text->length;
    ok = fclose(file) == 0 && ok;
    ok = ok && rename(beside, path) == 0;
    if (!ok) {
        err_set(err, "%s: %s", path, strerror(errno));
        remove(beside);
    }
done:
    free(beside);
    return ok;
}
