/* SPDX-License-Identifier: MIT
 * heap.c -- a 4-ary heap of events; event->position is its handle + 1. */
#include "sim/engine/heap.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { CHILDREN = 4, ROOM_AT_FIRST = 8 };

/* Due times are not negative, so their bits compare as they do; one wide comparison without a
 * branch, which the processor could only guess half of the time. */
static inline bool earlier(const struct heap_slot *a, const struct heap_slot *b)
{
    uint64_t a_due, b_due;
    memcpy(&a_due, &a->due_s, sizeof a_due);
    memcpy(&b_due, &b->due_s, sizeof b_due);
    return ((unsigned __int128)a_due << 64 | a->order) <
           ((unsigned __int128)b_due << 64 | b->order);
}

static inline void place(struct heap *heap, size_t i, struct heap_slot slot)
{
    heap->slot[i] = slot;
    heap->handle[slot.handle].place = (uint32_t)i;
}

static void sift_up(struct heap *heap, size_t i, struct heap_slot slot)
{
    while (i > 0) {
        size_t parent = (i - 1) / CHILDREN;
        if (!earlier(&slot, &heap->slot[parent]))
            break;
        place(heap, i, heap->slot[parent]);
        i = parent;
    }
    place(heap, i, slot);
}

static inline size_t first_child(const struct heap *heap, size_t i)
{
    const struct heap_slot *slot = heap->slot;
    size_t first = CHILDREN * i + 1;
    if (first + CHILDREN <= heap->count) {
        size_t left = first + earlier(&slot[first + 1], &slot[first]);
        size_t right = first + 2 + earlier(&slot[first + 3], &slot[first + 2]);
        return earlier(&slot[right], &slot[left]) ? right : left;
    }
    size_t best = first;
    for (size_t child = first + 1; child < heap->count; child++)
        best = earlier(&slot[child], &slot[best]) ? child : best;
    return best;
}

/* Down to the bottom and up again: the slot comes from the bottom and mostly belongs there. */
static void sift_down(struct heap *heap, size_t i, struct heap_slot slot)
{
    size_t top = i;
    while (CHILDREN * i + 1 < heap->count) {
        size_t child = first_child(heap, i);
        place(heap, i, heap->slot[child]);
        i = child;
    }
    while (i > top) {
        size_t parent = (i - 1) / CHILDREN;
        if (!earlier(&slot, &heap->slot[parent]))
            break;
        place(heap, i, heap->slot[parent]);
        i = parent;
    }
    place(heap, i, slot);
}

/* Fills the hole i with a slot that may belong higher or lower. */
static void settle(struct heap *heap, size_t i, struct heap_slot slot)
{
    if (i > 0 && earlier(&slot, &heap->slot[(i - 1) / CHILDREN]))
        sift_up(heap, i, slot);
    else
        sift_down(heap, i, slot);
}

void heap_done(struct heap *heap)
{
    free(heap->slot);
    free(heap->handle);
    *heap = (struct heap){0};
}

void heap_empty(struct heap *heap)
{
    heap->count = 0;
    heap->handle_count = heap->free_handle = 0;
}

static uint32_t take_handle(struct heap *heap, struct event *event)
{
    uint32_t handle;
    if (heap->free_handle) {
        handle = heap->free_handle - 1;
        heap->free_handle = heap->handle[handle].place;
    } else {
        if (heap->count == heap->capacity) {
            heap->capacity = heap->capacity ? 2 * heap->capacity : ROOM_AT_FIRST;
            heap->slot = memory_resize(heap->slot, heap->capacity, sizeof *heap->slot);
            heap->handle = memory_resize(heap->handle, heap->capacity, sizeof *heap->handle);
        }
        handle = heap->handle_count++;
    }
    heap->handle[handle].event = event;
    event->position = (size_t)handle + 1;
    return handle;
}

static void give_handle_back(struct heap *heap, uint32_t handle)
{
    heap->handle[handle].event->position = 0;
    heap->handle[handle].place = heap->free_handle;
    heap->free_handle = handle + 1;
}

void heap_append(struct heap *heap, struct event *event)
{
    assert(event->position == 0 && !signbit(event->due_s));
    uint32_t handle = take_handle(heap, event);
    place(heap, heap->count++, (struct heap_slot){event->due_s, event->order, handle});
}

void heap_put(struct heap *heap, struct event *event)
{
    assert(!signbit(event->due_s));
    struct heap_slot slot = {event->due_s, event->order, 0};
    if (event->position) {
        slot.handle = (uint32_t)(event->position - 1);
        settle(heap, heap->handle[slot.handle].place, slot);
        return;
    }
    slot.handle = take_handle(heap, event);
    sift_up(heap, heap->count++, slot);
}

void heap_take(struct heap *heap, struct event *event)
{
    uint32_t handle = (uint32_t)(event->position - 1);
    assert(heap->handle[handle].event == event);
    size_t hole = heap->handle[handle].place;
    give_handle_back(heap, handle);
    struct heap_slot last = heap->slot[--heap->count];
    if (hole < heap->count)
        settle(heap, hole, last);
}

void heap_take_first(struct heap *heap)
{
    give_handle_back(heap, heap->slot[0].handle);
    struct heap_slot last = heap->slot[--heap->count];
    if (heap->count > 0)
        sift_down(heap, 0, last);
}

void heap_build(struct heap *heap)
{
    if (heap->count < 2)
        return;
    for (size_t i = (heap->count - 2) / CHILDREN + 1; i-- > 0;)
        sift_down(heap, i, heap->slot[i]);
}
