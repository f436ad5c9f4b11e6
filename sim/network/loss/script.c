/* SPDX-License-Identifier: MIT
 * script.c -- loss process `script`: these messages and no others.
 *
 * For tests, for showing what a single loss does, and for finding the message that hurts most.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/network/loss/loss.h"

struct scripted {
    int64_t round, from, to, message, copies;
};

struct script_conf {
    struct loss_conf loss; /* whole messages */
    struct map messages;   /* of struct scripted */
};

static const struct field message_fields[] = {
    CONF(struct scripted, round, .min = 1, .max = 1e15, .doc = "The round, from 1."),
    CONF(struct scripted, from, .min = 0, .max = 16777215,
         .doc = "Who sends it: number of the node."),
    CONF(struct scripted, to, .min = 0, .max = 16777215, .doc = "To whom: number of the node."),
    CONF(struct scripted, message, .min = 1, .max = 2e9, .preset = "1",
         .doc = "Which of those that it sends to that one in the round, from 1."),
    CONF(struct scripted, copies, .min = 1, .max = 1e6, .preset = "1",
         .doc = "How many copies of it are lost in a row, where it is sent again."),
    CONF_END,
};

static const struct field fields[] = {
    CONF_MAP(struct script_conf, messages, struct scripted, .fields = message_fields,
             .doc = "What is lost, each by a name of your own."),
    CONF_END,
};

/* -- running ---------------------------------------------------------------------------------
 */

struct script {
    const struct script_conf *conf;
    bool *came; /* [conf->messages.count]: it was sent */
};

static const struct scripted *scripted_at(const struct script_conf *conf, size_t i)
{
    return (const struct scripted *)conf->messages.entry + i;
}

static void *open_script(const void *conf)
{
    struct script *script = NEW(struct script);

    script->conf = conf;
    script->came = NEW_ARRAY(bool, script->conf->messages.count);
    return script;
}

static void close_script(void *state)
{
    free(((struct script *)state)->came);
    free(state);
}

static bool is_it(const struct scripted *scripted, const struct loss_copy *copy)
{
    return scripted->round == copy->round && scripted->from == loss_node_number(copy->from) &&
           scripted->to == loss_node_number(copy->to) &&
           scripted->message == (int64_t)copy->which + 1;
}

static int64_t lose(const struct loss_process *process, const struct loss_copy *copy,
                    uint64_t *lost)
{
    struct script *script = process->state;

    (void)lost;
    for (size_t i = 0; i < script->conf->messages.count; i++) {
        const struct scripted *scripted = scripted_at(script->conf, i);

        if (!is_it(scripted, copy))
            continue;
        script->came[i] = true;
        if (copy->attempt < scripted->copies)
            return 1;
    }
    return 0;
}

static bool unused(const void *state, char *out, size_t size)
{
    const struct script *script = state;

    for (size_t i = 0; i < script->conf->messages.count; i++) {
        const struct scripted *scripted = scripted_at(script->conf, i);

        if (script->came[i])
            continue;
        snprintf(out, size,
                 "the script's '%s' names message %lld of round %lld from node %lld to node "
                 "%lld, which was never sent",
                 script->conf->messages.name[i], (long long)scripted->message,
                 (long long)scripted->round, (long long)scripted->from,
                 (long long)scripted->to);
        return true;
    }
    return false;
}

/* -- checks ----------------------------------------------------------------------------------
 */

static struct place place_of(const struct loss_check *check, const char *name, const char *key)
{
    char path[192];

    snprintf(path, sizeof path, "loss.messages.%s.%s", name, key);
    return check->place(check, path);
}

static bool check_node(const struct loss_check *check, const char *name, const char *key,
                       int64_t node)
{
    if (!check->nodes || node < check->nodes)
        return true;
    diag_add(check->diags, DIAG_ERROR, place_of(check, name, key),
             "there is no node %lld: nodes are numbered from 0 to %lld", (long long)node,
             (long long)check->nodes - 1);
    return false;
}

static bool check_round(const struct loss_check *check, const char *name, int64_t round)
{
    if (!check->rounds || round <= check->rounds)
        return true;
    diag_add(check->diags, DIAG_ERROR, place_of(check, name, "round"),
             "there is no round %lld: the run has %lld at most", (long long)round,
             (long long)check->rounds);
    return false;
}

/* Rounds, nodes and the message must be there, all of them. */
static bool check_names(const struct loss_check *check, const char *name,
                        const struct scripted *scripted)
{
    bool from = check_node(check, name, "from", scripted->from);
    bool to = check_node(check, name, "to", scripted->to);
    bool round = check_round(check, name, scripted->round);

    if (from && to && scripted->from == scripted->to) {
        diag_add(check->diags, DIAG_ERROR, place_of(check, name, "to"),
                 "a node sends itself no message over the network");
        return false;
    }
    return from && to && round;
}

static void check_sent(const struct loss_check *check, const char *name,
                       const struct scripted *scripted)
{
    int64_t sent = check->messages(check, scripted->round, scripted->from, scripted->to);

    if (sent == 0)
        diag_add(check->diags, DIAG_ERROR, place_of(check, name, "to"),
                 "node %lld sends nothing to node %lld in round %lld",
                 (long long)scripted->from, (long long)scripted->to,
                 (long long)scripted->round);
    else if (scripted->message > sent)
        diag_add(check->diags, DIAG_ERROR, place_of(check, name, "message"),
                 "there is no message %lld: node %lld sends %lld to node %lld in round %lld",
                 (long long)scripted->message, (long long)scripted->from, (long long)sent,
                 (long long)scripted->to, (long long)scripted->round);
}

/* One entry decides about a message. */
static void check_once(const struct loss_check *check, const struct script_conf *conf, size_t i)
{
    const struct scripted *this = scripted_at(conf, i);

    for (size_t j = 0; j < i; j++) {
        const struct scripted *other = scripted_at(conf, j);

        if (other->round != this->round || other->from != this->from || other->to != this->to ||
            other->message != this->message)
            continue;
        diag_add(check->diags, DIAG_ERROR, place_of(check, conf->messages.name[i], "round"),
                 "'%s' loses this message already; 'copies' loses more of them in a row",
                 conf->messages.name[j]);
        return;
    }
}

static void check(const void *settings, const struct loss_check *check)
{
    const struct script_conf *conf = settings;

    if (check->of_requests) {
        diag_add(check->diags, DIAG_ERROR, check->place(check, "loss"),
                 "requests to a service are of no round, by which a script names what is lost: "
                 "it takes messages from node to node, of channel 'direct'");
        return;
    }
    for (size_t i = 0; i < conf->messages.count; i++) {
        const struct scripted *scripted = scripted_at(conf, i);

        if (check_names(check, conf->messages.name[i], scripted) && check->messages)
            check_sent(check, conf->messages.name[i], scripted);
        check_once(check, conf, i);
    }
}

static double mean_ratio(const void *conf)
{
    (void)conf;
    return 0; /* a few of very many */
}

const struct loss_kind loss_script = {
    .kind = {.name = "script",
             .doc = "Just these messages are lost.",
             .fields = fields,
             .conf_size = sizeof(struct script_conf)},
    .check = check,
    .open = open_script,
    .close = close_script,
    .lose = lose,
    .mean_ratio = mean_ratio,
    .unused = unused,
};
