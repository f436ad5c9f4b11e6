/* SPDX-License-Identifier: MIT
 * rows.c -- the ledger's rows into the tables, each list in its own order. */
#include "sim/ledger/rows.h"
#include "sim/results/inside.h"

/* The two columns that every row begins with. */
static void put_place(struct insert *insert, size_t seq)
{
    put_run(insert);
    put_int(insert, (int64_t)seq);
}

static void put_entity(struct insert *insert, int entity)
{
    put_count(insert, entity); /* LEDGER_RUN is negative: NULL */
}

static void write_entities(struct writer *writer, const struct ledger_rows *rows)
{
    struct insert insert = insert_open(
        writer, "INSERT INTO entity (run_id, entity_id, role, number) VALUES (?,?,?,?)");

    for (size_t i = 0; i < rows->entities; i++) {
        put_place(&insert, i);
        put_text(&insert, rows->entity[i].role);
        put_int(&insert, rows->entity[i].index);
        put_row(&insert);
    }
    insert_done(&insert);
}

static void write_rounds(struct writer *writer, const struct ledger_rows *rows)
{
    struct insert insert = insert_open(
        writer, "INSERT INTO round (run_id, seq, round, epoch, sim_time_s, cost_pusd,"
                " train_loss, train_accuracy, test_loss, test_accuracy, messages_lost)"
                " VALUES (?,?,?,?,?,?,?,?,?,?,?)");

    for (size_t i = 0; i < rows->rounds; i++) {
        const struct round_row *row = &rows->round[i];

        put_place(&insert, i);
        put_int(&insert, row->round);
        put_real(&insert, row->epoch);
        put_real(&insert, row->sim_time_s);
        put_int(&insert, row->cost_pusd);
        put_real(&insert, row->train_loss);
        put_real(&insert, row->train_accuracy);
        put_real(&insert, row->test_loss);
        put_real(&insert, row->test_accuracy);
        put_int(&insert, row->messages_lost);
        put_row(&insert);
    }
    insert_done(&insert);
}

static void write_series(struct writer *writer, const struct ledger_rows *rows)
{
    struct insert insert =
        insert_open(writer, "INSERT INTO sample (run_id, seq, entity_id, step, sim_time_s,"
                            " metric, value) VALUES (?,?,?,?,?,?,?)");

    for (size_t i = 0; i < rows->series_rows; i++) {
        const struct series_row *row = &rows->series[i];

        put_place(&insert, i);
        put_entity(&insert, row->entity);
        put_int(&insert, row->step);
        put_real(&insert, row->sim_time_s);
        put_text(&insert, row->metric);
        put_real(&insert, row->value);
        put_row(&insert);
    }
    insert_done(&insert);
}

static void write_breakdown(struct writer *writer, const struct ledger *ledger)
{
    struct insert insert = insert_open(
        writer, "INSERT INTO critical (run_id, seq, activity_id, critical_s) VALUES (?,?,?,?)");

    for (int i = 0; i < ACTIVITY_COUNT; i++) {
        double critical_s = ledger_breakdown_s(ledger, (enum activity)i);

        if (critical_s == 0)
            continue;
        put_place(&insert, (size_t)i);
        put_word(&insert, VOCABULARY_ACTIVITY, (int)i);
        put_real(&insert, critical_s);
        put_row(&insert);
    }
    insert_done(&insert);
}

static void write_spans(struct writer *writer, const struct ledger_rows *rows)
{
    struct insert insert =
        insert_open(writer, "INSERT INTO span (run_id, seq, entity_id, lane, activity_id,"
                            " begin_s, end_s, step) VALUES (?,?,?,?,?,?,?,?)");

    for (size_t i = 0; i < rows->spans; i++) {
        const struct span_row *row = &rows->span[i];

        put_place(&insert, i);
        put_entity(&insert, row->entity);
        put_int(&insert, row->lane);
        put_word(&insert, VOCABULARY_ACTIVITY, (int)row->activity);
        put_real(&insert, row->begin_s);
        put_real(&insert, row->end_s);
        put_count(&insert, row->step);
        put_row(&insert);
    }
    insert_done(&insert);
}

static void write_misfortunes(struct writer *writer, const struct ledger_rows *rows)
{
    struct insert insert =
        insert_open(writer, "INSERT INTO misfortune (run_id, seq, entity_id, at_s, outcome_id,"
                            " detail) VALUES (?,?,?,?,?,?)");

    for (size_t i = 0; i < rows->misfortunes; i++) {
        const struct misfortune_row *row = &rows->misfortune[i];

        put_place(&insert, i);
        put_entity(&insert, row->entity);
        put_real(&insert, row->at_s);
        put_word(&insert, VOCABULARY_OUTCOME, (int)row->outcome);
        put_text(&insert, row->detail);
        put_row(&insert);
    }
    insert_done(&insert);
}

/* Training traffic always has its row, other classes when there was any. */
static void write_messages(struct writer *writer, const struct message_count *of)
{
    struct insert insert = insert_open(
        writer, "INSERT INTO message (run_id, seq, class, sent, lost, retransmitted, dropped,"
                " bytes_sent, bytes_lost, bytes_retransmitted, bytes_dropped)"
                " VALUES (?,?,?,?,?,?,?,?,?,?,?)");

    for (int i = 0; i < TRAFFIC_COUNT; i++) {
        if (i != TRAFFIC_TRAINING && !of[i].sent)
            continue;
        put_place(&insert, (size_t)i);
        put_text(&insert, traffic_names[i]);
        put_int(&insert, of[i].sent);
        put_int(&insert, of[i].lost);
        put_int(&insert, of[i].retransmitted);
        put_int(&insert, of[i].dropped);
        put_int(&insert, of[i].bytes_sent);
        put_int(&insert, of[i].bytes_lost);
        put_int(&insert, of[i].bytes_retransmitted);
        put_int(&insert, of[i].bytes_dropped);
        put_row(&insert);
    }
    insert_done(&insert);
}

static void write_request_counts(struct writer *writer, const struct ledger_rows *rows)
{
    struct insert insert = insert_open(
        writer, "INSERT INTO request (run_id, seq, channel, operation, count, bytes,"
                " failed, unbilled) VALUES (?,?,?,?,?,?,?,?)");

    for (size_t i = 0; i < rows->request_counts; i++) {
        const struct request_count *count = rows->request_count[i];

        put_place(&insert, i);
        put_text(&insert, count->channel);
        put_text(&insert, count->operation);
        put_int(&insert, count->count);
        put_int(&insert, count->bytes);
        put_int(&insert, count->failed);
        put_int(&insert, count->unbilled);
        put_row(&insert);
    }
    insert_done(&insert);
}

static size_t position_of(const struct ledger_rows *rows, const struct request_count *count)
{
    size_t i = 0;

    while (rows->request_count[i] != count)
        i++;
    return i;
}

static void write_requests(struct writer *writer, const struct ledger_rows *rows)
{
    struct insert insert =
        insert_open(writer, "INSERT INTO request_row (run_id, seq, entity_id, request_seq,"
                            " begin_s, end_s, bytes, outcome_id) VALUES (?,?,?,?,?,?,?,?)");

    for (size_t i = 0; i < rows->requests; i++) {
        const struct request_row *row = &rows->request[i];

        put_place(&insert, i);
        put_entity(&insert, row->entity);
        put_int(&insert, (int64_t)position_of(rows, row->of));
        put_real(&insert, row->begin_s);
        put_real(&insert, row->end_s);
        put_int(&insert, row->bytes);
        put_word(&insert, VOCABULARY_OUTCOME, (int)row->outcome);
        put_row(&insert);
    }
    insert_done(&insert);
}

static void write_invocations(struct writer *writer, const struct ledger_rows *rows)
{
    struct insert insert = insert_open(
        writer, "INSERT INTO invocation (run_id, seq, entity_id, function, arrival_s, start_s,"
                " end_s, cold, outcome_id, billed_ms, memory_mb, pusd_per_gb_s,"
                " pusd_per_request, cost_pusd) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)");

    for (size_t i = 0; i < rows->invocations; i++) {
        const struct invocation_row *row = &rows->invocation[i];

        put_place(&insert, i);
        put_entity(&insert, row->entity);
        put_text(&insert, row->function);
        put_real(&insert, row->arrival_s);
        put_real(&insert, row->start_s);
        put_real(&insert, row->end_s);
        put_int(&insert, row->cold);
        put_word(&insert, VOCABULARY_OUTCOME, (int)row->outcome);
        put_int(&insert, row->billed_ms);
        put_int(&insert, row->memory_mb);
        put_int(&insert, row->pusd_per_gb_s);
        put_int(&insert, row->pusd_per_request);
        put_int(&insert, row->cost_pusd);
        put_row(&insert);
    }
    insert_done(&insert);
}

static void write_machines(struct writer *writer, const struct ledger_rows *rows)
{
    struct insert insert = insert_open(
        writer, "INSERT INTO machine (run_id, seq, entity_id, instance, boot_s, ready_s,"
                " release_s, billed_s, pusd_per_hour, cost_pusd) VALUES (?,?,?,?,?,?,?,?,?,?)");

    for (size_t i = 0; i < rows->machines; i++) {
        const struct machine_row *row = &rows->machine[i];

        put_place(&insert, i);
        put_entity(&insert, row->entity);
        put_text(&insert, row->instance);
        put_real(&insert, row->boot_s);
        put_real(&insert, row->ready_s);
        put_real(&insert, row->release_s);
        put_int(&insert, row->billed_s);
        put_int(&insert, row->pusd_per_hour);
        put_int(&insert, row->cost_pusd);
        put_row(&insert);
    }
    insert_done(&insert);
}

static void write_bill(struct writer *writer, const struct ledger_rows *rows)
{
    struct insert insert =
        insert_open(writer, "INSERT INTO charge (run_id, seq, resource, quantity, unit,"
                            " unit_price_pusd, cost_pusd) VALUES (?,?,?,?,?,?,?)");

    for (size_t i = 0; i < rows->bill_lines; i++) {
        const struct bill_line *line = rows->bill_line[i];

        put_place(&insert, i);
        put_text(&insert, line->resource);
        put_real(&insert, line->quantity);
        put_text(&insert, line->unit);
        put_int(&insert, line->unit_price_pusd);
        put_int(&insert, line->cost_pusd);
        put_row(&insert);
    }
    insert_done(&insert);
}

void write_ledger(struct writer *writer, const struct ledger *ledger)
{
    struct ledger_rows rows = ledger_rows(ledger);

    write_entities(writer, &rows);
    write_rounds(writer, &rows);
    write_series(writer, &rows);
    write_breakdown(writer, ledger);
    write_spans(writer, &rows);
    write_misfortunes(writer, &rows);
    write_messages(writer, rows.messages);
    write_request_counts(writer, &rows);
    write_requests(writer, &rows);
    write_invocations(writer, &rows);
    write_machines(writer, &rows);
    write_bill(writer, &rows);
}
