/* SPDX-License-Identifier: MIT
 * load_value.c -- a constant, a distribution, or a table of numbers; see base/value.h. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "sim/scenario/load.h"

struct parameter {
    const char *key;
    bool pure;      /* without unit: a shape, whatever the field's dimension is */
    bool above_min; /* of a pure one: 0 is excluded */
};

/* In the order of `a` and `b` of struct value. */
static const struct function {
    const char *name;
    enum value_kind kind;
    struct parameter parameter[2];
} functions[] = {
    {"uniform", VALUE_UNIFORM, {{"min"}, {"max"}}},
    {"normal", VALUE_NORMAL, {{"mean"}, {"sd"}}},
    {"lognormal", VALUE_LOGNORMAL, {{"median"}, {"sigma", .pure = true}}},
    {"exponential", VALUE_EXPONENTIAL, {{"mean"}, {NULL}}},
    {"weibull", VALUE_WEIBULL, {{"scale"}, {"shape", .pure = true, .above_min = true}}},
    {"empirical", VALUE_EMPIRICAL, {{NULL}, {NULL}}},
    {"trace", VALUE_TRACE, {{NULL}, {NULL}}},
};
enum { FUNCTION_COUNT = sizeof functions / sizeof functions[0] };

static const char forms[] =
    "lognormal {median, sigma}, normal {mean, sd}, uniform {min, max}, exponential {mean}, "
    "weibull {scale, shape}, empirical FILE, trace FILE";

static const struct function *find_function(struct loader *loader, const struct item *item,
                                            const struct item *given)
{
    struct nearest nearest = {.word = given->key};
    char shown[TEXT_SHOWN];

    for (int i = 0; i < FUNCTION_COUNT; i++) {
        if (strcmp(functions[i].name, given->key) == 0)
            return &functions[i];
        nearest_try(&nearest, functions[i].name);
    }
    diag_add(loader->diags, DIAG_ERROR, given->place, "'%s' cannot be '%s'", item_name(item),
             text_shown(given->key, shown));
    if (nearest.best)
        suggest(loader, given->place, nearest.best);
    else
        diag_add(loader->diags, DIAG_NOTE, given->place, "it is a number, or one of: %s",
                 forms);
    return NULL;
}

static bool load_parameter(struct loader *loader, const struct field *field,
                           const struct parameter *parameter, const struct cascade *from,
                           const struct item *function, double *out, struct resolved *parent)
{
    struct cascade here = cascade_key(loader, from, parameter->key);
    struct field pure = {.member = parameter->key, .above_min = parameter->above_min};
    struct field own = *field;
    bool spread = strcmp(parameter->key, "sd") == 0;

    if (here.count == 0) {
        diag_add(loader->diags, DIAG_ERROR,
                 function->place.file ? function->place : function->value->place,
                 "'%s' needs '%s'", function->key, parameter->key);
        return false;
    }
    own.key = parameter->key;
    own.type = FIELD_NUMBER;
    own.dimension = field_dimension(field);
    own.offset = 0;
    if (spread) /* an error's size is not bound by where the mean must lie */
        own.min = own.max = own.above_min = 0;
    pure.type = FIELD_NUMBER;
    *out = NAN;
    load_leaf(loader, parameter->pure ? &pure : &own, here.item[0], out, parent);
    return !isnan(*out);
}

static void load_distribution(struct loader *loader, const struct field *field,
                              const struct function *function, const struct cascade *from,
                              struct value *out, struct resolved *parent)
{
    const struct item *item = from->item[0];
    const struct field *const tables[] = {NULL};
    const char *words[] = {function->parameter[0].key, function->parameter[1].key, NULL};
    struct owner owner = {.words = arena_format(loader->arena, "'%s'", function->name)};
    double number[2] = {0, 0};
    struct resolved *child;
    bool ok = true;

    if (!item_mapping(loader, item))
        return;
    child = resolved_add(loader->arena, parent, function->name);
    resolved_from(child, item);
    check_keys(loader, from, &owner, tables, words);
    for (int i = 0; i < 2 && function->parameter[i].key; i++)
        ok = load_parameter(loader, field, &function->parameter[i], from, item, &number[i],
                            child) &&
             ok;
    if (ok && function->kind == VALUE_UNIFORM && number[0] > number[1])
        diag_add(loader->diags, DIAG_ERROR, item->place, "'min' is above 'max'");
    *out = (struct value){.kind = function->kind, .a = number[0], .b = number[1]};
}

static void load_table(struct loader *loader, const struct field *field,
                       const struct function *function, const struct item *item,
                       struct value *out, struct resolved *parent)
{
    struct value_table *table =
        load_value_table(loader, field, item, function->kind == VALUE_TRACE);
    struct resolved *leaf;

    if (!table)
        return;
    *out = (struct value){.kind = function->kind, .table = table};
    leaf = resolved_add(loader->arena, parent, function->name);
    resolved_from(leaf, item);
    leaf->text = value_table_text(loader->arena, table, field_dimension(field));
}

/* A provider's {value: {lognormal: ...}, source: ...} speaks of all its parameters. */
static void pass_credit(struct resolved *value)
{
    for (struct resolved *function = value->first; function; function = function->next)
        for (struct resolved *leaf = function->text ? function : function->first; leaf;
             leaf = leaf->next) {
            if (leaf->layer != value->layer || leaf->source)
                continue;
            leaf->source = value->source;
            leaf->date = value->date;
            leaf->fitted_to = value->fitted_to;
        }
}

void load_value(struct loader *loader, const struct field *field, const struct cascade *from,
                struct value *out, struct resolved *parent)
{
    const struct item *item = from->item[0];
    const struct function *function;
    struct cascade inside;
    struct resolved *child;
    struct field constant = *field;
    char key[64];

    if (item->value->type != NODE_MAPPING) {
        constant.key = arena_text(loader->arena, field_key(field, key, sizeof key));
        constant.dimension = field_dimension(field);
        constant.type = FIELD_NUMBER;
        constant.offset = offsetof(struct value, a);
        out->kind = VALUE_CONSTANT;
        load_leaf(loader, &constant, item, out, parent);
        return;
    }
    if (item->value->count != 1) {
        diag_add(loader->diags, DIAG_ERROR, item->value->place,
                 "'%s' must be one number or one of: %s", item_name(item), forms);
        return;
    }
    function = find_function(loader, item, item->value->first);
    if (!function)
        return;
    inside = cascade_key(loader, from, function->name);
    child = resolved_add(loader->arena, parent,
                         arena_text(loader->arena, field_key(field, key, sizeof key)));
    resolved_from(child, item);
    if (function->parameter[0].key)
        load_distribution(loader, field, function, &inside, out, child);
    else
        load_table(loader, field, function, inside.item[0], out, child);
    pass_credit(child);
}
