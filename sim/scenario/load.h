/* SPDX-License-Identifier: MIT
 * load.h -- from layers of nodes to structs, by the tables of base/field.h.
 *
 * A *cascade* is what all layers say about one key, highest first: --set, the scenario, the
 * user's overlay, the provider, the provider it extends.  Nothing is merged: the loader walks
 * the tables and asks the cascade at each field, so a preset, a provider's number and a --set
 * differ only in where their node comes from. */
#ifndef TRAINCAST_SIM_SCENARIO_LOAD_H
#define TRAINCAST_SIM_SCENARIO_LOAD_H

#include "base/text.h"
#include "sim/scenario/catalogue.h"
#include "sim/scenario/document.h"
#include "sim/scenario/resolved.h"
#include "sim/scenario/scenario.h"

struct cascade {
    size_t count;
    const struct item **item;
};

struct kept_file {
    const char *path, *bytes;
    size_t size;
    struct kept_file *next;
};

struct scenario_shelf {
    struct arena arena;
    struct catalogue *catalogues;
    struct kept_file *files;
};

/* As document_read_file; what the shelf (or NULL) keeps of it stays as it was first read. */
bool shelf_read_file(struct scenario_shelf *shelf, struct arena *arena, const char *path,
                     struct place place, const char **ret_bytes, size_t *ret_size,
                     struct diag_list *diags);

struct loader {
    struct arena *arena;
    struct diag_list *diags;
    const struct scenario_options *options;
    const char *directory;        /* the scenario file's: relative names on the command line */
    struct cascade root;          /* the scenario and --set */
    struct catalogue *catalogues; /* read so far, without a shelf */
    struct scope scope;           /* the provider in force for what is being loaded */
    bool provider_failed;         /* named but not there: what is missing is no news */
    struct scope first_scope;     /* of the first group that names one: the default of all */
};

/* To whom the fields of a table belong, for messages. */
struct owner {
    const char *words;    /* "'stop'", "'faas'": whose field is unknown or missing */
    const char *path;     /* in the long form; NULL where it does not matter */
    struct place place;   /* where a missing field is reported */
    struct text *missing; /* of a kind that a provider could describe, while none is named: the
                           * keys nobody says are collected here, to be told in one sentence */
};

/* -- cascade.c -------------------------------------------------------------------- */
/* What the layers of a mapping say about key.  A layer that is no mapping replaces all below
 * it. */
struct cascade cascade_key(const struct loader *loader, const struct cascade *of,
                           const char *key);
const struct item *cascade_first(const struct loader *loader, const struct cascade *of,
                                 const char *key); /* the highest of them, or NULL */
struct cascade cascade_of(const struct loader *loader, const struct item *only);
/* of, with further mappings below it (NULLs are skipped); the layers that are scalars are left
 * out: they were a kind's or an entry's name. */
struct cascade cascade_over(const struct loader *loader, const struct cascade *of,
                            struct item *const below[], size_t count);
const char *item_name(const struct item *item); /* the key in the user's word */
/* A single value that is not empty; complains when it is not one. */
const char *item_text(const struct loader *loader, const struct item *item);
/* That mapping, or NULL after a complaint. */
const struct node *item_mapping(const struct loader *loader, const struct item *item);

/* -- load.c ----------------------------------------------------------------------- */
void load_fields(struct loader *loader, const struct field *fields, const struct cascade *from,
                 const struct owner *owner, void *conf, struct resolved *parent);
void load_field(struct loader *loader, const struct field *field, const struct cascade *from,
                const struct owner *owner, void *conf, struct resolved *parent);
/* Complains about keys that the user gave and that are in none of the tables or words. */
void check_keys(const struct loader *loader, const struct cascade *from,
                const struct owner *owner, const struct field *const tables[],
                const char *const words[]);
/* An item that holds text as YAML, from nowhere. */
const struct item *preset_item(struct loader *loader, const char *key, const char *text);
/* "did you mean", unless diags is full. */
void suggest(const struct loader *loader, struct place place, const char *best);
bool diags_are_full(const struct loader *loader);

/* -- load_choice.c ---------------------------------------------------------------- */
const struct family *family_named(const struct scenario_options *options, const char *name);
bool family_is_provided(const struct family *family); /* choices may name provider and file */
char *family_names(struct arena *arena, const struct family *family); /* "s3, direct" */
/* The kind that the layers name, NULL after a complaint. */
const struct kind *chosen_kind(struct loader *loader, const struct family *family,
                               const struct cascade *from, const char *kind_key);
/* around: where to point when nobody wrote the choice (a preset). */
void load_choice(struct loader *loader, const struct family *family, const struct cascade *from,
                 const char *key, const char *path, struct place around, struct choice *out,
                 struct resolved *parent);
const struct item *kind_item(const struct cascade *from,
                             const char *kind_key); /* who names it */
/* The kind chosen so, without complaint: NULL when there is none. */
const struct kind *kind_beside(const struct loader *loader, const struct field *field,
                               const struct cascade *from);
/* Finds loader->first_scope in the scenario's groups; before anything is loaded. */
void find_first_scope(struct loader *loader);
/* The kind's fields stand beside those of the struct at from; kind_key ("source") names it. */
void load_choice_beside(struct loader *loader, const struct field *field,
                        const struct cascade *from, const struct owner *owner, void *conf,
                        struct resolved *parent);

/* -- load_entry.c, load_map.c, load_settings.c ------------------------------------ */
void load_entry(struct loader *loader, const struct field *field, const struct cascade *from,
                const struct owner *owner, void *conf, struct resolved *parent);
void load_map(struct loader *loader, const struct field *field, const struct cascade *from,
              const struct owner *owner, void *conf, struct resolved *parent);
/* A FIELD_MAP without .fields and .family: each entry a char * of YAML. */
void load_settings(struct loader *loader, const struct field *field, const struct cascade *from,
                   void *conf, struct resolved *parent);
enum { MAP_MOST = 1000 };
/* The names of all layers: first the scenario's in its order, then what higher layers add. */
size_t map_names(struct loader *loader, const struct cascade *from, const struct item **names);

/* -- load_leaf.c, load_value.c, value_table.c ------------------------------------- */
/* parent may be NULL: only checked. */
void load_leaf(struct loader *loader, const struct field *field, const struct item *item,
               void *conf, struct resolved *parent);
void load_absent(const struct field *fields, void *conf);
/* text as a number of the field, in range; complains as item_name(item). */
bool load_number(const struct loader *loader, const struct field *field,
                 const struct item *item, const char *text, double *ret_number);
void load_value(struct loader *loader, const struct field *field, const struct cascade *from,
                struct value *out, struct resolved *parent);
/* A file's name or a list of numbers (rows of [time, number] for a trace). */
struct value_table *load_value_table(struct loader *loader, const struct field *field,
                                     const struct item *item, bool trace);
char *value_table_text(struct arena *arena, const struct value_table *table,
                       enum dimension dimension);
/* path as the node's file would see it. */
char *path_beside(const struct loader *loader, const struct node *node, const char *path);
char *path_beside_file(struct arena *arena, const char *file, const char *path);

#endif
