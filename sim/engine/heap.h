/* SPDX-License-Identifier: MIT
 * heap.h -- events in order of (due_s, order): the engine's queue, and the queue inside a
 * share.
 *
 * A 4-ary heap: half the levels of a binary one, and four slots of 24 bytes lie in two cache
 * lines.  Keys are copied into the slots so that sifting touches no event but to note its new
 * place, which is what lets any event be taken out in O(log n). */
#ifndef TRAINCAST_SIM_ENGINE_HEAP_H
#define TRAINCAST_SIM_ENGINE_HEAP_H

#include "sim/engine/engine.h"

struct heap_slot {
    double due_s;
    uint64_t order;
    struct event *event;
};

struct heap {
    struct heap_slot *slot;
    size_t count, capacity;
};

void heap_done(struct heap *heap); /* events in it are left alone; safe on {0} */
/* Puts the event at its due_s and order, or moves it there when it is in the heap already. */
void heap_put(struct heap *heap, struct event *event);
void heap_take(struct heap *heap, struct event *event); /* it must be in the heap */
void heap_take_first(struct heap *heap);                /* the heap must not be empty */
/* As heap_put for an event that is not in the heap, without restoring the order; after the last
 * such call heap_build restores it in O(n). */
void heap_append(struct heap *heap, struct event *event);
void heap_build(struct heap *heap);

#endif
