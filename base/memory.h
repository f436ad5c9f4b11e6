/* SPDX-License-Identifier: MIT
 * memory.h -- allocation that cannot fail, and growing arrays.
 *
 * Small bookkeeping uses these: with no memory left for a few bytes the only honest thing is to say
 * so and stop (exit 3).  Large data (datasets) are allocated with malloc and report through err. */
#ifndef TRAINCAST_BASE_MEMORY_H
#define TRAINCAST_BASE_MEMORY_H

#include <stddef.h>

void *memory_new(size_t count, size_t size);                 /* zeroed; exits 3 when there is none */
void *memory_resize(void *old, size_t count, size_t size);   /* not zeroed */
char *memory_text(const char *text);                         /* a copy; NULL gives NULL */
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define NEW(type_) ((type_ *)memory_new(1, sizeof(type_)))
#define NEW_ARRAY(type_, count_) ((type_ *)memory_new((count_), sizeof(type_)))

/* Makes room for one more element in array[count] with the given capacity variable. */
#define ROOM_FOR_ONE(array_, count_, capacity_)                                                 \
    ((count_) < (capacity_)                                                                     \
         ? (void)0                                                                              \
         : (void)((array_) = memory_resize(                                                     \
                      (array_), (capacity_) = (capacity_) ? 2 * (capacity_) : 8, sizeof *(array_))))

#endif
