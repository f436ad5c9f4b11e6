/* SPDX-License-Identifier: MIT
 * carried.h -- whose contributions the messages of a collective carry, and what is in the sum
 * when some of them are lost.
 *
 * A message is one slot on its way to one of its readers: an *edge*; edges are numbered slot by
 * slot, readers ascending.  Two sorts of messages:
 *   contributions   what is not the whole sum yet.  Lost, its reader goes on without, and all
 *                   that it carried is missing from there on: of one rank (allreduce,
 *                   scatter_reduce), of a subtree (tree), of all that a chunk had collected so
 *                   far (ring).
 *   results         what without loss holds everybody's contribution.  All ranks go on from
 *                   them, so they must arrive: whoever moves messages sends them until they do.
 *
 * The sum is formed of what arrived and divided by the weight of that (reduce.h), part by part
 * of the vector: parts are the collective's chunks and, where packets count alone, their
 * slices.
 *
 * Pure: found by running all schedules on sets of ranks, once without loss and once more for
 * each round that lost something. */
#ifndef TRAINCAST_ALGORITHMS_COLLECTIVE_CARRIED_H
#define TRAINCAST_ALGORITHMS_COLLECTIVE_CARRIED_H

#include "algorithms/collective/collective.h"

struct carried;
/* packet_bytes: a message has ceil(its bytes on the way / packet_bytes) packets, and each holds
 * such a part of its slice as slice_of cuts; 0: a message is lost as a whole.  Parts are cut in
 * the size's `bytes`. */
struct carried *carried_new(const struct choice *collective, int ranks, struct vector_size size,
                            int64_t packet_bytes);
struct carried *carried_free(struct carried *carried); /* NULL-safe, returns NULL */

bool carried_is_result(const struct carried *carried, int64_t edge);
/* Of the messages that its writer sends to its reader, which one is it, from 0? */
uint32_t carried_number(const struct carried *carried, int64_t edge);
uint32_t carried_numbers(const struct carried *carried); /* most messages from one to another */
/* The edge of the message from rank to rank with that number; -1: there is none. */
int64_t carried_edge(const struct carried *carried, int from, int to, int64_t number);

/* The message did not arrive whole: packet i of `packets` is missing where missing's bit is
 * set. */
void carried_lose(struct carried *carried, int64_t edge, int32_t packets,
                  const uint64_t *missing);
bool carried_lost_any(const struct carried *carried);

struct carried_part {
    int64_t offset_bytes, bytes;
    const uint64_t *from; /* bit r: rank r's contribution is in the sum */
};
static inline bool carried_from(const struct carried_part *part, int rank)
{
    return part->from[rank / 64] >> (rank % 64) & 1;
}
/* What the sum is made of after the losses noted since the last call, which it forgets;
 * borrowed until the next call.  Parts are in order and cover the vector. */
const struct carried_part *carried_parts(struct carried *carried, int *ret_parts);

#endif
