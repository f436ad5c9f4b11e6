/* SPDX-License-Identifier: MIT
 * catalogue_list.c -- what providers have to rent, as text: `traincast list instance`.
 *
 * A section whose entries fields look up by name (instances, cache nodes, compute profiles) is
 * any key of a provider's file that is neither a family nor about the file itself. */
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/load.h"

static bool is_section(const struct scenario_options *options, const struct item *item)
{
    return item->value->type == NODE_MAPPING && !family_named(options, item->key);
}

/* "vcpus 2, memory 4 GiB": its single values, but for where they are from. */
static void print_entry(const struct item *entry, FILE *out)
{
    bool said = false;

    fprintf(out, "  %-18s", entry->key);
    for (const struct item *field = entry->value->first; field; field = field->next) {
        if (field->value->type != NODE_SCALAR || !strcmp(field->key, "source") ||
            !strcmp(field->key, "date"))
            continue;
        fprintf(out, "%s%s %s", said ? ", " : " ", field->key, field->value->text);
        said = true;
    }
    fputc('\n', out);
}

/* Whether there was something to print. */
static bool print_section(const struct catalogue *catalogue, const char *section, FILE *out)
{
    const struct node *entries = node_get(catalogue->root, section);

    if (!entries || entries->type != NODE_MAPPING)
        return false;
    fprintf(out, "%s of %s\n", section, catalogue->name);
    for (const struct item *entry = entries->first; entry; entry = entry->next)
        if (entry->value->type == NODE_MAPPING)
            print_entry(entry, out);
    return true;
}

static void print_provider(const struct scenario_options *options,
                           const struct catalogue *catalogue, FILE *out)
{
    fprintf(out, "  %-16s %s", catalogue->name, catalogue->path);
    if (catalogue->extends)
        fprintf(out, ", extends %s", catalogue->extends->name);
    fprintf(out, "; lists");
    for (const struct item *item = catalogue->root->first; item; item = item->next)
        if (is_section(options, item))
            fprintf(out, " %s", item->key);
    fputc('\n', out);
}

static void print_all(const struct node *node, struct arena *arena, FILE *out)
{
    for (const struct item *field = node->first; field; field = field->next)
        fprintf(out, "  %s: %s\n", field->key, node_in_a_line(arena, field->value));
}

static const struct catalogue *open_named(struct loader *loader, const char *name)
{
    struct item item = {.key = "provider",
                        .value =
                            node_new(loader->arena, NODE_SCALAR, LAYER_SET, (struct place){0})};
    struct scope scope;

    item.value->text = name;
    scope_open(loader, &item, NULL, &scope);
    return scope.count ? scope.catalogue[0] : NULL;
}

bool scenario_describe_entry(const struct scenario_options *options, const char *what,
                             FILE *out, struct diag_list *diags)
{
    struct arena arena = {0};
    struct loader loader = {
        .arena = &arena, .diags = diags, .options = options, .directory = "."};
    size_t count, length = strcspn(what, ".");
    const char **name = catalogue_name_list(&loader, &count);
    bool found = false;

    for (size_t i = 0; what[length] && i < count; i++) {
        const struct catalogue *catalogue = open_named(&loader, name[i]);
        const struct node *entries =
            catalogue ? node_get(catalogue->root, arena_bytes(&arena, what, length)) : NULL;
        const struct node *entry = node_get(entries, what + length + 1);

        if (!entry || entry->type != NODE_MAPPING)
            continue;
        fprintf(out, "%s of %s\n", what, catalogue->name);
        print_all(entry, &arena, out);
        found = true;
    }
    arena_done(&arena);
    return found;
}

bool scenario_list_catalogue(const struct scenario_options *options, const char *section,
                             FILE *out, struct diag_list *diags)
{
    struct arena arena = {0};
    struct loader loader = {
        .arena = &arena, .diags = diags, .options = options, .directory = "."};
    bool found = false, providers = strcmp(section, "provider") == 0;
    size_t count;
    const char **name = catalogue_name_list(&loader, &count);

    if (providers && count)
        fprintf(out, "provider: whose prices, limits and machines a scenario takes.\n");
    for (size_t i = 0; i < count; i++) {
        const struct catalogue *catalogue = open_named(&loader, name[i]);

        if (!catalogue)
            continue;
        if (providers)
            print_provider(options, catalogue, out);
        found = providers || print_section(catalogue, section, out) || found;
    }
    arena_done(&arena);
    return found;
}
