/* SPDX-License-Identifier: MIT
 * lifetime.c -- whether a node lives long enough for its worker to get anywhere.
 *
 * Whoever is re-invoked loads its partition anew and then trains for a round at least, so a
 * node that does not live so long goes through the same again and again.  What is counted is
 * the least that it takes: nobody in the way, no exchange, mean speed. */
#include <math.h>
#include <stdio.h>

#include "sim/job/training.h"

static struct node idle_node(const struct group_conf *group, const struct platform_facts *facts)
{
    return (struct node){.vcpus = facts->vcpus,
                         .speed_ratio =
                             facts->speed_ratio * value_mean(&group->pace.speed_ratio)};
}

static double load_s(const struct scenario *scenario, const struct group_conf *group,
                     const struct platform_facts *facts, double bytes)
{
    const struct choice *store =
        &((const struct data_parallel_conf *)scenario->job.conf)->store;
    struct channel_means means = channel_kind_of(store)->means(store->conf, (int64_t)bytes);
    struct node node = idle_node(group, facts);
    double moving_s = means.latency_s + bytes / fmin(means.connection_bytes_per_s *
                                                         (double)means.bulk_connections,
                                                     facts->down_bytes_per_s);

    return fmax(moving_s,
                node_compute_alone_s(&node, bytes / group->compute.parse_bytes_per_s, 0));
}

static double round_s(const struct group_conf *group, const struct platform_facts *facts,
                      const struct learner *learner, int worker)
{
    struct node node = idle_node(group, facts);
    struct work work = learner_work(learner, worker, 0);

    return node_compute_alone_s(&node, training_core_s(&group->compute, &work),
                                group->compute.parallel_ratio);
}

void training_check_lifetime(const struct scenario *scenario, const struct group_conf *group,
                             const struct platform_facts *node, const struct learner *learner,
                             struct diag_list *diags)
{
    const struct learner_facts *facts = learner_facts(learner);
    const struct choice *store =
        &((const struct data_parallel_conf *)scenario->job.conf)->store;

    if (!isfinite(node->lifetime_s) || !channel_kind_of(store)->means)
        return;
    for (int w = 0; w < facts->workers; w++) {
        double loading_s = load_s(scenario, group, node, (double)facts->partition_bytes[w]);
        double training_s = round_s(group, node, learner, w);

        if (loading_s + training_s <= node->lifetime_s)
            continue;
        diag_add(diags, DIAG_ERROR,
                 scenario_place(scenario, "groups.workers.platform.lifetime"),
                 "a %s lives %.4g s, but worker %d takes %.4g s at least to load its partition "
                 "and %.4g s for a round (%.4g epochs): it would never get through one",
                 node->node_word, node->lifetime_s, w, loading_s, training_s,
                 facts->epochs_per_round);
        return;
    }
}
