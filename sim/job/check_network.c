/* SPDX-License-Identifier: MIT
 * check_network.c -- see check_network.h. */
#include "sim/job/check_network.h"

#include <stdio.h>
#include <string.h>

#include "sim/channel/channel.h"
#include "sim/job/job.h"
#include "sim/network/loss/loss.h"
#include "sim/scenario/scenario.h"

struct settings { /* of a channel or link */
    struct loss_check check;
    const struct scenario *scenario;
    const char *path; /* "channels.main" */
    const struct job_messages *messages;
};

static struct place place_of_setting(const struct loss_check *check, const char *key)
{
    const struct settings *settings = (const struct settings *)check;
    char path[256];

    snprintf(path, sizeof path, "%s.%s", settings->path, key);
    return scenario_place(settings->scenario, path);
}

static int64_t messages_of(const struct loss_check *check, int64_t round, int64_t from,
                           int64_t to)
{
    const struct job_messages *messages = ((const struct settings *)check)->messages;

    return messages->count(messages, round, (int)from, (int)to);
}

/* What goes over the channel, or over links between its nodes. */
static struct settings settings_at(const struct scenario *scenario,
                                   const struct choice *channel, const char *path,
                                   struct diag_list *diags)
{
    struct settings settings = {
        .check =
            {
                .diags = diags,
                .place = place_of_setting,
                .rounds = scenario->stop.rounds,
                .of_requests = !channel_kind_of(channel)->facts(channel->conf).has_receiver,
            },
        .scenario = scenario,
        .path = path};

    for (size_t i = 0; i < scenario->groups.count; i++)
        if (strcmp(scenario->groups.name[i], "workers") == 0)
            settings.check.nodes =
                ((const struct group_conf *)scenario->groups.entry + i)->count;
    return settings;
}

/* -- which link messages take ----------------------------------------------------------------
 */

/* Whom the channel connects the workers with; NULL: with no group. */
static const char *other_end(const struct channel_facts *facts)
{
    return facts->has_receiver ? "workers" : facts->on;
}

/* Does a message between these two groups, of that class, fit the link? */
static bool fits(const struct link_conf *link, const char *from, const char *to,
                 enum traffic traffic)
{
    return ((strcmp(link->from, from) == 0 && strcmp(link->to, to) == 0) ||
            (link->both_ways && strcmp(link->from, to) == 0 && strcmp(link->to, from) == 0)) &&
           (link->traffic == TRAFFIC_COUNT || link->traffic == (int)traffic);
}

/* The first link that fits counts (network.h); -1: none. */
static int link_taken(const struct scenario *scenario, const char *from, const char *to,
                      enum traffic traffic)
{
    for (size_t i = 0; i < scenario->links.count; i++)
        if (fits((const struct link_conf *)scenario->links.entry + i, from, to, traffic))
            return (int)i;
    return -1;
}

static bool is_taken(const struct scenario *scenario, const struct channel_facts *facts,
                     int link)
{
    const char *other = other_end(facts);

    return link_taken(scenario, "workers", other, facts->traffic) == link ||
           link_taken(scenario, other, "workers", facts->traffic) == link;
}

static bool connects(const struct channel_facts *facts, const char *from, const char *to)
{
    const char *other = other_end(facts);

    return other && ((strcmp(from, "workers") == 0 && strcmp(to, other) == 0) ||
                     (strcmp(to, "workers") == 0 && strcmp(from, other) == 0));
}

/* What decides about messages over the first channel, which has receivers: its own loss, or
 * that of the link which they all take.  Where it stands in *path; NULL: nothing is lost. */
static const struct choice *loss_in_force(const struct scenario *scenario, char *path,
                                          size_t size)
{
    const struct choice *main = scenario->channels.entry;
    const struct channel_kind *kind = channel_kind_of(main);
    int taken = link_taken(scenario, "workers", "workers", kind->facts(main->conf).traffic);
    const struct link_conf *link = scenario->links.entry;

    if (taken >= 0 && link[taken].loss.kind) {
        snprintf(path, size, "links.%s.loss", scenario->links.name[taken]);
        return &link[taken].loss;
    }
    snprintf(path, size, "channels.%s.loss", scenario->channels.name[0]);
    return kind->loss ? kind->loss(main->conf) : NULL;
}

/* -- settings of channels and links ---------------------------------------------------------
 */

static void check_channel(const struct choice *channel, const struct settings *settings)
{
    if (channel_kind_of(channel)->check)
        channel_kind_of(channel)->check(channel->conf, &settings->check);
}

void job_check_channel(const struct scenario *scenario, const struct choice *channel,
                       const char *path, struct diag_list *diags)
{
    struct settings settings = settings_at(scenario, channel, path, diags);

    check_channel(channel, &settings);
}

static void check_settings(const struct scenario *scenario, struct diag_list *diags)
{
    const struct choice *main = scenario->channels.entry;
    char path[128];

    for (size_t i = 0; i < scenario->channels.count; i++) {
        snprintf(path, sizeof path, "channels.%s", scenario->channels.name[i]);
        job_check_channel(scenario, main + i, path, diags);
    }
    for (size_t i = 0; scenario->channels.count && i < scenario->links.count; i++) {
        const struct choice *loss =
            &((const struct link_conf *)scenario->links.entry + i)->loss;
        struct settings settings = settings_at(scenario, main, path, diags);

        snprintf(path, sizeof path, "links.%s", scenario->links.name[i]);
        if (loss->kind && loss_kind_of(loss)->check)
            loss_kind_of(loss)->check(loss->conf, &settings.check);
    }
}

static int64_t count_none(const struct job_messages *messages, int64_t round, int from, int to)
{
    (void)messages;
    (void)round;
    (void)from;
    (void)to;
    return 0;
}

/* path: whose loss it is. */
static void check_messages_of(const struct scenario *scenario, const struct choice *loss,
                              const char *path, const struct job_messages *messages,
                              struct diag_list *diags)
{
    struct settings settings = settings_at(scenario, scenario->channels.entry, path, diags);

    settings.messages = messages;
    settings.check.messages = messages_of;
    if (messages->rounds)
        settings.check.rounds = messages->rounds;
    if (loss && loss->kind && loss_kind_of(loss)->check)
        loss_kind_of(loss)->check(loss->conf, &settings.check);
}

void job_check_messages(const struct scenario *scenario, const struct job_messages *messages,
                        struct diag_list *diags)
{
    const struct job_messages none = {.count = count_none, .rounds = messages->rounds};
    const struct choice *main = scenario->channels.entry;
    const struct channel_kind *kind = channel_kind_of(main);
    const struct choice *own = kind->loss ? kind->loss(main->conf) : NULL, *in_force;
    char path[128];

    if (!kind->facts(main->conf).has_receiver)
        return;
    in_force = loss_in_force(scenario, path, sizeof path);
    snprintf(path, sizeof path, "channels.%s", scenario->channels.name[0]);
    check_messages_of(scenario, own, path, own == in_force ? messages : &none, diags);
    for (size_t i = 0; i < scenario->links.count; i++) {
        const struct link_conf *link = (const struct link_conf *)scenario->links.entry + i;

        snprintf(path, sizeof path, "links.%s", scenario->links.name[i]);
        check_messages_of(scenario, &link->loss, path,
                          &link->loss == in_force ? messages : &none, diags);
    }
}

/* -- what would be sent again for ever ------------------------------------------------------
 */

static bool may_lose(const struct scenario *scenario)
{
    const struct job_kind *job = job_kind_of(&scenario->job);

    return job->may_lose && job->may_lose(scenario);
}

static void check_passage_of(const struct scenario *scenario, const struct choice *loss,
                             int64_t bytes, const char *path, struct diag_list *diags)
{
    double lost_ratio = loss_again_ratio(loss, bytes);
    char size[64];

    if (lost_ratio >= 1) {
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, path),
                 "every message is lost and would be sent again for ever");
        return;
    }
    if (!bytes || lost_ratio < 1 - 1e-4)
        return;
    units_format((double)bytes, DIMENSION_BYTES, size, sizeof size);
    diag_add(diags, DIAG_ERROR, scenario_place(scenario, path),
             "of a message of %s all but %.2g of the copies are lost: it would be sent again "
             "for ever; lose 'per: packet', or less",
             size, 1 - lost_ratio);
}

void job_check_passage(const struct scenario *scenario, int64_t bytes, struct diag_list *diags)
{
    const struct choice *main = scenario->channels.entry, *loss;
    struct channel_facts facts = channel_kind_of(main)->facts(main->conf);
    char path[128];

    if (!facts.has_receiver || !facts.is_watched || (may_lose(scenario) && !facts.repeats))
        return;
    loss = loss_in_force(scenario, path, sizeof path);
    if (loss && loss->kind)
        check_passage_of(scenario, loss, bytes, path, diags);
}

/* -- links ----------------------------------------------------------------------------------
 */

static void check_link(const struct scenario *scenario, int number, const char *path,
                       struct diag_list *diags)
{
    const struct link_conf *link = (const struct link_conf *)scenario->links.entry + number;
    const struct choice *main = scenario->channels.entry;
    struct channel_facts facts = {.traffic = TRAFFIC_COUNT};

    if (scenario->channels.count)
        facts = channel_kind_of(main)->facts(main->conf);
    if (!connects(&facts, link->from, link->to))
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, path),
                 "no channel of this scenario goes from group '%s' to group '%s'", link->from,
                 link->to);
    else if (link->traffic != TRAFFIC_COUNT && link->traffic != (int)facts.traffic)
        diag_add(diags, DIAG_WARNING, scenario_place(scenario, path),
                 "nothing takes this link: the messages of channel '%s' are of class '%s'",
                 main->kind->name, traffic_names[facts.traffic]);
    else if (!is_taken(scenario, &facts, number))
        diag_add(diags, DIAG_WARNING, scenario_place(scenario, path),
                 "nothing takes this link: one before it fits the same messages");
    else if (link->loss.kind && loss_kind_of(&link->loss)->lose && !facts.is_watched)
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, path),
                 "messages are lost, and nothing says what is done about it: give the channel "
                 "a '%s'",
                 facts.has_receiver ? "transport" : "client");
}

static void check_shadowed(const struct scenario *scenario, struct diag_list *diags)
{
    const struct choice *main = scenario->channels.entry, *own = NULL;
    char taken[128], path[128];

    if (channel_kind_of(main)->facts(main->conf).has_receiver && channel_kind_of(main)->loss)
        own = channel_kind_of(main)->loss(main->conf);
    if (!own || !own->kind || loss_in_force(scenario, taken, sizeof taken) == own)
        return;
    snprintf(path, sizeof path, "channels.%s.loss", scenario->channels.name[0]);
    diag_add(diags, DIAG_WARNING, scenario_place(scenario, path),
             "nothing is lost by this: all messages take a link that has a loss of its own");
}

/* A setting that nothing reads would be believed. */
static void check_links(const struct scenario *scenario, struct diag_list *diags)
{
    char path[128];

    for (size_t i = 0; i < scenario->links.count; i++) {
        snprintf(path, sizeof path, "links.%s", scenario->links.name[i]);
        check_link(scenario, (int)i, path, diags);
    }
}

void job_check_network(const struct scenario *scenario, struct diag_list *diags)
{
    size_t errors = diags->errors;

    check_links(scenario, diags);
    check_settings(scenario, diags);
    if (!scenario->channels.count || diags->errors > errors)
        return;
    check_shadowed(scenario, diags);
    job_check_passage(scenario, 0, diags);
}
