/* SPDX-License-Identifier: MIT
 * engine_bench.c -- what a wait, an event and a flow cost.
 *
 * Prints microseconds and, since machines differ, the ratio to the first column of each row.
 * Each figure is the least of REPEATS runs. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "sim/engine/flow.h"

enum { REPEATS = 3, SIZES = 3 };

/* Of the processor, not on the wall: others may be at work on the machine. */
static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static struct engine *begin(void)
{
    struct engine_limits limits = {0};
    struct err err = {""};
    struct engine *engine = engine_new(&limits, &err);
    if (!engine) {
        fprintf(stderr, "%s\n", err.text);
        exit(3);
    }
    return engine;
}

static void end(struct engine *engine)
{
    struct err err = {""};
    if (engine_run(engine, &err) != ENGINE_DONE) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    engine_free(engine);
}

/* Scattered, cheap, and the same on every run. */
static double jitter(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (double)(*state >> 8) / (1 << 24);
}

/* -- actors -------------------------------------------------------------- */
struct waiter {
    long left;
    unsigned random;
};

static void wait_often(struct actor *self, void *arg)
{
    struct waiter *waiter = arg;
    struct engine *engine = actor_engine(self);
    while (waiter->left-- > 0)
        engine_wait(self, engine_now_s(engine) + jitter(&waiter->random), "its time");
}

static double bench_wait(int count)
{
    long total = 1000000;
    struct engine *engine = begin();
    struct waiter *waiter = NEW_ARRAY(struct waiter, (size_t)count);
    for (int i = 0; i < count; i++) {
        waiter[i] = (struct waiter){total / count, (unsigned)i};
        actor_spawn(engine, "waiter", wait_often, &waiter[i]);
    }
    double began_s = cpu_s();
    end(engine);
    double took_s = cpu_s() - began_s;
    free(waiter);
    return took_s / (double)total;
}

static void leave_at_once(struct actor *self, void *arg)
{
    (void)self;
    (void)arg;
}

static double bench_spawn_and_leave(int count)
{
    struct engine *engine = begin();
    double began_s = cpu_s();
    for (int i = 0; i < count; i++)
        actor_spawn(engine, "short", leave_at_once, NULL);
    end(engine);
    return (cpu_s() - began_s) / count;
}

/* -- events -------------------------------------------------------------- */
struct repeating {
    struct event event;
    long *left;
    unsigned random;
};

static void fire_again(struct engine *engine, struct event *event)
{
    struct repeating *repeating = (struct repeating *)event;
    if (--*repeating->left > 0)
        engine_at(engine, event, engine_now_s(engine) + jitter(&repeating->random));
}

static double bench_event(int count)
{
    long total = 5000000, left = total;
    struct engine *engine = begin();
    struct repeating *event = NEW_ARRAY(struct repeating, (size_t)count);
    for (int i = 0; i < count; i++) {
        event[i] = (struct repeating){{.fire = fire_again}, &left, (unsigned)i};
        engine_at(engine, &event[i].event, jitter(&event[i].random));
    }
    double began_s = cpu_s();
    end(engine);
    double took_s = cpu_s() - began_s;
    free(event);
    return took_s / (double)total;
}

/* -- flows --------------------------------------------------------------- */
struct client {
    struct flow flow;
    struct share *share[FLOW_SHARES];
    int share_count;
    double cap_per_s;
    long *left;
    unsigned random;
};

static void flow_again(struct engine *engine, struct flow *flow)
{
    struct client *client = (struct client *)flow;
    if (--*client->left > 0)
        flow_begin(engine, flow, client->share, client->share_count,
                   1 + jitter(&client->random), client->cap_per_s);
}

static double run_clients(struct engine *engine, struct client *client, int count, long total)
{
    long left = total;
    for (int i = 0; i < count; i++) {
        client[i].flow.done = flow_again;
        client[i].left = &left;
        client[i].random = (unsigned)i;
        flow_begin(engine, &client[i].flow, client[i].share, client[i].share_count,
                   jitter(&client[i].random), client[i].cap_per_s);
    }
    double began_s = cpu_s();
    struct err err = {""};
    if (engine_run(engine, &err) != ENGINE_DONE)
        exit(1);
    return (cpu_s() - began_s) / (double)(total + count);
}

/* A NIC each, an infinite service, a cap per connection. */
static double bench_own_nic(int count)
{
    struct engine *engine = begin();
    struct share *service = share_new(engine, "service", INFINITY);
    struct client *client = NEW_ARRAY(struct client, (size_t)count);
    for (int i = 0; i < count; i++) {
        client[i].share[0] = share_new(engine, "nic", 1.1);
        client[i].share[1] = service;
        client[i].share_count = 2;
        client[i].cap_per_s = 1;
    }
    double result = run_clients(engine, client, count, 3000000);
    for (int i = 0; i < count; i++)
        share_free(client[i].share[0]);
    share_free(service);
    free(client);
    engine_free(engine);
    return result;
}

/* A NIC each and a service that is full; caps: of so many kinds. */
static double bench_full_service(int count, int caps)
{
    struct engine *engine = begin();
    struct share *service = share_new(engine, "service", 0.3 * count);
    struct client *client = NEW_ARRAY(struct client, (size_t)count);
    for (int i = 0; i < count; i++) {
        client[i].share[0] = share_new(engine, "nic", 2);
        client[i].share[1] = service;
        client[i].share_count = 2;
        client[i].cap_per_s = caps == 1 ? 1 : 0.2 + 1.0 * (i % caps) / caps;
    }
    double result = run_clients(engine, client, count, caps > 100 ? 100000 : 2000000);
    for (int i = 0; i < count; i++)
        share_free(client[i].share[0]);
    share_free(service);
    free(client);
    engine_free(engine);
    return result;
}

static double bench_full_service_one_cap(int count)
{
    return bench_full_service(count, 1);
}

static double bench_full_service_three_caps(int count)
{
    return bench_full_service(count, 3);
}

static double bench_full_service_own_caps(int count)
{
    return bench_full_service(count, count);
}

/* Four connections at once over a NIC that they fill, to one service. */
static double four_on_a_nic(int count, double service_per_s, long total)
{
    struct engine *engine = begin();
    struct share *service = share_new(engine, "service", service_per_s);
    struct client *client = NEW_ARRAY(struct client, (size_t)count);
    for (int i = 0; i < count; i++) {
        client[i].share[0] = i % 4 ? client[i - 1].share[0] : share_new(engine, "nic", 2.5);
        client[i].share[1] = service;
        client[i].share_count = 2;
        client[i].cap_per_s = 1;
    }
    double result = run_clients(engine, client, count, total);
    for (int i = 0; i < count; i += 4)
        share_free(client[i].share[0]);
    share_free(service);
    free(client);
    engine_free(engine);
    return result;
}

static double bench_four_on_a_nic(int count)
{
    return four_on_a_nic(count, INFINITY, 2000000);
}

/* All NICs are tied together by the service. */
static double bench_four_on_a_nic_and_full_service(int count)
{
    return four_on_a_nic(count, 0.3 * count, 20000);
}

/* Actors that wait, and then transfer over a NIC of their own and a service that is full. */
struct worker {
    struct share *share[2];
    long left;
    bool transfers;
    unsigned random;
};

static void wait_and_transfer(struct actor *self, void *arg)
{
    struct worker *worker = arg;
    struct engine *engine = actor_engine(self);
    while (worker->left-- > 0) {
        engine_sleep_until(self, engine_now_s(engine) + jitter(&worker->random), "its time");
        if (worker->transfers)
            flow_run(self, worker->share, 2, jitter(&worker->random), 2, "its transfer");
    }
}

static double run_workers(int count, bool transfers)
{
    long total = 300000;
    struct engine *engine = begin();
    struct share *service = share_new(engine, "service", 0.3 * count);
    struct worker *worker = NEW_ARRAY(struct worker, (size_t)count);
    for (int i = 0; i < count; i++) {
        worker[i] = (struct worker){
            {share_new(engine, "nic", 3), service}, total / count, transfers, (unsigned)i};
        actor_spawn(engine, "worker", wait_and_transfer, &worker[i]);
    }
    double began_s = cpu_s();
    struct err err = {""};
    if (engine_run(engine, &err) != ENGINE_DONE)
        exit(1);
    double took_s = cpu_s() - began_s;
    for (int i = 0; i < count; i++)
        share_free(worker[i].share[0]);
    share_free(service);
    free(worker);
    engine_free(engine);
    return took_s / (double)total;
}

static double bench_wait_and_transfer(int count)
{
    return run_workers(count, true);
}

static double bench_transfer_part(int count)
{
    return run_workers(count, true) - run_workers(count, false);
}

/* -- many to many -------------------------------------------------------- */
/* Every worker sends to every other at once, in the given number of rounds; sizes equal or not.
 */
static double bench_all_to_all(int workers, bool equal, int rounds)
{
    struct engine *engine = begin();
    size_t count = (size_t)workers;
    struct share **up = NEW_ARRAY(struct share *, count),
                 **down = NEW_ARRAY(struct share *, count);
    struct flow *flow = NEW_ARRAY(struct flow, count * count);
    for (size_t i = 0; i < count; i++) {
        up[i] = share_new(engine, "up", 100);
        down[i] = share_new(engine, "down", 100);
    }
    unsigned random = 1;
    double began_s = cpu_s();
    for (int round = 0; round < rounds; round++) {
        for (size_t i = 0; i < count; i++)
            for (size_t j = 0; j < count; j++)
                if (i != j)
                    flow_begin(engine, &flow[i * count + j], (struct share *[]){up[i], down[j]},
                               2, equal ? 1 : 1 + jitter(&random), INFINITY);
        struct err err = {""};
        if (engine_run(engine, &err) != ENGINE_DONE)
            exit(1);
    }
    double took_s = cpu_s() - began_s;
    for (size_t i = 0; i < count; i++) {
        share_free(up[i]);
        share_free(down[i]);
    }
    free(up);
    free(down);
    free(flow);
    engine_free(engine);
    return took_s / (double)(count * (count - 1)) / rounds;
}

static double bench_all_to_all_equal(int workers)
{
    return bench_all_to_all(workers, true, 10);
}

static double bench_all_to_all_unequal(int workers)
{
    return bench_all_to_all(workers, false, 1);
}

/* Each worker sends one message at a time, to changing receivers. */
struct sender {
    struct flow flow;
    struct share **up, **down;
    int workers, me;
    long *left;
    unsigned random;
};

static void send_next(struct engine *engine, struct flow *flow)
{
    struct sender *sender = (struct sender *)flow;
    if (--*sender->left <= 0)
        return;
    int to = (sender->me + 1 + (int)(jitter(&sender->random) * (sender->workers - 1))) %
             sender->workers;
    flow_begin(engine, flow, (struct share *[]){sender->up[sender->me], sender->down[to]}, 2,
               1 + jitter(&sender->random), INFINITY);
}

static double bench_one_each(int workers)
{
    struct engine *engine = begin();
    size_t count = (size_t)workers;
    long total = 100000, left = total;
    struct share **up = NEW_ARRAY(struct share *, count),
                 **down = NEW_ARRAY(struct share *, count);
    struct sender *sender = NEW_ARRAY(struct sender, count);
    for (size_t i = 0; i < count; i++) {
        up[i] = share_new(engine, "up", 1);
        down[i] = share_new(engine, "down", 1);
        sender[i] =
            (struct sender){{.done = send_next}, up, down, workers, (int)i, &left, (unsigned)i};
    }
    double began_s = cpu_s();
    for (size_t i = 0; i < count; i++)
        send_next(engine, &sender[i].flow);
    struct err err = {""};
    if (engine_run(engine, &err) != ENGINE_DONE)
        exit(1);
    double took_s = cpu_s() - began_s;
    for (size_t i = 0; i < count; i++) {
        share_free(up[i]);
        share_free(down[i]);
    }
    free(up);
    free(down);
    free(sender);
    engine_free(engine);
    return took_s / (double)total;
}

/* -- the table ----------------------------------------------------------- */
static void row(const char *what, double (*bench)(int), const int size[SIZES])
{
    double first = 0;
    printf("%-44s", what);
    for (int i = 0; i < SIZES; i++) {
        double best = INFINITY;
        for (int repeat = 0; repeat < REPEATS; repeat++)
            best = fmin(best, bench(size[i]));
        if (i == 0)
            first = best;
        printf("  %6d: %8.3f us %5.2f x", size[i], 1e6 * best, best / first);
        fflush(stdout);
    }
    printf("\n");
}

int main(int argc, char **argv)
{
    static const int actors[SIZES] = {10, 1000, 10000};
    static const int clients[SIZES] = {10, 300, 10000};
    static const int web[SIZES] = {12, 100, 1200};
    static const int workers[SIZES] = {10, 30, 100};
    static const struct {
        const char *what;
        double (*bench)(int);
        const int *size;
    } rows[] = {
        {"timed wait of an actor, at n actors", bench_wait, actors},
        {"spawn and leave, n at once", bench_spawn_and_leave, actors},
        {"event with callback, n pending", bench_event, clients},
        {"flow: own NIC, infinite service, cap", bench_own_nic, clients},
        {"flow: four on a full NIC", bench_four_on_a_nic, clients},
        {"flow: full service, one cap", bench_full_service_one_cap, clients},
        {"flow: full service, three caps", bench_full_service_three_caps, clients},
        {"flow: full service, n caps", bench_full_service_own_caps, clients},
        {"actor: wait and transfer, full service", bench_wait_and_transfer, clients},
        {"actor: the transfer part of that", bench_transfer_part, clients},
        {"flow: four on a full NIC, full service", bench_four_on_a_nic_and_full_service, web},
        {"flow: n workers, one message each", bench_one_each, workers},
        {"flow: n workers, all to all, equal sizes", bench_all_to_all_equal, workers},
        {"flow: n workers, all to all, unequal sizes", bench_all_to_all_unequal, workers},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (argc < 2 || strstr(rows[i].what, argv[1]))
            row(rows[i].what, rows[i].bench, rows[i].size);
    return 0;
}
