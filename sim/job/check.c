/* SPDX-License-Identifier: MIT
 * check.c -- what only a whole scenario can tell, whatever its job: do its parts fit together?
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/channel/channel.h"
#include "sim/job/check_network.h"
#include "sim/job/job.h"
#include "sim/node/platform.h"
#include "sim/scenario/scenario.h"

/* A member that is not there would be believed to straggle. */
static void check_stragglers(const struct scenario *scenario, size_t group,
                             struct diag_list *diags)
{
    const struct group_conf *conf = (const struct group_conf *)scenario->groups.entry + group;
    const struct platform_kind *kind = platform_kind_of(&conf->platform);
    bool numbered = job_kind_of(&scenario->job)->trains ||
                    !isfinite(kind->facts(conf->platform.conf).lifetime_s);
    char key[256];

    for (size_t i = 0; i < conf->pace.stragglers.count; i++) {
        const struct straggler_conf *straggler =
            (const struct straggler_conf *)conf->pace.stragglers.entry + i;

        snprintf(key, sizeof key, "groups.%s.stragglers.%s.member",
                 scenario->groups.name[group], conf->pace.stragglers.name[i]);
        if (!numbered)
            diag_add(diags, DIAG_ERROR, scenario_place(scenario, key),
                     "functions of a job '%s' have no numbers: give 'speed' a distribution",
                     scenario->job.kind->name);
        else if (straggler->member >= conf->count)
            diag_add(diags, DIAG_ERROR, scenario_place(scenario, key),
                     "group '%s' has no member %lld: its %lld are numbered from 0",
                     scenario->groups.name[group], (long long)straggler->member,
                     (long long)conf->count);
    }
}

static void check_platforms(const struct scenario *scenario, struct diag_list *diags)
{
    char key[128];

    for (size_t i = 0; i < scenario->groups.count; i++) {
        const struct group_conf *group = (const struct group_conf *)scenario->groups.entry + i;
        const struct platform_kind *kind = platform_kind_of(&group->platform);

        snprintf(key, sizeof key, "groups.%s.platform", scenario->groups.name[i]);
        if (kind->check)
            kind->check(group->platform.conf, scenario_place(scenario, key), diags);
        snprintf(key, sizeof key, "groups.%s.speed", scenario->groups.name[i]);
        if (group->pace.speed_ratio.kind == VALUE_TRACE)
            diag_add(
                diags, DIAG_ERROR, scenario_place(scenario, key),
                "a node's speed is drawn once and kept: give a number or a distribution, not "
                "a trace in time");
        check_stragglers(scenario, i, diags);
    }
}

/* A service that runs on a group's machine needs the group, and machines. */
static void check_channels(const struct scenario *scenario, struct diag_list *diags)
{
    for (size_t i = 0; i < scenario->channels.count; i++) {
        const struct choice *channel = (const struct choice *)scenario->channels.entry + i;
        const char *on = channel_kind_of(channel)->facts(channel->conf).on;
        const struct group_conf *group = NULL;
        char key[128];

        snprintf(key, sizeof key, "channels.%s.on", scenario->channels.name[i]);
        for (size_t j = 0; on && j < scenario->groups.count; j++)
            if (strcmp(scenario->groups.name[j], on) == 0)
                group = (const struct group_conf *)scenario->groups.entry + j;
        if (on && !group)
            diag_add(diags, DIAG_ERROR, scenario_place(scenario, key),
                     "'%s' runs on a machine of group '%s', which is not there: give 'groups: "
                     "{%s: {count: 1, platform: {kind: iaas, ...}}}'",
                     channel->kind->name, on, on);
        else if (on && isfinite(platform_kind_of(&group->platform)
                                    ->facts(group->platform.conf)
                                    .lifetime_s))
            diag_add(diags, DIAG_ERROR, scenario_place(scenario, key),
                     "'%s' needs a machine to run on; group '%s' has functions",
                     channel->kind->name, on);
    }
}

static bool runs_a_channel(const struct scenario *scenario, const char *group)
{
    for (size_t i = 0; i < scenario->channels.count; i++) {
        const struct choice *channel = (const struct choice *)scenario->channels.entry + i;
        const char *on = channel_kind_of(channel)->facts(channel->conf).on;

        if (on && strcmp(on, group) == 0)
            return true;
    }
    return false;
}

/* A job that trains has its group by name, any other the first. */
static bool is_the_jobs(const struct scenario *scenario, size_t group)
{
    return job_kind_of(&scenario->job)->trains
               ? strcmp(scenario->groups.name[group], "workers") == 0
               : group == 0;
}

/* Groups and channels that nobody uses would be believed to take part. */
static void check_use(const struct scenario *scenario, struct diag_list *diags)
{
    char key[128];

    for (size_t i = 0; i < scenario->groups.count; i++) {
        const char *name = scenario->groups.name[i];

        snprintf(key, sizeof key, "groups.%s", name);
        if (!is_the_jobs(scenario, i) && !runs_a_channel(scenario, name))
            diag_add(
                diags, DIAG_WARNING, scenario_place(scenario, key),
                "group '%s' takes part in nothing: a job '%s' uses %s, a channel the group "
                "that it runs 'on'",
                name, scenario->job.kind->name,
                job_kind_of(&scenario->job)->trains ? "'workers'" : "the first one");
    }
    for (size_t i = 1; i < scenario->channels.count; i++) {
        snprintf(key, sizeof key, "channels.%s", scenario->channels.name[i]);
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, key),
                 "channel '%s' is used by nobody: a job uses the first one",
                 scenario->channels.name[i]);
    }
}

void job_check_parts(const struct scenario *scenario, struct diag_list *diags)
{
    check_platforms(scenario, diags);
    check_channels(scenario, diags);
    check_use(scenario, diags);
    job_check_network(scenario, diags);
}
