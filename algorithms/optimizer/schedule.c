/* SPDX-License-Identifier: MIT
 * schedule.c -- see schedule.h. */
#include "algorithms/optimizer/schedule.h"

#include <math.h>

static const char *const decays[] = {"none", "inverse_sqrt", "step", NULL};

const struct field schedule_fields[] = {
    CONF(struct schedule_conf, decay, .names = decays, .preset = "none",
         .doc =
             "none: the rate stays; inverse_sqrt: in epoch e = 1, 2, ... it is learning_rate "
             "/ sqrt(e), as in LambdaML's asynchronous runs; step: it is multiplied by "
             "`factor` after every `every` epochs."),
    CONF(struct schedule_conf, every_epochs, .key = "every", .min = 1, .preset = "10",
         .doc = "With decay step: epochs from step to step."),
    CONF(struct schedule_conf, factor, .min = 0, .above_min = true, .max = 1, .preset = "0.1",
         .doc = "With decay step: what the rate is multiplied by."),
    CONF(struct schedule_conf, warm_up, .max = 1000, .preset = "0",
         .doc =
             "Epochs, from the first on, in which the rate rises step by step from near 0 to "
             "what it would be: helps large batches through the beginning.",
         .source = "Goyal et al., Accurate, Large Minibatch SGD (2017), section 2.2"),
    CONF_END,
};

float schedule_rate(const struct schedule_conf *schedule, double learning_rate, int64_t epoch)
{
    switch ((enum decay)schedule->decay) {
    case DECAY_NONE:
        break;
    case DECAY_INVERSE_SQRT:
        return (float)(learning_rate / sqrt((double)epoch + 1));
    case DECAY_STEP:
        return (float)(learning_rate *
                       pow(schedule->factor, (double)(epoch / schedule->every_epochs)));
    }
    return (float)learning_rate;
}

float schedule_step_rate(const struct schedule_conf *schedule, double learning_rate,
                         int64_t step, int64_t steps_per_epoch)
{
    int64_t epoch = steps_per_epoch ? step / steps_per_epoch : 0;
    float rate = schedule_rate(schedule, learning_rate, epoch);
    double warm_steps = schedule->warm_up * (double)steps_per_epoch;

    if ((double)step + 1 >= warm_steps)
        return rate;
    return (float)(rate * ((double)step + 1) / warm_steps);
}
