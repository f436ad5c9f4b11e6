/* SPDX-License-Identifier: MIT
 * post.c -- messages of a direct network: begun by a lane, then on their own.
 *
 * SIMPLIFIED: a message leaves when its receiver has entered the exchange (the rendezvous of
 * large messages in MPI); until then it is held by the sender and takes no bandwidth. */
#include <stdlib.h>

#include "base/memory.h"
#include "sim/channel/exchange_inside.h"

static void post_free(struct post *post, struct posts *posts)
{
    channel_cancel(&post->request);
    TAILQ_REMOVE(posts, post, neighbour);
    free(post);
}

/* Some of it is lost for good: its reader goes on without. */
static void missed(struct request *request)
{
    struct exchange *exchange = ((struct post *)request->owner)->from->exchange;
    const struct message *message = request->message;
    int64_t edge = request->object - exchange->object;

    carried_lose(exchange->plan->carried, edge, message->packets,
                 message->missing ? message->missing : &message->missing_bits);
}

static void delivered(struct request *request)
{
    struct post *post = request->owner;
    struct rank *from = post->from;
    enum outcome outcome = request->outcome;

    post_free(post, &from->exchange->sent);
    from->posts_left--;
    if (outcome == OUTCOME_OK || outcome == OUTCOME_LOST)
        rank_goes_on(from);
    else
        rank_fails(from, outcome);
}

static void send(struct post *post)
{
    struct exchange *exchange = post->from->exchange;

    TAILQ_INSERT_TAIL(&exchange->sent, post, neighbour);
    post->request.to = post->to->node;
    channel_begin(exchange->channel, &post->request);
}

/* What a network that loses messages has to know of it. */
static void number(const struct exchange *exchange, struct request *request, int64_t edge)
{
    const struct carried *carried = exchange->plan->carried;

    request->round = exchange->round + 1;
    request->which = carried_number(carried, edge);
    request->number = (uint32_t)exchange->round * carried_numbers(carried) + request->which;
    request->vital = carried_is_result(carried, edge);
    request->missed = missed;
}

void post_new(struct rank *from, int64_t edge, int64_t bytes)
{
    struct exchange *exchange = from->exchange;
    struct post *post = NEW(struct post);

    post->from = from;
    post->to = &exchange->rank[exchange->plan->reader[edge]];
    post->request.verb = VERB_PUT;
    post->request.node = from->node;
    post->request.object = &exchange->object[edge];
    post->request.bytes = bytes;
    post->request.done = delivered;
    post->request.owner = post;
    if (exchange->plan->carried)
        number(exchange, &post->request, edge);
    from->posts_left++;
    if (post->to->node)
        send(post);
    else
        TAILQ_INSERT_TAIL(&post->to->held, post, neighbour);
}

void posts_release(struct rank *to)
{
    struct post *post;

    while ((post = TAILQ_FIRST(&to->held))) {
        TAILQ_REMOVE(&to->held, post, neighbour);
        send(post);
    }
}

static void free_those_from(struct rank *rank, struct posts *posts)
{
    for (struct post *post = TAILQ_FIRST(posts), *next; post; post = next) {
        next = TAILQ_NEXT(post, neighbour);
        if (post->from == rank)
            post_free(post, posts);
    }
}

static void hold_those_to(struct rank *rank)
{
    struct posts *sent = &rank->exchange->sent;

    for (struct post *post = TAILQ_FIRST(sent), *next; post; post = next) {
        next = TAILQ_NEXT(post, neighbour);
        if (post->to != rank)
            continue;
        channel_cancel(&post->request);
        TAILQ_REMOVE(sent, post, neighbour);
        TAILQ_INSERT_TAIL(&rank->held, post, neighbour);
    }
}

void posts_of_lost(struct rank *rank)
{
    struct exchange *exchange = rank->exchange;

    if (!exchange->facts.has_receiver)
        return;
    for (int i = 0; rank->posts_left > 0 && i < exchange->plan->ranks; i++)
        free_those_from(rank, &exchange->rank[i].held);
    free_those_from(rank, &exchange->sent);
    hold_those_to(rank);
    rank->posts_left = 0;
}

void posts_free(struct posts *posts)
{
    struct post *post;

    while ((post = TAILQ_FIRST(posts)))
        post_free(post, posts);
}
