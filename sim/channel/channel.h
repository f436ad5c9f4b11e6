/* SPDX-License-Identifier: MIT
 * channel.h -- how bytes get from node to node: through a storage service or directly.
 *
 * An *object* is one named piece of data of the channel (a key of a store, a message of a direct
 * network).  A *request* is one operation on an object by one node: it begins, takes its time
 * (throttling, latency, transfer over the node's NIC and the service) and ends with a callback.
 * Requests never wait on an actor, so one worker may have thousands under way; channel_do is the
 * blocking form for a body.
 *
 * Values never travel here: channels move bytes, reduce.h forms numbers.
 * To add a kind: write yours.c beside s3.c, add its line to list.h. */
#ifndef TRAINCAST_SIM_CHANNEL_CHANNEL_H
#define TRAINCAST_SIM_CHANNEL_CHANNEL_H

#include "base/field.h"
#include "sim/node/node.h"

struct channel;
struct request;

/* One named piece of data.  Embedded in its owner; zero it before first use, then object_init. */
struct object {
    int64_t bytes;
    double visible_s;        /* when it became readable; INFINITY while it is not there */
    uint64_t version;        /* counts overwrites */
    struct request *waiting; /* GETs that wait for it to appear, in order of arrival */
};
void object_init(struct object *object);

enum verb { VERB_PUT, VERB_GET, VERB_LIST, VERB_DELETE, VERB_COUNT };

typedef void(request_fn)(struct request *request);

/* Embedded in its owner; zero it before first use. */
struct request {
    /* set by the caller */
    enum verb verb;
    struct node *node;       /* who asks */
    struct object *object;
    struct node *to;         /* direct channels: PUT's receiver; else NULL */
    int64_t bytes;           /* PUT: size; others: taken from the object */
    bool bulk;               /* reads or writes a data set or checkpoint: by several connections */
    request_fn *done;        /* callback; never called from channel_begin */
    /* set by the channel */
    struct channel *channel;
    enum outcome outcome;
    double begin_s, end_s;
    uint32_t serial;         /* number of this request of its node on its channel: indexes its
                              * randomness, so that polls computed and polls simulated draw alike */
    int attempt;             /* throttled attempts so far */
    double waited_s;         /* of the time from begin to end: waiting for the object to appear */
    struct flow flow;
    struct event event;
    struct request *next;
    void *state[4];
};

struct channel_facts {
    bool posted;              /* PUT does not hold up its lane (a direct network's send) */
    bool has_receiver;        /* PUT needs request.to */
    int64_t max_object_bytes; /* 0: no limit */
};

struct channel_kind {
    struct kind kind;
    struct channel_facts (*facts)(const void *conf);
    struct channel *(*open)(struct world *world, const char *name, const void *conf);
    /* Callback-safe.  GET of an object not yet there waits for it in the kind's way of polling. */
    void (*begin)(struct channel *channel, struct request *request);
    /* Stops it without calling done; what has moved is counted. */
    void (*cancel)(struct channel *channel, struct request *request);
    /* Charges requests, transfer and hours up to now; the channel's last act. */
    void (*settle)(struct channel *channel);
    int64_t (*accrued_pusd)(const struct channel *channel);
    struct channel *(*close)(struct channel *channel); /* frees; after the engine ended */
};

/* First member of every kind's own struct. */
struct channel {
    const struct channel_kind *kind;
    struct world *world;
    char name[32]; /* "main" */
    const void *conf;
};

extern const struct family channel_family; /* "channel" */

/* Blocks.  One request from begin to end; cancelled when the actor's doom strikes. */
enum outcome channel_do(struct actor *self, struct channel *channel, struct request *request,
                        const char *for_what);

static inline const struct channel_kind *channel_kind_of(const struct choice *choice)
{
    return (const struct channel_kind *)choice->kind;
}

#endif
