/* SPDX-License-Identifier: MIT
 * chart.c -- see chart.h.  Two panels: the measurements with what was fitted, and below it by
 * how many percent each measurement is off. */
#include "sim/calibrate/chart.h"

#include <math.h>
#include <stdlib.h>

#include "sim/answer/gnuplot.h"

/* More points than this only make the file large. */
enum { POINTS_MOST = 5000 };
/* Sizes or times that differ by more are drawn on logarithmic axes. */
static const double logarithmic_from = 20;

struct extent {
    double low, high;
    bool logarithmic;
};

static struct extent extent_of(const double *x, size_t n, double least)
{
    struct extent extent = {INFINITY, -INFINITY, false};

    for (size_t i = 0; i < n; i++) {
        extent.low = fmin(extent.low, fmax(x[i], least));
        extent.high = fmax(extent.high, fmax(x[i], least));
    }
    extent.logarithmic = extent.high > logarithmic_from * extent.low;
    return extent;
}

/* A little room at both ends. */
static void add_axis(struct text *script, const char *axis, struct extent extent)
{
    double room = extent.logarithmic ? pow(extent.high / extent.low, 0.04)
                                     : 0.04 * (extent.high - extent.low);

    if (extent.logarithmic)
        text_add(script, "set logscale %s\nset format %s '10^{%%T}'\nset %srange [%.9g:%.9g]\n",
                 axis, axis, axis, extent.low / room, extent.high * room);
    else
        text_add(script, "set format %s '%%.4g'\nset %srange [%.9g:%.9g]\n", axis, axis,
                 fmax(extent.low - room, 0), extent.high + (room > 0 ? room : 1));
}

static bool add_head(struct text *script, const char *path, const char *title, struct err *err)
{
    if (!gnuplot_begin(script, path, (struct gnuplot_size){900, 900}, err))
        return false;
    text_add(script, "set multiplot layout 2,1 title ");
    gnuplot_quote(script, title);
    text_add(script,
             " noenhanced\nset grid xtics ytics back linetype 1 linecolor rgb '#D0D0D0'\n"
             "set lmargin 12\nset rmargin 3\nset key left top Left reverse noenhanced\n");
    return true;
}

static size_t stride_of(size_t count)
{
    return count / POINTS_MOST + 1;
}

/* Below: residuals in percent of what was measured, on the same axis. */
static void begin_residuals(struct text *script, const char *label)
{
    text_add(script,
             "unset logscale y\nset format y '%%.4g'\nset autoscale y\n"
             "set ylabel 'fitted / measured - 1, in percent'\nset xlabel '%s'\nset key off\n",
             label);
}

static void end(struct text *script)
{
    text_add(script, "unset multiplot\nunset output\n");
}

bool chart_can_be(const char *path)
{
    return gnuplot_can_draw(path);
}

/* -- a channel ------------------------------------------------------------------------------
 */

/* A block of (bytes, seconds, percent) for each operation.  On a logarithmic axis operations of
 * one size stand beside, not upon each other. */
static void add_requests(struct text *script, const struct channel_fit *fit,
                         struct extent bytes)
{
    size_t stride = stride_of(fit->count);
    double shift = bytes.logarithmic ? pow(bytes.high / bytes.low, 0.008) : 1;

    for (size_t o = 0; o < fit->operations; o++) {
        text_add(script, "$operation%zu << end\n", o);
        for (size_t i = 0; i < fit->count; i += stride) {
            double fitted_s = fit->latency_s + fit->bytes[i] / fit->bandwidth_bytes_per_s;

            if (fit->operation_of[i] == o)
                text_add(script, "%.9g %.9g %.9g\n",
                         fmax(fit->bytes[i], bytes.low) * pow(shift, (double)o),
                         fit->seconds[i], 100 * (fitted_s / fit->seconds[i] - 1));
        }
        text_add(script, "end\n");
    }
}

static void add_points(struct text *script, const struct channel_fit *fit, int column)
{
    for (size_t o = 0; o < fit->operations; o++) {
        text_add(script,
                 "%s$operation%zu using 1:%d with points pointtype 7 pointsize 0.4 "
                 "linecolor rgb '%s' title ",
                 o ? ", " : "plot ", o, column, gnuplot_colour(o));
        gnuplot_quote(script, fit->operation[o].name);
    }
}

bool chart_of_channel(const char *path, const char *title, const struct channel_fit *fit,
                      struct err *err)
{
    struct text script = {0};
    struct extent bytes = extent_of(fit->bytes, fit->count, 0);
    bool ok = add_head(&script, path, title, err);

    if (bytes.high > 1 && bytes.low < 1) /* a logarithm has no 0: such points stand at 1 byte */
        bytes = extent_of(fit->bytes, fit->count, bytes.high > logarithmic_from ? 1 : 0);
    add_requests(&script, fit, bytes);
    text_add(&script,
             "median(x) = %.17g + x * %.17g\np99(x) = %.17g + x * %.17g\n"
             "set samples 1000\nset ylabel 'seconds'\n",
             fit->latency_s, fmax(fit->s_per_byte.value, 0), fit->fitted.p99_s,
             fmax(fit->s_per_byte.value, 0));
    add_axis(&script, "x", bytes);
    add_axis(&script, "y", extent_of(fit->seconds, fit->count, 0));
    add_points(&script, fit, 2);
    text_add(&script, ", median(x) with lines linewidth 2 linecolor rgb 'black' title 'fitted: "
                      "median'");
    if (fit->sigma > 0)
        text_add(&script, ", p99(x) with lines linewidth 1 dashtype 2 linecolor rgb 'black' "
                          "title 'fitted: 99th percentile'");
    text_add(&script, "\n");
    begin_residuals(&script, bytes.logarithmic ? "bytes (operations of one size side by side)"
                                               : "bytes");
    add_points(&script, fit, 3);
    text_add(&script, ", 0 with lines linewidth 2 linecolor rgb 'black'\n");
    end(&script);
    ok = ok && gnuplot_run(&script, path, err);
    text_done(&script);
    return ok;
}

/* -- compute --------------------------------------------------------------------------------
 */

bool chart_of_compute(const char *path, const char *title, const struct compute_fit *fit,
                      struct err *err)
{
    struct text script = {0};
    struct extent extent = extent_of(fit->seconds, fit->count, 0);
    size_t stride = stride_of(fit->count);
    bool ok = add_head(&script, path, title, err);

    text_add(&script, "$batch << end\n");
    for (size_t i = 0; i < fit->count; i += stride)
        text_add(&script, "%.9g %.9g %.9g\n", fit->seconds[i], fit->fitted[i],
                 100 * (fit->fitted[i] / fit->seconds[i] - 1));
    text_add(&script, "end\nset samples 1000\nset ylabel 'fitted seconds'\n");
    add_axis(&script, "x", extent);
    add_axis(&script, "y", extent_of(fit->fitted, fit->count, 0));
    text_add(&script,
             "plot $batch using 1:2 with points pointtype 7 pointsize 0.5 linecolor rgb '%s' "
             "title 'batches', x with lines linewidth 2 linecolor rgb 'black' title 'as "
             "measured'\n",
             gnuplot_colour(0));
    begin_residuals(&script, "measured seconds");
    text_add(
        &script,
        "plot $batch using 1:3 with points pointtype 7 pointsize 0.5 linecolor rgb '%s', 0 "
        "with lines linewidth 2 linecolor rgb 'black'\n",
        gnuplot_colour(0));
    end(&script);
    ok = ok && gnuplot_run(&script, path, err);
    text_done(&script);
    return ok;
}
