/* SPDX-License-Identifier: MIT
 * sheet.c -- see sheet.h. */
#include "sim/scenario/sheet.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "sim/scenario/load.h"

struct sheet {
    struct arena arena;
    struct resolved *resolved;
    const char *path;
};

static void load_root(struct sheet *sheet, const char *words, const struct field *fields,
                      struct node *root, void *conf, struct diag_list *diags)
{
    static const struct family *const none[] = {NULL};
    static const struct scenario_options options = {.families = none};
    const struct field *const tables[] = {fields, NULL};
    struct owner owner = {.words = words, .path = "", .place = {sheet->path, 1, 1}};
    struct item *item = ARENA_NEW(&sheet->arena, struct item);
    struct loader loader = {
        .arena = &sheet->arena, .diags = diags, .options = &options, .directory = "."};

    if (root->type != NODE_MAPPING) {
        if (root->type != NODE_BAD)
            diag_add(diags, DIAG_ERROR, root->place,
                     "%s must be a mapping (key: value), not %s", words, node_type_word(root));
        return;
    }
    item->key = words;
    item->value = root;
    loader.root = cascade_of(&loader, item);
    check_keys(&loader, &loader.root, &owner, tables, NULL);
    load_fields(&loader, fields, &loader.root, &owner, conf, sheet->resolved);
}

bool sheet_is_like(const char *path, const char *const keys[], const char *const other[])
{
    struct arena arena = {0};
    struct diag_list diags;
    const char *bytes;
    const struct node *root;
    size_t size;
    struct stat status;
    bool is_like = false;

    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) /* no pipe is read twice */
        return false;
    diag_init(&diags);
    root = document_read_file(&arena, path, (struct place){0}, &bytes, &size, &diags)
               ? document_parse(&arena, path, LAYER_SCENARIO, bytes, size, &diags)
               : NULL;
    if (root && root->type == NODE_MAPPING) {
        for (; *keys; keys++)
            is_like = is_like || node_get(root, *keys);
        for (; *other; other++)
            is_like = is_like && !node_get(root, *other);
    }
    diag_done(&diags);
    arena_done(&arena);
    return is_like;
}

struct sheet *sheet_new(const char *path, const char *words, const struct field *fields,
                        void *conf, struct diag_list *diags)
{
    struct sheet *sheet = NEW(struct sheet);
    size_t errors = diags->errors, size;
    const char *bytes;
    struct node *root;

    sheet->path = arena_text(&sheet->arena, path);
    sheet->resolved = ARENA_NEW(&sheet->arena, struct resolved);
    if (document_read_file(&sheet->arena, path, (struct place){0}, &bytes, &size, diags)) {
        root = document_parse(&sheet->arena, sheet->path, LAYER_SCENARIO, bytes, size, diags);
        if (root)
            load_root(sheet, words, fields, root, conf, diags);
    }
    return diags->errors > errors ? sheet_free(sheet) : sheet;
}

struct sheet *sheet_free(struct sheet *sheet)
{
    if (!sheet)
        return NULL;
    arena_done(&sheet->arena);
    free(sheet);
    return NULL;
}

struct place sheet_place(const struct sheet *sheet, const char *key_path)
{
    struct place place = resolved_find(sheet->resolved, key_path, true)->place;

    return place.file ? place : (struct place){sheet->path, 1, 1};
}

const char *sheet_path(struct sheet *sheet, const char *path)
{
    return path_beside_file(&sheet->arena, sheet->path, path);
}
