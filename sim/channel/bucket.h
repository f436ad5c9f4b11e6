/* SPDX-License-Identifier: MIT
 * bucket.h -- a token bucket: so many requests a second, unused ones saved up to a limit. */
#ifndef TRAINCAST_SIM_CHANNEL_BUCKET_H
#define TRAINCAST_SIM_CHANNEL_BUCKET_H

#include <math.h>
#include <stdbool.h>

struct bucket {
    double rate_per_s; /* INFINITY: never empty */
    double depth;      /* the most tokens it holds */
    double tokens, at_s;
};

static inline struct bucket bucket_full(double rate_per_s, double burst_s)
{
    double depth = isnan(rate_per_s) ? INFINITY : fmax(1, rate_per_s * burst_s);

    return (struct bucket){.rate_per_s = isnan(rate_per_s) ? INFINITY : rate_per_s,
                           .depth = depth,
                           .tokens = depth};
}

/* Takes so many tokens; false when there are fewer.  More than the bucket ever holds are taken
 * when it is full, and owed.  now_s never decreases. */
static inline bool bucket_take_many(struct bucket *bucket, double now_s, double tokens)
{
    if (isinf(bucket->rate_per_s))
        return true;
    bucket->tokens =
        fmin(bucket->depth, bucket->tokens + (now_s - bucket->at_s) * bucket->rate_per_s);
    bucket->at_s = now_s;
    /* Tokens are summed up from many small parts: a whole one may lack a rounding error. */
    if (bucket->tokens < fmin(tokens, bucket->depth) - 1e-6)
        return false;
    bucket->tokens -= tokens;
    return true;
}

static inline bool bucket_take(struct bucket *bucket, double now_s)
{
    return bucket_take_many(bucket, now_s, 1);
}

#endif
