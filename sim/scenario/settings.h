/* SPDX-License-Identifier: MIT
 * settings.h -- `--set key.path=value` and `--seed N` as layers above the scenario's file. */
#ifndef TRAINCAST_SIM_SCENARIO_SETTINGS_H
#define TRAINCAST_SIM_SCENARIO_SETTINGS_H

#include "sim/scenario/document.h"
#include "sim/scenario/scenario.h"

/* The tree {key: {path: value}} in the long form, its places "--set key.path=value"; NULL after
 * a complaint. */
struct node *setting_parse(struct arena *arena, const char *setting, struct diag_list *diags);
/* The same at places of a file. */
struct node *setting_placed(struct arena *arena, const struct scenario_setting *setting,
                            struct diag_list *diags);
struct node *setting_seed(struct arena *arena, long long seed);

#endif
