/* SPDX-License-Identifier: MIT
 * bounded.c -- transport `bounded`: repeated until it is enough or too late.
 *
 * Loss-tolerant transports for training stop waiting for a message's last packets once a wanted
 * share has arrived or a deadline has passed, and cut the tail of the retransmissions off so.
 */
#include <math.h>

#include "sim/network/transport/transport.h"

struct bounded_conf {
    struct timer_conf timer;
    double deadline_s;
    double wanted_ratio;
};

static const struct field fields[] = {
    CONF(struct bounded_conf, deadline_s, .above_min = true, .optional = true,
         .absent_is = ABSENT_INFINITY, .absent = "none",
         .doc = "So long after it was sent, what has arrived of a message is all."),
    CONF(struct bounded_conf, wanted_ratio, .key = "share", .min = 0, .max = 1, .preset = "1",
         .doc = "Share of a message's packets that is enough; below 1 it matters with a loss "
                "`per: packet`."),
    TIMER_FIELDS(struct bounded_conf),
    CONF_END,
};

static struct transport_rule rule(const void *settings)
{
    const struct bounded_conf *conf = settings;

    return (struct transport_rule){.timer = &conf->timer,
                                   .repairs = true,
                                   .deadline_s = conf->deadline_s,
                                   .wanted_ratio = conf->wanted_ratio};
}

const struct transport_kind transport_bounded = {
    .kind = {.name = "bounded",
             .doc = "What is lost is sent again until a wanted share has arrived or a deadline "
                    "has passed; the rest is given up.",
             .fields = fields,
             .conf_size = sizeof(struct bounded_conf)},
    .gives_up = true,
    .rule = rule,
};
