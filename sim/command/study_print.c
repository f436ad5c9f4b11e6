/* SPDX-License-Identifier: MIT
 * study_print.c -- see study_print.h: the table for people. */
#include "sim/command/study_print.h"

#include <math.h>
#include <string.h>

enum { FIGURE_CHARS = 40 };

static void print_number(char *out, size_t size, double number)
{
    if (isnan(number))
        snprintf(out, size, "-");
    else
        snprintf(out, size, "%.4g", number);
}

/* "1.93 s", "197.6 to 215 s". */
static void print_published(char *out, const struct row_conf *conf)
{
    int used = snprintf(out, FIGURE_CHARS, "%.6g", conf->value);

    if (!isnan(conf->until))
        used += snprintf(out + used, FIGURE_CHARS - (size_t)used, " to %.6g", conf->until);
    snprintf(out + used, FIGURE_CHARS - (size_t)used, " %s", conf->unit);
}

/* "ok", "ok (fitted)", "BEYOND". */
static const char *verdict_of(const struct judged *judged)
{
    bool fitted = !judged->row->is_finding && judged->row->conf->role == ROLE_CALIBRATED;

    switch (judged->verdict) {
    case VERDICT_OK:
        return fitted ? "ok (fitted)" : judged->row->is_finding ? "holds" : "ok";
    case VERDICT_BEYOND:
        return fitted ? "BEYOND (fitted)" : "BEYOND";
    case VERDICT_FAILS:
        return "FAILS";
    case VERDICT_REPORTED:
        return "reported";
    case VERDICT_SKIPPED:
        return "skipped";
    case VERDICT_NO_VALUE:
        return "NO VALUE";
    case VERDICT_COUNT:
        break;
    }
    return "";
}

static void print_row(const struct judged *judged, int id_width, const char *published,
                      const char *simulated, const char *error)
{
    const struct row_conf *conf = judged->row->conf;

    printf("  %-*s  %-6s  %-24s  %-10s  %10s  %-15s  %s\n", id_width, judged->row->id,
           tag_names[conf->tag], published, simulated, error, verdict_of(judged), conf->what);
    if (judged->why)
        printf("  %-*s  %s\n", id_width, "", judged->why);
    if (conf->note && judged->verdict != VERDICT_SKIPPED)
        printf("  %-*s  note: %s\n", id_width, "", conf->note);
}

static void print_figure(const struct judged *judged, int id_width)
{
    char published[FIGURE_CHARS], simulated[32], error[32] = "-";

    print_published(published, judged->row->conf);
    print_number(simulated, sizeof simulated, judged->simulated);
    if (!isnan(judged->error_ratio))
        snprintf(error, sizeof error, "%+.1f %%", 100 * judged->error_ratio);
    print_row(judged, id_width, published, simulated, error);
}

/* "0.0629 > 0.0282". */
static void print_sides(char *out, size_t size, const struct judged *judged)
{
    const struct formula *formula = &judged->row->formula;
    size_t used = 0;

    for (size_t i = 0; i < formula->sides && used < size; i++) {
        char number[32];

        print_number(number, sizeof number, judged->side[i]);
        used += (size_t)snprintf(out + used, size - used, "%s%s", number,
                                 i + 1 == formula->sides       ? ""
                                 : formula->relation[i] == '<' ? " < "
                                                               : " > ");
    }
}

static void print_finding(const struct judged *judged, int id_width)
{
    char sides[160], seeds[32], p_value[32] = "";

    if (judged->verdict == VERDICT_SKIPPED || judged->verdict == VERDICT_NO_VALUE) {
        print_row(judged, id_width, "-", "", "");
        return;
    }
    print_sides(sides, sizeof sides, judged);
    snprintf(seeds, sizeof seeds, "%zu of %zu", judged->holds, judged->row->seeds);
    if (judged->row->seeds > 1) /* of the sign test */
        snprintf(p_value, sizeof p_value, "p %.2g", judged->p_value);
    print_row(judged, id_width, sides, seeds, p_value);
}

static int widest_id(const struct study *study)
{
    size_t widest = 3;

    for (size_t i = 0; i < study->published->rows; i++)
        if (strlen(study->published->row[i].id) > widest)
            widest = strlen(study->published->row[i].id);
    for (size_t i = 0; i < study->published->absent.count; i++)
        if (strlen(study->published->absent.name[i]) > widest)
            widest = strlen(study->published->absent.name[i]);
    return (int)widest;
}

static void print_absent(const struct published *published, const char *part, int id_width)
{
    const struct absent_conf *absent = published->absent.entry;

    for (size_t i = 0; i < published->absent.count; i++)
        if (strcmp(absent[i].part, part) == 0)
            printf("  %-*s  not compared: %s\n", id_width, published->absent.name[i],
                   absent[i].why);
}

/* Rows that were asked for, or that are absent when all were. */
static bool has_rows(const struct study *study, size_t part)
{
    const struct published *published = study->published;
    const struct absent_conf *absent = published->absent.entry;
    const char *name = published->parts.name[part];
    bool found = false;

    for (size_t i = 0; i < published->rows; i++)
        found = found || strcmp(study->judged[i].row->conf->part, name) == 0;
    if (published->rows == published->figures.count + published->findings.count)
        for (size_t i = 0; i < published->absent.count; i++)
            found = found || strcmp(absent[i].part, name) == 0;
    return found;
}

static void print_part(const struct study *study, size_t part, int id_width)
{
    const struct published *published = study->published;
    const char *name = published->parts.name[part];
    const struct part_conf *conf = (const struct part_conf *)published->parts.entry + part;

    printf("\n%s  %s\n", name, conf->title);
    for (size_t i = 0; i < published->rows; i++) {
        const struct judged *judged = &study->judged[i];

        if (strcmp(judged->row->conf->part, name) != 0)
            continue;
        if (judged->row->is_finding)
            print_finding(judged, id_width);
        else
            print_figure(judged, id_width);
    }
    print_absent(published, name, id_width);
}

/* -- summary -------------------------------------------------------------------------- */
static void print_summary_line(const char *name, const struct summary *summary)
{
    if (!summary->rows)
        return;
    printf("  %-20s %3zu rows   median %5.1f %%   worst %5.1f %% (%s)", name, summary->rows,
           100 * summary->median_ratio, 100 * summary->worst_ratio, summary->worst);
    if (summary->beyond)
        printf("   %zu beyond tolerance", summary->beyond);
    printf("\n");
}

static void print_errors(const struct study *study, enum role role)
{
    size_t rows = study->published->rows;

    for (int aspect = 0; aspect < ASPECT_COUNT; aspect++) {
        struct summary all =
            summarise(study->judged, rows, role, TAG_COUNT, (enum aspect)aspect);
        size_t last = 0;
        char name[64];

        for (int tag = 0; tag < TAG_COUNT; tag++) {
            struct summary summary =
                summarise(study->judged, rows, role, (enum tag)tag, (enum aspect)aspect);

            snprintf(name, sizeof name, "%s [%s]", aspect_names[aspect], tag_names[tag]);
            print_summary_line(name, &summary);
            last = summary.rows ? summary.rows : last;
        }
        snprintf(name, sizeof name, "%s, all", aspect_names[aspect]);
        if (all.rows > last)
            print_summary_line(name, &all);
    }
}

static size_t count_rows(const struct study *study, bool findings, enum verdict verdict)
{
    size_t count = 0;

    for (size_t i = 0; i < study->published->rows; i++)
        count += study->judged[i].row->is_finding == findings &&
                 (verdict == VERDICT_COUNT || study->judged[i].verdict == verdict);
    return count;
}

static void print_legend(const struct study *study)
{
    bool used[TAG_COUNT] = {0};

    for (size_t i = 0; i < study->published->rows; i++)
        used[study->judged[i].row->conf->tag] = true;
    for (int tag = 0; tag < TAG_COUNT; tag++)
        if (used[tag])
            printf("  [%s] %s\n", tag_names[tag], tag_docs[tag]);
}

static void print_summary(const struct study *study)
{
    size_t rows = study->published->rows;
    size_t findings = count_rows(study, true, VERDICT_COUNT);
    size_t skipped =
        count_rows(study, false, VERDICT_SKIPPED) + count_rows(study, true, VERDICT_SKIPPED);

    if (summarise(study->judged, rows, ROLE_PREDICTED, TAG_COUNT, ASPECT_COUNT).rows) {
        printf("\nErrors of predicted figures\n");
        print_errors(study, ROLE_PREDICTED);
    }
    if (summarise(study->judged, rows, ROLE_CALIBRATED, TAG_COUNT, ASPECT_COUNT).rows) {
        printf("\nErrors of figures that constants were fitted to (they do not count)\n");
        print_errors(study, ROLE_CALIBRATED);
    }
    printf("\n");
    if (findings)
        printf("  findings             %zu of %zu hold\n", count_rows(study, true, VERDICT_OK),
               findings);
    if (skipped)
        printf("  skipped              %zu of %zu rows\n", skipped, rows);
    print_legend(study);
}

void study_print(const struct study *study)
{
    int id_width = widest_id(study);

    printf("%s\n\n  %-*s  %-6s  %-24s  %-10s  %10s  %s\n", study->published->paper, id_width,
           "row", "tag", "paper", "simulated", "error", "verdict");
    for (size_t part = 0; part < study->published->parts.count; part++)
        if (has_rows(study, part))
            print_part(study, part, id_width);
    print_summary(study);
}

bool plan_is_good(const struct plan *plan)
{
    for (size_t i = 0; i < plan->studies; i++)
        for (size_t j = 0; j < plan->study[i].published->rows; j++)
            if (verdict_is_bad(plan->study[i].judged[j].verdict))
                return false;
    return true;
}
