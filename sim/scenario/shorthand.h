/* SPDX-License-Identifier: MIT
 * shorthand.h -- the short form of a scenario, rewritten into the long one.
 *
 * `workers: 10` is `groups: {workers: {count: 10}}`, `channel: s3` is `channels: {main: s3}`
 * ... The rest of this folder knows the long form only; messages use the word the user wrote.
 */
#ifndef TRAINCAST_SIM_SCENARIO_SHORTHAND_H
#define TRAINCAST_SIM_SCENARIO_SHORTHAND_H

#include "sim/scenario/document.h"

struct shorthand {
    const char *word;
    const char *path[3]; /* ends in NULL unless full */
    const char *doc;
};
extern const struct shorthand shorthands[]; /* ends in {NULL} */

/* Rewrites the mapping root in place.  The same thing in both forms is an error. */
void shorthand_expand(struct arena *arena, struct node *root, struct diag_list *diags);
/* "channel.loss.ratio" -> "channels.main.loss.ratio"; any other as it is.  The caller's. */
char *shorthand_in_full(const char *path);
/* "groups.workers.count" -> "workers"; NULL when it has no short form. */
const char *shorthand_word(const char *path);

#endif
