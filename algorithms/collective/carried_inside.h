/* SPDX-License-Identifier: MIT
 * carried_inside.h -- what carried.c and carried_sets.c share. */
#ifndef TRAINCAST_ALGORITHMS_COLLECTIVE_CARRIED_INSIDE_H
#define TRAINCAST_ALGORITHMS_COLLECTIVE_CARRIED_INSIDE_H

#include "algorithms/collective/carried.h"

/* A step in the order in which all can be taken. */
struct carried_turn {
    int32_t rank;
    struct step step;
};

struct carried_slot {
    int64_t offset_bytes, bytes, sent_bytes;
    int64_t edge; /* its first; those of the next slot follow */
    int64_t set;  /* first of its sets: one a part that it covers */
    int32_t writer, first_part, parts;
    bool is_result;
};

struct carried_loss {
    int64_t edge;
    int32_t packets;
    uint64_t *missing;
};

struct carried {
    int ranks;
    int64_t bytes, packet_bytes;
    size_t words;              /* of a set of ranks */
    struct schedule *schedule; /* [ranks] */
    struct carried_slot *slot; /* [slots + 1] */
    int64_t slots, edges;
    int32_t *reader;  /* [edges] */
    uint32_t *number; /* [edges] */
    uint32_t numbers;
    struct carried_part *part; /* [parts] */
    int parts;
    struct carried_turn *turn;
    size_t turns, turn_capacity;
    uint64_t *known;  /* [ranks][parts][words] */
    uint64_t *moving; /* [sets][words]: what was PUT into slots */
    uint64_t *result; /* [parts][words] */
    struct carried_loss *loss;
    size_t losses, loss_capacity;
    struct carried_loss **loss_of; /* [edges] while a round is formed */
};

/* Finds an order in which all steps can be taken. */
void carried_order(struct carried *c);
/* Runs them without loss: which slots hold everybody's contribution? */
void carried_find_results(struct carried *c);
/* Runs them with the losses in loss_of; fills result. */
void carried_run(struct carried *c);

#endif
