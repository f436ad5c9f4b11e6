/* SPDX-License-Identifier: MIT
 * load_choice.c -- kinds chosen from families, each with the provider it is described by. */
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "sim/scenario/load.h"

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

char *family_names(struct arena *arena, const struct family *family)
{
    struct text names = {0};
    char *copy;

    for (size_t i = 0; family->kinds[i]; i++)
        text_add(&names, "%s%s", i ? ", " : "", family->kinds[i]->name);
    copy = arena_text(arena, names.chars ? names.chars : "none");
    text_done(&names);
    return copy;
}

static void say_no_such_kind(struct loader *loader, const struct family *family,
                             const struct item *item, const char *name)
{
    struct nearest nearest = {.word = name};
    struct place place = item->value->place.file ? item->value->place : item->place;
    char shown[TEXT_SHOWN];

    for (size_t i = 0; family->kinds[i]; i++)
        nearest_try(&nearest, family->kinds[i]->name);
    diag_add(loader->diags, DIAG_ERROR, place, "there is no %s '%s'", family->name,
             text_shown(name, shown));
    if (nearest.best)
        suggest(loader, place, nearest.best);
    else
        diag_add(loader->diags, DIAG_NOTE, place, "there are: %s",
                 family_names(loader->arena, family));
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

const struct item *kind_item(const struct cascade *from, const char *kind_key)
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

/* -- provider --------------------------------------------------------------------- */

static bool says(struct item *const *entry, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (node_find(entry[i]->value, key))
            return true;
    return false;
}

/* Nobody names a provider, and the platform says not by itself what one would: that is said
 * here, with what no provider can say, and all that follows from it need not be. */
static void say_unprovided(struct loader *loader, const struct cascade *platform)
{
    const struct family *family = family_named(loader->options, "platform");
    const struct item *named = kind_item(platform, "kind");
    const struct kind *kind = family && named->value->type == NODE_SCALAR
                                  ? family_find(family, named->value->text)
                                  : NULL;
    struct item provider = {
        .key = "provider",
        .value = node_new(loader->arena, NODE_SCALAR, LAYER_SET, (struct place){0})};
    struct item *below[SCOPE_MOST];
    struct text own = {0};
    struct scope scope;
    size_t names, count, missing = 0;
    const char **name = catalogue_name_list(loader, &names);
    char key[64];

    if (!kind || names == 0)
        return;
    provider.value->text = name[0];
    scope_open(loader, &provider, NULL, &scope);
    count = scope_find(&scope, family->name, kind->name, below);
    for (const struct field *field = kind->fields; field && field->member; field++) {
        if (field->optional || field->preset || field->type == FIELD_STRUCT ||
            field->type == FIELD_MAP ||
            cascade_key(loader, platform, field_key(field, key, sizeof key)).count)
            continue;
        if (says(below, count, key))
            missing++;
        else if (field->type != FIELD_ENTRY) /* which knows what absence means */
            text_add(&own, "%s'%s'", own.length ? ", " : ", and give ", key);
    }
    if (missing)
        diag_add(loader->diags, DIAG_ERROR, platform->item[0]->place,
                 "'%s' needs a provider, which says what it can do and what it costs: name one "
                 "('provider: NAME', there are: %s)%s",
                 kind->name, catalogue_names(loader), own.length ? own.chars : "");
    loader->provider_failed = missing > 0;
    text_done(&own);
}

void find_first_scope(struct loader *loader)
{
    struct cascade groups = cascade_key(loader, &loader->root, "groups");
    struct cascade first = {0};
    const struct item *names[MAP_MOST];
    size_t count = 0;

    loader->provider_failed = true; /* nothing to run on: that is said, and enough */
    if (groups.count > 0 && groups.item[0]->value->type == NODE_MAPPING)
        count = map_names(loader, &groups, names);
    for (size_t i = 0; i < count; i++) {
        struct cascade group = cascade_key(loader, &groups, names[i]->key);
        struct cascade platform = cascade_key(loader, &group, "platform");
        const struct item *provider = cascade_first(loader, &platform, "provider");
        const struct item *file = cascade_first(loader, &platform, "file");

        loader->provider_failed = loader->provider_failed && platform.count == 0;
        if (!first.count)
            first = platform;
        if (!provider && !file)
            continue;
        scope_open(loader, provider, file, &loader->first_scope);
        loader->provider_failed = loader->first_scope.count == 0;
        return;
    }
    if (first.count)
        say_unprovided(loader, &first);
}

/* The provider in force for a platform or channel: named here, else the first group's.  Who
 * names only a file has it before the first group's provider. */
static void enter_scope(struct loader *loader, const struct cascade *from,
                        struct resolved *parent)
{
    const struct item *provider = cascade_first(loader, from, "provider");
    const struct item *file = cascade_first(loader, from, "file");
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

/* All that no provider says, because none is named, in one sentence. */
static void say_no_provider(struct loader *loader, const struct owner *owner)
{
    if (owner->missing->length > 0 && !loader->provider_failed)
        diag_add(loader->diags, DIAG_ERROR, owner->place,
                 "%s needs %s; name a provider that says so ('provider: NAME', there are: %s)",
                 owner->words, owner->missing->chars, catalogue_names(loader));
}

static void load_kind(struct loader *loader, const struct family *family,
                      const struct kind *kind, const struct cascade *layers,
                      const char *const words[], struct owner *owner, struct choice *out,
                      struct resolved *parent)
{
    const struct field *const both[] = {kind->fields, family->fields, NULL};
    const struct field *const common[] = {family->fields, NULL};
    const struct field *const *tables = kind->fields ? both : common;
    struct text missing = {0};

    if (words[1] && loader->scope.count == 0) /* a provider could be named and is not */
        owner->missing = &missing;
    check_keys(loader, layers, owner, tables, words);
    out->kind = kind;
    out->conf = new_conf(loader, kind);
    load_fields(loader, kind->fields, layers, owner, out->conf, parent);
    if (family->fields) {
        out->common = arena_alloc(loader->arena, 1, family->conf_size);
        load_fields(loader, family->fields, layers, owner, out->common, parent);
    }
    if (owner->missing)
        say_no_provider(loader, owner);
    owner->missing = NULL;
    text_done(&missing);
}

void load_choice(struct loader *loader, const struct family *family, const struct cascade *from,
                 const char *key, const char *path, struct place around, struct choice *out,
                 struct resolved *parent)
{
    static const char *const plain[] = {"kind", NULL};
    static const char *const provided[] = {"kind", "provider", "file", NULL};
    bool is_written = from->item[0]->place.file != NULL;
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
    owner = (struct owner){.path = path, .place = is_written ? from->item[0]->place : around};
    owner.words = is_written || !path
                      ? arena_format(loader->arena, "'%s'", kind->name)
                      : arena_format(loader->arena, "'%s' (%s)", path, kind->name);
    layers = of_that_kind(loader, from, kind);
    if (family_is_provided(family)) {
        enter_scope(loader, from, child);
        count = scope_find(&loader->scope, family->name, kind->name, below);
    }
    layers = cascade_over(loader, &layers, below, count);
    load_kind(loader, family, kind, &layers, family_is_provided(family) ? provided : plain,
              &owner, out, child);
}

const struct kind *kind_beside(const struct loader *loader, const struct field *field,
                               const struct cascade *from)
{
    const struct family *family = family_named(loader->options, field->family);
    const struct item *item;
    char key[64];

    item = cascade_first(loader, from, field_key(field, key, sizeof key));
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
    if (!cascade_first(loader, from, key)) {
        diag_add(loader->diags, DIAG_ERROR, owner->place, "%s needs '%s', for example '%s: %s'",
                 owner->words, key, key, family->kinds[0] ? family->kinds[0]->name : "NAME");
        return;
    }
    kind = chosen_kind(loader, family, from, key);
    if (!kind)
        return;
    add_kind(loader, parent, arena_text(loader->arena, key), kind,
             cascade_first(loader, from, key));
    inner.words = arena_format(loader->arena, "%s from '%s'", owner->words, kind->name);
    out->kind = kind;
    out->conf = new_conf(loader, kind);
    load_fields(loader, kind->fields, from, &inner, out->conf, parent);
}
