/* SPDX-License-Identifier: MIT
 * queue.c -- see queue.h. */
#include "sim/sweep/queue.h"

#include <stdlib.h>

#include "base/memory.h"
#include "sim/sweep/learning.h"

/* A group this small is left to its leader as a whole. */
enum { SMALL = 4 };

void queue_init(struct queue *queue, size_t points)
{
    *queue = (struct queue){.group_of = NEW_ARRAY(size_t, points + 1)};
}

void queue_done(struct queue *queue)
{
    for (size_t i = 0; i < queue->groups; i++)
        free(queue->group[i].point);
    free(queue->group);
    free(queue->group_of);
    free(queue->aside);
    *queue = (struct queue){0};
}

static struct group *group_for(struct queue *queue, size_t learning)
{
    /* Neighbours mostly learn the same, or what somebody shortly before did. */
    for (size_t i = queue->groups; i-- > 0;)
        if (queue->group[i].learning == learning)
            return &queue->group[i];
    ROOM_FOR_ONE(queue->group, queue->groups, queue->capacity);
    queue->group[queue->groups] = (struct group){
        .learning = learning, .state = learning == LEARNING_NONE ? GROUP_READY : GROUP_NEW};
    return &queue->group[queue->groups++];
}

void queue_add(struct queue *queue, size_t point, size_t learning, double wanted,
               double *most_wanted)
{
    struct group *group = group_for(queue, learning);

    ROOM_FOR_ONE(group->point, group->count, group->capacity);
    group->point[group->count++] = point;
    if (group->count == 1 || wanted > *most_wanted) {
        size_t first = group->point[0];

        group->point[0] = point;
        group->point[group->count - 1] = group->count == 1 ? point : first;
        *most_wanted = wanted;
    }
    queue->group_of[point] = (size_t)(group - queue->group);
    queue->left++;
}

/* -- giving -- */
static size_t fair_share(size_t all, int processes)
{
    size_t share = all / (size_t)(4 * processes);

    return share < 1 ? 1 : share > QUEUE_MOST ? QUEUE_MOST : share;
}

static size_t take_from(struct queue *queue, struct group *group, size_t most, size_t *point)
{
    size_t count = 0;

    for (; count < most && group->next < group->count; count++)
        point[count] = group->point[group->next++];
    group->running += count;
    queue->left -= count;
    return count;
}

static size_t count_new(const struct queue *queue)
{
    size_t count = 0;

    for (size_t i = queue->first_new; i < queue->groups; i++)
        count +=
            queue->group[i].state == GROUP_NEW && queue->group[i].next < queue->group[i].count;
    return count;
}

static bool take_new(struct queue *queue, int processes, queue_look_fn *look, void *arg,
                     size_t *point, size_t *ret_count, struct err *err)
{
    size_t share = fair_share(count_new(queue), processes), leaders = 0;

    for (size_t i = queue->first_new; i < queue->groups && leaders < share; i++) {
        struct group *group = &queue->group[i];
        size_t left = group->count - group->next;
        bool known = false;

        if (group->state != GROUP_NEW || !left)
            continue;
        if (!look(arg, group->learning, &known, err))
            return false;
        group->state = known ? GROUP_READY : GROUP_COMPUTING;
        if (known)
            continue;
        if (*ret_count + (left <= SMALL ? left : 1) > QUEUE_MOST) {
            group->state = GROUP_NEW;
            break;
        }
        *ret_count += take_from(queue, group, left <= SMALL ? left : 1, point + *ret_count);
        leaders++;
    }
    while (queue->first_new < queue->groups &&
           queue->group[queue->first_new].state != GROUP_NEW)
        queue->first_new++;
    return true;
}

bool queue_take(struct queue *queue, int processes, queue_look_fn *look, void *arg,
                size_t point[QUEUE_MOST], size_t *ret_count, struct err *err)
{
    size_t share;

    *ret_count = 0;
    if (!take_new(queue, processes, look, arg, point, ret_count, err))
        return false;
    share = fair_share(queue->left, processes);
    for (size_t i = 0; i < queue->groups && !*ret_count; i++)
        if (queue->group[i].state == GROUP_READY)
            *ret_count = take_from(queue, &queue->group[i], share, point);
    return true;
}

bool queue_has_more(const struct queue *queue)
{
    for (size_t i = 0; i < queue->groups; i++)
        if (queue->group[i].state != GROUP_COMPUTING &&
            queue->group[i].next < queue->group[i].count)
            return true;
    return false;
}

/* -- what became of it -- */
static struct group *group_of(struct queue *queue, size_t point)
{
    return &queue->group[queue->group_of[point]];
}

bool queue_reported(struct queue *queue, size_t point)
{
    struct group *group = group_of(queue, point);

    group->running--;
    return !group->running && group->next == group->count;
}

void queue_give_back(struct queue *queue, size_t point)
{
    struct group *group = group_of(queue, point);

    group->running--;
    group->point[--group->next] = point;
    queue->left++;
}

void queue_put_aside(struct queue *queue, size_t point)
{
    group_of(queue, point)->running--;
    ROOM_FOR_ONE(queue->aside, queue->asides, queue->aside_capacity);
    queue->aside[queue->asides++] = point;
}

void queue_take_back(struct queue *queue)
{
    size_t count = queue->asides;

    queue->asides = 0;
    for (size_t i = count; i-- > 0;) {
        group_of(queue, queue->aside[i])->running++; /* as if a process had had it */
        queue_give_back(queue, queue->aside[i]);
    }
    queue_ended(queue, queue->aside, count);
}

void queue_ready(struct queue *queue, size_t learning)
{
    for (size_t i = 0; i < queue->groups; i++)
        if (queue->group[i].learning == learning)
            queue->group[i].state = GROUP_READY;
}

void queue_ended(struct queue *queue, const size_t *point, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct group *group = group_of(queue, point[i]);

        if (group->state != GROUP_COMPUTING || group->running)
            continue;
        group->state = GROUP_NEW;
        if (queue->group_of[point[i]] < queue->first_new)
            queue->first_new = queue->group_of[point[i]];
    }
}
