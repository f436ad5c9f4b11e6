/* SPDX-License-Identifier: MIT
 * check_network.c -- see check_network.h. */
#include "sim/job/check_network.h"

#include <stdio.h>
#include <string.h>

#include "sim/channel/channel.h"
#include "sim/job/job.h"
#include "sim/network/loss/loss.h"

struct settings { /* of a channel or link */
    struct loss_check check;
    const struct scenario *scenario;
    const char *path; /* "channels.main" */
};

static struct place place_of_setting(const struct loss_check *check, const char *key)
{
    const struct settings *settings = (const struct settings *)check;
    char path[256];

    snprintf(path, sizeof path, "%s.%s", settings->path, key);
    return scenario_place(settings->scenario, path);
}

static struct settings settings_at(const struct scenario *scenario, const char *path,
                                   struct diag_list *diags)
{
    struct settings settings = {
        .check = {.diags = diags,
                  .place = place_of_setting,
                  .rounds = scenario->stop.rounds,
                  .may_lose = job_kind_of(&scenario->job)->may_lose &&
                              job_kind_of(&scenario->job)->may_lose(scenario)},
        .scenario = scenario,
        .path = path};

    for (size_t i = 0; i < scenario->groups.count; i++)
        if (strcmp(scenario->groups.name[i], "workers") == 0)
            settings.check.nodes =
                ((const struct group_conf *)scenario->groups.entry + i)->count;
    return settings;
}

void job_check_channel(const struct scenario *scenario, const struct choice *channel,
                       const char *path, struct diag_list *diags)
{
    struct settings settings = settings_at(scenario, path, diags);

    if (channel_kind_of(channel)->check)
        channel_kind_of(channel)->check(channel->conf, &settings.check);
}

static void check_settings(const struct scenario *scenario, struct diag_list *diags)
{
    char path[128];
    struct settings settings = settings_at(scenario, path, diags);

    for (size_t i = 0; i < scenario->channels.count; i++) {
        snprintf(path, sizeof path, "channels.%s", scenario->channels.name[i]);
        job_check_channel(scenario, (const struct choice *)scenario->channels.entry + i, path,
                          diags);
    }
    for (size_t i = 0; i < scenario->links.count; i++) {
        const struct choice *loss =
            &((const struct link_conf *)scenario->links.entry + i)->loss;

        snprintf(path, sizeof path, "links.%s", scenario->links.name[i]);
        if (loss->kind && loss_kind_of(loss)->check)
            loss_kind_of(loss)->check(loss->conf, &settings.check);
    }
}

/* Does the channel carry anything between these groups? */
static bool connects(const struct choice *channel, const char *from, const char *to)
{
    struct channel_facts facts = channel_kind_of(channel)->facts(channel->conf);
    const char *other = facts.has_receiver ? "workers" : facts.on;

    return other && ((strcmp(from, "workers") == 0 && strcmp(to, other) == 0) ||
                     (strcmp(to, "workers") == 0 && strcmp(from, other) == 0));
}

/* A setting that nothing reads would be believed. */
static void check_links(const struct scenario *scenario, struct diag_list *diags)
{
    const struct choice *main = scenario->channels.entry;
    char path[128];

    for (size_t i = 0; i < scenario->links.count; i++) {
        const struct link_conf *link = (const struct link_conf *)scenario->links.entry + i;

        snprintf(path, sizeof path, "links.%s", scenario->links.name[i]);
        if (!scenario->channels.count || !connects(main, link->from, link->to))
            diag_add(diags, DIAG_ERROR, scenario_place(scenario, path),
                     "no channel of this scenario goes from group '%s' to group '%s'",
                     link->from, link->to);
        else if (link->loss.kind && loss_kind_of(&link->loss)->lose &&
                 !channel_kind_of(main)->facts(main->conf).is_watched)
            diag_add(diags, DIAG_ERROR, scenario_place(scenario, path),
                     "messages are lost, and nothing says what is done about it: give the "
                     "channel a '%s'",
                     channel_kind_of(main)->facts(main->conf).has_receiver ? "transport"
                                                                           : "client");
    }
}

void job_check_network(const struct scenario *scenario, struct diag_list *diags)
{
    check_links(scenario, diags);
    check_settings(scenario, diags);
}
