/* SPDX-License-Identifier: MIT
 * load.c -- walks a table and loads each field from the highest layer that has it; see load.h.
 */
#include "sim/scenario/load.h"

#include <string.h>

#include "base/text.h"
#include "sim/scenario/shorthand.h"

enum { TABLES_MOST = 8 };

bool diags_are_full(const struct loader *loader)
{
    return loader->diags->count >= DIAG_LIMIT;
}

void suggest(const struct loader *loader, struct place place, const char *best)
{
    if (best)
        diag_add(loader->diags, DIAG_NOTE, place, "did you mean '%s'?", best);
}

/* -- unknown keys ----------------------------------------------------------------- */

static bool is_known(const char *key, const struct field *const tables[],
                     const char *const words[])
{
    for (size_t i = 0; tables[i]; i++)
        if (field_find(tables[i], key))
            return true;
    for (size_t i = 0; words && words[i]; i++)
        if (strcmp(words[i], key) == 0)
            return true;
    return false;
}

static void say_unknown(const struct loader *loader, const struct item *item,
                        const struct owner *owner, const struct field *const tables[],
                        const char *const words[])
{
    struct nearest nearest = {.word = item->key};
    char shown[TEXT_SHOWN], best[64] = "";

    for (size_t i = 0; tables[i]; i++)
        for (const struct field *field = tables[i]; field->member; field++) {
            char key[64];
            const char *before = nearest.best;

            nearest_try(&nearest, field_key(field, key, sizeof key));
            if (nearest.best != before) { /* key dies here */
                memcpy(best, key, sizeof best);
                nearest.best = best;
            }
        }
    for (size_t i = 0; words && words[i]; i++)
        nearest_try(&nearest, words[i]);
    diag_add(loader->diags, DIAG_ERROR, item->place, "%s has no field '%s'", owner->words,
             text_shown(item->key, shown));
    suggest(loader, item->place, nearest.best);
}

void check_keys(const struct loader *loader, const struct cascade *from,
                const struct owner *owner, const struct field *const tables[],
                const char *const words[])
{
    for (size_t i = 0; i < from->count; i++) {
        const struct node *mapping = from->item[i]->value;

        if (mapping->type != NODE_MAPPING || mapping->layer < LAYER_SCENARIO)
            continue; /* catalogues are checked whole, by catalogue_check */
        for (const struct item *item = mapping->first; item; item = item->next) {
            if (diags_are_full(loader))
                return;
            if (!is_known(item->key, tables, words))
                say_unknown(loader, item, owner, tables, words);
        }
    }
}

/* -- presets and what is missing -------------------------------------------------- */

static void forget_places(struct node *node)
{
    node->place = (struct place){0};
    for (struct item *item = node->first; item; item = item->next) {
        item->place = (struct place){0};
        forget_places(item->value);
    }
}

const struct item *preset_item(struct loader *loader, const char *key, const char *text)
{
    struct node *node;
    struct item *item = ARENA_NEW(loader->arena, struct item);

    if (strchr("{[", text[0]) && text[0]) {
        node = document_parse(loader->arena, "preset", LAYER_PRESET, text, strlen(text),
                              loader->diags);
        if (!node)
            node = node_new(loader->arena, NODE_BAD, LAYER_PRESET, (struct place){0});
    } else {
        node = node_new(loader->arena, NODE_SCALAR, LAYER_PRESET, (struct place){0});
        node->text = text;
    }
    forget_places(node);
    item->key = arena_text(loader->arena, key);
    item->value = node;
    return item;
}

/* The short form's word for it, when the user speaks in the short form. */
static const char *short_word(const struct loader *loader, const struct owner *owner,
                              const char *key)
{
    const struct node *groups;
    char path[160];

    if (!owner->path || loader->root.count == 0)
        return NULL;
    groups = node_get(loader->root.item[loader->root.count - 1]->value, "groups");
    snprintf(path, sizeof path, "%s.%s", owner->path, key);
    return groups && groups->implied ? shorthand_word(path) : NULL;
}

static void say_missing(struct loader *loader, const struct field *field, const char *key,
                        const struct owner *owner)
{
    const char *word = short_word(loader, owner, key);
    const char *doc = field->doc ? field->doc : "it has no preset.";
    const struct family *family = NULL;

    if (owner->missing) {
        text_add(owner->missing, "%s'%s'", owner->missing->length ? ", " : "", key);
        return;
    }
    if (word)
        diag_add(loader->diags, DIAG_ERROR, owner->place, "'%s' is missing: %s", word, doc);
    else
        diag_add(loader->diags, DIAG_ERROR, owner->place, "%s needs '%s': %s", owner->words,
                 key, doc);
    if (field->type == FIELD_CHOICE)
        family = family_named(loader->options, field->family);
    if (family)
        diag_add(loader->diags, DIAG_NOTE, owner->place, "there are: %s",
                 family_names(loader->arena, family));
}

/* A struct's own table, and those of the kinds whose fields stand beside its own.  False: such
 * a kind is not known, so neither is what may stand there. */
static bool tables_of(struct loader *loader, const struct field *fields,
                      const struct cascade *from, const struct field *tables[TABLES_MOST])
{
    size_t count = 0;

    tables[count++] = fields;
    for (const struct field *field = fields; field->member && count < TABLES_MOST - 1;
         field++) {
        const struct kind *kind;

        if (!field->beside)
            continue;
        kind = kind_beside(loader, field, from);
        if (!kind)
            return false;
        if (kind->fields)
            tables[count++] = kind->fields;
    }
    tables[count] = NULL;
    return true;
}

/* -- fields ----------------------------------------------------------------------- */

static void load_struct(struct loader *loader, const struct field *field, const char *key,
                        const struct cascade *from, const struct owner *owner, void *conf,
                        struct resolved *parent)
{
    const struct field *tables[TABLES_MOST];
    struct owner inner = {.place = owner->place};
    struct resolved *child;

    if (from->count > 0) {
        if (!item_mapping(loader, from->item[0]))
            return;
        inner.place = from->item[0]->place;
    } else if (field->optional) {
        load_absent(field->fields, conf);
        return;
    }
    inner.words = arena_format(loader->arena, "'%s'", key);
    if (owner->path)
        inner.path =
            arena_format(loader->arena, "%s%s%s", owner->path, owner->path[0] ? "." : "", key);
    child = resolved_add(loader->arena, parent, key);
    if (from->count > 0)
        resolved_from(child, from->item[0]);
    if (tables_of(loader, field->fields, from, tables))
        check_keys(loader, from, &inner, tables, NULL);
    load_fields(loader, field->fields, from, &inner, conf, child);
}

static bool is_absent(struct loader *loader, const struct field *field, const char *key,
                      const struct owner *owner, void *conf)
{
    const struct field alone[] = {*field, CONF_END};

    if (field->type == FIELD_STRUCT || field->type == FIELD_MAP || field->type == FIELD_ENTRY)
        return false; /* they know what absence means to them */
    if (field->optional)
        load_absent(alone, conf);
    else
        say_missing(loader, field, key, owner);
    return true;
}

/* The preset holds when nobody says anything; and below `--set job.store.latency=1s`, which
 * adds to a choice that nobody made, it is the choice. */
static struct cascade over_preset(struct loader *loader, const struct field *field,
                                  const char *key, const struct cascade *here)
{
    struct cascade all = {0};

    if (here->count == 0)
        return cascade_of(loader, preset_item(loader, key, field->preset));
    if (field->type != FIELD_CHOICE || !here->item[here->count - 1]->value->implied ||
        here->item[here->count - 1]->value->layer != LAYER_SET)
        return *here;
    all.item = arena_alloc(loader->arena, here->count + 1, sizeof(struct item *));
    for (size_t i = 0; i < here->count; i++)
        all.item[all.count++] = here->item[i];
    all.item[all.count++] = preset_item(loader, key, field->preset);
    return all;
}

static void mark(const struct field *field, struct resolved *from)
{
    for (; from; from = from->next) {
        from->apart = from->apart || field->apart;
        from->is_file = from->is_file || field->is_file;
    }
}

static void load_unmarked(struct loader *loader, const struct field *field,
                          const struct cascade *from, const struct owner *owner, void *conf,
                          struct resolved *parent)
{
    char own_key[64];
    char *key = arena_text(loader->arena, field_key(field, own_key, sizeof own_key));
    void *member = (char *)conf + field->offset;
    struct cascade here = cascade_key(loader, from, key);

    if (field->beside) {
        load_choice_beside(loader, field, from, owner, conf, parent);
        return;
    }
    if (field->preset && field->type != FIELD_ENTRY)
        here = over_preset(loader, field, key, &here);
    if (here.count == 0 && is_absent(loader, field, key, owner, conf))
        return;
    if (here.count > 0 && here.item[0]->value->type == NODE_BAD)
        return;
    switch (field->type) {
    case FIELD_BOOL:
    case FIELD_INT:
    case FIELD_ENUM:
    case FIELD_NUMBER:
    case FIELD_TEXT:
    case FIELD_EVERY:
        load_leaf(loader, field, here.item[0], conf, parent);
        break;
    case FIELD_VALUE:
        load_value(loader, field, &here, member, parent);
        break;
    case FIELD_CHOICE:
        load_choice(loader, family_named(loader->options, field->family), &here, key,
                    owner->path ? arena_format(loader->arena, "%s%s%s", owner->path,
                                               owner->path[0] ? "." : "", key)
                                : NULL,
                    owner->place, member, parent);
        break;
    case FIELD_STRUCT:
        load_struct(loader, field, key, &here, owner, member, parent);
        break;
    case FIELD_MAP:
        if (field->fields || field->family)
            load_map(loader, field, &here, owner, conf, parent);
        else
            load_settings(loader, field, &here, conf, parent);
        break;
    case FIELD_YAML:
        *(const struct node **)member = here.item[0]->value;
        resolved_from(resolved_add(loader->arena, parent, key), here.item[0]);
        break;
    case FIELD_ENTRY:
        load_entry(loader, field, &here, owner, conf, parent);
        break;
    }
}

void load_field(struct loader *loader, const struct field *field, const struct cascade *from,
                const struct owner *owner, void *conf, struct resolved *parent)
{
    struct resolved *before = parent->last;

    load_unmarked(loader, field, from, owner, conf, parent);
    mark(field, before ? before->next : parent->first);
}

void load_fields(struct loader *loader, const struct field *fields, const struct cascade *from,
                 const struct owner *owner, void *conf, struct resolved *parent)
{
    for (const struct field *field = fields; field && field->member; field++)
        load_field(loader, field, from, owner, conf, parent);
}
