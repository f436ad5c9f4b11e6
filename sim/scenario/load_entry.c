/* SPDX-License-Identifier: MIT
 * load_entry.c -- what a provider lists under a name (`instance: t2.medium`), with the user's
 * changes.
 */
#include <string.h>

#include "base/text.h"
#include "sim/scenario/load.h"

static void say_no_such_entry(struct loader *loader, const struct field *field,
                              struct place place, const char *name)
{
    const char *nearest = NULL;
    char *names = scope_entries(loader, &loader->scope, field->family, name, &nearest);
    char shown[TEXT_SHOWN];

    text_shown(name, shown);
    if (loader->scope.count == 0 && loader->provider_failed)
        return;
    if (loader->scope.count == 0)
        diag_add(loader->diags, DIAG_ERROR, place,
                 "no provider is named that could say what %s '%s' is", field->family, shown);
    else
        diag_add(loader->diags, DIAG_ERROR, place, "%s%s%s has no %s '%s'",
                 loader->scope.provider ? "provider '" : "the overlay",
                 loader->scope.provider ? loader->scope.provider : "",
                 loader->scope.provider ? "'" : "", field->family, shown);
    suggest(loader, place, nearest);
    if (loader->scope.count == 0)
        diag_add(loader->diags, DIAG_NOTE, place, "there are the providers %s",
                 catalogue_names(loader));
    else
        diag_add(loader->diags, DIAG_NOTE, place, "it has: %s", names[0] ? names : "none");
}

/* The kind that the scenario chooses from the family, or is charged for instead; NULL: none, or
 * one that is complained about where it stands. */
static const char *chosen_name(struct loader *loader, const char *family_name)
{
    const struct family *family = family_named(loader->options, family_name);
    struct cascade chosen = cascade_key(loader, &loader->root, family_name), charged;
    const struct item *item;

    if (chosen.count == 0 || !family)
        return NULL;
    charged = cascade_key(loader, &chosen, "charge_as");
    item = kind_item(charged.count ? &charged : &chosen, "kind");
    if (item->value->type != NODE_SCALAR || !family_find(family, item->value->text))
        return NULL;
    return item->value->text;
}

/* A preset of the form "$family" or "$family@key.path"; around: what is resolved so far of the
 * mapping that the field stands in. */
static const char *preset_name(struct loader *loader, const struct field *field,
                               const struct resolved *around)
{
    const char *at = strchr(field->preset, '@'), *name, *special;
    const struct resolved *leaf = at ? resolved_find(around, at + 1, false) : NULL;
    struct item *below[SCOPE_MOST];

    if (!at)
        return chosen_name(loader, field->preset + 1);
    name = chosen_name(loader, arena_bytes(loader->arena, field->preset + 1,
                                           (size_t)(at - field->preset - 1)));
    if (!name || !leaf || !leaf->text)
        return name;
    special = arena_format(loader->arena, "%s@%s", name, leaf->text);
    return scope_find(&loader->scope, field->family, special, below) ? special : name;
}

/* The entry's name: written here, or the preset's. */
static const char *entry_name(struct loader *loader, const struct field *field,
                              const struct cascade *from, const struct resolved *around,
                              const struct item **ret_item)
{
    const struct item *item = NULL;

    *ret_item = NULL;
    for (size_t i = 0; i < from->count && !item; i++)
        item = from->item[i]->value->type == NODE_MAPPING
                   ? node_find(from->item[i]->value, "name")
                   : from->item[i];
    *ret_item = item;
    if (item)
        return item_text(loader, item);
    if (!field->preset || field->preset[0] != '$')
        return field->preset;
    return preset_name(loader, field, around);
}

/* May the user's own numbers stand without the catalogue? */
static bool stands_alone(const struct loader *loader, const struct field *field,
                         const struct cascade *layers)
{
    char key[64];
    size_t given = 0;

    for (const struct field *f = field->fields; f->member; f++) {
        field_key(f, key, sizeof key);
        if (cascade_key(loader, layers, key).count > 0)
            given++;
        else if (!f->preset && !f->optional)
            return false;
    }
    return given > 0;
}

/* Neither named nor given: fine when it may be absent. */
static void entry_absent(struct loader *loader, const struct field *field, const char *key,
                         const struct owner *owner, void *member)
{
    const char *nearest = NULL;
    char *names;

    if (field->optional) {
        load_absent(field->fields, member);
        return;
    }
    diag_add(loader->diags, DIAG_ERROR, owner->place, "%s needs '%s': %s", owner->words, key,
             field->doc ? field->doc : "it has no preset.");
    names = scope_entries(loader, &loader->scope, field->family, "", &nearest);
    if (names[0])
        diag_add(loader->diags, DIAG_NOTE, owner->place, "there are: %s", names);
}

/* The entry's mapping with its name, under parent. */
static struct resolved *add_entry(struct loader *loader, const char *key, const char *name,
                                  const struct item *named_by, const struct cascade *from,
                                  struct resolved *parent)
{
    struct resolved *child =
        resolved_add(loader->arena, parent, arena_text(loader->arena, key));
    struct resolved *leaf = resolved_add(loader->arena, child, "name");

    leaf->text = name;
    leaf->is_free_text = true;
    if (named_by)
        resolved_from(leaf, named_by);
    if (from->count > 0)
        resolved_from(child, from->item[0]);
    return child;
}

void load_entry(struct loader *loader, const struct field *field, const struct cascade *from,
                const struct owner *owner, void *conf, struct resolved *parent)
{
    static const char *const words[] = {"name", NULL};
    const struct field *const tables[] = {field->fields, NULL};
    struct owner inner = {.place = from->count > 0 ? from->item[0]->place : owner->place};
    struct item *below[SCOPE_MOST];
    struct cascade layers;
    const struct item *item;
    const char *name = entry_name(loader, field, from, parent, &item);
    char *member = (char *)conf + field->offset, key[64];
    size_t count;

    field_key(field, key, sizeof key);
    if (item && !name)
        return;
    if (!name && from->count == 0) {
        entry_absent(loader, field, key, owner, member);
        return;
    }
    name = arena_text(loader->arena, name ? name : "custom");
    inner.words = arena_format(loader->arena, "%s '%s'", field->family, name);
    count = scope_find(&loader->scope, field->family, name, below);
    layers = cascade_over(loader, from, below, count);
    if (count == 0 && !stands_alone(loader, field, &layers)) {
        say_no_such_entry(loader, field,
                          item && item->value->place.file ? item->value->place : inner.place,
                          name);
        return;
    }
    check_keys(loader, &layers, &inner, tables, words);
    *(const char **)member = name;
    load_fields(loader, field->fields, &layers, &inner, member,
                add_entry(loader, key, name, item, from, parent));
}
