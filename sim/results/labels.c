/* SPDX-License-Identifier: MIT
 * labels.c -- by which settings the chosen runs are told apart; see choose.h.
 *
 * A setting with several values is a candidate.  Choosing another kind changes dozens of them,
 * so a candidate is left out when a choice decides it: wherever that one has the same value, so
 * has this one (no value counts as a value).  A choice decides the settings below it (a
 * channel's kind its latency) and other words (machines their pattern), but not numbers
 * elsewhere: that two platforms were run with different numbers of workers is worth knowing. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/results/choose.h"
#include "sim/results/inside.h"

enum { NO_VALUE = 0 };

struct value_of_setting {
    char *text;
    double number; /* NaN: a word */
};

struct axis {
    char *key;
    int *of_run; /* [runs]: index into values; NO_VALUE: it has none */
    bool is_word, is_choice, is_kept;
    int distinct;
};

struct axes {
    struct results *results;
    struct err *err;
    int64_t *run_id; /* ascending */
    char **label;    /* begins as the run's name */
    size_t runs, run_capacity;
    struct axis *axis;
    size_t count, capacity;
    struct value_of_setting *value; /* by param_id, which begins at 1 */
    size_t values;
};

/* -- reading ---------------------------------------------------------------------------------
 */
static void keep_run(void *arg, const struct results_cell *cell, int columns)
{
    struct axes *axes = arg;
    size_t room = axes->run_capacity;

    (void)columns;
    ROOM_FOR_ONE(axes->run_id, axes->runs, axes->run_capacity);
    if (axes->run_capacity != room)
        axes->label = memory_resize(axes->label, axes->run_capacity, sizeof *axes->label);
    axes->run_id[axes->runs] = strtoll(cell[0].text, NULL, 10);
    axes->label[axes->runs++] = memory_text(cell[1].text);
}

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text), more = strlen(end);

    return length >= more && strcmp(text + length - more, end) == 0;
}

static struct axis *axis_of(struct axes *axes, const char *key)
{
    for (size_t i = axes->count; i > 0; i--)
        if (strcmp(axes->axis[i - 1].key, key) == 0)
            return &axes->axis[i - 1];
    ROOM_FOR_ONE(axes->axis, axes->count, axes->capacity);
    axes->axis[axes->count] = (struct axis){
        .key = memory_text(key),
        .of_run = NEW_ARRAY(int, axes->runs),
        .is_choice = ends_in(key, ".kind") || ends_in(key, ".provider") ||
                     ends_in(key, ".name") || ends_in(key, ".source"),
    };
    return &axes->axis[axes->count++];
}

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void keep_value(void *arg, const struct results_cell *cell, int columns)
{
    struct axes *axes = arg;
    int64_t run_id = strtoll(cell[0].text, NULL, 10), *found;
    size_t param = (size_t)cell[2].number;
    struct axis *axis;

    (void)columns;
    if (!axes->runs)
        return;
    axis = axis_of(axes, cell[1].text);
    if (!axes->value[param].text)
        axes->value[param] =
            (struct value_of_setting){memory_text(cell[3].text), cell[4].number};
    if (isnan(cell[4].number))
        axis->is_word = true;
    found = bsearch(&run_id, axes->run_id, axes->runs, sizeof run_id, compare_ids);
    if (found)
        axis->of_run[found - axes->run_id] = (int)param;
}

static bool read_candidates(struct axes *axes)
{
    static const char sql[] = "SELECT run_id, key, param_id, value_text, value_num"
                              " FROM (SELECT * FROM main.param WHERE key NOT IN ('name', "
                              "'campaign', 'seed') AND key IN"
                              " (SELECT key FROM main.param GROUP BY key HAVING count(*) > 1))"
                              " CROSS JOIN main.run_param USING (param_id)";
    int64_t last = 0;

    if (!results_query(axes->results, "SELECT run_id, name FROM runs ORDER BY run_id", NULL,
                       keep_run, axes, axes->err) ||
        !results_integer(axes->results, "SELECT max(param_id) FROM main.param", 0, &last,
                         axes->err))
        return false;
    axes->values = (size_t)last + 1;
    axes->value = NEW_ARRAY(struct value_of_setting, axes->values);
    return results_query(axes->results, sql, NULL, keep_value, axes, axes->err);
}

/* -- which are kept --------------------------------------------------------------------------
 */

/* channels.main.latency is below channels.main.kind. */
static bool is_below(const char *key, const char *choice)
{
    size_t stem = (size_t)(strrchr(choice, '.') - choice) + 1;

    return strncmp(key, choice, stem) == 0;
}

/* Does a's value say b's, in every run?  image: int[values], of no meaning before and after. */
static bool decides(const struct axes *axes, const struct axis *a, const struct axis *b,
                    int *image)
{
    if (!a->is_choice || (!b->is_word && !is_below(b->key, a->key)))
        return false;
    for (size_t i = 0; i < axes->values; i++)
        image[i] = -1;
    for (size_t run = 0; run < axes->runs; run++) {
        int *seen = &image[a->of_run[run]];

        if (*seen >= 0 && *seen != b->of_run[run])
            return false;
        *seen = b->of_run[run];
    }
    return true;
}

static void count_values(const struct axes *axes, struct axis *axis, int *image)
{
    memset(image, 0, axes->values * sizeof *image);
    for (size_t run = 0; run < axes->runs; run++)
        if (!image[axis->of_run[run]]++)
            axis->distinct++;
}

/* Of choices that decide one another the platform stays, else the first one. */
static bool is_preferred(const struct axes *axes, size_t a, size_t b)
{
    bool platform_a = ends_in(axes->axis[a].key, ".platform.kind"),
         platform_b = ends_in(axes->axis[b].key, ".platform.kind");

    return platform_a != platform_b ? platform_a : a < b;
}

static bool follows(const struct axes *axes, size_t a, size_t from, int *image)
{
    return decides(axes, &axes->axis[from], &axes->axis[a], image) &&
           (is_preferred(axes, from, a) ||
            !decides(axes, &axes->axis[a], &axes->axis[from], image));
}

static void choose_axes(struct axes *axes)
{
    int *image = NEW_ARRAY(int, axes->values + 1);

    for (size_t i = 0; i < axes->count; i++)
        count_values(axes, &axes->axis[i], image);
    for (size_t i = 0; i < axes->count; i++) {
        struct axis *axis = &axes->axis[i];

        axis->is_kept = axis->distinct > 1;
        for (size_t j = 0; j < axes->count && axis->is_kept; j++)
            if (j != i && follows(axes, i, j, image))
                axis->is_kept = false;
    }
    free(image);
}

/* -- labels ----------------------------------------------------------------------------------
 */

static const char *part_before(const char *key, const char *end)
{
    while (end > key && end[-1] != '.')
        end--;
    return end;
}

static bool is_one_of(const char *word, const char *const *words)
{
    while (*words && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

/* "memory" of groups.workers.platform.memory, "workers" of groups.workers.count, "loss ratio"
 * of channels.main.loss.ratio: words that say nothing alone give way or have the one before
 * them. */
static void add_key(struct text *out, const char *key)
{
    static const char *const empty[] = {"count", "name", "kind", "rows", NULL},
                             *const vague[] = {"ratio", "mean", "value", "bytes", NULL};
    const char *end = key + strlen(key), *start = part_before(key, end);

    if (start > key && is_one_of(start, empty)) {
        end = start - 1;
        start = part_before(key, end);
    } else if (start > key && is_one_of(start, vague)) {
        start = part_before(key, start - 1);
    }
    for (; start < end; start++)
        text_add(out, "%c", *start == '_' || *start == '.' ? ' ' : *start);
}

static bool explains_itself(const struct value_of_setting *value)
{
    return isnan(value->number) && strcmp(value->text, "yes") != 0 &&
           strcmp(value->text, "no") != 0;
}

/* "memory 3 GB", "s3" */
static void add_shown(struct text *out, const struct axes *axes, const struct axis *axis,
                      size_t run)
{
    const struct value_of_setting *value = &axes->value[axis->of_run[run]];

    if (!explains_itself(value)) {
        add_key(out, axis->key);
        text_add(out, " ");
    }
    text_add(out, "%s", value->text);
}

/* Words, then numbers: "faas, workers 10". */
static void label_run(struct axes *axes, size_t run)
{
    struct text label = {0};

    for (int numbers = 0; numbers < 2; numbers++)
        for (size_t i = 0; i < axes->count; i++) {
            const struct axis *axis = &axes->axis[i];

            if (!axis->is_kept || axis->of_run[run] == NO_VALUE || axis->is_word == numbers)
                continue;
            text_add(&label, "%s", label.length ? ", " : "");
            add_shown(&label, axes, axis, run);
        }
    if (label.length) {
        free(axes->label[run]);
        axes->label[run] = memory_text(label.chars);
    }
    text_done(&label);
}

/* -- writing ---------------------------------------------------------------------------------
 */
static void write_settings(struct writer *writer, const struct axes *axes)
{
    struct insert insert =
        insert_open(writer, "INSERT INTO temp.settings VALUES (?, ?, ?, ?, ?)");

    for (size_t run = 0; run < axes->runs; run++)
        for (size_t i = 0; i < axes->count; i++) {
            const struct axis *axis = &axes->axis[i];
            struct text shown = {0};

            if (!axis->is_kept || axis->of_run[run] == NO_VALUE)
                continue;
            add_shown(&shown, axes, axis, run);
            put_int(&insert, axes->run_id[run]);
            put_text(&insert, axis->key);
            put_text(&insert, axes->value[axis->of_run[run]].text);
            put_real(&insert, axes->value[axis->of_run[run]].number);
            put_text(&insert, shown.chars);
            put_row(&insert);
            text_done(&shown);
        }
    insert_done(&insert);
}

static void write_labels(struct writer *writer, const struct axes *axes)
{
    struct insert insert = insert_open(writer, "INSERT INTO temp.labels VALUES (?, ?)");

    for (size_t run = 0; run < axes->runs; run++) {
        put_int(&insert, axes->run_id[run]);
        put_text(&insert, axes->label[run]);
        put_row(&insert);
    }
    insert_done(&insert);
}

static bool write_tables(struct axes *axes)
{
    struct writer writer = {.results = axes->results, .err = axes->err};

    writer.ok =
        results_change_temporary(
            axes->results,
            "CREATE TEMP TABLE settings (run_id INTEGER NOT NULL, key TEXT NOT NULL,"
            " value_text TEXT NOT NULL, value_num REAL, shown TEXT NOT NULL,"
            " PRIMARY KEY (run_id, key)) WITHOUT ROWID;"
            "CREATE TEMP TABLE labels (run_id INTEGER PRIMARY KEY, label TEXT NOT NULL);",
            axes->err) &&
        results_execute(axes->results, "PRAGMA query_only = OFF; BEGIN", axes->err);
    write_settings(&writer, axes);
    write_labels(&writer, axes);
    return results_execute(axes->results, "COMMIT; PRAGMA query_only = ON", axes->err) &&
           writer.ok;
}

static void axes_done(struct axes *axes)
{
    for (size_t i = 0; i < axes->count; i++) {
        free(axes->axis[i].key);
        free(axes->axis[i].of_run);
    }
    for (size_t i = 0; i < axes->values; i++)
        free(axes->value[i].text);
    for (size_t i = 0; i < axes->runs; i++)
        free(axes->label[i]);
    free(axes->axis);
    free(axes->value);
    free(axes->label);
    free(axes->run_id);
}

/* -- labels that were asked for --------------------------------------------------------------
 */

/* Adds SQL of what one column or setting says about a run, and a statement that puts it among
 * the settings. */
static bool add_part(struct text *sql, struct text *settings, struct results *results,
                     const char *word, struct err *err)
{
    char *key = NULL, *part;
    struct text shown = {0};

    for (const struct column *column = views[0].columns; column->name; column++)
        if (sqlite3_stricmp(column->name, word) == 0) {
            part = sqlite3_mprintf("CASE WHEN typeof(%s) IN ('integer', 'real')"
                                   " THEN '%s ' || %s ELSE coalesce(%s, 'no %s') END",
                                   word, word, word, word, word);
            text_add(sql, "%s", part);
            text_add(settings,
                     "INSERT OR IGNORE INTO temp.settings SELECT run_id, '%s', %s, CASE WHEN "
                     "typeof(%s) IN ('integer', 'real') THEN %s END, %s FROM runs"
                     " WHERE %s IS NOT NULL;",
                     column->name, word, word, word, part, word);
            sqlite3_free(part);
            return true;
        }
    if (!results_setting(results, word, &key, err))
        return false;
    add_key(&shown, key);
    part = sqlite3_mprintf("coalesce((SELECT CASE WHEN value_num IS NULL THEN value_text"
                           " ELSE %Q || ' ' || value_text END FROM main.params AS setting"
                           " WHERE setting.run_id = runs.run_id AND setting.key = %Q),"
                           " 'no ' || %Q)",
                           shown.chars, key, shown.chars);
    text_add(sql, "%s", part);
    sqlite3_free(part);
    part = sqlite3_mprintf("INSERT OR IGNORE INTO temp.settings SELECT run_id, key, value_text,"
                           " value_num, CASE WHEN value_num IS NULL THEN value_text"
                           " ELSE %Q || ' ' || value_text END FROM main.params"
                           " WHERE key = %Q AND run_id IN (SELECT run_id FROM runs);",
                           shown.chars, key);
    text_add(settings, "%s", part);
    sqlite3_free(part);
    text_done(&shown);
    free(key);
    return true;
}

static bool label_by(struct results *results, const char *by, struct err *err)
{
    struct text sql = {0}, settings = {0};
    char *words = memory_text(by), *rest = words, *word;
    bool ok = true;

    text_add(&sql, "DELETE FROM temp.settings; DELETE FROM temp.labels; INSERT INTO "
                   "temp.labels SELECT run_id, ");
    for (int i = 0; ok && (word = strsep(&rest, ",")); i++) {
        word += strspn(word, " ");
        word[strcspn(word, " ")] = '\0';
        if (i > 0)
            text_add(&sql, " || ', ' || ");
        ok = add_part(&sql, &settings, results, word, err);
    }
    text_add(&sql, " FROM runs; %s", settings.chars ? settings.chars : "");
    ok = ok && results_change_temporary(results, sql.chars, err);
    text_done(&sql);
    text_done(&settings);
    free(words);
    return ok;
}

bool results_make_labels(struct results *results, const char *by, struct err *err)
{
    struct axes axes = {.results = results, .err = err};
    bool ok = read_candidates(&axes);

    if (ok) {
        choose_axes(&axes);
        for (size_t run = 0; run < axes.runs; run++)
            label_run(&axes, run);
        ok = write_tables(&axes);
    }
    axes_done(&axes);
    return ok && (!by || label_by(results, by, err));
}
