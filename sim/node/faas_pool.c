/* SPDX-License-Identifier: MIT
 * faas_pool.c -- sandboxes: made when none is warm, kept warm for a while, reused last in,
 * first out (so that those not needed cool down).
 *
 * Cooling down needs no event: a sandbox whose time is over is found out when it is asked for.
 * One that is gone may still be held by a message under way (node.h), so it is put on a queue,
 * and freed when it comes to the front and nobody holds it. */
#include <stdlib.h>

#include "base/memory.h"
#include "sim/node/faas_inside.h"

static struct sandbox *pop_warm(struct faas *faas)
{
    struct sandbox *sandbox = faas->warm_top;

    if (sandbox)
        faas->warm_top = sandbox->next;
    return sandbox;
}

static void sandbox_free(struct sandbox *sandbox)
{
    node_done(&sandbox->node);
    free(sandbox);
}

struct sandbox *sandbox_new(struct faas *faas)
{
    struct sandbox *sandbox = NEW(struct sandbox);
    const struct faas_conf *conf = faas->conf;
    double nic = faas_nic_ratio(conf);
    uint32_t number = faas->sandboxes++;

    sandbox->speed_ratio = platform_speed(&faas->platform, faas->pace, number);
    node_init(&sandbox->node, faas->platform.world, faas_vcpus(conf), sandbox->speed_ratio,
              nic * conf->nic_up_bytes_per_s, nic * conf->nic_down_bytes_per_s,
              conf->memory_bytes);
    sandbox->node.number = number;
    sandbox->node.group = (uint32_t)faas->platform.number;
    return sandbox;
}

struct sandbox *sandbox_warm(struct faas *faas)
{
    double now_s = faas_now_s(faas);
    struct sandbox *sandbox;

    while ((sandbox = pop_warm(faas)) && sandbox->warm_until_s <= now_s)
        sandbox_destroy(faas, sandbox);
    return sandbox;
}

void sandbox_keep_warm(struct faas *faas, struct sandbox *sandbox)
{
    struct rng rng = rng_at(faas->keep_alive, sandbox->node.number, sandbox->uses);
    double now_s = faas_now_s(faas);

    sandbox->warm_until_s = now_s + value_draw(&faas->conf->keep_alive_s, &rng, now_s);
    sandbox->node.used_bytes = 0; /* what the body left behind is gone with its process */
    sandbox->next = faas->warm_top;
    faas->warm_top = sandbox;
}

static bool is_in_use(const struct node *node)
{
    return node->holds > 0 || share_flow_count(node->nic_up) > 0 ||
           share_flow_count(node->nic_down) > 0 || share_flow_count(node->cores) > 0;
}

void sandbox_destroy(struct faas *faas, struct sandbox *sandbox)
{
    sandbox->next = NULL;
    if (faas->gone_last)
        faas->gone_last->next = sandbox;
    else
        faas->gone_first = sandbox;
    faas->gone_last = sandbox;
    /* not the one just added: a caller up the stack may still look at it */
    while (faas->gone_first != sandbox && !is_in_use(&faas->gone_first->node)) {
        struct sandbox *freed = faas->gone_first;

        faas->gone_first = freed->next;
        sandbox_free(freed);
    }
}

void faas_free_sandboxes(struct faas *faas)
{
    struct sandbox *sandbox;

    while ((sandbox = pop_warm(faas)))
        sandbox_destroy(faas, sandbox);
    while ((sandbox = faas->gone_first)) {
        faas->gone_first = sandbox->next;
        sandbox_free(sandbox);
    }
    faas->gone_last = NULL;
}
