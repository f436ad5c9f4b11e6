/* SPDX-License-Identifier: MIT
 * study_data.c -- judged figures for programs: JSON and CSV; see study_print.h. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "sim/command/study_print.h"
#include "sim/command/version.h"

/* JSON has no NaN: what is not known is null. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *text(const char *value)
{
    return value ? json_string(value) : json_null();
}

static void add_figure(json_t *object, const struct judged *judged)
{
    const struct row_conf *conf = judged->row->conf;

    json_object_set_new(object, "role", json_string(role_names[conf->role]));
    json_object_set_new(object, "aspect", json_string(aspect_names[conf->aspect]));
    json_object_set_new(object, "unit", json_string(conf->unit));
    json_object_set_new(object, "published", number(conf->value));
    json_object_set_new(object, "published_until", number(conf->until));
    json_object_set_new(object, "simulated", number(judged->simulated));
    json_object_set_new(object, "lowest", number(judged->low));
    json_object_set_new(object, "highest", number(judged->high));
    json_object_set_new(object, "error", number(judged->error_ratio));
    json_object_set_new(object, "tolerance", number(conf->tolerance_ratio));
}

static void add_finding(json_t *object, const struct judged *judged)
{
    json_t *sides = json_array();

    for (size_t i = 0; i < judged->row->formula.sides; i++)
        json_array_append_new(sides, number(judged->side[i]));
    json_object_set_new(object, "sides", sides);
    json_object_set_new(object, "holds", json_integer((json_int_t)judged->holds));
    json_object_set_new(object, "p_value", number(judged->p_value));
}

static json_t *row_json(const struct judged *judged)
{
    const struct row_conf *conf = judged->row->conf;
    json_t *object = json_object();

    json_object_set_new(object, "id", json_string(judged->row->id));
    json_object_set_new(object, "kind",
                        json_string(judged->row->is_finding ? "finding" : "figure"));
    json_object_set_new(object, "part", json_string(conf->part));
    json_object_set_new(object, "what", json_string(conf->what));
    json_object_set_new(object, "tag", json_string(tag_names[conf->tag]));
    json_object_set_new(object, "source", text(conf->source));
    json_object_set_new(object, "note", text(conf->note));
    json_object_set_new(object, "formula", json_string(conf->formula));
    json_object_set_new(object, "seeds", json_integer((json_int_t)judged->row->seeds));
    json_object_set_new(object, "verdict", json_string(verdict_word(judged->verdict)));
    json_object_set_new(object, "why", text(judged->why));
    if (judged->row->is_finding)
        add_finding(object, judged);
    else
        add_figure(object, judged);
    return object;
}

static json_t *summary_json(const struct study *study)
{
    json_t *lines = json_array();

    for (int role = 0; role < ROLE_REPORT; role++)
        for (int aspect = 0; aspect < ASPECT_COUNT; aspect++)
            for (int tag = 0; tag < TAG_COUNT; tag++) {
                struct summary summary =
                    summarise(study->judged, study->published->rows, (enum role)role,
                              (enum tag)tag, (enum aspect)aspect);

                if (!summary.rows)
                    continue;
                json_array_append_new(
                    lines,
                    json_pack("{s:s, s:s, s:s, s:I, s:f, s:f, s:s, s:I}", "role",
                              role_names[role], "aspect", aspect_names[aspect], "tag",
                              tag_names[tag], "rows", (json_int_t)summary.rows, "median_error",
                              summary.median_ratio, "worst_error", summary.worst_ratio, "worst",
                              summary.worst, "beyond_tolerance", (json_int_t)summary.beyond));
            }
    return lines;
}

static json_t *absent_json(const struct published *published)
{
    const struct absent_conf *absent = published->absent.entry;
    json_t *rows = json_array();

    for (size_t i = 0; i < published->absent.count; i++)
        json_array_append_new(rows,
                              json_pack("{s:s, s:s, s:s}", "id", published->absent.name[i],
                                        "part", absent[i].part, "why", absent[i].why));
    return rows;
}

static json_t *study_json(const struct study *study)
{
    json_t *object = json_object(), *rows = json_array();

    for (size_t i = 0; i < study->published->rows; i++)
        json_array_append_new(rows, row_json(&study->judged[i]));
    json_object_set_new(object, "paper", json_string(study->published->paper));
    json_object_set_new(object, "file", json_string(study->published->path));
    json_object_set_new(object, "rows", rows);
    json_object_set_new(object, "summary", summary_json(study));
    json_object_set_new(object, "absent", absent_json(study->published));
    return object;
}

void plan_print_json(const struct plan *plan)
{
    json_t *object = json_object(), *studies = json_array();

    for (size_t i = 0; i < plan->studies; i++)
        json_array_append_new(studies, study_json(&plan->study[i]));
    json_object_set_new(object, "version", json_string(version_text()));
    json_object_set_new(object, "behaviour_version", json_integer(BEHAVIOUR_VERSION));
    json_object_set_new(object, "good", json_boolean(plan_is_good(plan)));
    json_object_set_new(object, "studies", studies);
    json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
    json_decref(object);
}

/* -- CSV (RFC 4180) --------------------------------------------------------------------- */
static void put_text(FILE *out, const char *value)
{
    fputs(",\"", out);
    for (; value && *value; value++)
        fprintf(out, "%s%c", *value == '"' ? "\"" : "", *value);
    fputc('"', out);
}

static void put_number(FILE *out, double value)
{
    if (isfinite(value))
        fprintf(out, ",%.15g", value);
    else
        fputc(',', out);
}

static void put_row(FILE *out, const struct published *published, const struct judged *judged)
{
    const struct row_conf *conf = judged->row->conf;
    bool finding = judged->row->is_finding;

    fprintf(out, "%s", judged->row->id);
    put_text(out, finding ? "finding" : "figure");
    put_text(out, published->paper);
    put_text(out, conf->part);
    put_text(out, conf->what);
    put_text(out, tag_names[conf->tag]);
    put_text(out, conf->source);
    put_text(out, finding ? "" : role_names[conf->role]);
    put_text(out, finding ? "" : aspect_names[conf->aspect]);
    put_text(out, finding ? "" : conf->unit);
    put_number(out, finding ? NAN : conf->value);
    put_number(out, finding ? NAN : conf->until);
    put_number(out, judged->simulated);
    put_number(out, judged->error_ratio);
    put_number(out, finding ? NAN : conf->tolerance_ratio);
    put_number(out, (double)judged->row->seeds);
    put_number(out, finding ? (double)judged->holds : NAN);
    put_text(out, verdict_word(judged->verdict));
    put_text(out, judged->why);
    fputc('\n', out);
}

bool plan_write_csv(const struct plan *plan, const char *path, struct err *err)
{
    FILE *out = fopen(path, "w");
    bool failed;

    if (!out)
        return err_set(err, "%s: %s", path, strerror(errno));
    fprintf(out,
            "id,kind,paper,part,what,tag,source,role,aspect,unit,published,published_until,"
            "simulated,error,tolerance,seeds,holds,verdict,why\n");
    for (size_t i = 0; i < plan->studies; i++)
        for (size_t j = 0; j < plan->study[i].published->rows; j++)
            put_row(out, plan->study[i].published, &plan->study[i].judged[j]);
    failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed)
        return err_set(err, "%s: %s", path, strerror(errno));
    return true;
}
