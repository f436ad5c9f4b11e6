/* SPDX-License-Identifier: MIT
 * arena.h -- memory of one scenario: everything in it lives as long as the scenario does.
 *
 * The resolved scenario, its texts and tables die together, so nothing in this folder frees a
 * part of them.  Zeroed; cannot fail (base/memory.h). */
#ifndef TRAINCAST_SIM_SCENARIO_ARENA_H
#define TRAINCAST_SIM_SCENARIO_ARENA_H

#include <stddef.h>

struct arena {
    struct arena_block *block; /* the one in use; it links to the full ones */
};

void arena_done(struct arena *arena); /* safe on {0}, twice */
void *arena_alloc(struct arena *arena, size_t count, size_t size);
char *arena_text(struct arena *arena, const char *text); /* NULL gives NULL */
char *arena_bytes(struct arena *arena, const char *bytes,
                  size_t size); /* and a NUL behind them */
char *arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(arena_, type_) ((type_ *)arena_alloc((arena_), 1, sizeof(type_)))

#endif
