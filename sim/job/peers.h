/* SPDX-License-Identifier: MIT
 * peers.h -- the state of a decentralised training job: workers that exchange parcels of their
 * replicas straight with each other, in rounds of phases (algorithms/averaging).
 *
 * decentralised.c is the kind with its settings and checks, peers.c a worker's round,
 * peers_round.c what a round knows: what was sent, what arrived, who is through; and
 * peers_learn.c what becomes of the replicas.
 *
 * A worker is through a phase when the fate of all parcels to it is known: each has arrived, or
 * will not.  There is no other barrier, so workers may be rounds apart: on a ring by as many as
 * lie between them.  A round is formed, in order, when its last worker is through. */
#ifndef TRAINCAST_SIM_JOB_PEERS_H
#define TRAINCAST_SIM_JOB_PEERS_H

#include "algorithms/averaging/averaging.h"
#include "sim/job/training.h"
#include "sim/network/message.h"
#include "traces/graph/graph.h"

struct decentralised_conf {
    struct data_parallel_conf training; /* first: what all training jobs have */
    struct choice averaging;            /* family "averaging" */
    int64_t local_steps;
    double deadline_s; /* INFINITY: none */
    bool evaluate_replicas;
};

/* One worker in one phase of a round. */
struct peer_phase {
    int64_t first, count; /* its parcels among the phase's, which are in order of sender */
    int64_t awaited;      /* parcels to it of which it is not known what becomes */
    int64_t unsent;       /* parcels to it that are not sent yet */
    bool entered, closed; /* closed: it has gone on; what comes now is late */
};

struct phase {
    struct parcels parcels;
    struct message *message; /* [parcels] */
    size_t message_capacity;
    struct peer_phase *peer; /* [workers] */
    bool *arrived;           /* [slots] */
    const uint64_t **lost;   /* [slots]: packets, where some of a parcel is missing */
    struct arrivals got;
};

/* A round that somebody has begun and of which something is not over. */
struct peers_round {
    struct peers *peers;
    struct peers_round *next; /* the round behind it, or the next unused one */
    int64_t round;
    double begin_s;
    struct phase phase[AVERAGING_PHASES];
    int entered, through;
    int64_t missing;   /* parcels that did not arrive, or not wholly */
    int64_t under_way; /* messages that their sender has not done with */
    bool formed;
};

struct peer {
    struct worker *worker;
    struct node *node;
    struct actor *waiting; /* in engine_wait for the end of a phase */
    struct peers_round *in;
    int phase;
};

struct peers {
    struct training *t;
    const struct decentralised_conf *conf;
    struct graph graph;
    struct averaging averaging;
    struct peer *peer;                /* [workers] */
    int ready;                        /* workers that have loaded their data */
    struct peers_round *first, *last; /* in order; NULL: none */
    struct peers_round *unused;
    int64_t rounds;     /* that somebody has begun */
    int64_t late;       /* parcels */
    uint32_t link_most; /* parcels of a phase on one link */

    /* evaluated, and not in the ledger yet */
    bool has_pending;
    int64_t pending_round;
    double pending_s;
};

static inline struct peers *peers_of(const struct training *t)
{
    return t->state;
}

/* peers_round.c */
struct peers_round *peers_round(struct peers *peers, int64_t round);
/* Sends what the worker sends in the phase.  What it shall not wait for is counted at once. */
void peers_send(struct peers_round *round, int phase, int worker);
/* Whatever has not arrived by now is missing. */
void peers_close(struct peers_round *round, int phase, int worker);
/* Books COMMUNICATE, or WAIT while somebody it needs has not come to the exchange. */
void peers_book(const struct peers_round *round, int worker);
/* Of a parcel of the phase as it is sent. */
int64_t peers_bytes(const struct averaging *averaging, const struct learner_facts *facts,
                    int phase, const struct parcel *parcel);
void peers_release(struct peers_round *round); /* if nothing of it is needed any more */
void peers_free_rounds(struct peers *peers);

/* peers_learn.c */
/* The last worker is through: mixes the replicas, evaluates, decides whether it was the last
 * round. */
void peers_form(struct peers_round *round);
/* What was evaluated last goes to the ledger. */
void peers_flush(struct peers *peers);

/* peers.c */
extern const struct sync_kind peers_sync;
/* NULL with mistakes in *diags.  Also for checks: run is not needed. */
bool peers_bind(struct peers *peers, const struct scenario *scenario, int workers,
                int64_t parameters, struct diag_list *diags);

#endif
