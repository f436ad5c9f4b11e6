/* SPDX-License-Identifier: MIT
 * axis_names.c -- see axis_names.h. */
#include "sim/sweep/axis_names.h"

#include <string.h>

#include "base/text.h"
#include "sim/scenario/document.h"

/* Of those that share a word: do all say the same of this key? */
static bool differs(const struct axis *axis, const char *word, const char *key,
                    struct arena *arena)
{
    const char *first = NULL;

    for (size_t i = 0; i < axis->values; i++) {
        const struct node *node = axis->value[i].node, *own;
        const char *text;

        if (strcmp(axis->value[i].word, word) != 0)
            continue;
        own = node && node->type == NODE_MAPPING ? node_get(node, key) : NULL;
        text = own ? node_in_a_line(arena, own) : "";
        if (first && strcmp(first, text) != 0)
            return true;
        first = text;
    }
    return false;
}

static bool is_ambiguous(const struct axis *axis, const struct axis_value *value)
{
    for (size_t i = 0; i < axis->values; i++)
        if (strcmp(axis->value[i].word, value->word) == 0 &&
            strcmp(axis->value[i].text, value->text) != 0)
            return true;
    return false;
}

void axis_name_values(struct axis *axis, struct arena *arena)
{
    for (size_t i = 0; i < axis->values; i++) {
        struct axis_value *value = &axis->value[i];
        struct text text = {0};

        if (!value->node || value->node->type != NODE_MAPPING || !is_ambiguous(axis, value))
            continue;
        text_add(&text, "%s", value->word);
        for (const struct item *item = value->node->first; item; item = item->next)
            if (strcmp(item->key, "kind") != 0 && differs(axis, value->word, item->key, arena))
                text_add(&text, " %s=%s", item->key,
                         item->value->type == NODE_SCALAR ? item->value->text
                                                          : node_in_a_line(arena, item->value));
        value->name = arena_text(arena, text.chars);
        text_done(&text);
    }
}
