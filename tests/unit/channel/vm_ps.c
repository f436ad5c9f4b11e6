/* SPDX-License-Identifier: MIT
 * vm_ps.c -- a parameter server: what both ends pay for serialising, its lock, its start.
 *
 * A message of 500,000 bytes is 1 MB on the wire: a second for each core that writes or reads
 * it and for the connection, half a second under the lock.  A latency is 0.25 s; the server is
 * up at 10 s.  All times below are after 20 s. */
#include "sim/channel/exchange.h"
#include "tests/unit/channel/scene.h"

enum { BYTES = 500000, CLIENTS = 3 };
static const double BEGIN_S = 20;

/* -- one after another -------------------------------------------------------------------- */

static void story_push_and_pull(struct lab *lab)
{
    struct object object;
    struct scene push = {.request = {.verb = VERB_PUT, .object = &object, .bytes = BYTES},
                         .end_s = &lab->out[0]};
    struct scene pull = {.request = {.verb = VERB_GET, .object = &object},
                         .end_s = &lab->out[1]};

    lab_open(lab, "vm_ps", 1, 8e6);
    object_init(&object, NULL);
    push.request.node = pull.request.node = &lab->node[0];
    scene_begin(lab, &push, BEGIN_S);
    scene_begin(lab, &pull, BEGIN_S + 100);
    lab_go(lab);
    lab->out[2] = (double)lab_count(lab, "PUSH")->bytes;
    lab->out[3] = (double)lab_count(lab, "PULL")->bytes;
    lab->channel->kind->settle(lab->channel);
    lab->out[4] = (double)ledger_cost_pusd(lab->world.ledger);
    lab->out[5] = (double)ledger_rows(lab->world.ledger).machine[0].billed_s;
}

/* May it?  Serialise, a latency, the data, deserialise, add. */
static void a_push_passes_a_core_at_each_end_and_the_lock(void **state)
{
    (void)state;
    assert_close(lab_run(story_push_and_pull, NULL)[0], BEGIN_S + 0.25 + 1 + 0.25 + 1 + 1 + 0.5,
                 1e-12);
}

static void a_pull_passes_a_core_at_each_end(void **state)
{
    (void)state;
    assert_close(lab_run(story_push_and_pull, NULL)[1], BEGIN_S + 100 + 0.25 + 0.25 + 1 + 1 + 1,
                 1e-12);
}

static void eight_bytes_a_parameter_go_over_the_wire(void **state)
{
    const double *out = lab_run(story_push_and_pull, NULL);

    (void)state;
    assert_close(out[2], 2 * BYTES, 0);
    assert_close(out[3], 2 * BYTES, 0);
}

static void the_server_is_billed_like_any_machine(void **state)
{
    const double *out = lab_run(story_push_and_pull, NULL);

    (void)state;
    assert_close(out[5], ceil(out[1]), 0); /* from the beginning of the run to its end */
    assert_close(out[4], out[5], 0);
}

/* -- several at once ---------------------------------------------------------------------- */

struct crowd {
    int64_t threads;
    double nic_bytes_per_s; /* of the server; 0: without limit */
    int dies;               /* of the clients; -1: none */
    double dies_s;
};

static void story_crowd(struct lab *lab)
{
    const struct crowd *crowd = lab->arg;
    struct object object[CLIENTS];
    struct scene push[CLIENTS];

    lab->vm_ps.threads = crowd->threads;
    if (crowd->nic_bytes_per_s > 0)
        lab->machine.instance.nic_down_bytes_per_s = crowd->nic_bytes_per_s;
    lab_open(lab, "vm_ps", CLIENTS, 8e6);
    for (int i = 0; i < CLIENTS; i++) {
        struct actor *actor;

        object_init(&object[i], NULL);
        push[i] = (struct scene){.request = {.verb = VERB_PUT,
                                             .object = &object[i],
                                             .bytes = BYTES,
                                             .node = &lab->node[i]},
                                 .end_s = &lab->out[i]};
        actor = scene_begin(lab, &push[i], BEGIN_S);
        if (i == crowd->dies)
            actor_doom(actor, BEGIN_S + crowd->dies_s, OUTCOME_CRASHED);
    }
    lab_go(lab);
    for (int i = 0; i < CLIENTS; i++)
        lab->out[10 + i] = object_is_visible(&object[i]);
}

static void one_thread_reads_everybodys_pushes_and_adds_them_one_by_one(void **state)
{
    const double *out = lab_run(story_crowd, &(struct crowd){.threads = 1, .dies = -1});

    (void)state;
    for (int i = 0; i < CLIENTS; i++) /* read side by side in 3 s */
        assert_close(out[i], BEGIN_S + 2.5 + 3 + 0.5 * (i + 1), 1e-12);
}

static void the_lock_lets_one_in_at_a_time_however_many_threads_there_are(void **state)
{
    const double *out = lab_run(story_crowd, &(struct crowd){.threads = 3, .dies = -1});

    (void)state;
    for (int i = 0; i < CLIENTS; i++)
        assert_close(out[i], BEGIN_S + 2.5 + 1 + 0.5 * (i + 1), 1e-12);
}

static void clients_share_the_servers_nic_exactly(void **state)
{
    const double *out =
        lab_run(story_crowd, &(struct crowd){.threads = 3, .nic_bytes_per_s = 1e6, .dies = -1});

    (void)state;
    assert_close(out[0], BEGIN_S + 1.5 + 3 + 1 + 0.5, 1e-12);
}

static void who_dies_under_the_lock_leaves_it_to_the_next(void **state)
{
    const double *out =
        lab_run(story_crowd, &(struct crowd){.threads = 3, .dies = 0, .dies_s = 3.75});

    (void)state;
    assert_true(!out[10] && out[11] && out[12]);
    assert_close(out[1], BEGIN_S + 3.75 + 0.5, 1e-12);
    assert_close(out[2], BEGIN_S + 3.75 + 1.0, 1e-12);
}

static void who_dies_while_it_waits_for_the_lock_is_passed_over(void **state)
{
    const double *out =
        lab_run(story_crowd, &(struct crowd){.threads = 3, .dies = 1, .dies_s = 3.75});

    (void)state;
    assert_true(out[10] && !out[11] && out[12]);
    assert_close(out[2], BEGIN_S + 3.5 + 1.0, 1e-12);
}

static void who_dies_at_any_moment_holds_nobody_up(void **state)
{
    (void)state;
    for (double dies_s = 0.1; dies_s < 5; dies_s += 0.1) {
        const double *out =
            lab_run(story_crowd, &(struct crowd){.threads = 1, .dies = 1, .dies_s = dies_s});

        assert_true(out[10] && out[12]);
        assert_true(out[0] <= BEGIN_S + 7 && out[2] <= BEGIN_S + 7);
    }
}

/* -- cores --------------------------------------------------------------------------------- */

static void story_slow(struct lab *lab)
{
    struct object object;
    struct scene push = {.request = {.verb = VERB_PUT, .object = &object, .bytes = BYTES},
                         .end_s = &lab->out[0]};
    struct node slow;

    lab_open(lab, "vm_ps", 0, 8e6);
    node_init(&slow, &lab->world, 0.5, 1, 8e6, 8e6, 0);
    slow.entity = ledger_entity(lab->world.ledger, "worker", 0);
    object_init(&object, NULL);
    push.request.node = &slow;
    scene_begin(lab, &push, BEGIN_S);
    lab_go(lab);
    node_done(&slow);
}

static void half_a_core_serialises_half_as_fast(void **state)
{
    (void)state;
    assert_close(lab_run(story_slow, NULL)[0], BEGIN_S + 0.25 + 2 + 0.25 + 1 + 1 + 0.5, 1e-12);
}

/* -- start --------------------------------------------------------------------------------- */

static void story_early(struct lab *lab)
{
    struct object object;
    struct scene push = {.request = {.verb = VERB_PUT, .object = &object, .bytes = BYTES},
                         .end_s = &lab->out[0],
                         .waited_s = &lab->out[1]};

    lab_open(lab, "vm_ps", 1, 8e6);
    object_init(&object, NULL);
    push.request.node = &lab->node[0];
    scene_begin(lab, &push, 3);
    lab_go(lab);
}

static void who_pushes_before_the_machine_has_booted_waits(void **state)
{
    const double *out = lab_run(story_early, NULL);

    (void)state;
    assert_close(out[0], 10 + 4, 1e-12);
    assert_close(out[1], 7, 1e-12);
}

/* -- exchanges ----------------------------------------------------------------------------- */

struct rank_arg {
    struct lab *lab;
    struct exchange *exchange;
    int rank;
};

static void take_part(struct actor *self, void *arg)
{
    struct rank_arg *rank = arg;

    engine_sleep_until(self, BEGIN_S, "");
    exchange_run(self, rank->exchange, rank->rank, &rank->lab->node[rank->rank]);
    rank->lab->out[rank->rank] = engine_now_s(rank->lab->world.engine);
    lab_leave(rank->lab);
}

static void story_exchange(struct lab *lab)
{
    int ranks = *(const int *)lab->arg;
    struct rank_arg *arg = NEW_ARRAY(struct rank_arg, (size_t)ranks);
    struct choice allreduce = {.kind = family_find(&pattern_family, "allreduce")};
    struct exchange_plan *plan;
    struct exchange *exchange;
    struct channel_facts facts;

    lab->vm_ps.store.polling = POLLING_IDEAL;
    lab_open(lab, "vm_ps", ranks, 8e6);
    facts = lab->channel->kind->facts(lab->channel->conf);
    plan = exchange_plan_on(&facts, &allreduce, ranks, vector_whole(BYTES));
    exchange = exchange_new(plan, lab->channel);
    for (int i = 0; i < ranks; i++) {
        arg[i] = (struct rank_arg){lab, exchange, i};
        lab->clients++;
        actor_spawn(lab->world.engine, "worker", take_part, &arg[i]);
    }
    lab_go(lab);
    lab->out[100] = (double)lab_count(lab, "PUSH")->count;
    lab->out[101] = (double)lab_count(lab, "PULL")->count;
    lab->out[102] = (double)lab_count(lab, "LIST")->count;
    exchange_free(exchange);
    exchange_plan_free(plan);
    free(arg);
}

/* Pushes: 2.5 s side by side, W s of reading and W/2 s of adding by the server; pulls: 0.5 s, W
 * s of writing by the server, 2 s side by side. */
static void an_exchange_is_a_push_and_a_pull_by_everybody(void **state)
{
    static const int counts[] = {2, 3, 10};

    (void)state;
    for (int i = 0; i < 3; i++) {
        int W = counts[i];
        const double *out = lab_run(story_exchange, &W);

        for (int rank = 0; rank < W; rank++)
            assert_close(out[rank], BEGIN_S + 5 + 2.5 * W, 1e-9);
        assert_int_equal((int)out[100], W);
        assert_int_equal((int)out[101], W);
        assert_int_equal((int)out[102], 0);
    }
}

static void one_rank_exchanges_nothing(void **state)
{
    const double *out = lab_run(story_exchange, &(int){1});

    (void)state;
    assert_close(out[0], BEGIN_S, 0);
    assert_int_equal((int)out[100], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_push_passes_a_core_at_each_end_and_the_lock),
        cmocka_unit_test(a_pull_passes_a_core_at_each_end),
        cmocka_unit_test(eight_bytes_a_parameter_go_over_the_wire),
        cmocka_unit_test(the_server_is_billed_like_any_machine),
        cmocka_unit_test(one_thread_reads_everybodys_pushes_and_adds_them_one_by_one),
        cmocka_unit_test(the_lock_lets_one_in_at_a_time_however_many_threads_there_are),
        cmocka_unit_test(clients_share_the_servers_nic_exactly),
        cmocka_unit_test(who_dies_under_the_lock_leaves_it_to_the_next),
        cmocka_unit_test(who_dies_while_it_waits_for_the_lock_is_passed_over),
        cmocka_unit_test(who_dies_at_any_moment_holds_nobody_up),
        cmocka_unit_test(half_a_core_serialises_half_as_fast),
        cmocka_unit_test(who_pushes_before_the_machine_has_booted_waits),
        cmocka_unit_test(an_exchange_is_a_push_and_a_pull_by_everybody),
        cmocka_unit_test(one_rank_exchanges_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
