/* SPDX-License-Identifier: MIT
 * published.c -- see published.h: the tables, and what no table can check. */
#include "sim/validate/published.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "sim/results/results.h"
#include "sim/scenario/sheet.h"

#define NAMES_AND_DOCS(list_, word_)                                                           \
    const char *const word_##_names[] = {list_(NAME) NULL};                                    \
    const char *const word_##_docs[] = {list_(DOC) NULL};
#define NAME(upper_, lower_, doc_) #lower_,
#define DOC(upper_, lower_, doc_)  doc_,
NAMES_AND_DOCS(TAG_LIST, tag)
NAMES_AND_DOCS(ROLE_LIST, role)
const char *const aspect_names[] = {ASPECT_LIST(NAME) NULL};

/* -- the tables ----------------------------------------------------------------------- */
static const struct field part_fields[] = {
    CONF(struct part_conf, title, .doc = "What its rows are about."),
    CONF_END,
};

static const struct field measure_fields[] = {
    CONF(struct measure_conf, sql,
         .doc =
             "A SELECT of one number about the run :run_id, from the views of the database."),
    CONF_END,
};

static const struct field run_fields[] = {
    CONF(struct published_run_conf, scenario, .doc = "A scenario's file, beside this one."),
    CONF_MAP(struct published_run_conf, set, char *, .optional = true,
             .doc = "Keys of the scenario and their values, as with --set."),
    CONF(struct published_run_conf, seeds, .min = 1, .max = 1000, .preset = "1",
         .doc = "How often it is run, with seeds 1, 2 ...; figures are the mean."),
    CONF_END,
};

#define COMMON_FIELDS                                                                          \
    CONF(struct row_conf, part, .doc = "The part it belongs to."),                             \
        CONF(struct row_conf, what, .doc = "What was measured, in words."),                    \
        CONF(struct row_conf, tag, .names = tag_names, .doc = "How sure it is."),              \
        CONF(struct row_conf, source, .optional = true, .doc = "Where it is from."),           \
        CONF(struct row_conf, note, .optional = true, .doc = "What a reader should know.")

static const struct field figure_fields[] = {
    COMMON_FIELDS,
    CONF(struct row_conf, formula, .key = "ours",
         .doc = "Arithmetic over MEASURE(RUN) that gives the same figure here."),
    CONF(struct row_conf, value, .above_min = true, .doc = "The paper's figure."),
    CONF(struct row_conf, until, .above_min = true, .optional = true,
         .absent = "the figure is no range", .doc = "The upper end of a range."),
    CONF(struct row_conf, unit, .preset = "s", .doc = "Its unit."),
    CONF(struct row_conf, role, .names = role_names, .preset = "predicted",
         .doc = "What the row proves."),
    CONF(struct row_conf, aspect, .names = aspect_names, .preset = "time",
         .doc = "With which rows it is summarised."),
    CONF(struct row_conf, tolerance_ratio, .preset = "0.25", .max = 10,
         .doc = "Largest error, as a share of the figure, that is not complained about."),
    CONF_END,
};

static const struct field finding_fields[] = {
    COMMON_FIELDS,
    CONF(struct row_conf, formula, .key = "expect",
         .doc = "A comparison, 'a < b' or 'a < b < c', that must hold with every seed."),
    CONF_END,
};

static const struct field absent_fields[] = {
    CONF(struct absent_conf, part, .doc = "The part it would belong to."),
    CONF(struct absent_conf, why, .doc = "Why it is not compared."),
    CONF_END,
};

static const struct field fields[] = {
    CONF(struct published, paper, .doc = "Authors, title, place, year."),
    CONF_MAP(struct published, parts, struct part_conf, .fields = part_fields,
             .doc = "The headings under which the rows stand."),
    CONF_MAP(struct published, measures, struct measure_conf, .fields = measure_fields,
             .doc = "Numbers that can be read off a run."),
    CONF_MAP(struct published, runs, struct published_run_conf, .fields = run_fields,
             .doc = "What must be simulated."),
    CONF_MAP(struct published, figures, struct row_conf, .fields = figure_fields,
             .optional = true, .doc = "Numbers of the paper."),
    CONF_MAP(struct published, findings, struct row_conf, .fields = finding_fields,
             .optional = true, .doc = "Comparisons of the paper."),
    CONF_MAP(struct published, absent, struct absent_conf, .fields = absent_fields,
             .optional = true, .doc = "What the paper has and this does not compare."),
    CONF_END,
};

/* -- places and complaints ------------------------------------------------------------ */
struct check {
    struct published *published;
    struct diag_list *diags;
};

static struct place place_of(const struct published *published, const char *map,
                             const char *name, const char *key)
{
    char path[160];

    snprintf(path, sizeof path, "%s.%s%s%s", map, name, key ? "." : "", key ? key : "");
    return sheet_place(published->sheet, path);
}

static bool is_word(const char *name)
{
    return name[strspn(name,
                       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] ==
           '\0';
}

/* Names that stand in formulas must not look like a subtraction. */
static void check_words(const struct check *check, const char *key, const struct map *map)
{
    for (size_t i = 0; i < map->count; i++)
        if (!is_word(map->name[i]))
            diag_add(check->diags, DIAG_ERROR,
                     place_of(check->published, key, map->name[i], NULL),
                     "'%s' stands in formulas: it may have letters, digits and '_' only",
                     map->name[i]);
}

static void check_measures(const struct check *check)
{
    const struct results_param params[] = {{.name = "run_id"}, {0}};
    const struct map *measures = &check->published->measures;
    const struct measure_conf *measure = measures->entry;

    check_words(check, "measures", measures);
    for (size_t i = 0; i < measures->count; i++) {
        struct err err = {0};

        if (!results_check_query(measure[i].sql, params, 1, &err))
            diag_add(check->diags, DIAG_ERROR,
                     place_of(check->published, "measures", measures->name[i], "sql"),
                     "'sql' gives no number: %s", err.text);
    }
}

static void check_part(const struct check *check, const char *key, const char *id,
                       const char *part)
{
    const struct map *parts = &check->published->parts;
    struct nearest nearest = {.word = part};
    struct place place = place_of(check->published, key, id, "part");

    for (size_t i = 0; i < parts->count; i++) {
        if (strcmp(parts->name[i], part) == 0)
            return;
        nearest_try(&nearest, parts->name[i]);
    }
    diag_add(check->diags, DIAG_ERROR, place, "there is no part '%s'", part);
    if (nearest.best)
        diag_add(check->diags, DIAG_NOTE, place, "did you mean '%s'?", nearest.best);
}

/* -- formulas ------------------------------------------------------------------------- */
bool published_uses(const struct published_row *row, size_t run)
{
    for (size_t i = 0; i < row->formula.steps; i++)
        if (row->formula.step[i].what == FORMULA_MEASURE && row->formula.step[i].run == run)
            return true;
    return false;
}

/* Runs are paired by their seeds: as many of each, or one for all. */
static void count_seeds(const struct check *check, struct published_row *row,
                        struct place place)
{
    row->seeds = 1;
    for (size_t i = 0; i < check->published->runs.count; i++) {
        size_t seeds = (size_t)published_run(check->published, i)->seeds;

        if (!published_uses(row, i) || seeds == 1)
            continue;
        if (row->seeds != 1 && row->seeds != seeds)
            diag_add(check->diags, DIAG_ERROR, place,
                     "its runs have %zu and %zu seeds: they must be as many, or one",
                     row->seeds, seeds);
        row->seeds = seeds;
    }
}

static void check_row(const struct check *check, struct published_row *row)
{
    const struct published *published = check->published;
    const char *map = row->is_finding ? "findings" : "figures";
    const char *key = row->is_finding ? "expect" : "ours";
    struct place place = place_of(published, map, row->id, key);
    struct err err = {0};

    check_part(check, map, row->id, row->conf->part);
    if (!formula_read(&row->formula, row->conf->formula, &published->measures, &published->runs,
                      &err)) {
        diag_add(check->diags, DIAG_ERROR, place, "'%s' %s", key, err.text);
        return;
    }
    count_seeds(check, row, place);
    if (row->is_finding && row->formula.sides < 2)
        diag_add(check->diags, DIAG_ERROR, place,
                 "'expect' must compare: 'time(a) < time(b)', for example");
    if (!row->is_finding && row->formula.sides > 1)
        diag_add(check->diags, DIAG_ERROR, place,
                 "'ours' must be one number, not a comparison: that is a finding");
    if (!row->is_finding && row->conf->until <= row->conf->value)
        diag_add(check->diags, DIAG_ERROR, place_of(published, map, row->id, "until"),
                 "'until' must be above 'value'");
}

static void check_unused(const struct check *check)
{
    const struct published *published = check->published;

    for (size_t i = 0; i < published->runs.count; i++) {
        bool used = false;

        for (size_t j = 0; j < published->rows && !used; j++)
            used = published_uses(&published->row[j], i);
        if (!used)
            diag_add(check->diags, DIAG_WARNING, published_run_place(published, i),
                     "no row uses the run '%s'", published->runs.name[i]);
    }
}

static void make_rows(struct published *published)
{
    const struct map *maps[] = {&published->figures, &published->findings};

    published->row =
        NEW_ARRAY(struct published_row, published->figures.count + published->findings.count);
    for (size_t m = 0; m < 2; m++)
        for (size_t i = 0; i < maps[m]->count; i++)
            published->row[published->rows++] =
                (struct published_row){.id = maps[m]->name[i],
                                       .conf = (const struct row_conf *)maps[m]->entry + i,
                                       .is_finding = m == 1};
}

static void check_all(struct published *published, struct diag_list *diags)
{
    const struct check check = {published, diags};
    const struct absent_conf *absent = published->absent.entry;

    check_measures(&check);
    check_words(&check, "runs", &published->runs);
    make_rows(published);
    for (size_t i = 0; i < published->rows; i++)
        check_row(&check, &published->row[i]);
    for (size_t i = 0; i < published->absent.count; i++)
        check_part(&check, "absent", published->absent.name[i], absent[i].part);
    if (!diags->errors) /* a formula that could not be read uses nothing */
        check_unused(&check);
}

/* -- the calls of published.h --------------------------------------------------------- */
struct published *published_new(const char *path, struct diag_list *diags)
{
    struct published *published = NEW(struct published);
    size_t errors = diags->errors;

    published->path = memory_text(path);
    published->sheet = sheet_new(path, "a list of figures", fields, published, diags);
    if (published->sheet)
        check_all(published, diags);
    return diags->errors > errors ? published_free(published) : published;
}

struct published *published_free(struct published *published)
{
    if (!published)
        return NULL;
    for (size_t i = 0; i < published->rows; i++)
        formula_done(&published->row[i].formula);
    free(published->row);
    free(published->path);
    sheet_free(published->sheet);
    free(published);
    return NULL;
}

bool published_keep(struct published *published, const char *only, struct diag_list *diags)
{
    size_t kept = 0;

    for (size_t i = 0; i < published->rows; i++) {
        struct published_row *row = &published->row[i];

        if (!only || strcmp(row->id, only) == 0 || strcmp(row->conf->part, only) == 0)
            published->row[kept++] = *row;
        else
            formula_done(&row->formula);
    }
    published->rows = kept;
    if (!kept && only)
        diag_add(diags, DIAG_ERROR, (struct place){published->path, 0, 0},
                 "there is no part or row '%s' in it", only);
    else if (!kept)
        diag_add(diags, DIAG_ERROR, (struct place){published->path, 0, 0},
                 "it has neither figures nor findings");
    return kept > 0;
}

const char *published_scenario(const struct published *published, size_t run)
{
    return sheet_path(published->sheet, published_run(published, run)->scenario);
}

struct place published_run_place(const struct published *published, size_t run)
{
    return place_of(published, "runs", published->runs.name[run], NULL);
}
