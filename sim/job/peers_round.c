/* SPDX-License-Identifier: MIT
 * peers_round.c -- a round between peers: its parcels on their way, and who waits for which. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/job/peers.h"
#include "sim/network/transport/transport.h"

/* -- sizes -- */
/* Of all blocks together, as charged.  Models are sent whole; gradients may be sparse, and
 * their averages, of the second phase, less so.
 * SIMPLIFIED: an average is as large as if no gradient had been lost. */
static int64_t message_bytes(const struct averaging *averaging,
                             const struct learner_facts *facts, int p)
{
    int64_t dense = averaging->parameters * (int64_t)sizeof(float);

    if (averaging->kind->of_gradients)
        return facts->sum_bytes[p == 0 ? 0 : facts->workers - 1];
    return facts->vector_bytes > dense ? facts->vector_bytes : dense;
}

/* SIMPLIFIED: the non-zeros of a sparse gradient are taken as spread evenly over its blocks. */
int64_t peers_bytes(const struct averaging *averaging, const struct learner_facts *facts, int p,
                    const struct parcel *parcel)
{
    __int128 bytes = message_bytes(averaging, facts, p);
    int64_t end = parcel->first + parcel->count;

    return (int64_t)(bytes * end / averaging->parameters) -
           (int64_t)(bytes * parcel->first / averaging->parameters);
}

/* Where packets are lost one by one: how many floats one carries, rounded up. */
static int64_t packet_floats(const struct peers *peers, int p)
{
    const struct channel *main = peers->t->main;
    int64_t bytes = message_bytes(&peers->averaging, peers->t->facts, p);
    __int128 floats = main->kind->facts(main->conf).packet_bytes;

    return (int64_t)((floats * peers->averaging.parameters + bytes - 1) / bytes);
}

/* -- rounds -- */
static struct peers_round *new_round(struct peers *peers)
{
    const struct averaging *averaging = &peers->averaging;
    struct peers_round *round = peers->unused;

    if (round) {
        peers->unused = round->next;
        return round;
    }
    round = NEW(struct peers_round);
    round->peers = peers;
    for (int p = 0; p < averaging->kind->phases; p++) {
        struct phase *phase = &round->phase[p];
        int64_t slots = averaging->kind->slots(averaging, p);

        phase->peer = NEW_ARRAY(struct peer_phase, averaging->workers);
        phase->arrived = NEW_ARRAY(bool, slots);
        phase->lost = NEW_ARRAY(const uint64_t *, slots);
        phase->got.arrived = phase->arrived;
        phase->got.lost = phase->lost;
        phase->got.packet_floats = packet_floats(peers, p);
    }
    return round;
}

static void list_parcels(struct peers_round *round, int p)
{
    const struct averaging *averaging = &round->peers->averaging;
    struct phase *phase = &round->phase[p];
    int64_t slots = averaging->kind->slots(averaging, p);

    memset(phase->peer, 0, (size_t)averaging->workers * sizeof *phase->peer);
    memset(phase->arrived, 0, (size_t)slots * sizeof *phase->arrived);
    memset(phase->lost, 0, (size_t)slots * sizeof *phase->lost);
    phase->parcels.count = 0;
    for (int from = 0; from < averaging->workers; from++) {
        phase->peer[from].first = (int64_t)phase->parcels.count;
        averaging->kind->parcels(averaging, round->round, p, from, &phase->parcels);
        phase->peer[from].count = (int64_t)phase->parcels.count - phase->peer[from].first;
    }
    for (size_t i = 0; i < phase->parcels.count; i++) {
        struct peer_phase *to = &phase->peer[phase->parcels.parcel[i].to];

        to->awaited++;
        to->unsent++;
    }
    if (phase->parcels.count > phase->message_capacity) {
        free(phase->message);
        phase->message_capacity = phase->parcels.count;
        phase->message = NEW_ARRAY(struct message, phase->message_capacity);
    }
}

struct peers_round *peers_round(struct peers *peers, int64_t number)
{
    struct peers_round *round = peers->first;

    while (round && round->round != number)
        round = round->next;
    if (round)
        return round;
    assert(number == peers->rounds);
    peers->rounds++;
    round = new_round(peers);
    round->next = NULL;
    round->round = number;
    round->begin_s = training_now_s(peers->t);
    round->entered = round->through = 0;
    round->missing = round->under_way = 0;
    round->formed = false;
    for (int p = 0; p < peers->averaging.kind->phases; p++)
        list_parcels(round, p);
    if (peers->last)
        peers->last->next = round;
    else
        peers->first = round;
    return peers->last = round;
}

/* Rounds are formed in order; but acknowledgements may keep an early one longer. */
void peers_release(struct peers_round *round)
{
    struct peers *peers = round->peers;
    struct peers_round **link = &peers->first, *before = NULL;

    if (!round->formed || round->under_way > 0)
        return;
    while (*link != round) {
        before = *link;
        link = &before->next;
    }
    *link = round->next;
    if (peers->last == round)
        peers->last = before;
    round->next = peers->unused;
    peers->unused = round;
}

static void free_round(struct peers_round *round)
{
    for (int p = 0; p < AVERAGING_PHASES; p++) {
        struct phase *phase = &round->phase[p];

        for (size_t i = 0; i < phase->message_capacity; i++) {
            if (message_is_under_way(&phase->message[i]))
                transport_recall(&phase->message[i]);
            message_done(&phase->message[i]);
        }
        parcels_done(&phase->parcels);
        free(phase->message);
        free(phase->peer);
        free(phase->arrived);
        free(phase->lost);
    }
    free(round);
}

static void free_list(struct peers_round *first)
{
    while (first) {
        struct peers_round *next = first->next;

        free_round(first);
        first = next;
    }
}

void peers_free_rounds(struct peers *peers)
{
    free_list(peers->first);
    free_list(peers->unused);
}

/* -- what arrives -- */
void peers_book(const struct peers_round *round, int worker)
{
    const struct peers *peers = round->peers;
    bool all_came = round->phase[0].peer[worker].unsent == 0;

    worker_book(peers->peer[worker].worker, all_came ? ACTIVITY_COMMUNICATE : ACTIVITY_WAIT);
}

static int phase_of(const struct peers_round *round, const struct message *message)
{
    const struct phase *first = &round->phase[0];

    return message >= first->message && message < first->message + first->parcels.count ? 0 : 1;
}

/* A parcel in packets of another size than the channel's (a link's) arrives whole or not. */
static void note_arrival(struct phase *phase, const struct parcel *parcel,
                         const struct message *message)
{
    int64_t held = phase->got.packet_floats * message->packets;

    if (message->packets_missing == message->packets)
        return;
    if (message->packets_missing > 0) {
        if (held < parcel->count)
            return;
        phase->lost[parcel->slot] =
            message->missing ? message->missing : &message->missing_bits;
    }
    phase->arrived[parcel->slot] = true;
}

static void delivered(struct message *message)
{
    struct peers_round *round = message->owner;
    struct phase *phase = &round->phase[phase_of(round, message)];
    const struct parcel *parcel = &phase->parcels.parcel[message - phase->message];
    struct peer_phase *to = &phase->peer[parcel->to];
    struct peer *peer = &round->peers->peer[parcel->to];

    if (to->closed) {
        round->peers->late++;
        return;
    }
    note_arrival(phase, parcel, message);
    if (message->outcome != OUTCOME_OK)
        round->missing++;
    if (--to->awaited == 0 && peer->waiting && peer->in == round &&
        phase == &round->phase[peer->phase])
        actor_wake(peer->waiting);
}

static void over(struct message *message)
{
    struct peers_round *round = message->owner;

    round->under_way--;
    peers_release(round);
}

/* -- what is sent -- */
/* How many messages a worker has begun to send to each other one in a round, from 0 on. */
struct sent {
    uint32_t *before;   /* [workers]: in earlier phases */
    uint32_t *of_phase; /* [workers]: in this one */
};

static struct sent count_before(const struct peers_round *round, int p, int worker)
{
    size_t workers = (size_t)round->peers->averaging.workers;
    struct sent sent = {.before = NEW_ARRAY(uint32_t, 2 * workers)};

    sent.of_phase = sent.before + workers;
    for (int earlier = 0; earlier < p; earlier++) {
        const struct phase *phase = &round->phase[earlier];
        const struct peer_phase *mine = &phase->peer[worker];

        for (int64_t i = mine->first; i < mine->first + mine->count; i++)
            sent.before[phase->parcels.parcel[i].to]++;
    }
    return sent;
}

static void send(struct peers_round *round, int p, int64_t number, struct sent *sent)
{
    struct peers *peers = round->peers;
    struct phase *phase = &round->phase[p];
    const struct parcel *parcel = &phase->parcels.parcel[number];
    struct message *message = &phase->message[number];
    uint32_t phases = (uint32_t)peers->averaging.kind->phases;
    uint32_t place = sent->of_phase[parcel->to]++;

    message->from = peers->peer[parcel->from].node;
    message->to = peers->peer[parcel->to].node;
    message->bytes = peers_bytes(&peers->averaging, peers->t->facts, p, parcel);
    message->round = round->round + 1;
    message->which = sent->before[parcel->to] + place;
    message->number =
        ((uint32_t)round->round * phases + (uint32_t)p) * peers->link_most + place;
    message->vital = peers->averaging.kind->needs_all;
    message->delivered = delivered;
    message->over = over;
    message->owner = round;
    round->under_way++;
    channel_send(peers->t->main, message);
}

void peers_send(struct peers_round *round, int p, int worker)
{
    struct peers *peers = round->peers;
    struct phase *phase = &round->phase[p];
    struct peer_phase *mine = &phase->peer[worker];
    struct sent sent = count_before(round, p, worker);

    mine->entered = true;
    for (int64_t i = mine->first; i < mine->first + mine->count; i++) {
        int to = phase->parcels.parcel[i].to;

        send(round, p, i, &sent);
        if (--phase->peer[to].unsent == 0 && p == 0 && peers->peer[to].waiting &&
            peers->peer[to].in == round)
            peers_book(round, to);
    }
    free(sent.before);
}

void peers_close(struct peers_round *round, int p, int worker)
{
    struct peer_phase *mine = &round->phase[p].peer[worker];

    round->missing += mine->awaited;
    mine->closed = true;
}
