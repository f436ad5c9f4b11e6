/* SPDX-License-Identifier: MIT
 * scatter.c -- see scatter.h.
 *
 * Slots of both phases: block * n + the worker that is not the server. */
#include "algorithms/averaging/scatter.h"

#include <stdlib.h>
#include <string.h>

#include "algorithms/collective/collective.h"
#include "algorithms/reduce.h"
#include "base/memory.h"

/* Floats of all workers that are averaged at once stay in the second cache. */
enum { PIECE_MOST = 1024 };

const char *const scatter_map_names[] = {"random", "fixed", NULL};

static const struct scatter_conf every_worker = {.map = MAP_FIXED};

static const struct scatter_conf *conf_of(const struct averaging *averaging)
{
    return averaging->conf ? averaging->conf : &every_worker;
}

static int64_t servers_of(const struct averaging *averaging)
{
    const struct scatter_conf *conf = conf_of(averaging);

    return conf->servers ? conf->servers : averaging->workers;
}

static int64_t blocks_of(const struct averaging *averaging)
{
    const struct scatter_conf *conf = conf_of(averaging);

    return conf->blocks ? conf->blocks : servers_of(averaging);
}

bool scatter_prepare(struct averaging *averaging, struct err *err)
{
    int64_t servers = servers_of(averaging), blocks = blocks_of(averaging);

    if (servers > averaging->workers)
        return err_set(err, "%lld servers are more than the %d workers", (long long)servers,
                       averaging->workers);
    if (servers > blocks)
        return err_set(err, "%lld servers are more than the %lld blocks: some would serve none",
                       (long long)servers, (long long)blocks);
    if (blocks > averaging->parameters)
        return err_set(err, "%lld blocks are more than the model's %lld parameters",
                       (long long)blocks, (long long)averaging->parameters);
    if (blocks * averaging->workers >= INT32_MAX)
        return err_set(err, "%lld blocks of %d workers are more messages than can be numbered",
                       (long long)blocks, averaging->workers);
    return true;
}

int64_t scatter_slots(const struct averaging *averaging, int phase)
{
    (void)phase;
    return blocks_of(averaging) * averaging->workers;
}

/* server: [workers], the first `servers` of which serve blocks in turn. */
static void draw_servers(const struct averaging *averaging, int64_t round, uint32_t *server)
{
    struct rng rng = rng_at(averaging->stream, (uint32_t)round, (uint32_t)(round >> 32));

    for (int i = 0; i < averaging->workers; i++)
        server[i] = (uint32_t)i;
    if (conf_of(averaging)->map == MAP_RANDOM)
        rng_shuffle(&rng, server, (size_t)averaging->workers);
}

static struct slice slice_of_block(const struct averaging *averaging, int64_t block)
{
    struct slice slice = slice_of(averaging->parameters * (int64_t)sizeof(float), (int)block,
                                  (int)blocks_of(averaging));

    return (struct slice){slice.offset_bytes / (int64_t)sizeof(float),
                          slice.bytes / (int64_t)sizeof(float)};
}

/* -- what moves -- */
/* To every server in turn, beginning behind its own place, so that not all send to one first.
 */
static void scatter(const struct averaging *averaging, const uint32_t *server, int place,
                    int from, struct parcels *out)
{
    int64_t blocks = blocks_of(averaging), servers = servers_of(averaging);

    for (int64_t i = 1; i <= blocks; i++) {
        int64_t block = (place + i) % blocks;
        struct slice slice = slice_of_block(averaging, block);
        int32_t to = (int32_t)server[block % servers];

        if (to != from)
            parcels_add(out,
                        (struct parcel){.from = from,
                                        .to = to,
                                        .slot = (int32_t)(block * averaging->workers + from),
                                        .first = slice.offset_bytes,
                                        .count = slice.bytes});
    }
}

static void gather(const struct averaging *averaging, const uint32_t *server, int place,
                   struct parcels *out)
{
    int64_t blocks = blocks_of(averaging), servers = servers_of(averaging);
    int n = averaging->workers;

    for (int64_t block = place; place < servers && block < blocks; block += servers) {
        struct slice slice = slice_of_block(averaging, block);

        for (int i = 1; i < n; i++) {
            int32_t to = (int32_t)server[(place + i) % n];

            parcels_add(out, (struct parcel){.from = (int32_t)server[place],
                                             .to = to,
                                             .slot = (int32_t)(block * n + to),
                                             .first = slice.offset_bytes,
                                             .count = slice.bytes});
        }
    }
}

void scatter_parcels(const struct averaging *averaging, int64_t round, int phase, int from,
                     struct parcels *out)
{
    uint32_t *server = NEW_ARRAY(uint32_t, averaging->workers);
    int place = 0;

    draw_servers(averaging, round, server);
    while ((int)server[place] != from)
        place++;
    if (phase == 0)
        scatter(averaging, server, place, from, out);
    else
        gather(averaging, server, place, out);
    free(server);
}

/* -- what it means -- */
struct mixing {
    const struct averaging *averaging;
    const struct scatter_rule *rule;
    const struct arrivals *got;
    uint32_t *server;       /* [n] */
    bool *counts, *hears;   /* [n]: its block counts at the server; it has the average */
    bool *complete, *heard; /* [n]: the same of all its blocks, with whole_workers */
    const float **contribution;
    float *average, *zeros; /* [PIECE_MOST] */
};

/* With whole_workers: who lost nothing in a phase. */
static void find_complete(struct mixing *m)
{
    int n = m->averaging->workers;
    int64_t blocks = blocks_of(m->averaging), servers = servers_of(m->averaging);

    for (int i = 0; i < n; i++)
        m->complete[i] = m->heard[i] = true;
    for (int64_t block = 0; block < blocks; block++) {
        int64_t floats = slice_of_block(m->averaging, block).bytes;

        for (int i = 0; i < n; i++) {
            int32_t slot = (int32_t)(block * n + i);

            if ((int)m->server[block % servers] == i)
                continue;
            for (int64_t k = 0; k < floats; k += m->got[0].packet_floats ?: floats)
                m->complete[i] = m->complete[i] && arrivals_have(&m->got[0], slot, k);
            for (int64_t k = 0; k < floats; k += m->got[1].packet_floats ?: floats)
                m->heard[i] = m->heard[i] && arrivals_have(&m->got[1], slot, k);
        }
    }
}

static void begin_mixing(struct mixing *m, int64_t round)
{
    size_t n = (size_t)m->averaging->workers;

    m->server = NEW_ARRAY(uint32_t, n);
    m->counts = NEW_ARRAY(bool, 4 * n);
    m->hears = m->counts + n;
    m->complete = m->hears + n;
    m->heard = m->complete + n;
    m->contribution = NEW_ARRAY(const float *, n);
    m->average = NEW_ARRAY(float, 2 * PIECE_MOST);
    m->zeros = m->average + PIECE_MOST;
    draw_servers(m->averaging, round, m->server);
    if (m->rule->whole_workers)
        find_complete(m);
}

static void end_mixing(struct mixing *m)
{
    free(m->server);
    free(m->counts);
    free(m->contribution);
    free(m->average);
}

/* Who counts and who hears, offset floats into the block. */
static void look(struct mixing *m, int64_t block, int64_t offset)
{
    int n = m->averaging->workers;
    int server = (int)m->server[block % servers_of(m->averaging)];

    for (int i = 0; i < n; i++) {
        int32_t slot = (int32_t)(block * n + i);

        if (m->rule->whole_workers) {
            m->counts[i] = m->complete[i];
            m->hears[i] = m->heard[i];
        } else {
            m->counts[i] = i == server || arrivals_have(&m->got[0], slot, offset);
            m->hears[i] = i == server || arrivals_have(&m->got[1], slot, offset);
        }
    }
}

/* Floats [first, first + count), which all have the same fate. */
static void mix_piece(struct mixing *m, int64_t first, int64_t count, const float *const *in,
                      float *const *out)
{
    int n = m->averaging->workers;
    size_t bytes = (size_t)count * sizeof(float);
    struct reduction reduction;

    for (int i = 0; i < n; i++)
        m->contribution[i] = m->rule->zeros && !m->counts[i] ? m->zeros : in[i] + first;
    reduction =
        reduce(m->contribution, NULL, m->rule->zeros ? NULL : m->counts, n, count, m->average);
    for (int i = 0; i < n; i++) {
        if (!out[i])
            continue;
        if (m->hears[i] && reduction.values)
            memcpy(out[i] + first, m->average, bytes);
        else if (m->rule->zero_unheard)
            memset(out[i] + first, 0, bytes);
        else if (out[i] != in[i])
            memcpy(out[i] + first, in[i] + first, bytes);
    }
}

/* How many floats from offset on have one fate. */
static int64_t alike(const struct mixing *m, int64_t offset, int64_t left)
{
    int64_t count = left < PIECE_MOST ? left : PIECE_MOST;

    for (int phase = 0; phase < 2 && !m->rule->whole_workers; phase++) {
        int64_t packet = m->got[phase].packet_floats;

        if (packet && packet - offset % packet < count)
            count = packet - offset % packet;
    }
    return count;
}

void scatter_mix(const struct averaging *averaging, const struct scatter_rule *rule,
                 const struct arrivals *got, int64_t round, int64_t begin, int64_t end,
                 const float *const *in, float *const *out)
{
    struct mixing m = {.averaging = averaging, .rule = rule, .got = got};
    int64_t blocks = blocks_of(averaging);

    begin_mixing(&m, round);
    for (int64_t block = 0; block < blocks; block++) {
        struct slice slice = slice_of_block(averaging, block);
        int64_t first = slice.offset_bytes > begin ? slice.offset_bytes : begin;
        int64_t last =
            slice.offset_bytes + slice.bytes < end ? slice.offset_bytes + slice.bytes : end;

        for (int64_t count; first < last; first += count) {
            count = alike(&m, first - slice.offset_bytes, last - first);
            look(&m, block, first - slice.offset_bytes);
            mix_piece(&m, first, count, in, out);
        }
    }
    end_mixing(&m);
}
