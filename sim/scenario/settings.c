/* SPDX-License-Identifier: MIT
 * settings.c -- see settings.h. */
#include "sim/scenario/settings.h"

#include <string.h>

#include "sim/scenario/shorthand.h"

static void move_to(struct node *node, struct place place)
{
    node->place = place;
    for (struct item *item = node->first; item; item = item->next) {
        item->place = place;
        move_to(item->value, place);
    }
}

/* The value as YAML.  Its mistakes are told at the setting, not at a line of it. */
static struct node *parse_value(struct arena *arena, const char *text, struct place place,
                                struct diag_list *diags)
{
    struct diag_list own;
    struct node *node;

    if (text[strspn(text, " \t")] == '\0') {
        diag_add(diags, DIAG_ERROR, place, "there is no value behind '='");
        return NULL;
    }
    diag_init(&own);
    node = document_parse(arena, place.file, LAYER_SET, text, strlen(text), &own);
    for (size_t i = 0; i < own.count; i++)
        diag_add(diags, own.diag[i].level, place, "%s", own.diag[i].text);
    diag_done(&own);
    if (node)
        move_to(node, place);
    return node;
}

/* path "a.b.c" of the given length becomes mappings around value. */
static struct node *nest(struct arena *arena, const char *path, size_t length,
                         struct place place, struct node *value)
{
    struct node *root = node_new(arena, NODE_MAPPING, LAYER_SET, place), *at = root;

    root->implied = true;
    while (true) {
        size_t part = strcspn(path, ".=");
        char *key = arena_bytes(arena, path, part);
        struct node *next;

        if (part == length) {
            node_add(arena, at, key, place, value);
            return root;
        }
        next = node_new(arena, NODE_MAPPING, LAYER_SET, place);
        next->implied = true;
        node_add(arena, at, key, place, next);
        at = next;
        path += part + 1;
        length -= part + 1;
    }
}

static bool path_is_good(const char *path, size_t length)
{
    if (length == 0 || path[0] == '.' || path[length - 1] == '.')
        return false;
    for (size_t i = 0; i < length; i++)
        if (path[i] == ' ' || (path[i] == '.' && path[i + 1] == '.'))
            return false;
    return true;
}

static struct node *in_long_form(struct arena *arena, const char *path, size_t length,
                                 struct place place, struct node *value,
                                 struct diag_list *diags)
{
    struct node *root = nest(arena, path, length, place, value);

    shorthand_expand(arena, root, diags);
    return root;
}

struct node *setting_parse(struct arena *arena, const char *setting, struct diag_list *diags)
{
    struct place place = {arena_format(arena, "--set %s", setting), 0, 0};
    size_t length = strcspn(setting, "=");
    struct node *value;

    if (setting[length] != '=' || !path_is_good(setting, length)) {
        diag_add(diags, DIAG_ERROR, place, "must be KEY.PATH=VALUE, for example 'workers=20'");
        return NULL;
    }
    value = parse_value(arena, setting + length + 1, place, diags);
    return value ? in_long_form(arena, setting, length, place, value, diags) : NULL;
}

struct node *setting_placed(struct arena *arena, const struct scenario_setting *setting,
                            struct diag_list *diags)
{
    size_t length = strlen(setting->key);
    struct node *value;

    if (!path_is_good(setting->key, length) || strchr(setting->key, '=')) {
        diag_add(diags, DIAG_ERROR, setting->key_place,
                 "must be the path of a key, for example 'workers' or 'platform.memory'");
        return NULL;
    }
    value = parse_value(arena, setting->text, setting->text_place, diags);
    return value ? in_long_form(arena, setting->key, length, setting->key_place, value, diags)
                 : NULL;
}

struct node *setting_seed(struct arena *arena, long long seed)
{
    struct place place = {arena_format(arena, "--seed %lld", seed), 0, 0};
    struct node *value = node_new(arena, NODE_SCALAR, LAYER_SET, place);

    value->text = arena_format(arena, "%lld", seed);
    return nest(arena, "seed", strlen("seed"), place, value);
}
