/* SPDX-License-Identifier: MIT
 * context.c -- the only file that calls SimGrid: its start, its clock, and actors as contexts.
 *
 * A SimGrid actor is used as a *carrier*: a stack that runs one body after another, so a run of
 * a million short bodies makes only as many stacks as live at once.  A carrier parks by
 * suspending itself and is resumed from main only, hence never while it runs.  Nothing of
 * SimGrid's that could let another actor run is called from a body but that suspension.
 *
 * SimGrid stays for the life of the process: it cannot be loaded twice (architecture, hazard
 * 4). */
#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <simgrid/actor.h>
#include <simgrid/engine.h>
#include <simgrid/host.h>
#include <simgrid/version.h>

#include "base/memory.h"
#include "sim/engine/inside.h"

enum { STACK_BYTES = 256 << 10, UNGUARDED_STACK_BYTES = 1 << 20 };
enum { OTHER_MAPPINGS = 4000 };

struct carrier {
    struct engine *engine;
    sg_actor_t handle;
    struct actor *actor;   /* whose body it runs; NULL: idle, or to leave when run */
    struct carrier *next;  /* in engine->carriers */
    struct carrier *below; /* in engine->idle_carrier */
};

/* The one mutable object at file scope in the project: what SimGrid allows once per process. */
static struct {
    sg_host_t host; /* NULL: not started yet */
    bool busy;      /* an engine lives */
    bool guards;    /* stacks have guard pages */
    size_t guarded_most;
    char version[40];
} simgrid;

static const char platform_xml[] =
    "<?xml version='1.0'?>\n"
    "<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
    "<platform version=\"4.1\"><zone id=\"world\" routing=\"Full\">"
    "<host id=\"host\" speed=\"1Gf\"/></zone></platform>\n";

/* SimGrid reads platforms from files only. */
static bool load_platform(struct err *err)
{
    int fd = memfd_create("platform", MFD_CLOEXEC);
    if (fd < 0)
        return err_set(err, "SimGrid cannot start: memfd_create: %s", strerror(errno));
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    bool ok = write(fd, platform_xml, sizeof platform_xml - 1) == sizeof platform_xml - 1 &&
              access(path, R_OK) == 0;
    if (ok) {
        simgrid_load_platform(path);
        simgrid.host = sg_host_by_name("host");
    } else {
        err_set(err, "SimGrid cannot start: %s cannot be read: %s", path, strerror(errno));
    }
    close(fd);
    return ok;
}

/* A guard page splits a stack's mapping in two, and the kernel allows so many mappings. */
static size_t guarded_actors_most(void)
{
    long mappings = 65530;
    FILE *file = fopen("/proc/sys/vm/max_map_count", "r");
    if (file) {
        if (fscanf(file, "%ld", &mappings) != 1)
            mappings = 65530;
        fclose(file);
    }
    return mappings > OTHER_MAPPINGS ? (size_t)(mappings - OTHER_MAPPINGS) / 2 : 0;
}

static bool start_simgrid(const struct engine_limits *limits, struct err *err)
{
    simgrid.guarded_most = guarded_actors_most();
    simgrid.guards = limits->actors_most <= simgrid.guarded_most;
    /* Without guard pages SimGrid callocs the stacks.  As separate mappings they come zeroed
     * and untouched; glibc, if let, would take to recycling and clearing them, every byte. */
    if (!simgrid.guards)
        mallopt(M_MMAP_THRESHOLD, 128 << 10);
    /* SimGrid gets arguments of ours, not the user's; the thresholds come first so that the
     * settings behind them are not logged. */
    char program[] = "traincast", quiet[] = "--log=root.thres:critical";
    char factory[] = "--cfg=contexts/factory:raw", threads[] = "--cfg=contexts/nthreads:1";
    char guard[] = "--cfg=contexts/guard-size:1";
    guard[sizeof guard - 2] = simgrid.guards ? '1' : '0';
    char *argv[] = {program, quiet, factory, threads, guard, NULL};
    int argc = 5;
    /* SimGrid catches these to print its own advice; they belong to the program. */
    struct sigaction interrupt, segv;
    sigaction(SIGINT, NULL, &interrupt);
    sigaction(SIGSEGV, NULL, &segv);
    simgrid_init(&argc, argv);
    bool ok = load_platform(err);
    sigaction(SIGINT, &interrupt, NULL);
    sigaction(SIGSEGV, &segv, NULL);
    return ok;
}

bool context_start(const struct engine_limits *limits, struct err *err)
{
    if (simgrid.busy)
        return err_set(err, "there is an engine already: one at a time per process");
    if (!simgrid.host && !start_simgrid(limits, err))
        return false;
    simgrid.busy = true;
    return true;
}

double context_clock_s(void)
{
    return simgrid_get_clock();
}

/* SimGrid adds differences, so its clock may stand an ulp beyond ours, and it refuses to run
 * until a time in its past. */
void context_level(struct engine *engine)
{
    double until_s = engine->simgrid_began_s + engine->now_s;
    if (until_s > simgrid_get_clock())
        simgrid_run_until(until_s);
}

void context_run(struct engine *engine)
{
    (void)engine;
    simgrid_run_until(simgrid_get_clock());
}

static void carrier_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct carrier *carrier = sg_actor_self_get_data();
    while (carrier->actor) {
        struct actor *actor = carrier->actor;
        actor->body(actor, actor->arg);
        actor_leave(actor);
        carrier->actor = NULL;
        carrier->below = carrier->engine->idle_carrier;
        carrier->engine->idle_carrier = carrier;
        sg_actor_suspend(carrier->handle);
    }
    free(carrier);
}

static void carrier_new(struct actor *actor)
{
    struct engine *engine = actor->engine;
    if (simgrid.guards && engine->counts.actors_alive > simgrid.guarded_most) {
        fprintf(
            stderr,
            "traincast: more than %zu actors at once, and engine_limits.actors_most did not "
            "say so; else vm.max_map_count must be raised\n",
            simgrid.guarded_most);
        exit(3);
    }
    struct carrier *carrier = NEW(struct carrier);
    carrier->engine = engine;
    carrier->actor = actor;
    carrier->next = engine->carriers;
    engine->carriers = carrier;
    actor->carrier = carrier;
    size_t bytes = simgrid.guards ? STACK_BYTES : UNGUARDED_STACK_BYTES;
    if (engine->limits.stack_bytes)
        bytes = engine->limits.stack_bytes;
    carrier->handle = sg_actor_init("carrier", simgrid.host);
    sg_actor_set_data(carrier->handle, carrier);
    sg_actor_set_stacksize(carrier->handle, (unsigned)((bytes + 4095) / 4096 * 4)); /* KiB */
    sg_actor_start_(carrier->handle, carrier_main, 0, NULL);
}

void context_make_ready(struct actor *actor)
{
    if (actor->carrier) {
        sg_actor_resume(actor->carrier->handle);
        return;
    }
    struct carrier *idle = actor->engine->idle_carrier;
    if (!idle) {
        carrier_new(actor);
        return;
    }
    actor->engine->idle_carrier = idle->below;
    idle->actor = actor;
    actor->carrier = idle;
    sg_actor_resume(idle->handle);
}

void context_fetch(const struct actor *actor)
{
    enum { LINE = 64, BELOW = 12, ABOVE = 9, AROUND = 10 };
    if (!actor->parked_at)
        return;
    for (int line = -BELOW; line < ABOVE; line++)
        __builtin_prefetch(actor->parked_at + LINE * line, 1);
    for (int line = -AROUND; line < AROUND; line++)
        __builtin_prefetch(actor->handle + LINE * line, 1);
}

void context_park(struct actor *self)
{
    self->parked_at = __builtin_frame_address(0);
    self->handle = (const char *)self->carrier->handle;
    sg_actor_suspend(self->carrier->handle);
}

void context_stop(struct engine *engine)
{
    struct carrier *next;
    for (struct carrier *carrier = engine->carriers; carrier; carrier = next) {
        next = carrier->next;
        assert(!carrier->actor);
        sg_actor_resume(carrier->handle); /* finds no body, frees itself and leaves */
    }
    if (engine->carriers)
        context_run(engine);
    engine->carriers = engine->idle_carrier = NULL;
    simgrid.busy = false;
}

const char *engine_simgrid_version(void)
{
    int major, minor, patch;
    sg_version_get(&major, &minor, &patch);
    snprintf(simgrid.version, sizeof simgrid.version, "%d.%d.%d", major, minor, patch);
    return simgrid.version;
}
