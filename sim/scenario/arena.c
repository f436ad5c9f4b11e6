/* SPDX-License-Identifier: MIT
 * arena.c -- see arena.h. */
#include "sim/scenario/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { BLOCK_BYTES = 16384 };

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    max_align_t memory[];
};

void arena_done(struct arena *arena)
{
    while (arena->block) {
        struct arena_block *next = arena->block->next;

        free(arena->block);
        arena->block = next;
    }
}

/* A block with room for size bytes.  A large one goes behind the block in use, which stays. */
static struct arena_block *add_block(struct arena *arena, size_t size)
{
    size_t room = size > BLOCK_BYTES / 4 ? size : BLOCK_BYTES;
    struct arena_block *block = memory_new(1, sizeof *block + room);

    block->size = room;
    if (arena->block && room == size) {
        block->next = arena->block->next;
        arena->block->next = block;
    } else {
        block->next = arena->block;
        arena->block = block;
    }
    return block;
}

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
    size_t bytes = count * size;
    struct arena_block *block = arena->block;
    void *memory;

    if (size > 0 && count > SIZE_MAX / 2 / size)
        bytes = SIZE_MAX / 2; /* memory_new says so and stops */
    bytes = (bytes + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    if (!block || block->size - block->used < bytes)
        block = add_block(arena, bytes);
    memory = (char *)block->memory + block->used;
    block->used += bytes;
    return memory;
}

char *arena_bytes(struct arena *arena, const char *bytes, size_t size)
{
    char *copy = arena_alloc(arena, size + 1, 1);

    if (size > 0)
        memcpy(copy, bytes, size);
    return copy;
}

char *arena_text(struct arena *arena, const char *text)
{
    return text ? arena_bytes(arena, text, strlen(text)) : NULL;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list args;
    char *text, *copy;
    int length;

    va_start(args, format);
    length = vasprintf(&text, format, args);
    va_end(args);
    if (length < 0)
        return memory_new(SIZE_MAX / 2, 1); /* says so and stops */
    copy = arena_bytes(arena, text, (size_t)length);
    free(text);
    return copy;
}
