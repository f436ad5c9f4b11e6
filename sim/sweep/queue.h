/* SPDX-License-Identifier: MIT
 * queue.h -- which points a process gets next.
 *
 * Points that learn the same are a *group*.  One of them, the leader, computes what all of them
 * learn; the others wait for it and repeat it.  A process gets several points at once, because
 * beginning a process takes as long as running some short ones; few at the end, so that nobody
 * is left with many. */
#ifndef TRAINCAST_SIM_SWEEP_QUEUE_H
#define TRAINCAST_SIM_SWEEP_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum group_state {
    GROUP_NEW,       /* nobody has computed it, as far as is known */
    GROUP_COMPUTING, /* its leader is under way */
    GROUP_READY,     /* may be repeated, or there is nothing to wait for */
};

struct group {
    size_t learning; /* LEARNING_NONE: each computes by itself */
    enum group_state state;
    size_t *point; /* from next to count: not given to a process yet */
    size_t next, count, capacity;
    size_t running; /* given, and not reported */
};

struct queue {
    struct group *group;
    size_t groups, capacity;
    size_t *group_of; /* [points] */
    size_t left;      /* points not given to a process */
    size_t first_new; /* no group before it is new */
    size_t *aside;    /* points that others are at, neither left nor given */
    size_t asides, aside_capacity;
};

void queue_init(struct queue *queue, size_t points);
void queue_done(struct queue *queue);
/* wanted: how much the point is going to learn at most, as far as is known: whoever wants most
 * leads. */
void queue_add(struct queue *queue, size_t point, size_t learning, double wanted,
               double *most_wanted);

/* Up to a fair share of the points for one of so many processes, into point[QUEUE_MOST]; 0:
 * there is none now.  look is asked, once for each new group, whether its learning is known
 * already; its failure ends the call. */
enum { QUEUE_MOST = 64 };
typedef bool(queue_look_fn)(void *arg, size_t learning, bool *ret_known, struct err *err);
bool queue_take(struct queue *queue, int processes, queue_look_fn *look, void *arg,
                size_t point[QUEUE_MOST], size_t *ret_count, struct err *err);
/* Could another process get something now? */
bool queue_has_more(const struct queue *queue);

/* A point's process has reported it, whatever came of it; true: that was the group's last. */
bool queue_reported(struct queue *queue, size_t point);
/* It was not begun: somebody else must. */
void queue_give_back(struct queue *queue, size_t point);
void queue_ready(struct queue *queue, size_t learning);
/* Another sweep is at the point that was just taken; what it learns nobody else computes now.
 */
void queue_put_aside(struct queue *queue, size_t point);
/* May that be over?  All that are aside can be taken again. */
void queue_take_back(struct queue *queue);
/* A process has ended: what it was to compute and did not is new again. */
void queue_ended(struct queue *queue, const size_t *point, size_t count);

#endif
