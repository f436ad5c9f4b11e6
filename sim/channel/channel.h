/* SPDX-License-Identifier: MIT
 * channel.h -- how bytes get from node to node: through a storage service or directly.
 *
 * An *object* is one named piece of data of the channel (a key of a store, a message of a
 * direct network).  A *request* is one operation on an object by one node: it begins, takes its
 * time (throttling, latency, transfer over the node's NIC and the service) and ends with a
 * callback. Requests never wait on an actor, so one worker may have thousands under way;
 * channel_do is the blocking form for a body.
 *
 * Values never travel here: channels move bytes, reduce.h forms numbers.
 * To add a kind: write yours.c beside direct.c or, for a storage service, beside s3.c, which is
 * built of store.c; add its line to list.h. */
#ifndef TRAINCAST_SIM_CHANNEL_CHANNEL_H
#define TRAINCAST_SIM_CHANNEL_CHANNEL_H

#include <math.h>

#include "base/field.h"
#include "sim/network/message.h"
#include "sim/node/node.h"

struct channel;
struct loss_check;
struct listing;
struct request;

/* One named piece of data.  Embedded in its owner; object_init before first use.  An owner
 * whose data was there before the run sets visible_s = 0 and bytes. */
struct object {
    int64_t bytes;
    double visible_s;        /* when it became readable; INFINITY while it is not there */
    uint32_t version;        /* counts PUTs that have ended */
    uint32_t coming;         /* direct channels: messages under way that bring it */
    struct request *waiting; /* GETs that wait for it to appear, in order of arrival */
    struct listing *listing; /* in which a LIST finds it; NULL: none */
    struct object *next_listed;
};
void object_init(struct object *object, struct listing *listing);
static inline bool object_is_visible(const struct object *object)
{
    return object->visible_s < INFINITY;
}

/* What a LIST shows: the visible objects of a prefix, linked in the order in which they
 * appeared.  Embedded in its owner; {0} is an empty one. */
struct listing {
    int64_t keys;   /* visible objects, and ... */
    int64_t bytes;  /* ... theirs when they appeared */
    int64_t coming; /* as an object's */
    struct object *first, *last;
    struct request *waiting; /* LISTs and FETCHes that wait for one more */
};

/* A FETCH reads many objects of a listing at once: those it wants that are there. */
enum verb { VERB_PUT, VERB_GET, VERB_LIST, VERB_FETCH, VERB_DELETE, VERB_COUNT };

typedef void(request_fn)(struct request *request);

/* Embedded in its owner; zero it before first use.  May be used again when it is over. */
struct request {
    /* set by the caller */
    enum verb verb;
    bool bulk;         /* reads or writes a data set or checkpoint: by several connections */
    struct node *node; /* who asks */
    struct node *to;   /* direct channels: PUT's receiver; else NULL */
    struct object *object;   /* LIST, FETCH: NULL */
    struct listing *listing; /* LIST, FETCH: of what; else NULL */
    int64_t known;           /* LIST: repeats until it shows more keys than this */
    bool (*wants)(const struct request *request, const struct object *object); /* FETCH */
    struct object *seen; /* FETCH: repeats until one that it wants stands behind this one in
                          * the listing, NULL: anywhere; the channel passes over others */
    int64_t bytes;       /* PUT: size; others: taken from the object */
    request_fn *done;    /* callback; never called from channel_begin.  DELETE may have NULL:
                          * nobody waits for it, the request is free again at once */
    request_fn *waits;   /* callback or NULL: is_waiting has changed */
    request_fn *wrote;   /* callback or NULL, of a store's PUT: the object can be read as this
                          * PUT has it, whether or not its client will ever hear so; once more
                          * each time that a try whose answer was lost is repeated */
    void *owner;         /* the caller's */
    /* Direct channels that may lose: as struct message has them (sim/network/message.h). */
    int64_t round;
    uint32_t which, number;
    bool vital;
    request_fn *missed; /* callback or NULL, before its reader is told: request->message has
                         * lost some, or all, for good; the object can be read all the same */
    struct message *message; /* set by the channel, from begin to end; NULL: none */
    /* set by the channel */
    struct channel *channel;
    enum outcome outcome;
    double begin_s, end_s; /* end_s is NaN while it is under way */
    double waited_s;       /* of the time between: waiting for the object to appear */
    bool is_waiting;       /* for an object that is not there; nothing moves */
    uint32_t version;      /* GET: the object's version that it reads: the one there when its
                            * data begin to move, or, where the kind does not say, when it began */
    struct object *upto;   /* FETCH: it has read what it wants behind `seen` up to this one */
    int attempt;           /* refused (throttled) so far, and ... */
    int lost_tries;        /* ... lost on the way, ... */
    int answers;           /* ... of which the service had answered, likewise */
    /* private to channels */
    uint32_t serial;       /* number of this request of its entity on its channel, and ... */
    uint32_t draws;        /* ... latencies drawn for it: index its randomness, so that polls
                            * computed and polls simulated draw alike */
    double sent_s, tick_s; /* the try in progress: when sent, when answered */
    double wait_begin_s;
    enum request_stage {
        REQUEST_ASKS, /* and is not answered yet, or waits */
        REQUEST_IS_SERVED,
        REQUEST_MOVES, /* flow: its data */
        REQUEST_HAS_MOVED,
    } stage;
    int phase;                   /* the kind's: what is in progress in a stage */
    int64_t page;                /* of a LIST or FETCH, from 1 */
    size_t place;                /* in the channel's table of polling requests, + 1 */
    struct request *next, *prev; /* ring of those that wait for the same */
    struct flow flow;
    struct event event;
};

struct channel_facts {
    bool posted;       /* PUT does not hold up its lane (a direct network's send) */
    bool has_receiver; /* PUT needs request.to and brings the object there: what is visible has
                        * been received, a GET of it takes no time */
    bool may_lose;     /* a message may never arrive: what is learnt depends on which do */
    bool repeats;    /* what is lost is sent again until it is there, however long that takes */
    bool is_watched; /* its network may lose: something is said of loss, or of what to do about
                        it */
    enum traffic traffic;         /* the class of its messages */
    int64_t packet_bytes;         /* losses void slices of this; 0: whole messages */
    bool needs_addressable_nodes; /* functions are behind NAT: no channel between them */
    bool fetches;                 /* has FETCH */
    bool one_table; /* a FETCH reads through, a LIST shows all that is collected by anybody */
    bool lists_by_name;  /* a LIST shows keys sorted, not in the order of their appearance */
    bool starts;         /* its service must start first; it is empty then */
    bool before_workers; /* ... and a job's workers are to start only when it is up */
    bool merges;         /* the service can merge what is PUT, in place of a leader: has show */
    const char *on;      /* the group on whose machine it runs; NULL: on none */
    int64_t max_object_bytes; /* 0: no limit */
    int64_t capacity_bytes;   /* of all objects there at once; 0: no limit */
};

/* What closed forms take (sim/estimate): means, with nobody in the way. */
struct channel_means {
    double latency_s;              /* of a request, from sending it to its first byte */
    double connection_bytes_per_s; /* INFINITY: the NICs alone limit */
    int64_t bulk_connections;
    double start_s;            /* until the service is up; 0: it always is */
    double put_pusd, get_pusd; /* of one request */
    int64_t pusd_per_hour;     /* of what is rented for the channel; 0: nothing is */
    double rent_granularity_s;
    /* Of a service that works on what it merges, on the machine that facts.on says. */
    double wire_bytes;     /* that the request moves */
    double convert_core_s; /* of a core of speed 1 at either end */
    double update_core_s;  /* of one of the server, under a lock */
    double threads;        /* of the server */
};

struct channel_kind {
    struct kind kind;
    struct channel_facts (*facts)(const void *conf);
    /* What no table can say about one field alone; NULL: nothing. */
    void (*check)(const void *conf, const struct loss_check *check);
    /* Which messages its network loses (family "loss"), where nobody gives them up; NULL: of
     * such nothing is lost. */
    const struct choice *(*loss)(const void *conf);
    /* Of requests that move so many bytes.  NULL: no closed form describes the kind. */
    struct channel_means (*means)(const void *conf, int64_t bytes);
    struct channel *(*open)(struct world *world, const char *name, const void *conf);
    /* Callback-safe.  GET of an object not yet there waits for it in the kind's way of polling,
     * LIST likewise for a key beyond those known. */
    void (*begin)(struct channel *channel, struct request *request);
    /* Stops it without calling done; what has moved is counted. */
    void (*cancel)(struct channel *channel, struct request *request);
    /* Direct channels: a message without request and object.  NULL: it has none. */
    void (*send)(struct channel *channel, struct message *message);
    /* The object is there although nobody has PUT it: the service made it, or whoever should
     * have PUT it never will.  NULL unless it merges or can be a job's store. */
    void (*show)(struct channel *channel, struct object *object, int64_t bytes);
    /* The job is over: what was rented for it is given back.  Callback-safe; the second call
     * does nothing.  NULL: nothing was. */
    void (*release)(struct channel *channel);
    /* A sentence about what it was told to do and never could: a scripted loss of a message
     * that nobody sent.  NULL: it is never told such things. */
    bool (*unused)(const struct channel *channel, char *out, size_t size);
    /* Charges requests, transfer and hours up to now; the channel's last act. */
    void (*settle)(struct channel *channel);
    /* Money owed by now that settle has not charged yet. */
    int64_t (*accrued_pusd)(struct channel *channel);
    struct channel *(*close)(struct channel *channel); /* frees; no request is under way;
                                                        * NULL-safe, returns NULL */
};

/* First member of every kind's own struct. */
struct channel {
    const struct channel_kind *kind;
    struct world *world;
    char name[32]; /* "main" */
    const void *conf;
    /* private to channels */
    uint32_t *serial; /* [entities]: requests so far, by entity + 1 */
    size_t entities;
    bool is_down;         /* its service was requested and has not started yet */
    struct request *held; /* ring of those begun before it is up, in order */
    struct event **told;  /* [told_count]: due when it is up */
    size_t told_count, told_capacity;
};

/* -- for whoever has something to move ----------------------------------------------------- */
/* Callback-safe.  Its end is told by request->done. */
void channel_begin(struct channel *channel, struct request *request);
/* No-op unless it is under way. */
void channel_cancel(struct request *request);
static inline bool request_is_under_way(const struct request *request)
{
    return request->channel && request->end_s != request->end_s;
}

/* Callback-safe.  A message straight to a node (sim/network/message.h): the lean way for jobs
 * that send millions, in place of PUT and GET.  Only over a channel that has_receiver.  Its
 * ends are told by message->delivered and ->over; transport_recall takes it back. */
static inline void channel_send(struct channel *channel, struct message *message)
{
    channel->kind->send(channel, message);
}

/* A service that must start is requested when its channel is opened.  Requests begun before it
 * is up wait for it. */
static inline bool channel_is_up(const struct channel *channel)
{
    return !channel->is_down;
}
/* Schedules the event for when it is up, which must not be so already. */
void channel_when_up(struct channel *channel, struct event *event);

extern const struct family channel_family; /* "channel" */

/* Blocks.  One request from begin to end; cancelled when the actor's doom strikes.  Sets
 * request->done and ->owner. */
enum outcome channel_do(struct actor *self, struct channel *channel, struct request *request,
                        const char *for_what);

/* -- for kinds ---------------------------------------------------------------------------- */
void channel_init(struct channel *channel, const struct channel_kind *kind, struct world *world,
                  const char *name, const void *conf);
void channel_done(struct channel *channel);
/* The service has started: what was held begins now. */
void channel_goes_up(struct channel *channel);
/* The channel's own random numbers: stream "channel.NAME.WHAT". */
struct rng_stream channel_stream(const struct channel *channel, const char *what);
/* The numbers of this request (its entity and serial), from position `draw` on: room for 256
 * blocks a draw. */
struct rng request_rng(const struct request *request, struct rng_stream stream, uint32_t draw);
/* The request is over: sets outcome and end_s, then calls done; the kind forgets it before. */
void request_finish(struct request *request, enum outcome outcome);
/* Joins and leaves the ring of those that wait for its object or listing. */
void request_queue(struct request *request);
void request_unqueue(struct request *request); /* no-op unless queued */
/* The same for a ring of the kind's own; a request is in one at most. */
void request_join(struct request **ring, struct request *request);
void request_leave(struct request **ring, struct request *request);
/* Changes is_waiting, books waited_s, tells the caller. */
void request_waits(struct request *request, bool is_waiting);
/* A PUT has ended: the object can be read from now on and is in its listing.  False when it
 * could be read before. */
bool object_appear(struct object *object, int64_t bytes, double now_s);
struct request *request_of_event(struct event *event);
struct request *request_of_flow(struct flow *flow);

static inline const struct channel_kind *channel_kind_of(const struct choice *choice)
{
    return (const struct channel_kind *)choice->kind;
}

#endif
