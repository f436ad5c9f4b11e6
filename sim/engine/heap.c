/* SPDX-License-Identifier: MIT
 * heap.c -- a 4-ary heap of events that know their place in it. */
#include "sim/engine/heap.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"

enum { CHILDREN = 4 };

static inline bool earlier(const struct heap_slot *a, const struct heap_slot *b)
{
    return a->due_s < b->due_s || (a->due_s == b->due_s && a->order < b->order);
}

static inline void place(struct heap *heap, size_t i, struct heap_slot slot)
{
    heap->slot[i] = slot;
    slot.event->position = i + 1;
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

static void sift_down(struct heap *heap, size_t i, struct heap_slot slot)
{
    for (;;) {
        size_t first = CHILDREN * i + 1;
        if (first >= heap->count)
            break;
        size_t end = first + CHILDREN < heap->count ? first + CHILDREN : heap->count;
        size_t best = first;
        for (size_t child = first + 1; child < end; child++)
            if (earlier(&heap->slot[child], &heap->slot[best]))
                best = child;
        if (!earlier(&heap->slot[best], &slot))
            break;
        place(heap, i, heap->slot[best]);
        i = best;
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
    *heap = (struct heap){0};
}

void heap_append(struct heap *heap, struct event *event)
{
    assert(event->position == 0);
    ROOM_FOR_ONE(heap->slot, heap->count, heap->capacity);
    place(heap, heap->count++, (struct heap_slot){event->due_s, event->order, event});
}

void heap_put(struct heap *heap, struct event *event)
{
    struct heap_slot slot = {event->due_s, event->order, event};
    if (event->position) {
        settle(heap, event->position - 1, slot);
        return;
    }
    ROOM_FOR_ONE(heap->slot, heap->count, heap->capacity);
    sift_up(heap, heap->count++, slot);
}

void heap_take(struct heap *heap, struct event *event)
{
    size_t hole = event->position - 1;
    assert(hole < heap->count && heap->slot[hole].event == event);
    event->position = 0;
    struct heap_slot last = heap->slot[--heap->count];
    if (hole < heap->count)
        settle(heap, hole, last);
}

void heap_take_first(struct heap *heap)
{
    heap->slot[0].event->position = 0;
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
