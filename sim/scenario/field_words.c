/* SPDX-License-Identifier: MIT
 * field_words.c -- see field_words.h. */
#include "sim/scenario/field_words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *dimension_words(enum dimension dimension)
{
    static const char *const words[] = {
        [DIMENSION_NONE] = "number",
        [DIMENSION_SECONDS] = "duration",
        [DIMENSION_BYTES] = "bytes",
        [DIMENSION_MEMORY] = "memory",
        [DIMENSION_BYTES_PER_S] = "bandwidth",
        [DIMENSION_FLOPS] = "operations",
        [DIMENSION_FLOPS_PER_S] = "operations per second",
        [DIMENSION_PER_S] = "rate",
        [DIMENSION_PUSD] = "money",
        [DIMENSION_PUSD_PER_HOUR] = "price of an hour",
        [DIMENSION_PUSD_PER_GB_S] = "price of a GB-second",
        [DIMENSION_PUSD_PER_GB] = "price of a GB",
        [DIMENSION_PUSD_PER_REQUEST] = "price of requests",
        [DIMENSION_PUSD_PER_GB_MONTH] = "price of a GB-month",
    };

    return words[dimension];
}

void field_type_words(const struct field *field, struct text *out)
{
    enum dimension dimension = field_dimension(field);

    switch (field->type) {
    case FIELD_BOOL:
        text_add(out, "yes or no");
        return;
    case FIELD_ENUM:
        for (int i = 0; field->names[i]; i++)
            text_add(out, "%s%s", i ? ", " : "one of ", field->names[i]);
        return;
    case FIELD_TEXT:
        text_add(out, field->list ? "list" : "text");
        return;
    case FIELD_CHOICE:
        text_add(out, "a kind of %s", field->family);
        return;
    case FIELD_STRUCT:
        text_add(out, "mapping");
        return;
    case FIELD_MAP:
        text_add(out, field->family ? "kinds of %s by name" : "mappings by name%.0s",
                 field->family ? field->family : "");
        return;
    case FIELD_ENTRY:
        text_add(out, "name of a provider's %s, or a mapping", field->family);
        return;
    case FIELD_YAML:
        text_add(out, "YAML");
        return;
    case FIELD_EVERY:
        text_add(out, "like 1 epoch, 5 rounds, 30 s, never");
        return;
    case FIELD_INT:
    case FIELD_NUMBER:
    case FIELD_VALUE:
        break;
    }
    text_add(out, "%s%s",
             field->type == FIELD_INT && dimension == DIMENSION_NONE ? "whole " : "",
             dimension_words(dimension));
    if (dimension != DIMENSION_NONE)
        text_add(out, " (like %s)", dimension_example(dimension));
    if (field->type == FIELD_VALUE)
        text_add(out, " or distribution or trace");
}

void field_range_words(const struct field *field, struct text *out)
{
    enum dimension dimension = field_dimension(field);
    char low[96], high[96];

    if (field->type != FIELD_INT && field->type != FIELD_NUMBER && field->type != FIELD_VALUE)
        return;
    units_format(field->min, dimension, low, sizeof low);
    units_format(field->max, dimension, high, sizeof high);
    if (field->max != 0 && isfinite(field->max))
        text_add(out, "%s %s to %s", field->above_min ? "above" : "from", low, high);
    else if (field->above_min)
        text_add(out, "above %s", low);
    else if (field->min != 0)
        text_add(out, isfinite(field->min) ? "at least %s" : "any%.0s", low);
}

void field_preset_words(const struct field *field, struct text *out)
{
    if (field->preset && field->preset[0] == '$' && strchr(field->preset, '@'))
        text_add(out, "named like the %.*s, with @INSTANCE behind it where there is such a one",
                 (int)strcspn(field->preset + 1, "@"), field->preset + 1);
    else if (field->preset && field->preset[0] == '$')
        text_add(out, "named like the %s", field->preset + 1);
    else if (field->preset)
        text_add(out, "preset %s", field->preset);
    else if (field->optional)
        text_add(out, "may be absent%s%s", field->absent ? ": " : "",
                 field->absent ? field->absent : "");
    else if (field->type != FIELD_STRUCT)
        text_add(out, "needed");
}

void field_walk(const struct field *fields, const char *prefix, field_words_fn *each, void *arg)
{
    for (const struct field *field = fields; field && field->member; field++) {
        struct text path = {0};
        char key[64];

        text_add(&path, "%s%s", prefix, field_key(field, key, sizeof key));
        each(arg, path.chars, field);
        if (field->type == FIELD_MAP)
            text_add(&path, ".NAME");
        text_add(&path, ".");
        if (field->fields)
            field_walk(field->fields, path.chars, each, arg);
        text_done(&path);
    }
}
