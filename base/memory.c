/* SPDX-License-Identifier: MIT
 * memory.c -- see memory.h. */
#include "base/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *memory, size_t bytes)
{
    if (memory)
        return memory;
    fprintf(stderr, "traincast: error: out of memory (%zu bytes asked for)\n", bytes);
    exit(3);
}

void *memory_new(size_t count, size_t size)
{
    return checked(calloc(count ? count : 1, size), count * size);
}

void *memory_resize(void *old, size_t count, size_t size)
{
    return checked(reallocarray(old, count ? count : 1, size), count * size);
}

char *memory_text(const char *text)
{
    return text ? checked(strdup(text), strlen(text) + 1) : NULL;
}

char *memory_format(const char *format, ...)
{
    va_list args;
    char *text = NULL;
    int length;

    va_start(args, format);
    length = vasprintf(&text, format, args);
    va_end(args);
    return checked(length < 0 ? NULL : text, 1);
}
