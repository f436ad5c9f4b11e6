/* SPDX-License-Identifier: MIT
 * descent.c -- see descent.h. */
#include "algorithms/optimizer/descent.h"

#include <assert.h>

bool descent_check(const struct descent_conf *conf, struct err *err)
{
    if (conf->nesterov && conf->momentum == 0)
        return err_set(err, "'nesterov' is a way of momentum: give 'momentum', too");
    return true;
}

static void step_without_velocity(float decay, float rate, const float *gradient, float *w,
                                  int64_t count)
{
    if (decay == 0)
        for (int64_t i = 0; i < count; i++)
            w[i] -= rate * gradient[i];
    else
        for (int64_t i = 0; i < count; i++)
            w[i] -= rate * (gradient[i] + decay * w[i]);
}

void descent_step(const struct descent_conf *conf, float rate, const float *gradient,
                  float *velocity, float *w, int64_t count)
{
    float momentum = (float)conf->momentum, decay = (float)conf->weight_decay;

    assert((velocity != NULL) == (conf->momentum != 0));
    if (!velocity) {
        step_without_velocity(decay, rate, gradient, w, count);
        return;
    }
    if (conf->nesterov)
        for (int64_t i = 0; i < count; i++) {
            float g = gradient[i] + decay * w[i];

            velocity[i] = momentum * velocity[i] + g;
            w[i] -= rate * (g + momentum * velocity[i]);
        }
    else
        for (int64_t i = 0; i < count; i++) {
            velocity[i] = momentum * velocity[i] + (gradient[i] + decay * w[i]);
            w[i] -= rate * velocity[i];
        }
}

double descent_flops(const struct descent_conf *conf, int64_t count)
{
    double each = 0;

    if (conf->momentum != 0)
        each += conf->nesterov ? 4 : 2;
    if (conf->weight_decay != 0)
        each += 2;
    return each * (double)count;
}
