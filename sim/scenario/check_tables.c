/* SPDX-License-Identifier: MIT
 * check_tables.c -- are the families' tables sound?  For tests; see scenario_check_tables.
 *
 * The tables are written by hand in many files; what the compiler cannot see in them is checked
 * here: a preset that does not load would otherwise be found by the first user who relies on
 * it. */
#include <string.h>

#include "sim/scenario/load.h"

struct checker {
    struct loader *loader;
    const char *where; /* "channel.s3" */
    bool provided;
};

static struct place nowhere(const struct checker *c)
{
    return (struct place){c->where, 0, 0};
}

static void check_preset(struct checker *c, const struct field *field, const char *key)
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
    const struct item *item = preset_item(c->loader, key, field->preset);
    const struct family *family;

    alone.key = key;
    alone.offset = 0;
    switch (field->type) {
    case FIELD_CHOICE:
        family = family_named(c->loader->options, field->family);
        if (family && field->preset[0] != '{' && !family_find(family, field->preset))
            diag_add(c->loader->diags, DIAG_ERROR, nowhere(c),
                     "the preset of '%s' is '%s', which is no %s", key, field->preset,
                     family->name);
        break;
    case FIELD_VALUE: {
        struct cascade only = cascade_of(c->loader, item);

        load_value(c->loader, &alone, &only, &scratch.value, NULL);
        break;
    }
    case FIELD_BOOL:
    case FIELD_INT:
    case FIELD_ENUM:
    case FIELD_NUMBER:
    case FIELD_TEXT:
    case FIELD_EVERY:
        load_leaf(c->loader, &alone, item, &scratch, NULL);
        break;
    case FIELD_STRUCT:
    case FIELD_MAP:
    case FIELD_ENTRY:
    case FIELD_YAML:
        break;
    }
}

static void check_size(struct checker *c, const struct field *field, const char *key)
{
    if (field->type == FIELD_MAP && field->family && field->size != sizeof(struct choice))
        diag_add(c->loader->diags, DIAG_ERROR, nowhere(c),
                 "'%s' is a map of choices: use CONF_MAP(..., struct choice, ...)", key);
    if ((field->type == FIELD_STRUCT || field->type == FIELD_ENTRY) && !field->fields)
        diag_add(c->loader->diags, DIAG_ERROR, nowhere(c), "'%s' has no table", key);
    if (field->type == FIELD_MAP && !field->fields && !field->family)
        diag_add(c->loader->diags, DIAG_ERROR, nowhere(c), "'%s' has no table", key);
    if (field->type == FIELD_ENUM && !field->names)
        diag_add(c->loader->diags, DIAG_ERROR, nowhere(c), "'%s' has no names", key);
}

static void check_table(struct checker *c, const struct field *fields)
{
    static const char *const reserved[] = {"kind", "provider", "file"};
    char key[64], other[64];

    for (const struct field *field = fields; field && field->member; field++) {
        field_key(field, key, sizeof key);
        if (!field->doc || !field->doc[0])
            diag_add(c->loader->diags, DIAG_ERROR, nowhere(c), "'%s' has no doc", key);
        for (const struct field *next = field + 1; next->member; next++)
            if (strcmp(field_key(next, other, sizeof other), key) == 0)
                diag_add(c->loader->diags, DIAG_ERROR, nowhere(c),
                         "two fields have the key '%s'", key);
        for (size_t i = 0; i < (c->provided ? 3 : 1); i++)
            if (strcmp(reserved[i], key) == 0)
                diag_add(c->loader->diags, DIAG_ERROR, nowhere(c), "the key '%s' is reserved",
                         key);
        if ((field->type == FIELD_CHOICE || field->type == FIELD_MAP) && field->family &&
            !family_named(c->loader->options, field->family))
            diag_add(c->loader->diags, DIAG_ERROR, nowhere(c),
                     "'%s' chooses from a family '%s', which does not exist", key,
                     field->family);
        if (field->type == FIELD_CHOICE && !field->family)
            diag_add(c->loader->diags, DIAG_ERROR, nowhere(c), "'%s' has no family", key);
        check_size(c, field, key);
        if (field->preset && (field->type != FIELD_ENUM || field->names))
            check_preset(c, field, arena_text(c->loader->arena, key));
        if (field->fields)
            check_table(c, field->fields);
    }
}

/* A kind whose fields stand beside a struct's own must not have the same keys. */
static void check_beside(struct checker *c, const struct field *fields)
{
    char key[64];

    for (const struct field *field = fields; field && field->member; field++) {
        const struct family *family =
            field->beside ? family_named(c->loader->options, field->family) : NULL;

        for (size_t i = 0; family && family->kinds[i]; i++)
            for (const struct field *own = family->kinds[i]->fields; own && own->member; own++)
                if (field_find(fields, field_key(own, key, sizeof key)))
                    diag_add(c->loader->diags, DIAG_ERROR, nowhere(c),
                             "the key '%s' of %s.%s stands in the same mapping as another '%s'",
                             key, family->name, family->kinds[i]->name, key);
        if (field->fields)
            check_beside(c, field->fields);
    }
}

/* What every kind of a family has must not have the key of a kind's own. */
static void check_common(struct checker *c, const struct family *family,
                         const struct kind *kind)
{
    char key[64];

    for (const struct field *own = kind->fields; own && own->member; own++)
        if (family->fields && field_find(family->fields, field_key(own, key, sizeof key)))
            diag_add(c->loader->diags, DIAG_ERROR, nowhere(c),
                     "the key '%s' is one that every %s has", key, family->name);
}

static void check_kind(struct checker *c, const struct family *family, const struct kind *kind)
{
    if (!kind->doc || !kind->doc[0])
        diag_add(c->loader->diags, DIAG_ERROR, nowhere(c), "the kind has no doc");
    if (kind->fields && kind->fields->member && kind->conf_size == 0)
        diag_add(c->loader->diags, DIAG_ERROR, nowhere(c),
                 "the kind has fields but no conf_size");
    if (family_find(family, kind->name) != kind)
        diag_add(c->loader->diags, DIAG_ERROR, nowhere(c), "two kinds have this name");
    for (const struct field *field = kind->fields; field && field->member; field++)
        if (kind->conf_size > 0 && field->offset >= kind->conf_size)
            diag_add(c->loader->diags, DIAG_ERROR, nowhere(c), "'%s' lies outside conf_size",
                     field->member);
    check_table(c, kind->fields);
    check_common(c, family, kind);
}

void scenario_check_tables(const struct family *const *families, struct diag_list *diags)
{
    struct scenario_options options = {.families = families};
    struct arena arena = {0};
    struct loader loader = {
        .arena = &arena, .diags = diags, .options = &options, .directory = "."};
    struct checker c = {.loader = &loader, .where = "scenario"};

    check_table(&c, scenario_fields);
    check_beside(&c, scenario_fields);
    for (size_t i = 0; families[i]; i++) {
        c.where = families[i]->name;
        c.provided = family_is_provided(families[i]);
        check_table(&c, families[i]->fields);
        for (size_t j = 0; families[i]->kinds[j]; j++) {
            c.where =
                arena_format(&arena, "%s.%s", families[i]->name, families[i]->kinds[j]->name);
            check_kind(&c, families[i], families[i]->kinds[j]);
        }
    }
    arena_done(&arena);
}
