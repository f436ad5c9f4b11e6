/* SPDX-License-Identifier: MIT */
#include "tests/unit/channel/lab.h"

/* One message of 1 MB from node 0 to node 1 (1 MB/s NICs, 0.25 s latency), which waits for it.
 */
struct letter {
    double sent_s, asked_s; /* when it is sent, when its reader begins to wait */
    double cap_bytes_per_s; /* NaN: none */
    double node_latency_s;     /* NaN: the channel's */
    bool channel_says_nothing; /* of a latency */
    bool to_itself;
    double doom_s; /* of the sender; 0: none */
};

struct party {
    struct lab *lab;
    struct request request;
    double at_s;
    double *out; /* end, waited, outcome */
};

static void act(struct actor *self, void *arg)
{
    struct party *party = arg;
    enum outcome outcome = engine_sleep_until(self, party->at_s, "its time");

    if (outcome == OUTCOME_OK)
        outcome = channel_do(self, party->lab->channel, &party->request, "a message");
    party->out[0] = engine_now_s(party->lab->world.engine);
    party->out[1] = party->request.waited_s;
    party->out[2] = outcome;
}

static void story_letter(struct lab *lab)
{
    const struct letter *letter = lab->arg;
    struct object object;
    struct party sender = {.lab = lab, .at_s = letter->sent_s, .out = &lab->out[0]};
    struct party reader = {.lab = lab, .at_s = letter->asked_s, .out = &lab->out[10]};
    struct actor *actor;

    lab->direct.bandwidth_bytes_per_s = letter->cap_bytes_per_s;
    if (letter->channel_says_nothing)
        lab->direct.latency_s = value_constant(NAN);
    lab_open(lab, "direct", 2, 1e6);
    lab->node[0].latency_s = letter->node_latency_s;
    object_init(&object, NULL);
    sender.request = (struct request){.verb = VERB_PUT,
                                      .object = &object,
                                      .node = &lab->node[0],
                                      .to = &lab->node[letter->to_itself ? 0 : 1],
                                      .bytes = 1000000};
    reader.request = (struct request){
        .verb = VERB_GET, .object = &object, .node = &lab->node[letter->to_itself ? 0 : 1]};
    actor = actor_spawn(lab->world.engine, "sender", act, &sender);
    if (letter->doom_s > 0)
        actor_doom(actor, letter->doom_s, OUTCOME_CRASHED);
    actor = actor_spawn(lab->world.engine, "reader", act, &reader);
    if (letter->doom_s > 0)
        actor_doom(actor, 100, OUTCOME_TIMEOUT);
    lab_go(lab);
    lab->out[20] = (double)ledger_messages(lab->world.ledger, TRAFFIC_TRAINING)->sent;
    lab->out[21] = (double)ledger_messages(lab->world.ledger, TRAFFIC_TRAINING)->lost;
    lab->out[22] = (double)ledger_messages(lab->world.ledger, TRAFFIC_TRAINING)->bytes_sent;
    lab->out[23] = (double)lab->channel->kind->accrued_pusd(lab->channel);
    lab->channel->kind->settle(lab->channel);
    lab->out[24] = (double)ledger_cost_pusd(lab->world.ledger);
    lab->out[25] = object.coming;
}

static struct letter plain(double sent_s, double asked_s)
{
    return (struct letter){
        .sent_s = sent_s, .asked_s = asked_s, .cap_bytes_per_s = NAN, .node_latency_s = NAN};
}

static void a_message_takes_its_latency_then_its_transfer(void **state)
{
    struct letter letter = plain(1, 0);
    const double *out = lab_run(story_letter, &letter);

    (void)state;
    assert_close(out[0], 1 + 0.25 + 1, 1e-12);
    assert_close(out[10], out[0], 0);
}

static void its_reader_waits_only_until_it_is_on_its_way(void **state)
{
    struct letter letter = plain(1, 0);

    (void)state;
    assert_close(lab_run(story_letter, &letter)[11], 1, 0);
    letter = plain(0, 0.5);
    assert_close(lab_run(story_letter, &letter)[11], 0, 0);
}

static void what_has_arrived_is_read_at_once(void **state)
{
    struct letter letter = plain(0, 7);

    (void)state;
    assert_close(lab_run(story_letter, &letter)[10], 7, 0);
}

static void one_connection_may_carry_less_than_the_nics(void **state)
{
    struct letter letter = plain(0, 0);

    (void)state;
    letter.cap_bytes_per_s = 0.5e6;
    assert_close(lab_run(story_letter, &letter)[0], 0.25 + 2, 1e-12);
}

static void a_latency_given_to_the_channel_goes_before_the_instances(void **state)
{
    struct letter letter = plain(0, 0);

    (void)state;
    letter.node_latency_s = 0.5;
    assert_close(lab_run(story_letter, &letter)[0], 0.25 + 1, 1e-12);
    letter.channel_says_nothing = true;
    assert_close(lab_run(story_letter, &letter)[0], 0.5 + 1, 1e-12);
}

static void a_message_is_counted_and_free(void **state)
{
    struct letter letter = plain(0, 0);
    const double *out = lab_run(story_letter, &letter);

    (void)state;
    assert_close(out[20], 1, 0);
    assert_close(out[21], 0, 0);
    assert_close(out[22], 1e6, 0);
    assert_close(out[23], 0, 0);
    assert_close(out[24], 0, 0);
}

static void a_message_to_its_own_node_takes_no_time_and_is_none(void **state)
{
    struct letter letter = plain(3, 0);
    const double *out;

    (void)state;
    letter.to_itself = true;
    out = lab_run(story_letter, &letter);
    assert_close(out[10], 3, 0);
    assert_close(out[20], 0, 0);
}

static void a_message_whose_sender_dies_is_lost_and_its_reader_waits_on(void **state)
{
    struct letter letter = plain(0, 0);
    const double *out;

    (void)state;
    letter.doom_s = 0.75;
    out = lab_run(story_letter, &letter);
    assert_int_equal((int)out[2], OUTCOME_CRASHED);
    assert_int_equal((int)out[12], OUTCOME_TIMEOUT);
    assert_close(out[10], 100, 0);
    assert_close(out[21], 1, 0);
    assert_close(out[22], 500000, 1e-5);
    assert_close(out[25], 0, 0);
}

/* -- many ------------------------------------------------------------------------------------
 */

static void story_fan(struct lab *lab)
{
    bool in = *(const bool *)lab->arg;
    struct object object[4];
    struct listing listing = {0};
    struct party sender[4];
    struct party reader = {.lab = lab, .out = &lab->out[40]};

    lab_open(lab, "direct", 5, 1e6);
    for (int i = 0; i < 4; i++) {
        object_init(&object[i], &listing);
        sender[i] = (struct party){
            .lab = lab,
            .out = &lab->out[10 * i],
            .request = {.verb = VERB_PUT,
                        .object = &object[i],
                        .node = &lab->node[in ? i : 4],
                        .to = &lab->node[in ? 4 : i],
                        .bytes = 250000 * (i + 1)},
        };
        actor_spawn(lab->world.engine, "sender", act, &sender[i]);
    }
    reader.request = (struct request){
        .verb = VERB_LIST, .listing = &listing, .node = &lab->node[4], .known = 2};
    actor_spawn(lab->world.engine, "reader", act, &reader);
    lab_go(lab);
}

static void messages_share_the_nic_of_their_sender_or_receiver(void **state)
{
    (void)state;
    for (int in = 0; in < 2; in++) {
        const double *out = lab_run(story_fan, &(bool){in});

        /* 0.25, 0.5, 0.75 and 1 MB side by side over 1 MB/s. */
        assert_close(out[0], 0.25 + 1.0, 1e-9);
        assert_close(out[10], 0.25 + 1.75, 1e-9);
        assert_close(out[20], 0.25 + 2.25, 1e-9);
        assert_close(out[30], 0.25 + 2.5, 1e-9);
    }
}

static void a_list_ends_with_the_first_key_beyond_those_known(void **state)
{
    (void)state;
    assert_close(lab_run(story_fan, &(bool){true})[40], 0.25 + 2.25, 1e-9); /* the third */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_takes_its_latency_then_its_transfer),
        cmocka_unit_test(its_reader_waits_only_until_it_is_on_its_way),
        cmocka_unit_test(what_has_arrived_is_read_at_once),
        cmocka_unit_test(one_connection_may_carry_less_than_the_nics),
        cmocka_unit_test(a_latency_given_to_the_channel_goes_before_the_instances),
        cmocka_unit_test(a_message_is_counted_and_free),
        cmocka_unit_test(a_message_to_its_own_node_takes_no_time_and_is_none),
        cmocka_unit_test(a_message_whose_sender_dies_is_lost_and_its_reader_waits_on),
        cmocka_unit_test(messages_share_the_nic_of_their_sender_or_receiver),
        cmocka_unit_test(a_list_ends_with_the_first_key_beyond_those_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
