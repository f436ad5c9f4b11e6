/* SPDX-License-Identifier: MIT */
#include "tests/unit/network/lab.h"

struct settings {
    struct timer_conf timer;
    double deadline_s; /* as bounded has them */
    double wanted_ratio;
};

/* One after another on a link, each sent when the one before is over. */
struct series {
    struct lab lab;
    struct message message;
    struct lab_bernoulli bernoulli;
    struct settings settings;
    struct choice loss, transport;
    int left, delivered, lost;
    int packets;       /* of a message; 0: 10 */
    double withdraw_s; /* when it is taken back; 0: never */
    double sum_s, last_s;
};

static struct series *series_of(struct message *message)
{
    return message->owner;
}

static void note(struct message *message)
{
    struct series *series = series_of(message);

    series->delivered++;
    series->lost += message->outcome == OUTCOME_LOST;
    series->last_s = message->delivered_s - message->begin_s;
    series->sum_s += series->last_s;
}

static void next(struct message *message)
{
    struct series *series = series_of(message);

    if (--series->left == 0)
        return;
    message->number++;
    transport_send(series->lab.transport, message);
}

/* count messages of 10 kB, T = 10 ms and l = 10 ms. */
struct withdrawal {
    struct event event; /* first, so that one is the other */
    struct series *series;
};

static void withdraw(struct engine *engine, struct event *event)
{
    (void)engine;
    transport_recall(&((struct withdrawal *)event)->series->message);
}

static void series_run(struct series *series, const char *transport, double ratio, int per,
                       int count)
{
    struct lab *lab = &series->lab;
    struct withdrawal withdrawal = {.event.fire = withdraw, .series = series};

    series->left = count;
    if (!series->settings.timer.timeout_s)
        series->settings.timer = (struct timer_conf){
            .timeout_s = 0.2, .backoff_ratio = 2, .max_timeout_s = 120, .ack_bytes = 66};
    series->loss = lab_bernoulli(&series->bernoulli, ratio, per);
    if (transport)
        series->transport = (struct choice){.kind = lab_kind(&transport_family, transport),
                                            .conf = &series->settings};
    lab->setup.loss = &series->loss;
    lab->setup.transport = &series->transport;
    lab_open(lab, 2, 1e6);
    series->message.from = &lab->node[0];
    series->message.to = &lab->node[1];
    series->message.bytes = series->packets ? 1000 * series->packets : 10000;
    series->message.delivered = note;
    series->message.over = next;
    series->message.owner = series;
    transport_send(lab->transport, &series->message);
    if (series->withdraw_s > 0)
        engine_at(lab->world.engine, &withdrawal.event, series->withdraw_s);
    lab_run(lab);
}

static void series_done(struct series *series)
{
    message_done(&series->message);
    lab_close(&series->lab);
}

static void a_message_takes_latency_and_transfer_however_nics_are_shared(void **state)
{
    (void)state;
    for (int sharing = SHARING_FAIR; sharing <= SHARING_QUEUE; sharing++) {
        struct series series = {.lab.setup.sharing = (enum sharing)sharing};

        series_run(&series, NULL, 0, LOSS_PER_MESSAGE, 1);
        /* by queue the bytes cross one card after the other */
        assert_close(series.last_s, sharing == SHARING_FAIR ? 0.02 : 0.03, 1e-12);
        assert_int_equal(series.lost, 0);
        series_done(&series);
    }
}

static void an_unreliable_transport_loses_what_the_network_loses(void **state)
{
    struct series series = {0};
    const struct message_count *count;

    (void)state;
    series_run(&series, "unreliable", 0.2, LOSS_PER_MESSAGE, 20000);
    count = lab_count(&series.lab, TRAFFIC_TRAINING);
    assert_int_equal(count->sent, 20000);
    assert_int_equal(count->lost, series.lost);
    assert_int_equal(count->dropped, series.lost);
    assert_int_equal(count->retransmitted, 0);
    assert_int_equal(count->bytes_sent, 20000 * INT64_C(10000));
    assert_int_equal(count->bytes_lost, series.lost * INT64_C(10000));
    assert_int_equal(lab_count(&series.lab, TRAFFIC_CONTROL)->sent, 0);
    assert_close(series.lost, 4000, 0.03);
    series_done(&series);
}

static void a_reliable_message_takes_the_closed_forms_time(void **state)
{
    static const double ratios[] = {0.01, 0.1, 0.3};

    (void)state;
    for (size_t i = 0; i < sizeof ratios / sizeof *ratios; i++) {
        /* the times' variance has no bound above a quarter, but for the longest timer */
        struct series series = {.settings.timer = {.timeout_s = 0.2,
                                                   .backoff_ratio = 2,
                                                   .max_timeout_s = ratios[i] > 0.2 ? 1 : 120}};
        int count = 100000;

        series_run(&series, "reliable", ratios[i], LOSS_PER_MESSAGE, count);
        assert_int_equal(series.lost, 0);
        assert_close(series.sum_s / count,
                     transport_mean_s(&series.settings.timer, 0.01, 0.01, ratios[i]), 0.01);
        series_done(&series);
    }
}

static void the_closed_form_without_a_longest_timer_is_the_one_in_the_header(void **state)
{
    struct timer_conf timer = {.timeout_s = 0.2, .backoff_ratio = 2, .max_timeout_s = 1e300};
    double p = 0.2, l = 0.01, transfer_s = 0.03;

    (void)state;
    assert_close(transport_mean_s(&timer, l, transfer_s, p),
                 l + transfer_s / (1 - p) + p * (2 * l + 0.2) / (1 - 2 * p), 1e-12);
}

static void copies_and_lost_acknowledgements_are_counted(void **state)
{
    struct series series = {0};
    const struct message_count *count, *acks;
    double p = 0.1;
    int messages = 20000;

    (void)state;
    series_run(&series, "reliable", p, LOSS_PER_MESSAGE, messages);
    count = lab_count(&series.lab, TRAFFIC_TRAINING);
    acks = lab_count(&series.lab, TRAFFIC_CONTROL);
    assert_int_equal(count->sent, messages);
    assert_int_equal(count->lost, 0);
    /* a copy ends it when neither it nor its acknowledgement is lost */
    assert_close((double)(count->sent + count->retransmitted), messages / ((1 - p) * (1 - p)),
                 0.01);
    assert_close((double)count->dropped / (double)(count->sent + count->retransmitted), p,
                 0.05);
    assert_int_equal(acks->sent, count->sent + count->retransmitted - count->dropped);
    assert_int_equal(acks->sent - acks->lost, messages);
    assert_int_equal(count->bytes_sent, (count->sent + count->retransmitted) * 10000);
    series_done(&series);
}

static void a_bounded_transport_gives_up_at_its_deadline(void **state)
{
    struct series series = {
        .settings = {.timer = {.timeout_s = 0.2, .backoff_ratio = 2, .max_timeout_s = 120},
                     .deadline_s = 0.5,
                     .wanted_ratio = 1}};

    (void)state;
    series_run(&series, "bounded", 1, LOSS_PER_MESSAGE, 3);
    assert_int_equal(series.lost, 3);
    assert_close(series.last_s, 0.5, 1e-12);
    series_done(&series);
}

/* -- packets ---------------------------------------------------------------------------------
 */

/* Messages of 10 packets. */
static void only_what_is_missing_is_sent_again(void **state)
{
    struct series series = {0};
    const struct message_count *count;
    double p = 0.1;
    int messages = 5000;

    (void)state;
    series_run(&series, "reliable", p, LOSS_PER_PACKET, messages);
    count = lab_count(&series.lab, TRAFFIC_TRAINING);
    assert_int_equal(series.lost, 0);
    /* each packet is sent 1/(1-p) times, but for copies whose acknowledgement was lost */
    assert_close((double)count->bytes_dropped / (double)count->bytes_sent, p, 0.03);
    assert_true((double)count->bytes_sent < 1.5 * messages * 10000 / (1 - p));
    series_done(&series);
}

static void what_is_missing_of_a_message_is_known_packet_by_packet(void **state)
{
    struct series series = {0};
    int missing = 0;

    (void)state;
    series_run(&series, "unreliable", 0.5, LOSS_PER_PACKET, 1);
    assert_int_equal(series.message.packets, 10);
    for (int32_t i = 0; i < 10; i++)
        missing += !message_has(&series.message, i);
    assert_int_equal(missing, series.message.packets_missing);
    assert_true(missing > 0 && missing < 10);
    assert_int_equal(series.message.outcome, OUTCOME_LOST);
    assert_int_equal(lab_count(&series.lab, TRAFFIC_TRAINING)->bytes_lost, missing * 1000);
    series_done(&series);
}

static void a_message_of_many_packets_keeps_its_set(void **state)
{
    struct series series = {.packets = 300};
    int missing = 0;

    (void)state;
    series_run(&series, "unreliable", 0.2, LOSS_PER_PACKET, 1);
    for (int32_t i = 0; i < 300; i++)
        missing += !message_has(&series.message, i);
    assert_int_equal(missing, series.message.packets_missing);
    assert_close(missing, 60, 0.35);
    series_done(&series);
}

static void a_bounded_transport_stops_when_it_has_enough(void **state)
{
    struct series series = {.settings = {.timer = {.timeout_s = 0.2,
                                                   .backoff_ratio = 2,
                                                   .max_timeout_s = 120,
                                                   .ack_bytes = 66},
                                         .deadline_s = INFINITY,
                                         .wanted_ratio = 0.7}};
    const struct message_count *count;

    (void)state;
    series_run(&series, "bounded", 0.1, LOSS_PER_PACKET, 3000);
    count = lab_count(&series.lab, TRAFFIC_TRAINING);
    assert_true(series.lost > 0); /* of a part */
    assert_true(count->bytes_lost < (int64_t)(0.3 * 3000 * 10000));
    assert_true(series.sum_s / 3000 < 0.03); /* hardly ever a timer */
    series_done(&series);
}

static void a_message_taken_back_lets_go_of_its_nodes_at_every_stage(void **state)
{
    static const double at_s[] = {0.001, 0.012, 0.021, 0.025, 0.1};

    (void)state;
    for (size_t i = 0; i < sizeof at_s / sizeof *at_s; i++)
        for (int sharing = SHARING_FAIR; sharing <= SHARING_QUEUE; sharing++) {
            struct series series = {.lab.setup.sharing = (enum sharing)sharing,
                                    .withdraw_s = at_s[i]};

            series_run(&series, "reliable", 0.999999, LOSS_PER_MESSAGE, 1);
            assert_int_equal(series.delivered, 0);
            assert_false(message_is_under_way(&series.message));
            assert_int_equal(series.lab.node[0].holds, 0);
            assert_int_equal(series.lab.node[1].holds, 0);
            assert_int_equal(lab_count(&series.lab, TRAFFIC_TRAINING)->lost, 1);
            series_done(&series);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_takes_latency_and_transfer_however_nics_are_shared),
        cmocka_unit_test(an_unreliable_transport_loses_what_the_network_loses),
        cmocka_unit_test(a_reliable_message_takes_the_closed_forms_time),
        cmocka_unit_test(the_closed_form_without_a_longest_timer_is_the_one_in_the_header),
        cmocka_unit_test(copies_and_lost_acknowledgements_are_counted),
        cmocka_unit_test(a_bounded_transport_gives_up_at_its_deadline),
        cmocka_unit_test(only_what_is_missing_is_sent_again),
        cmocka_unit_test(what_is_missing_of_a_message_is_known_packet_by_packet),
        cmocka_unit_test(a_message_of_many_packets_keeps_its_set),
        cmocka_unit_test(a_bounded_transport_stops_when_it_has_enough),
        cmocka_unit_test(a_message_taken_back_lets_go_of_its_nodes_at_every_stage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
