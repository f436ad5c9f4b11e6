/* SPDX-License-Identifier: MIT
 * json_schema.c -- the tables as a JSON Schema (draft-07), so that editors complete and check.
 *
 * A quantity is a string with a pattern.  Definitions: "family.KIND" the fields of a chosen
 * kind, "family" the choice itself, "quantity.N" and "value.N" by dimension.  What depends on
 * more than one place (units in range, needs of the job, a provider's entries) is `check`'s
 * business; so is whether a required field of a platform, channel or entry is there, because a
 * provider may say it. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "sim/scenario/json_text.h"
#include "sim/scenario/load.h"
#include "sim/scenario/sheet.h"
#include "sim/scenario/shorthand.h"

static void write_field(struct json *json, const char *key, const struct field *field);

/* {"$ref": "#/definitions/GROUP.NAME"} */
static void ref(struct json *json, const char *key, const char *group, const char *name)
{
    struct text path = {0};

    json_open(json, key, '{');
    text_add(&path, "#/definitions/%s.%s", group, name);
    json_text(json, "$ref", path.chars);
    text_done(&path);
    json_close(json, '}');
}

static void write_type(struct json *json, const char *key, const char *type)
{
    json_open(json, key, '{');
    json_text(json, "type", type);
    json_close(json, '}');
}

/* -- quantities and values -------------------------------------------------------- */

static const char *number_name(enum dimension dimension, char name[24])
{
    snprintf(name, 24, "%d", (int)dimension);
    return name;
}

static void define_quantity(struct json *json, enum dimension dimension)
{
    char pattern[512], name[48];

    snprintf(name, sizeof name, "quantity.%d", (int)dimension);
    json_open(json, name, '{');
    if (dimension == DIMENSION_NONE) {
        json_open(json, "anyOf", '[');
        write_type(json, NULL, "number");
        json_open(json, NULL, '{'); /* 1e3 is a string to YAML 1.1 */
    }
    units_pattern(dimension, pattern, sizeof pattern);
    json_text(json, "type", "string");
    json_text(json, "pattern", pattern);
    if (dimension == DIMENSION_NONE) {
        json_close(json, '}');
        json_close(json, ']');
    } else {
        json_open(json, "examples", '[');
        json_text(json, NULL, dimension_example(dimension));
        json_close(json, ']');
    }
    json_close(json, '}');
}

/* {NAME: {a: .., b: ..}} as one of the forms of a value. */
static void write_function(struct json *json, const char *name, const char *a,
                           const char *a_number, const char *b, const char *b_number)
{
    json_open(json, NULL, '{');
    json_text(json, "type", "object");
    json_open(json, "properties", '{');
    json_open(json, name, '{');
    json_text(json, "type", "object");
    json_open(json, "properties", '{');
    ref(json, a, "quantity", a_number);
    if (b)
        ref(json, b, "quantity", b_number);
    json_close(json, '}');
    json_open(json, "required", '[');
    json_text(json, NULL, a);
    if (b)
        json_text(json, NULL, b);
    json_close(json, ']');
    json_bool(json, "additionalProperties", false);
    json_close(json, '}');
    json_close(json, '}');
    json_open(json, "required", '[');
    json_text(json, NULL, name);
    json_close(json, ']');
    json_bool(json, "additionalProperties", false);
    json_close(json, '}');
}

/* {empirical: FILE or list}, {trace: FILE or list of pairs} */
static void write_table_form(struct json *json, const char *name)
{
    json_open(json, NULL, '{');
    json_text(json, "type", "object");
    json_open(json, "properties", '{');
    json_open(json, name, '{');
    json_open(json, "type", '[');
    json_text(json, NULL, "string");
    json_text(json, NULL, "array");
    json_close(json, ']');
    json_close(json, '}');
    json_close(json, '}');
    json_open(json, "required", '[');
    json_text(json, NULL, name);
    json_close(json, ']');
    json_bool(json, "additionalProperties", false);
    json_close(json, '}');
}

static void define_value(struct json *json, enum dimension dimension)
{
    char own[24], pure[24], name[48];

    number_name(dimension, own);
    number_name(DIMENSION_NONE, pure);
    snprintf(name, sizeof name, "value.%d", (int)dimension);
    json_open(json, name, '{');
    json_open(json, "anyOf", '[');
    ref(json, NULL, "quantity", own);
    write_function(json, "uniform", "min", own, "max", own);
    write_function(json, "normal", "mean", own, "sd", own);
    write_function(json, "lognormal", "median", own, "sigma", pure);
    write_function(json, "exponential", "mean", own, NULL, NULL);
    write_function(json, "weibull", "scale", own, "shape", pure);
    write_table_form(json, "empirical");
    write_table_form(json, "trace");
    json_close(json, ']');
    json_close(json, '}');
}

/* -- fields ----------------------------------------------------------------------- */

static void write_doc(struct json *json, const struct field *field)
{
    if (field->doc)
        json_text(json, "description", field->doc);
}

/* The fields of a table as the inside of "properties". */
static void write_properties(struct json *json, const struct field *fields)
{
    for (const struct field *field = fields; field && field->member; field++) {
        char key[64];

        if (!field->beside)
            write_field(json, field_key(field, key, sizeof key), field);
    }
}

static void write_required(struct json *json, const struct field *fields, const char *also)
{
    json_open(json, "required", '[');
    if (also)
        json_text(json, NULL, also);
    for (const struct field *field = fields; field && field->member; field++) {
        char key[64];

        if (!field->preset && !field->optional && !field->beside && field->type != FIELD_STRUCT)
            json_text(json, NULL, field_key(field, key, sizeof key));
    }
    json_close(json, ']');
}

static void write_mapping(struct json *json, const char *key, const struct field *field,
                          const char *name_key)
{
    json_open(json, key, '{');
    write_doc(json, field);
    json_text(json, "type", "object");
    json_open(json, "properties", '{');
    if (name_key)
        write_type(json, name_key, "string");
    write_properties(json, field->fields);
    json_close(json, '}');
    if (!name_key)
        write_required(json, field->fields, NULL);
    json_bool(json, "additionalProperties", false);
    json_close(json, '}');
}

/* `data`: one alternative for each kind of source, its fields beside the struct's own. */
static void write_beside(struct json *json, const char *key, const struct field *field,
                         const struct field *inner, const struct family *family)
{
    char kind_key[64];

    field_key(inner, kind_key, sizeof kind_key);
    json_open(json, key, '{');
    write_doc(json, field);
    json_open(json, "oneOf", '[');
    for (size_t i = 0; family->kinds[i]; i++) {
        json_open(json, NULL, '{');
        json_text(json, "type", "object");
        json_open(json, "properties", '{');
        json_open(json, kind_key, '{');
        json_text(json, "const", family->kinds[i]->name);
        json_close(json, '}');
        write_properties(json, family->kinds[i]->fields);
        write_properties(json, field->fields);
        json_close(json, '}');
        write_required(json, family->kinds[i]->fields, kind_key);
        json_bool(json, "additionalProperties", false);
        json_close(json, '}');
    }
    json_close(json, ']');
    json_close(json, '}');
}

static void write_entry(struct json *json, const char *key, const struct field *field)
{
    json_open(json, key, '{');
    write_doc(json, field);
    json_open(json, "anyOf", '[');
    write_type(json, NULL, "string");
    write_mapping(json, NULL, field, "name");
    json_close(json, ']');
    json_close(json, '}');
}

static void write_map(struct json *json, const char *key, const struct field *field)
{
    json_open(json, key, '{');
    write_doc(json, field);
    json_text(json, "type", "object");
    if (field->family)
        ref(json, "additionalProperties", "family", field->family);
    else
        write_mapping(json, "additionalProperties", field, NULL);
    json_close(json, '}');
}

static void write_words(struct json *json, const char *key, const struct field *field)
{
    json_open(json, key, '{');
    write_doc(json, field);
    json_open(json, "enum", '[');
    for (int i = 0; field->names[i]; i++) {
        json_text(json, NULL, field->names[i]);
        /* to YAML 1.1 these words are booleans */
        if (strcmp(field->names[i], "yes") == 0 || strcmp(field->names[i], "on") == 0)
            json_bool(json, NULL, true);
        if (strcmp(field->names[i], "no") == 0 || strcmp(field->names[i], "off") == 0)
            json_bool(json, NULL, false);
    }
    json_close(json, ']');
    json_close(json, '}');
}

static void write_bool(struct json *json, const char *key, const struct field *field)
{
    static const char *const words[] = {"yes", "no", "true", "false"};

    json_open(json, key, '{');
    write_doc(json, field);
    json_open(json, "enum", '[');
    json_bool(json, NULL, true);
    json_bool(json, NULL, false);
    for (size_t i = 0; i < 4; i++)
        json_text(json, NULL, words[i]);
    json_close(json, ']');
    json_close(json, '}');
}

/* For numbers that stand without a unit; a string's size is `check`'s business. */
static void write_limits(struct json *json, const struct field *field)
{
    if (field_dimension(field) != DIMENSION_NONE)
        return;
    if (isfinite(field->min))
        json_number(json, field->above_min ? "exclusiveMinimum" : "minimum", field->min);
    if (isfinite(field->max) && (field->max != 0 || field->min < 0))
        json_number(json, "maximum", field->max);
    if (field->type == FIELD_INT)
        json_number(json, "multipleOf", 1);
}

/* allOf, because draft-07 ignores what stands beside a $ref. */
static void write_ref(struct json *json, const char *key, const struct field *field,
                      const char *a, const char *b)
{
    json_open(json, key, '{');
    write_doc(json, field);
    if (field->type == FIELD_INT || field->type == FIELD_NUMBER || field->type == FIELD_VALUE)
        write_limits(json, field);
    json_open(json, "allOf", '[');
    ref(json, NULL, a, b);
    json_close(json, ']');
    json_close(json, '}');
}

static void write_text_field(struct json *json, const char *key, const struct field *field)
{
    json_open(json, key, '{');
    write_doc(json, field);
    json_open(json, "type", '[');
    json_text(json, NULL, "string");
    json_text(json, NULL, "number"); /* a file may well be called 2020 */
    if (field->list)
        json_text(json, NULL, "array");
    json_close(json, ']');
    json_close(json, '}');
}

static void write_every(struct json *json, const char *key, const struct field *field)
{
    json_open(json, key, '{');
    write_doc(json, field);
    json_text(json, "type", "string");
    json_text(json, "pattern",
              "^(never|[0-9.]+(e[+-]?[0-9]+)? *"
              "(epochs?|rounds?|ns|us|ms|s|min|h|d))$");
    json_close(json, '}');
}

static void write_field(struct json *json, const char *key, const struct field *field)
{
    char number[24];

    number_name(field_dimension(field), number);
    switch (field->type) {
    case FIELD_BOOL:
        write_bool(json, key, field);
        break;
    case FIELD_ENUM:
        write_words(json, key, field);
        break;
    case FIELD_INT:
    case FIELD_NUMBER:
        write_ref(json, key, field, "quantity", number);
        break;
    case FIELD_VALUE:
        write_ref(json, key, field, "value", number);
        break;
    case FIELD_TEXT:
        write_text_field(json, key, field);
        break;
    case FIELD_YAML:
        json_raw(json, key, field->schema ? field->schema : "{}");
        break;
    case FIELD_EVERY:
        write_every(json, key, field);
        break;
    case FIELD_CHOICE:
        write_ref(json, key, field, "family", field->family);
        break;
    case FIELD_STRUCT:
        write_mapping(json, key, field, NULL);
        break;
    case FIELD_MAP:
        write_map(json, key, field);
        break;
    case FIELD_ENTRY:
        write_entry(json, key, field);
        break;
    }
}

/* -- families --------------------------------------------------------------------- */

static void define_family(struct json *json, const struct family *family)
{
    bool provided = family_is_provided(family);
    struct text name = {0};

    text_add(&name, "family.%s", family->name);
    json_open(json, name.chars, '{');
    text_done(&name);
    if (family->doc)
        json_text(json, "description", family->doc);
    json_open(json, "oneOf", '[');
    json_open(json, NULL, '{');
    json_open(json, "enum", '[');
    for (size_t i = 0; family->kinds[i]; i++)
        json_text(json, NULL, family->kinds[i]->name);
    json_close(json, ']');
    json_close(json, '}');
    for (size_t i = 0; family->kinds[i]; i++) {
        const struct kind *kind = family->kinds[i];

        json_open(json, NULL, '{');
        if (kind->doc)
            json_text(json, "description", kind->doc);
        json_text(json, "type", "object");
        json_open(json, "properties", '{');
        json_open(json, "kind", '{');
        json_text(json, "const", kind->name);
        json_close(json, '}');
        if (provided) {
            write_type(json, "provider", "string");
            write_type(json, "file", "string");
        }
        write_properties(json, kind->fields);
        write_properties(json, family->fields);
        json_close(json, '}');
        write_required(json, provided ? NULL : kind->fields, "kind");
        json_bool(json, "additionalProperties", false);
        json_close(json, '}');
    }
    json_close(json, ']');
    json_close(json, '}');
}

static const struct family *named(const struct family *const *families, const char *name)
{
    for (size_t i = 0; families[i]; i++)
        if (strcmp(families[i]->name, name) == 0)
            return families[i];
    return NULL;
}

/* The field that a short form stands for. */
static void write_shorthand(struct json *json, const struct shorthand *s)
{
    const struct field *field = field_find(scenario_fields, s->path[0]);

    if (field && field->family) {
        ref(json, s->word, "family", field->family);
        return;
    }
    field = field && s->path[2] ? field_find(field->fields, s->path[2]) : NULL;
    if (field)
        write_field(json, s->word, field);
}

static void write_top(struct json *json, const struct family *const *families)
{
    json_open(json, "properties", '{');
    for (const struct field *field = scenario_fields; field->member; field++) {
        const struct field *inner = field->type == FIELD_STRUCT ? field->fields : NULL;
        char key[64];

        field_key(field, key, sizeof key);
        while (inner && inner->member && !inner->beside)
            inner++;
        if (inner && inner->member && named(families, inner->family))
            write_beside(json, key, field, inner, named(families, inner->family));
        else
            write_field(json, key, field);
    }
    for (const struct shorthand *s = shorthands; s->word; s++)
        write_shorthand(json, s);
    json_close(json, '}');
}

void sheet_json_schema(const char *title, const struct field *fields, FILE *out)
{
    struct json json = {.out = out};

    json_open(&json, NULL, '{');
    json_text(&json, "$schema", "http://json-schema.org/draft-07/schema#");
    json_text(&json, "title", title);
    json_text(&json, "type", "object");
    json_open(&json, "properties", '{');
    write_properties(&json, fields);
    json_close(&json, '}');
    write_required(&json, fields, NULL);
    json_bool(&json, "additionalProperties", false);
    json_open(&json, "definitions", '{');
    for (int i = 0; i < DIMENSION_COUNT; i++)
        define_quantity(&json, (enum dimension)i);
    json_close(&json, '}');
    json_close(&json, '}');
}

void scenario_json_schema(const struct family *const *families, FILE *out)
{
    struct json json = {.out = out};

    json_open(&json, NULL, '{');
    json_text(&json, "$schema", "http://json-schema.org/draft-07/schema#");
    json_text(&json, "title", "traincast scenario");
    json_text(&json, "type", "object");
    write_top(&json, families);
    json_bool(&json, "additionalProperties", false);
    json_open(&json, "definitions", '{');
    for (int i = 0; i < DIMENSION_COUNT; i++) {
        define_quantity(&json, (enum dimension)i);
        define_value(&json, (enum dimension)i);
    }
    for (size_t i = 0; families[i]; i++)
        define_family(&json, families[i]);
    json_close(&json, '}');
    json_close(&json, '}');
}
