/* SPDX-License-Identifier: MIT
 * catalogue.c -- finds, reads and looks things up in providers' files; see catalogue.h. */
#include "sim/scenario/catalogue.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "sim/scenario/load.h"

/* -- the folder of providers ------------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of the .yaml files in the platforms' folder, sorted; free each and the array. */
static char **list_providers(const struct loader *loader, size_t *ret_count)
{
    DIR *folder =
        loader->options->platforms_dir ? opendir(loader->options->platforms_dir) : NULL;
    const struct dirent *file;
    char **name = NULL;
    size_t count = 0, capacity = 0;

    while (folder && (file = readdir(folder))) {
        size_t length = strlen(file->d_name);

        if (length <= 5 || file->d_name[0] == '.' ||
            strcmp(file->d_name + length - 5, ".yaml") != 0)
            continue;
        ROOM_FOR_ONE(name, count, capacity);
        name[count++] = memory_format("%.*s", (int)length - 5, file->d_name);
    }
    if (folder)
        closedir(folder);
    if (count > 0)
        qsort(name, count, sizeof *name, by_name);
    *ret_count = count;
    return name;
}

static char *join_names(const struct loader *loader, struct nearest *nearest)
{
    size_t count;
    char **name = list_providers(loader, &count), *copy;
    struct text text = {0};

    text_add(&text, "%s", count ? "" : "none");
    for (size_t i = 0; i < count; i++) {
        const char *before = nearest ? nearest->best : NULL;

        text_add(&text, "%s%s", i ? ", " : "", name[i]);
        if (nearest)
            nearest_try(nearest, name[i]);
        if (nearest && nearest->best != before)
            nearest->best = arena_text(loader->arena, name[i]);
        free(name[i]);
    }
    free(name);
    copy = arena_text(loader->arena, text.chars);
    text_done(&text);
    return copy;
}

const char **catalogue_name_list(const struct loader *loader, size_t *ret_count)
{
    char **name = list_providers(loader, ret_count);
    const char **copy = arena_alloc(loader->arena, *ret_count + 1, sizeof *copy);

    for (size_t i = 0; i < *ret_count; i++) {
        copy[i] = arena_text(loader->arena, name[i]);
        free(name[i]);
    }
    free(name);
    return copy;
}

char *catalogue_names(const struct loader *loader)
{
    return join_names(loader, NULL);
}

/* -- reading ---------------------------------------------------------------------- */

static const struct catalogue *open_provider(struct loader *loader, const struct item *item);

static struct node *read_root(struct loader *loader, const char *path, enum layer layer,
                              struct place place)
{
    const char *bytes;
    size_t size;
    struct node *root;

    if (!document_read_file(loader->arena, path, place, &bytes, &size, loader->diags))
        return NULL;
    root = document_parse(loader->arena, path, layer, bytes, size, loader->diags);
    if (root && root->type != NODE_MAPPING) {
        if (root->type != NODE_BAD)
            diag_add(loader->diags, DIAG_ERROR, root->place,
                     "a provider's file must be a mapping (key: value), not %s",
                     node_type_word(root));
        return NULL;
    }
    return root;
}

/* In the loader's arena. */
static struct catalogue *read_file(struct loader *loader, struct catalogue **list,
                                   const char *name, const char *path, enum layer layer,
                                   struct place place)
{
    struct catalogue *catalogue = ARENA_NEW(loader->arena, struct catalogue);
    const struct item *extends;

    *catalogue = (struct catalogue){.name = arena_text(loader->arena, name),
                                    .path = arena_text(loader->arena, path),
                                    .layer = layer};
    catalogue->next = *list;
    *list = catalogue;
    catalogue->root = read_root(loader, catalogue->path, layer, place);
    if (!catalogue->root)
        return catalogue;
    catalogue->loading = true;
    extends = node_find(catalogue->root, "extends");
    if (extends)
        catalogue->extends = (struct catalogue *)open_provider(loader, extends);
    catalogue->loading = false;
    catalogue_check(loader, catalogue);
    return catalogue;
}

/* Each file is read and checked once, however often it is named. */
static struct catalogue *open_file(struct loader *loader, const char *name, const char *path,
                                   enum layer layer, struct place place)
{
    struct scenario_shelf *shelf = loader->options->shelf;
    struct catalogue **list = shelf ? &shelf->catalogues : &loader->catalogues, *catalogue;
    struct arena *own = loader->arena;

    for (catalogue = *list; catalogue; catalogue = catalogue->next)
        if (catalogue->layer == layer && strcmp(catalogue->path, path) == 0) {
            if (catalogue->loading)
                diag_add(loader->diags, DIAG_ERROR, place, "provider '%s' extends itself",
                         name);
            return catalogue->loading ? NULL : catalogue;
        }
    if (shelf)
        loader->arena = &shelf->arena;
    catalogue = read_file(loader, list, name, path, layer, place);
    loader->arena = own;
    return catalogue;
}

struct scenario_shelf *scenario_shelf_new(void)
{
    return NEW(struct scenario_shelf);
}

bool shelf_read_file(struct scenario_shelf *shelf, struct arena *arena, const char *path,
                     struct place place, const char **ret_bytes, size_t *ret_size,
                     struct diag_list *diags)
{
    struct kept_file *file = shelf ? shelf->files : NULL;

    if (!shelf)
        return document_read_file(arena, path, place, ret_bytes, ret_size, diags);
    while (file && strcmp(file->path, path) != 0)
        file = file->next;
    if (!file) {
        file = ARENA_NEW(&shelf->arena, struct kept_file);
        *file =
            (struct kept_file){.path = arena_text(&shelf->arena, path), .next = shelf->files};
        if (!document_read_file(&shelf->arena, path, place, &file->bytes, &file->size, diags))
            return false;
        shelf->files = file;
    }
    *ret_bytes = file->bytes;
    *ret_size = file->size;
    return true;
}

struct scenario_shelf *scenario_shelf_free(struct scenario_shelf *shelf)
{
    if (shelf)
        arena_done(&shelf->arena);
    free(shelf);
    return NULL;
}

/* A provider's name is a word, not a path: it cannot lead out of the folder. */
static bool provider_exists(const struct loader *loader, const char *name)
{
    size_t count;
    char **known = list_providers(loader, &count);
    bool found = false;

    for (size_t i = 0; i < count; i++) {
        found = found || strcmp(known[i], name) == 0;
        free(known[i]);
    }
    free(known);
    return found;
}

static const struct catalogue *open_provider(struct loader *loader, const struct item *item)
{
    const char *name = item_text(loader, item);
    struct place place = item->value->place.file ? item->value->place : item->place;
    char shown[TEXT_SHOWN];

    if (!name)
        return NULL;
    if (!provider_exists(loader, name)) {
        struct nearest nearest = {.word = name};
        char *names = join_names(loader, &nearest);

        diag_add(loader->diags, DIAG_ERROR, place, "there is no provider '%s'",
                 text_shown(name, shown));
        suggest(loader, place, nearest.best);
        diag_add(loader->diags, DIAG_NOTE, place, "there are: %s", names);
        return NULL;
    }
    return open_file(
        loader, name,
        arena_format(loader->arena, "%s/%s.yaml", loader->options->platforms_dir, name),
        LAYER_PROVIDER, place);
}

/* -- scopes ----------------------------------------------------------------------- */

static void add_chain(struct scope *scope, const struct catalogue *catalogue)
{
    for (; catalogue && scope->count < SCOPE_MOST; catalogue = catalogue->extends)
        if (catalogue->root)
            scope->catalogue[scope->count++] = catalogue;
}

void scope_open(struct loader *loader, const struct item *provider, const struct item *file,
                struct scope *out)
{
    *out = (struct scope){0};
    if (file) {
        const char *name = item_text(loader, file);
        struct place place = file->value->place.file ? file->value->place : file->place;

        if (name)
            add_chain(out, open_file(loader, name, path_beside(loader, file->value, name),
                                     LAYER_OVERLAY, place));
        out->file = name;
    }
    if (provider) {
        const struct catalogue *found = open_provider(loader, provider);

        add_chain(out, found);
        out->provider = found ? found->name : NULL;
    }
}

void scope_add_provider(struct scope *to, const struct scope *from)
{
    to->provider = from->provider;
    for (size_t i = 0; i < from->count && to->count < SCOPE_MOST; i++)
        if (from->catalogue[i]->layer == LAYER_PROVIDER)
            to->catalogue[to->count++] = from->catalogue[i];
}

size_t scope_find(const struct scope *scope, const char *section, const char *name,
                  struct item *found[SCOPE_MOST])
{
    size_t count = 0;

    for (size_t i = 0; i < scope->count; i++) {
        struct item *item = node_find(node_get(scope->catalogue[i]->root, section), name);

        if (item && item->value->type == NODE_MAPPING)
            found[count++] = item;
    }
    return count;
}

char *scope_entries(const struct loader *loader, const struct scope *scope, const char *section,
                    const char *word, const char **ret_nearest)
{
    struct nearest nearest = {.word = word};
    struct text text = {0};
    char *copy;
    int said = 0;

    for (size_t i = 0; i < scope->count; i++) {
        const struct node *entries = node_get(scope->catalogue[i]->root, section);

        if (!entries || entries->type != NODE_MAPPING)
            continue;
        for (const struct item *item = entries->first; item && said < 60; item = item->next) {
            text_add(&text, "%s%s", said++ ? ", " : "", item->key);
            nearest_try(&nearest, item->key);
        }
    }
    *ret_nearest = nearest.best;
    copy = arena_text(loader->arena, text.chars ? text.chars : "");
    text_done(&text);
    return copy;
}

void catalogue_open(struct loader *loader, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t length = strlen(name);

    if (length > 5 && strcmp(name + length - 5, ".yaml") == 0)
        length -= 5;
    open_file(loader, arena_bytes(loader->arena, name, length), arena_text(loader->arena, path),
              LAYER_PROVIDER, (struct place){0});
}
