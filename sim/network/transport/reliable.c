/* SPDX-License-Identifier: MIT
 * reliable.c -- transport `reliable`: what is lost is sent again until it is acknowledged.
 *
 * The rule of RFC 6298's retransmission timer at the level of messages: transport.h has its
 * closed form.  SIMPLIFIED: no fast retransmit of a message's packets but those that the
 * acknowledgement of a partly arrived copy asks for; no congestion window. */
#include <math.h>

#include "sim/network/transport/transport.h"

struct reliable_conf {
    struct timer_conf timer;
};

static const struct field fields[] = {
    TIMER_FIELDS(struct reliable_conf),
    CONF_END,
};

static struct transport_rule rule(const void *conf)
{
    return (struct transport_rule){
        .timer = conf, .repairs = true, .deadline_s = INFINITY, .wanted_ratio = 1};
}

const struct transport_kind transport_reliable = {
    .kind = {.name = "reliable",
             .doc = "What is lost is sent again when a timer expires, which grows each time, "
                    "until it is acknowledged.",
             .source = "RFC 6298",
             .fields = fields,
             .conf_size = sizeof(struct reliable_conf)},
    .rule = rule,
};
