/* SPDX-License-Identifier: MIT
 * diag.c -- see diag.h. */
#include "base/diag.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void diag_init(struct diag_list *list)
{
    *list = (struct diag_list){0};
}

void diag_done(struct diag_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->diag[i].text);
    for (size_t i = 0; i < list->file_count; i++)
        free(list->file[i]);
    free(list->diag);
    free(list->file);
    diag_init(list);
}

/* The list's own copy of a file name. */
static const char *own_file(struct diag_list *list, const char *file)
{
    if (!file)
        return NULL;
    for (size_t i = 0; i < list->file_count; i++)
        if (strcmp(list->file[i], file) == 0)
            return list->file[i];
    ROOM_FOR_ONE(list->file, list->file_count, list->file_capacity);
    list->file[list->file_count] = memory_text(file);
    return list->file[list->file_count++];
}

static bool is_repetition(const struct diag_list *list, const struct diag *diag)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->diag[i].level == diag->level &&
            list->diag[i].place.file == diag->place.file &&
            list->diag[i].place.line == diag->place.line &&
            list->diag[i].place.column == diag->place.column &&
            strcmp(list->diag[i].text, diag->text) == 0)
            return true;
    return false;
}

void diag_add(struct diag_list *list, enum diag_level level, struct place place,
              const char *format, ...)
{
    struct diag diag = {.level = level, .place = place};
    va_list args;

    if (level == DIAG_NOTE && list->dropping)
        return;
    if (list->count >=
        DIAG_LIMIT) { /* without formatting it: a hostile file may have millions */
        list->dropping = true;
        list->errors += level == DIAG_ERROR;
        return;
    }
    va_start(args, format);
    if (vasprintf(&diag.text, format, args) < 0)
        diag.text = memory_text("out of memory");
    va_end(args);
    diag.place.file = own_file(list, place.file);
    list->dropping = level != DIAG_NOTE && is_repetition(list, &diag);
    if (list->dropping) {
        free(diag.text);
        return;
    }
    list->errors += level == DIAG_ERROR;
    ROOM_FOR_ONE(list->diag, list->count, list->capacity);
    list->diag[list->count++] = diag;
}

/* An error or warning with the notes behind it, as one thing to sort. */
struct entry {
    const struct diag *head;
    size_t notes;
    size_t file, order;
};

static size_t file_order(const struct diag_list *list, const char *file)
{
    for (size_t i = 0; i < list->file_count; i++)
        if (list->file[i] == file)
            return i + 1;
    return 0;
}

static int compare(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;

    if (a->file != b->file)
        return a->file < b->file ? -1 : 1;
    if (a->head->place.line != b->head->place.line)
        return a->head->place.line < b->head->place.line ? -1 : 1;
    if (a->head->place.column != b->head->place.column)
        return a->head->place.column < b->head->place.column ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static void print_one(const struct diag *diag, FILE *out)
{
    static const char *const word[] = {"error", "warning", "note"};

    if (diag->place.file)
        fprintf(out, "%s:", diag->place.file);
    if (diag->place.line > 0)
        fprintf(out, "%d:", diag->place.line);
    if (diag->place.line > 0 && diag->place.column > 0)
        fprintf(out, "%d:", diag->place.column);
    fprintf(out, "%s%s: %s\n", diag->place.file ? " " : "", word[diag->level], diag->text);
}

void diag_print(const struct diag_list *list, FILE *out)
{
    struct entry *entry = NEW_ARRAY(struct entry, list->count);
    size_t count = 0, shown = 0;

    for (size_t i = 0; i < list->count; i++) {
        if (list->diag[i].level == DIAG_NOTE && count > 0) {
            entry[count - 1].notes++;
            continue;
        }
        entry[count] = (struct entry){.head = &list->diag[i],
                                      .file = file_order(list, list->diag[i].place.file),
                                      .order = i};
        count++;
    }
    qsort(entry, count, sizeof *entry, compare);
    for (size_t i = 0; i < count; i++) {
        shown += entry[i].head->level == DIAG_ERROR;
        for (size_t j = 0; j <= entry[i].notes; j++)
            print_one(entry[i].head + j, out);
    }
    if (list->errors > shown)
        fprintf(out, "error: there are more errors than these %zu\n", shown);
    free(entry);
}
