/* SPDX-License-Identifier: MIT
 * d_psgd.c -- decentralised parallel SGD: everybody averages with its neighbours in a graph.
 *
 *     x_i = sum_j W_ij v_j,   v_j the model of worker j after its own step
 *     W_ij = 1 / (1 + max(d_i, d_j)) for neighbours, d their numbers of neighbours,
 *     W_ii = 1 - sum of the others     (Metropolis-Hastings weights)
 * Rows and columns sum to 1 on any graph, so the mean of all models is kept when nothing is
 * lost.  (Lian et al., Can Decentralized Algorithms Outperform Centralized Algorithms?, NeurIPS
 * 2017, arXiv 1705.09056; it steps from the averaged model with the gradient at the own one,
 * and says that one may as well average after the step, which is done here.  Weights: Xiao,
 * Boyd, Lall, Distributed Average Consensus with Time-Varying Metropolis Weights, 2006.)
 *
 * A neighbour's model that is lost: its weight goes to the worker's own model, or to all that
 * arrived in proportion.  Both keep rows at 1, neither columns: the mean of all models moves.
 */
#include <stdlib.h>
#include <string.h>

#include "algorithms/averaging/averaging.h"
#include "algorithms/reduce.h"
#include "base/memory.h"

enum { PIECE_MOST = 1024 };

static const char *const missing_names[] = {"own", "renormalise", NULL};

static const struct field fields[] = {
    CONF(struct d_psgd_conf, graph, .family = "graph", .preset = "ring",
         .doc = "Who is whose neighbour."),
    CONF(struct d_psgd_conf, missing, .names = missing_names, .preset = "own",
         .doc = "Where the weight of a lost model goes: to the worker's own model, or to all "
                "models that it has, in proportion."),
    CONF_END,
};

/* Neighbours in ascending order, the worker itself among them. */
struct links {
    int64_t *start;     /* [n + 1] */
    int32_t *neighbour; /* [start[n]] */
    double *weight;     /* [start[n]] */
};

static const struct links *links_of(const struct averaging *averaging)
{
    return averaging->state;
}

static const struct choice *d_psgd_graph(const void *conf)
{
    return &((const struct d_psgd_conf *)conf)->graph;
}

/* -- the matrix -- */
static int by_number(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

    return (x > y) - (x < y);
}

static void fill_neighbours(const struct averaging *averaging, struct links *links)
{
    int n = averaging->workers;
    int64_t *next = NEW_ARRAY(int64_t, n);

    for (size_t e = 0; e < averaging->edges; e++)
        for (int end = 0; end < 2; end++)
            links->start[averaging->edge[e][end] + 1]++;
    for (int i = 0; i < n; i++) {
        links->start[i + 1] += links->start[i] + 1;
        next[i] = links->start[i];
    }
    links->neighbour = NEW_ARRAY(int32_t, links->start[n]);
    links->weight = NEW_ARRAY(double, links->start[n]);
    for (int i = 0; i < n; i++)
        links->neighbour[next[i]++] = i;
    for (size_t e = 0; e < averaging->edges; e++)
        for (int end = 0; end < 2; end++)
            links->neighbour[next[averaging->edge[e][end]]++] = averaging->edge[e][1 - end];
    for (int i = 0; i < n; i++)
        qsort(links->neighbour + links->start[i],
              (size_t)(links->start[i + 1] - links->start[i]), sizeof *links->neighbour,
              by_number);
    free(next);
}

static void fill_weights(int n, struct links *links)
{
    for (int i = 0; i < n; i++) {
        int64_t degree = links->start[i + 1] - links->start[i] - 1, self = 0;
        double others = 0;

        for (int64_t k = links->start[i]; k < links->start[i + 1]; k++) {
            int32_t j = links->neighbour[k];
            int64_t theirs = links->start[j + 1] - links->start[j] - 1;

            if (j == i) {
                self = k;
                continue;
            }
            links->weight[k] = 1.0 / (double)(1 + (theirs > degree ? theirs : degree));
            others += links->weight[k];
        }
        links->weight[self] = 1 - others;
    }
}

static bool d_psgd_prepare(struct averaging *averaging, struct err *err)
{
    struct links *links = NEW(struct links);

    (void)err;
    averaging->state = links;
    links->start = NEW_ARRAY(int64_t, averaging->workers + 1);
    fill_neighbours(averaging, links);
    fill_weights(averaging->workers, links);
    return true;
}

static void d_psgd_release(struct averaging *averaging)
{
    struct links *links = averaging->state;

    if (!links)
        return;
    free(links->start);
    free(links->neighbour);
    free(links->weight);
    free(links);
}

/* -- what moves -- */
/* A slot is the receiver's place for the sender in its row. */
static int64_t d_psgd_slots(const struct averaging *averaging, int phase)
{
    (void)phase;
    return links_of(averaging)->start[averaging->workers];
}

static int32_t slot_at(const struct links *links, int32_t to, int32_t from)
{
    const int32_t *row = links->neighbour + links->start[to];
    const int32_t *at = bsearch(&from, row, (size_t)(links->start[to + 1] - links->start[to]),
                                sizeof *row, by_number);

    return (int32_t)(at - links->neighbour);
}

static void d_psgd_parcels(const struct averaging *averaging, int64_t round, int phase,
                           int from, struct parcels *out)
{
    const struct links *links = links_of(averaging);

    (void)round;
    (void)phase;
    for (int64_t k = links->start[from]; k < links->start[from + 1]; k++) {
        int32_t to = links->neighbour[k];

        if (to != from)
            parcels_add(out, (struct parcel){.from = from,
                                             .to = to,
                                             .slot = slot_at(links, to, from),
                                             .count = averaging->parameters});
    }
}

/* -- what it means -- */
struct mixing {
    const struct averaging *averaging;
    const struct arrivals *got;
    float *mixed;               /* [n][PIECE_MOST] */
    const float **contribution; /* [n]: of one row, and so the next two */
    double *weight;
    bool *has;
};

/* The worker's new values of floats [first, first + count), which all have the same fate. */
static void mix_row(struct mixing *m, int worker, int64_t first, int64_t count,
                    const float *const *in)
{
    const struct d_psgd_conf *conf = m->averaging->conf;
    const struct links *links = links_of(m->averaging);
    int64_t start = links->start[worker], degree = links->start[worker + 1] - start, self = 0;

    for (int64_t k = 0; k < degree; k++) {
        int32_t j = links->neighbour[start + k];

        if (j == worker)
            self = k;
        m->contribution[k] = in[j] + first;
        m->weight[k] = links->weight[start + k];
        m->has[k] = j == worker || arrivals_have(m->got, (int32_t)(start + k), first);
    }
    for (int64_t k = 0; k < degree; k++)
        if (!m->has[k] && conf->missing == MISSING_OWN)
            m->weight[self] += m->weight[k];
    reduce(m->contribution, m->weight, m->has, (int)degree, count,
           m->mixed + (int64_t)worker * PIECE_MOST);
}

/* All rows are formed before any is written: every worker averages what was. */
static void mix_piece(struct mixing *m, int64_t first, int64_t count, const float *const *in,
                      float *const *out)
{
    int n = m->averaging->workers;

    for (int i = 0; i < n; i++)
        if (out[i])
            mix_row(m, i, first, count, in);
    for (int i = 0; i < n; i++)
        if (out[i])
            memcpy(out[i] + first, m->mixed + (int64_t)i * PIECE_MOST,
                   (size_t)count * sizeof(float));
}

static void d_psgd_mix(const struct averaging *averaging, int64_t round,
                       const struct arrivals *got, int64_t begin, int64_t end,
                       const float *const *in, float *const *out)
{
    size_t n = (size_t)averaging->workers;
    int64_t packet = got->packet_floats;
    struct mixing m = {.averaging = averaging,
                       .got = got,
                       .mixed = NEW_ARRAY(float, n *PIECE_MOST),
                       .contribution = NEW_ARRAY(const float *, n),
                       .weight = NEW_ARRAY(double, n),
                       .has = NEW_ARRAY(bool, n)};

    (void)round;
    for (int64_t first = begin, count; first < end; first += count) {
        count = end - first < PIECE_MOST ? end - first : PIECE_MOST;
        if (packet && packet - first % packet < count)
            count = packet - first % packet;
        mix_piece(&m, first, count, in, out);
    }
    free(m.mixed);
    free(m.contribution);
    free(m.weight);
    free(m.has);
}

const struct averaging_kind averaging_d_psgd = {
    .kind = {.name = "d_psgd",
             .doc =
                 "Decentralised parallel SGD: everybody averages its model with those of its "
                 "neighbours in a graph, by Metropolis-Hastings weights.",
             .source = "Lian et al., Can Decentralized Algorithms Outperform Centralized "
                       "Algorithms?, NeurIPS 2017, arXiv 1705.09056",
             .fields = fields,
             .conf_size = sizeof(struct d_psgd_conf)},
    .phases = 1,
    .graph = d_psgd_graph,
    .prepare = d_psgd_prepare,
    .release = d_psgd_release,
    .slots = d_psgd_slots,
    .parcels = d_psgd_parcels,
    .mix = d_psgd_mix,
};
