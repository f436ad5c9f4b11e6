/* SPDX-License-Identifier: MIT
 * exchange.h -- the executor of collectives: runs each rank's schedule over a channel.
 *
 * A *plan* compiles a collective for (ranks, sizes) once: the schedules of all ranks, who
 * writes and who reads each slot.  An *exchange* is one execution (one round): an object per
 * slot, and a state machine per rank and lane that is driven by callbacks; the rank's body
 * blocks once, until all its lanes are through.  What is summed is algorithms/reduce.h's
 * business. */
#ifndef TRAINCAST_SIM_CHANNEL_EXCHANGE_H
#define TRAINCAST_SIM_CHANNEL_EXCHANGE_H

#include "algorithms/collective/collective.h"
#include "sim/channel/channel.h"

struct exchange_plan;
/* Pure; collective->conf as loaded. */
struct exchange_plan *exchange_plan_new(const struct choice *collective, int ranks,
                                        struct vector_size size);
/* For a channel with these facts: one that merges does so in place of a leader. */
struct exchange_plan *exchange_plan_on(const struct channel_facts *facts,
                                       const struct choice *collective, int ranks,
                                       struct vector_size size);
struct exchange_plan *exchange_plan_free(struct exchange_plan *plan);
int64_t exchange_plan_max_message_bytes(const struct exchange_plan *plan);

/* Over a channel that loses messages: what the sums of the round that has been exchanged are
 * made of, where some contribution was lost; NULL: nothing was.  Borrowed until the next call.
 * Contributions may be lost, results are sent until they arrive
 * (algorithms/collective/carried.h): so everybody holds the same sums. */
struct carried_part;
const struct carried_part *exchange_plan_sums(const struct exchange_plan *plan, int *ret_parts);

struct exchange;
/* The plan and the channel outlive it.  Exchanges of different groups or rounds may overlap. */
struct exchange *exchange_new(const struct exchange_plan *plan, struct channel *channel);
/* Before anybody runs: it is that round's, from 0; numbers its messages
 * (sim/network/message.h).
 */
void exchange_set_round(struct exchange *exchange, int64_t round);
/* No rank is in exchange_run any more; NULL-safe, returns NULL. */
struct exchange *exchange_free(struct exchange *exchange);

/* Blocks.  Runs rank's schedule on node.  Books WAIT and COMMUNICATE on the node's entity.
 *   OK          all its steps are done, and its posted messages have arrived
 *   LOST        exchange_abandon was called: leave, the job decides
 *   TOO_LARGE, THROTTLED ... a request of it failed for good
 *   or the actor's doom: its requests are cancelled, its slots stay unwritten.
 * A rank whose body was replaced (crash, re-invocation) calls it again and restarts its
 * schedule from the beginning; what its predecessor has PUT is there and is overwritten
 * (storage) or not sent again (direct).  The others go on waiting for it until then. */
enum outcome exchange_run(struct actor *self, struct exchange *exchange, int rank,
                          struct node *node);
/* Since when the rank, in exchange_run, has been waiting for something that is not there, of
 * several the longest; INFINITY: it waits for nothing. */
double exchange_waits_since_s(const struct exchange *exchange, int rank);
/* Everyone blocked in exchange_run returns LOST, later callers at once. */
void exchange_abandon(struct exchange *exchange);

#endif
