/* SPDX-License-Identifier: MIT
 * text.c -- see text.h. */
#include "base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { LONGEST_WORD = 64 };

void text_done(struct text *text)
{
    free(text->chars);
    *text = (struct text){0};
}

static void make_room(struct text *text, size_t more)
{
    size_t needed = text->length + more + 1;

    if (needed <= text->capacity)
        return;
    text->capacity = needed < 2 * text->capacity ? 2 * text->capacity : needed;
    text->chars = memory_resize(text->chars, text->capacity, 1);
}

void text_add_bytes(struct text *text, const char *bytes, size_t size)
{
    make_room(text, size);
    if (size > 0)
        memcpy(text->chars + text->length, bytes, size);
    text->length += size;
    text->chars[text->length] = '\0';
}

void text_add(struct text *text, const char *format, ...)
{
    va_list args, again;
    int length;

    va_start(args, format);
    va_copy(again, args);
    length = vsnprintf(NULL, 0, format, args);
    if (length >= 0) {
        make_room(text, (size_t)length);
        vsnprintf(text->chars + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
    va_end(args);
}

const char *text_shown(const char *text, char out[TEXT_SHOWN])
{
    enum { MOST = 48 };
    size_t length = strnlen(text, MOST + 1);
    bool cut = length > MOST;

    if (cut)
        for (length = MOST; length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80;)
            length--;
    for (size_t i = 0; i < length; i++)
        out[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7F ? '?' : text[i];
    memcpy(out + length, cut ? "..." : "", cut ? 4 : 1);
    return out;
}

static int folded(char c)
{
    return c == '-' ? '_' : tolower((unsigned char)c);
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t low = a < b ? a : b;

    return low < c ? low : c;
}

size_t text_distance(const char *a, const char *b)
{
    size_t rows[3][LONGEST_WORD + 1]; /* of the table of edits: two back, last, current */
    size_t length_a = strlen(a), length_b = strlen(b);
    size_t *before = rows[0], *last = rows[1], *now = rows[2], *spare;

    if (length_a > LONGEST_WORD || length_b > LONGEST_WORD)
        return TEXT_FAR;
    for (size_t j = 0; j <= length_b; j++)
        last[j] = before[j] = j;
    for (size_t i = 1; i <= length_a; i++) {
        now[0] = i;
        for (size_t j = 1; j <= length_b; j++) {
            size_t change = last[j - 1] + (folded(a[i - 1]) != folded(b[j - 1]));

            now[j] = least(last[j] + 1, now[j - 1] + 1, change);
            if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
                folded(a[i - 2]) == folded(b[j - 1]) && before[j - 2] + 1 < now[j])
                now[j] = before[j - 2] + 1;
        }
        spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[length_b];
}

void nearest_try(struct nearest *nearest, const char *candidate)
{
    size_t distance = text_distance(nearest->word, candidate);
    size_t length = strlen(candidate);

    /* One slip in a short word, a third of a longer one: "s33" may be s3, "smtp" is not sync.
     */
    if (distance > (length < 3 ? 1 : (length + 1) / 3) || distance >= length)
        return;
    if (nearest->best && nearest->distance <= distance)
        return;
    nearest->best = candidate;
    nearest->distance = distance;
}
