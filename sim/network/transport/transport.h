/* SPDX-License-Identifier: MIT
 * transport.h -- how messages travel over a network that loses some: sent once, until they are
 * there, or until it is enough.
 *
 * Family "transport".  A kind is a *rule*; the machinery (transport.c) is one:
 *
 *     copy crosses the NICs and the latency -> arrives, wholly or in part, or not
 *       enough has arrived: delivered; acknowledged (the acknowledgement may be lost, too):
 * over else, if the rule repairs: what is missing is sent again when the timer expires
 *
 * The timer of attempt j = 1, 2, ... is RTO_j = min((rtt + timeout) backoff^(j-1),
 * max_timeout), from the moment at which the copy's last byte leaves (the moment of its arrival
 * less the latency l); rtt = 2 l, l the path's mean latency (RFC 6298's SRTT with Linux's
 * floor).  A copy alone on its NICs takes T = bytes / rate, so that with loss ratio p of a copy
 *
 *     mean time until a message has arrived = l + T + sum_{j>=1} p^j (T + RTO_j),
 *
 * which without max_timeout, with backoff 2 and p < 1/2 is
 *     l + T/(1-p) + p (rtt + timeout) / (1 - 2p).            (transport_mean_s)
 *
 * How NICs are shared, `sharing`:
 *     fair    all flows at once, max-min fair, as many TCP connections do
 *     queue   datagrams one after another through the sender's NIC, then through the
 * receiver's: a step per message whatever the number of peers Either way a NIC is the node's,
 * shared with everything else that it does. SIMPLIFIED: a lost copy has crossed its sender's
 * NIC and not its receiver's; an acknowledgement takes latency and its bytes' time but competes
 * with nobody. */
#ifndef TRAINCAST_SIM_NETWORK_TRANSPORT_TRANSPORT_H
#define TRAINCAST_SIM_NETWORK_TRANSPORT_TRANSPORT_H

#include "sim/network/loss/loss.h"
#include "sim/network/message.h"
#include "sim/network/network.h"

enum sharing { SHARING_BY_KIND, SHARING_FAIR, SHARING_QUEUE };
extern const char *const sharing_names[];

/* First member of every kind's settings. */
struct timer_conf {
    double timeout_s; /* beyond a round trip */
    double backoff_ratio;
    double max_timeout_s;
    int64_t max_attempts; /* copies; 0: no limit */
    int64_t ack_bytes;
};

struct transport_rule {
    const struct timer_conf *timer;
    bool repairs;        /* acknowledges, and sends again what is missing */
    double deadline_s;   /* since it was sent: then what has arrived is all; INFINITY: none */
    double wanted_ratio; /* of its packets: that is enough */
};

struct transport_kind {
    struct kind kind;
    bool gives_up; /* what was sent may never arrive */
    bool queues;   /* SHARING_BY_KIND means queue */
    struct transport_rule (*rule)(const void *conf);
};

extern const struct family transport_family; /* "transport" */

static inline const struct transport_kind *transport_kind_of(const struct choice *choice)
{
    return (const struct transport_kind *)choice->kind;
}

/* -- one channel's transport ----------------------------------------------------------------
 */
/* The settings are borrowed. */
struct transport_setup {
    struct world *world;
    const char *name;               /* the channel's: names its random numbers */
    const struct choice *transport; /* kind NULL: nothing is lost, repaired, acknowledged */
    const struct choice *loss;      /* kind NULL: none */
    const struct value *latency_s;  /* NaN: the instances' */
    double connection_bytes_per_s;  /* INFINITY: the NICs alone limit */
    enum sharing sharing;
    enum traffic traffic; /* its messages count as this, their acknowledgements as control */
    struct request_count *requests; /* each message is one of these as well; NULL: of none */
};
struct transport *transport_new(const struct transport_setup *setup);
struct transport *transport_free(struct transport *transport); /* nothing is under way */

/* Callback-safe; delivered and over are never called from here.  A message to its own node is
 * delivered now and counts as none. */
void transport_send(struct transport *transport, struct message *message);
/* No-op unless it is under way.  Its callbacks are not called; counted as lost unless it was
 * delivered. */
void transport_recall(struct message *message);
/* The path's mean latency, one way, as the timer takes it. */
double transport_latency_s(const struct transport *transport, const struct node *from,
                           const struct node *to);
/* A sentence about what a loss process of it was told and never came to pass. */
bool transport_unused(const struct transport *transport, char *out, size_t size);

/* -- closed forms ---------------------------------------------------------------------------
 */
/* Mean time from sending to arrival of a message alone in the network that may be repeated for
 * ever; latency_s one way, transfer_s its bytes over the rate, loss_ratio of a copy. */
double transport_mean_s(const struct timer_conf *timer, double latency_s, double transfer_s,
                        double loss_ratio);

/* clang-format off */
#define RFC6298 "RFC 6298; Linux: net/ipv4/tcp_timer.c"
#define TIMER_FIELDS(struct_)                                                                  \
    CONF(struct_, timer.timeout_s, .key = "timeout", .min = 0, .max = 3600, .preset = "200 ms",\
         .doc = "What is not acknowledged this long after a round trip is sent again.",        \
         .source = "Linux: TCP_RTO_MIN; the timer is the smoothed round trip and at least this"),\
    CONF(struct_, timer.backoff_ratio, .key = "backoff", .min = 1, .max = 100, .preset = "2", \
         .doc = "The timer grows by this at each expiry.", .source = RFC6298),                 \
    CONF(struct_, timer.max_timeout_s, .key = "max_timeout", .min = 0, .max = 1e9,             \
         .above_min = true, .preset = "120 s", .doc = "The longest timer.",                    \
         .source = "Linux: TCP_RTO_MAX"),                                                      \
    CONF(struct_, timer.max_attempts, .key = "max_attempts", .min = 0, .max = 1000000,         \
         .preset = "0", .doc = "Copies after which a message has failed; 0: no limit."),       \
    CONF(struct_, timer.ack_bytes, .key = "ack", .min = 0, .max = 1000000, .preset = "66 B",   \
         .doc = "Bytes of an acknowledgement.",                                                \
         .source = "headers of Ethernet, IP and TCP with timestamps: 14 + 20 + 32")
/* clang-format on */

#endif
