/* SPDX-License-Identifier: MIT
 * transfer.c -- what a fair-share transfer costs in real time, among 10 clients and 10,000.
 *
 * Every client waits for a time of its own, then sends an amount of its own over one service
 * that all share and fill, again and again.  The same waits alone are subtracted, so that what
 * is left is the transfer: its beginning, its share of every change of rates, its end.
 * Processor time, the least of some repetitions.  Prints one JSON object. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "base/rng.h"
#include "sim/engine/flow.h"

enum { REPETITIONS = 5, STEPS = 1000000 };

struct client {
    struct flow flow;
    struct event event;
    struct share *service; /* NULL: only waits */
    struct rng rng;
    long *left;
};

static struct client *client_of_event(struct event *event)
{
    return (struct client *)((char *)event - offsetof(struct client, event));
}

static void rest(struct engine *engine, struct client *client)
{
    if (--*client->left > 0)
        engine_at(engine, &client->event, engine_now_s(engine) + rng_uniform(&client->rng));
}

static void sent(struct engine *engine, struct flow *flow)
{
    rest(engine, (struct client *)flow);
}

static void send(struct engine *engine, struct event *event)
{
    struct client *client = client_of_event(event);

    if (client->service)
        flow_begin(engine, &client->flow, &client->service, 1, 1 + rng_uniform(&client->rng),
                   3);
    else
        rest(engine, client);
}

static double processor_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Seconds of one client's step. */
static double step_s(int clients, bool transfers)
{
    struct engine_limits limits = {0};
    struct err err = {0};
    struct engine *engine = engine_new(&limits, &err);
    struct share *service = transfers ? share_new(engine, "service", clients) : NULL;
    struct client *client = NEW_ARRAY(struct client, (size_t)clients);
    long left = STEPS;
    double begun_s;

    for (int i = 0; i < clients; i++) {
        client[i].service = service;
        client[i].rng = rng_at(rng_stream(1, "client"), (uint32_t)i, 0);
        client[i].left = &left;
        client[i].flow.done = sent;
        client[i].event.fire = send;
        engine_at(engine, &client[i].event, rng_uniform(&client[i].rng));
    }
    begun_s = processor_s();
    if (engine_run(engine, &err) != ENGINE_DONE) {
        fprintf(stderr, "bench_transfer: %s\n", err.text);
        exit(1);
    }
    begun_s = processor_s() - begun_s;
    share_free(service);
    engine_free(engine);
    free(client);
    return begun_s / STEPS;
}

static double transfer_s(int clients)
{
    double both_s = INFINITY, wait_s = INFINITY;

    for (int i = 0; i < REPETITIONS; i++) {
        both_s = fmin(both_s, step_s(clients, true));
        wait_s = fmin(wait_s, step_s(clients, false));
    }
    return both_s - wait_s;
}

int main(void)
{
    double few_s = transfer_s(10), many_s = transfer_s(10000);

    printf("{\"at_10_us\": %.4f, \"at_10000_us\": %.4f, \"ratio\": %.3f}\n", few_s * 1e6,
           many_s * 1e6, many_s / few_s);
    return 0;
}
