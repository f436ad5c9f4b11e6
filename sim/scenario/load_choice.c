/* SPDX-License-Identifier: MIT
 * load_choice.c -- kinds chosen from families, provider's entries, and maps of named things. */
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "sim/scenario/load.h"

enum { MAP_MOST = 1000, NAME_LONGEST = 31 };

const struct family *family_named(const struct scenario_options *options, const char *name)
{
    for (size_t i = 0; options->families[i]; i++)
        if (strcmp(options->families[i]->name, name) == 0)
            return options->families[i];
    return NULL;
}

bool family_is_provided(const struct family *family)
{
    return strcmp(family->name, "platform") == 0 || strcmp(family->name, "channel") == 0;
}

/* -- which kind ------------------------------------------------------------------- */

static void say_no_such_kind(struct loader *loader, const struct family *family,
                             const struct item *item, const char *name)
{
    struct nearest nearest = {.word = name};
    struct place place = item->value->place.file ? item->value->place : item->place;
    struct text names = {0};
    char shown[TEXT_SHOWN];

    for (size_t i = 0; family->kinds[i]; i++) {
        nearest_try(&nearest, family->kinds[i]->name);
        text_add(&names, "%s%s", i ? ", " : "", family->kinds[i]->name);
    }
    diag_add(loader->diags, DIAG_ERROR, place, "there is no %s '%s'", family->name,
             text_shown(name, shown));
    if (nearest.best)
        suggest(loader, place, nearest.best);
    else
        diag_add(loader->diags, DIAG_NOTE, place, "there are: %s",
                 names.chars ? names.chars : "none");
    text_done(&names);
}

const struct kind *chosen_kind(struct loader *loader, const struct family *family,
                               const struct cascade *from, const char *kind_key)
{
    const struct kind *kind;
    const struct item *item = NULL;
    const char *name;

    for (size_t i = 0; i < from->count && !item; i++) {
        const struct node *node = from->item[i]->value;

        if (node->type == NODE_MAPPING)
            item = node_find(node, kind_key);
        else
            item = from->item[i];
    }
    if (!item) {
        diag_add(loader->diags, DIAG_ERROR, from->item[0]->place, "'%s' needs '%s'",
                 item_name(from->item[0]), kind_key);
        diag_add(loader->diags, DIAG_NOTE, from->item[0]->place, "for example '%s: %s'",
                 kind_key, family->kinds[0] ? family->kinds[0]->name : "NAME");
        return NULL;
    }
    name = item_text(loader, item);
    if (!name)
        return NULL;
    kind = family_find(family, name);
    if (!kind)
        say_no_such_kind(loader, family, item, name);
    return kind;
}

static const struct item *kind_item(const struct cascade *from, const char *kind_key)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct item *item = node_find(from->item[i]->value, kind_key);

        if (item || from->item[i]->value->type != NODE_MAPPING)
            return item ? item : from->item[i];
    }
    return from->item[0];
}

/* Layers of a provider speak of one kind; those of another kind than the chosen do not count.
 */
static struct cascade of_that_kind(struct loader *loader, const struct cascade *from,
                                   const struct kind *kind)
{
    struct cascade kept = {0, arena_alloc(loader->arena, from->count, sizeof(struct item *))};

    for (size_t i = 0; i < from->count; i++) {
        const struct node *node = from->item[i]->value, *own = node_get(node, "kind");

        if (node->type == NODE_MAPPING && node->layer < LAYER_SCENARIO && own &&
            own->type == NODE_SCALAR && strcmp(own->text, kind->name) != 0)
            continue;
        kept.item[kept.count++] = from->item[i];
    }
    return kept;
}

/* -- names in a map --------------------------------------------------------------- */

static bool name_is_good(const char *name)
{
    size_t length = strlen(name);

    if (length == 0 || length > NAME_LONGEST)
        return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
           length;
}

/* False: the map is full. */
static bool add_name(struct loader *loader, const struct item *item, const struct item **names,
                     size_t *count)
{
    char shown[TEXT_SHOWN];

    if (!name_is_good(item->key)) {
        diag_add(loader->diags, DIAG_ERROR, item->place,
                 "'%s' is no good name: it may have up to %d letters, digits, '_' and '-'",
                 text_shown(item->key, shown), (int)NAME_LONGEST);
        return true;
    }
    for (size_t i = 0; i < *count; i++)
        if (strcmp(names[i]->key, item->key) == 0)
            return true;
    if (*count == MAP_MOST) {
        diag_add(loader->diags, DIAG_ERROR, item->place, "more than %d entries", (int)MAP_MOST);
        return false;
    }
    names[(*count)++] = item;
    return true;
}

/* The names of all layers: first the scenario's in its order, then what higher layers add. */
static size_t collect_names(struct loader *loader, const struct cascade *from,
                            const struct item **names)
{
    size_t count = 0;

    for (size_t i = from->count; i-- > 0;)
        for (const struct item *item = from->item[i]->value->first; item; item = item->next)
            if (diags_are_full(loader) || !add_name(loader, item, names, &count))
                return count;
    return count;
}

/* -- provider --------------------------------------------------------------------- */

static const struct item *first_of(const struct loader *loader, const struct cascade *from,
                                   const char *key)
{
    struct cascade found = cascade_key(loader, from, key);

    return found.count > 0 ? found.item[0] : NULL;
}

void find_first_scope(struct loader *loader)
{
    struct cascade groups = cascade_key(loader, &loader->root, "groups");
    const struct item *names[MAP_MOST];
    size_t count = 0;

    if (groups.count > 0 && groups.item[0]->value->type == NODE_MAPPING)
        count = collect_names(loader, &groups, names);
    for (size_t i = 0; i < count; i++) {
        struct cascade group = cascade_key(loader, &groups, names[i]->key);
        struct cascade platform = cascade_key(loader, &group, "platform");
        const struct item *provider = first_of(loader, &platform, "provider");
        const struct item *file = first_of(loader, &platform, "file");

        if (!provider && !file)
            continue;
        scope_open(loader, provider, file, &loader->first_scope);
        return;
    }
}

/* The provider in force for a platform or channel: named here, else the first group's.  Who
 * names only a file has it before the first group's provider. */
static void enter_scope(struct loader *loader, const struct cascade *from,
                        struct resolved *parent)
{
    const struct item *provider = first_of(loader, from, "provider");
    const struct item *file = first_of(loader, from, "file");
    struct resolved *leaf;

    if (!provider && !file) {
        loader->scope = loader->first_scope;
    } else {
        scope_open(loader, provider, file, &loader->scope);
        if (!provider)
            scope_add_provider(&loader->scope, &loader->first_scope);
    }
    if (!loader->scope.provider)
        return;
    leaf = resolved_add(loader->arena, parent, "provider");
    leaf->text = loader->scope.provider;
    leaf->is_free_text = true;
    if (provider)
        resolved_from(leaf, provider);
}

/* -- a choice --------------------------------------------------------------------- */

static struct resolved *add_kind(struct loader *loader, struct resolved *parent,
                                 const char *key, const struct kind *kind,
                                 const struct item *item)
{
    struct resolved *leaf = resolved_add(loader->arena, parent, key);

    leaf->text = kind->name;
    leaf->is_free_text = true;
    resolved_from(leaf, item);
    return leaf;
}

static void *new_conf(struct loader *loader, const struct kind *kind)
{
    return kind->conf_size > 0 ? arena_alloc(loader->arena, 1, kind->conf_size) : NULL;
}

void load_choice(struct loader *loader, const struct family *family, const struct cascade *from,
                 const char *key, const char *path, struct place around, struct choice *out,
                 struct resolved *parent)
{
    static const char *const plain[] = {"kind", NULL};
    static const char *const provided[] = {"kind", "provider", "file", NULL};
    const struct field *tables[] = {NULL, NULL};
    struct item *below[SCOPE_MOST];
    struct resolved *child;
    struct cascade layers;
    struct owner owner;
    const struct kind *kind;
    size_t count = 0;

    assert(family); /* scenario_check_tables sees to it */
    kind = chosen_kind(loader, family, from, "kind");
    if (!kind)
        return;
    child = resolved_add(loader->arena, parent, key);
    resolved_from(child, from->item[0]);
    add_kind(loader, child, "kind", kind, kind_item(from, "kind"));
    layers = of_that_kind(loader, from, kind);
    owner = (struct owner){.words = arena_format(loader->arena, "'%s'", kind->name),
                           .path = path,
                           .place = from->item[0]->place.file ? from->item[0]->place : around,
                           .provided = family_is_provided(family)};
    if (owner.provided) {
        enter_scope(loader, from, child);
        count = scope_find(&loader->scope, family->name, kind->name, below);
    }
    layers = cascade_over(loader, &layers, below, count);
    tables[0] = kind->fields;
    check_keys(loader, &layers, &owner, tables, owner.provided ? provided : plain);
    out->kind = kind;
    out->conf = new_conf(loader, kind);
    load_fields(loader, kind->fields, &layers, &owner, out->conf, child);
}

const struct kind *kind_beside(const struct loader *loader, const struct field *field,
                               const struct cascade *from)
{
    const struct family *family = family_named(loader->options, field->family);
    const struct item *item;
    char key[64];

    item = first_of(loader, from, field_key(field, key, sizeof key));
    return item && item->value->type == NODE_SCALAR ? family_find(family, item->value->text)
                                                    : NULL;
}

void load_choice_beside(struct loader *loader, const struct field *field,
                        const struct cascade *from, const struct owner *owner, void *conf,
                        struct resolved *parent)
{
    const struct family *family = family_named(loader->options, field->family);
    struct choice *out = (struct choice *)((char *)conf + field->offset);
    struct owner inner = *owner;
    const struct kind *kind;
    char key[64];

    assert(family);
    field_key(field, key, sizeof key);
    if (!first_of(loader, from, key)) {
        diag_add(loader->diags, DIAG_ERROR, owner->place, "%s needs '%s', for example '%s: %s'",
                 owner->words, key, key, family->kinds[0] ? family->kinds[0]->name : "NAME");
        return;
    }
    kind = chosen_kind(loader, family, from, key);
    if (!kind)
        return;
    add_kind(loader, parent, arena_text(loader->arena, key), kind, first_of(loader, from, key));
    inner.words = arena_format(loader->arena, "%s from '%s'", owner->words, kind->name);
    out->kind = kind;
    out->conf = new_conf(loader, kind);
    load_fields(loader, kind->fields, from, &inner, out->conf, parent);
}

/* -- a provider's entry ----------------------------------------------------------- */

static void say_no_such_entry(struct loader *loader, const struct field *field,
                              struct place place, const char *name)
{
    const char *nearest = NULL;
    char *names = scope_entries(loader, &loader->scope, field->family, name, &nearest);
    char shown[TEXT_SHOWN];

    text_shown(name, shown);
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

/* The entry's name: written here, or the preset's ("$model": the kind chosen there). */
static const char *entry_name(struct loader *loader, const struct field *field,
                              const struct cascade *from, const struct item **ret_item)
{
    const struct item *item = NULL;
    struct cascade chosen;

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
    chosen = cascade_key(loader, &loader->root, field->preset + 1);
    if (chosen.count == 0)
        return NULL;
    item = kind_item(&chosen, "kind");
    return item->value->type == NODE_SCALAR ? item->value->text : NULL;
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

void load_entry(struct loader *loader, const struct field *field, const struct cascade *from,
                const struct owner *owner, void *conf, struct resolved *parent)
{
    static const char *const words[] = {"name", NULL};
    const struct field *const tables[] = {field->fields, NULL};
    struct owner inner = {.place = owner->place, .provided = true};
    struct item *below[SCOPE_MOST];
    struct cascade layers;
    struct resolved *child, *leaf;
    const struct item *item;
    const char *name = entry_name(loader, field, from, &item);
    char *member = (char *)conf + field->offset, key[64];
    size_t count;

    field_key(field, key, sizeof key);
    if (item && !name)
        return;
    if (!name && from->count == 0) {
        if (field->optional)
            load_absent(field->fields, member);
        else
            diag_add(loader->diags, DIAG_ERROR, owner->place, "%s needs '%s': %s", owner->words,
                     key, field->doc ? field->doc : "");
        return;
    }
    if (from->count > 0)
        inner.place = from->item[0]->place;
    name = name ? name : "custom";
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
    child = resolved_add(loader->arena, parent, arena_text(loader->arena, key));
    leaf = resolved_add(loader->arena, child, "name");
    *(char **)member = arena_text(loader->arena, name);
    leaf->text = *(char **)member;
    leaf->is_free_text = true;
    if (item)
        resolved_from(leaf, item);
    if (from->count > 0)
        resolved_from(child, from->item[0]);
    load_fields(loader, field->fields, &layers, &inner, member, child);
}

/* -- maps of named things --------------------------------------------------------- */

static void load_map_entry(struct loader *loader, const struct field *field,
                           const struct cascade *here, const struct item *item,
                           const char *path, void *entry, struct resolved *parent)
{
    struct scope outside = loader->scope;

    if (field->family) {
        load_choice(loader, family_named(loader->options, field->family), here, item->key, path,
                    item->place, entry, parent);
    } else if (item_mapping(loader, here->item[0])) {
        const struct field *const tables[] = {field->fields, NULL};
        struct owner owner = {.words = arena_format(loader->arena, "'%s'", item->key),
                              .path = path,
                              .place = here->item[0]->place};
        struct resolved *child = resolved_add(loader->arena, parent, item->key);

        resolved_from(child, here->item[0]);
        check_keys(loader, here, &owner, tables, NULL);
        load_fields(loader, field->fields, here, &owner, entry, child);
    }
    loader->scope = outside;
}

void load_map(struct loader *loader, const struct field *field, const struct cascade *from,
              const struct owner *owner, void *conf, struct resolved *parent)
{
    struct map *map = (struct map *)((char *)conf + field->offset);
    const struct item *names[MAP_MOST];
    struct resolved *child;
    char key[64];
    size_t count;

    field_key(field, key, sizeof key);
    if (from->count > 0 && !item_mapping(loader, from->item[0]))
        return;
    count = collect_names(loader, from, names);
    if (count == 0) {
        if (!field->optional)
            diag_add(loader->diags, DIAG_ERROR, owner->place, "%s needs '%s': %s", owner->words,
                     key, field->doc ? field->doc : "");
        return;
    }
    map->count = count;
    map->name = arena_alloc(loader->arena, count, sizeof(char *));
    map->entry = arena_alloc(loader->arena, count, field->size);
    child = resolved_add(loader->arena, parent, arena_text(loader->arena, key));
    resolved_from(child, from->item[0]);
    for (size_t i = 0; i < count; i++) {
        const char *path = owner->path
                               ? arena_format(loader->arena, "%s%s%s.%s", owner->path,
                                              owner->path[0] ? "." : "", key, names[i]->key)
                               : NULL;
        struct cascade here = cascade_key(loader, from, names[i]->key);

        map->name[i] = arena_text(loader->arena, names[i]->key);
        load_map_entry(loader, field, &here, names[i], path,
                       (char *)map->entry + i * field->size, child);
    }
}
