/* SPDX-License-Identifier: MIT
 * heap.h -- events in order of (due_s, order): the engine's queue, and the queue inside a
 * share.
 *
 * A 4-ary heap: half the levels of a binary one.  Keys are copied into the slots, and an event
 * knows a handle, not its slot, so sifting stays inside two dense arrays and touches no event:
 * with 10,000 events spread over memory that is half of the cost. */
#ifndef TRAINCAST_SIM_ENGINE_HEAP_H
#define TRAINCAST_SIM_ENGINE_HEAP_H

#include "sim/engine/engine.h"

struct heap_slot {
    double due_s;
    uint64_t order;
    uint32_t handle;
};

struct heap_handle {
    struct event *event;
    uint32_t place; /* in slot; of a free handle: the next free one + 1 */
};

struct heap {
    struct heap_slot *slot;
    struct heap_handle *handle;
    size_t count, capacity;
    uint32_t handle_count; /* used and free ones */
    uint32_t free_handle;  /* + 1; 0: none */
};

static inline struct event *heap_event(const struct heap *heap, size_t i)
{
    return heap->handle[heap->slot[i].handle].event;
}

void heap_done(struct heap *heap);  /* events in it are left alone; safe on {0} */
void heap_empty(struct heap *heap); /* likewise */
/* Puts the event at its due_s and order, or moves it there when it is in the heap already. */
void heap_put(struct heap *heap, struct event *event);
void heap_take(struct heap *heap, struct event *event); /* it must be in the heap */
void heap_take_first(struct heap *heap);                /* the heap must not be empty */
/* As heap_put for an event that is not in the heap, without restoring the order; after the last
 * such call heap_build restores it in O(n). */
void heap_append(struct heap *heap, struct event *event);
void heap_build(struct heap *heap);

#endif
