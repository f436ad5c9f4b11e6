/* SPDX-License-Identifier: MIT
 * collective.c -- every kind of collective against "everyone ends with everything".
 *
 * A symbolic executor: what a rank knows of each part of the vector is the set of ranks whose
 * contribution is in it; a PUT writes the sender's sets into a slot, a GET joins them to the
 * reader's.  Ranks run in several orders, each as far as it can: through storage and over a
 * direct network alike a PUT waits for nobody and a GET waits for its slot, so if the executor
 * gets stuck, so would the channel. */
#include "algorithms/collective/collective.h"

#include "tests/test.h"

enum { RANKS_MOST = 50, LANES_MOST = 4 };

static const int rank_counts[] = {1, 2, 3, 4, 7, 8, 10, 50};
static const int64_t byte_counts[] = {0, 4, 100, 224, 232, 8400, 1234};

typedef uint64_t known_set; /* bit r: the contribution of rank r is in it */

struct slot {
    int written, read;
    int writer;
    int64_t offset_bytes, bytes;
    int32_t summed;
    known_set known[RANKS_MOST]; /* by part; parts are the slices of 1/W */
};

struct world {
    const struct choice *choice;
    int ranks;
    int64_t bytes;
    struct schedule schedule[RANKS_MOST];
    size_t done[RANKS_MOST][LANES_MOST]; /* steps of the schedule gone past, by lane */
    known_set known[RANKS_MOST][RANKS_MOST];
    struct slot *slot;
    int64_t slots;
};

static void world_begin(struct world *world, const struct choice *choice, int ranks,
                        int64_t bytes)
{
    const struct collective_kind *kind = collective_of(choice);

    memset(world, 0, sizeof *world);
    world->choice = choice;
    world->ranks = ranks;
    world->bytes = bytes;
    world->slots = kind->slots(choice->conf, ranks);
    world->slot = calloc((size_t)world->slots + 1, sizeof *world->slot);
    for (int rank = 0; rank < ranks; rank++) {
        kind->steps(choice->conf, &world->schedule[rank], rank, ranks, bytes);
        for (int part = 0; part < ranks; part++)
            world->known[rank][part] = (known_set)1 << rank;
    }
}

static void world_end(struct world *world)
{
    for (int rank = 0; rank < world->ranks; rank++)
        schedule_done(&world->schedule[rank]);
    free(world->slot);
}

/* Whether the part lies in [offset, offset + bytes); parts of no bytes lie everywhere. */
static bool covers(const struct world *world, int64_t offset_bytes, int64_t bytes, int part)
{
    struct slice slice = slice_of(world->bytes, part, world->ranks);

    return slice.bytes == 0 || (slice.offset_bytes >= offset_bytes &&
                                slice.offset_bytes + slice.bytes <= offset_bytes + bytes);
}

static void put(struct world *world, int rank, const struct step *step)
{
    struct slot *slot = &world->slot[step->slot];

    slot->written++;
    slot->writer = rank;
    slot->offset_bytes = step->offset_bytes;
    slot->bytes = step->bytes;
    slot->summed = step->summed;
    memcpy(slot->known, world->known[rank], sizeof slot->known);
    for (int part = 0; part < world->ranks; part++)
        if (slice_of(world->bytes, part, world->ranks).bytes > 0 &&
            covers(world, step->offset_bytes, step->bytes, part))
            assert_int_equal(step->summed, __builtin_popcountll(world->known[rank][part]));
}

static void get(struct world *world, int rank, const struct step *step)
{
    int32_t most = 0;

    for (int i = 0; i < step->count; i++) {
        struct slot *slot = &world->slot[step->slot + i];

        slot->read++;
        assert_true(slot->offset_bytes == step->offset_bytes && slot->bytes == step->bytes);
        assert_true(slot->summed <= step->summed);
        most = slot->summed > most ? slot->summed : most;
        for (int part = 0; part < world->ranks; part++)
            if (covers(world, slot->offset_bytes, slot->bytes, part))
                world->known[rank][part] |= slot->known[part];
    }
    assert_int_equal(step->summed, most);
}

static bool can_go(const struct world *world, const struct step *step)
{
    assert_true(step->slot >= 0 && step->count >= 1);
    assert_true(step->slot + step->count <= world->slots);
    assert_true(step->offset_bytes >= 0 && step->bytes >= 0 &&
                step->offset_bytes + step->bytes <= world->bytes);
    assert_true(step->op == STEP_GATHER || step->count == 1);
    if (step->op != STEP_PUT)
        for (int i = 0; i < step->count; i++)
            if (!world->slot[step->slot + i].written)
                return false;
    return true;
}

/* The next step of the lane, or NULL. */
static const struct step *next_step(struct world *world, int rank, int lane)
{
    const struct schedule *schedule = &world->schedule[rank];
    size_t *done = &world->done[rank][lane];

    while (*done < schedule->count && schedule->step[*done].lane != lane)
        (*done)++;
    return *done < schedule->count ? &schedule->step[*done] : NULL;
}

/* Runs the rank as far as it can, at most `most` steps; how many it did. */
static int run(struct world *world, int rank, int most)
{
    int steps = 0;

    for (int lane = 0; lane < LANES_MOST; lane++) {
        const struct step *step;

        while (steps < most && (step = next_step(world, rank, lane)) && can_go(world, step)) {
            if (step->op == STEP_PUT)
                put(world, rank, step);
            else
                get(world, rank, step);
            world->done[rank][lane]++;
            steps++;
        }
    }
    return steps;
}

/* order 0: forwards, 1: backwards, 2: one step each in turn. */
static void run_all(struct world *world, int order)
{
    int steps;

    do {
        steps = 0;
        for (int i = 0; i < world->ranks; i++)
            steps +=
                run(world, order == 1 ? world->ranks - 1 - i : i, order == 2 ? 1 : 1 << 30);
    } while (steps > 0);
}

static void for_all(void (*check)(struct world *world))
{
    static struct world world;

    for (size_t k = 0; pattern_family.kinds[k]; k++)
        for (int64_t fan_out = 2; fan_out <= 8; fan_out += 3)
            for (size_t r = 0; r < sizeof rank_counts / sizeof *rank_counts; r++)
                for (size_t b = 0; b < sizeof byte_counts / sizeof *byte_counts; b++)
                    for (int order = 0; order < 3; order++) {
                        struct tree_conf tree = {.fan_out = fan_out};
                        struct choice choice = {.kind = pattern_family.kinds[k], .conf = &tree};

                        world_begin(&world, &choice, rank_counts[r], byte_counts[b]);
                        run_all(&world, order);
                        check(&world);
                        world_end(&world);
                    }
}

static void check_no_deadlock(struct world *world)
{
    for (int rank = 0; rank < world->ranks; rank++)
        for (int lane = 0; lane < LANES_MOST; lane++)
            if (next_step(world, rank, lane))
                fail_msg("%s, %d ranks: rank %d is stuck", world->choice->kind->name,
                         world->ranks, rank);
}

static void nobody_waits_for_ever(void **state)
{
    (void)state;
    for_all(check_no_deadlock);
}

static void check_knowledge(struct world *world)
{
    known_set everybody = ((known_set)1 << world->ranks) - 1;

    for (int rank = 0; rank < world->ranks; rank++)
        for (int part = 0; part < world->ranks; part++)
            if (slice_of(world->bytes, part, world->ranks).bytes > 0 &&
                world->known[rank][part] != everybody)
                fail_msg("%s, %d ranks, %ld bytes: rank %d lacks contributions to part %d",
                         world->choice->kind->name, world->ranks, (long)world->bytes, rank,
                         part);
}

static void everyone_ends_with_everything(void **state)
{
    (void)state;
    for_all(check_knowledge);
}

static void check_slots(struct world *world)
{
    for (int64_t i = 0; i < world->slots; i++) {
        assert_int_equal(world->slot[i].written, 1);
        assert_true(world->slot[i].read >= 1);
    }
}

static void every_slot_is_written_once_and_read(void **state)
{
    (void)state;
    for_all(check_slots);
}

struct counts {
    int64_t puts, gets, put_bytes, get_bytes;
};

static struct counts counts_of(const struct world *world, int rank)
{
    struct counts counts = {0};

    for (size_t i = 0; i < world->schedule[rank].count; i++) {
        const struct step *step = &world->schedule[rank].step[i];

        if (step->op == STEP_PUT) {
            counts.puts++;
            counts.put_bytes += step->bytes;
        } else {
            counts.gets += step->count;
            counts.get_bytes += step->count * step->bytes;
        }
    }
    return counts;
}

/* Closed forms, where W divides the message's floats. */
static void check_counts(struct world *world)
{
    const char *name = world->choice->kind->name;
    int64_t W = world->ranks, m = world->bytes;

    if (W == 1 || m % (4 * W) != 0)
        return;
    for (int rank = 0; rank < W; rank++) {
        struct counts counts = counts_of(world, rank);
        struct counts expected;

        if (strcmp(name, "allreduce") == 0)
            expected =
                rank == 0 ? (struct counts){2, W, 2 * m, W * m} : (struct counts){1, 1, m, m};
        else if (strcmp(name, "scatter_reduce") == 0)
            expected = (struct counts){W, 2 * (W - 1), m, 2 * (W - 1) * (m / W)};
        else if (strcmp(name, "ring") == 0)
            expected = (struct counts){2 * (W - 1), 2 * (W - 1), 2 * (W - 1) * (m / W),
                                       2 * (W - 1) * (m / W)};
        else
            continue; /* tree: below */
        assert_memory_equal(&counts, &expected, sizeof counts);
    }
}

static void counts_and_bytes_equal_the_closed_forms(void **state)
{
    (void)state;
    for_all(check_counts);
}

static void check_tree(struct world *world)
{
    int64_t W = world->ranks, k = ((const struct tree_conf *)world->choice->conf)->fan_out;
    int64_t puts = 0, gets = 0;

    if (strcmp(world->choice->kind->name, "tree") != 0)
        return;
    for (int rank = 0; rank < W; rank++) {
        struct counts counts = counts_of(world, rank);

        puts += counts.puts;
        gets += counts.gets;
        assert_true(counts.gets <= k + 1 && counts.puts <= 2);
        assert_int_equal(counts.get_bytes, counts.gets * world->bytes);
    }
    assert_int_equal(puts, W - 1 + (W - 1 + k - 1) / k);
    assert_int_equal(gets, 2 * (W - 1));
}

static void a_tree_moves_two_vectors_per_edge_and_no_rank_more_than_its_fan_out(void **state)
{
    (void)state;
    for_all(check_tree);
}

static void check_regular(struct world *world)
{
    struct schedule empty = {0};

    for (int rank = 0; rank < world->ranks; rank++) {
        schedule_clear(&empty);
        collective_of(world->choice)->steps(world->choice->conf, &empty, rank, world->ranks, 0);
        assert_int_equal(empty.count, world->schedule[rank].count);
    }
    schedule_done(&empty);
}

static void the_number_of_steps_does_not_depend_on_bytes(void **state)
{
    (void)state;
    for_all(check_regular);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_waits_for_ever),
        cmocka_unit_test(everyone_ends_with_everything),
        cmocka_unit_test(every_slot_is_written_once_and_read),
        cmocka_unit_test(counts_and_bytes_equal_the_closed_forms),
        cmocka_unit_test(a_tree_moves_two_vectors_per_edge_and_no_rank_more_than_its_fan_out),
        cmocka_unit_test(the_number_of_steps_does_not_depend_on_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
