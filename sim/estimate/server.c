/* SPDX-License-Identifier: MIT
 * server.c -- see server.h. */
#include "sim/estimate/server.h"

#include <math.h>

struct moment server_exchange(const struct server_line *line, int workers, double *ret_work_s)
{
    const struct server_message *push = &line->push, *pull = &line->pull;
    double turns = fmax(1, workers / line->cores);
    double moving_s =
        push->wire_bytes / push->bytes_per_s + pull->wire_bytes / pull->bytes_per_s;

    *ret_work_s = 0;
    if (workers == 1)
        return (struct moment){0};
    *ret_work_s = push->worker_s + turns * push->server_s + workers * line->update_s +
                  turns * pull->server_s + pull->worker_s;
    return (struct moment){.s = 4 * line->latency_s + moving_s + *ret_work_s,
                           .operations = 4,
                           .bytes = llround(push->wire_bytes + pull->wire_bytes)};
}
