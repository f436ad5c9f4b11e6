/* SPDX-License-Identifier: MIT
 * signals.c -- see signals.h. */
#include "base/signals.h"

#include <stddef.h>

void signals_catch(void (*handler)(int), bool once)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = once ? SA_RESETHAND : 0};
    struct sigaction before;

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

void signals_that_end(sigset_t *ret_signals)
{
    sigemptyset(ret_signals);
    sigaddset(ret_signals, SIGINT);
    sigaddset(ret_signals, SIGTERM);
    sigaddset(ret_signals, SIGHUP);
    sigaddset(ret_signals, SIGUSR1);
}
