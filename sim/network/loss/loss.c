/* SPDX-License-Identifier: MIT
 * loss.c -- the family of loss processes; granularity. */
#include "sim/network/loss/loss.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

#define LOSS(name_) extern const struct loss_kind loss_##name_;
#include "sim/network/loss/list.h"
#undef LOSS

static const struct kind *const kinds[] = {
#define LOSS(name_) &loss_##name_.kind,
#include "sim/network/loss/list.h"
#undef LOSS
    NULL,
};

const struct family loss_family = {
    .name = "loss",
    .doc = "Which messages a network loses.",
    .kinds = kinds,
};

const char *const loss_per_names[] = {"message", "block", "packet", NULL};

struct loss_process *loss_new(const struct choice *choice, struct rng_stream stream)
{
    struct loss_process *process;
    const struct loss_kind *kind;

    if (!choice || !choice->kind)
        return NULL;
    kind = loss_kind_of(choice);
    if (!kind->lose)
        return NULL;
    process = NEW(struct loss_process);
    process->kind = kind;
    process->conf = choice->conf;
    process->stream = stream;
    if (kind->open)
        process->state = kind->open(choice->conf);
    return process;
}

struct loss_process *loss_free(struct loss_process *process)
{
    if (process && process->kind->close)
        process->kind->close(process->state);
    free(process);
    return NULL;
}

static int32_t packets_of(const struct loss_conf *conf, int64_t bytes)
{
    int64_t packets = (bytes + conf->packet_bytes - 1) / conf->packet_bytes;

    if (packets < 1)
        return 1;
    return packets < LOSS_PACKETS_MOST ? (int32_t)packets : LOSS_PACKETS_MOST;
}

int32_t loss_packets(const struct loss_process *process, int64_t bytes)
{
    return process && process->conf->per == LOSS_PER_PACKET ? packets_of(process->conf, bytes)
                                                            : 1;
}

int32_t loss_decide(const struct loss_process *process, const struct loss_copy *copy,
                    uint64_t *lost)
{
    struct loss_copy whole = *copy;
    int64_t count;

    if (!process)
        return 0;
    if (process->conf->per == LOSS_PER_PACKET)
        return (int32_t)process->kind->lose(process, copy, lost);
    whole.packets =
        process->conf->per == LOSS_PER_BLOCK ? packets_of(process->conf, copy->bytes) : 1;
    count = process->kind->lose(process, &whole, NULL);
    if (count > 0 && lost)
        lost[0] |= 1;
    return count > 0;
}

double loss_again_ratio(const struct choice *choice, int64_t bytes)
{
    const struct loss_conf *conf = choice->conf;
    double ratio;

    if (!choice->kind || !loss_kind_of(choice)->lose)
        return 0;
    ratio = loss_kind_of(choice)->mean_ratio(choice->conf);
    if (conf->per != LOSS_PER_BLOCK)
        return ratio;
    if (loss_kind_of(choice)->void_ratio)
        return loss_kind_of(choice)->void_ratio(choice->conf, packets_of(conf, bytes));
    return -expm1(packets_of(conf, bytes) * log1p(-ratio));
}

/* A block's number has room for 256 attempts; later ones have streams of their own, lest what
 * is lost so often repeats its luck for ever. */
struct rng loss_rng(const struct loss_process *process, const struct loss_copy *copy)
{
    struct rng_stream stream = process->stream;
    struct rng rng;

    stream.key[0] ^= (uint32_t)(copy->attempt >> 8) * UINT32_C(0x9E3779B1);
    rng = rng_at(stream, copy->from, copy->to);
    rng.block = (uint64_t)copy->number << 32 | (uint64_t)(copy->attempt & 0xff) << 24;
    return rng;
}
