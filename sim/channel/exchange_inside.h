/* SPDX-License-Identifier: MIT
 * exchange_inside.h -- what exchange.c (ranks), lane.c (steps) and post.c (direct messages)
 * share.
 *
 * Whatever ends calls back into lane.c, which goes on as far as it can without waiting; only
 * the end of a rank's last lane wakes its body.  channel_begin never calls back, so there is no
 * recursion from step to step. */
#ifndef TRAINCAST_SIM_CHANNEL_EXCHANGE_INSIDE_H
#define TRAINCAST_SIM_CHANNEL_EXCHANGE_INSIDE_H

#include <sys/queue.h>

#include "sim/channel/plan.h"

/* What a LIST has found and a GET has still to fetch. */
struct found {
    double visible_s;
    int32_t slot;
};

struct lane {
    struct rank *rank;
    int64_t next, end; /* steps of the plan; next is in progress */
    struct request request;
    /* of the GATHER, or run of GETs, in progress, through storage */
    struct object *seen; /* the last object of the listing that was shown or fetched */
    int64_t known;       /* how many it has shown */
    int32_t taken;       /* slots that have been fetched */
    int32_t found_next, found_count;
    struct found *found; /* [found_capacity] */
    int32_t found_capacity;
};

/* A message of a direct network on its way from rank to rank. */
struct post {
    struct request request;
    struct rank *from, *to;
    TAILQ_ENTRY(post) neighbour;
};
TAILQ_HEAD(posts, post);

struct rank {
    struct exchange *exchange;
    int32_t number;
    struct node *node;   /* NULL while its body is not in exchange_run */
    struct actor *actor; /* likewise */
    struct lane *lane;   /* [plan->lanes] */
    bool came;           /* to the exchange, and was not lost in it */
    int lanes_left;      /* not through yet */
    int64_t posts_left;  /* of its own */
    enum outcome outcome;
    struct posts held; /* posts to it that wait for it to come */
    char for_what[48];
};

struct exchange {
    const struct exchange_plan *plan;
    struct channel *channel;
    struct channel_facts facts;
    int64_t round; /* from 0: numbers messages */
    bool abandoned;
    int absent; /* ranks that have not come: who waits while there are some waits for them */
    struct object *object;   /* [slots], direct: [edges] */
    struct listing *listing; /* [listings + run_listings], direct: [gathers] */
    struct rank *rank;       /* [ranks] */
    struct lane *lane;       /* [ranks * lanes] */
    struct posts sent;       /* posts on their way */
};

/* In which listing a GATHER or run of stored objects looks. */
static inline struct listing *gather_listing(const struct exchange *exchange,
                                             const struct gather *gather)
{
    int32_t number = exchange->facts.one_table ? 0 : gather->listing;

    return &exchange->listing[number + (gather->is_run ? exchange->plan->listings : 0)];
}

/* exchange.c */
void rank_goes_on(struct rank *rank); /* wakes its body if nothing is left to do */
void rank_fails(struct rank *rank, enum outcome outcome);

/* lane.c */
/* Books what the rank's entity is doing: its lane 0's business. */
void rank_book(const struct rank *rank);
void lane_start(struct lane *lane);
void lane_stop(struct lane *lane);
void lane_done(struct lane *lane);

/* post.c */
void post_new(struct rank *from, int64_t edge, int64_t bytes);
void posts_release(struct rank *to); /* it has come: what was held for it is sent */
void posts_of_lost(
    struct rank *rank); /* it has gone: its own are lost, those to it held again */
void posts_free(struct posts *posts);

#endif
