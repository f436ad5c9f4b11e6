/* SPDX-License-Identifier: MIT
 * describe.c -- `traincast list` and `traincast describe`; see scenario.h. */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "sim/scenario/field_words.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/sheet.h"
#include "sim/scenario/shorthand.h"

enum { WIDTH = 96, INDENT = 6 };

/* Fills lines of WIDTH, each indented. */
static void print_wrapped(const char *text, FILE *out)
{
    int column = 0;

    while (*text) {
        size_t word;

        while (isspace((unsigned char)*text))
            text++;
        word = strcspn(text, " \n\t");
        if (word == 0)
            break;
        if (column > 0 && column + 1 + (int)word > WIDTH) {
            fputc('\n', out);
            column = 0;
        }
        column += column > 0 ? fprintf(out, " %.*s", (int)word, text)
                             : fprintf(out, "%*s%.*s", INDENT, "", (int)word, text);
        text += word;
    }
    fputc('\n', out);
}

/* "Doc up to the first full stop." */
static int first_sentence(const char *doc)
{
    const char *stop = strstr(doc, ". ");

    return stop ? (int)(stop - doc) + 1 : (int)strlen(doc);
}

static void list_family(const struct family *family, FILE *out)
{
    fprintf(out, "%s: %s\n", family->name, family->doc ? family->doc : "");
    for (size_t i = 0; family->kinds[i]; i++) {
        const char *doc = family->kinds[i]->doc ? family->kinds[i]->doc : "";

        fprintf(out, "  %-16s %.*s\n", family->kinds[i]->name, first_sentence(doc), doc);
    }
}

void scenario_list(const struct family *const *families, const char *family_or_null, FILE *out)
{
    bool said = false;

    for (size_t i = 0; families[i]; i++) {
        if (family_or_null && strcmp(families[i]->name, family_or_null) != 0)
            continue;
        if (said)
            fputc('\n', out);
        list_family(families[i], out);
        said = true;
    }
}

static void describe_field(void *arg, const char *path, const struct field *field)
{
    struct text words = {0};
    size_t before;

    text_add(&words, "  %s: ", path);
    field_type_words(field, &words);
    before = words.length;
    text_add(&words, ", ");
    field_range_words(field, &words);
    if (words.length == before + 2)
        words.length = before;
    before = words.length;
    text_add(&words, "; ");
    field_preset_words(field, &words);
    if (words.length == before + 2) {
        words.length = before;
        words.chars[before] = '\0';
    }
    fprintf(arg, "%s\n", words.chars);
    text_done(&words);
    if (field->doc)
        print_wrapped(field->doc, arg);
    if (field->source) {
        text_add(&words, "Source: %s", field->source);
        print_wrapped(words.chars, arg);
        text_done(&words);
    }
}

static void describe_kind(const struct family *family, const struct kind *kind, FILE *out)
{
    fprintf(out, "%s.%s\n", family->name, kind->name);
    print_wrapped(kind->doc ? kind->doc : "", out);
    if (kind->source)
        fprintf(out, "%*sSource: %s\n", INDENT, "", kind->source);
    for (size_t i = 0; kind->needs && kind->needs[i]; i++)
        fprintf(out, "%s%s%s", i ? ", " : "      Sections it uses: ", kind->needs[i],
                kind->needs[i + 1] ? "" : "\n");
    if ((kind->fields && kind->fields->member) || family->fields)
        fputs("\nfields:\n", out);
    field_walk(kind->fields, "", describe_field, out);
    field_walk(family->fields, "", describe_field, out);
}

static void describe_scenario(FILE *out)
{
    fputs("scenario: one question, in YAML\n\nfields:\n", out);
    field_walk(scenario_fields, "", describe_field, out);
    fputs("\nshort for one group `workers` and one channel `main`:\n", out);
    for (const struct shorthand *s = shorthands; s->word; s++)
        fprintf(out, "  %-10s = %s.%s%s%s\n", s->word, s->path[0], s->path[1],
                s->path[2] ? "." : "", s->path[2] ? s->path[2] : "");
}

void sheet_describe(const char *words, const struct field *fields, FILE *out)
{
    fprintf(out, "%s\n\nfields:\n", words);
    field_walk(fields, "", describe_field, out);
}

/* Sets *err to what there is instead. */
static bool say_none(const struct family *const *families, const char *what, struct err *err)
{
    struct nearest nearest = {.word = what};
    char name[128], best[128] = "", shown[TEXT_SHOWN];

    for (size_t i = 0; families[i]; i++) {
        nearest_try(&nearest, families[i]->name);
        for (size_t j = 0; families[i]->kinds[j]; j++) {
            const char *before = nearest.best;

            snprintf(name, sizeof name, "%s.%s", families[i]->name,
                     families[i]->kinds[j]->name);
            nearest_try(&nearest, name);
            if (strcmp(families[i]->kinds[j]->name, what) == 0) { /* said without its family */
                nearest.best = name;
                nearest.distance = 0;
            }
            if (nearest.best != before) {
                memcpy(best, name, sizeof best);
                nearest.best = best;
            }
        }
    }
    text_shown(what, shown);
    if (nearest.best)
        return err_set(err, "there is no '%s'; did you mean '%s'?", shown, nearest.best);
    return err_set(err, "there is no '%s'; `traincast list` shows what there is", shown);
}

bool scenario_describe(const struct family *const *families, const char *what, FILE *out,
                       struct err *err)
{
    size_t length = strcspn(what, ".");

    if (strcmp(what, "scenario") == 0) {
        describe_scenario(out);
        return true;
    }
    for (size_t i = 0; families[i]; i++) {
        const struct family *family = families[i];
        const struct kind *kind;

        if (strlen(family->name) != length || strncmp(family->name, what, length) != 0)
            continue;
        if (what[length] == '\0') {
            list_family(family, out);
            return true;
        }
        kind = family_find(family, what + length + 1);
        if (!kind)
            break;
        describe_kind(family, kind, out);
        return true;
    }
    return say_none(families, what, err);
}
