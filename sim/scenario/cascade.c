/* SPDX-License-Identifier: MIT
 * cascade.c -- what all layers say about one key; see load.h. */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "sim/scenario/load.h"

/* Does it stand for all there is, rather than add to what lower layers say?  `--set
 * stop.epochs=3` adds, `--set stop={epochs: 3}` replaces. */
static bool replaces(const struct node *node)
{
    return node->type != NODE_MAPPING || (node->layer == LAYER_SET && !node->implied);
}

struct cascade cascade_key(const struct loader *loader, const struct cascade *of,
                           const char *key)
{
    struct cascade found = {0};

    for (size_t i = 0; i < of->count; i++) {
        const struct item *item = node_find(of->item[i]->value, key);

        if (!item)
            continue;
        if (found.count == 0)
            found.item = arena_alloc(loader->arena, of->count - i, sizeof(struct item *));
        found.item[found.count++] = item;
        if (replaces(item->value))
            break;
    }
    return found;
}

const struct item *cascade_first(const struct loader *loader, const struct cascade *of,
                                 const char *key)
{
    struct cascade found = cascade_key(loader, of, key);

    return found.count > 0 ? found.item[0] : NULL;
}

struct cascade cascade_of(const struct loader *loader, const struct item *only)
{
    struct cascade cascade = {1, arena_alloc(loader->arena, 1, sizeof(struct item *))};

    cascade.item[0] = only;
    return cascade;
}

struct cascade cascade_over(const struct loader *loader, const struct cascade *of,
                            struct item *const below[], size_t count)
{
    struct cascade all = {0};

    all.item = arena_alloc(loader->arena, of->count + count, sizeof(struct item *));
    for (size_t i = 0; i < of->count; i++)
        if (of->item[i]->value->type == NODE_MAPPING)
            all.item[all.count++] = of->item[i];
    for (size_t i = 0; i < count; i++)
        if (below[i] && below[i]->value->type == NODE_MAPPING)
            all.item[all.count++] = below[i];
    return all;
}

const char *item_name(const struct item *item)
{
    return item->written ? item->written : item->key ? item->key : "an element";
}

static bool is_empty(const struct node *node)
{
    return !node->quoted && (node->text[0] == '\0' || strcmp(node->text, "~") == 0 ||
                             strcasecmp(node->text, "null") == 0);
}

const char *item_text(const struct loader *loader, const struct item *item)
{
    const struct node *node = item->value;
    char shown[TEXT_SHOWN];

    if (node->type == NODE_BAD)
        return NULL;
    if (node->type == NODE_SCALAR && !is_empty(node))
        return node->text;
    text_shown(item_name(item), shown);
    if (node->type == NODE_SCALAR)
        diag_add(loader->diags, DIAG_ERROR, node->place.file ? node->place : item->place,
                 "'%s' has no value", shown);
    else
        diag_add(loader->diags, DIAG_ERROR, node->place, "'%s' must be a single value, not %s",
                 shown, node_type_word(node));
    return NULL;
}

const struct node *item_mapping(const struct loader *loader, const struct item *item)
{
    const struct node *node = item->value;
    char shown[TEXT_SHOWN];

    if (node->type == NODE_MAPPING)
        return node;
    if (node->type != NODE_BAD)
        diag_add(loader->diags, DIAG_ERROR, node->place,
                 "'%s' must be a mapping (key: value), not %s",
                 text_shown(item_name(item), shown), node_type_word(node));
    return NULL;
}
