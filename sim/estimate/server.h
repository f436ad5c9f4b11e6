/* SPDX-License-Identifier: MIT
 * server.h -- how long an exchange takes through a server that works on every message.
 *
 * All W workers push at once, and are alike.  A message is n bytes on the wire, of which each
 * worker moves B a second; to write or read it takes c seconds of a worker and d of a core of
 * the server, k of whose cores work at a time; to add it, under one lock, u.  Then
 *
 *     c + 2 L + n/B + max(1, W/k) d + W u      pass until the last push is added, and
 *     max(1, W/k) d + 2 L + n/B + c            more until everybody has pulled the sum,
 *
 * which, of sparse messages, is larger than each.  2 L: the server is asked first, then the
 * data travel. */
#ifndef TRAINCAST_SIM_ESTIMATE_SERVER_H
#define TRAINCAST_SIM_ESTIMATE_SERVER_H

#include "sim/estimate/critical.h"

struct server_message {
    double wire_bytes;         /* n */
    double bytes_per_s;        /* B, with all W under way */
    double worker_s, server_s; /* c, d */
};

struct server_line {
    double latency_s; /* L */
    struct server_message push, pull;
    double update_s; /* u */
    double cores;    /* k */
};

/* An exchange of one worker alone is none.  *ret_work_s: of the time, what neither line nor
 * latency takes. */
struct moment server_exchange(const struct server_line *line, int workers, double *ret_work_s);

#endif
