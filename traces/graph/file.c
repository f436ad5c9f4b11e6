/* SPDX-License-Identifier: MIT
 * file.c -- graph "file": a text of edges, a line each: two numbers of workers, from 0.
 *
 *     # a star of four
 *     0 1
 *     0 2
 *     0 3
 * Blanks or a comma between them; what follows a # is a comment.  An edge may be given once, in
 * either direction. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "traces/graph/graph.h"

static const struct field fields[] = {
    CONF(struct graph_file_conf, path,
         .doc = "Text file: on each line an edge, two numbers of workers counted from 0; # "
                "begins a comment."),
    CONF_END,
};

struct line {
    struct place place; /* of the number in hand */
    const char *begin, *next;
    int32_t nodes;
    struct diag_list *diags;
};

static void skip_blanks(struct line *line)
{
    line->next += strspn(line->next, " \t\r");
    line->place.column = (int)(line->next - line->begin) + 1;
}

static bool is_over(struct line *line)
{
    skip_blanks(line);
    return strchr("\n#", *line->next) != NULL; /* or the end of the text */
}

static bool read_node(struct line *line, int32_t *node)
{
    char *end;
    long number;

    if (is_over(line)) {
        diag_add(line->diags, DIAG_ERROR, line->place,
                 "an edge is two numbers of workers, for example '0 1'");
        return false;
    }
    errno = 0;
    number = strtol(line->next, &end, 10);
    if (end == line->next || !strchr(" \t\r\n,#", *end)) {
        diag_add(line->diags, DIAG_ERROR, line->place, "expected the number of a worker");
        return false;
    }
    if (errno || number < 0 || number >= line->nodes) {
        diag_add(line->diags, DIAG_ERROR, line->place,
                 "there is no worker %.*s: they are numbered from 0 to %d",
                 (int)(end - line->next), line->next, line->nodes - 1);
        return false;
    }
    line->next = end;
    *node = (int32_t)number;
    return true;
}

static void read_edge(struct line *line, struct graph *graph)
{
    struct place first;
    int32_t a, b;

    if (is_over(line))
        return;
    first = line->place;
    if (!read_node(line, &a))
        return;
    skip_blanks(line);
    if (*line->next == ',')
        line->next++;
    if (!read_node(line, &b))
        return;
    if (!is_over(line))
        diag_add(line->diags, DIAG_ERROR, line->place, "an edge has two ends, not three");
    else if (a == b)
        diag_add(line->diags, DIAG_ERROR, first, "worker %d is linked with itself", a);
    else if (!graph_link(graph, a, b))
        diag_add(line->diags, DIAG_ERROR, first, "workers %d and %d are linked already", a, b);
}

static void build(const struct graph_request *request, struct graph *graph,
                  struct diag_list *diags)
{
    const struct graph_file_conf *conf = request->conf;
    char *path =
        request->path ? request->path(request->path_arg, conf->path) : memory_text(conf->path);
    struct line line = {.nodes = request->nodes, .diags = diags, .place.file = path};
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t capacity = 0;

    if (!file) {
        diag_add(diags, DIAG_ERROR, request->place, "%s: %s", path, strerror(errno));
        goto done;
    }
    while (getline(&text, &capacity, file) >= 0) {
        line.place.line++;
        line.begin = line.next = text;
        read_edge(&line, graph);
    }
    if (ferror(file))
        diag_add(diags, DIAG_ERROR, request->place, "%s: cannot be read", path);
    fclose(file);
done:
    free(text);
    free(path);
}

extern const struct graph_kind graph_file;
const struct graph_kind graph_file = {
    .kind = {.name = "file",
             .doc = "The edges of a text file.",
             .fields = fields,
             .conf_size = sizeof(struct graph_file_conf)},
    .build = build,
};
