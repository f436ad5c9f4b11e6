/* SPDX-License-Identifier: MIT
 * document.c -- see document.h.  The only file that includes libyaml.
 *
 * Built from events, not by yaml_parser_load: so depth and size are checked before anything is
 * composed, keys keep their places, and duplicate keys are seen.
 *
 * libyaml compares every %TAG directive with all before it, in one call; a file of a million of
 * them would take hours.  Hence lines that begin with '%' are refused before it sees them. */
#include "sim/scenario/document.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/memory.h"
#include "base/text.h"

/* Stands for a key that was complained about; its value is left out of the tree. */
static const char bad_key[] = "";

struct frame {
    struct node *node;
    const char *key; /* of a mapping: read, its value to come */
    struct place key_place;
};

struct builder {
    struct arena *arena;
    const char *name;
    enum layer layer;
    struct diag_list *diags;
    struct node *root;
    struct frame frame[DOCUMENT_DEPTH];
    int depth;
    size_t nodes;
    int documents;
    bool ended;
    bool anchors, aliases; /* complained about: what the file says cannot be known */
};

static struct place place_of(const struct builder *b, const yaml_mark_t *mark)
{
    return (struct place){b->name, (int)mark->line + 1, (int)mark->column + 1};
}

/* -- nodes ------------------------------------------------------------------------ */

struct node *node_new(struct arena *arena, enum node_type type, enum layer layer,
                      struct place place)
{
    struct node *node = ARENA_NEW(arena, struct node);

    node->type = type;
    node->layer = layer;
    node->place = place;
    return node;
}

struct item *node_find(const struct node *mapping, const char *key)
{
    if (!mapping || mapping->type != NODE_MAPPING)
        return NULL;
    for (struct item *item = mapping->first; item; item = item->next)
        if (strcmp(item->key, key) == 0)
            return item;
    return NULL;
}

struct node *node_get(const struct node *mapping, const char *key)
{
    const struct item *item = node_find(mapping, key);

    return item ? item->value : NULL;
}

struct item *node_add(struct arena *arena, struct node *parent, const char *key,
                      struct place place, struct node *value)
{
    struct item *item = ARENA_NEW(arena, struct item);

    item->key = key;
    item->place = place;
    item->value = value;
    if (parent->last)
        parent->last->next = item;
    else
        parent->first = item;
    parent->last = item;
    parent->count++;
    return item;
}

const char *node_type_word(const struct node *node)
{
    switch (node->type) {
    case NODE_SCALAR:
        return "a single value";
    case NODE_LIST:
        return "a list";
    case NODE_MAPPING:
        return "a mapping (key: value)";
    case NODE_BAD:
        return "nothing usable";
    }
    return "";
}

/* -- duplicate keys --------------------------------------------------------------- */

static int by_key_then_place(const void *left, const void *right)
{
    const struct item *a = *(struct item *const *)left, *b = *(struct item *const *)right;
    int order = strcmp(a->key, b->key);

    if (order != 0)
        return order;
    if (a->place.line != b->place.line)
        return a->place.line < b->place.line ? -1 : 1;
    return a->place.column < b->place.column ? -1 : a->place.column > b->place.column;
}

/* Leaves out the items whose key was set to NULL. */
static void unlink_repeated(struct node *mapping)
{
    struct item *item = mapping->first;

    mapping->first = mapping->last = NULL;
    mapping->count = 0;
    for (; item; item = item->next) {
        if (!item->key)
            continue;
        if (mapping->last)
            mapping->last->next = item;
        else
            mapping->first = item;
        mapping->last = item;
        mapping->count++;
    }
    if (mapping->last)
        mapping->last->next = NULL;
}

/* Sorted, because comparing each with each would take hours for a hostile mapping. */
static void check_duplicates(struct builder *b, struct node *mapping)
{
    struct item **sorted;
    size_t count = 0;
    const struct item *first;

    if (mapping->count < 2)
        return;
    sorted = memory_new(mapping->count, sizeof(struct item *));
    for (struct item *item = mapping->first; item; item = item->next)
        sorted[count++] = item;
    qsort(sorted, count, sizeof(struct item *), by_key_then_place);
    first = sorted[0];
    for (size_t i = 1; i < count; i++) {
        char shown[TEXT_SHOWN];

        if (strcmp(first->key, sorted[i]->key) != 0) {
            first = sorted[i];
            continue;
        }
        diag_add(b->diags, DIAG_ERROR, sorted[i]->place, "'%s' is given twice",
                 text_shown(sorted[i]->key, shown));
        diag_add(b->diags, DIAG_NOTE, first->place, "it is first given here");
        sorted[i]->key = NULL;
    }
    free(sorted);
    unlink_repeated(mapping);
}

/* -- events ----------------------------------------------------------------------- */

static struct frame *top(struct builder *b)
{
    return b->depth > 0 ? &b->frame[b->depth - 1] : NULL;
}

/* Puts a finished or opened value where it belongs; false: it is one too many. */
static bool place_value(struct builder *b, struct node *node)
{
    struct frame *frame = top(b);

    if (++b->nodes > DOCUMENT_NODES) {
        diag_add(b->diags, DIAG_ERROR, node->place, "there are more than %d values",
                 (int)DOCUMENT_NODES);
        return false;
    }
    if (!frame) {
        b->root = node;
        return true;
    }
    if (frame->node->type == NODE_LIST) {
        node_add(b->arena, frame->node, NULL, node->place, node);
        return true;
    }
    if (frame->key) {
        if (frame->key != bad_key)
            node_add(b->arena, frame->node, frame->key, frame->key_place, node);
        frame->key = NULL;
        return true;
    }
    frame->key_place = node->place; /* it is a key itself */
    frame->key = node->type == NODE_SCALAR ? node->text : bad_key;
    if (node->type != NODE_SCALAR && node->type != NODE_BAD)
        diag_add(b->diags, DIAG_ERROR, node->place, "a key must be a word, not %s",
                 node_type_word(node));
    return true;
}

static void refuse_decoration(struct builder *b, const yaml_char_t *anchor,
                              const yaml_char_t *tag, struct place place)
{
    static const char standard[] = "tag:yaml.org,2002:";
    char shown[TEXT_SHOWN];

    if (anchor && !b->anchors) /* the first tells enough */
        diag_add(b->diags, DIAG_ERROR, place,
                 "anchors (&%s) are not supported: write the value out where it is needed",
                 text_shown((const char *)anchor, shown));
    b->anchors = b->anchors || anchor;
    if (tag && strncmp((const char *)tag, standard, strlen(standard)) == 0)
        diag_add(b->diags, DIAG_ERROR, place, "tags (!!%s) are not supported",
                 text_shown((const char *)tag + strlen(standard), shown));
    else if (tag)
        diag_add(b->diags, DIAG_ERROR, place, "tags (%s) are not supported",
                 text_shown((const char *)tag, shown));
}

static bool take_scalar(struct builder *b, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    struct place place = place_of(b, &event->start_mark);
    struct node *node = node_new(b->arena, NODE_SCALAR, b->layer, place);

    refuse_decoration(b, event->data.scalar.anchor, event->data.scalar.tag, place);
    if (strlen(text) != length) { /* "\0" in quotes */
        diag_add(b->diags, DIAG_ERROR, place, "the text contains a NUL character");
        node->type = NODE_BAD;
    }
    node->text = arena_bytes(b->arena, text, strlen(text));
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return place_value(b, node);
}

static bool open_collection(struct builder *b, const yaml_event_t *event)
{
    bool mapping = event->type == YAML_MAPPING_START_EVENT;
    struct place place = place_of(b, &event->start_mark);
    struct node *node = node_new(b->arena, mapping ? NODE_MAPPING : NODE_LIST, b->layer, place);

    if (mapping)
        refuse_decoration(b, event->data.mapping_start.anchor, event->data.mapping_start.tag,
                          place);
    else
        refuse_decoration(b, event->data.sequence_start.anchor, event->data.sequence_start.tag,
                          place);
    if (!place_value(b, node))
        return false;
    if (b->depth == DOCUMENT_DEPTH) {
        diag_add(b->diags, DIAG_ERROR, place, "nested more than %d deep", (int)DOCUMENT_DEPTH);
        return false;
    }
    b->frame[b->depth++] = (struct frame){.node = node};
    return true;
}

static bool take_alias(struct builder *b, const yaml_event_t *event)
{
    struct place place = place_of(b, &event->start_mark);
    char shown[TEXT_SHOWN];

    if (!b->aliases)
        diag_add(b->diags, DIAG_ERROR, place,
                 "aliases (*%s) are not supported: write the value out",
                 text_shown((const char *)event->data.alias.anchor, shown));
    b->aliases = true;
    return place_value(b, node_new(b->arena, NODE_BAD, b->layer, place));
}

/* False: stop reading (the end, or a mistake after which nothing makes sense). */
static bool take_event(struct builder *b, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return true;
    case YAML_STREAM_END_EVENT:
        b->ended = true;
        return false;
    case YAML_DOCUMENT_START_EVENT:
        if (b->documents++ == 0)
            return true;
        diag_add(b->diags, DIAG_ERROR, place_of(b, &event->start_mark),
                 "a second document begins here: a file holds one");
        return false;
    case YAML_ALIAS_EVENT:
        return take_alias(b, event);
    case YAML_SCALAR_EVENT:
        return take_scalar(b, event);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return open_collection(b, event);
    case YAML_SEQUENCE_END_EVENT:
        b->depth--;
        return true;
    case YAML_MAPPING_END_EVENT:
        check_duplicates(b, b->frame[--b->depth].node);
        return true;
    }
    return false;
}

static void say_syntax_error(struct builder *b, const yaml_parser_t *parser)
{
    struct place place = place_of(b, &parser->problem_mark);
    const char *problem = parser->problem ? parser->problem : "cannot be read";

    if (parser->context)
        diag_add(b->diags, DIAG_ERROR, place, "not valid YAML: %s %s (line %d)", problem,
                 parser->context, (int)parser->context_mark.line + 1);
    else
        diag_add(b->diags, DIAG_ERROR, place, "not valid YAML: %s", problem);
}

/* -- bytes ------------------------------------------------------------------------ */

/* The length of the UTF-8 character at p, 0 when there is none (RFC 3629: shortest form, no
 * surrogates, at most U+10FFFF). */
static size_t character_length(const unsigned char *p, size_t left)
{
    size_t length = p[0] < 0x80 ? 1 : p[0] < 0xC2 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;

    if (length == 0 || length > left || p[0] > 0xF4)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
        (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
        return 0;
    return length;
}

bool document_check_text(const char *name, const char *bytes, size_t size,
                         struct diag_list *diags)
{
    const unsigned char *p = (const unsigned char *)bytes;
    struct place place = {name, 1, 1};
    size_t length;

    for (size_t i = 0; i < size; i += length, place.column++) {
        length = character_length(p + i, size - i);
        if (length == 0) {
            diag_add(diags, DIAG_ERROR, place, "not valid UTF-8 (byte 0x%02x)", p[i]);
            return false;
        }
        if (p[i] == '\n') {
            place.line++;
            place.column = 0;
        } else if (p[i] == 0) {
            diag_add(diags, DIAG_ERROR, place, "the file contains a NUL byte");
            return false;
        } else if ((p[i] < 0x20 && p[i] != '\t' && p[i] != '\r') || p[i] == 0x7F) {
            diag_add(diags, DIAG_ERROR, place, "the file contains a control character (0x%02x)",
                     p[i]);
            return false;
        }
    }
    return true;
}

static bool check_no_directives(const char *name, const char *bytes, size_t size,
                                struct diag_list *diags)
{
    int line = 1;

    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '%' && (i == 0 || bytes[i - 1] == '\n' || bytes[i - 1] == '\r')) {
            diag_add(diags, DIAG_ERROR, (struct place){name, line, 1},
                     "a line must not begin with '%%': YAML directives are not supported");
            return false;
        }
        line += bytes[i] == '\n';
    }
    return true;
}

static void run_parser(struct builder *b, const char *bytes, size_t size)
{
    yaml_parser_t parser;
    yaml_event_t event;
    bool more = true;

    if (!yaml_parser_initialize(&parser)) {
        diag_add(b->diags, DIAG_ERROR, (struct place){b->name, 0, 0}, "libyaml cannot start");
        return;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, size);
    while (more) {
        if (!yaml_parser_parse(&parser, &event)) {
            say_syntax_error(b, &parser);
            break;
        }
        more = take_event(b, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
}

struct node *document_parse(struct arena *arena, const char *name, enum layer layer,
                            const char *bytes, size_t size, struct diag_list *diags)
{
    struct builder b = {.arena = arena, .name = name, .layer = layer, .diags = diags};

    if (size > DOCUMENT_BYTES) {
        diag_add(diags, DIAG_ERROR, (struct place){name, 0, 0}, "is larger than %d MiB",
                 DOCUMENT_BYTES >> 20);
        return NULL;
    }
    if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) { /* a byte order mark */
        bytes += 3;
        size -= 3;
    }
    if (!document_check_text(name, bytes, size, diags) ||
        !check_no_directives(name, bytes, size, diags))
        return NULL;
    run_parser(&b, bytes, size);
    if (b.ended && !b.root)
        diag_add(diags, DIAG_ERROR, (struct place){name, 1, 1}, "there is nothing in it");
    return b.ended && !b.anchors && !b.aliases ? b.root : NULL;
}
