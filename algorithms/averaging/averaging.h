/* SPDX-License-Identifier: MIT
 * averaging.h -- family "averaging": how workers that hold a replica of the model each bring
 * their replicas together, over a network that may lose messages.
 *
 * A kind says two things.  What moves: phase by phase, which *parcel* (a stretch of a worker's
 * values) goes from whom to whom.  What it means: given which parcels arrived, the values that
 * each worker has afterwards.  Pure: no clock, no channel, nobody lost; who loses parcels, and
 * when a phase ends, is the job's affair (sim/job/replicas.h).
 *
 * Letters: n workers, P floats of values, B blocks.  In a round a worker computes its values (a
 * model after its own steps, or a gradient: kind->of_gradients), phases move parcels of them,
 * and mix forms everybody's values anew, coordinate by coordinate.
 *
 * To add a kind: write yours.c with `const struct averaging_kind averaging_yours`, add its line
 * to list.h; tests/conformance/averaging.c holds every kind to what is said here. */
#ifndef TRAINCAST_ALGORITHMS_AVERAGING_AVERAGING_H
#define TRAINCAST_ALGORITHMS_AVERAGING_AVERAGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/field.h"
#include "base/rng.h"

enum { AVERAGING_PHASES = 2 };

/* One message: floats [first, first + count) of worker `from`, or of what it has formed in the
 * phase before, to worker `to`. */
struct parcel {
    int32_t from, to;
    int32_t slot; /* where its arrival is noted: below kind->slots, no two of a phase alike */
    int64_t first, count;
};

struct parcels {
    struct parcel *parcel;
    size_t count, capacity;
};
void parcels_add(struct parcels *parcels, struct parcel parcel);
void parcels_done(struct parcels *parcels); /* safe on {0}, twice */

/* What became of the parcels of one phase. */
struct arrivals {
    const bool *arrived; /* [slots] */
    /* Where single packets of a parcel can be lost: each holds so many floats of it, the last
     * what is left.  0: parcels arrive whole or not at all. */
    int64_t packet_floats;
    /* [slots]: of a parcel that arrived, a bit for each packet that did not; an entry, or all,
     * may be NULL: no packet is lost. */
    const uint64_t *const *lost;
};

/* Whether the float `offset` floats behind the parcel's first arrived. */
static inline bool arrivals_have(const struct arrivals *arrivals, int32_t slot, int64_t offset)
{
    const uint64_t *lost;
    int64_t packet;

    if (!arrivals->arrived[slot])
        return false;
    lost = arrivals->lost ? arrivals->lost[slot] : NULL;
    if (!lost || !arrivals->packet_floats)
        return true;
    packet = offset / arrivals->packet_floats;
    return !(lost[packet / 64] >> (packet % 64) & 1);
}

/* A chosen kind bound to its workers; made by averaging_init.  Everything is const afterwards:
 * several threads may use it. */
struct averaging {
    const struct averaging_kind *kind;
    const void *conf;
    int workers;              /* n */
    int64_t parameters;       /* P */
    struct rng_stream stream; /* "averaging": its own random numbers, by round */
    const int32_t (*edge)[2]; /* borrowed; who is linked with whom, each pair once; for */
    size_t edges;             /* kinds with a graph */
    void *state;              /* the kind's */
};

struct averaging_kind {
    struct kind kind;
    bool of_gradients; /* values are gradients, which the optimizer then applies; else models */
    bool needs_all;    /* makes no sense unless every parcel arrives */
    bool unites;       /* when all parcels have arrived everybody's values are the same */

    /* The chosen graph of kinds that have one (family "graph"); NULL: it needs none. */
    const struct choice *(*graph)(const void *conf);

    /* Checks and fills state; false with a sentence when it cannot work with so many workers or
     * so few parameters.  release: may be NULL. */
    bool (*prepare)(struct averaging *averaging, struct err *err);
    void (*release)(struct averaging *averaging);

    int phases; /* 1 or 2: a parcel of phase 1 leaves its sender when that one's phase 0 is over
                 */
    int64_t (*slots)(const struct averaging *averaging, int phase); /* below 2^31 */

    /* Appends the parcels that worker `from` sends, in the order in which it does; they share
     * nothing but slots with others.  None goes to its sender. */
    void (*parcels)(const struct averaging *averaging, int64_t round, int phase, int from,
                    struct parcels *out);

    /* out[i][begin .. end) of every worker i from in[0..n)[begin .. end) and the arrivals of
     * each phase.  Rows of out may be those of in; NULL in out: not wanted.  Stretches may be
     * mixed in any order, on any thread: same bits. */
    void (*mix)(const struct averaging *averaging, int64_t round, const struct arrivals *got,
                int64_t begin, int64_t end, const float *const *in, float *const *out);
};

extern const struct family averaging_family; /* "averaging" */

/* edge may be NULL for kinds without a graph.  False with a sentence; ret is {0} then. */
bool averaging_init(struct averaging *ret, const struct choice *choice, int workers,
                    int64_t parameters, uint64_t seed, const int32_t (*edge)[2], size_t edges,
                    struct err *err);
void averaging_done(struct averaging *averaging); /* safe on {0}, twice */

static inline const struct averaging_kind *averaging_kind_of(const struct choice *choice)
{
    return (const struct averaging_kind *)choice->kind;
}

/* -- what is measured of replicas -- */
/* out: float[length], the mean of the replicas, in order, with double accumulators. */
void replicas_mean(const float *const *replica, int workers, int64_t length, float *out);
/* The consensus distance: mean over the replicas of ||x_i - x mean||^2, mean in double. */
double replicas_distance(const float *const *replica, int workers, int64_t length);

/* -- configurations of the kinds -- */
enum averaging_map { MAP_RANDOM, MAP_FIXED };
enum averaging_fallback { FALLBACK_OWN, FALLBACK_SKIP, FALLBACK_ZERO };
enum d_psgd_missing { MISSING_OWN, MISSING_RENORMALISE };

struct scatter_conf {
    int map;         /* enum averaging_map */
    int64_t servers; /* 0: every worker */
    int64_t blocks;  /* 0: one for each server */
    int fallback;    /* enum averaging_fallback; gradients only */
};

struct d_psgd_conf {
    struct choice graph; /* family "graph" */
    int missing;         /* enum d_psgd_missing */
};

#endif
