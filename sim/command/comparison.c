/* SPDX-License-Identifier: MIT
 * comparison.c -- see comparison.h. */
#include "sim/command/comparison.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { SHOWN_CHARS = 26 };

static const char *const names[] = {
#define X(upper_, lower_, heading_) #lower_,
    COMPARISON_LIST(X)
#undef X
};
static const char *const headings[] = {
#define X(upper_, lower_, heading_) heading_,
    COMPARISON_LIST(X)
#undef X
};

#define OF_RUN                     " FROM runs WHERE run_id = :run_id"
#define COLUMN(key_, column_)      "SELECT '" key_ "', " column_ OF_RUN " UNION ALL "
#define LAST_COLUMN(key_, column_) "SELECT '" key_ "', " column_ OF_RUN

static const char *const queries[] = {
    [COMPARISON_RUN] = COLUMN("name", "name") COLUMN("number", "run_id")
        COLUMN("status", "status") COLUMN("stopped by", "stop_reason") COLUMN("seed", "seed")
            LAST_COLUMN("behaviour version", "behaviour_version"),
    [COMPARISON_LEARNING] = COLUMN("train loss", "train_loss")
        COLUMN("train accuracy", "train_accuracy") COLUMN("test loss", "test_loss")
            COLUMN("test accuracy", "test_accuracy") COLUMN("epochs", "epochs")
                COLUMN("rounds", "rounds") COLUMN("s to the loss", "time_to_loss_s")
                    LAST_COLUMN("USD to the loss", "cost_to_loss_usd"),
    [COMPARISON_TIME] = COLUMN("total", "sim_time_s") "SELECT activity, critical_s"
                                                      " FROM breakdown WHERE run_id = :run_id",
    [COMPARISON_BILL] = COLUMN("total", "cost_usd") "SELECT resource, sum(cost_pusd) / 1e12"
                                                    " FROM bill WHERE run_id = :run_id"
                                                    " GROUP BY resource",
    [COMPARISON_REQUESTS] = "SELECT channel || ' ' || operation, count FROM requests"
                            " WHERE run_id = :run_id UNION ALL "
                            "SELECT 'messages', sent FROM messages WHERE run_id = :run_id",
    [COMPARISON_PARAMS] = "SELECT key, value_text FROM params WHERE run_id = :run_id",
};

/* -- reading -------------------------------------------------------------------------- */
struct reading {
    struct comparison *comparison;
    int part, which;
};

static struct compared_row *row_of(struct comparison *comparison, int part, const char *key)
{
    struct compared_row **row = &comparison->part[part].row;
    size_t *count = &comparison->part[part].count;

    for (size_t i = 0; i < *count; i++)
        if (strcmp((*row)[i].key, key) == 0)
            return &(*row)[i];
    ROOM_FOR_ONE(*row, *count, comparison->part[part].capacity);
    (*row)[*count] = (struct compared_row){.key = memory_text(key), .number = {NAN, NAN}};
    return &(*row)[(*count)++];
}

static void keep_row(void *arg, const struct results_cell *cell, int columns)
{
    const struct reading *reading = arg;
    struct compared_row *row;

    (void)columns;
    if (!cell[0].text)
        return;
    row = row_of(reading->comparison, reading->part, cell[0].text);
    free(row->text[reading->which]);
    row->text[reading->which] = memory_text(cell[1].text);
    row->number[reading->which] = cell[1].number;
}

bool comparison_read(struct comparison *comparison, int which, const struct results *results,
                     int64_t run_id, struct err *err)
{
    const struct results_param params[] = {{.name = "run_id", .number = run_id}, {0}};

    for (int part = 0; part < COMPARISON_COUNT; part++) {
        struct reading reading = {comparison, part, which};

        if (!results_query(results, queries[part], params, keep_row, &reading, err))
            return false;
    }
    return true;
}

static bool is_alike(const struct compared_row *row)
{
    return row->text[0] && row->text[1] && strcmp(row->text[0], row->text[1]) == 0;
}

/* Less than half a millisecond is nothing where seconds are shown. */
static bool is_nothing(const struct compared_row *row, int part, int which)
{
    return !row->text[which] || row->number[which] == 0 ||
           (part == COMPARISON_TIME && row->number[which] < 0.0005);
}

void comparison_trim(struct comparison *comparison)
{
    for (int part = 0; part < COMPARISON_COUNT; part++) {
        struct compared_row *row = comparison->part[part].row;
        size_t kept = 0;

        for (size_t i = 0; i < comparison->part[part].count; i++) {
            bool out = part == COMPARISON_PARAMS
                           ? is_alike(&row[i])
                           : is_nothing(&row[i], part, 0) && is_nothing(&row[i], part, 1);

            if (!out) {
                row[kept++] = row[i];
                continue;
            }
            free(row[i].key);
            free(row[i].text[0]);
            free(row[i].text[1]);
        }
        comparison->part[part].count = kept;
    }
}

void comparison_done(struct comparison *comparison)
{
    for (int part = 0; part < COMPARISON_COUNT; part++) {
        for (size_t i = 0; i < comparison->part[part].count; i++) {
            free(comparison->part[part].row[i].key);
            free(comparison->part[part].row[i].text[0]);
            free(comparison->part[part].row[i].text[1]);
        }
        free(comparison->part[part].row);
    }
    *comparison = (struct comparison){0};
}

/* -- for people ----------------------------------------------------------------------- */
/* NaN where there is nothing to divide. */
static double ratio_of(const struct compared_row *row)
{
    return row->number[0] != 0 ? row->number[1] / row->number[0] : NAN;
}

static void show(char out[SHOWN_CHARS + 1], const struct compared_row *row, int which,
                 bool words)
{
    const char *text = row->text[which];

    if (!text)
        snprintf(out, SHOWN_CHARS + 1, "-");
    else if (words || isnan(row->number[which]))
        snprintf(out, SHOWN_CHARS + 1, strlen(text) > SHOWN_CHARS ? "%.*s..." : "%.*s",
                 strlen(text) > SHOWN_CHARS ? SHOWN_CHARS - 3 : SHOWN_CHARS, text);
    else
        snprintf(out, SHOWN_CHARS + 1, "%.6g", row->number[which]);
}

/* Kinds that differ bring dozens of settings that the other kind has not; of those only which
 * kind and which entry of the catalogue it is. */
static bool is_shown(const struct compared_row *row, int part, bool all)
{
    const char *last = strrchr(row->key, '.');

    if (part != COMPARISON_PARAMS || all || (row->text[0] && row->text[1]))
        return true;
    return last && (strcmp(last, ".kind") == 0 || strcmp(last, ".name") == 0);
}

static int widest_key(const struct comparison *comparison, bool all)
{
    size_t widest = 0;

    for (int part = 0; part < COMPARISON_COUNT; part++)
        for (size_t i = 0; i < comparison->part[part].count; i++) {
            const struct compared_row *row = &comparison->part[part].row[i];

            if (is_shown(row, part, all) && strlen(row->key) > widest)
                widest = strlen(row->key);
        }
    return (int)widest;
}

static void print_row(const struct compared_row *row, bool words, int width)
{
    char shown[COMPARED][SHOWN_CHARS + 1];

    for (int which = 0; which < COMPARED; which++)
        show(shown[which], row, which, words);
    printf("  %-*s  %-*s  ", width, row->key, SHOWN_CHARS, shown[0]);
    if (words || isnan(ratio_of(row)))
        printf("%s\n", shown[1]);
    else
        printf("%-*s  %.3g\n", SHOWN_CHARS, shown[1], ratio_of(row));
}

static void print_part(const struct comparison *comparison, int part, bool all, int width)
{
    size_t hidden = 0;

    for (size_t i = 0; i < comparison->part[part].count; i++) {
        const struct compared_row *row = &comparison->part[part].row[i];

        if (is_shown(row, part, all))
            print_row(row, part == COMPARISON_RUN || part == COMPARISON_PARAMS, width);
        else
            hidden++;
    }
    if (hidden)
        printf("  and %zu that only one of them has (--all)\n", hidden);
}

void comparison_print(const struct comparison *comparison, bool all)
{
    int width = widest_key(comparison, all);

    printf("  %-*s  %-*s  %-*s  %s\n", width, "", SHOWN_CHARS, "A", SHOWN_CHARS, "B", "B / A");
    for (int part = 0; part < COMPARISON_COUNT; part++) {
        if (!comparison->part[part].count)
            continue;
        printf("%s\n", headings[part]);
        print_part(comparison, part, all, width);
    }
}

/* -- for programs --------------------------------------------------------------------- */
static json_t *cell_json(const struct compared_row *row, int which)
{
    const char *text = row->text[which];

    if (!text)
        return json_null();
    if (!isnan(row->number[which]) && !text[strspn(text, "0123456789")])
        return json_integer(strtoll(text, NULL, 10));
    return isnan(row->number[which]) ? json_string(row->text[which])
                                     : json_real(row->number[which]);
}

void comparison_print_json(const struct comparison *comparison)
{
    json_t *object = json_object();

    for (int part = 0; part < COMPARISON_COUNT; part++) {
        json_t *rows = json_object();

        for (size_t i = 0; i < comparison->part[part].count; i++) {
            const struct compared_row *row = &comparison->part[part].row[i];
            double ratio = ratio_of(row);
            json_t *of_row = json_object();

            json_object_set_new(of_row, "a", cell_json(row, 0));
            json_object_set_new(of_row, "b", cell_json(row, 1));
            if (part != COMPARISON_RUN && part != COMPARISON_PARAMS)
                json_object_set_new(of_row, "ratio",
                                    isfinite(ratio) ? json_real(ratio) : json_null());
            json_object_set_new(rows, row->key, of_row);
        }
        json_object_set_new(object, names[part], rows);
    }
    json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
    json_decref(object);
}
