/* SPDX-License-Identifier: MIT
 * lifetime.c -- whether a node lives long enough for its worker to get anywhere.
 *
 * Whoever is re-invoked loads its partition anew and then trains for a round at least, so a
 * node that does not live so long goes through the same again and again; one that lives for
 * less than an epoch gets on, and is paid for loading.  What is counted is the least that it
 * takes: nobody in the way, no exchange, mean speed. */
#include <math.h>
#include <stdio.h>

#include "sim/job/training.h"

static struct node idle_node(const struct group_conf *group, const struct platform_facts *facts,
                             int worker)
{
    return (struct node){.vcpus = facts->vcpus,
                         .speed_ratio = facts->speed_ratio *
                                        value_mean(&group->pace.speed_ratio) *
                                        pace_of_member(&group->pace, worker)};
}

static double load_s(const struct scenario *scenario, const struct group_conf *group,
                     const struct platform_facts *facts, double bytes, int worker)
{
    const struct choice *store =
        &((const struct data_parallel_conf *)scenario->job.conf)->store;
    struct channel_means means = channel_kind_of(store)->means(store->conf, (int64_t)bytes);
    struct node node = idle_node(group, facts, worker);
    double moving_s = means.latency_s + bytes / fmin(means.connection_bytes_per_s *
                                                         (double)means.bulk_connections,
                                                     facts->down_bytes_per_s);

    return fmax(moving_s,
                node_compute_alone_s(&node, bytes / group->compute.parse_bytes_per_s, 0));
}

static double round_s(const struct group_conf *group, const struct platform_facts *facts,
                      const struct learner *learner, int worker)
{
    struct node node = idle_node(group, facts, worker);
    struct work work = learner_work(learner, worker, 0);

    return node_compute_alone_s(&node, training_core_s(&group->compute, &work),
                                group->compute.parallel_ratio);
}

/* Of a node's life; less is no matter. */
static const double much_loading = 0.1;

/* What worker w has to do in a node's lifetime. */
struct stint {
    double load_s, round_s;
};

/* It would never get through a round. */
static void refuse(const struct scenario *scenario, const struct platform_facts *node,
                   double epochs_per_round, int w, struct stint stint, struct diag_list *diags)
{
    diag_add(diags, DIAG_ERROR, scenario_place(scenario, "groups.workers.platform.lifetime"),
             "a %s lives %.4g s, but worker %d takes %.4g s at least to load its partition "
             "and %.4g s for a round (%.4g epochs): it would never get through one",
             node->node_word, node->lifetime_s, w, stint.load_s, stint.round_s,
             epochs_per_round);
}

/* It gets on, but spends much of its life loading. */
static void warn(const struct scenario *scenario, const struct platform_facts *node,
                 double epoch_s, int w, struct stint stint, struct diag_list *diags)
{
    diag_add(diags, DIAG_WARNING, scenario_place(scenario, "groups.workers.platform.lifetime"),
             "a %s lives %.4g s, but worker %d takes %.4g s at least to load its partition and "
             "%.4g s to go through it once: an epoch takes several, and each loads again",
             node->node_word, node->lifetime_s, w, stint.load_s, epoch_s);
}

void training_check_lifetime(const struct scenario *scenario, const struct group_conf *group,
                             const struct platform_facts *node, const struct learner *learner,
                             struct diag_list *diags)
{
    const struct learner_facts *facts = learner_facts(learner);
    const struct choice *store =
        &((const struct data_parallel_conf *)scenario->job.conf)->store;
    bool warned = false;

    if (!isfinite(node->lifetime_s) || !channel_kind_of(store)->means)
        return;
    for (int w = 0; w < facts->workers; w++) {
        struct stint stint = {load_s(scenario, group, node,
                                     (double)learner_load_bytes(facts, &scenario->evaluate, w),
                                     w),
                              round_s(group, node, learner, w)};
        double epoch_s = stint.round_s / fmin(1, facts->epochs_per_round);

        if (stint.load_s + stint.round_s > node->lifetime_s) {
            refuse(scenario, node, facts->epochs_per_round, w, stint, diags);
            return;
        }
        if (!warned && stint.load_s + epoch_s > node->lifetime_s &&
            stint.load_s > much_loading * node->lifetime_s) {
            warn(scenario, node, epoch_s, w, stint, diags);
            warned = true;
        }
    }
}
