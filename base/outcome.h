/* SPDX-License-Identifier: MIT
 * outcome.h -- how something in the simulated world ended.  Misfortune is data, not an error.
 *
 * One list gives the enum, the names in the database and the sentence shown to people. */
#ifndef TRAINCAST_BASE_OUTCOME_H
#define TRAINCAST_BASE_OUTCOME_H

/* clang-format off */
#define OUTCOME_LIST(X)                                                                     \
    X(OK,            ok,            "it ended well")                                        \
    X(TIMEOUT,       timeout,       "the wait reached its limit")                           \
    X(EXPIRED,       expired,       "the function reached its maximum lifetime")            \
    X(CRASHED,       crashed,       "the node crashed")                                     \
    X(LOST,          lost,          "the peer or the message is gone")                      \
    X(THROTTLED,     throttled,     "the service refused: too many requests")               \
    X(OUT_OF_MEMORY, out_of_memory, "the node's memory does not hold it")                   \
    X(TOO_LARGE,     too_large,     "the message is above the channel's limit")             \
    X(CANCELLED,     cancelled,     "the job ended before this did")                        \
    X(ABSENT,        absent,        "the object was not there")
/* clang-format on */

enum outcome {
#define X(upper_, lower_, sentence_) OUTCOME_##upper_,
    OUTCOME_LIST(X)
#undef X
        OUTCOME_COUNT
};

const char *outcome_name(enum outcome outcome);     /* "out_of_memory" */
const char *outcome_sentence(enum outcome outcome); /* "the node's memory does not hold it" */

#endif
