/* SPDX-License-Identifier: MIT
 * dynamodb.c -- units of capacity by size, pages, refusals, and what all that costs. */
#include "tests/unit/channel/scene.h"

enum { KB = 1024, WRITE_PUSD = 1250000, READ_PUSD = 250000 };

/* -- units -----------------------------------------------------------------------------------
 */

struct one {
    enum verb verb;
    int64_t bytes; /* below 0: the object is not there */
    enum consistency consistency;
    int64_t read_price_pusd;
};

static void give_up(struct engine *engine, struct event *event)
{
    struct lab *lab = (struct lab *)((char *)event - offsetof(struct lab, event));

    (void)engine;
    channel_cancel(lab->story);
}

static void story_one(struct lab *lab)
{
    const struct one *one = lab->arg;
    struct object object;
    struct request request = {
        .verb = one->verb, .object = &object, .bytes = one->bytes, .done = NULL};

    lab->dynamodb.consistency = one->consistency;
    if (one->read_price_pusd)
        lab->dynamodb.read_price_pusd_per_request = one->read_price_pusd;
    lab_open(lab, "dynamodb", 1, 8e6);
    object_init(&object, NULL);
    if (one->bytes >= 0 && one->verb != VERB_PUT)
        object_appear(&object, one->bytes, 0);
    request.node = &lab->node[0];
    channel_begin(lab->channel, &request);
    lab->story = &request;
    lab->event.fire = give_up;
    engine_at(lab->world.engine, &lab->event, 0.3); /* after one answer, before the next */
    if (one->bytes >= 0)
        engine_at(lab->world.engine, &lab->event, 1000);
    lab_go(lab);
    lab->out[0] = (double)lab->channel->kind->accrued_pusd(lab->channel);
    lab->channel->kind->settle(lab->channel);
    lab->channel->kind->settle(lab->channel);
    lab->out[1] = (double)ledger_cost_pusd(lab->world.ledger);
    lab->out[2] = (double)lab->channel->kind->accrued_pusd(lab->channel);
}

static double pusd_of(struct one one)
{
    const double *out = lab_run(story_one, &one);

    assert_close(out[0], out[1], 0); /* accrued, then charged */
    assert_close(out[2], 0, 0);
    return out[1];
}

static void a_write_takes_a_unit_for_each_kb_begun(void **state)
{
    static const int64_t bytes[] = {0, 1, KB, KB + 1, 400 * KB};
    static const int units[] = {1, 1, 1, 2, 400};

    (void)state;
    for (int i = 0; i < 5; i++)
        assert_close(pusd_of((struct one){.verb = VERB_PUT, .bytes = bytes[i]}),
                     units[i] * (double)WRITE_PUSD, 0);
}

static void an_eventually_consistent_read_takes_half_a_unit_for_each_4_kb_begun(void **state)
{
    static const int64_t bytes[] = {0, 4 * KB, 4 * KB + 1, 400 * KB};
    static const double units[] = {0.5, 0.5, 1, 50};

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_close(pusd_of((struct one){.verb = VERB_GET, .bytes = bytes[i]}),
                     units[i] * READ_PUSD, 0);
}

static void a_strongly_consistent_read_takes_twice_as_much(void **state)
{
    (void)state;
    assert_close(pusd_of((struct one){
                     .verb = VERB_GET, .bytes = 4 * KB + 1, .consistency = CONSISTENCY_STRONG}),
                 2 * READ_PUSD, 0);
}

static void a_read_that_finds_nothing_takes_as_much_as_the_smallest(void **state)
{
    (void)state;
    assert_close(pusd_of((struct one){.verb = VERB_GET, .bytes = -1}), 0.5 * READ_PUSD, 0);
}

static void a_delete_takes_what_writing_the_item_took(void **state)
{
    (void)state;
    assert_close(pusd_of((struct one){.verb = VERB_DELETE, .bytes = 3 * KB}), 3.0 * WRITE_PUSD,
                 0);
}

static void half_a_unit_at_an_odd_price_is_rounded_once(void **state)
{
    (void)state;
    assert_close(
        pusd_of((struct one){.verb = VERB_GET, .bytes = 10, .read_price_pusd = 250001}), 125001,
        0);
}

static void story_limit(struct lab *lab)
{
    struct object object;
    struct scene put = {.request = {.verb = VERB_PUT, .object = &object},
                        .outcome = &lab->out[0]};

    lab->dynamodb.store.max_object_bytes = 400 * KB;
    lab_open(lab, "dynamodb", 1, 8e6);
    object_init(&object, NULL);
    put.request.node = &lab->node[0];
    put.request.bytes = *(const int64_t *)lab->arg;
    scene_begin(lab, &put, 0);
    lab_go(lab);
}

static void an_item_above_400_kb_is_refused(void **state)
{
    (void)state;
    assert_int_equal((int)lab_run(story_limit, &(int64_t){400 * KB})[0], OUTCOME_OK);
    assert_int_equal((int)lab_run(story_limit, &(int64_t){400 * KB + 1})[0], OUTCOME_TOO_LARGE);
}

/* -- scans and queries -----------------------------------------------------------------------
 */

static struct object item[10];

static bool wants_the_last_two(const struct request *request, const struct object *object)
{
    (void)request;
    return object >= &item[8];
}

struct collecting_story {
    enum collecting collect;
    int64_t page_bytes;
};

/* Ten items of 100 KB, of which the reader wants two. */
static void story_collect(struct lab *lab)
{
    const struct collecting_story *story = lab->arg;
    struct listing listing = {0};
    struct scene get = {
        .request = {.verb = VERB_FETCH, .listing = &listing, .wants = wants_the_last_two},
        .end_s = &lab->out[0]};

    lab->dynamodb.collect = (int)story->collect;
    lab->dynamodb.page_bytes = story->page_bytes;
    lab_open(lab, "dynamodb", 1, 8e6);
    for (int i = 0; i < 10; i++) {
        object_init(&item[i], &listing);
        object_appear(&item[i], 100 * KB, 0);
    }
    get.request.node = &lab->node[0];
    scene_begin(lab, &get, 0);
    lab_go(lab);
    lab->channel->kind->settle(lab->channel);
    lab->out[1] = (double)ledger_cost_pusd(lab->world.ledger);
    lab->out[2] =
        (double)lab_count(lab, story->collect == COLLECT_SCAN ? "Scan" : "Query")->count;
}

static void a_scan_reads_and_pays_for_everybodys_items(void **state)
{
    const double *out = lab_run(story_collect, &(struct collecting_story){COLLECT_SCAN, 1e9});

    (void)state;
    assert_close(out[0], 0.25 + 1000 * KB / 1e6, 1e-12);
    assert_close(out[1], 250 * 0.5 * READ_PUSD, 0);
    assert_int_equal((int)out[2], 1);
}

static void a_query_reads_and_pays_for_its_own(void **state)
{
    const double *out = lab_run(story_collect, &(struct collecting_story){COLLECT_QUERY, 1e9});

    (void)state;
    assert_close(out[0], 0.25 + 200 * KB / 1e6, 1e-12);
    assert_close(out[1], 50 * 0.5 * READ_PUSD, 0);
}

static void each_page_is_a_request_and_all_together_pay_for_what_is_read(void **state)
{
    const double *out =
        lab_run(story_collect, &(struct collecting_story){COLLECT_SCAN, 400 * KB});

    (void)state;
    assert_int_equal((int)out[2], 3);
    assert_close(out[0], 3 * 0.25 + 1000 * KB / 1e6, 1e-12);
    assert_close(out[1], 250 * 0.5 * READ_PUSD, 0);
}

/* -- capacity --------------------------------------------------------------------------------
 */

static void story_capacity(struct lab *lab)
{
    enum { CLIENTS = 10 };
    struct object object[CLIENTS];
    struct scene put[CLIENTS];

    lab->dynamodb.write_rate_per_s = 40;
    lab->dynamodb.capacity = *(const int *)lab->arg;
    lab->dynamodb.read_rate_per_s = 20;
    lab->dynamodb.patience.max_attempts = 1;
    lab_open(lab, "dynamodb", CLIENTS, 8e6);
    for (int i = 0; i < CLIENTS; i++) {
        object_init(&object[i], NULL);
        put[i] = (struct scene){.request = {.verb = VERB_PUT,
                                            .object = &object[i],
                                            .bytes = 10 * KB,
                                            .node = &lab->node[i]},
                                .outcome = &lab->out[10 + i]};
        scene_begin(lab, &put[i], i < CLIENTS - 1 ? 0 : 7200);
    }
    lab_go(lab);
    lab->channel->kind->settle(lab->channel);
    lab->out[0] = (double)lab_count(lab, "PutItem")->unbilled;
    lab->out[1] = (double)ledger_cost_pusd(lab->world.ledger);
}

/* 40 units are there: four items of 10 KB. */
static void who_asks_for_more_units_than_there_are_is_refused_and_pays_nothing(void **state)
{
    const double *out = lab_run(story_capacity, &(int){CAPACITY_ON_DEMAND});

    (void)state;
    for (int i = 0; i < 9; i++)
        assert_int_equal((int)out[10 + i], i < 4 ? OUTCOME_OK : OUTCOME_THROTTLED);
    assert_int_equal((int)out[19], OUTCOME_OK);
    assert_int_equal((int)out[0], 5);
    assert_close(out[1], 50.0 * WRITE_PUSD, 0);
}

/* Two hours and a fraction of a second: three. */
static void provisioned_units_are_paid_by_the_hour_used_or_not(void **state)
{
    const double *out = lab_run(story_capacity, &(int){CAPACITY_PROVISIONED});

    (void)state;
    assert_close(out[1], 3 * (40 * 650000000.0 + 20 * 130000000.0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_takes_a_unit_for_each_kb_begun),
        cmocka_unit_test(an_eventually_consistent_read_takes_half_a_unit_for_each_4_kb_begun),
        cmocka_unit_test(a_strongly_consistent_read_takes_twice_as_much),
        cmocka_unit_test(a_read_that_finds_nothing_takes_as_much_as_the_smallest),
        cmocka_unit_test(a_delete_takes_what_writing_the_item_took),
        cmocka_unit_test(half_a_unit_at_an_odd_price_is_rounded_once),
        cmocka_unit_test(an_item_above_400_kb_is_refused),
        cmocka_unit_test(a_scan_reads_and_pays_for_everybodys_items),
        cmocka_unit_test(a_query_reads_and_pays_for_its_own),
        cmocka_unit_test(each_page_is_a_request_and_all_together_pay_for_what_is_read),
        cmocka_unit_test(who_asks_for_more_units_than_there_are_is_refused_and_pays_nothing),
        cmocka_unit_test(provisioned_units_are_paid_by_the_hour_used_or_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
