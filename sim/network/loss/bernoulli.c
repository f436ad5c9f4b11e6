/* SPDX-License-Identifier: MIT
 * bernoulli.c -- loss process `bernoulli`: each packet is lost with the same probability,
 * whatever became of the others.  The template for a new process.
 *
 * With the same seed, what is lost at one ratio is lost at every higher one, too. */
#include <math.h>

#include "sim/network/loss/loss.h"

struct bernoulli_conf {
    struct loss_conf loss;
    struct value loss_ratio;
};

static const struct field fields[] = {
    CONF(struct bernoulli_conf, loss_ratio, .key = "ratio", .min = 0, .max = 1,
         .doc = "Share that is lost, from 0 to 1: a number, or a trace in time.  A "
                "distribution gives every message a ratio of its own."),
    LOSS_FIELDS(struct bernoulli_conf),
    CONF_END,
};

static int64_t lose_packets(struct rng *rng, double ratio, int32_t packets, uint64_t *lost)
{
    int64_t count = 0;

    for (int32_t i = 0; i < packets; i++) {
        if (!(rng_uniform(rng) < ratio))
            continue;
        count++;
        lost[i / 64] |= UINT64_C(1) << (i % 64);
    }
    return count;
}

static int64_t lose(const struct loss_process *process, const struct loss_copy *copy,
                    uint64_t *lost)
{
    const struct bernoulli_conf *conf = (const struct bernoulli_conf *)process->conf;
    struct rng rng = loss_rng(process, copy);
    double ratio = fmin(1, value_draw(&conf->loss_ratio, &rng, copy->sent_s));

    if (lost)
        return lose_packets(&rng, ratio, copy->packets, lost);
    if (copy->packets > 1)
        ratio = -expm1(copy->packets * log1p(-ratio));
    return rng_uniform(&rng) < ratio;
}

/* Ratios above 1 lose no more than all: by so many draws as a closed form can do without. */
static double mean_of_draws(const struct value *ratio)
{
    struct rng rng = rng_at(rng_stream(0, "bernoulli.mean"), 0, 0);
    int draws = 20000;
    double sum = 0;

    for (int i = 0; i < draws; i++)
        sum += fmin(1, value_draw(ratio, &rng, 0));
    return sum / draws;
}

static double mean_ratio(const void *conf)
{
    const struct value *ratio = &((const struct bernoulli_conf *)conf)->loss_ratio;

    switch (ratio->kind) {
    case VALUE_TRACE: /* ends at its last value, which holds for ever */
        return ratio->table->value[ratio->table->count - 1];
    case VALUE_CONSTANT:
    case VALUE_UNIFORM:
    case VALUE_EMPIRICAL:
        break;
    case VALUE_NORMAL:
    case VALUE_LOGNORMAL:
    case VALUE_EXPONENTIAL:
    case VALUE_WEIBULL:
        return mean_of_draws(ratio);
    }
    return value_mean(ratio);
}

const struct loss_kind loss_bernoulli = {
    .kind = {.name = "bernoulli",
             .doc = "Each packet is lost with the same probability, whatever became of the "
                    "others.",
             .fields = fields,
             .conf_size = sizeof(struct bernoulli_conf)},
    .lose = lose,
    .mean_ratio = mean_ratio,
};
