/* SPDX-License-Identifier: MIT
 * lab.h -- some nodes, one transport, and a story of messages between them. */
#ifndef TRAINCAST_TESTS_UNIT_NETWORK_LAB_H
#define TRAINCAST_TESTS_UNIT_NETWORK_LAB_H

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/network/transport/transport.h"
#include "tests/test.h"

enum { LAB_NODES_MOST = 64 };

struct lab {
    struct world world;
    struct node node[LAB_NODES_MOST];
    int nodes;
    struct transport *transport;
    struct value latency_s;
    struct transport_setup setup;
};

static inline const struct kind *lab_kind(const struct family *family, const char *name)
{
    const struct kind *kind = family_find(family, name);

    assert_non_null(kind);
    return kind;
}

/* NICs of 1 MB/s, latency 10 ms unless changed before. */
static inline void lab_open(struct lab *lab, int nodes, double nic_bytes_per_s)
{
    struct engine_limits limits = {0};
    struct err err = {{0}};

    lab->nodes = nodes;
    lab->world.engine = engine_new(&limits, &err);
    assert_non_null(lab->world.engine);
    lab->world.ledger = ledger_new(SPANS_NONE, false);
    if (!lab->world.seed)
        lab->world.seed = 1;
    for (int i = 0; i < nodes; i++) {
        node_init(&lab->node[i], &lab->world, 1, 1, nic_bytes_per_s, nic_bytes_per_s, 0);
        lab->node[i].number = (uint32_t)i;
        lab->node[i].entity = ledger_entity(lab->world.ledger, "node", i);
    }
    if (lab->latency_s.kind == VALUE_CONSTANT && lab->latency_s.a == 0)
        lab->latency_s = value_constant(0.01);
    lab->setup.world = &lab->world;
    lab->setup.name = "main";
    lab->setup.latency_s = &lab->latency_s;
    if (lab->setup.connection_bytes_per_s == 0)
        lab->setup.connection_bytes_per_s = INFINITY;
    lab->transport = transport_new(&lab->setup);
}

static inline void lab_run(struct lab *lab)
{
    struct err err = {{0}};

    assert_int_equal(engine_run(lab->world.engine, &err), ENGINE_DONE);
}

static inline void lab_close(struct lab *lab)
{
    lab->transport = transport_free(lab->transport);
    for (int i = 0; i < lab->nodes; i++)
        node_done(&lab->node[i]);
    ledger_free(lab->world.ledger);
    engine_free(lab->world.engine);
}

static inline const struct message_count *lab_count(const struct lab *lab, enum traffic traffic)
{
    return ledger_messages(lab->world.ledger, traffic);
}

/* Bernoulli's settings as the loader makes them. */
struct lab_bernoulli {
    struct loss_conf loss;
    struct value loss_ratio;
};

static inline struct choice lab_bernoulli(struct lab_bernoulli *conf, double ratio, int per)
{
    *conf = (struct lab_bernoulli){.loss = {.per = per, .packet_bytes = 1000},
                                   .loss_ratio = value_constant(ratio)};
    return (struct choice){.kind = lab_kind(&loss_family, "bernoulli"), .conf = conf};
}

#endif
