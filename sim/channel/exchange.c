/* SPDX-License-Identifier: MIT
 * exchange.c -- one execution of a plan: ranks come, block until their lanes are through, go.
 */
#include "sim/channel/exchange.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/channel/exchange_inside.h"

/* -- life ------------------------------------------------------------------------------------
 */

static void list(struct exchange *exchange, const struct gather *gather)
{
    for (int32_t slot = gather->slot; slot < gather->slot + gather->count; slot++)
        exchange->object[slot].listing = gather_listing(exchange, gather);
}

static void prepare_stored(struct exchange *exchange)
{
    const struct exchange_plan *plan = exchange->plan;

    exchange->object = NEW_ARRAY(struct object, (size_t)plan->slots);
    exchange->listing =
        NEW_ARRAY(struct listing, (size_t)(plan->listings + plan->run_listings));
    for (int64_t i = 0; i < plan->slots; i++)
        object_init(&exchange->object[i], NULL);
    for (int32_t i = 0; i < plan->gathers; i++)
        list(exchange, &plan->gather[i]);
    for (int32_t slot = 0; slot < plan->merged; slot++)
        exchange->object[slot].listing = &exchange->listing[0];
    for (int32_t i = 0; exchange->facts.fetches && i < plan->runs; i++)
        list(exchange, &plan->run[i]);
}

static void prepare_direct(struct exchange *exchange)
{
    const struct exchange_plan *plan = exchange->plan;

    exchange->object = NEW_ARRAY(struct object, (size_t)plan->edges);
    exchange->listing = NEW_ARRAY(struct listing, (size_t)plan->gathers);
    for (int64_t i = 0; i < plan->edges; i++)
        object_init(&exchange->object[i], NULL);
    for (int32_t i = 0; i < plan->gathers; i++) {
        const struct gather *gather = &plan->gather[i];

        for (int32_t slot = gather->slot; slot < gather->slot + gather->count; slot++)
            exchange->object[plan_edge(plan, slot, gather->rank)].listing =
                &exchange->listing[i];
    }
}

static void prepare_ranks(struct exchange *exchange)
{
    const struct exchange_plan *plan = exchange->plan;
    size_t lanes = (size_t)plan->lanes;

    exchange->absent = plan->ranks;
    exchange->rank = NEW_ARRAY(struct rank, (size_t)plan->ranks);
    exchange->lane = NEW_ARRAY(struct lane, (size_t)plan->ranks * lanes);
    for (int i = 0; i < plan->ranks; i++) {
        struct rank *rank = &exchange->rank[i];

        rank->exchange = exchange;
        rank->number = i;
        rank->lane = &exchange->lane[(size_t)i * lanes];
        TAILQ_INIT(&rank->held);
        for (size_t j = 0; j < lanes; j++)
            rank->lane[j].rank = rank;
    }
}

struct exchange *exchange_new(const struct exchange_plan *plan, struct channel *channel)
{
    struct exchange *exchange = NEW(struct exchange);

    exchange->plan = plan;
    exchange->channel = channel;
    exchange->facts = channel->kind->facts(channel->conf);
    TAILQ_INIT(&exchange->sent);
    if (exchange->facts.has_receiver)
        prepare_direct(exchange);
    else
        prepare_stored(exchange);
    prepare_ranks(exchange);
    return exchange;
}

void exchange_set_round(struct exchange *exchange, int64_t round)
{
    exchange->round = round;
}

const struct carried_part *exchange_plan_sums(const struct exchange_plan *plan, int *ret_parts)
{
    if (!plan->carried || !carried_lost_any(plan->carried))
        return NULL;
    return carried_parts(plan->carried, ret_parts);
}

struct exchange *exchange_free(struct exchange *exchange)
{
    if (!exchange)
        return NULL;
    posts_free(&exchange->sent);
    for (int i = 0; i < exchange->plan->ranks; i++) {
        assert(!exchange->rank[i].node);
        posts_free(&exchange->rank[i].held);
    }
    for (int64_t i = 0; i < (int64_t)exchange->plan->ranks * exchange->plan->lanes; i++)
        lane_done(&exchange->lane[i]);
    free(exchange->object);
    free(exchange->listing);
    free(exchange->rank);
    free(exchange->lane);
    free(exchange);
    return NULL;
}

/* -- ranks -----------------------------------------------------------------------------------
 */

static bool is_through(const struct rank *rank)
{
    return rank->lanes_left == 0 && rank->posts_left == 0;
}

void rank_goes_on(struct rank *rank)
{
    if (is_through(rank) && rank->actor)
        actor_wake(rank->actor);
}

void rank_fails(struct rank *rank, enum outcome outcome)
{
    if (rank->outcome == OUTCOME_OK)
        rank->outcome = outcome;
    if (rank->actor)
        actor_wake(rank->actor);
}

/* A rank has come, or is lost. */
static void count_absent(struct rank *rank, bool came)
{
    struct exchange *exchange = rank->exchange;
    bool were_all = exchange->absent == 0;

    if (rank->came == came)
        return;
    rank->came = came;
    exchange->absent += came ? -1 : 1;
    if (were_all == (exchange->absent == 0))
        return;
    for (int i = 0; i < exchange->plan->ranks; i++)
        if (exchange->rank[i].actor)
            rank_book(&exchange->rank[i]);
}

static void enter(struct rank *rank, struct node *node, struct actor *self)
{
    const struct exchange *exchange = rank->exchange;
    const struct world *world = exchange->channel->world;

    assert(!rank->node);
    rank->node = node;
    rank->outcome = OUTCOME_OK;
    rank->lanes_left = exchange->plan->lanes;
    snprintf(rank->for_what, sizeof rank->for_what, "an exchange, as rank %d of %d",
             rank->number, exchange->plan->ranks);
    ledger_activity(world->ledger, node->entity, ACTIVITY_COMMUNICATE,
                    engine_now_s(world->engine));
    count_absent(rank, true);
    posts_release(rank);
    for (int i = 0; i < exchange->plan->lanes; i++)
        lane_start(&rank->lane[i]);
    rank->actor = self; /* only now: what ends at once need not wake it */
}

static void leave(struct rank *rank, enum outcome outcome)
{
    rank->actor = NULL;
    if (outcome != OUTCOME_OK) {
        count_absent(rank, false);
        for (int i = 0; i < rank->exchange->plan->lanes; i++)
            lane_stop(&rank->lane[i]);
        posts_of_lost(rank);
    }
    rank->node = NULL;
}

enum outcome exchange_run(struct actor *self, struct exchange *exchange, int number,
                          struct node *node)
{
    struct rank *rank = &exchange->rank[number];
    enum outcome outcome = actor_fate(self);

    assert(number >= 0 && number < exchange->plan->ranks);
    if (outcome != OUTCOME_OK)
        return outcome;
    if (exchange->abandoned)
        return OUTCOME_LOST;
    enter(rank, node, self);
    while (outcome == OUTCOME_OK && !is_through(rank)) {
        outcome = engine_wait(self, INFINITY, rank->for_what);
        if (outcome == OUTCOME_OK)
            outcome = rank->outcome;
    }
    leave(rank, outcome);
    return outcome;
}

double exchange_waits_since_s(const struct exchange *exchange, int number)
{
    const struct rank *rank = &exchange->rank[number];
    double since_s = INFINITY;

    for (int i = 0; rank->node && i < exchange->plan->lanes; i++) {
        const struct request *request = &rank->lane[i].request;

        if (request_is_under_way(request) && request->is_waiting)
            since_s = fmin(since_s, request->wait_begin_s);
    }
    return since_s;
}

void exchange_abandon(struct exchange *exchange)
{
    exchange->abandoned = true;
    for (int i = 0; i < exchange->plan->ranks; i++)
        rank_fails(&exchange->rank[i], OUTCOME_LOST);
}
