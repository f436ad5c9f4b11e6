/* SPDX-License-Identifier: MIT
 * judge.c -- see judge.h. */
#include "sim/validate/judge.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

#define X(upper_, lower_, doc_) #lower_,
static const char *const verdict_words[] = {VERDICT_LIST(X)};
#undef X

const char *verdict_word(enum verdict verdict)
{
    return verdict_words[verdict];
}

bool verdict_is_bad(enum verdict verdict)
{
    return verdict == VERDICT_BEYOND || verdict == VERDICT_FAILS || verdict == VERDICT_NO_VALUE;
}

/* -- measures of runs ----------------------------------------------------------------- */
struct bench {
    const struct published *published;
    const struct run_known *known;
    size_t seeds_most, seed;
    const struct results *results;
    struct err *err;
    bool ok;
};

static const struct run_known *known_of(const struct bench *bench, size_t run)
{
    size_t seeds = (size_t)published_run(bench->published, run)->seeds;

    return &bench->known[run * bench->seeds_most + (seeds == 1 ? 0 : bench->seed)];
}

static void keep_number(void *arg, const struct results_cell *cell, int columns)
{
    (void)columns;
    *(double *)arg = cell->number;
}

/* A formula_measure_fn. */
static double measure_of(void *arg, size_t measure, size_t run)
{
    struct bench *bench = arg;
    const struct measure_conf *conf =
        (const struct measure_conf *)bench->published->measures.entry + measure;
    const struct results_param params[] = {
        {.name = "run_id", .number = known_of(bench, run)->run_id}, {0}};
    double number = NAN;

    bench->ok = bench->ok && results_query(bench->results, conf->sql, params, keep_number,
                                           &number, bench->err);
    return number;
}

/* -- rows ----------------------------------------------------------------------------- */
/* A run of the row that cannot be asked; NULL: all can. */
static const struct run_known *obstacle(const struct bench *bench,
                                        const struct published_row *row)
{
    struct bench at = *bench;

    for (size_t run = 0; run < bench->published->runs.count; run++) {
        if (!published_uses(row, run))
            continue;
        for (at.seed = 0; at.seed < row->seeds; at.seed++)
            if (known_of(&at, run)->fate != FATE_DONE)
                return known_of(&at, run);
    }
    return NULL;
}

/* Of a range, the end that is nearer; inside it there is no error. */
static double error_of(const struct row_conf *conf, double simulated)
{
    double published = conf->value;

    if (!isnan(conf->until) && simulated > conf->value)
        published = fmin(conf->until, simulated);
    return (simulated - published) / published;
}

static void judge_figure(struct bench *bench, struct judged *judged)
{
    const struct published_row *row = judged->row;
    double sum = 0;

    judged->low = INFINITY;
    judged->high = -INFINITY;
    for (bench->seed = 0; bench->seed < row->seeds; bench->seed++) {
        double value = formula_side(&row->formula, 0, measure_of, bench);

        sum += value;
        judged->low = fmin(judged->low, value);
        judged->high = fmax(judged->high, value);
    }
    judged->simulated = sum / (double)row->seeds;
    judged->error_ratio = error_of(row->conf, judged->simulated);
    if (!isfinite(judged->simulated)) {
        judged->verdict = VERDICT_NO_VALUE;
        judged->why = "a run has no such number";
    } else if (row->conf->role == ROLE_REPORT) {
        judged->verdict = VERDICT_REPORTED;
    } else {
        judged->verdict = fabs(judged->error_ratio) <= row->conf->tolerance_ratio
                              ? VERDICT_OK
                              : VERDICT_BEYOND;
    }
}

/* P(at least `holds` of n), each with probability 1/2. */
static double sign_test(size_t holds, size_t n)
{
    double p = 0, share = pow(0.5, (double)n); /* that of exactly n */

    for (size_t k = n; k + 1 > holds; k--) {
        p += share;
        share *= (double)k / (double)(n - k + 1);
        if (k == 0)
            break;
    }
    return p;
}

static void judge_finding(struct bench *bench, struct judged *judged)
{
    const struct published_row *row = judged->row;
    bool known = true;

    for (bench->seed = 0; bench->seed < row->seeds; bench->seed++) {
        double side[FORMULA_SIDES];

        for (size_t i = 0; i < row->formula.sides; i++) {
            side[i] = formula_side(&row->formula, i, measure_of, bench);
            judged->side[i] += side[i] / (double)row->seeds;
            known = known && !isnan(side[i]);
        }
        judged->holds += formula_holds(&row->formula, side);
    }
    judged->p_value = sign_test(judged->holds, row->seeds);
    judged->verdict = !known                        ? VERDICT_NO_VALUE
                      : judged->holds == row->seeds ? VERDICT_OK
                                                    : VERDICT_FAILS;
    if (!known)
        judged->why = "a run has no such number";
}

bool judge(const struct published *published, const struct run_known *known, size_t seeds_most,
           const struct results *results, struct judged *judged, struct err *err)
{
    struct bench bench = {.published = published,
                          .known = known,
                          .seeds_most = seeds_most,
                          .results = results,
                          .err = err,
                          .ok = true};

    for (size_t i = 0; i < published->rows; i++) {
        const struct run_known *missing = obstacle(&bench, &published->row[i]);

        judged[i] = (struct judged){.row = &published->row[i],
                                    .simulated = NAN,
                                    .low = NAN,
                                    .high = NAN,
                                    .error_ratio = NAN,
                                    .p_value = NAN};
        if (missing) {
            judged[i].verdict =
                missing->fate == FATE_SKIPPED ? VERDICT_SKIPPED : VERDICT_NO_VALUE;
            judged[i].why = missing->why;
        } else if (judged[i].row->is_finding) {
            judge_finding(&bench, &judged[i]);
        } else {
            judge_figure(&bench, &judged[i]);
        }
    }
    return bench.ok;
}

/* -- summary -------------------------------------------------------------------------- */
static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static double median(double *value, size_t count)
{
    qsort(value, count, sizeof *value, ascending);
    return count % 2 ? value[count / 2] : (value[count / 2 - 1] + value[count / 2]) / 2;
}

struct summary summarise(const struct judged *judged, size_t count, enum role role,
                         enum tag tag, enum aspect aspect)
{
    struct summary summary = {.median_ratio = NAN, .worst_ratio = NAN};
    double *error = NEW_ARRAY(double, count + 1);

    for (size_t i = 0; i < count; i++) {
        const struct row_conf *conf = judged[i].row->conf;
        double ratio = fabs(judged[i].error_ratio);

        if (judged[i].row->is_finding || isnan(ratio) || conf->role != (int)role ||
            (tag != TAG_COUNT && conf->tag != (int)tag) ||
            (aspect != ASPECT_COUNT && conf->aspect != (int)aspect))
            continue;
        error[summary.rows++] = ratio;
        summary.beyond += judged[i].verdict == VERDICT_BEYOND;
        if (!(ratio <= summary.worst_ratio)) {
            summary.worst_ratio = ratio;
            summary.worst = judged[i].row->id;
        }
    }
    if (summary.rows)
        summary.median_ratio = median(error, summary.rows);
    free(error);
    return summary;
}
