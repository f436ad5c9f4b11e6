/* SPDX-License-Identifier: MIT
 * s3_inside.h -- what s3.c (requests and money) and s3_wait.c (polling) share. */
#ifndef TRAINCAST_SIM_CHANNEL_S3_INSIDE_H
#define TRAINCAST_SIM_CHANNEL_S3_INSIDE_H

#include "sim/channel/bucket.h"
#include "sim/channel/channel.h"
#include "sim/channel/s3.h"

struct s3 {
    struct channel channel;
    const struct s3_conf *conf;
    struct share *aggregate; /* NULL: unlimited */
    double connection_bytes_per_s;
    struct bucket writes, reads;
    struct rng_stream latency, backoff;
    struct request_count *count[VERB_COUNT];
    struct request **polling; /* those whose polls are computed, in no particular order */
    size_t polling_count, polling_capacity;
    bool settled;
};

static inline struct s3 *s3_of(const struct request *request)
{
    return (struct s3 *)request->channel;
}

/* s3.c */
extern const struct channel_kind channel_s3;
double s3_latency_s(struct s3 *s3, struct request *request, double sent_s);
/* The service has seen the try in progress. */
void s3_book(struct s3 *s3, struct request *request, enum outcome outcome);
void s3_transfer(struct s3 *s3, struct request *request);
event_fn s3_try; /* sends a request */

/* s3_wait.c */
event_fn s3_look; /* is what a GET or LIST asks for there now? */
void s3_appear(struct s3 *s3, struct object *object, int64_t bytes);
void s3_wait_ideally(struct s3 *s3, struct request *request);
void s3_stop_waiting(struct s3 *s3, struct request *request);
/* Books the polls up to now of those that wait. */
void s3_book_polls(struct s3 *s3);
bool s3_is_there(const struct request *request);

#endif
