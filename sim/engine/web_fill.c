/* SPDX-License-Identifier: MIT
 * web_fill.c -- the max-min fair rates of a web, by progressive filling (Bertsekas & Gallager,
 * Data Networks, 6.5.2).
 *
 * The share that is full at the lowest rate fixes its flows, and so on; a flow whose bound is
 * lower is fixed at its bound before.  Every flow is visited, so what is needed of a flow lies
 * in one cache line, side by side with the others'. */
#include <math.h>

#include "base/memory.h"
#include "sim/engine/web_inside.h"

static void prepare(struct web *web, struct heap *queue)
{
    if (web->room_for_rates < web->count) {
        web->room_for_rates = web->capacity;
        web->rate_per_s =
            memory_resize(web->rate_per_s, web->room_for_rates, sizeof *web->rate_per_s);
        web->crossing = memory_resize(web->crossing, web->room_for_rates,
                                      FLOW_SHARES * sizeof *web->crossing);
    }
    for (size_t i = 0; i < web->tie_count; i++)
        web->tie[i].open = 0;
    for (size_t i = 0; i < web->count; i++)
        for (int j = 0; j < FLOW_SHARES && web->member[i].tie[j] != NO_TIE; j++)
            web->tie[web->member[i].tie[j]].open++;
    uint32_t first = 0;
    for (size_t i = 0; i < web->tie_count; i++) {
        struct tie *tie = &web->tie[i];
        tie->first = first;
        tie->count = tie->open;
        first += tie->open;
        tie->rest_per_s = tie->share->capacity_per_s;
        if (tie->open == 0)
            continue;
        tie->level = (struct event){.due_s = tie->rest_per_s / tie->open, .order = i};
        heap_append(queue, &tie->level);
        tie->open = 0;
    }
    heap_build(queue);
    for (size_t i = 0; i < web->count; i++) {
        web->rate_per_s[i] = -1;
        for (int j = 0; j < FLOW_SHARES && web->member[i].tie[j] != NO_TIE; j++) {
            struct tie *tie = &web->tie[web->member[i].tie[j]];
            web->crossing[tie->first + tie->open++] = (uint32_t)i;
        }
    }
}

static void fix(struct web *web, uint32_t i, double rate_per_s)
{
    web->rate_per_s[i] = rate_per_s;
    const struct member *member = &web->member[i];
    for (int j = 0; j < FLOW_SHARES && member->tie[j] != NO_TIE; j++) {
        struct tie *tie = &web->tie[member->tie[j]];
        double rest_per_s = tie->rest_per_s - rate_per_s;
        tie->rest_per_s = rest_per_s > 0 ? rest_per_s : 0;
        tie->open--;
    }
}

/* Gives rates to flows of the share that no share can slow down any more.  A share's level
 * never falls while flows are fixed at lower rates; so when this share is the first in the
 * queue its level is the lowest of all, and it is final unless some of its own flows are
 * bounded below it: then those are fixed and its level rises. */
static void fix_flows(struct web *web, const struct tie *tie)
{
    double level_per_s = tie->rest_per_s / tie->open;
    uint32_t open = tie->open;
    const uint32_t *crossing = web->crossing + tie->first;
    for (uint32_t i = 0; i < tie->count; i++)
        if (web->rate_per_s[crossing[i]] < 0 &&
            web->member[crossing[i]].bound_per_s <= level_per_s)
            fix(web, crossing[i], web->member[crossing[i]].bound_per_s);
    if (tie->open < open)
        return;
    for (uint32_t i = 0; i < tie->count; i++)
        if (web->rate_per_s[crossing[i]] < 0)
            fix(web, crossing[i], level_per_s);
}

static void find_rates(struct web *web)
{
    struct heap queue = {0};
    prepare(web, &queue);
    while (queue.count) {
        struct event *event = heap_event(&queue, 0);
        struct tie *tie = &web->tie[event->order];
        if (tie->open > 0 && tie->rest_per_s / tie->open <= event->due_s)
            fix_flows(web, tie);
        if (tie->open == 0) {
            heap_take_first(&queue);
            continue;
        }
        event->due_s = fmax(event->due_s, tie->rest_per_s / tie->open);
        heap_put(&queue, event);
    }
    heap_done(&queue);
}

void web_fill(struct web *web)
{
    double now_s = web->engine->now_s;
    find_rates(web);
    web->next_due_s = INFINITY;
    for (size_t i = 0; i < web->count; i++) {
        struct member *member = &web->member[i];
        if (web->rate_per_s[i] != member->rate_per_s) {
            member_settle(member, now_s);
            member_set_rate(member, web->rate_per_s[i]);
        }
        if (member->due_s < web->next_due_s)
            web->next_due_s = member->due_s;
    }
    web_schedule(web);
}
