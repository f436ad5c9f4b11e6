/* SPDX-License-Identifier: MIT
 * collective.h -- which messages W ranks exchange so that each holds the reduction of all.
 *
 * A collective only says what moves.  What is summed is reduce.h.  Pure: no clock, no channel.
 *
 * A *slot* is one message: exactly one rank PUTs it, one or more ranks read it (GET, GATHER).
 * Through storage it is one object, read by all its readers; over a direct network it is one
 * send to each reader other than the writer itself.  A rank's steps of one lane run one after
 * another: PUT     storage: until the object is stored.  Direct: posted, goes on at once. GET
 * until the slot is there and has been received. GATHER  `count` consecutive slots, in whatever
 * order they appear. Slots are numbered 0 .. slots-1 without gaps.  Zero-byte slices keep their
 * steps, so that counts do not depend on bytes.
 *
 * To add a kind: write yours.c with `const struct collective_kind collective_yours`, add its
 * line to list.h; tests/conformance/collective.c proves for every kind, W = 1, 2, 3, ... and
 * byte counts that W does not divide, blocking and posted PUTs, that everyone ends with
 * everything. */
#ifndef TRAINCAST_ALGORITHMS_COLLECTIVE_COLLECTIVE_H
#define TRAINCAST_ALGORITHMS_COLLECTIVE_COLLECTIVE_H

#include <stddef.h>
#include <stdint.h>

#include "base/field.h"

enum step_op { STEP_PUT, STEP_GET, STEP_GATHER };

struct step {
    enum step_op op;
    int32_t slot;  /* the (first) slot */
    int32_t count; /* slots: 1 unless GATHER */
    int32_t lane;  /* 0, 1, ...: lanes run side by side */
    /* Which part of the vector the message is about: [offset, offset + bytes).  Every slot of a
     * GATHER is about the same part and has these bytes. */
    int64_t offset_bytes, bytes;
    /* Of how many ranks such a message holds the sum; of a GATHER's the most. */
    int32_t summed;
    /* What a message has on its way: fewer than `bytes` where most of the sum is zeros.  Set by
     * collective_steps. */
    int64_t sent_bytes;
};

/* How large vectors are.  Each number takes four bytes; parts are cut in these.  A vector of
 * few other than zeros is sent as those, and then sums of more ranks are larger. */
struct vector_size {
    int64_t bytes;
    const int64_t *sum_bytes; /* [ranks]: as it is sent, the sum of 1, 2, ... ranks; borrowed.
                               * NULL: whole */
};
static inline struct vector_size vector_whole(int64_t bytes)
{
    return (struct vector_size){.bytes = bytes};
}
/* Of a part of `bytes` of the sum of so many ranks' vectors, rounded up.  SIMPLIFIED:
 * what is not zero is spread evenly over the vector. */
int64_t vector_sent_bytes(struct vector_size size, int64_t bytes, int summed);

/* One rank's steps, in the order in which its lanes start them. */
struct schedule {
    struct step *step;
    size_t count, capacity;
};

void schedule_add(struct schedule *schedule, struct step step);
void schedule_clear(struct schedule *schedule); /* empties, keeps the memory */
void schedule_done(struct schedule *schedule);  /* safe on {0}, twice */

struct collective_kind {
    struct kind kind;
    /* How many slots; below 2^31 (collective_fits). */
    int64_t (*slots)(const void *conf, int ranks);
    /* One rank merges everything: a service that can do it may stand in for it. */
    bool has_leader;
    /* Appends rank's steps to *out.  bytes: size of the whole vector.  ranks = 1: no steps.
     * Called by collective_steps alone. */
    void (*steps)(const void *conf, struct schedule *out, int rank, int ranks, int64_t bytes);
};

extern const struct family pattern_family; /* "pattern" */

static inline const struct collective_kind *collective_of(const struct choice *choice)
{
    return (const struct collective_kind *)choice->kind;
}

/* Appends rank's steps to *out. */
void collective_steps(const struct choice *choice, struct schedule *out, int rank, int ranks,
                      struct vector_size size);

/* False when there would be too many slots to number. */
bool collective_fits(const struct choice *choice, int ranks);

/* Part `part` of `parts` of a message: whole floats, sizes differ by at most one float, in
 * order, together the message.  A message that is not a multiple of 4 bytes gives its rest to
 * the last. */
struct slice {
    int64_t offset_bytes, bytes;
};
struct slice slice_of(int64_t bytes, int part, int parts);

/* The largest message of a rank's schedule, on its way. */
int64_t schedule_max_message_bytes(const struct schedule *schedule);

/* What all ranks together do, in operations of a storage channel. */
struct collective_totals {
    int64_t puts, gets; /* GATHER counts as `count` GETs */
    int64_t put_bytes, get_bytes;
    int64_t max_message_bytes;
    int64_t most_operations; /* PUTs and GETs of the busiest rank */
    int64_t most_bytes;      /* moved by the rank that moves most */
};
struct collective_totals collective_totals(const struct choice *choice, int ranks,
                                           struct vector_size size);

/* How many messages rank `from` sends another one straight, without a store. */
int64_t collective_messages(const struct choice *choice, int ranks, int from, int to);

struct tree_conf {
    int64_t fan_out;
};

#endif
