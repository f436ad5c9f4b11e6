/* SPDX-License-Identifier: MIT
 * loss.h -- which messages a network loses.
 *
 * Family "loss".  A *loss process* belongs to a channel or to a link between groups, for one
 * class of traffic; it decides about *copies* of messages (the first sending and each
 * retransmission) from indexed random numbers: a pure function of (seed, name, link, number of
 * the message, attempt, packet).  Nothing is drawn from a running stream, no state is kept.
 *
 * What one loss costs is the process's granularity, `per`:
 *     message   the copy is lost, or not: one decision
 *     block     of k packets: void if one of them is lost, 1 - (1 - r)^k
 *     packet    each packet's slice counts alone: part of a message may arrive
 * k = bytes / packet, rounded up, at least 1.
 *
 * To add a kind: write yours.c (start from bernoulli.c), add its line to list.h. */
#ifndef TRAINCAST_SIM_NETWORK_LOSS_LOSS_H
#define TRAINCAST_SIM_NETWORK_LOSS_LOSS_H

#include "base/diag.h"
#include "base/field.h"
#include "base/rng.h"

enum { LOSS_PACKETS_MOST = 1 << 24 }; /* of one message */
enum loss_per { LOSS_PER_MESSAGE, LOSS_PER_BLOCK, LOSS_PER_PACKET };

/* First member of every kind's settings. */
struct loss_conf {
    int per; /* enum loss_per */
    int64_t packet_bytes;
};

/* A copy of a message, or of what of it was missing. */
struct loss_copy {
    uint32_t from, to; /* the nodes' ids, see loss_node_id */
    uint32_t number;   /* of the message on its link */
    int attempt;       /* 0: the first copy */
    int32_t packets;   /* of the whole message: loss_packets */
    int64_t bytes;     /* likewise */
    int64_t round;
    uint32_t which; /* of the link's messages of the round, from 0 */
    double sent_s;
};

struct loss_process;

/* For finding what is wrong with settings that no table can say about one field alone. */
struct loss_check {
    struct diag_list *diags;
    /* Of a key of the channel's or link's settings: "loss.mean_burst". */
    struct place (*place)(const struct loss_check *check, const char *key);
    const void *arg;  /* place's */
    int64_t nodes;    /* that send to each other; 0: not known */
    int64_t rounds;   /* that the run has at most; 0: not known */
    bool of_requests; /* what it loses are requests to a service, which are of no round */
    /* How many messages node `from` sends node `to` in the round, counted from 1; NULL: that
     * is not known. */
    int64_t (*messages)(const struct loss_check *check, int64_t round, int64_t from,
                        int64_t to);
};

struct loss_kind {
    struct kind kind;
    void (*check)(const void *conf, const struct loss_check *check); /* NULL: nothing */
    /* Memory of the kind's own, made once; NULL: it needs none. */
    void *(*open)(const void *conf);
    void (*close)(void *state);
    /* Decides about copy->packets packets.  Sets the bits of those that are lost in lost[]
     * (cleared before) and returns how many they are; with lost NULL any number above 0 says
     * that some are.  NULL: never any. */
    int64_t (*lose)(const struct loss_process *process, const struct loss_copy *copy,
                    uint64_t *lost);
    /* Of one packet, on average over time: what closed forms take; NaN: nobody knows. */
    double (*mean_ratio)(const void *conf);
    /* Of so many packets sent one after another, something is lost.  NULL: as if each were on
     * its own. */
    double (*void_ratio)(const void *conf, int32_t packets);
    /* The run is over: a sentence about what never came to pass; false: nothing to say. */
    bool (*unused)(const void *state, char *out, size_t size);
};

struct loss_process {
    const struct loss_kind *kind;
    const struct loss_conf *conf;
    struct rng_stream stream;
    void *state;
};

extern const struct family loss_family; /* "loss" */

static inline const struct loss_kind *loss_kind_of(const struct choice *choice)
{
    return (const struct loss_kind *)choice->kind;
}

/* choice->kind NULL or `none`: returns NULL, a process that never loses anything. */
struct loss_process *loss_new(const struct choice *choice, struct rng_stream stream);
struct loss_process *loss_free(struct loss_process *process);

/* Packets of a message of so many bytes: 1 unless losses are per packet or block. */
int32_t loss_packets(const struct loss_process *process, int64_t bytes);
/* How many packets of the copy are lost; lost: [(copy->packets + 63) / 64], zeroed, gets their
 * bits. */
int32_t loss_decide(const struct loss_process *process, const struct loss_copy *copy,
                    uint64_t *lost);
/* The share of copies of a message with so many bytes that a transport which repairs has to
 * send again; `per: packet`, where it sends packets again, the share of those. */
double loss_again_ratio(const struct choice *choice, int64_t bytes);

/* The numbers of this copy, from its packet `packet` on, for kinds. */
struct rng loss_rng(const struct loss_process *process, const struct loss_copy *copy);

/* Nodes of different groups have different ids. */
static inline uint32_t loss_node_id(uint32_t group, uint32_t number)
{
    return group << 24 ^ number;
}
static inline int64_t loss_node_number(uint32_t id)
{
    return id & 0xffffff;
}

/* clang-format off */
extern const char *const loss_per_names[];
#define LOSS_FIELDS(struct_)                                                                   \
    CONF(struct_, loss.per, .key = "per", .names = loss_per_names, .preset = "message",       \
         .doc = "What one loss costs: `message` (each is lost or not), `block` (a message of " \
                "k packets is void if one of them is lost), `packet` (each packet's slice of " \
                "the message counts alone)."),                                                 \
    CONF(struct_, loss.packet_bytes, .key = "packet", .min = 4, .max = 1e9,                    \
         .preset = "1448 B", .doc = "Payload of a packet; with `per: message` it is not used.",\
         .source = "Ethernet's 1,500 bytes less headers of IP and TCP with timestamps")
/* clang-format on */

#endif
