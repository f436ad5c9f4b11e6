/* SPDX-License-Identifier: MIT
 * signals.h -- what the user and the batch system say to a program that is at work. */
#ifndef TRAINCAST_BASE_SIGNALS_H
#define TRAINCAST_BASE_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* Calls handler on SIGINT, SIGTERM and, unless it is ignored (nohup), on SIGHUP: the terminal
 * is gone.  once: a second one of the same ends the program on the spot.  A reader that is gone
 * or a quota that is full is from now on an error of writing, not a death. */
void signals_catch(void (*handler)(int), bool once);
/* Those, and SIGUSR1. */
void signals_that_end(sigset_t *ret_signals);

#endif
