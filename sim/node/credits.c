/* SPDX-License-Identifier: MIT
 * credits.c -- see credits.h.   (AWS EC2 User Guide, burstable performance instances, standard
 * mode.)
 *
 * SIMPLIFIED: launch credits count as earned ones that never expire; AWS spends them first and
 * lets the others grow to their limit beside them. */
#include "sim/node/credits.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/node/node.h"

static const double CORE_S_PER_CREDIT = 60;
static const double NOTHING = 1e-9; /* a balance below this came from rounding */

struct credits {
    struct event empty; /* first: the balance reaches zero */
    struct node *node;
    double earned_per_s, most, baseline_cores;
    double balance, since_s;
    double change_per_s; /* of the balance, since then */
    bool exhausted;
};

static void settle(struct credits *credits)
{
    double now_s = engine_now_s(credits->node->world->engine);

    credits->balance += credits->change_per_s * (now_s - credits->since_s);
    credits->balance = fmin(fmax(credits->balance, 0), credits->most);
    credits->since_s = now_s;
}

static void set_exhausted(struct credits *credits, bool exhausted)
{
    if (credits->exhausted == exhausted)
        return;
    credits->exhausted = exhausted;
    share_set_capacity(credits->node->cores,
                       exhausted ? credits->baseline_cores : credits->node->vcpus);
}

/* The line that the balance follows from now on, and when it meets zero. */
static void draw_line(struct credits *credits)
{
    struct engine *engine = credits->node->world->engine;
    double spent_per_s = share_used_per_s(credits->node->cores) / CORE_S_PER_CREDIT;

    credits->change_per_s = credits->earned_per_s - spent_per_s;
    if (fabs(credits->change_per_s) < 1e-9 * credits->earned_per_s)
        credits->change_per_s = 0; /* at the baseline what is earned is spent */
    if (credits->change_per_s < 0 && !credits->exhausted)
        engine_at(engine, &credits->empty,
                  credits->since_s - credits->balance / credits->change_per_s);
    else
        engine_cancel(engine, &credits->empty);
}

static void on_empty(struct engine *engine, struct event *event)
{
    struct credits *credits = (struct credits *)event;

    (void)engine;
    settle(credits);
    credits->balance = 0;
    set_exhausted(credits, true);
    draw_line(credits);
}

void credits_update(struct credits *credits)
{
    if (!credits)
        return;
    settle(credits);
    if (credits->balance > NOTHING)
        set_exhausted(credits, false);
    draw_line(credits);
}

struct credits *credits_new(struct node *node, const struct credits_conf *conf)
{
    struct credits *credits = NEW(struct credits);

    credits->empty.fire = on_empty;
    credits->empty.background = true;
    credits->node = node;
    credits->earned_per_s = conf->credits_per_hour / 3600;
    credits->most = conf->max_credits + conf->launch_credits;
    credits->baseline_cores = conf->baseline_ratio * node->vcpus;
    credits->balance = conf->launch_credits;
    credits->since_s = engine_now_s(node->world->engine);
    draw_line(credits);
    return credits;
}

struct credits *credits_free(struct credits *credits)
{
    if (credits)
        engine_cancel(credits->node->world->engine, &credits->empty);
    free(credits);
    return NULL;
}

double credits_balance(struct credits *credits)
{
    settle(credits);
    return credits->balance;
}

bool credits_exhausted(const struct credits *credits)
{
    return credits->exhausted;
}
