/* SPDX-License-Identifier: MIT
 * trace.c -- loss process `trace`: a record of what was lost, packet after packet, again and
 * again.
 *
 * Every link begins at a place of its own in the record and goes on from packet to packet, or,
 * `per: message`, from message to message; what is sent again begins at another place.  A
 * number between 0 and 1 in the record is the probability that this one is lost.  What is
 * recorded as a ratio over time is no such record but `bernoulli` with `ratio: {trace: FILE}`.
 */
#include <math.h>

#include "sim/network/loss/loss.h"

struct trace_conf {
    struct loss_conf loss;
    struct value lost_ratio;
};

static const struct field fields[] = {
    CONF(struct trace_conf, lost_ratio, .key = "lost", .min = 0, .max = 1,
         .doc =
             "The record, one number a packet in their order, 1: lost, 0: arrived: "
             "`{empirical: FILE.csv}`, a row each, or written out, `{empirical: [0, 0, 1]}`."),
    LOSS_FIELDS(struct trace_conf),
    CONF_END,
};

static const struct value_table *record_of(const void *conf)
{
    const struct trace_conf *trace = conf;

    return trace->lost_ratio.kind == VALUE_EMPIRICAL ? trace->lost_ratio.table : NULL;
}

/* Where the link's first message begins. */
static uint64_t first_place(const struct loss_process *process, const struct loss_copy *copy,
                            size_t count)
{
    struct rng rng = rng_at(process->stream, copy->from, copy->to);

    rng.block = UINT64_MAX - (uint64_t)copy->attempt;
    return rng_below(&rng, count);
}

static int64_t lose(const struct loss_process *process, const struct loss_copy *copy,
                    uint64_t *lost)
{
    const struct value_table *record = record_of(process->conf);
    uint64_t place = first_place(process, copy, record->count) +
                     (uint64_t)copy->number * (uint64_t)copy->packets;
    struct rng rng = loss_rng(process, copy);
    int64_t count = 0;

    for (int32_t i = 0; i < copy->packets; i++) {
        double ratio = record->value[(place + (uint64_t)i) % record->count];

        if (!(rng_uniform(&rng) < ratio))
            continue;
        count++;
        if (lost)
            lost[i / 64] |= UINT64_C(1) << (i % 64);
    }
    return count;
}

static double mean_ratio(const void *conf)
{
    return value_mean(&((const struct trace_conf *)conf)->lost_ratio);
}

/* All arrive that stand in a stretch of the record, which may begin anywhere: counted along the
 * record, how many there are certainly lost and, of the others, the logarithm of all arriving.
 */
struct stretch {
    int64_t lost;
    double log_arrive;
};

static void stretch_takes(struct stretch *stretch, double ratio, int sign)
{
    if (ratio >= 1)
        stretch->lost += sign;
    else
        stretch->log_arrive += sign * log1p(-ratio);
}

static double void_ratio(const void *conf, int32_t packets)
{
    const struct value_table *record = record_of(conf);
    size_t count = record->count, length = (size_t)packets;
    struct stretch stretch = {0};
    double arrive = 0, times = 1;

    if (length > count) { /* the whole record, so many times */
        times = (double)length / (double)count;
        length = count;
    }
    for (size_t i = 0; i < length; i++)
        stretch_takes(&stretch, record->value[i], 1);
    for (size_t i = 0; i < count; i++) {
        if (stretch.lost == 0)
            arrive += exp(stretch.log_arrive * times);
        stretch_takes(&stretch, record->value[i], -1);
        stretch_takes(&stretch, record->value[(i + length) % count], 1);
    }
    return 1 - arrive / (double)count;
}

static void check(const void *conf, const struct loss_check *check)
{
    if (!record_of(conf))
        diag_add(check->diags, DIAG_ERROR, check->place(check, "loss.lost"),
                 "'lost' must be a record, packet after packet: {empirical: FILE.csv}; a ratio "
                 "over time is 'kind: bernoulli' with 'ratio: {trace: FILE.csv}'");
}

const struct loss_kind loss_trace = {
    .kind = {.name = "trace",
             .doc =
                 "A record of what was lost, packet after packet, again and again; each link "
                 "begins at a place of its own.",
             .fields = fields,
             .conf_size = sizeof(struct trace_conf)},
    .check = check,
    .lose = lose,
    .mean_ratio = mean_ratio,
    .void_ratio = void_ratio,
};
