/* SPDX-License-Identifier: MIT
 * credits.h -- CPU credits of burstable machines (t2).
 *
 * A credit is one core in full use for one minute.  The machine earns them steadily and spends
 * them by using its cores; with none left it has its baseline only, until it has saved up
 * again. Exact: between two changes of use the balance is a straight line, so the moment it
 * reaches zero is an event and nothing is polled. */
#ifndef TRAINCAST_SIM_NODE_CREDITS_H
#define TRAINCAST_SIM_NODE_CREDITS_H

#include <stdbool.h>

struct node;

struct credits_conf {
    double baseline_ratio;   /* of each vCPU, when the balance is used up */
    double credits_per_hour; /* earned; 0: the machine knows no credits */
    double launch_credits;   /* there at boot */
    double max_credits;      /* that can be earned and kept */
};

struct credits;

/* Belongs to the node that is given (node->credits), which frees it in node_done. */
struct credits *credits_new(struct node *node, const struct credits_conf *conf);
struct credits *credits_free(struct credits *credits);
/* To be called after every change of what the node's cores are asked for. */
void credits_update(struct credits *credits);
double credits_balance(struct credits *credits);       /* now */
bool credits_exhausted(const struct credits *credits); /* the cores have their baseline only */

#endif
