/* SPDX-License-Identifier: MIT
 * gilbert_elliott.c -- loss process `gilbert_elliott`: losses come in bursts.
 *
 * Each link is in a good or in a bad state: p = P(good to bad), r = P(bad to good); it loses
 * `bad_loss` in the bad state (1-h in the literature) and `good_loss` in the good one (1-k).
 * The share of bad is p/(p+r), a bad stretch lasts 1/r packets on average. (Gilbert, Bell Syst.
 * Tech. J. 39 (1960); Elliott, ibid. 42 (1963))
 *
 * The chain goes a step for each packet, or, `per: message`, for each message of the link, in
 * the order of their numbers; packets of the message after it follow on those before.  Messages
 * cut into as many packets share a chain, and so do first copies, second copies ...
 *
 * Its state at step t is a function of (link, t) alone although it depends on all steps before:
 * each step's number, below or above both of p and 1-r, decides the state whatever it was; so a
 * look goes back to the last step that decided so, 1/(p+r) steps on average, and comes forward
 * again (coupling from the past: Propp and Wilson, Random Struct. Algorithms 9 (1996)).  What
 * was found last of a link is remembered and ends the way back, too: it saves time alone. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "sim/network/loss/loss.h"

struct gilbert_elliott_conf {
    struct loss_conf loss;
    double p, r;
    double mean_loss_ratio, mean_burst;
    double good_loss_ratio, bad_loss_ratio;
};

static const struct field fields[] = {
    CONF(struct gilbert_elliott_conf, p, .min = 0, .max = 1, .optional = true,
         .absent = "of mean_loss and mean_burst",
         .doc = "Probability of going from good to bad, each packet."),
    CONF(struct gilbert_elliott_conf, r, .min = 0, .max = 1, .above_min = true,
         .optional = true, .absent = "of mean_burst",
         .doc = "Probability of going from bad to good, each packet."),
    CONF(struct gilbert_elliott_conf, mean_loss_ratio, .key = "mean_loss", .min = 0, .max = 1,
         .optional = true, .absent = "as p and r say",
         .doc = "In place of p and r: share of packets that is lost, on average."),
    CONF(struct gilbert_elliott_conf, mean_burst, .min = 1, .max = 1e6, .optional = true,
         .absent = "as p and r say",
         .doc = "In place of p and r: packets for which the bad state lasts, on average."),
    CONF(struct gilbert_elliott_conf, good_loss_ratio, .key = "good_loss", .min = 0, .max = 1,
         .preset = "0", .doc = "Share that is lost in the good state."),
    CONF(struct gilbert_elliott_conf, bad_loss_ratio, .key = "bad_loss", .min = 0, .max = 1,
         .preset = "1", .doc = "Share that is lost in the bad state."),
    LOSS_FIELDS(struct gilbert_elliott_conf),
    CONF_END,
};

/* -- the chain -------------------------------------------------------------------------------
 */

struct chain {
    double p, r, good_loss, bad_loss;
    struct memory *memory; /* [MEMORY_LINKS], by memory_of; NULL: of closed forms */
};

/* A step of a link of which the state has been found. */
struct memory {
    struct rng link; /* .block: the step */
    bool is_there, bad;
};
enum { MEMORY_LINKS = 1 << 14 };

static double bad_share(const struct chain *chain)
{
    return chain->p / (chain->p + chain->r);
}

static double mean_of(const struct chain *chain)
{
    double bad = bad_share(chain);

    return bad * chain->bad_loss + (1 - bad) * chain->good_loss;
}

static struct chain chain_of(const struct gilbert_elliott_conf *conf)
{
    struct chain chain = {
        .p = conf->p, .r = conf->r, conf->good_loss_ratio, conf->bad_loss_ratio};
    double bad;

    if (!isnan(conf->p) && !isnan(conf->r))
        return chain;
    bad = (conf->mean_loss_ratio - chain.good_loss) / (chain.bad_loss - chain.good_loss);
    chain.r = 1 / conf->mean_burst;
    chain.p = chain.r * bad / (1 - bad);
    return chain;
}

static void *open_chain(const void *conf)
{
    struct chain *chain = NEW(struct chain);

    *chain = chain_of(conf);
    chain->memory = NEW_ARRAY(struct memory, MEMORY_LINKS);
    return chain;
}

static void close_chain(void *state)
{
    free(((struct chain *)state)->memory);
    free(state);
}

/* -- looking at it ---------------------------------------------------------------------------
 */

/* Numbers of step t: one moves the state, one decides about the packet. */
struct draws {
    double move, lose;
};

static struct draws draws_at(const struct rng *link, uint64_t t)
{
    struct rng rng = *link;
    struct draws draws;

    rng.block = t;
    rng.left = 0;
    draws.move = rng_uniform(&rng);
    draws.lose = rng_uniform(&rng);
    return draws;
}

static bool next_state(const struct chain *chain, bool bad, double move)
{
    return move < (bad ? 1 - chain->r : chain->p);
}

static struct memory *memory_of(const struct chain *chain, const struct rng *link)
{
    uint32_t place = (link->a * UINT32_C(0x9E3779B1)) ^ (link->b * UINT32_C(0x85EBCA77)) ^
                     link->key[0] ^ link->key[1];

    return &chain->memory[(place ^ place >> 16) % MEMORY_LINKS];
}

static bool is_about(const struct memory *memory, const struct rng *link, uint64_t t)
{
    return memory->is_there && memory->link.a == link->a && memory->link.b == link->b &&
           memory->link.key[0] == link->key[0] && memory->link.key[1] == link->key[1] &&
           memory->link.block <= t;
}

/* Goes back to a step whose state is sure, and comes forward again. */
static bool find_state(const struct chain *chain, const struct rng *link, uint64_t t,
                       const struct memory *known)
{
    uint64_t first = known ? known->link.block : 0, from = t;
    bool bad;

    for (; from > first; from--) {
        double move = draws_at(link, from).move;

        bad = next_state(chain, false, move);
        if (bad == next_state(chain, true, move))
            break;
    }
    if (from == first)
        bad = known ? known->bad : draws_at(link, 0).move < bad_share(chain);
    while (from < t)
        bad = next_state(chain, bad, draws_at(link, ++from).move);
    return bad;
}

static bool state_at(const struct chain *chain, const struct rng *link, uint64_t t)
{
    struct memory *memory = memory_of(chain, link);
    bool bad = find_state(chain, link, t, is_about(memory, link, t) ? memory : NULL);

    *memory = (struct memory){.link = *link, .is_there = true, .bad = bad};
    memory->link.block = t;
    return bad;
}

/* Each number of packets and each attempt has a chain of its own. */
static struct rng link_of(const struct loss_process *process, const struct loss_copy *copy)
{
    struct rng_stream stream = process->stream;

    stream.key[0] ^= (uint32_t)copy->packets * UINT32_C(0x9E3779B1);
    stream.key[1] ^= (uint32_t)copy->attempt * UINT32_C(0x85EBCA77);
    return rng_at(stream, copy->from, copy->to);
}

static int64_t lose(const struct loss_process *process, const struct loss_copy *copy,
                    uint64_t *lost)
{
    const struct chain *chain = process->state;
    struct rng link = link_of(process, copy);
    uint64_t t = (uint64_t)copy->number * (uint64_t)copy->packets;
    bool bad = state_at(chain, &link, t);
    int64_t count = 0;

    for (int32_t i = 0; i < copy->packets; i++, t++) {
        struct draws draws = draws_at(&link, t);

        if (i > 0)
            bad = next_state(chain, bad, draws.move);
        if (!(draws.lose < (bad ? chain->bad_loss : chain->good_loss)))
            continue;
        count++;
        if (!lost)
            return count;
        lost[i / 64] |= UINT64_C(1) << (i % 64);
    }
    return count;
}

/* -- closed forms ----------------------------------------------------------------------------
 */

static double mean_ratio(const void *conf)
{
    struct chain chain = chain_of(conf);

    return mean_of(&chain);
}

/* One less the probability that k packets one after another all arrive. */
static double void_ratio(const void *conf, int32_t packets)
{
    struct chain chain = chain_of(conf);
    double bad = bad_share(&chain), good = 1 - bad;

    for (int32_t i = 0; i < packets; i++) {
        double good_arrives = good * (1 - chain.good_loss);
        double bad_arrives = bad * (1 - chain.bad_loss);

        if (i == packets - 1)
            return 1 - good_arrives - bad_arrives;
        good = good_arrives * (1 - chain.p) + bad_arrives * chain.r;
        bad = good_arrives * chain.p + bad_arrives * (1 - chain.r);
    }
    return 0;
}

static void check(const void *settings, const struct loss_check *check)
{
    const struct gilbert_elliott_conf *conf = settings;
    bool literal = !isnan(conf->p) || !isnan(conf->r);
    bool means = !isnan(conf->mean_loss_ratio) || !isnan(conf->mean_burst);
    struct chain chain;

    if (literal == means ||
        (literal ? isnan(conf->p) || isnan(conf->r)
                 : isnan(conf->mean_loss_ratio) || isnan(conf->mean_burst))) {
        diag_add(check->diags, DIAG_ERROR, check->place(check, "loss"),
                 "'gilbert_elliott' needs either 'p' and 'r' or 'mean_loss' and 'mean_burst'");
        return;
    }
    if (literal)
        return;
    if (!(conf->mean_loss_ratio >= conf->good_loss_ratio &&
          conf->mean_loss_ratio < conf->bad_loss_ratio)) {
        diag_add(check->diags, DIAG_ERROR, check->place(check, "loss.mean_loss"),
                 "'mean_loss' is %g, and lies between 'good_loss', %g, and 'bad_loss', %g",
                 conf->mean_loss_ratio, conf->good_loss_ratio, conf->bad_loss_ratio);
        return;
    }
    chain = chain_of(conf);
    if (chain.p > 1)
        diag_add(
            check->diags, DIAG_ERROR, check->place(check, "loss.mean_burst"),
            "bursts of %g cannot be as rare as they must for a mean loss of %g: the shortest "
            "are %g",
            conf->mean_burst, conf->mean_loss_ratio, chain.p * conf->mean_burst);
}

const struct loss_kind loss_gilbert_elliott = {
    .kind = {.name = "gilbert_elliott",
             .doc =
                 "Losses come in bursts: a link is in a good or in a bad state, by packets or, "
                 "`per: message`, by messages.",
             .source = "Gilbert, Bell Syst. Tech. J. 39 (1960); Elliott, ibid. 42 (1963)",
             .fields = fields,
             .conf_size = sizeof(struct gilbert_elliott_conf)},
    .check = check,
    .open = open_chain,
    .close = close_chain,
    .lose = lose,
    .mean_ratio = mean_ratio,
    .void_ratio = void_ratio,
};
