/* SPDX-License-Identifier: MIT
 * cache.c -- a cache node: it starts, it is rented by the hour, and all clients share it. */
#include "tests/unit/channel/scene.h"

enum { CLIENTS = 5 };

/* -- sharing -------------------------------------------------------------------------------
 */

struct crowd {
    const char *kind;
    enum verb verb;
    int64_t bytes;
    double nic_bytes_per_s;    /* of the node; 0: without limit */
    double thread_bytes_per_s; /* likewise */
    double request_s;
};

/* Five clients at once, whose own connections carry 1 MB/s. */
static void story_crowd(struct lab *lab)
{
    const struct crowd *crowd = lab->arg;
    struct object object[CLIENTS];
    struct scene scene[CLIENTS];

    if (crowd->nic_bytes_per_s > 0)
        lab->cache.node.nic_up_bytes_per_s = lab->cache.node.nic_down_bytes_per_s =
            crowd->nic_bytes_per_s;
    if (crowd->thread_bytes_per_s > 0)
        lab->cache.thread_bytes_per_s = crowd->thread_bytes_per_s;
    lab->cache.request_s = crowd->request_s;
    lab->cache.threads = strcmp(crowd->kind, "redis") == 0 ? 1 : 0;
    lab_open(lab, crowd->kind, CLIENTS, 8e6);
    for (int i = 0; i < CLIENTS; i++) {
        object[i] = object_there(crowd->bytes);
        scene[i] = (struct scene){.request = {.verb = crowd->verb,
                                              .object = &object[i],
                                              .bytes = crowd->bytes,
                                              .node = &lab->node[i]},
                                  .end_s = &lab->out[i]};
        scene_begin(lab, &scene[i], 0);
    }
    lab_go(lab);
}

static void all_end_at(struct crowd crowd, double expected_s)
{
    const double *out = lab_run(story_crowd, &crowd);

    for (int i = 0; i < CLIENTS; i++)
        assert_close(out[i], expected_s, 1e-12);
}

static void clients_of_an_idle_node_are_limited_by_their_connections(void **state)
{
    (void)state;
    all_end_at((struct crowd){.kind = "memcached", .verb = VERB_GET, .bytes = 1000000},
               0.25 + 1);
}

static void readers_share_the_nodes_nic_exactly(void **state)
{
    (void)state;
    all_end_at(
        (struct crowd){
            .kind = "memcached", .verb = VERB_GET, .bytes = 1000000, .nic_bytes_per_s = 2e6},
        0.25 + CLIENTS * 1e6 / 2e6);
}

static void writers_share_the_nodes_nic_exactly(void **state)
{
    (void)state;
    all_end_at(
        (struct crowd){
            .kind = "redis", .verb = VERB_PUT, .bytes = 1000000, .nic_bytes_per_s = 2e6},
        0.25 + CLIENTS * 1e6 / 2e6);
}

static void redis_moves_everybodys_data_in_one_thread(void **state)
{
    (void)state;
    all_end_at(
        (struct crowd){
            .kind = "redis", .verb = VERB_GET, .bytes = 1000000, .thread_bytes_per_s = 1e6},
        0.25 + CLIENTS);
}

static void memcached_has_a_thread_for_each_vcpu(void **state)
{
    (void)state;
    all_end_at(
        (struct crowd){
            .kind = "memcached", .verb = VERB_GET, .bytes = 1000000, .thread_bytes_per_s = 1e6},
        0.25 + CLIENTS / 2.0);
}

/* 0.1 s of the only thread for each of five requests, then their data. */
static void requests_take_time_of_the_thread_that_moves_data(void **state)
{
    (void)state;
    all_end_at((struct crowd){.kind = "redis",
                              .verb = VERB_GET,
                              .bytes = 1000000,
                              .thread_bytes_per_s = 2e6,
                              .request_s = 0.1},
               0.25 + CLIENTS * (0.1 + 1e6 / 2e6));
}

static void one_client_has_one_thread_however_many_there_are(void **state)
{
    const double *out;
    struct crowd crowd = {.kind = "memcached",
                          .verb = VERB_GET,
                          .bytes = 0,
                          .thread_bytes_per_s = 1e6,
                          .request_s = 0.5};

    (void)state;
    out = lab_run(story_crowd, &crowd);
    assert_close(out[0], 0.25 + CLIENTS * 0.5 / 2, 1e-12); /* five on two threads */
}

/* -- many keys at once -----------------------------------------------------------------------
 */

static struct object chunk[4];

static bool wants_but_the_first(const struct request *request, const struct object *object)
{
    (void)request;
    return object != &chunk[0];
}

static struct listing chunks;

static void collect_all(struct actor *self, void *arg)
{
    struct lab *lab = arg;
    struct request get = {.verb = VERB_FETCH,
                          .listing = &chunks,
                          .wants = wants_but_the_first,
                          .node = &lab->node[1]};

    for (int i = 0; i < 3; i++) {
        channel_do(self, lab->channel, &get, "chunks");
        lab->out[i] = engine_now_s(lab->world.engine);
        lab->out[10 + i] = (double)(get.upto - chunk);
        get.seen = get.upto;
    }
}

/* Chunk 0, which the reader does not want, and 1 are there; 2 and 3 come at 1 s and 10 s. */
static void story_multi_get(struct lab *lab)
{
    struct scene put[2];

    lab->cache.store.list_interval_s = 0.25;
    lab->cache.store.polling = *(const int *)lab->arg;
    lab_open(lab, "memcached", 2, 8e6);
    chunks = (struct listing){0};
    for (int i = 0; i < 4; i++)
        object_init(&chunk[i], &chunks);
    object_appear(&chunk[0], 1000000, 0);
    object_appear(&chunk[1], 500000, 0);
    for (int i = 0; i < 2; i++) {
        put[i] = (struct scene){.request = {.verb = VERB_PUT,
                                            .object = &chunk[i + 2],
                                            .bytes = 250000,
                                            .node = &lab->node[0]}};
        scene_begin(lab, &put[i], i == 0 ? 0.5 : 9.5);
    }
    actor_spawn(lab->world.engine, "collector", collect_all, lab);
    lab_go(lab);
    lab->out[20] = (double)lab_count(lab, "MULTIGET")->count;
    lab->out[21] = (double)lab_count(lab, "MULTIGET")->failed;
    lab->out[22] = (double)lab_count(lab, "MULTIGET")->bytes;
}

static void a_multi_get_reads_what_is_there_of_what_it_wants(void **state)
{
    static const int ways[] = {POLLING_IDEAL, POLLING_COMPUTED, POLLING_EXPLICIT};

    (void)state;
    for (int i = 0; i < 3; i++) {
        const double *out = lab_run(story_multi_get, &ways[i]);

        assert_close(out[0], 0.25 + 0.5, 0);
        for (int j = 0; j < 3; j++) /* chunk by chunk, as they come */
            assert_close(out[10 + j], j + 1, 0);
        assert_close(out[22], 500000 + 250000 + 250000, 0);
    }
}

/* Answers at 1.0 (chunk 2 is there), moved by 1.25; then at 1.5, 2.0 ... 9.5, 10.0. */
static void multi_gets_that_find_nothing_new_are_sent_again(void **state)
{
    static const int polled[] = {POLLING_COMPUTED, POLLING_EXPLICIT};

    (void)state;
    for (int i = 0; i < 2; i++) {
        const double *out = lab_run(story_multi_get, &polled[i]);

        assert_close(out[1], 1.25, 0);
        assert_close(out[2], 10.25, 0);
        assert_int_equal((int)out[20], 3 + 17);
        assert_int_equal((int)out[21], 17);
    }
}

/* -- starting --------------------------------------------------------------------------------
 */

static struct event told;
static double told_s;

static void note_told(struct engine *engine, struct event *event)
{
    (void)event;
    told_s = engine_now_s(engine);
}

static void story_start(struct lab *lab)
{
    struct object object = object_there(1000000);
    struct scene early = {.request = {.verb = VERB_GET, .object = &object},
                          .end_s = &lab->out[0],
                          .waited_s = &lab->out[1]};
    struct scene late = {.request = {.verb = VERB_GET, .object = &object},
                         .end_s = &lab->out[2],
                         .waited_s = &lab->out[3]};

    lab->cache.start_time_s = value_constant(100);
    lab_open(lab, "memcached", 2, 8e6);
    early.request.node = &lab->node[0];
    late.request.node = &lab->node[1];
    lab->out[4] = channel_is_up(lab->channel);
    told.fire = note_told;
    channel_when_up(lab->channel, &told);
    scene_begin(lab, &early, 10);
    scene_begin(lab, &late, 200);
    lab_go(lab);
    lab->out[5] = channel_is_up(lab->channel);
    lab->out[6] = told_s;
}

static void a_request_waits_until_the_node_is_up(void **state)
{
    const double *out = lab_run(story_start, NULL);

    (void)state;
    assert_close(out[0], 100 + 1.25, 1e-12);
    assert_close(out[1], 90, 1e-12);
    assert_close(out[2], 200 + 1.25, 1e-12);
    assert_close(out[3], 0, 0);
}

static void who_asked_is_told_when_the_node_is_up(void **state)
{
    const double *out = lab_run(story_start, NULL);

    (void)state;
    assert_true(out[4] == 0 && out[5] == 1);
    assert_close(out[6], 100, 1e-12);
}

static void story_dead_before(struct lab *lab)
{
    struct object object = object_there(1000000);
    struct scene get = {.request = {.verb = VERB_GET, .object = &object},
                        .end_s = &lab->out[0],
                        .outcome = &lab->out[1]};

    lab->cache.start_time_s = value_constant(100);
    lab_open(lab, "redis", 1, 8e6);
    get.request.node = &lab->node[0];
    actor_doom(scene_begin(lab, &get, 10), 50, OUTCOME_CRASHED);
    lab_go(lab);
    lab->out[2] = (double)lab_count(lab, "HGET")->count;
}

static void who_dies_before_the_node_is_up_has_asked_nothing(void **state)
{
    const double *out = lab_run(story_dead_before, NULL);

    (void)state;
    assert_close(out[0], 50, 0);
    assert_int_equal((int)out[1], OUTCOME_CRASHED);
    assert_int_equal((int)out[2], 0);
}

/* -- money -----------------------------------------------------------------------------------
 */

static void release_now(struct engine *engine, struct event *event)
{
    struct lab *lab = (struct lab *)((char *)event - offsetof(struct lab, event));

    (void)engine;
    lab->out[0] = (double)lab->channel->kind->accrued_pusd(lab->channel);
    lab->channel->kind->release(lab->channel);
    lab->channel->kind->release(lab->channel); /* the second call does nothing */
}

static void story_rent(struct lab *lab)
{
    struct ledger_rows rows;

    lab->cache.start_time_s = value_constant(140);
    lab_open(lab, "memcached", 1, 8e6);
    lab->event.fire = release_now;
    engine_at(lab->world.engine, &lab->event, *(const double *)lab->arg);
    lab_go(lab);
    lab->channel->kind->settle(lab->channel);
    rows = ledger_rows(lab->world.ledger);
    lab->out[1] = (double)ledger_cost_pusd(lab->world.ledger);
    lab->out[2] = (double)rows.machine[0].billed_s;
    lab->out[3] = rows.machine[0].ready_s;
    lab->out[4] = (double)rows.machines;
    lab->out[5] = (double)lab->channel->kind->accrued_pusd(lab->channel);
}

static void partial_hours_are_paid_in_full(void **state)
{
    static const double until_s[] = {10, 3600, 3600.5, 7300};
    static const int hours[] = {1, 1, 2, 3};

    (void)state;
    for (int i = 0; i < 4; i++) {
        const double *out = lab_run(story_rent, &until_s[i]);

        assert_close(out[2], hours[i] * 3600, 0);
        assert_close(out[1], hours[i] * 68000000001.0, 0);
        assert_close(out[0], out[1], 0); /* what is accrued is what is charged */
        assert_close(out[5], 0, 0);
        assert_close(out[4], 1, 0);
    }
}

static void a_node_given_back_before_it_is_up_is_paid_all_the_same(void **state)
{
    const double *out = lab_run(story_rent, &(double){10});

    (void)state;
    assert_close(out[3], 10, 0);
    assert_close(out[2], 3600, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clients_of_an_idle_node_are_limited_by_their_connections),
        cmocka_unit_test(readers_share_the_nodes_nic_exactly),
        cmocka_unit_test(writers_share_the_nodes_nic_exactly),
        cmocka_unit_test(redis_moves_everybodys_data_in_one_thread),
        cmocka_unit_test(memcached_has_a_thread_for_each_vcpu),
        cmocka_unit_test(requests_take_time_of_the_thread_that_moves_data),
        cmocka_unit_test(one_client_has_one_thread_however_many_there_are),
        cmocka_unit_test(a_multi_get_reads_what_is_there_of_what_it_wants),
        cmocka_unit_test(multi_gets_that_find_nothing_new_are_sent_again),
        cmocka_unit_test(a_request_waits_until_the_node_is_up),
        cmocka_unit_test(who_asked_is_told_when_the_node_is_up),
        cmocka_unit_test(who_dies_before_the_node_is_up_has_asked_nothing),
        cmocka_unit_test(partial_hours_are_paid_in_full),
        cmocka_unit_test(a_node_given_back_before_it_is_up_is_paid_all_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
