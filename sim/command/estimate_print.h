/* SPDX-License-Identifier: MIT
 * estimate_print.h -- the closed form, alone or beside the simulation: for people, or as JSON.
 */
#ifndef TRAINCAST_SIM_COMMAND_ESTIMATE_PRINT_H
#define TRAINCAST_SIM_COMMAND_ESTIMATE_PRINT_H

#include "sim/estimate/form.h"
#include "sim/estimate/sample.h"
#include "sim/job/run.h"

struct estimated {
    const struct form *form;
    const struct learner_facts *facts;
    struct form_point point;
    const char *reason;          /* which criterion ends it: "epochs", "train_loss" ... */
    const struct sample *sample; /* NULL: none was needed */
    double factor;         /* rounds of W workers over those of the sample's; 1: measured */
    const struct run *run; /* the simulation; NULL: none */
};

void estimate_text(const struct estimated *estimated);
void estimate_json(const struct estimated *estimated);

#endif
