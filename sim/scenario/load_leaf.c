/* SPDX-License-Identifier: MIT
 * load_leaf.c -- single values: yes/no, numbers with units, words, texts, "every"; see load.h.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sim/scenario/load.h"

static struct place place_of(const struct item *item)
{
    return item->value->place.file ? item->value->place : item->place;
}

static struct resolved *add_leaf(struct loader *loader, const struct field *field,
                                 const struct item *item, struct resolved *parent,
                                 const char *text)
{
    char key[64];
    struct resolved *leaf;

    field_key(field, key, sizeof key);
    leaf = resolved_add(loader->arena, parent, arena_text(loader->arena, key));
    leaf->text = text;
    resolved_from(leaf, item);
    return leaf;
}

/* -- numbers ---------------------------------------------------------------------- */

static bool in_range(const struct field *field, double number)
{
    bool has_upper = field->max != 0 || field->min < 0;

    if (field->above_min ? !(number > field->min) : !(number >= field->min))
        return false;
    return !has_upper || number <= field->max;
}

static void say_range(const struct loader *loader, const struct field *field,
                      const struct item *item, double number)
{
    enum dimension dimension = field_dimension(field);
    char is[96], low[96], high[96];

    units_format(number, dimension, is, sizeof is);
    units_format(field->min, dimension, low, sizeof low);
    units_format(field->max, dimension, high, sizeof high);
    if (isfinite(field->max) && (field->max != 0 || field->min < 0))
        diag_add(loader->diags, DIAG_ERROR, place_of(item), "'%s' is %s, outside %s%s, %s]",
                 item_name(item), is, field->above_min || !isfinite(field->min) ? "(" : "[",
                 low, high);
    else
        diag_add(loader->diags, DIAG_ERROR, place_of(item), "'%s' is %s, but must be %s %s",
                 item_name(item), is, field->above_min ? "above" : "at least", low);
}

bool load_number(const struct loader *loader, const struct field *field,
                 const struct item *item, const char *text, double *ret_number)
{
    struct err err = {""};

    if (!units_parse(text, field_dimension(field), ret_number, &err)) {
        diag_add(loader->diags, DIAG_ERROR, place_of(item), "'%s' %s", item_name(item),
                 err.text);
        return false;
    }
    if (in_range(field, *ret_number))
        return true;
    say_range(loader, field, item, *ret_number);
    return false;
}

static void set_number(struct resolved *leaf, double number, enum dimension dimension)
{
    double scale;

    leaf->unit = dimension_unit(dimension, &scale);
    leaf->number = number / scale;
}

/* Plain digits exactly (a seed may have 19), all else by way of a double. */
static bool parse_int(const struct loader *loader, const struct field *field,
                      const struct item *item, const char *text, int64_t *ret_int)
{
    enum dimension dimension = field_dimension(field);
    double number;
    char *end;
    long long whole;

    if (dimension == DIMENSION_NONE && !units_parse(text, DIMENSION_NONE, &number, NULL)) {
        char shown[TEXT_SHOWN];

        diag_add(loader->diags, DIAG_ERROR, place_of(item),
                 "'%s' must be a whole number, not '%s'", item_name(item),
                 text_shown(text, shown));
        return false;
    }
    if (!load_number(loader, field, item, text, &number))
        return false;
    errno = 0;
    whole = strtoll(text, &end, 10);
    if (dimension == DIMENSION_NONE && *end == '\0' && errno == 0) {
        *ret_int = whole;
        return true;
    }
    if (fabs(number) > 9.2e18) {
        diag_add(loader->diags, DIAG_ERROR, place_of(item), "'%s' is too large",
                 item_name(item));
        return false;
    }
    /* fractions of a pico-dollar do not matter; half a byte or half a worker is a mistake */
    if (dimension < DIMENSION_PUSD && number != floor(number)) {
        char shown[TEXT_SHOWN];

        diag_add(loader->diags, DIAG_ERROR, place_of(item),
                 "'%s' must be a whole number%s, not '%s'", item_name(item),
                 dimension == DIMENSION_NONE ? "" : " of bytes", text_shown(text, shown));
        return false;
    }
    *ret_int = llround(number);
    return true;
}

static void load_int(struct loader *loader, const struct field *field, const struct item *item,
                     const char *text, int64_t *out, struct resolved *parent)
{
    enum dimension dimension = field_dimension(field);
    char shown[96];
    int64_t number;

    if (!parse_int(loader, field, item, text, &number))
        return;
    *out = number;
    if (dimension == DIMENSION_NONE)
        snprintf(shown, sizeof shown, "%lld", (long long)number);
    else
        units_format((double)number, dimension, shown, sizeof shown);
    set_number(add_leaf(loader, field, item, parent, arena_text(loader->arena, shown)),
               (double)number, dimension);
}

static void load_double(struct loader *loader, const struct field *field,
                        const struct item *item, const char *text, double *out,
                        struct resolved *parent)
{
    enum dimension dimension = field_dimension(field);
    char shown[96];

    if (!load_number(loader, field, item, text, out))
        return;
    units_format(*out, dimension, shown, sizeof shown);
    set_number(add_leaf(loader, field, item, parent, arena_text(loader->arena, shown)), *out,
               dimension);
}

/* -- words ------------------------------------------------------------------------ */

static void load_bool(struct loader *loader, const struct field *field, const struct item *item,
                      const char *text, bool *out, struct resolved *parent)
{
    char shown[TEXT_SHOWN];

    if (strcmp(text, "yes") == 0 || strcmp(text, "true") == 0)
        *out = true;
    else if (strcmp(text, "no") == 0 || strcmp(text, "false") == 0)
        *out = false;
    else {
        diag_add(loader->diags, DIAG_ERROR, place_of(item), "'%s' must be yes or no, not '%s'",
                 item_name(item), text_shown(text, shown));
        return;
    }
    add_leaf(loader, field, item, parent, *out ? "yes" : "no")->number = *out;
}

static void load_enum(struct loader *loader, const struct field *field, const struct item *item,
                      const char *text, int *out, struct resolved *parent)
{
    struct nearest nearest = {.word = text};
    struct text names = {0};
    char shown[TEXT_SHOWN];

    for (int i = 0; field->names[i]; i++) {
        if (strcmp(field->names[i], text) == 0) {
            *out = i;
            add_leaf(loader, field, item, parent, field->names[i]);
            text_done(&names);
            return;
        }
        nearest_try(&nearest, field->names[i]);
        text_add(&names, "%s%s", i ? ", " : "", field->names[i]);
    }
    diag_add(loader->diags, DIAG_ERROR, place_of(item), "'%s' must be one of %s, not '%s'",
             item_name(item), names.chars ? names.chars : "nothing", text_shown(text, shown));
    suggest(loader, place_of(item), nearest.best);
    text_done(&names);
}

/* The number before `word` ("5 rounds"), NaN when text does not end so. */
static double number_before(const char *text, const char *word)
{
    size_t length = strlen(text), tail = strlen(word);
    char number[32];
    double value;

    if (length > tail && text[length - 1] == 's')
        length--;
    if (length <= tail || length - tail >= sizeof number ||
        memcmp(text + length - tail, word, tail) != 0)
        return NAN;
    length -= tail;
    while (length > 0 && text[length - 1] == ' ')
        length--;
    memcpy(number, text, length);
    number[length] = '\0';
    return units_parse(number, DIMENSION_NONE, &value, NULL) ? value : NAN;
}

static bool parse_every(const char *text, struct every *every)
{
    if (strcmp(text, "never") == 0) {
        *every = (struct every){EVERY_NEVER, 0};
        return true;
    }
    every->unit = EVERY_SECOND;
    if (units_parse(text, DIMENSION_SECONDS, &every->count, NULL))
        return every->count > 0;
    every->unit = EVERY_EPOCH;
    every->count = number_before(text, "epoch");
    if (every->count > 0)
        return true;
    every->unit = EVERY_ROUND;
    every->count = number_before(text, "round");
    return every->count > 0 && every->count == floor(every->count);
}

static void load_every(struct loader *loader, const struct field *field,
                       const struct item *item, const char *text, struct every *out,
                       struct resolved *parent)
{
    char shown[TEXT_SHOWN], number[96];
    const char *form = "never";
    struct resolved *leaf;

    if (!parse_every(text, out)) {
        diag_add(loader->diags, DIAG_ERROR, place_of(item),
                 "'%s' must be like '1 epoch', '5 rounds', '30 s' or 'never', not '%s'",
                 item_name(item), text_shown(text, shown));
        return;
    }
    units_format(out->count, DIMENSION_NONE, number, sizeof number);
    if (out->unit == EVERY_SECOND) {
        units_format(out->count, DIMENSION_SECONDS, number, sizeof number);
        form = arena_text(loader->arena, number);
    } else if (out->unit != EVERY_NEVER) {
        form = arena_format(loader->arena, "%s %s%s", number,
                            out->unit == EVERY_EPOCH ? "epoch" : "round",
                            out->count == 1 ? "" : "s");
    }
    leaf = add_leaf(loader, field, item, parent, form);
    if (out->unit != EVERY_NEVER) {
        static const char *const unit[] = {"", "round", "epoch", "s"};

        leaf->number = out->count;
        leaf->unit = unit[out->unit];
    }
}

/* [a, b, c] as "a, b, c"; what is written so in one text already is taken as it is. */
static const char *list_text(struct loader *loader, const struct item *item)
{
    const char *all = NULL;

    if (item->value->type != NODE_LIST)
        return item_text(loader, item);
    for (const struct item *element = item->value->first; element; element = element->next) {
        const char *text = item_text(loader, element);

        if (!text)
            return NULL;
        all = all ? arena_format(loader->arena, "%s, %s", all, text) : text;
    }
    if (!all)
        diag_add(loader->diags, DIAG_ERROR, place_of(item), "'%s' is an empty list",
                 item_name(item));
    return all;
}

void load_leaf(struct loader *loader, const struct field *field, const struct item *item,
               void *conf, struct resolved *parent)
{
    void *member = (char *)conf + field->offset;
    const char *text = field->list ? list_text(loader, item) : item_text(loader, item);

    if (!text)
        return;
    switch (field->type) {
    case FIELD_BOOL:
        load_bool(loader, field, item, text, member, parent);
        break;
    case FIELD_INT:
        load_int(loader, field, item, text, member, parent);
        break;
    case FIELD_ENUM:
        load_enum(loader, field, item, text, member, parent);
        break;
    case FIELD_NUMBER:
        load_double(loader, field, item, text, member, parent);
        break;
    case FIELD_TEXT:
        *(char **)member = arena_text(loader->arena, text);
        add_leaf(loader, field, item, parent, text)->is_free_text = true;
        break;
    case FIELD_EVERY:
        load_every(loader, field, item, text, member, parent);
        break;
    case FIELD_VALUE:
    case FIELD_CHOICE:
    case FIELD_STRUCT:
    case FIELD_MAP:
    case FIELD_ENTRY:
    case FIELD_YAML:
        break; /* not leaves */
    }
}

/* -- absence ---------------------------------------------------------------------- */

static double absent_number(const struct field *field)
{
    switch (field->absent_is) {
    case ABSENT_NAN:
        return NAN;
    case ABSENT_ZERO:
        return 0;
    case ABSENT_INFINITY:
        return INFINITY;
    }
    return NAN;
}

/* The memory is zeroed already: only what is not 0 when absent needs doing. */
void load_absent(const struct field *fields, void *conf)
{
    for (const struct field *field = fields; field && field->member; field++) {
        void *member = (char *)conf + field->offset;

        if (field->type == FIELD_NUMBER)
            *(double *)member = absent_number(field);
        else if (field->type == FIELD_VALUE)
            *(struct value *)member = value_constant(absent_number(field));
        else if (field->type == FIELD_STRUCT || field->type == FIELD_ENTRY)
            load_absent(field->fields, member);
    }
}
