/* SPDX-License-Identifier: MIT
 * document.h -- bytes of YAML -> a checked tree of nodes, each with its place.
 *
 * The tree is what the rest of this folder works on; libyaml is seen by document.c only.  A
 * plain subset of YAML is taken: one document of mappings, lists and scalars.  Anchors,
 * aliases, tags and directives are refused, size, depth and number of nodes are limited, so
 * that a hostile file costs little time and memory and gets a clear answer. */
#ifndef TRAINCAST_SIM_SCENARIO_DOCUMENT_H
#define TRAINCAST_SIM_SCENARIO_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "sim/scenario/arena.h"

enum {
    DOCUMENT_BYTES = 16 << 20,
    DOCUMENT_DEPTH = 64,
    DOCUMENT_NODES = 500000,
};

/* Where a value comes from; later ones win. */
enum layer { LAYER_PRESET, LAYER_PROVIDER, LAYER_OVERLAY, LAYER_SCENARIO, LAYER_SET };

enum node_type {
    NODE_SCALAR,
    NODE_LIST,
    NODE_MAPPING,
    NODE_BAD, /* already complained about: to be passed over in silence */
};

/* One entry of a mapping or element of a list (key NULL). */
struct item {
    const char *key;     /* in the long form's words */
    const char *written; /* as the user wrote it, where that differs ("workers"); else NULL */
    struct place place;  /* of the key */
    struct node *value;
    struct item *next;
};

struct node {
    enum node_type type;
    enum layer layer;
    struct place place;
    const char *text; /* NODE_SCALAR */
    bool quoted;
    bool implied; /* a mapping that nobody wrote: shorthand or --set made it */
    size_t count;
    struct item *first, *last;
    /* of a provider's number: where it is from; NULL elsewhere */
    const char *source, *date, *fitted_to;
};

/* The root, or NULL with errors in diags.  name is borrowed as every place's file. */
struct node *document_parse(struct arena *arena, const char *name, enum layer layer,
                            const char *bytes, size_t size, struct diag_list *diags);
/* Reads a whole file of at most DOCUMENT_BYTES into the arena.  Complains at place, or at the
 * file itself when place.file is NULL. */
bool document_read_file(struct arena *arena, const char *path, struct place place,
                        const char **ret_bytes, size_t *ret_size, struct diag_list *diags);
/* The first byte that is no UTF-8, NUL or another control character: says so and returns false.
 */
bool document_check_text(const char *name, const char *bytes, size_t size,
                         struct diag_list *diags);

struct node *node_new(struct arena *arena, enum node_type type, enum layer layer,
                      struct place place);
struct item *node_find(const struct node *mapping, const char *key); /* NULL: absent */
struct node *node_get(const struct node *mapping, const char *key);  /* likewise */
struct item *node_add(struct arena *arena, struct node *parent, const char *key,
                      struct place place, struct node *value);
/* In YAML's flow form, on one line. */
char *node_in_a_line(struct arena *arena, const struct node *node);
const char *node_type_word(const struct node *node); /* "a list": for messages */

#endif
