/* SPDX-License-Identifier: MIT
 * shorthand.c -- see shorthand.h. */
#include "sim/scenario/shorthand.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

enum { LONGEST_PATH = 3 };

const struct shorthand shorthands[] = {
    {"workers", {"groups", "workers", "count"}, "How many workers there are."},
    {"platform", {"groups", "workers", "platform"}, "What the workers run on."},
    {"speed",
     {"groups", "workers", "speed"},
     "How fast the workers are; 1 = as the catalogue says."},
    {"stragglers",
     {"groups", "workers", "stragglers"},
     "Which workers are slower than the others."},
    {"compute", {"groups", "workers", "compute"}, "What the workers' arithmetic takes."},
    {"channel", {"channels", "main"}, "How the workers exchange what they learned."},
    {NULL, {NULL}, NULL},
};

const char *shorthand_word(const char *path)
{
    for (const struct shorthand *s = shorthands; s->word; s++) {
        char own[128];

        snprintf(own, sizeof own, "%s.%s%s%s", s->path[0], s->path[1], s->path[2] ? "." : "",
                 s->path[2] ? s->path[2] : "");
        if (strcmp(own, path) == 0)
            return s->word;
    }
    return NULL;
}

static const struct shorthand *find(const char *word)
{
    for (const struct shorthand *s = shorthands; s->word; s++)
        if (strcmp(s->word, word) == 0)
            return s;
    return NULL;
}

char *shorthand_in_full(const char *path)
{
    for (const struct shorthand *s = shorthands; s->word; s++) {
        size_t length = strlen(s->word);

        if (strncmp(path, s->word, length) == 0 &&
            (path[length] == '.' || path[length] == '\0'))
            return memory_format("%s.%s%s%s%s", s->path[0], s->path[1], s->path[2] ? "." : "",
                                 s->path[2] ? s->path[2] : "", path + length);
    }
    return memory_text(path);
}

static void put_first(struct node *mapping, struct item *item)
{
    struct item *before = NULL;

    for (struct item *other = mapping->first; other != item; other = other->next)
        before = other;
    if (!before)
        return;
    before->next = item->next;
    if (mapping->last == item)
        mapping->last = before;
    item->next = mapping->first;
    mapping->first = item;
}

static void say_conflict(const struct item *brief, const struct item *full,
                         const struct shorthand *s, struct diag_list *diags)
{
    diag_add(diags, DIAG_ERROR, brief->place,
             "'%s' is short for '%s.%s%s%s', which is given too", s->word, s->path[0],
             s->path[1], s->path[2] ? "." : "", s->path[2] ? s->path[2] : "");
    diag_add(diags, DIAG_NOTE, full->place, "it is given here");
}

/* Hangs one short key's value at its place in the long form. */
static void graft(struct arena *arena, struct node *root, const struct item *brief,
                  const struct shorthand *s, struct diag_list *diags)
{
    struct node *parent = root;
    struct item *item;

    for (int i = 0; i < LONGEST_PATH && s->path[i]; i++) {
        bool last = i + 1 == LONGEST_PATH || !s->path[i + 1];

        item = node_find(parent, s->path[i]);
        if (item && (last || item->value->type != NODE_MAPPING)) {
            if (item->value->type != NODE_BAD)
                say_conflict(brief, item, s, diags);
            return;
        }
        if (!item) {
            struct node *value = brief->value;

            if (!last) {
                value = node_new(arena, NODE_MAPPING, brief->value->layer, brief->place);
                value->implied = true;
            }
            item = node_add(arena, parent, s->path[i], brief->place, value);
            item->written = last ? brief->key : NULL;
        }
        if (i == 1) /* the workers and the main channel stand before other entries */
            put_first(parent, item);
        parent = item->value;
    }
}

void shorthand_expand(struct arena *arena, struct node *root, struct diag_list *diags)
{
    struct node whole = *root;
    struct item *next;

    root->first = root->last = NULL;
    root->count = 0;
    for (int pass = 0; pass < 2;
         pass++) /* the long form first, so that it is there to graft on */
        for (struct item *item = whole.first; item; item = next) {
            const struct shorthand *s = find(item->key);

            next = item->next;
            if (pass == 0 && !s)
                node_add(arena, root, item->key, item->place, item->value);
            else if (pass == 1 && s)
                graft(arena, root, item, s, diags);
        }
}
