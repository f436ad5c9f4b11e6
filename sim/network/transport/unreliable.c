/* SPDX-License-Identifier: MIT
 * unreliable.c -- transport `unreliable`: each message is sent once; nobody acknowledges it.
 *
 * Only what nobody can go on without (message.vital) is repeated, by the timer below. */
#include <math.h>

#include "sim/network/transport/transport.h"

struct unreliable_conf {
    struct timer_conf timer;
};

static const struct field fields[] = {
    TIMER_FIELDS(struct unreliable_conf),
    CONF_END,
};

static struct transport_rule rule(const void *conf)
{
    return (struct transport_rule){
        .timer = conf, .repairs = false, .deadline_s = INFINITY, .wanted_ratio = 1};
}

const struct transport_kind transport_unreliable = {
    .kind = {.name = "unreliable",
             .doc =
                 "Each message is sent once and nobody acknowledges it.  Only what nobody can "
                 "go on without, the results of an exchange, is sent again until it is "
                 "there, as by `reliable`: the timer's fields are for those.",
             .fields = fields,
             .conf_size = sizeof(struct unreliable_conf)},
    .gives_up = true,
    .queues = true,
    .rule = rule,
};
