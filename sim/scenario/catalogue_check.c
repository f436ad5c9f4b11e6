/* SPDX-License-Identifier: MIT
 * catalogue_check.c -- is a provider's file sound as a whole, used or not?  See catalogue.h.
 *
 * Walks the file beside the tables of all families.  Every leaf is loaded once for nothing, so
 * that a wrong unit in a corner that no scenario uses is found too.  On the way {value: X,
 * source: ...} becomes X with a source, so that the loader sees plain values everywhere. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sim/scenario/load.h"

/* The source and date that hold for bare numbers here. */
struct credit {
    const char *source, *date;
};

struct checker {
    struct loader *loader;
    enum layer layer;
};

enum { TABLES_MOST = 16 };

static void check_mapping(struct checker *c, const struct field *const tables[],
                          const struct item *mapping, const char *words,
                          const char *const also[], struct credit credit);

/* -- which tables describe a section of entries ----------------------------------- */

static void add_table(const struct field *tables[], const struct field *table)
{
    size_t i = 0;

    while (tables[i] && tables[i] != table)
        i++;
    if (i < TABLES_MOST - 1)
        tables[i] = table;
}

static void find_entry_tables(const struct field *fields, const char *section,
                              const struct field *tables[])
{
    for (const struct field *field = fields; field && field->member; field++) {
        if (field->type == FIELD_ENTRY && strcmp(field->family, section) == 0)
            add_table(tables, field->fields);
        if (field->fields)
            find_entry_tables(field->fields, section, tables);
    }
}

/* tables[TABLES_MOST], ends in NULL; empty: nobody looks anything up in that section. */
static void entry_tables(const struct scenario_options *options, const char *section,
                         const struct field *tables[])
{
    memset(tables, 0, TABLES_MOST * sizeof tables[0]);
    find_entry_tables(scenario_fields, section, tables);
    for (size_t i = 0; options->families[i]; i++)
        for (size_t j = 0; options->families[i]->kinds[j]; j++)
            find_entry_tables(options->families[i]->kinds[j]->fields, section, tables);
}

/* -- leaves ----------------------------------------------------------------------- */

static bool is_number(const struct field *field)
{
    return field->type == FIELD_NUMBER || field->type == FIELD_INT ||
           field->type == FIELD_VALUE;
}

/* A date's text, NULL after a complaint: 2020, 2020-11 or 2020-11-01. */
static const char *item_date(const struct loader *loader, const struct item *item)
{
    static const char form[] = "0000-00-00";
    const char *text = item_text(loader, item);
    char shown[TEXT_SHOWN];
    size_t i = 0;

    if (!text)
        return NULL;
    while (text[i] && i < sizeof form - 1 &&
           (form[i] == '0' ? text[i] >= '0' && text[i] <= '9' : text[i] == form[i]))
        i++;
    if (text[i] == '\0' && (i == 4 || i == 7 || i == 10))
        return text;
    diag_add(loader->diags, DIAG_ERROR, item->value->place,
             "'%s' must be a date like 2020-11-01, not '%s'", item->key,
             text_shown(text, shown));
    return NULL;
}

/* {value: X, source: ...} -> X, with credit overridden by what stands there. */
static void unwrap(struct checker *c, struct item *item, struct credit *credit,
                   const char **ret_fitted)
{
    static const char *const words[] = {"value", "source", "date", "fitted_to", NULL};
    const struct node *wrapper = item->value;
    struct node *inner = NULL;

    for (const struct item *part = wrapper->first; part; part = part->next) {
        struct nearest nearest = {.word = part->key};
        char shown[TEXT_SHOWN];
        size_t i = 0;

        while (words[i] && strcmp(words[i], part->key) != 0)
            nearest_try(&nearest, words[i++]);
        if (i == 0)
            inner = part->value;
        else if (i == 1)
            credit->source = item_text(c->loader, part);
        else if (i == 2)
            credit->date = item_date(c->loader, part);
        else if (i == 3)
            *ret_fitted = item_text(c->loader, part);
        else {
            diag_add(c->loader->diags, DIAG_ERROR, part->place,
                     "'%s' has no '%s' beside its value", item->key,
                     text_shown(part->key, shown));
            suggest(c->loader, part->place, nearest.best);
        }
    }
    item->value = inner;
}

static void check_value(struct checker *c, const struct field *field, const struct item *item)
{
    union {
        bool yes;
        int64_t whole;
        int word;
        double number;
        char *text;
        struct value value;
        struct every every;
    } scratch = {0};
    struct field alone = *field;
    char key[64];

    alone.key = arena_text(c->loader->arena, field_key(field, key, sizeof key));
    alone.offset = 0;
    if (item->value->type == NODE_BAD)
        return;
    if (field->type == FIELD_VALUE) {
        struct cascade only = cascade_of(c->loader, item);

        load_value(c->loader, &alone, &only, &scratch.value, NULL);
    } else {
        load_leaf(c->loader, &alone, item, &scratch, NULL);
    }
}

static void check_leaf(struct checker *c, const struct field *field, struct item *item,
                       struct credit credit)
{
    const char *fitted = NULL;

    if (node_get(item->value, "value"))
        unwrap(c, item, &credit, &fitted);
    if (is_number(field) && c->layer == LAYER_PROVIDER && !(credit.source && credit.date))
        diag_add(c->loader->diags, DIAG_ERROR, item->place,
                 "'%s' has no %s: write {value: ..., source: \"...\", date: 2020-11-01}",
                 item->key, credit.source ? "date" : "source");
    if (is_number(field) || fitted) {
        item->value->source = credit.source;
        item->value->date = credit.date;
        item->value->fitted_to = fitted;
    }
    check_value(c, field, item);
}

/* -- fields ----------------------------------------------------------------------- */

static void check_choice(struct checker *c, const struct field *field, const struct item *item,
                         struct credit credit)
{
    static const char *const also[] = {"kind", NULL};
    const struct family *family = family_named(c->loader->options, field->family);
    struct cascade only = cascade_of(c->loader, item);
    const struct kind *kind = family ? chosen_kind(c->loader, family, &only, "kind") : NULL;
    const struct field *const tables[] = {kind ? kind->fields : NULL, NULL};

    if (kind && item->value->type == NODE_MAPPING)
        check_mapping(c, tables, item, kind->name, also, credit);
}

static void check_named(struct checker *c, const struct field *field,
                        const struct item *mapping, struct credit credit)
{
    const struct field *const tables[] = {field->fields, NULL};

    if (!item_mapping(c->loader, mapping))
        return;
    for (struct item *item = mapping->value->first; item; item = item->next)
        check_mapping(c, tables, item, item->key, NULL, credit);
}

static void check_field(struct checker *c, const struct field *field, struct item *item,
                        struct credit credit)
{
    static const char *const name[] = {"name", NULL};
    const struct field *const tables[] = {field->fields, NULL};

    switch (field->type) {
    case FIELD_BOOL:
    case FIELD_INT:
    case FIELD_ENUM:
    case FIELD_NUMBER:
    case FIELD_TEXT:
    case FIELD_VALUE:
    case FIELD_EVERY:
        check_leaf(c, field, item, credit);
        break;
    case FIELD_CHOICE:
        check_choice(c, field, item, credit);
        break;
    case FIELD_YAML:
        break; /* in no catalogue */
    case FIELD_STRUCT:
        check_mapping(c, tables, item, item->key, NULL, credit);
        break;
    case FIELD_MAP:
        check_named(c, field, item, credit);
        break;
    case FIELD_ENTRY:
        if (item->value->type == NODE_MAPPING)
            check_mapping(c, tables, item, item->key, name, credit);
        else
            item_text(c->loader, item);
        break;
    }
}

static const struct field *find_in(const struct field *const tables[], const char *key)
{
    const struct field *field = NULL;

    for (size_t i = 0; tables[i] && !field; i++)
        field = field_find(tables[i], key);
    return field;
}

static void say_unknown(struct checker *c, const struct field *const tables[],
                        const struct item *item, const char *words)
{
    struct nearest nearest = {.word = item->key};
    char shown[TEXT_SHOWN], key[64];

    diag_add(c->loader->diags, DIAG_ERROR, item->place, "'%s' has no field '%s'", words,
             text_shown(item->key, shown));
    for (size_t i = 0; tables[i]; i++)
        for (const struct field *field = tables[i]; field->member; field++) {
            const char *before = nearest.best;

            nearest_try(&nearest, field_key(field, key, sizeof key));
            if (nearest.best != before)
                nearest.best = arena_text(c->loader->arena, key);
        }
    suggest(c->loader, item->place, nearest.best);
}

static bool is_one_of(const char *key, const char *const words[])
{
    for (size_t i = 0; words && words[i]; i++)
        if (strcmp(words[i], key) == 0)
            return true;
    return false;
}

static void check_mapping(struct checker *c, const struct field *const tables[],
                          const struct item *mapping, const char *words,
                          const char *const also[], struct credit credit)
{
    static const char *const credits[] = {"source", "date", NULL};

    if (!item_mapping(c->loader, mapping))
        return;
    for (const struct item *item = mapping->value->first; item; item = item->next)
        if (is_one_of(item->key, credits) && !find_in(tables, item->key)) {
            if (strcmp(item->key, "date") == 0)
                credit.date = item_date(c->loader, item);
            else
                credit.source = item_text(c->loader, item);
        }
    for (struct item *item = mapping->value->first; item; item = item->next) {
        const struct field *field = find_in(tables, item->key);

        if (diags_are_full(c->loader))
            return;
        if (field)
            check_field(c, field, item, credit);
        else if (!is_one_of(item->key, credits) && !is_one_of(item->key, also))
            say_unknown(c, tables, item, words);
    }
}

/* -- sections --------------------------------------------------------------------- */

static void check_family(struct checker *c, const struct family *family,
                         const struct item *section, struct credit credit)
{
    if (!item_mapping(c->loader, section))
        return;
    for (const struct item *item = section->value->first; item; item = item->next) {
        const struct kind *kind = family_find(family, item->key);
        const struct field *const tables[] = {kind ? kind->fields : NULL, NULL};
        struct nearest nearest = {.word = item->key};
        char shown[TEXT_SHOWN];

        if (diags_are_full(c->loader))
            return;
        if (kind) {
            check_mapping(c, tables, item, kind->name, NULL, credit);
            continue;
        }
        for (size_t i = 0; family->kinds[i]; i++)
            nearest_try(&nearest, family->kinds[i]->name);
        diag_add(c->loader->diags, DIAG_ERROR, item->place, "there is no %s '%s'", family->name,
                 text_shown(item->key, shown));
        suggest(c->loader, item->place, nearest.best);
    }
}

static void check_section(struct checker *c, const struct item *item, struct credit credit)
{
    const struct family *family = family_named(c->loader->options, item->key);
    const struct field *tables[TABLES_MOST];
    struct nearest nearest = {.word = item->key};
    char shown[TEXT_SHOWN];

    if (family) {
        check_family(c, family, item, credit);
        return;
    }
    entry_tables(c->loader->options, item->key, tables);
    if (tables[0]) {
        if (item_mapping(c->loader, item))
            for (const struct item *entry = item->value->first; entry; entry = entry->next)
                check_mapping(c, tables, entry, entry->key, NULL, credit);
        return;
    }
    for (size_t i = 0; c->loader->options->families[i]; i++)
        nearest_try(&nearest, c->loader->options->families[i]->name);
    diag_add(c->loader->diags, DIAG_ERROR, item->place, "a provider has no section '%s'",
             text_shown(item->key, shown));
    suggest(c->loader, item->place, nearest.best);
}

void catalogue_check(struct loader *loader, const struct catalogue *catalogue)
{
    static const char *const heads[] = {"name", "description", "region",
                                        "date", "extends",     NULL};
    struct checker c = {loader, catalogue->layer};
    struct credit credit = {NULL, NULL};

    for (const struct item *item = catalogue->root->first; item; item = item->next)
        if (is_one_of(item->key, heads)) {
            const char *text = item_text(loader, item);

            if (text && strcmp(item->key, "date") == 0)
                credit.date = item_date(loader, item);
            if (text && strcmp(item->key, "name") == 0 && catalogue->layer == LAYER_PROVIDER &&
                strcmp(text, catalogue->name) != 0)
                diag_add(loader->diags, DIAG_ERROR, item->value->place,
                         "the file of provider '%s' calls itself '%s'", catalogue->name, text);
        }
    for (const struct item *item = catalogue->root->first; item; item = item->next)
        if (!is_one_of(item->key, heads) && !diags_are_full(loader))
            check_section(&c, item, credit);
}
