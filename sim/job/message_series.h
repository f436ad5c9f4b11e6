/* SPDX-License-Identifier: MIT
 * message_series.h -- what the network did to messages over time, of a job with rounds round by
 * round: the view `series`.
 *
 * Metrics messages_sent, _lost, _retransmitted, _dropped and bytes_sent of each class of
 * traffic that there is, as `training.messages_lost`: what came since it was noted last, not
 * the sum so far. */
#ifndef TRAINCAST_SIM_JOB_MESSAGE_SERIES_H
#define TRAINCAST_SIM_JOB_MESSAGE_SERIES_H

#include "sim/node/world.h"

struct message_series {
    struct message_count before[TRAFFIC_COUNT]; /* when it was noted last */
};

/* round: that is over, or the requests of a service.  *series is {0} before the first time. */
void message_series_note(struct message_series *series, struct world *world, int64_t round);

#endif
