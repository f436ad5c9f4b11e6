/* SPDX-License-Identifier: MIT
 * report.c -- see report.h. */
#include "sim/command/report.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "sim/answer/table.h"
#include "sim/command/verdict.h"
#include "sim/ledger/rows.h"

#define SHOWN_S 0.0005 /* less is no "0.001 s" */
enum { TRIALS_SHOWN = 40 };

static double usd(int64_t pusd)
{
    return (double)pusd * 1e-12;
}

/* -- for people -- */
static const char *charge_note(const struct run *run)
{
    return run->learner ? learner_facts(run->learner)->charge_note : "";
}

static void print_learning(const struct run *run)
{
    const struct run_end *end = &run->end;

    if (*charge_note(run))
        printf("  charged    %s\n", charge_note(run));
    if (isnan(end->train_loss))
        return;
    printf("  learning   train loss %.5f", end->train_loss);
    if (!isnan(end->train_accuracy))
        printf(", accuracy %.2f %%", 100 * end->train_accuracy);
    if (!isnan(end->test_loss))
        printf("; test loss %.5f", end->test_loss);
    if (!isnan(end->test_accuracy))
        printf(", accuracy %.2f %%", 100 * end->test_accuracy);
    printf("  (%.4g epochs, %" PRId64 " rounds)\n", end->epochs, end->rounds);
}

static void print_time(const struct run *run)
{
    printf("  time       %.3f s simulated\n", run->end.sim_time_s);
    for (int a = 0; a < ACTIVITY_COUNT; a++) {
        double critical_s = ledger_breakdown_s(run->world.ledger, (enum activity)a);

        if (critical_s >= SHOWN_S)
            printf("             %-12s %12.3f s  %5.1f %%\n", activity_name((enum activity)a),
                   critical_s, 100 * critical_s / run->end.sim_time_s);
    }
}

static void print_bill(const struct run *run)
{
    struct ledger_rows rows = ledger_rows(run->world.ledger);

    printf("  cost       %.6f USD\n", usd(ledger_cost_pusd(run->world.ledger)));
    for (size_t i = 0; i < rows.bill_lines; i++) {
        const struct bill_line *line = rows.bill_line[i];

        printf("             %-18s %14.6g %-10s x %.10g USD = %.6f USD\n", line->resource,
               line->quantity, line->unit, usd(line->unit_price_pusd), usd(line->cost_pusd));
    }
}

static void print_messages(const char *heading, const struct message_count *messages)
{
    if (!messages->sent)
        return;
    printf("  %-10s %" PRId64 " sent, %" PRId64 " lost", heading, messages->sent,
           messages->lost);
    if (messages->dropped || messages->retransmitted)
        printf("; %" PRId64 " copies dropped, %" PRId64 " sent again", messages->dropped,
               messages->retransmitted);
    printf("\n");
}

static void print_requests(const struct run *run)
{
    struct ledger_rows rows = ledger_rows(run->world.ledger);
    const char *heading = "requests";

    for (size_t i = 0; i < rows.request_counts; i++) {
        const struct request_count *count = rows.request_count[i];

        if (!count->count)
            continue;
        printf("  %-10s %-8s %-8s %12" PRId64 " requests, %.4g MB", heading, count->channel,
               count->operation, count->count, (double)count->bytes * 1e-6);
        if (count->failed) /* a GET mostly because the object was not there yet */
            printf(", %" PRId64 " in vain", count->failed);
        printf("\n");
        heading = "";
    }
    print_messages("messages", &rows.messages[TRAFFIC_TRAINING]);
    print_messages("to stores", &rows.messages[TRAFFIC_STORAGE]);
}

static bool is_of_a_trial(const struct ledger_rows *rows, int entity)
{
    return entity >= 0 && strcmp(rows->entity[entity].role, "trial") == 0;
}

/* Noted by the job at the end, about the whole run and not about one worker or trial of it. */
static bool is_of_the_whole_run(const struct run *run, const struct ledger_rows *rows,
                                const struct series_row *row)
{
    if (row->entity != LEDGER_RUN && strcmp(rows->entity[row->entity].role, "worker") == 0)
        return false;
    if (strchr(row->metric, '.')) /* of a class of traffic in the last round */
        return false;
    return row->sim_time_s == run->end.sim_time_s && strcmp(row->metric, "latency_s") != 0 &&
           !is_of_a_trial(rows, row->entity);
}

/* The trials of a search: the first ones, if they are many. */
static void print_trials(const struct ledger_rows *rows)
{
    int shown = 0;
    double value = NAN, loss = NAN, begin_s = NAN;

    for (size_t i = 0; i < rows->series_rows && shown < TRIALS_SHOWN; i++) {
        const struct series_row *row = &rows->series[i];

        if (!is_of_a_trial(rows, row->entity))
            continue;
        if (!strcmp(row->metric, "begin_s"))
            begin_s = row->value;
        else if (!strcmp(row->metric, "value"))
            value = row->value;
        else if (!strcmp(row->metric, "train_loss"))
            loss = row->value;
        if (strcmp(row->metric, "end_s") != 0)
            continue;
        printf("  trial %-4d", rows->entity[row->entity].index);
        if (!isnan(value))
            printf(" value %-10.6g", value);
        printf(" train loss %-9.5g  %.3f to %.3f s\n", loss, begin_s, row->value);
        value = loss = begin_s = NAN;
        shown++;
    }
}

static void print_series(const struct run *run)
{
    struct ledger_rows rows = ledger_rows(run->world.ledger);

    print_trials(&rows);
    for (size_t i = 0; i < rows.series_rows; i++) {
        struct text heading = {0};

        if (!is_of_the_whole_run(run, &rows, &rows.series[i]))
            continue;
        table_heading(rows.series[i].metric, &heading);
        printf("  %-22s %.6g\n", heading.chars, rows.series[i].value);
        text_done(&heading);
    }
}

static void print_verdict(const struct run *run)
{
    char time[256], money[256];

    verdict_time(run, time, sizeof time);
    verdict_money(run, money, sizeof money);
    if (*time)
        printf("  time went  %s\n", time);
    if (*money)
        printf("  money went %s\n", money);
}

void report_text(const struct run *run, int64_t run_id, const char *db, double wall_s)
{
    const struct run_end *end = &run->end;

    printf("%s: %s (%s)\n", run->scenario->name, run_status_name(end->status),
           end->stop_reason);
    if (end->message)
        printf("  why        %s\n", end->message);
    print_learning(run);
    print_series(run);
    print_time(run);
    print_bill(run);
    print_requests(run);
    print_verdict(run);
    if (db)
        printf("  run        %" PRId64 " in %s, %.2f s of real time\n", run_id, db, wall_s);
    else
        printf("  run        is in no database, %.2f s of real time\n", wall_s);
}

/* -- as JSON -- */
/* JSON has no NaN: what is not known is null. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *breakdown_json(const struct run *run)
{
    json_t *breakdown = json_object();

    for (int a = 0; a < ACTIVITY_COUNT; a++)
        json_object_set_new(breakdown, activity_name((enum activity)a),
                            number(ledger_breakdown_s(run->world.ledger, (enum activity)a)));
    return breakdown;
}

static json_t *bill_json(const struct run *run)
{
    struct ledger_rows rows = ledger_rows(run->world.ledger);
    json_t *bill = json_array();

    for (size_t i = 0; i < rows.bill_lines; i++) {
        const struct bill_line *line = rows.bill_line[i];

        json_array_append_new(
            bill, json_pack("{s:s, s:f, s:s, s:f, s:f}", "resource", line->resource, "quantity",
                            line->quantity, "unit", line->unit, "unit_price_usd",
                            usd(line->unit_price_pusd), "cost_usd", usd(line->cost_pusd)));
    }
    return bill;
}

static json_t *requests_json(const struct run *run)
{
    struct ledger_rows rows = ledger_rows(run->world.ledger);
    json_t *requests = json_array();

    for (size_t i = 0; i < rows.request_counts; i++) {
        const struct request_count *count = rows.request_count[i];

        json_array_append_new(requests, json_pack("{s:s, s:s, s:I, s:I, s:I}", "channel",
                                                  count->channel, "operation", count->operation,
                                                  "count", (json_int_t)count->count, "bytes",
                                                  (json_int_t)count->bytes, "failed",
                                                  (json_int_t)count->failed));
    }
    return requests;
}

static json_t *messages_json(const struct run *run)
{
    struct ledger_rows rows = ledger_rows(run->world.ledger);
    json_t *messages = json_object();

    for (int i = 0; i < TRAFFIC_COUNT; i++) {
        const struct message_count *count = &rows.messages[i];

        if (count->sent)
            json_object_set_new(messages, traffic_names[i],
                                json_pack("{s:I, s:I, s:I, s:I, s:I}", "sent",
                                          (json_int_t)count->sent, "lost",
                                          (json_int_t)count->lost, "retransmitted",
                                          (json_int_t)count->retransmitted, "dropped",
                                          (json_int_t)count->dropped, "bytes_sent",
                                          (json_int_t)count->bytes_sent));
    }
    return messages;
}

/* What the job noted about the whole run, as print_series shows it. */
static json_t *metrics_json(const struct run *run)
{
    struct ledger_rows rows = ledger_rows(run->world.ledger);
    json_t *metrics = json_object();

    for (size_t i = 0; i < rows.series_rows; i++)
        if (is_of_the_whole_run(run, &rows, &rows.series[i]))
            json_object_set_new(metrics, rows.series[i].metric, number(rows.series[i].value));
    return metrics;
}

void report_json(const struct run *run, int64_t run_id, const char *db, double wall_s)
{
    const struct run_end *end = &run->end;
    json_t *object = json_object();

    json_object_set_new(object, "name", json_string(run->scenario->name));
    json_object_set_new(object, "run_id", json_integer(run_id));
    json_object_set_new(object, "db", db ? json_string(db) : json_null());
    json_object_set_new(object, "status", json_string(run_status_name(end->status)));
    json_object_set_new(object, "stop_reason", json_string(end->stop_reason));
    json_object_set_new(object, "message",
                        end->message ? json_string(end->message) : json_null());
    json_object_set_new(object, "sim_time_s", number(end->sim_time_s));
    json_object_set_new(object, "cost_usd", number(usd(ledger_cost_pusd(run->world.ledger))));
    json_object_set_new(object, "cost_pusd", json_integer(ledger_cost_pusd(run->world.ledger)));
    json_object_set_new(object, "charge_note",
                        *charge_note(run) ? json_string(charge_note(run)) : json_null());
    json_object_set_new(object, "train_loss", number(end->train_loss));
    json_object_set_new(object, "train_accuracy", number(end->train_accuracy));
    json_object_set_new(object, "test_loss", number(end->test_loss));
    json_object_set_new(object, "test_accuracy", number(end->test_accuracy));
    json_object_set_new(object, "epochs", number(end->epochs));
    json_object_set_new(object, "rounds", json_integer(end->rounds));
    json_object_set_new(object, "breakdown_s", breakdown_json(run));
    json_object_set_new(object, "bill", bill_json(run));
    json_object_set_new(object, "requests", requests_json(run));
    json_object_set_new(object, "messages", messages_json(run));
    json_object_set_new(object, "metrics", metrics_json(run));
    json_object_set_new(object, "wall_s", number(wall_s));
    json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
    json_decref(object);
}
