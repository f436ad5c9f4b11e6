/* SPDX-License-Identifier: MIT
 * compute_fit.c -- see compute_fit.h. */
#include "sim/calibrate/compute_fit.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "sim/calibrate/csv.h"

enum { ROWS, CALLS, NONZEROS, SECONDS };
enum { LEAST_POINTS = 3 };

static const struct csv_column columns[] = {
    [ROWS] = {.name = "rows", .max = 1e18},
    [CALLS] = {.name = "calls", .max = 1e18},
    [NONZEROS] = {.name = "nonzeros", .optional = true, .max = 1e18},
    [SECONDS] = {.name = "seconds", .max = 1e9, .above_min = true},
    {.name = NULL},
};

/* The csv's column of each term. */
static const int column_of[COMPUTE_TERMS] = {
    [COMPUTE_ROW] = ROWS, [COMPUTE_CALL] = CALLS, [COMPUTE_NONZERO] = NONZEROS};

const char *const compute_term_names[COMPUTE_TERMS] = {
    [COMPUTE_ROW] = "row", [COMPUTE_CALL] = "call", [COMPUTE_NONZERO] = "nonzero"};

static bool is_zero(const double *a, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a[i] != 0)
            return false;
    return true;
}

/* Neither is 0 everywhere. */
static bool is_proportional(const double *a, const double *b, size_t n)
{
    size_t first = 0;

    while (first < n && a[first] == 0)
        first++;
    for (size_t i = 0; i < n; i++)
        if (a[i] * b[first] != b[i] * a[first])
            return false;
    return true;
}

/* Says why the terms cannot be told apart: a column of zeros, or two that always go together.
 */
static void say_dependent(const struct csv *csv, size_t terms, struct diag_list *diags)
{
    struct place place = {csv->path, csv->line[0], 1};
    size_t errors = diags->errors;

    for (size_t i = 0; i < terms; i++)
        if (is_zero(csv->number[column_of[i]], csv->rows))
            diag_add(diags, DIAG_ERROR, place,
                     "'%s' is 0 in every row: its time cannot be told",
                     columns[column_of[i]].name);
    if (diags->errors > errors)
        return;
    for (size_t i = 0; i < terms; i++) {
        for (size_t j = 0; j < i; j++)
            if (is_proportional(csv->number[column_of[i]], csv->number[column_of[j]],
                                csv->rows))
                diag_add(diags, DIAG_ERROR, place,
                         "'%s' and '%s' grow together in every row: their times cannot be told "
                         "apart; vary one without the other",
                         columns[column_of[j]].name, columns[column_of[i]].name);
    }
    if (diags->errors == errors)
        diag_add(diags, DIAG_ERROR, place,
                 "rows, calls and nonzeros depend on one another in every row: their times "
                 "cannot be told apart; vary one without the others");
}

static void judge(struct compute_fit *fit, const struct csv *csv, const double *x)
{
    fit->fitted = NEW_ARRAY(double, fit->count);
    for (size_t i = 0; i < fit->count; i++)
        for (size_t j = 0; j < fit->terms; j++)
            fit->fitted[i] += fit->term_s[j] * x[i * fit->terms + j];
    fit->residuals = statistics_residuals(fit->seconds, fit->fitted, fit->count);
    fit->worst_line = csv->line[fit->residuals.worst];
    fit->measured_tail.p50_s = statistics_median(fit->seconds, fit->count);
    fit->measured_tail.p99_s = statistics_quantile(fit->seconds, fit->count, 0.99);
    fit->fitted_tail.p50_s = statistics_median(fit->fitted, fit->count);
    fit->fitted_tail.p99_s = statistics_quantile(fit->fitted, fit->count, 0.99);
}

static void warn_of_clamped(const struct compute_fit *fit, const struct csv *csv,
                            struct diag_list *diags)
{
    for (size_t j = 0; j < fit->terms; j++)
        if (fit->term_s[j] == 0)
            diag_add(diags, DIAG_WARNING, (struct place){csv->path, csv->line[0], 1},
                     "no time of a %s is to be seen: it is taken as 0; vary '%s' more",
                     compute_term_names[j], columns[column_of[j]].name);
}

static bool fit_terms(struct compute_fit *fit, const struct csv *csv, struct diag_list *diags)
{
    double *x;
    bool ok;

    fit->count = csv->rows;
    fit->terms = csv->has[NONZEROS] ? COMPUTE_TERMS : COMPUTE_TERMS - 1;
    if (fit->count <= fit->terms) {
        diag_add(diags, DIAG_ERROR, (struct place){csv->path, csv->line[csv->rows - 1], 1},
                 "there are %zu measurements: %zu is the least to fit %zu times to", fit->count,
                 fit->terms + 1, fit->terms);
        return false;
    }
    fit->seconds = NEW_ARRAY(double, fit->count);
    memcpy(fit->seconds, csv->number[SECONDS], fit->count * sizeof *fit->seconds);
    x = NEW_ARRAY(double, fit->count * fit->terms);
    for (size_t i = 0; i < fit->count; i++)
        for (size_t j = 0; j < fit->terms; j++)
            x[i * fit->terms + j] = csv->number[column_of[j]][i];
    ok = statistics_nonnegative(x, fit->seconds, fit->count, fit->terms, fit->term_s,
                                fit->deviation_s);
    if (ok) {
        judge(fit, csv, x);
        warn_of_clamped(fit, csv, diags);
    } else {
        say_dependent(csv, fit->terms, diags);
    }
    free(x);
    return ok;
}

bool compute_fit_make(struct compute_fit *ret_fit, const char *csv_path,
                      struct diag_list *diags)
{
    struct csv csv;
    bool ok;

    *ret_fit = (struct compute_fit){0};
    ok = csv_read(&csv, csv_path, columns, LEAST_POINTS, diags) &&
         fit_terms(ret_fit, &csv, diags);
    csv_done(&csv);
    return ok;
}

void compute_fit_done(struct compute_fit *fit)
{
    free(fit->seconds);
    free(fit->fitted);
    *fit = (struct compute_fit){0};
}
