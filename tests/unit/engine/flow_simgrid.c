/* SPDX-License-Identifier: MIT
 * flow_simgrid.c -- our flows against SimGrid's own on the same links.
 *
 * The exception to "only sim/engine includes SimGrid": SimGrid is the witness here.  It takes
 * one platform per process, so it runs in a child that leaves its times in shared memory.  Its
 * TCP model is switched off to plain max-min (architecture, hazard 5), latencies are zero. */
#include "tests/test.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <simgrid/actor.h>
#include <simgrid/engine.h>
#include <simgrid/host.h>

#include "base/rng.h"
#include "sim/engine/flow.h"

enum { HOSTS = 8, FLOWS = 80 };

struct scene {
    double up[HOSTS], down[HOSTS]; /* bytes/s */
    struct transfer {
        int from, to;
        double begin_s, bytes;
    } transfer[FLOWS];
    int flows;
};

/* -- SimGrid ------------------------------------------------------------- */
static void write_platform(FILE *file, const struct scene *scene)
{
    fprintf(file, "<?xml version='1.0'?>\n"
                  "<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
                  "<platform version=\"4.1\"><zone id=\"world\" routing=\"Full\">\n");
    for (int i = 0; i < HOSTS; i++)
        fprintf(file, "<host id=\"h%d\" speed=\"1Gf\"/>\n", i);
    for (int i = 0; i < HOSTS; i++)
        fprintf(file,
                "<link id=\"u%d\" bandwidth=\"%.17gBps\" latency=\"0s\"/>"
                "<link id=\"d%d\" bandwidth=\"%.17gBps\" latency=\"0s\"/>\n",
                i, scene->up[i], i, scene->down[i]);
    for (int i = 0; i < HOSTS; i++)
        for (int j = 0; j < HOSTS; j++)
            if (i != j)
                fprintf(file,
                        "<route src=\"h%d\" dst=\"h%d\" symmetrical=\"NO\">"
                        "<link_ctn id=\"u%d\"/><link_ctn id=\"d%d\"/></route>\n",
                        i, j, i, j);
    fprintf(file, "</zone></platform>\n");
}

struct sending {
    const struct transfer *transfer;
    double *end_s;
};

static void send_one(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct sending *sending = sg_actor_self_get_data();
    char from[8], to[8];
    snprintf(from, sizeof from, "h%d", sending->transfer->from);
    snprintf(to, sizeof to, "h%d", sending->transfer->to);
    if (sending->transfer->begin_s > 0)
        sg_actor_sleep_until(sending->transfer->begin_s);
    sg_host_sendto(sg_host_by_name(from), sg_host_by_name(to), sending->transfer->bytes);
    *sending->end_s = simgrid_get_clock();
}

static void run_simgrid(const struct scene *scene, double *end_s)
{
    char program[] = "test", quiet[] = "--log=root.thres:critical";
    char model[] = "--cfg=network/model:CM02", gamma[] = "--cfg=network/TCP-gamma:0";
    char cross[] = "--cfg=network/crosstraffic:0", exact[] = "--cfg=maxmin/precision:1e-9";
    char *argv[] = {program, quiet, model, gamma, cross, exact, NULL};
    int argc = 6;
    simgrid_init(&argc, argv);
    int fd = memfd_create("platform", 0);
    FILE *file = fdopen(fd, "w");
    write_platform(file, scene);
    fflush(file);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    simgrid_load_platform(path);
    static struct sending sending[FLOWS];
    for (int i = 0; i < scene->flows; i++) {
        sending[i] = (struct sending){&scene->transfer[i], &end_s[i]};
        sg_actor_t actor = sg_actor_init("sender", sg_host_by_name("h0"));
        sg_actor_set_data(actor, &sending[i]);
        sg_actor_start_(actor, send_one, 0, NULL);
    }
    simgrid_run();
}

/* -- ours ---------------------------------------------------------------- */
struct ours {
    struct event event; /* first */
    struct flow flow;
    struct share *share[2];
    double bytes, end_s;
};

static void note_end(struct engine *engine, struct flow *flow)
{
    ((struct ours *)(void *)((char *)flow - offsetof(struct ours, flow)))->end_s =
        engine_now_s(engine);
}

static void begin_ours(struct engine *engine, struct event *event)
{
    struct ours *ours = (struct ours *)event;
    flow_begin(engine, &ours->flow, ours->share, 2, ours->bytes, INFINITY);
}

static void run_ours(const struct scene *scene, double *end_s)
{
    struct engine_limits limits = {0};
    struct err err = {""};
    struct engine *engine = engine_new(&limits, &err);
    if (!engine)
        abort();
    struct share *up[HOSTS], *down[HOSTS];
    static struct ours ours[FLOWS];
    memset(ours, 0, sizeof ours);
    for (int i = 0; i < HOSTS; i++) {
        up[i] = share_new(engine, "up", scene->up[i]);
        down[i] = share_new(engine, "down", scene->down[i]);
    }
    for (int i = 0; i < scene->flows; i++) {
        const struct transfer *transfer = &scene->transfer[i];
        ours[i].event.fire = begin_ours;
        ours[i].flow.done = note_end;
        ours[i].share[0] = up[transfer->from];
        ours[i].share[1] = down[transfer->to];
        ours[i].bytes = transfer->bytes;
        engine_at(engine, &ours[i].event, transfer->begin_s);
    }
    if (engine_run(engine, &err) != ENGINE_DONE)
        abort();
    for (int i = 0; i < scene->flows; i++)
        end_s[i] = ours[i].end_s;
    for (int i = 0; i < HOSTS; i++) {
        share_free(up[i]);
        share_free(down[i]);
    }
    engine_free(engine);
}

/* Both run in children: an engine of ours starts SimGrid too. */
static void in_child(void (*run)(const struct scene *, double *), const struct scene *scene,
                     double *end_s)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        run(scene, end_s);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void compare(const struct scene *scene)
{
    size_t size = 2 * FLOWS * sizeof(double);
    double *end_s = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(end_s != MAP_FAILED);
    in_child(run_simgrid, scene, end_s);
    in_child(run_ours, scene, end_s + FLOWS);
    for (int i = 0; i < scene->flows; i++) {
        assert_true(end_s[i] > 0);
        assert_close(end_s[FLOWS + i], end_s[i], 1e-6);
    }
    munmap(end_s, size);
}

/* -- scenes -------------------------------------------------------------- */
static void flows_of_unequal_sizes_on_one_link_end_as_simgrids(void **state)
{
    (void)state;
    struct scene scene = {.flows = FLOWS};
    for (int i = 0; i < HOSTS; i++) {
        scene.up[i] = 1e8;
        scene.down[i] = 1e12; /* far from full */
    }
    for (int i = 0; i < FLOWS; i++)
        scene.transfer[i] = (struct transfer){
            .from = 0, .to = 1 + i % (HOSTS - 1), .bytes = 1e7 * (1 + i % 13)};
    compare(&scene);
}

static struct scene random_scene(uint64_t seed, bool staggered)
{
    struct scene scene = {.flows = FLOWS};
    struct rng rng = rng_at(rng_stream(seed, "flow_simgrid"), 0, 0);
    for (int i = 0; i < HOSTS; i++) {
        scene.up[i] = 1e7 * (1 + 9 * rng_uniform(&rng));
        scene.down[i] = 1e7 * (1 + 9 * rng_uniform(&rng));
    }
    for (int i = 0; i < FLOWS; i++) {
        struct transfer *transfer = &scene.transfer[i];
        transfer->from = (int)rng_below(&rng, HOSTS);
        transfer->to = (transfer->from + 1 + (int)rng_below(&rng, HOSTS - 1)) % HOSTS;
        transfer->bytes = 1e7 * (1 + 10 * rng_uniform(&rng));
        transfer->begin_s = staggered ? 20 * rng_uniform(&rng) : 0;
    }
    return scene;
}

static void star_topologies_end_as_simgrids(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 5; seed++) {
        struct scene scene = random_scene(seed, false);
        compare(&scene);
    }
}

static void flows_that_begin_one_after_another_end_as_simgrids(void **state)
{
    (void)state;
    for (uint64_t seed = 10; seed < 15; seed++) {
        struct scene scene = random_scene(seed, true);
        compare(&scene);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flows_of_unequal_sizes_on_one_link_end_as_simgrids),
        cmocka_unit_test(star_topologies_end_as_simgrids),
        cmocka_unit_test(flows_that_begin_one_after_another_end_as_simgrids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
