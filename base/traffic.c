/* SPDX-License-Identifier: MIT
 * traffic.c -- see traffic.h. */
#include "base/traffic.h"

#include <stddef.h>

const char *const traffic_names[] = {
#define X(upper_, lower_, doc_) #lower_,
    TRAFFIC_LIST(X)
#undef X
        NULL,
};

const char *const traffic_names_and_all[] = {
#define X(upper_, lower_, doc_) #lower_,
    TRAFFIC_LIST(X)
#undef X
        "all",
    NULL,
};
