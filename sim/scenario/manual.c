/* SPDX-License-Identifier: MIT
 * manual.c -- the reference of everything that can be configured, as Markdown; see scenario.h.
 */
#include <string.h>

#include "base/text.h"
#include "sim/scenario/field_words.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/shorthand.h"

/* In a cell of a table '|' and line ends would begin another. */
static void print_cell(const char *text, FILE *out)
{
    for (; *text; text++)
        if (*text == '|')
            fputs("\\|", out);
        else
            fputc(*text == '\n' ? ' ' : *text, out);
}

static void print_row(void *arg, const char *path, const struct field *field)
{
    FILE *out = arg;
    struct text words = {0};

    fprintf(out, "| `%s` | ", path);
    field_type_words(field, &words);
    print_cell(words.chars, out);
    fputs(" | ", out);
    text_done(&words);
    field_range_words(field, &words);
    print_cell(words.chars ? words.chars : "", out);
    fputs(" | ", out);
    text_done(&words);
    field_preset_words(field, &words);
    print_cell(words.chars ? words.chars : "", out);
    fputs(" | ", out);
    text_done(&words);
    print_cell(field->doc ? field->doc : "", out);
    if (field->source) {
        fputs(" Source: ", out);
        print_cell(field->source, out);
        fputs(".", out);
    }
    fputs(" |\n", out);
}

static void print_table(const struct field *fields, FILE *out)
{
    if (!fields || !fields->member)
        return;
    fputs("| key | type | range | preset | meaning |\n|---|---|---|---|---|\n", out);
    field_walk(fields, "", print_row, out);
    fputc('\n', out);
}

static void print_family(const struct family *family, FILE *out)
{
    fprintf(out, "## %s\n\n%s\n\n", family->name, family->doc ? family->doc : "");
    if (family->fields)
        fputs("Of every kind, beside its own:\n\n", out);
    print_table(family->fields, out);
    for (size_t i = 0; family->kinds[i]; i++) {
        const struct kind *kind = family->kinds[i];

        fprintf(out, "### %s.%s\n\n%s\n\n", family->name, kind->name,
                kind->doc ? kind->doc : "");
        if (kind->source)
            fprintf(out, "Source: %s.\n\n", kind->source);
        for (size_t j = 0; kind->needs && kind->needs[j]; j++)
            fprintf(out, "%s`%s`%s", j ? ", " : "Sections it uses: ", kind->needs[j],
                    kind->needs[j + 1] ? "" : ".\n\n");
        print_table(kind->fields, out);
    }
}

void scenario_manual(const struct family *const *families, FILE *out)
{
    fputs("# Reference of scenarios\n\n"
          "Made by `traincast` from the tables in its source; do not edit.\n\n"
          "## scenario\n\nThe long form. `NAME` stands for a name of your own.\n\n",
          out);
    print_table(scenario_fields, out);
    fputs("Short forms, for one group `workers` and one channel `main`:\n\n"
          "| short | long | meaning |\n|---|---|---|\n",
          out);
    for (const struct shorthand *s = shorthands; s->word; s++)
        fprintf(out, "| `%s` | `%s.%s%s%s` | %s |\n", s->word, s->path[0], s->path[1],
                s->path[2] ? "." : "", s->path[2] ? s->path[2] : "", s->doc);
    fputs(
        "\nWhere a duration, rate or factor \"or distribution or trace\" is allowed:\n\n"
        "| form | meaning |\n|---|---|\n"
        "| `80 ms` | always that |\n"
        "| `{uniform: {min: 50 ms, max: 90 ms}}` | equally likely between the two |\n"
        "| `{normal: {mean: 80 ms, sd: 20 ms}}` | cut off below at 0 |\n"
        "| `{lognormal: {median: 80 ms, sigma: 0.3}}` | sigma: of the logarithm |\n"
        "| `{exponential: {mean: 80 ms}}` | |\n"
        "| `{weibull: {scale: 0.4 s, shape: 0.4}}` | |\n"
        "| `{empirical: file.csv}` or `{empirical: [80 ms, 95 ms]}` | one of these, equally "
        "likely |\n"
        "| `{trace: file.csv}` or `{trace: [[0 s, 65 MB/s], [9 s, 30 MB/s]]}` | from each time "
        "on its value; the last one for ever |\n\n"
        "A choice of a platform or channel may also name a `provider:` (a file in "
        "`platforms/`) "
        "and a `file:` of one's own that goes before it.\n\n",
        out);
    for (size_t i = 0; families[i]; i++)
        print_family(families[i], out);
}
