/* SPDX-License-Identifier: MIT
 * web_parts.c -- what is left of a web when flows that tied it together have ended. */
#include "sim/engine/web_inside.h"

static uint32_t root_of(struct web *web, uint32_t i)
{
    while (web->tie[i].root != i)
        i = web->tie[i].root = web->tie[web->tie[i].root].root;
    return i;
}

static bool is_loose(const struct tie *tie)
{
    return tie->root == NO_TIE;
}

/* Gives every share that can be full the root of its piece.  True when all are in one piece. */
static bool find_pieces(struct web *web)
{
    size_t pieces = 0, loose = 0;
    for (uint32_t i = 0; i < web->tie_count; i++) {
        bool full = share_can_be_full(web->tie[i].share);
        web->tie[i].root = full ? i : NO_TIE;
        web->tie[i].weight = 1;
        web->tie[i].piece = NULL;
        pieces += full;
        loose += !full;
    }
    for (size_t i = 0; i < web->count; i++) {
        uint32_t first = NO_TIE;
        for (int j = 0; j < FLOW_SHARES && web->member[i].tie[j] != NO_TIE; j++) {
            if (is_loose(&web->tie[web->member[i].tie[j]]))
                continue;
            uint32_t root = root_of(web, web->member[i].tie[j]);
            if (first != NO_TIE && root != first) {
                web->tie[root].root = first;
                web->tie[first].weight += web->tie[root].weight;
                pieces--;
            } else {
                first = root;
            }
        }
    }
    return pieces == 1 && loose == 0 && web->tie_count > 1;
}

/* Every share becomes slack, a crowd, or a part of a new web. */
static void place_shares(struct web *web)
{
    for (uint32_t i = 0; i < web->tie_count; i++) {
        struct share *share = web->tie[i].share;
        share->state = SHARE_SLACK;
        share->web = NULL;
        if (is_loose(&web->tie[i]))
            continue;
        struct tie *root = &web->tie[root_of(web, i)];
        if (root->weight == 1) {
            share->state = SHARE_CROWD;
            if (!share->crowd)
                share->crowd = crowd_new(share);
            continue;
        }
        if (!root->piece)
            root->piece = web_new(web->engine);
        web_add_share(root->piece, share);
    }
}

static void place_flow(struct engine *engine, struct web *web, struct member *member)
{
    const struct tie *tie = NULL;
    for (int j = 0; j < FLOW_SHARES && member->tie[j] != NO_TIE && !tie; j++)
        if (!is_loose(&web->tie[member->tie[j]]))
            tie = &web->tie[member->tie[j]];
    struct flow *flow = member->flow;
    flow->event.position = 0; /* out of ready */
    if (tie && tie->share->state == SHARE_WEB) {
        web_append(tie->share->web, *member);
        return;
    }
    member_settle(member, engine->now_s);
    flow->left = member->left;
    if (tie)
        crowd_add(tie->share->crowd, flow);
    else
        flow_run_alone(engine, flow);
}

/* True, and the web is gone, when it has fallen apart. */
bool web_partition(struct web *web)
{
    struct engine *engine = web->engine;
    if (find_pieces(web))
        return false;
    place_shares(web);
    for (size_t i = 0; i < web->count; i++)
        place_flow(engine, web, &web->member[i]);
    for (size_t i = 0; i < web->tie_count; i++) {
        struct web *piece = web->tie[i].piece;
        if (!piece)
            continue;
        for (size_t j = 0; j < piece->count; j++)
            web_set_ties(piece, &piece->member[j]);
        piece->retied = false;
        web_fill(piece);
    }
    web_free(web);
    return true;
}
