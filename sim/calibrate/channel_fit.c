/* SPDX-License-Identifier: MIT
 * channel_fit.c -- see channel_fit.h. */
#include "sim/calibrate/channel_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "sim/calibrate/csv.h"

enum { OPERATION, BYTES, SECONDS, CONCURRENCY };
enum { LEAST_POINTS = 3, LEAST_SMALL = 10, LEAST_FOR_TAIL = 100, LEVELS_MOST = 64 };

static const struct csv_column columns[] = {
    [OPERATION] = {.name = "operation", .is_word = true},
    [BYTES] = {.name = "bytes", .max = 1e18},
    [SECONDS] = {.name = "seconds", .max = 1e9, .above_min = true},
    [CONCURRENCY] = {.name = "concurrency", .optional = true, .min = 1, .max = 1e9},
    {.name = NULL},
};

/* A spread below this is the clock's, not the channel's. */
static const double constant_below_sigma = 1e-4;
/* Less than this share of what the connections would carry alone: the service is full. */
static const double full_below_ratio = 0.8;
/* Operations whose latencies differ by more are not alike. */
static const double different_from_ratio = 1.2;

/* The rows wanted: of one operation or of all. */
struct rows {
    const struct csv *csv;
    size_t *row, count;
};

static double number_of(const struct rows *rows, size_t i, int column)
{
    if (column == CONCURRENCY && !rows->csv->has[CONCURRENCY])
        return 1;
    return rows->csv->number[column][rows->row[i]];
}

/* -- which rows -----------------------------------------------------------------------------
 */

static bool choose(struct rows *rows, const struct csv *csv, const char *operation,
                   struct diag_list *diags)
{
    struct text there = {0};
    bool ok = true;

    *rows = (struct rows){.csv = csv, .row = NEW_ARRAY(size_t, csv->rows)};
    for (size_t i = 0; i < csv->rows; i++)
        if (!operation || strcmp(csv->words[csv->word[OPERATION][i]], operation) == 0)
            rows->row[rows->count++] = i;
    if (rows->count < LEAST_POINTS) {
        for (size_t i = 0; i < csv->word_count; i++)
            text_add(&there, "%s%s", i ? ", " : "", csv->words[i]);
        diag_add(
            diags, DIAG_ERROR, (struct place){csv->path, 1, 1},
            "there are %zu measurements of operation '%s': %d is the least to fit anything "
            "to (there are: %s)",
            rows->count, operation, LEAST_POINTS, there.chars);
        ok = false;
    }
    text_done(&there);
    return ok;
}

/* Fills what is fitted: the rows with the least concurrency. */
static bool take_alone(struct channel_fit *fit, const struct rows *rows,
                       struct diag_list *diags)
{
    fit->measurements = rows->count;
    fit->concurrency = INFINITY;
    for (size_t i = 0; i < rows->count; i++)
        fit->concurrency = fmin(fit->concurrency, number_of(rows, i, CONCURRENCY));
    fit->bytes = NEW_ARRAY(double, rows->count);
    fit->seconds = NEW_ARRAY(double, rows->count);
    fit->operation_of = NEW_ARRAY(size_t, rows->count);
    for (size_t i = 0; i < rows->count; i++) {
        if (number_of(rows, i, CONCURRENCY) != fit->concurrency)
            continue;
        fit->bytes[fit->count] = number_of(rows, i, BYTES);
        fit->seconds[fit->count] = number_of(rows, i, SECONDS);
        fit->operation_of[fit->count++] = rows->csv->word[OPERATION][rows->row[i]];
    }
    if (fit->count >= LEAST_POINTS)
        return true;
    diag_add(
        diags, DIAG_ERROR, (struct place){rows->csv->path, 1, 1},
        "there are %zu measurements with concurrency %g, the least there is: %d are needed "
        "to tell what one connection does",
        fit->count, fit->concurrency, LEAST_POINTS);
    return false;
}

/* -- bandwidth ------------------------------------------------------------------------------
 */

/* With four digits, as a message may show it. */
static void format_rate(double bytes_per_s, char out[64])
{
    char digits[40];

    snprintf(digits, sizeof digits, "%.4g", bytes_per_s);
    units_format(strtod(digits, NULL), DIMENSION_BYTES_PER_S, out, 64);
}

static bool fit_bandwidth(struct channel_fit *fit, const struct rows *rows,
                          struct diag_list *diags)
{
    struct place place = {rows->csv->path, rows->csv->line[rows->row[0]], 1};
    char low[64], high[64];

    fit->s_per_byte = statistics_slope(fit->bytes, fit->seconds, fit->count);
    if (isnan(fit->s_per_byte.value)) {
        diag_add(diags, DIAG_ERROR, place,
                 "every measurement moves %.17g bytes: bandwidth cannot be told from latency; "
                 "measure several sizes",
                 fit->bytes[0]);
        return false;
    }
    fit->bandwidth_bytes_per_s =
        fit->s_per_byte.value > 0 ? 1 / fit->s_per_byte.value : INFINITY;
    if (isinf(fit->bandwidth_bytes_per_s)) {
        diag_add(diags, DIAG_WARNING, place,
                 "larger objects took no longer: no limit of bandwidth is to be seen; measure "
                 "larger ones");
    } else if (!(fit->s_per_byte.high < 2 * fit->s_per_byte.low)) {
        format_rate(1 / fit->s_per_byte.high, low);
        format_rate(1 / fit->s_per_byte.low, high);
        diag_add(diags, DIAG_WARNING, place,
                 "bandwidth is uncertain, between %s and %s: measure larger objects, or more "
                 "often",
                 low, fit->s_per_byte.low > 0 ? high : "without limit");
    }
    return true;
}

static double transfer_s(const struct channel_fit *fit, double bytes)
{
    return bytes / fit->bandwidth_bytes_per_s;
}

/* -- latency --------------------------------------------------------------------------------
 */

/* What is left of each measurement, where the transfer is the smaller part of it: there its own
 * jitter matters least.  Of all measurements where those are too few. */
static void collect_latencies(struct channel_fit *fit)
{
    double *left = NEW_ARRAY(double, fit->count);
    size_t small = 0;

    for (size_t i = 0; i < fit->count; i++)
        left[i] = fit->seconds[i] - transfer_s(fit, fit->bytes[i]);
    fit->latency_bytes = statistics_median(left, fit->count) / 2 * fit->bandwidth_bytes_per_s;
    for (size_t i = 0; i < fit->count; i++)
        small += fit->bytes[i] <= fit->latency_bytes;
    if (small < LEAST_SMALL && small < fit->count)
        fit->latency_bytes = INFINITY;
    fit->latency = NEW_ARRAY(double, fit->count);
    for (size_t i = 0; i < fit->count; i++)
        if (fit->bytes[i] <= fit->latency_bytes && left[i] > 0)
            fit->latency[fit->latencies++] = left[i];
    free(left);
}

static void fit_distribution(struct channel_fit *fit)
{
    double *logarithm = NEW_ARRAY(double, fit->latencies);

    for (size_t i = 0; i < fit->latencies; i++)
        logarithm[i] = log(fit->latency[i]);
    fit->latency_s = statistics_median(fit->latency, fit->latencies);
    if (fit->latencies > 1)
        fit->sigma = statistics_deviation(logarithm, fit->latencies);
    if (fit->sigma < constant_below_sigma)
        fit->sigma = 0;
    fit->measured.p50_s = fit->latency_s;
    fit->measured.p99_s = statistics_quantile(fit->latency, fit->latencies, 0.99);
    fit->fitted.p50_s = fit->latency_s;
    fit->fitted.p99_s = fit->latency_s * exp(fit->sigma * statistics_normal(0.99));
    free(logarithm);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void fit_latency(struct channel_fit *fit, const struct rows *rows,
                        struct diag_list *diags)
{
    struct place place = {rows->csv->path, rows->csv->line[rows->row[0]], 1};

    collect_latencies(fit);
    if (fit->latencies < LEAST_POINTS) {
        diag_add(diags, DIAG_WARNING, place,
                 "no latency is to be seen beside the transfers: measure small objects, too");
        fit->latencies = 0;
        return;
    }
    fit_distribution(fit);
    qsort(fit->latency, fit->latencies, sizeof *fit->latency, ascending);
    if (fit->latencies >= LEAST_FOR_TAIL &&
        fabs(log(fit->measured.p99_s / fit->fitted.p99_s)) > log(1.25))
        diag_add(diags, DIAG_WARNING, place,
                 "the tail of the latency is not lognormal: its 99th percentile is %.4g s, the "
                 "fit's %.4g s; --empirical keeps the measured distribution",
                 fit->measured.p99_s, fit->fitted.p99_s);
}

/* -- how well -------------------------------------------------------------------------------
 */

static void judge(struct channel_fit *fit, const struct rows *rows)
{
    double *fitted = NEW_ARRAY(double, fit->count);
    size_t at = 0;

    for (size_t i = 0; i < fit->count; i++)
        fitted[i] = fit->latency_s + transfer_s(fit, fit->bytes[i]);
    fit->residuals = statistics_residuals(fit->seconds, fitted, fit->count);
    free(fitted);
    for (size_t i = 0; i < rows->count; i++)
        if (number_of(rows, i, CONCURRENCY) == fit->concurrency && at++ == fit->residuals.worst)
            fit->worst_line = rows->csv->line[rows->row[i]];
}

/* The latencies of one operation into left[count]; what is its number becomes `to`. */
static size_t left_of_operation(struct channel_fit *fit, size_t word, size_t to, double *left)
{
    size_t count = 0;

    for (size_t i = 0; i < fit->count; i++) {
        if (fit->operation_of[i] != word)
            continue;
        fit->operation_of[i] = to;
        if (fit->bytes[i] <= fit->latency_bytes)
            left[count++] = fit->seconds[i] - transfer_s(fit, fit->bytes[i]);
    }
    return count;
}

static void judge_operations(struct channel_fit *fit, const struct csv *csv)
{
    double *left = NEW_ARRAY(double, fit->count);

    fit->operation = NEW_ARRAY(struct operation_fit, csv->word_count);
    for (size_t word = 0; word < csv->word_count; word++) {
        struct operation_fit *operation = &fit->operation[fit->operations];
        bool is_there = false;

        for (size_t i = 0; i < fit->count && !is_there; i++)
            is_there = fit->operation_of[i] == word;
        if (!is_there)
            continue;
        operation->name = memory_text(csv->words[word]);
        operation->count = left_of_operation(fit, word, fit->operations++, left);
        operation->latency = (struct tail){NAN, NAN};
        if (operation->count > 0)
            operation->latency =
                (struct tail){statistics_median(left, operation->count),
                              statistics_quantile(left, operation->count, 0.99)};
    }
    free(left);
}

/* The simulated channel has one latency for all operations. */
static void warn_of_different_operations(const struct channel_fit *fit, const char *path,
                                         struct diag_list *diags)
{
    const struct operation_fit *fast = NULL, *slow = NULL;

    for (size_t i = 0; i < fit->operations; i++) {
        const struct operation_fit *now = &fit->operation[i];

        if (now->count < LEAST_SMALL)
            continue;
        fast = !fast || now->latency.p50_s < fast->latency.p50_s ? now : fast;
        slow = !slow || now->latency.p50_s > slow->latency.p50_s ? now : slow;
    }
    if (slow && slow->latency.p50_s > different_from_ratio * fast->latency.p50_s)
        diag_add(diags, DIAG_WARNING, (struct place){path, 1, 1},
                 "a %s takes %.2f times the latency of a %s, but a channel has one latency for "
                 "all: this is the median of both; --operation fits one alone",
                 slow->name, slow->latency.p50_s / fast->latency.p50_s, fast->name);
}

/* -- many at once ---------------------------------------------------------------------------
 */

static void fit_level(struct channel_fit *fit, const struct rows *rows, double concurrency)
{
    double *together = NEW_ARRAY(double, rows->count);
    struct level_fit *level = &fit->level[fit->levels++];

    level->concurrency = concurrency;
    level->expected_bytes_per_s = concurrency * fit->bandwidth_bytes_per_s;
    for (size_t i = 0; i < rows->count; i++) {
        double bytes = number_of(rows, i, BYTES);
        double moving_s = number_of(rows, i, SECONDS) - fit->latency_s;

        if (number_of(rows, i, CONCURRENCY) == concurrency && moving_s > fit->latency_s)
            together[level->count++] = concurrency * bytes / moving_s;
    }
    level->bytes_per_s = level->count ? statistics_median(together, level->count) : NAN;
    free(together);
}

/* The service is full when many connections carry clearly less than as many alone would. */
static void fit_levels(struct channel_fit *fit, const struct rows *rows)
{
    double last = 0, next;

    fit->aggregate_bytes_per_s = NAN;
    fit->level = NEW_ARRAY(struct level_fit, rows->count);
    for (; fit->levels < LEVELS_MOST; last = next) {
        const struct level_fit *level;

        next = INFINITY;
        for (size_t i = 0; i < rows->count; i++) {
            double concurrency = number_of(rows, i, CONCURRENCY);

            if (concurrency > last && concurrency < next)
                next = concurrency;
        }
        if (isinf(next))
            return;
        fit_level(fit, rows, next);
        level = &fit->level[fit->levels - 1];
        if (level->count >= LEAST_POINTS && next > fit->concurrency &&
            level->bytes_per_s < full_below_ratio * level->expected_bytes_per_s)
            fit->aggregate_bytes_per_s = fmax(level->bytes_per_s, fit->aggregate_bytes_per_s);
    }
}

bool channel_fit_make(struct channel_fit *ret_fit, const char *csv_path, const char *operation,
                      struct diag_list *diags)
{
    struct channel_fit *fit = ret_fit;
    struct rows rows = {0};
    struct csv csv;
    bool ok;

    *fit = (struct channel_fit){0};
    ok = csv_read(&csv, csv_path, columns, LEAST_POINTS, diags) &&
         choose(&rows, &csv, operation, diags) && take_alone(fit, &rows, diags) &&
         fit_bandwidth(fit, &rows, diags);
    if (ok) {
        fit_latency(fit, &rows, diags);
        judge(fit, &rows);
        judge_operations(fit, &csv);
        warn_of_different_operations(fit, csv_path, diags);
        fit_levels(fit, &rows);
    }
    free(rows.row);
    csv_done(&csv);
    return ok;
}

void channel_fit_done(struct channel_fit *fit)
{
    for (size_t i = 0; i < fit->operations; i++)
        free(fit->operation[i].name);
    free(fit->operation);
    free(fit->level);
    free(fit->bytes);
    free(fit->seconds);
    free(fit->operation_of);
    free(fit->latency);
    *fit = (struct channel_fit){0};
}
