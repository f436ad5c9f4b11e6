/* SPDX-License-Identifier: MIT
 * exchange_lab.h -- rounds of a collective in a lab (tests/unit/channel/lab.h): who comes when,
 * who dies when, what came out. */
#ifndef TRAINCAST_TESTS_CONFORMANCE_EXCHANGE_LAB_H
#define TRAINCAST_TESTS_CONFORMANCE_EXCHANGE_LAB_H

#include "sim/channel/exchange.h"
#include "sim/channel/store_inside.h"
#include "tests/unit/channel/lab.h"

/* Nodes of 1 MB/s and requests of 0.25 s, unless a trial says otherwise. */
struct trial {
    const char *pattern; /* "gossip": see below */
    const char *channel;
    int ranks, rounds; /* rounds 0: 1 */
    int64_t bytes;
    enum polling polling;
    bool jitter;       /* of latencies: lognormal, sigma 0.5 */
    double late_s;     /* rank r comes r * late_s after the first, in every round */
    double rate_per_s; /* limit on PUTs and on GETs; 0: none */
    int64_t page;      /* keys of a LIST's or messages of a scan's; 0: 1000, or 1 MB */
    bool queries;      /* dynamodb: not scans */
    int exchanges;     /* at once, in one world; 0: 1 */
    double doom_s;     /* when rank `doomed` dies; 0: nobody does */
    int doomed;
    bool replaced; /* it comes back 1 s later on a fresh node, once; else all give up */
};

/* What came out, in lab->out. */
struct ending {
    double end_s;   /* of the last rank */
    double through; /* ranks * exchanges that ran all rounds with OK */
    double lost;    /* that were told LOST */
    double dead;    /* that were told CRASHED */
    double puts, gets, lists, fetches, deletes, failed, refused, bytes;
    double cost_pusd, accrued_pusd; /* bill; sum of what was accrued at every rank's end */
    double messages, bytes_sent, messages_lost;
    double wait_s, communicate_s; /* of rank 0 of the first exchange */
    double rank_end_s[];          /* [exchanges * ranks * rounds] */
};

/* Everyone publishes its vector on lane 0 and collects all others' on lane 1: two lanes, and
 * GATHERs that overlap. */
static inline int64_t gossip_slots(const void *conf, int ranks)
{
    (void)conf;
    return ranks > 1 ? ranks : 0;
}

static inline void gossip_steps(const void *conf, struct schedule *out, int rank, int ranks,
                                int64_t bytes)
{
    struct step put = {.op = STEP_PUT, .slot = rank, .count = 1, .bytes = bytes};
    struct step below = {.op = STEP_GATHER, .count = rank, .lane = 1, .bytes = bytes};
    struct step above = {.op = STEP_GATHER,
                         .slot = rank + 1,
                         .count = ranks - 1 - rank,
                         .lane = 1,
                         .bytes = bytes};

    (void)conf;
    if (ranks > 1)
        schedule_add(out, put);
    if (below.count > 0)
        schedule_add(out, below);
    if (above.count > 0)
        schedule_add(out, above);
}

static const struct collective_kind collective_gossip = {
    .kind = {.name = "gossip"}, .slots = gossip_slots, .steps = gossip_steps};

static inline const struct kind *pattern_named(const char *name)
{
    return strcmp(name, "gossip") ? family_find(&pattern_family, name)
                                  : &collective_gossip.kind;
}

struct member;
struct group {
    struct lab *lab;
    const struct trial *trial;
    struct exchange_plan *plan;
    struct exchange **exchange; /* [rounds] */
    int *left;                  /* [rounds] */
    struct member *member;      /* [ranks] */
    double *rank_end_s;
};
struct member {
    struct group *group;
    int rank, next_round;
    struct node *node;
};

static inline struct ending *ending_of(struct lab *lab)
{
    return (struct ending *)lab->out;
}

static inline void member_body(struct actor *self, void *arg);

static inline void member_gone(struct member *member, enum outcome outcome)
{
    struct group *group = member->group;
    struct lab *lab = group->lab;

    if (outcome == OUTCOME_LOST) {
        ending_of(lab)->lost++;
        return;
    }
    ending_of(lab)->dead++;
    if (group->trial->replaced && ending_of(lab)->dead < 2) {
        member->node = &lab->node[lab->nodes - 1];
        lab->clients++;
        actor_spawn(lab->world.engine, "replacement", member_body, member);
        return;
    }
    for (int round = 0; round < group->trial->rounds; round++)
        exchange_abandon(group->exchange[round]);
}

static inline void member_body(struct actor *self, void *arg)
{
    struct member *member = arg;
    struct group *group = member->group;
    const struct trial *trial = group->trial;
    struct engine *engine = group->lab->world.engine;
    bool doomed =
        trial->doom_s > 0 && member->rank == trial->doomed && ending_of(group->lab)->dead == 0;
    enum outcome outcome =
        engine_sleep_until(self, engine_now_s(engine) + (ending_of(group->lab)->dead > 0), "");

    if (doomed)
        actor_doom(self, trial->doom_s, OUTCOME_CRASHED);
    for (; outcome == OUTCOME_OK && member->next_round < trial->rounds; member->next_round++) {
        int round = member->next_round;

        outcome = engine_sleep_until(self, engine_now_s(engine) + member->rank * trial->late_s,
                                     "its work");
        if (outcome == OUTCOME_OK)
            outcome = exchange_run(self, group->exchange[round], member->rank, member->node);
        if (share_flow_count(member->node->nic_up) ||
            share_flow_count(member->node->nic_down) || member->node->holds)
            exit(9); /* who has left, for good or ill, has nothing under way */
        if (outcome != OUTCOME_OK)
            break;
        group->rank_end_s[round * trial->ranks + member->rank] = engine_now_s(engine);
        ending_of(group->lab)->accrued_pusd +=
            (double)group->lab->channel->kind->accrued_pusd(group->lab->channel);
        if (--group->left[round] == 0 && !trial->doom_s)
            group->exchange[round] = exchange_free(group->exchange[round]);
    }
    ending_of(group->lab)->end_s = engine_now_s(engine);
    if (outcome == OUTCOME_OK)
        ending_of(group->lab)->through++;
    else
        member_gone(member, outcome);
    lab_leave(group->lab);
}

static inline void group_open(struct group *group, struct lab *lab, const struct trial *trial,
                              int number)
{
    struct tree_conf tree = {.fan_out = 2};
    struct choice collective = {.kind = pattern_named(trial->pattern), .conf = &tree};
    struct channel_facts facts;

    *group = (struct group){.lab = lab, .trial = trial};
    facts = lab->channel->kind->facts(lab->channel->conf);
    group->plan =
        exchange_plan_on(&facts, &collective, trial->ranks, vector_whole(trial->bytes));
    group->exchange = NEW_ARRAY(struct exchange *, (size_t)trial->rounds);
    group->left = NEW_ARRAY(int, (size_t)trial->rounds);
    group->member = NEW_ARRAY(struct member, (size_t)trial->ranks);
    group->rank_end_s = ending_of(lab)->rank_end_s + number * trial->ranks * trial->rounds;
    for (int i = 0; i < trial->rounds; i++) {
        group->exchange[i] = exchange_new(group->plan, lab->channel);
        group->left[i] = trial->ranks;
    }
    for (int i = 0; i < trial->ranks; i++) {
        group->member[i] = (struct member){
            .group = group, .rank = i, .node = &lab->node[number * trial->ranks + i]};
        lab->clients++;
        actor_spawn(lab->world.engine, "worker", member_body, &group->member[i]);
    }
}

static inline void group_close(struct group *group)
{
    for (int i = 0; i < group->trial->rounds; i++)
        exchange_free(group->exchange[i]);
    exchange_plan_free(group->plan);
    free(group->exchange);
    free(group->left);
    free(group->member);
}

static inline void note_counts(struct lab *lab)
{
    struct ending *ending = ending_of(lab);
    struct store *store = (struct store *)lab->channel;
    double *const count[VERB_COUNT] = {[VERB_PUT] = &ending->puts,
                                       [VERB_GET] = &ending->gets,
                                       [VERB_LIST] = &ending->lists,
                                       [VERB_FETCH] = &ending->fetches,
                                       [VERB_DELETE] = &ending->deletes};

    for (int verb = 0; verb < VERB_COUNT; verb++) {
        if (!store->count[verb])
            continue;
        *count[verb] = (double)store->count[verb]->count;
        ending->bytes += (double)store->count[verb]->bytes;
        ending->failed += (double)store->count[verb]->failed;
        ending->refused += (double)store->count[verb]->unbilled;
    }
}

static inline void note_ending(struct lab *lab)
{
    struct ending *ending = ending_of(lab);
    struct ledger *ledger = lab->world.ledger;
    struct message_count *messages = ledger_messages(ledger, TRAFFIC_TRAINING);

    if (strcmp(lab->channel->kind->kind.name, "direct") != 0)
        note_counts(lab);
    ending->messages = (double)messages->sent;
    ending->bytes_sent = (double)messages->bytes_sent;
    ending->messages_lost = (double)messages->lost;
    lab->channel->kind->settle(lab->channel);
    ending->cost_pusd = (double)ledger_cost_pusd(ledger);
    ledger_cut(ledger, 0, engine_now_s(lab->world.engine), 0);
    ending->wait_s = ledger_breakdown_s(ledger, ACTIVITY_WAIT);
    ending->communicate_s = ledger_breakdown_s(ledger, ACTIVITY_COMMUNICATE);
}

static inline void trial_story(struct lab *lab)
{
    const struct trial *trial = lab->arg;
    struct value jitter = {.kind = VALUE_LOGNORMAL, .a = 0.25, .b = 0.5};
    struct group *group = NEW_ARRAY(struct group, (size_t)trial->exchanges);
    struct store_conf *store;

    lab_conf(lab, trial->channel, &store);
    if (store) {
        store->polling = (int)trial->polling;
        if (trial->jitter)
            store->latency_s = jitter;
    }
    if (trial->jitter)
        lab->direct.latency_s = jitter;
    lab->s3.patience.max_attempts = lab->dynamodb.patience.max_attempts = 1000;
    if (trial->page) {
        lab->s3.list_page = trial->page;
        lab->dynamodb.page_bytes = trial->page * trial->bytes;
    }
    if (trial->rate_per_s > 0) {
        lab->s3.write_rate_per_s = lab->s3.read_rate_per_s = trial->rate_per_s;
        lab->dynamodb.write_rate_per_s = trial->rate_per_s * (double)trial->bytes / 1024;
        lab->dynamodb.read_rate_per_s = trial->rate_per_s * (double)trial->bytes / 4096;
    }
    lab->dynamodb.collect = trial->queries ? COLLECT_QUERY : COLLECT_SCAN;
    lab_open(lab, trial->channel, trial->exchanges * trial->ranks + 1, 1e6);
    for (int i = 0; i < trial->exchanges; i++)
        group_open(&group[i], lab, trial, i);
    lab_go(lab);
    note_ending(lab);
    for (int i = 0; i < trial->exchanges; i++)
        group_close(&group[i]);
    free(group);
}

static inline const struct ending *trial_in(int room, struct trial trial)
{
    trial.rounds += trial.rounds == 0;
    trial.exchanges += trial.exchanges == 0;
    return (const struct ending *)lab_run_in(room, trial_story, &trial);
}

static inline const struct ending *try(struct trial trial)
{
    return trial_in(0, trial);
}

static const char *const all_stores[] = {"s3", "redis", "memcached", "dynamodb", "vm_ps", NULL};
static const char *const all_channels[] = {"s3",    "redis",  "memcached", "dynamodb",
                                           "vm_ps", "direct", NULL};
static const char *const all_patterns[] = {"allreduce", "scatter_reduce", "tree",
                                           "ring",      "gossip",         NULL};

/* A server that merges wants a pattern that leaves it to one. */
static inline bool they_fit(const char *pattern, const char *channel)
{
    return strcmp(channel, "vm_ps") != 0 || strcmp(pattern, "allreduce") == 0;
}

#endif
