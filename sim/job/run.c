/* SPDX-License-Identifier: MIT
 * run.c -- see run.h. */
#include "sim/job/run.h"

#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* What a signal handler may touch; the engine itself is one per process. */
static struct engine *volatile engine_in_progress;
static volatile sig_atomic_t interrupted;

const struct group_conf *run_group(const struct run *run, int group)
{
    return (const struct group_conf *)run->scenario->groups.entry + group;
}

int run_find(const struct map *map, const char *name)
{
    for (size_t i = 0; i < map->count; i++)
        if (!strcmp(map->name[i], name))
            return (int)i;
    return -1;
}

int64_t run_cost_pusd(const struct run *run)
{
    int64_t cost_pusd = ledger_cost_pusd(run->world.ledger);

    if (run->trial)
        return run_cost_pusd(run->trial->parent);
    for (size_t i = 0; i < run->platform_count; i++)
        cost_pusd += run->platform[i]->kind->accrued_pusd(run->platform[i]);
    for (size_t i = 0; i < run->channel_count; i++)
        cost_pusd += run->channel[i]->kind->accrued_pusd(run->channel[i]);
    return cost_pusd;
}

void run_stop(struct run *run, enum run_status status, const char *stop_reason,
              const char *format, ...)
{
    va_list args;

    if (run->ended)
        return;
    run->ended = true;
    run->end.status = status;
    snprintf(run->stop_reason, sizeof run->stop_reason, "%s", stop_reason);
    va_start(args, format);
    vsnprintf(run->message, sizeof run->message, format, args);
    va_end(args);
}

bool run_is_stopped(const struct run *run)
{
    return run->ended;
}

struct channel *run_open_channel(struct run *run, const char *name, const struct choice *choice)
{
    struct run *parent = run->trial ? run->trial->parent : NULL;
    struct channel *channel;

    for (size_t i = 0; parent && i < parent->channel_count; i++)
        if (!strcmp(parent->channel[i]->name, name))
            return parent->channel[i];
    if (parent)
        return run_open_channel(parent, name, choice);
    channel = channel_kind_of(choice)->open(&run->world, name, choice->conf);
    ROOM_FOR_ONE(run->channel, run->channel_count, run->channel_capacity);
    return run->channel[run->channel_count++] = channel;
}

/* SIMPLIFIED: a further platform of a group has the group's links, and on them the same of its
 * messages are lost. */
struct platform *run_open_platform(struct run *run, int group, const char *name)
{
    const struct group_conf *conf = run_group(run, group);
    struct platform *platform;

    run->world.platforms = (size_t)group; /* the number that it gets */
    platform = platform_kind_of(&conf->platform)
                   ->open(&run->world, name, conf->count, &conf->pace, conf->platform.conf);
    ROOM_FOR_ONE(run->platform, run->platform_count, run->platform_capacity);
    run->platform[run->platform_count++] = platform;
    run->world.platform = run->platform;
    run->world.platforms = run->platform_count;
    return platform;
}

void run_release(struct run *run)
{
    if (run->released)
        return;
    run->released = true;
    run->end.sim_time_s = engine_now_s(run->world.engine);
    if (run->trial) {
        run->trial->over(run);
        return;
    }
    for (size_t i = 0; i < run->platform_count; i++)
        run->platform[i]->kind->release(run->platform[i]);
    for (size_t i = 0; i < run->channel_count; i++)
        if (run->channel[i]->kind->release)
            run->channel[i]->kind->release(run->channel[i]);
}

/* -- runs inside a run -- */
void run_left(struct run *run)
{
    run_release(run);
    if (run->trial)
        run->trial->left(run);
}

int run_worker_entity(struct run *run, int number)
{
    struct trial *trial = run->trial;

    if (!trial)
        return ledger_entity(run->world.ledger, "worker", number);
    if (trial->entity[number] < 0)
        trial->entity[number] =
            ledger_entity(run->world.ledger, "worker", trial->first_worker + number);
    return trial->entity[number];
}

void run_round(struct run *run, const struct round_row *row)
{
    struct trial *trial = run->trial;

    if (!trial) {
        ledger_round(run->world.ledger, row);
        return;
    }
    ROOM_FOR_ONE(trial->round, trial->round_count, trial->round_capacity);
    trial->round[trial->round_count++] = *row;
}

void run_cut(struct run *run, int entity, double now_s, int64_t step)
{
    if (!run->trial)
        ledger_cut(run->world.ledger, entity, now_s, step);
}

void run_begin_trial(struct run *inside, struct trial *trial, const struct job_kind *job,
                     const struct scenario *scenario, struct learner *learner, int group,
                     struct platform *platform)
{
    struct run *parent = trial->parent;

    *inside = (struct run){.scenario = scenario,
                           .trial = trial,
                           .world = parent->world,
                           .platform_count = scenario->groups.count,
                           .channel_count = scenario->channels.count,
                           .learner = learner};
    run_end_init(&inside->end);
    inside->platform = NEW_ARRAY(struct platform *, inside->platform_count);
    memcpy(inside->platform, parent->platform, inside->platform_count * sizeof platform);
    inside->platform[group] = platform;
    inside->channel = NEW_ARRAY(struct channel *, inside->channel_count);
    memcpy(inside->channel, parent->channel, inside->channel_count * sizeof(struct channel *));
    inside->job = job->start(inside);
}

void run_end_trial(struct run *inside, const struct job_kind *job)
{
    if (inside->job)
        inside->job = job->free(inside->job);
    if (inside->trial)
        free(inside->trial->round);
    free(inside->platform);
    free(inside->channel);
    *inside = (struct run){0};
}

void run_report(struct run *run, int64_t round, double epoch, double epochs_wanted,
                double train_loss)
{
    struct run_progress progress = {
        .round = round,
        .epoch = epoch,
        .epochs_wanted = epochs_wanted,
        .train_loss = train_loss,
        .sim_time_s = engine_now_s(run->world.engine),
    };

    if (!run->progress)
        return;
    progress.cost_pusd = run_cost_pusd(run);
    run->progress(run->progress_arg, &progress);
}

void run_interrupt(void)
{
    interrupted = 1;
    if (engine_in_progress)
        engine_stop(engine_in_progress);
}

static void open_links(struct run *run)
{
    const struct map *links = &run->scenario->links;

    run->link = NEW_ARRAY(struct network_link, links->count);
    for (size_t i = 0; i < links->count; i++) {
        const struct link_conf *conf = (const struct link_conf *)links->entry + i;
        bool says_latency = !isnan(value_mean(&conf->latency_s));

        run->link[i] =
            (struct network_link){.name = links->name[i],
                                  .from = run_find(&run->scenario->groups, conf->from),
                                  .to = run_find(&run->scenario->groups, conf->to),
                                  .both_ways = conf->both_ways,
                                  .traffic = conf->traffic,
                                  .latency_s = says_latency ? &conf->latency_s : NULL,
                                  .bandwidth_bytes_per_s = conf->bandwidth_bytes_per_s,
                                  .loss = &conf->loss};
    }
    run->network = (struct network){.link = run->link, .links = (int)links->count};
    run->world.network = &run->network;
}

static void open_all(struct run *run)
{
    const struct scenario *scenario = run->scenario;

    open_links(run);
    for (size_t i = 0; i < scenario->groups.count; i++)
        run_open_platform(run, (int)i, scenario->groups.name[i]);
    for (size_t i = 0; i < scenario->channels.count; i++)
        run_open_channel(run, scenario->channels.name[i],
                         (const struct choice *)scenario->channels.entry + i);
}

/* What the engine's end means for the run, unless the job has already said. */
static void name_the_end(struct run *run, enum engine_end end, const char *reason)
{
    switch (end) {
    case ENGINE_DONE:
        run_stop(run, RUN_FAILED, "unfinished", "the job left without saying how it ended");
        break;
    case ENGINE_DEADLOCK:
        run_stop(run, RUN_DEADLOCK, "deadlock", "%s", reason);
        break;
    case ENGINE_SIM_LIMIT:
        run_stop(run, RUN_TIME_LIMIT, "sim_time", "%s", reason);
        break;
    case ENGINE_WALL_LIMIT:
        run_stop(run, RUN_TIME_LIMIT, "wall_time", "%s", reason);
        break;
    case ENGINE_STOPPED:
        run_stop(run, RUN_CANCELLED, "signal", "stopped from outside at %.6g simulated seconds",
                 engine_now_s(run->world.engine));
        break;
    }
}

/* What a scenario says of messages that never were would be believed. */
static void fail_if_unused(struct run *run)
{
    char text[256];

    for (size_t i = 0; i < run->channel_count && run->end.status == RUN_DONE; i++) {
        const struct channel *channel = run->channel[i];

        if (!channel->kind->unused || !channel->kind->unused(channel, text, sizeof text))
            continue;
        run->end.status = RUN_FAILED;
        run->end.stop_reason = "unused";
        snprintf(run->message, sizeof run->message, "%s", text);
        run->end.message = run->message;
    }
}

static void settle(struct run *run)
{
    run_release(run);
    for (size_t i = 0; i < run->channel_count; i++)
        run->channel[i]->kind->settle(run->channel[i]);
    ledger_end(run->world.ledger, run->end.sim_time_s);
    run->end.stop_reason = run->stop_reason;
    run->end.message = run->message[0] ? run->message : NULL;
    job_kind_of(&run->scenario->job)->figures(run->job, &run->end);
    fail_if_unused(run);
}

bool run_execute(struct run *run, const struct scenario *scenario, struct learner *learner,
                 const struct run_options *options, struct err *err)
{
    struct engine_limits limits = {.wall_time_s = options->wall_time_s};
    struct err reason = {0};
    enum engine_end end;

    *run = (struct run){.scenario = scenario,
                        .learner = learner,
                        .progress = options->progress,
                        .progress_arg = options->progress_arg};
    run_end_init(&run->end);
    run->world.seed = (uint64_t)scenario->seed;
    run->world.engine = engine_new(&limits, err);
    if (!run->world.engine)
        return false;
    run->world.ledger =
        ledger_new((enum span_record)scenario->record.spans, scenario->record.requests == 1);
    open_all(run);
    run->job = job_kind_of(&scenario->job)->start(run);
    engine_in_progress = run->world.engine;
    if (interrupted)
        engine_stop(run->world.engine);
    end = engine_run(run->world.engine, &reason);
    engine_in_progress = NULL;
    name_the_end(run, end, reason.text);
    settle(run);
    return true;
}

void run_done(struct run *run)
{
    if (run->job)
        job_kind_of(&run->scenario->job)->free(run->job);
    for (size_t i = 0; i < run->channel_count; i++)
        run->channel[i]->kind->close(run->channel[i]);
    for (size_t i = 0; i < run->platform_count; i++)
        run->platform[i]->kind->close(run->platform[i]);
    free(run->channel);
    free(run->platform);
    free(run->link);
    engine_free(run->world.engine);
    ledger_free(run->world.ledger);
    *run = (struct run){0};
}
