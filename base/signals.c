/* SPDX-License-Identifier: MIT
 * signals.c -- see signals.h. */
#include "base/signals.h"

#include <stddef.h>

static bool hears_hangup(void)
{
    struct sigaction now;

    return sigaction(SIGHUP, NULL, &now) == 0 && now.sa_handler != SIG_IGN;
}

void signals_catch(void (*handler)(int), bool once)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = once ? SA_RESETHAND : 0};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (hears_hangup())
        sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

void signals_that_end(sigset_t *ret_signals)
{
    sigemptyset(ret_signals);
    sigaddset(ret_signals, SIGINT);
    sigaddset(ret_signals, SIGTERM);
    if (hears_hangup()) /* what is ignored would be pending all the same while it is blocked */
        sigaddset(ret_signals, SIGHUP);
    sigaddset(ret_signals, SIGUSR1);
}
