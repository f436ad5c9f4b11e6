/* SPDX-License-Identifier: MIT
 * outcome.c -- see outcome.h. */
#include "base/outcome.h"

static const char *const names[] = {
#define X(upper_, lower_, sentence_) #lower_,
    OUTCOME_LIST(X)
#undef X
};

static const char *const sentences[] = {
#define X(upper_, lower_, sentence_) sentence_,
    OUTCOME_LIST(X)
#undef X
};

const char *outcome_name(enum outcome outcome)
{
    return names[outcome];
}

const char *outcome_sentence(enum outcome outcome)
{
    return sentences[outcome];
}
