/* SPDX-License-Identifier: MIT
 * tree.c -- partial sums go up a k-ary tree, the result comes down again.
 *
 * The parent of rank r is (r-1)/k, its children are kr+1 .. kr+k as far as they exist.  Depth
 * grows with log_k W and no rank handles more than k+1 messages each way: for very many ranks
 * and small vectors.
 *
 * Slots: what rank r > 0 sends up is r-1, so that siblings are neighbours; what parent p sends
 * down, one message for all its children, is W-1 + p (the ranks that have children are the
 * first ones). */
#include "algorithms/collective/collective.h"

static const struct field fields[] = {
    CONF(struct tree_conf, fan_out, .min = 2, .max = 1000000, .preset = "2",
         .doc = "Children of each rank."),
    CONF_END,
};

static int64_t fan_out_of(const void *conf)
{
    return ((const struct tree_conf *)conf)->fan_out;
}

static int64_t tree_slots(const void *conf, int ranks)
{
    int64_t below = (int64_t)ranks - 1,
            parents = (below + fan_out_of(conf) - 1) / fan_out_of(conf);

    return below + parents;
}

/* Ranks of the subtree below and including rank: each level's stand side by side. */
static int32_t subtree(int64_t k, int64_t rank, int64_t ranks)
{
    int64_t first = rank, width = 1, size = 0;

    while (first < ranks) {
        size += first + width <= ranks ? width : ranks - first;
        first = first * k + 1;
        width *= k;
    }
    return (int32_t)size;
}

static void tree_steps(const void *conf, struct schedule *out, int rank, int ranks,
                       int64_t bytes)
{
    int64_t k = fan_out_of(conf), first = rank * k + 1, parent = (rank - 1) / k;
    int64_t children = first >= ranks ? 0 : first + k <= ranks ? k : ranks - first;
    int32_t down = ranks - 1;
    struct step step = {.count = 1, .bytes = bytes};

    if (children > 0) {
        step.op = STEP_GATHER;
        step.slot = (int32_t)(first - 1);
        step.count = (int32_t)children;
        step.summed = subtree(k, first, ranks);
        schedule_add(out, step);
        step.count = 1;
    }
    if (rank > 0) {
        step.op = STEP_PUT;
        step.slot = rank - 1;
        step.summed = subtree(k, rank, ranks);
        schedule_add(out, step);
        step.op = STEP_GET;
        step.slot = down + (int32_t)parent;
        step.summed = ranks;
        schedule_add(out, step);
    }
    if (children > 0) {
        step.op = STEP_PUT;
        step.slot = down + rank;
        step.summed = ranks;
        schedule_add(out, step);
    }
}

const struct collective_kind collective_tree = {
    .kind = {.name = "tree",
             .doc = "Partial sums go up a tree of ranks, the result comes down.",
             .fields = fields,
             .conf_size = sizeof(struct tree_conf)},
    .slots = tree_slots,
    .steps = tree_steps,
};
