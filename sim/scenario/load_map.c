/* SPDX-License-Identifier: MIT
 * load_map.c -- things with names of the user's own: groups, channels, links. */
#include <string.h>

#include "base/text.h"
#include "sim/scenario/load.h"

enum { NAME_LONGEST = 31 };

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

size_t map_names(struct loader *loader, const struct cascade *from, const struct item **names)
{
    size_t count = 0;

    for (size_t i = from->count; i-- > 0;)
        for (const struct item *item = from->item[i]->value->first; item; item = item->next)
            if (diags_are_full(loader) || !add_name(loader, item, names, &count))
                return count;
    return count;
}

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
    count = map_names(loader, from, names);
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
