/* SPDX-License-Identifier: MIT
 * load_settings.c -- a mapping whose keys are not this file's business: what it says is kept as
 * text, to be handed on as `--set KEY=TEXT`. */
#include <string.h>

#include "base/text.h"
#include "sim/scenario/load.h"

/* Plain words need no quotes where nothing in them means something to YAML. */
static bool needs_quotes(const struct node *node)
{
    return node->quoted || !node->text[0] || strpbrk(node->text, ",[]{}:#'\"\n&*!|>%@`");
}

static void print_scalar(const struct node *node, struct text *out)
{
    if (!needs_quotes(node)) {
        text_add(out, "%s", node->text);
        return;
    }
    text_add(out, "'");
    for (const char *at = node->text; *at; at++)
        text_add(out, "%s%c", *at == '\'' ? "'" : "", *at);
    text_add(out, "'");
}

/* The node in YAML's flow form, on one line. */
static void print_node(const struct node *node, struct text *out)
{
    bool mapping = node->type == NODE_MAPPING;

    if (node->type == NODE_SCALAR) {
        print_scalar(node, out);
        return;
    }
    text_add(out, mapping ? "{" : "[");
    for (const struct item *item = node->first; item; item = item->next) {
        if (mapping)
            text_add(out, "%s: ", item->key);
        print_node(item->value, out);
        text_add(out, item->next ? ", " : "");
    }
    text_add(out, mapping ? "}" : "]");
}

char *node_in_a_line(struct arena *arena, const struct node *node)
{
    struct text text = {0};
    char *copy;

    print_node(node, &text);
    copy = arena_text(arena, text.chars ? text.chars : "");
    text_done(&text);
    return copy;
}

void load_settings(struct loader *loader, const struct field *field, const struct cascade *from,
                   void *conf, struct resolved *parent)
{
    struct map *map = (struct map *)((char *)conf + field->offset);
    const struct node *mapping = from->count > 0 ? item_mapping(loader, from->item[0]) : NULL;
    struct resolved *child;
    char key[64], **value;

    if (!mapping)
        return;
    child = resolved_add(loader->arena, parent,
                         arena_text(loader->arena, field_key(field, key, sizeof key)));
    resolved_from(child, from->item[0]);
    map->name = arena_alloc(loader->arena, mapping->count, sizeof(char *));
    map->entry = value = arena_alloc(loader->arena, mapping->count, sizeof(char *));
    for (const struct item *item = mapping->first; item; item = item->next) {
        if (item->value->type == NODE_BAD)
            continue;
        map->name[map->count] = arena_text(loader->arena, item->key);
        value[map->count++] = node_in_a_line(loader->arena, item->value);
    }
}
