/* SPDX-License-Identifier: MIT
 * contrast.c -- see contrast.h. */
#include "sim/answer/contrast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/answer/rows.h"

static const char usual_measures[] =
    "sim_time_s,cost_usd,train_loss,test_loss,final_accuracy,time_to_loss_s,cost_to_loss_usd";

/* What the queries below give. */
enum { RUN, SIDE_A, SIDE_B, DONE, BLOCK, FIRST_MEASURE };

/* -- which runs ------------------------------------------------------------------------------
 */
static char *condition_of(const char *typed)
{
    if (*typed && !typed[strspn(typed, "0123456789")])
        return memory_format("run_id = %s", typed);
    if (!typed[strcspn(typed, "=<>()' ")]) {
        struct text quoted = {0};

        text_add(&quoted, "name = '%s'", typed);
        return quoted.chars;
    }
    return memory_text(typed);
}

static bool choose(struct results *results, char *const condition[CONTRAST_SIDES],
                   const char *campaign, struct text expanded[CONTRAST_SIDES], struct err *err)
{
    struct text where = {0};
    bool ok = true;

    for (int s = 0; ok && s < CONTRAST_SIDES; s++) {
        struct err cause = {""};

        ok = results_expand(results, condition[s], &expanded[s], &cause) ||
             err_set(err, "the group \"%s\" is not understood: %s", condition[s], cause.text);
    }
    text_add(&where, "(%s) OR (%s)", condition[0], condition[1]);
    ok = ok && results_choose(results, campaign, where.chars, err) &&
         results_make_labels(results, NULL, err);
    text_done(&where);
    return ok;
}

/* -- blocks: what two runs of a pair have in common -------------------------------------------
 */

/* Settings that vary within a group, but not those that only one group has. */
static bool read_blocks(struct results *results, const struct text expanded[CONTRAST_SIDES],
                        struct rows *keys, struct err *err)
{
    struct text sql = {0};
    bool ok;

    text_add(
        &sql,
        "WITH side AS (SELECT run_id, (%s) AS b FROM runs), whole AS (SELECT b, count(*) AS n"
        " FROM side GROUP BY b), of_side AS (SELECT key, b, count(DISTINCT value_text)"
        " + (count(*) < n) AS kinds FROM settings JOIN side USING (run_id) JOIN whole USING (b)"
        " GROUP BY key, b)"
        " SELECT key FROM of_side GROUP BY key HAVING count(*) = 2 AND max(kinds) > 1"
        " ORDER BY key",
        expanded[1].chars);
    ok = results_query(results, sql.chars, NULL, rows_add, keys, err);
    text_done(&sql);
    return ok;
}

static void add_block_sql(struct text *sql, const struct rows *keys)
{
    text_add(sql, "seed");
    for (size_t i = 0; i < keys->count; i++)
        text_add(sql,
                 " || '|' || coalesce((SELECT value_text FROM settings WHERE settings.run_id ="
                 " runs.run_id AND key = '%s'), '')",
                 rows_text(keys, i, 0));
}

/* -- measures --------------------------------------------------------------------------------
 */

/* The next of a list with commas; commas within parentheses are the expression's. */
static size_t measure_length(const char *list)
{
    int depth = 0;
    size_t length = 0;

    for (; list[length] && (list[length] != ',' || depth > 0); length++)
        depth += (list[length] == '(') - (list[length] == ')');
    return length;
}

static bool add_measures(struct contrast *contrast, struct results *results, const char *list,
                         struct text *sql, struct err *err)
{
    size_t capacity = 0;
    bool ok = true;

    while (ok && *list) {
        size_t length = measure_length(list);
        char *measure;

        list += strspn(list, " ");
        length = measure_length(list);
        measure = memory_format("%.*s", (int)length, list);
        text_add(sql, ", (");
        ok = results_expand(results, measure, sql, err);
        text_add(sql, ")");
        ROOM_FOR_ONE(contrast->line, contrast->lines, capacity);
        contrast->line[contrast->lines++] = (struct contrast_line){.measure = measure};
        list += length + (list[length] == ',');
    }
    return ok;
}

/* -- pairs -----------------------------------------------------------------------------------
 */
struct pairing {
    const struct rows *rows;
    size_t *of[CONTRAST_SIDES]; /* rows of each side; when paired, of[0][i] with of[1][i] */
    size_t count[CONTRAST_SIDES];
};

static bool is_on(const struct rows *rows, size_t row, int side)
{
    return rows_number(rows, row, SIDE_A + side) > 0;
}

static bool split(struct contrast *contrast, struct pairing *pairing, struct err *err)
{
    const struct rows *rows = pairing->rows;

    for (int s = 0; s < CONTRAST_SIDES; s++)
        pairing->of[s] = NEW_ARRAY(size_t, rows->count + 1);
    for (size_t i = 0; i < rows->count; i++) {
        if (is_on(rows, i, 0) && is_on(rows, i, 1))
            return err_set(err, "run %s is in both groups", rows_text(rows, i, RUN));
        for (int s = 0; s < CONTRAST_SIDES; s++) {
            if (!is_on(rows, i, s))
                continue;
            if (rows_number(rows, i, DONE) > 0)
                pairing->of[s][pairing->count[s]++] = i;
            else
                contrast->side[s].unfinished++;
        }
    }
    for (int s = 0; s < CONTRAST_SIDES; s++) {
        contrast->side[s].runs = pairing->count[s];
        if (!pairing->count[s])
            return err_set(err, "no run that is done is in the group \"%s\"",
                           contrast->side[s].condition);
    }
    return true;
}

/* The row of the side with that block; the number of rows where there is not exactly one. */
static size_t find_block(const struct pairing *pairing, const struct groups *blocks, int side,
                         size_t block)
{
    size_t found = pairing->rows->count;

    for (size_t i = 0; i < pairing->count[side]; i++) {
        size_t row = pairing->of[side][i];

        if (blocks->of_row[row] != block)
            continue;
        if (found != pairing->rows->count)
            return pairing->rows->count;
        found = row;
    }
    return found;
}

/* Orders both sides so that pairs stand together. */
static void pair(struct contrast *contrast, struct pairing *pairing)
{
    struct groups blocks = groups_of(pairing->rows, BLOCK);
    size_t *matched[CONTRAST_SIDES],
        pairs = 0, none = pairing->rows->count,
        smaller = pairing->count[0] < pairing->count[1] ? pairing->count[0] : pairing->count[1];

    for (int s = 0; s < CONTRAST_SIDES; s++)
        matched[s] = NEW_ARRAY(size_t, none + 1);
    for (size_t b = 0; b < blocks.count; b++) {
        size_t one = find_block(pairing, &blocks, 0, b),
               other = find_block(pairing, &blocks, 1, b);

        if (one != none && other != none) {
            matched[0][pairs] = one;
            matched[1][pairs++] = other;
        }
    }
    contrast->paired = pairs > 1 && pairs == smaller;
    if (!contrast->paired)
        text_add(&contrast->unpaired,
                 "only %zu of %zu runs have exactly one partner with the same %s", pairs,
                 smaller, contrast->blocks.chars);
    for (int s = 0; s < CONTRAST_SIDES; s++) {
        if (contrast->paired) {
            memcpy(pairing->of[s], matched[s], pairs * sizeof *matched[s]);
            pairing->count[s] = pairs;
        }
        free(matched[s]);
    }
    groups_done(&blocks);
}

/* -- differences -----------------------------------------------------------------------------
 */

/* Leaves out runs (of a pair: both) without a value. */
static size_t values_of(const struct pairing *pairing, int column, bool paired, int side,
                        double *out)
{
    size_t count = 0;

    for (size_t i = 0; i < pairing->count[side]; i++) {
        double value = rows_number(pairing->rows, pairing->of[side][i], column);
        double partner =
            paired ? rows_number(pairing->rows, pairing->of[1 - side][i], column) : 0;

        if (!isnan(value) && !isnan(partner))
            out[count++] = value;
    }
    return count;
}

static void fill_line(const struct contrast *contrast, const struct pairing *pairing,
                      int column, struct contrast_line *line)
{
    double *value[CONTRAST_SIDES];
    size_t count[CONTRAST_SIDES];

    for (int s = 0; s < CONTRAST_SIDES; s++) {
        value[s] = NEW_ARRAY(double, pairing->count[s] + 1);
        count[s] = values_of(pairing, column, contrast->paired, s, value[s]);
        line->mean[s] = interval_of_mean(value[s], count[s]);
        line->missing += pairing->count[s] - count[s];
    }
    line->difference = contrast->paired
                           ? interval_of_pairs(value[0], value[1], count[0])
                           : interval_of_difference(value[0], count[0], value[1], count[1]);
    for (int s = 0; s < CONTRAST_SIDES; s++)
        free(value[s]);
}

static void fill_lines(struct contrast *contrast, const struct pairing *pairing, bool usual)
{
    size_t kept = 0;

    for (size_t i = 0; i < contrast->lines; i++) {
        struct contrast_line *line = &contrast->line[i];

        fill_line(contrast, pairing, FIRST_MEASURE + (int)i, line);
        if (usual && line->mean[0].count == 0 && line->mean[1].count == 0)
            free(line->measure);
        else
            contrast->line[kept++] = *line;
    }
    contrast->lines = kept;
}

static void name_blocks(struct contrast *contrast, const struct rows *keys)
{
    text_add(&contrast->blocks, "seed");
    for (size_t i = 0; i < keys->count; i++)
        text_add(&contrast->blocks, ", %s", rows_text(keys, i, 0));
}

static bool read_runs(struct contrast *contrast, struct results *results,
                      const struct text expanded[CONTRAST_SIDES], const char *measures,
                      const struct rows *keys, struct rows *runs, struct err *err)
{
    struct text sql = {0};
    bool ok;

    text_add(&sql, "SELECT run_id, (%s), (%s), status = 'done', ", expanded[0].chars,
             expanded[1].chars);
    add_block_sql(&sql, keys);
    ok = add_measures(contrast, results, measures, &sql, err);
    text_add(&sql, " FROM runs ORDER BY run_id");
    ok = ok && results_query(results, sql.chars, NULL, rows_add, runs, err);
    text_done(&sql);
    return ok;
}

bool contrast_read(struct contrast *ret_contrast, struct results *results,
                   const char *const condition[CONTRAST_SIDES], const char *campaign,
                   const char *measures, bool unpaired, struct err *err)
{
    struct contrast *contrast = ret_contrast;
    char *where[CONTRAST_SIDES];
    struct text expanded[CONTRAST_SIDES] = {{0}};
    struct rows keys = {0}, runs = {0};
    struct pairing pairing = {.rows = &runs};
    bool ok;

    *contrast = (struct contrast){0};
    for (int s = 0; s < CONTRAST_SIDES; s++) {
        where[s] = condition_of(condition[s]);
        contrast->side[s].condition = condition[s];
    }
    ok = choose(results, where, campaign, expanded, err) &&
         read_blocks(results, expanded, &keys, err) &&
         read_runs(contrast, results, expanded, measures ? measures : usual_measures, &keys,
                   &runs, err) &&
         split(contrast, &pairing, err);
    if (ok) {
        name_blocks(contrast, &keys);
        if (unpaired)
            text_add(&contrast->unpaired, "as was asked");
        else
            pair(contrast, &pairing);
        fill_lines(contrast, &pairing, !measures);
    }
    for (int s = 0; s < CONTRAST_SIDES; s++) {
        free(where[s]);
        text_done(&expanded[s]);
        free(pairing.of[s]);
    }
    rows_done(&keys);
    rows_done(&runs);
    return ok;
}

void contrast_done(struct contrast *contrast)
{
    for (size_t i = 0; i < contrast->lines; i++)
        free(contrast->line[i].measure);
    free(contrast->line);
    text_done(&contrast->blocks);
    text_done(&contrast->unpaired);
    *contrast = (struct contrast){0};
}
