/* SPDX-License-Identifier: MIT
 * descent.h -- one step of stochastic gradient descent with momentum and weight decay.
 *
 * What torch.optim.SGD does with dampening 0 (PyTorch 1.13, documentation of SGD), w and its
 * velocity v, which begins at 0:
 *
 *     g = gradient + weight_decay w        all parameters, biases too
 *     v = momentum v + g
 *     w -= rate v                          or, with Nesterov's, rate (g + momentum v)
 *
 * The rate multiplies the velocity when it is used, not when it is gathered: after a change of
 * the rate old gradients count with the new one.  Every operation rounds to float, in this
 * order. */
#ifndef TRAINCAST_ALGORITHMS_OPTIMIZER_DESCENT_H
#define TRAINCAST_ALGORITHMS_OPTIMIZER_DESCENT_H

#include "base/err.h"
#include "base/field.h"

struct descent_conf {
    double momentum;
    bool nesterov;
    double weight_decay;
};

/* Rows of the table of a conf with a member `descent`. */
#define DESCENT_FIELDS(conf_)                                                                  \
    CONF(conf_, descent.momentum, .key = "momentum", .max = 1, .preset = "0",                  \
         .doc = "Share of the last step's velocity that goes on (heavy ball): velocity = "     \
                "momentum * velocity + gradient, weights -= learning_rate * velocity.",        \
         .source = "torch.optim.SGD, PyTorch 1.13, with dampening 0"),                         \
        CONF(conf_, descent.nesterov, .key = "nesterov", .preset = "no",                       \
             .doc = "Nesterov's momentum: the step is gradient + momentum * velocity.",        \
             .source = "torch.optim.SGD, PyTorch 1.13"),                                       \
        CONF(conf_, descent.weight_decay, .key = "weight_decay", .preset = "0",                \
             .doc = "Times the weights, added to the gradient of every parameter, biases "     \
                    "too; the losses shown do not include it.",                                \
             .source = "torch.optim.SGD, PyTorch 1.13")

static inline bool descent_is_plain(const struct descent_conf *conf)
{
    return conf->momentum == 0 && conf->weight_decay == 0;
}

/* False with a sentence when the settings contradict one another. */
bool descent_check(const struct descent_conf *conf, struct err *err);

/* Of each, count: w and velocity in and out; velocity is NULL without momentum. */
void descent_step(const struct descent_conf *conf, float rate, const float *gradient,
                  float *velocity, float *w, int64_t count);

/* Operations of a step on so many parameters beside a plain one's. */
double descent_flops(const struct descent_conf *conf, int64_t count);

#endif
