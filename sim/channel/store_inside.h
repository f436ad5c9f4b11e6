/* SPDX-License-Identifier: MIT
 * store_inside.h -- what storage services are made of: store.c (tries and transfers),
 * store_wait.c (polling), and the kinds that are built of it.
 *
 * A kind's struct begins with struct store, and its ways say where it differs.  The life of a
 * request:
 *
 *     begin -> admit -> latency -> look -> serve -> transfer -> arrive -> finish
 *                \-> refused -> back off /   \-> wait and look again */
#ifndef TRAINCAST_SIM_CHANNEL_STORE_INSIDE_H
#define TRAINCAST_SIM_CHANNEL_STORE_INSIDE_H

#include "sim/channel/channel.h"
#include "sim/channel/store.h"
#include "sim/network/network.h"

struct store;

/* What a kind does in its own way; NULL: as said. */
struct store_ways {
    const char *operation[VERB_COUNT]; /* the service's word for it; NULL: it has no such */
    /* Takes what the try needs of the service's capacity; false: refused.  NULL: accepted. */
    bool (*admit)(struct store *store, const struct request *request);
    /* Parts in which a LIST or FETCH would be answered now, each a request.  NULL: 1. */
    int64_t (*pages)(const struct store *store, const struct request *request);
    /* The service has answered, or refused, a try, which has been counted.  NULL: no matter. */
    void (*meter)(struct store *store, const struct request *request, enum outcome outcome);
    /* What happens before the data of an answered request move; ends in store_transfer.  NULL:
     * nothing. */
    void (*serve)(struct store *store, struct request *request);
    /* What happens after they have; ends in store_complete.  NULL: nothing. */
    void (*arrive)(struct store *store, struct request *request);
    /* A request under way is cut off between those; NULL: nothing to undo. */
    void (*forget)(struct store *store, struct request *request);
};

/* What data cross besides their client's NIC. */
enum { STORE_SHARES = FLOW_SHARES - 1 };
struct store_path {
    struct share *share[STORE_SHARES];
    int count;
};

struct store {
    struct channel channel;
    const struct store_ways *ways;
    const struct store_conf *conf;
    const struct patience_conf *patience; /* NULL: nobody is refused */
    struct store_path to, from;           /* of what is PUT, and of what is read */
    bool reads_all;    /* a FETCH moves all there is in its listing, wanted or not */
    double wire_ratio; /* bytes that move for each of an object's */
    double connection_bytes_per_s;
    struct rng_stream latency, backoff;
    bool may_lose;
    int group;                       /* on whose machine it runs; -1: on none of a group's */
    struct loss_process *loss;       /* NULL: nothing is lost */
    struct loss_process **link_loss; /* [links of the network]; NULL: none loses */
    struct rng_stream lost_backoff;
    struct message_count *messages;
    struct request_count *count[VERB_COUNT];
    struct request **polling; /* those whose polls are computed, in no particular order */
    size_t polling_count, polling_capacity;
    bool settled;
};

static inline struct store *store_of(const struct request *request)
{
    return (struct store *)request->channel;
}

/* -- for kinds ---------------------------------------------------------------------------- */
/* Latency and bandwidth; the rest is the kind's. */
struct channel_means store_means(const struct store_conf *conf);
void store_init(struct store *store, const struct store_ways *ways,
                const struct channel_kind *kind, struct world *world, const char *name,
                const void *settings, const struct store_conf *conf,
                const struct patience_conf *patience);
void store_done(struct store *store);
void store_begin(struct channel *channel, struct request *request);
void store_cancel(struct channel *channel, struct request *request);
void store_transfer(struct store *store, struct request *request);
/* The last byte is where it belongs: what was PUT can be read, the request is over. */
void store_complete(struct store *store, struct request *request);
/* Bytes that a FETCH finds now, of what it wants. */
int64_t store_wanted_bytes(const struct request *request);
/* Books the polls up to now of those that wait: before money is counted. */
void store_book_polls(struct store *store);
/* Of requests with this price each: what is due, and the line of the bill. */
int64_t store_requests_pusd(const struct store *store, enum verb verb, int64_t price_pusd);
void store_charge_requests(struct store *store, enum verb verb, int64_t price_pusd);

/* As channel_kind.show. */
void store_show(struct channel *channel, struct object *object, int64_t bytes);
double store_latency_s(struct store *store, struct request *request, double sent_s);

/* For kinds' own check and unused. */
void store_check(const struct store_conf *conf, const struct loss_check *check);
bool store_unused(const struct channel *channel, char *out, size_t size);

/* -- between store.c and store_loss.c ----------------------------------------------------- */
void store_loss_init(struct store *store);
void store_loss_done(struct store *store);
/* True: it is lost, and the client will try again; the caller has nothing more to do. */
bool store_loses_question(struct store *store, struct request *request); /* before it is sent */
bool store_loses_answer(struct store *store, struct request *request);   /* all is done */
/* Of what runs on a group's machine, which links may lead to. */
const struct value *store_latency_of(const struct store *store, const struct request *request);
double store_cap_per_s(const struct store *store, const struct request *request);

/* -- between store.c and store_wait.c ----------------------------------------------------- */
/* The service has seen the try in progress.  follows: data, whose end writes the row. */
void store_book(struct store *store, struct request *request, enum outcome outcome,
                bool follows);
void store_serve(struct store *store, struct request *request);
event_fn store_try;  /* sends a request */
event_fn store_look; /* is what a reader asks for there now? */
bool store_is_there(struct request *request);
void store_appear(struct store *store, struct object *object, int64_t bytes);
void store_wait_ideally(struct store *store, struct request *request);
void store_stop_waiting(struct store *store, struct request *request);

#endif
