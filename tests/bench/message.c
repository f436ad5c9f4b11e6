/* SPDX-License-Identifier: MIT
 * message.c -- what a message over a network that loses some costs in real time.
 *
 * 64 nodes send to each other all at once, again and again, as RPS does: 4,032 messages of
 * 6,250 bytes a phase over 10 Gb/s.  By each transport and way of sharing network cards, with and
 * without loss; `nothing lost` has no loss process at all.  Processor time, the least of some
 * repetitions.  Prints one JSON object of nanoseconds per message. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "sim/network/transport/transport.h"

enum { NODES = 64, REPETITIONS = 3 };

struct bernoulli {
    struct loss_conf loss;
    struct value loss_ratio;
};

struct bench {
    struct event start; /* first, so that one is the other */
    struct world world;
    struct node node[NODES];
    struct transport *transport;
    struct message message[NODES][NODES];
    int phases, phase, under_way;
};

static void send_all(struct bench *bench)
{
    for (int i = 0; i < NODES; i++)
        for (int step = 1; step < NODES; step++) {
            struct message *message = &bench->message[i][(i + step) % NODES];

            message->number = (uint32_t)bench->phase;
            bench->under_way++;
            transport_send(bench->transport, message);
        }
}

static void nothing(struct message *message)
{
    (void)message;
}

static void over(struct message *message)
{
    struct bench *bench = message->owner;

    if (--bench->under_way == 0 && ++bench->phase < bench->phases)
        send_all(bench);
}

static double processor_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void start(struct engine *engine, struct event *event)
{
    (void)engine;
    send_all((struct bench *)event);
}

static double run_once(const char *transport, double ratio, enum sharing sharing, int phases)
{
    struct bench *bench = NEW(struct bench);
    struct err err = {""};
    struct bernoulli bernoulli = {{LOSS_PER_MESSAGE, 1448}, value_constant(ratio)};
    struct timer_conf timer = {
        .timeout_s = 0.2, .backoff_ratio = 2, .max_timeout_s = 120, .ack_bytes = 66};
    struct choice loss = {family_find(&loss_family, "bernoulli"), &bernoulli};
    struct choice rule = {family_find(&transport_family, transport), &timer};
    struct value latency_s = value_constant(50e-6);
    struct transport_setup setup = {.world = &bench->world,
                                    .name = "main",
                                    .transport = &rule,
                                    .loss = ratio > 0 ? &loss : NULL,
                                    .latency_s = &latency_s,
                                    .connection_bytes_per_s = INFINITY,
                                    .sharing = sharing};
    double begin_s;

    bench->phases = phases;
    bench->world.seed = 1;
    bench->world.engine = engine_new(&(struct engine_limits){0}, &err);
    bench->world.ledger = ledger_new(SPANS_NONE, false);
    for (int i = 0; i < NODES; i++) {
        node_init(&bench->node[i], &bench->world, 1, 1, 1.25e9, 1.25e9, 0);
        bench->node[i].number = (uint32_t)i;
    }
    for (int i = 0; i < NODES; i++)
        for (int j = 0; j < NODES; j++)
            bench->message[i][j] = (struct message){.from = &bench->node[i],
                                                    .to = &bench->node[j],
                                                    .bytes = 6250,
                                                    .delivered = nothing,
                                                    .over = over,
                                                    .owner = bench};
    bench->transport = transport_new(&setup);
    begin_s = processor_s();
    bench->start.fire = start;
    engine_at(bench->world.engine, &bench->start, 0);
    engine_run(bench->world.engine, &err);
    begin_s = processor_s() - begin_s;
    transport_free(bench->transport);
    for (int i = 0; i < NODES; i++)
        node_done(&bench->node[i]);
    ledger_free(bench->world.ledger);
    engine_free(bench->world.engine);
    free(bench);
    return begin_s / phases / NODES / (NODES - 1);
}

static void print(const char *name, const char *transport, double ratio, enum sharing sharing,
                  int phases, const char *end)
{
    double best_s = INFINITY;

    for (int i = 0; i < REPETITIONS; i++)
        best_s = fmin(best_s, run_once(transport, ratio, sharing, phases));
    printf("  \"%s\": %.0f%s\n", name, 1e9 * best_s, end);
    fflush(stdout);
}

int main(void)
{
    printf("{\n");
    print("unreliable, queue, nothing lost", "unreliable", 0, SHARING_QUEUE, 100, ",");
    print("unreliable, queue, 10 % lost", "unreliable", 0.1, SHARING_QUEUE, 100, ",");
    print("reliable, queue, 10 % lost", "reliable", 0.1, SHARING_QUEUE, 100, ",");
    print("unreliable, fair, nothing lost", "unreliable", 0, SHARING_FAIR, 20, ",");
    print("unreliable, fair, 10 % lost", "unreliable", 0.1, SHARING_FAIR, 3, ",");
    print("reliable, fair, 10 % lost", "reliable", 0.1, SHARING_FAIR, 3, "");
    printf("}\n");
    return 0;
}
