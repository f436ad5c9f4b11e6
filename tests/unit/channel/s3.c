/* SPDX-License-Identifier: MIT */
#include "tests/unit/channel/scene.h"

/* -- time -------------------------------------------------------------------------------------
 */

static void story_put(struct lab *lab)
{
    struct object object;
    struct scene put = {.request = {.verb = VERB_PUT, .object = &object, .bytes = 500000},
                        .end_s = &lab->out[0]};

    lab_open(lab, "s3", 1, 8e6);
    object_init(&object, NULL);
    put.request.node = &lab->node[0];
    scene_begin(lab, &put, 1);
    lab_go(lab);
    lab->out[1] = object.visible_s;
    lab->out[2] = (double)object.bytes;
}

static void a_put_takes_a_latency_and_its_transfer(void **state)
{
    const double *out = lab_run(story_put, NULL);

    (void)state;
    assert_close(out[0], 1 + 0.25 + 0.5, 1e-12);
    assert_close(out[1], out[0], 0);
    assert_close(out[2], 500000, 0);
}

struct reading {
    bool bulk;
    double nic_bytes_per_s;
};

static void story_get(struct lab *lab)
{
    const struct reading *reading = lab->arg;
    struct object object = object_there(2000000);
    struct scene get = {.request = {.verb = VERB_GET, .object = &object, .bulk = reading->bulk},
                        .end_s = &lab->out[0]};

    lab_open(lab, "s3", 1, reading->nic_bytes_per_s);
    get.request.node = &lab->node[0];
    scene_begin(lab, &get, 0);
    lab_go(lab);
}

static void a_get_moves_by_one_connection(void **state)
{
    (void)state;
    assert_close(lab_run(story_get, &(struct reading){false, 8e6})[0], 0.25 + 2, 1e-12);
}

static void a_bulk_get_moves_by_several_connections(void **state)
{
    (void)state;
    assert_close(lab_run(story_get, &(struct reading){true, 8e6})[0], 0.25 + 0.5, 1e-12);
}

static void the_nic_limits_a_bulk_get(void **state)
{
    (void)state;
    assert_close(lab_run(story_get, &(struct reading){true, 2e6})[0], 0.25 + 1, 1e-12);
}

static void story_crowd(struct lab *lab)
{
    struct object object = object_there(1000000);
    struct scene get[4];

    lab->s3.aggregate_bandwidth_bytes_per_s = 2e6;
    lab_open(lab, "s3", 4, 8e6);
    for (int i = 0; i < 4; i++) {
        get[i] = (struct scene){
            .request = {.verb = VERB_GET, .object = &object, .node = &lab->node[i]},
            .end_s = &lab->out[i]};
        scene_begin(lab, &get[i], 0);
    }
    lab_go(lab);
}

static void clients_share_what_the_service_carries(void **state)
{
    const double *out = lab_run(story_crowd, NULL);

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_close(out[i], 0.25 + 2, 1e-9);
}

static void story_too_large(struct lab *lab)
{
    struct object object;
    struct scene put = {.request = {.verb = VERB_PUT, .object = &object, .bytes = 1001},
                        .outcome = &lab->out[0]};

    lab->s3.store.max_object_bytes = 1000;
    lab_open(lab, "s3", 1, 8e6);
    object_init(&object, NULL);
    put.request.node = &lab->node[0];
    scene_begin(lab, &put, 0);
    lab_go(lab);
    lab->out[1] = object_is_visible(&object);
}

static void an_object_above_the_limit_is_refused(void **state)
{
    const double *out = lab_run(story_too_large, NULL);

    (void)state;
    assert_int_equal((int)out[0], OUTCOME_TOO_LARGE);
    assert_int_equal((int)out[1], false);
}

/* -- polling
 * ------------------------------------------------------------------------------------ */

struct wait {
    enum polling polling;
    double put_s;      /* when the PUT begins; it takes 0.25 s */
    bool writer_first; /* which actor is spawned first: the order of events in one instant */
    double poll_interval_s;
};

static void story_wait(struct lab *lab)
{
    const struct wait *wait = lab->arg;
    struct object object;
    struct scene put = {.request = {.verb = VERB_PUT, .object = &object}};
    struct scene get = {.request = {.verb = VERB_GET, .object = &object},
                        .end_s = &lab->out[0],
                        .waited_s = &lab->out[1]};

    lab->s3.store.polling = (int)wait->polling;
    lab->s3.store.poll_interval_s = wait->poll_interval_s;
    lab_open(lab, "s3", 2, 8e6);
    object_init(&object, NULL);
    put.request.node = &lab->node[0];
    get.request.node = &lab->node[1];
    if (wait->writer_first)
        scene_begin(lab, &put, wait->put_s);
    scene_begin(lab, &get, 0);
    if (!wait->writer_first)
        scene_begin(lab, &put, wait->put_s);
    lab_go(lab);
    lab->out[2] = (double)lab_count(lab, "GET")->count;
    lab->out[3] = (double)lab_count(lab, "GET")->failed;
}

static const enum polling polled[] = {POLLING_COMPUTED, POLLING_EXPLICIT};

static void a_reader_finds_an_object_at_the_first_poll_after_it_appeared(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        /* There at 2.25 s; answers come at 0.25, 0.75, 1.25, 1.75, 2.25 + 0.0625 ... */
        struct wait wait = {polled[i], 2.0, i == 0, 0.3125};
        const double *out = lab_run(story_wait, &wait);

        assert_close(out[0], 0.25 + 4 * 0.5625, 0);
        assert_close(out[1], 4 * 0.5625, 0);
        assert_int_equal((int)out[2], 5);
        assert_int_equal((int)out[3], 4);
    }
}

static void an_object_that_appears_at_the_instant_of_a_poll_is_found_by_it(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct wait wait = {polled[i % 2], 0.5, i < 2, 0.25}; /* there at 0.75 */
        const double *out = lab_run(story_wait, &wait);

        assert_close(out[0], 0.75, 0);
        assert_int_equal((int)out[2], 2);
        assert_int_equal((int)out[3], 1);
    }
}

static void an_object_that_appears_at_the_instant_of_the_first_look_is_found(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct wait wait = {polled[i % 2], 0, i < 2, 0.25};
        const double *out = lab_run(story_wait, &wait);

        assert_close(out[0], 0.25, 0);
        assert_close(out[1], 0, 0);
        assert_int_equal((int)out[2], 1);
        assert_int_equal((int)out[3], 0);
    }
}

static void an_ideal_reader_is_told_and_pays_one_request(void **state)
{
    struct wait wait = {POLLING_IDEAL, 2.0, false, 0.25};
    const double *out = lab_run(story_wait, &wait);

    (void)state;
    assert_close(out[0], 2.25 + 0.25, 0);
    assert_close(out[1], 2.25, 0);
    assert_int_equal((int)out[2], 1);
    assert_int_equal((int)out[3], 0);
}

/* -- LIST
 * --------------------------------------------------------------------------------------- */

static void story_list(struct lab *lab)
{
    int keys = *(const int *)lab->arg;
    struct object *object = NEW_ARRAY(struct object, (size_t)keys);
    struct listing listing = {0};
    struct scene list = {.request = {.verb = VERB_LIST, .listing = &listing, .known = keys - 1},
                         .end_s = &lab->out[0]};

    lab_open(lab, "s3", 1, 8e6);
    for (int i = 0; i < keys; i++) {
        object_init(&object[i], &listing);
        object_appear(&object[i], 0, 0);
    }
    list.request.node = &lab->node[0];
    scene_begin(lab, &list, 0);
    lab_go(lab);
    lab->out[1] = (double)lab_count(lab, "LIST")->count;
    free(object);
}

static void a_list_costs_a_request_and_a_latency_for_every_page(void **state)
{
    static const int keys[] = {1, 1000, 1001, 2500};
    static const int pages[] = {1, 1, 2, 3};

    (void)state;
    for (int i = 0; i < 4; i++) {
        const double *out = lab_run(story_list, &keys[i]);

        assert_close(out[0], 0.25 * pages[i], 0);
        assert_int_equal((int)out[1], pages[i]);
    }
}

/* A LIST loop over a prefix that grows from 1,000 to 1,001 keys at 1 s. */
static void story_list_waits(struct lab *lab)
{
    enum { KEYS = 1001 };
    struct object *object = NEW_ARRAY(struct object, KEYS);
    struct listing listing = {0};
    struct scene list = {.request = {.verb = VERB_LIST, .listing = &listing, .known = KEYS - 1},
                         .end_s = &lab->out[0]};
    struct scene put = {.request = {.verb = VERB_PUT, .object = &object[KEYS - 1]}};

    lab->s3.store.polling = *(const int *)lab->arg;
    lab_open(lab, "s3", 2, 8e6);
    for (int i = 0; i < KEYS; i++)
        object_init(&object[i], &listing);
    for (int i = 0; i < KEYS - 1; i++)
        object_appear(&object[i], 0, 0);
    list.request.node = &lab->node[0];
    put.request.node = &lab->node[1];
    scene_begin(lab, &list, 0);
    scene_begin(lab, &put, 0.875); /* there at 1.125 s */
    lab_go(lab);
    lab->out[1] = (double)lab_count(lab, "LIST")->count;
    lab->out[2] = (double)lab_count(lab, "LIST")->failed;
    free(object);
}

static void a_busy_loop_of_lists_sees_the_pages_there_were_at_its_time(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        const double *out = lab_run(story_list_waits, &(int){(int)polled[i]});

        /* Answers at 0.25, 0.5, 0.75, 1.0: one page each; at 1.25 two, the second at 1.5. */
        assert_close(out[0], 1.5, 0);
        assert_int_equal((int)out[1], 6);
        assert_int_equal((int)out[2], 0);
    }
}

/* -- throttling
 * ----------------------------------------------------------------------------------- */

static void story_throttle(struct lab *lab)
{
    enum { CLIENTS = 10 };
    struct object object[CLIENTS];
    struct scene put[CLIENTS];

    lab->s3.write_rate_per_s = 4;
    lab->s3.burst_s = 1;
    lab->s3.patience.max_attempts = *(const int *)lab->arg;
    lab_open(lab, "s3", CLIENTS, 8e6);
    for (int i = 0; i < CLIENTS; i++) {
        object_init(&object[i], NULL);
        put[i] = (struct scene){
            .request = {.verb = VERB_PUT, .object = &object[i], .node = &lab->node[i]},
            .end_s = &lab->out[10 + i],
            .outcome = &lab->out[30 + i]};
        scene_begin(lab, &put[i], 0);
    }
    lab_go(lab);
    lab->channel->kind->settle(lab->channel);
    lab->out[0] = (double)lab_count(lab, "PUT")->count;
    lab->out[1] = (double)lab_count(lab, "PUT")->failed;
    lab->out[2] = (double)lab_count(lab, "PUT")->unbilled;
    lab->out[3] = (double)ledger_cost_pusd(lab->world.ledger);
}

static void requests_above_rate_and_burst_are_refused_and_not_charged(void **state)
{
    const double *out = lab_run(story_throttle, &(int){1});

    (void)state;
    assert_int_equal((int)out[0], 10);
    assert_int_equal((int)out[1], 6);
    assert_int_equal((int)out[2], 6);
    assert_close(out[3], 4 * 5000000.0, 0);
    for (int i = 0; i < 10; i++) {
        assert_int_equal((int)out[30 + i], i < 4 ? OUTCOME_OK : OUTCOME_THROTTLED);
        assert_close(out[10 + i], 0.25, 0);
    }
}

static void a_refused_client_backs_off_and_gets_through(void **state)
{
    const double *out = lab_run(story_throttle, &(int){50});

    (void)state;
    assert_int_equal((int)(out[0] - out[1]), 10);
    assert_true(out[1] >= 6);
    assert_close(out[3], 10 * 5000000.0, 0);
    for (int i = 4; i < 10; i++) {
        assert_int_equal((int)out[30 + i], OUTCOME_OK);
        assert_true(out[10 + i] > 0.5);
    }
}

/* -- money and endings
 * ------------------------------------------------------------------------------ */

static void story_bill(struct lab *lab)
{
    struct object there = object_there(1000), fresh;
    struct listing listing = {0};
    struct request gone = {.verb = VERB_DELETE, .object = &there};
    struct scene get = {.request = {.verb = VERB_GET, .object = &there}};
    struct scene put = {.request = {.verb = VERB_PUT, .object = &fresh, .bytes = 1000}};
    struct scene late = {.request = {.verb = VERB_GET, .object = &fresh}};
    struct scene list = {.request = {.verb = VERB_LIST, .listing = &listing, .known = -1}};

    lab_open(lab, "s3", 1, 8e6);
    object_init(&fresh, NULL);
    get.request.node = put.request.node = late.request.node = list.request.node = gone.node =
        &lab->node[0];
    scene_begin(lab, &get, 0);
    scene_begin(lab, &late, 0);
    scene_begin(lab, &put, 0.5); /* there at 0.751 s: polls answered at 0.25, 0.75, 1.25 */
    scene_begin(lab, &list, 0);
    channel_begin(lab->channel, &gone);
    lab_go(lab);
    lab->out[0] = (double)lab->channel->kind->accrued_pusd(lab->channel);
    lab->channel->kind->settle(lab->channel);
    lab->out[1] = (double)ledger_cost_pusd(lab->world.ledger);
    lab->out[2] = (double)lab->channel->kind->accrued_pusd(lab->channel);
    lab->out[3] = (double)lab_count(lab, "DELETE")->count;
    lab->out[4] = (double)lab_count(lab, "GET")->bytes;
}

static void every_request_has_its_price_and_what_is_accrued_is_what_is_charged(void **state)
{
    const double *out = lab_run(story_bill, NULL);

    (void)state;
    assert_close(out[0], 1 * 5000000.0 + 4 * 400000.0 + 1 * 5000001.0, 0);
    assert_close(out[1], out[0], 0);
    assert_close(out[2], 0, 0);
    assert_int_equal((int)out[3], 1);
    assert_int_equal((int)out[4], 2000);
}

static void story_doom(struct lab *lab)
{
    struct object object;
    struct scene put = {.request = {.verb = VERB_PUT, .object = &object, .bytes = 1000000},
                        .end_s = &lab->out[0],
                        .outcome = &lab->out[1]};

    lab_open(lab, "s3", 1, 8e6);
    object_init(&object, NULL);
    put.request.node = &lab->node[0];
    actor_doom(scene_begin(lab, &put, 0), *(const double *)lab->arg, OUTCOME_CRASHED);
    lab_go(lab);
    lab->out[2] = (double)lab_count(lab, "PUT")->count;
    lab->out[3] = (double)lab_count(lab, "PUT")->bytes;
    lab->out[4] = object_is_visible(&object);
}

static void a_put_cut_short_counts_the_bytes_that_moved_and_stores_nothing(void **state)
{
    const double *out = lab_run(story_doom, &(double){0.75});

    (void)state;
    assert_close(out[0], 0.75, 0);
    assert_int_equal((int)out[1], OUTCOME_CRASHED);
    assert_int_equal((int)out[2], 1);
    assert_close(out[3], 500000, 1e-5);
    assert_int_equal((int)out[4], false);
}

static void a_request_that_the_service_has_not_seen_yet_is_not_counted(void **state)
{
    const double *out = lab_run(story_doom, &(double){0.125});

    (void)state;
    assert_int_equal((int)out[2], 0);
    assert_int_equal((int)out[3], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_put_takes_a_latency_and_its_transfer),
        cmocka_unit_test(a_get_moves_by_one_connection),
        cmocka_unit_test(a_bulk_get_moves_by_several_connections),
        cmocka_unit_test(the_nic_limits_a_bulk_get),
        cmocka_unit_test(clients_share_what_the_service_carries),
        cmocka_unit_test(an_object_above_the_limit_is_refused),
        cmocka_unit_test(a_reader_finds_an_object_at_the_first_poll_after_it_appeared),
        cmocka_unit_test(an_object_that_appears_at_the_instant_of_a_poll_is_found_by_it),
        cmocka_unit_test(an_object_that_appears_at_the_instant_of_the_first_look_is_found),
        cmocka_unit_test(an_ideal_reader_is_told_and_pays_one_request),
        cmocka_unit_test(a_list_costs_a_request_and_a_latency_for_every_page),
        cmocka_unit_test(a_busy_loop_of_lists_sees_the_pages_there_were_at_its_time),
        cmocka_unit_test(requests_above_rate_and_burst_are_refused_and_not_charged),
        cmocka_unit_test(a_refused_client_backs_off_and_gets_through),
        cmocka_unit_test(every_request_has_its_price_and_what_is_accrued_is_what_is_charged),
        cmocka_unit_test(a_put_cut_short_counts_the_bytes_that_moved_and_stores_nothing),
        cmocka_unit_test(a_request_that_the_service_has_not_seen_yet_is_not_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
