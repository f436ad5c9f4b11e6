/* SPDX-License-Identifier: MIT
 * scenario.c -- from a file and the command line to one resolved scenario; see scenario.h. */
#include "sim/scenario/scenario.h"

#include <math.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "sim/scenario/load.h"
#include "sim/scenario/settings.h"
#include "sim/scenario/shorthand.h"

/* What scenario_new really returns: everything of it lives in the arena, itself included. */
struct loaded {
    struct scenario scenario; /* first, so that one is the other */
    struct arena arena;
    struct resolved *resolved;
    const char *directory;
    const char *data_dir;
    struct scenario_options options; /* as given, but for set and seed */
    char sha256[2 * SHA256_DIGEST_SIZE + 1];
};

static const struct loaded *whole(const struct scenario *scenario)
{
    return (const struct loaded *)scenario;
}

/* -- which sections the job needs ------------------------------------------------- */

enum need { NEED_NOT, NEED_MAY, NEED_MUST };

/* The word in `needs` that decides about a top-level key; NULL: every scenario has it. */
static const char *deciding_word(const char *key)
{
    static const char *const words[][2] = {
        {"data", "data"},       {"model", "model"}, {"optimizer", "optimizer"},
        {"pattern", "pattern"}, {"sync", "sync"},   {"channels", "channel"},
        {"evaluate", "model"}, /* there is nothing to measure without one */
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i][0], key) == 0)
            return words[i][1];
    return NULL;
}

static enum need need_of(const struct kind *job, const char *word)
{
    size_t length = strlen(word);

    for (size_t i = 0; job->needs && job->needs[i]; i++) {
        const char *need = job->needs[i];

        if (strncmp(need, word, length) != 0)
            continue;
        if (need[length] == '\0')
            return NEED_MUST;
        if (strcmp(need + length, "?") == 0)
            return NEED_MAY;
    }
    return NEED_NOT;
}

/* who: "a job of kind 'service'" */
static void say_not_needed(struct loader *loader, const char *who, const struct item *item)
{
    diag_add(loader->diags, DIAG_ERROR, item->place, "%s does not use '%s'", who,
             item_name(item));
}

static void say_needed(struct loader *loader, const char *who, const struct field *field,
                       const char *key, struct place place)
{
    const char *word = strcmp(key, "channels") == 0 ? "channel" : key;
    const struct family *family =
        field->family ? family_named(loader->options, field->family) : NULL;

    diag_add(loader->diags, DIAG_ERROR, place, "'%s' is missing: %s needs it", word, who);
    if (family)
        diag_add(loader->diags, DIAG_NOTE, place, "there are: %s",
                 family_names(loader->arena, family));
}

/* -- loading ---------------------------------------------------------------------- */

static char *stem_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t length = strlen(name);

    if (length > 5 && strcmp(name + length - 5, ".yaml") == 0)
        length -= 5;
    return length > 0 ? arena_bytes(arena, name, length) : arena_text(arena, "scenario");
}

/* One field of the top level, by what the job (NULL: unknown) needs. */
static void load_top(struct loader *loader, struct loaded *out, const struct field *table,
                     const struct owner *owner, const char *name)
{
    const struct kind *job = out->scenario.job.kind;
    struct field field = *table;
    struct cascade here;
    const char *word;
    enum need need;
    char key[64], who[64];

    field_key(table, key, sizeof key);
    here = cascade_key(loader, &loader->root, key);
    word = deciding_word(key);
    if (strcmp(key, "name") == 0)
        field.preset = name;
    if (word && !job)
        field.optional = true; /* what is missing cannot be known */
    need = word && job ? need_of(job, word) : NEED_MUST;
    if (job)
        snprintf(who, sizeof who, "a job of kind '%s'", job->name);
    if (need == NEED_NOT && here.count > 0) {
        say_not_needed(loader, who, here.item[0]);
        return;
    }
    if (need != NEED_MUST)
        field.optional = true;
    if (word && job && need == NEED_MUST && here.count == 0 && strcmp(key, "evaluate") != 0) {
        say_needed(loader, who, table, key, owner->place);
        return;
    }
    load_field(loader, &field, &loader->root, owner, &out->scenario, out->resolved);
}

static const char *const *short_words(struct arena *arena)
{
    size_t count = 0;
    const char **word;

    while (shorthands[count].word)
        count++;
    word = arena_alloc(arena, count + 1, sizeof(char *));
    for (size_t i = 0; i < count; i++)
        word[i] = shorthands[i].word;
    return word;
}

static void check_is_group(struct loader *loader, const struct loaded *loaded, const char *name,
                           const char *path)
{
    const struct map *groups = &loaded->scenario.groups;
    struct nearest nearest = {.word = name};
    struct place place = resolved_find(loaded->resolved, path, true)->place;
    struct text names = {0};

    for (size_t i = 0; i < groups->count; i++) {
        if (strcmp(groups->name[i], name) == 0)
            goto done;
        nearest_try(&nearest, groups->name[i]);
        text_add(&names, "%s%s", i ? ", " : "", groups->name[i]);
    }
    diag_add(loader->diags, DIAG_ERROR, place, "there is no group '%s'", name);
    if (nearest.best)
        suggest(loader, place, nearest.best);
    else
        diag_add(loader->diags, DIAG_NOTE, place, "there are: %s",
                 names.chars ? names.chars : "");
done:
    text_done(&names);
}

/* A link's ends must be groups. */
static void check_links(struct loader *loader, const struct loaded *loaded)
{
    const struct map *links = &loaded->scenario.links;

    for (size_t i = 0; i < links->count && !diags_are_full(loader); i++) {
        const struct link_conf *link = (const struct link_conf *)links->entry + i;
        char path[128];

        snprintf(path, sizeof path, "links.%s.from", links->name[i]);
        if (link->from)
            check_is_group(loader, loaded, link->from, path);
        snprintf(path, sizeof path, "links.%s.to", links->name[i]);
        if (link->to)
            check_is_group(loader, loaded, link->to, path);
    }
}

/* Where the job leaves it to the kind of synchronisation whether there is a pattern. */
static void check_pattern(struct loader *loader, const struct loaded *loaded,
                          const struct owner *owner)
{
    const struct kind *job = loaded->scenario.job.kind, *sync = loaded->scenario.sync.kind;
    const struct cascade here = cascade_key(loader, &loader->root, "pattern");
    enum need need;
    char who[64];

    if (!job || !sync || need_of(job, "pattern") != NEED_MAY)
        return;
    need = need_of(sync, "pattern");
    snprintf(who, sizeof who, "sync '%s'", sync->name);
    if (need == NEED_NOT && here.count > 0)
        say_not_needed(loader, who, here.item[0]);
    if (need == NEED_MUST && here.count == 0)
        say_needed(loader, who, field_find(scenario_fields, "pattern"), "pattern",
                   owner->place);
}

static void load_all(struct loader *loader, struct loaded *out, const char *name)
{
    const struct field *const tables[] = {scenario_fields, NULL};
    struct owner owner = {.words = "a scenario", .path = "", .place = {name, 1, 1}};
    char *stem = stem_of(loader->arena, name);

    check_keys(loader, &loader->root, &owner, tables, short_words(loader->arena));
    find_first_scope(loader);
    for (const struct field *field = scenario_fields; field->member; field++)
        load_top(loader, out, field, &owner, stem);
    check_links(loader, out);
    check_pattern(loader, out, &owner);
}

/* -- layers ----------------------------------------------------------------------- */

static void add_layer(struct loader *loader, struct node *root)
{
    struct item *item = ARENA_NEW(loader->arena, struct item);

    item->value = root;
    item->key = "the scenario";
    loader->root.item[loader->root.count++] = item;
}

/* --seed, then --set and settings (a later one wins over an earlier one), then the file. */
static bool stack_layers(struct loader *loader, const char *name, const char *bytes,
                         size_t size)
{
    const struct scenario_options *options = loader->options;
    struct node *root =
        document_parse(loader->arena, name, LAYER_SCENARIO, bytes, size, loader->diags);
    size_t sets = 0;

    while (options->set && options->set[sets])
        sets++;
    loader->root.item =
        arena_alloc(loader->arena, sets + options->setting_count + 2, sizeof(struct item *));
    if (options->seed)
        add_layer(loader, setting_seed(loader->arena, *options->seed));
    for (size_t i = sets; i-- > 0;) {
        struct node *set = setting_parse(loader->arena, options->set[i], loader->diags);

        if (set)
            add_layer(loader, set);
    }
    for (size_t i = options->setting_count; i-- > 0;) {
        struct node *set = setting_placed(loader->arena, &options->settings[i], loader->diags);

        if (set)
            add_layer(loader, set);
    }
    if (!root)
        return false;
    if (root->type != NODE_MAPPING) {
        if (root->type != NODE_BAD)
            diag_add(loader->diags, DIAG_ERROR, root->place,
                     "a scenario must be a mapping (key: value), not %s", node_type_word(root));
        return false;
    }
    shorthand_expand(loader->arena, root, loader->diags);
    if (!node_get(root, "groups")) { /* so that 'workers' is missing, not 'groups' */
        struct node *groups =
            node_new(loader->arena, NODE_MAPPING, LAYER_SCENARIO, (struct place){name, 1, 1});
        struct node *workers =
            node_new(loader->arena, NODE_MAPPING, LAYER_SCENARIO, (struct place){name, 1, 1});

        groups->implied = workers->implied = true;
        node_add(loader->arena, groups, "workers", workers->place, workers);
        node_add(loader->arena, root, "groups", groups->place, groups);
    }
    add_layer(loader, root);
    return true;
}

/* -- hash
 * ---------------------------------------------------------------------------------------------
 */

/* The long form without origins; free() it. */
static char *canonical_text(const struct resolved *resolved, size_t *ret_size)
{
    char *text = NULL;
    FILE *stream = open_memstream(&text, ret_size);

    if (!stream) { /* only without memory */
        fprintf(stderr, "traincast: error: out of memory\n");
        exit(3);
    }
    resolved_print(resolved, false, stream);
    fclose(stream);
    return text;
}

static void hash(struct loaded *loaded)
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct sha256_ctx context;
    size_t size = 0;
    char *text = canonical_text(loaded->resolved, &size);

    sha256_init(&context);
    sha256_update(&context, size, (const uint8_t *)text);
    sha256_digest(&context, sizeof digest, digest);
    free(text);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(loaded->sha256 + 2 * i, 3, "%02x", digest[i]);
}

/* -- the calls of scenario.h ------------------------------------------------------ */

static const char *directory_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? arena_bytes(arena, path, (size_t)(slash - path)) : ".";
}

static struct loaded *new_loaded(const struct scenario_options *options, const char *name)
{
    struct loaded *loaded = NEW(struct loaded);

    loaded->directory = directory_of(&loaded->arena, name);
    loaded->data_dir = arena_text(&loaded->arena, options->data_dir);
    loaded->options = (struct scenario_options){
        .families = options->families,
        .platforms_dir = arena_text(&loaded->arena, options->platforms_dir),
        .data_dir = loaded->data_dir};
    loaded->resolved = ARENA_NEW(&loaded->arena, struct resolved);
    loaded->resolved->place = (struct place){arena_text(&loaded->arena, name), 1, 1};
    return loaded;
}

static struct scenario *finish(struct loaded *loaded, size_t errors_before,
                               const struct diag_list *diags)
{
    if (diags->errors > errors_before)
        return scenario_free(&loaded->scenario);
    hash(loaded);
    return &loaded->scenario;
}

static void load_bytes(struct loaded *loaded, const char *name, const char *bytes, size_t size,
                       const struct scenario_options *options, struct diag_list *diags)
{
    struct loader loader = {.arena = &loaded->arena,
                            .diags = diags,
                            .options = options,
                            .directory = loaded->directory};

    if (stack_layers(&loader, arena_text(&loaded->arena, name), bytes, size))
        load_all(&loader, loaded, arena_text(&loaded->arena, name));
}

struct scenario *scenario_new_from_memory(const char *name, const void *bytes, size_t size,
                                          const struct scenario_options *options,
                                          struct diag_list *diags)
{
    struct loaded *loaded = new_loaded(options, name);
    size_t errors = diags->errors;

    load_bytes(loaded, name, bytes, size, options, diags);
    return finish(loaded, errors, diags);
}

struct scenario *scenario_new(const char *path, const struct scenario_options *options,
                              struct diag_list *diags)
{
    struct loaded *loaded = new_loaded(options, path);
    size_t errors = diags->errors, size;
    const char *bytes;

    if (shelf_read_file(options->shelf, &loaded->arena, path, (struct place){0}, &bytes, &size,
                        diags))
        load_bytes(loaded, path, bytes, size, options, diags);
    return finish(loaded, errors, diags);
}

struct scenario *scenario_variant(const struct scenario *scenario, const char *setting,
                                  struct diag_list *diags)
{
    const struct loaded *loaded = whole(scenario);
    const char *const set[] = {setting, NULL};
    struct scenario_options options = loaded->options;
    struct scenario *variant;
    size_t size = 0;
    char *text = canonical_text(loaded->resolved, &size);

    options.set = set;
    variant =
        scenario_new_from_memory(loaded->resolved->place.file, text, size, &options, diags);
    free(text);
    return variant;
}

struct scenario *scenario_free(struct scenario *scenario)
{
    struct loaded *loaded = (struct loaded *)scenario;

    if (!loaded)
        return NULL;
    arena_done(&loaded->arena);
    free(loaded);
    return NULL;
}

struct place scenario_place(const struct scenario *scenario, const char *key_path)
{
    return resolved_find(whole(scenario)->resolved, key_path, true)->place;
}

const char *scenario_text(const struct scenario *scenario, const char *key_path)
{
    const struct resolved *leaf = resolved_find(whole(scenario)->resolved, key_path, false);

    return leaf ? leaf->text : NULL;
}

void scenario_print(const struct scenario *scenario, bool with_origins, FILE *out)
{
    resolved_print(whole(scenario)->resolved, with_origins, out);
}

const char *scenario_sha256(const struct scenario *scenario)
{
    return whole(scenario)->sha256;
}

const struct resolved *scenario_resolved(const struct scenario *scenario)
{
    return whole(scenario)->resolved;
}

void scenario_leaves(const struct scenario *scenario, scenario_leaf_fn *leaf, void *arg)
{
    resolved_leaves(whole(scenario)->resolved, leaf, arg);
}

char *scenario_data_path(const struct scenario *scenario, const char *path)
{
    const struct loaded *loaded = whole(scenario);
    char *under, *beside;

    if (path[0] == '/')
        return memory_text(path);
    beside = memory_format("%s/%s", loaded->directory, path);
    if (!loaded->data_dir)
        return beside;
    under = memory_format("%s/%s", loaded->data_dir, path);
    if (access(under, F_OK) != 0 && access(beside, F_OK) == 0) {
        free(under);
        return beside;
    }
    free(beside);
    return under;
}

void scenario_check_provider(const char *path, const struct scenario_options *options,
                             struct diag_list *diags)
{
    struct arena arena = {0};
    struct loader loader = {
        .arena = &arena, .diags = diags, .options = options, .directory = "."};

    catalogue_open(&loader, path);
    arena_done(&arena);
}
