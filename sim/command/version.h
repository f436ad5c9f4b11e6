/* SPDX-License-Identifier: MIT
 * version.h -- what this build is. */
#ifndef TRAINCAST_SIM_COMMAND_VERSION_H
#define TRAINCAST_SIM_COMMAND_VERSION_H

/* Raised by every change after which the same scenario and seed may give other bytes. */
enum { BEHAVIOUR_VERSION = 3 };

const char *version_text(void);       /* "0.1.0" */
const char *version_git_commit(void); /* "1a2b3c4", "1a2b3c4-dirty"; NULL outside a checkout */

#endif
