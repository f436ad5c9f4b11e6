/* SPDX-License-Identifier: MIT
 * resolved.c -- see resolved.h. */
#include "sim/scenario/resolved.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

struct resolved *resolved_add(struct arena *arena, struct resolved *parent, const char *key)
{
    struct resolved *child = ARENA_NEW(arena, struct resolved);

    child->key = key;
    child->number = NAN;
    child->unit = "";
    if (!parent)
        return child;
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    return child;
}

void resolved_from(struct resolved *to, const struct item *item)
{
    const struct node *node = item->value;

    to->layer = node->layer;
    to->place = item->place.file && node->layer != LAYER_SET ? item->place : node->place;
    to->source = node->source;
    to->date = node->date;
    to->fitted_to = node->fitted_to;
}

const struct resolved *resolved_find(const struct resolved *root, const char *key_path,
                                     bool nearest)
{
    const struct resolved *at = root;

    while (*key_path) {
        size_t length = strcspn(key_path, ".");
        const struct resolved *child = at->first;

        while (child &&
               (strlen(child->key) != length || memcmp(child->key, key_path, length) != 0))
            child = child->next;
        if (!child)
            return nearest ? at : NULL;
        at = child;
        key_path += length;
        key_path += *key_path == '.';
    }
    return at;
}

/* -- leaves ----------------------------------------------------------------------- */

static void visit(const struct resolved *node, struct text *path, resolved_leaf_fn *leaf,
                  void *arg)
{
    for (const struct resolved *child = node->first; child; child = child->next) {
        size_t length = path->length;

        text_add(path, "%s%s", length > 0 ? "." : "", child->key);
        if (child->text)
            leaf(arg, path->chars, child->text, child->number, child->unit);
        visit(child, path, leaf, arg);
        path->length = length;
        path->chars[length] = '\0';
    }
}

void resolved_leaves(const struct resolved *root, resolved_leaf_fn *leaf, void *arg)
{
    struct text path = {0};

    visit(root, &path, leaf, arg);
    text_done(&path);
}

/* -- YAML ------------------------------------------------------------------------- */

/* Plain where that is sure to be read back as it is. */
static bool is_plain(const char *text)
{
    size_t length = strlen(text);

    if (length == 0 || length > 120 || text[length - 1] == ' ' || text[length - 1] == ':')
        return false;
    if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/.", text[0]))
        return false;
    if (strncmp(text, "...", 3) == 0 || strcasecmp(text, "null") == 0)
        return false;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c <= ' ' ? c != ' ' : c >= 0x7F || strchr("#,[]{}&*!|>'\"%@`?", c) != NULL)
            return false;
        if (c == ':' && text[i + 1] == ' ')
            return false;
    }
    return true;
}

/* Everything that is not printable ASCII is escaped, so that no YAML reader folds or refuses
 * it. */
static void print_quoted(const char *text, FILE *out)
{
    const unsigned char *p = (const unsigned char *)text;

    fputc('"', out);
    while (*p) {
        unsigned long c = *p;
        int more = c < 0x80 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;

        if (more > 0)
            c &= 0x3FUL >> more;
        for (p++; more > 0 && (*p & 0xC0) == 0x80; more--, p++)
            c = c << 6 | (*p & 0x3F);
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", (int)c);
        else if (c == '\n')
            fputs("\\n", out);
        else if (c == '\t')
            fputs("\\t", out);
        else if (c >= 0x20 && c < 0x7F)
            fputc((int)c, out);
        else if (c < 0x10000)
            fprintf(out, "\\u%04lX", c);
        else
            fprintf(out, "\\U%08lX", c);
    }
    fputc('"', out);
}

/* A comment ends with its line. */
static void print_in_comment(const char *before, const char *text, FILE *out)
{
    fputs(before, out);
    for (; *text; text++)
        fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
}

static void print_origin(const struct resolved *leaf, FILE *out)
{
    print_in_comment("  # ", leaf->place.file ? leaf->place.file : "preset", out);
    if (leaf->place.line > 0)
        fprintf(out, ":%d", leaf->place.line);
    if (leaf->fitted_to)
        print_in_comment(", fitted to: ", leaf->fitted_to, out);
    if (leaf->source)
        print_in_comment(", source: ", leaf->source, out);
    if (leaf->date) {
        print_in_comment(" (", leaf->date, out);
        fputc(')', out);
    }
}

/* YAML 1.1 takes a plain `on` for a truth value, as a key too; we do not, but others' readers
 * of what we print. */
static void print_key(const char *key, FILE *out)
{
    static const char *const truths[] = {"y", "n", "yes", "no", "on", "off", "true", "false"};
    bool is_truth = false;

    for (size_t i = 0; i < sizeof truths / sizeof truths[0]; i++)
        is_truth = is_truth || strcasecmp(key, truths[i]) == 0;
    fprintf(out, is_truth ? "\"%s\":" : "%s:", key);
}

static void print_tree(const struct resolved *node, int depth, bool with_origins, FILE *out)
{
    for (const struct resolved *child = node->first; child; child = child->next) {
        fprintf(out, "%*s", 2 * depth, "");
        print_key(child->key, out);
        if (!child->text) {
            fputs(child->first ? "\n" : " {}\n", out);
            print_tree(child, depth + 1, with_origins, out);
            continue;
        }
        fputc(' ', out);
        if (child->is_free_text && !is_plain(child->text))
            print_quoted(child->text, out);
        else
            fputs(child->text, out);
        if (with_origins)
            print_origin(child, out);
        fputc('\n', out);
    }
}

void resolved_print(const struct resolved *root, bool with_origins, FILE *out)
{
    print_tree(root, 0, with_origins, out);
}
