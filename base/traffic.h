/* SPDX-License-Identifier: MIT
 * traffic.h -- classes of traffic: what a network may treat, lose and count differently. */
#ifndef TRAINCAST_BASE_TRAFFIC_H
#define TRAINCAST_BASE_TRAFFIC_H

/* clang-format off */
#define TRAFFIC_LIST(X)                                                                     \
    X(TRAINING, training, "what workers exchange to learn")                                 \
    X(STORAGE,  storage,  "requests to a service and its answers")                          \
    X(WEB,      web,      "requests of users and their answers")                            \
    X(CONTROL,  control,  "acknowledgements")
/* clang-format on */

enum traffic {
#define X(upper_, lower_, doc_) TRAFFIC_##upper_,
    TRAFFIC_LIST(X)
#undef X
        TRAFFIC_COUNT /* where a class may be left open: all of them */
};

extern const char *const traffic_names[];         /* [TRAFFIC_COUNT], then NULL */
extern const char *const traffic_names_and_all[]; /* the same, and "all" */

#endif
