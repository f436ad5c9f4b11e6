/* SPDX-License-Identifier: MIT
 * estimate_print.c -- see estimate_print.h. */
#include "sim/command/estimate_print.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/units.h"
#include "sim/job/training.h"

enum { ROWS_MOST = 8, WORD = 64 };

/* One row of the table: the estimate and what was simulated. */
struct row {
    const char *name;
    double estimate, simulated; /* simulated NaN: it was not */
    bool is_money;              /* USD; else seconds */
};

static double usd(double pusd)
{
    return pusd * 1e-12;
}

/* -- rows -----------------------------------------------------------------------------------
 */

static double simulated_s(const struct run *run, int term)
{
    static const enum activity activity[TERM_COUNT] = {ACTIVITY_START, ACTIVITY_LOAD,
                                                       ACTIVITY_COMPUTE, ACTIVITY_COMMUNICATE};
    double sum_s;

    if (!run)
        return NAN;
    sum_s = ledger_breakdown_s(run->world.ledger, activity[term]);
    if (term == TERM_COMMUNICATE) /* whoever waits in an exchange waits for others' requests */
        sum_s += ledger_breakdown_s(run->world.ledger, ACTIVITY_WAIT);
    return sum_s;
}

static size_t fill_rows(const struct estimated *e, struct row row[ROWS_MOST])
{
    double time_s = e->run ? e->run->end.sim_time_s : NAN, other_s = time_s;
    double cost_usd = e->run ? usd((double)ledger_cost_pusd(e->run->world.ledger)) : NAN;
    size_t count = 0;

    for (int term = 0; term < TERM_COUNT; term++) {
        double s = simulated_s(e->run, term);

        row[count++] = (struct row){term_names[term], e->point.term_s[term], s, false};
        other_s -= s;
    }
    if (fabs(other_s) < 1e-9 * time_s) /* a difference of sums */
        other_s = 0;
    if (e->run)
        row[count++] = (struct row){"other", 0, other_s, false};
    row[count++] = (struct row){"time", e->point.time_s, time_s, false};
    row[count++] = (struct row){"cost", usd(e->point.cost_pusd), cost_usd, true};
    return count;
}

static double difference(const struct row *row)
{
    return row->estimate - row->simulated;
}

/* Of what was simulated; NaN: nothing was. */
static double relative(const struct row *row)
{
    return row->simulated > 0 ? difference(row) / row->simulated : NAN;
}

/* -- what is left out -----------------------------------------------------------------------
 */

static int64_t evaluations(const struct estimated *e)
{
    const struct every *every = &e->form->scenario->evaluate.every;
    double of_round = every->unit == EVERY_EPOCH ? e->form->epochs_per_round : 1;

    if (!e->form->scenario->evaluate.charged || every->unit == EVERY_NEVER ||
        every->unit == EVERY_SECOND)
        return 0;
    return (int64_t)fmax(1, floor((double)e->point.rounds * of_round / every->count + 1e-9));
}

static double longest_evaluation_s(const struct estimated *e)
{
    const struct compute_conf *compute = &e->form->group->compute;
    double longest_s = 0;

    for (int w = 0; w < e->form->workers; w++) {
        struct work work = learner_evaluate_work(e->facts, &e->form->scenario->evaluate, w);

        longest_s = fmax(longest_s, training_core_s(compute, &work));
    }
    return longest_s * compute->evaluate_ratio;
}

static double lives(const struct estimated *e)
{
    const struct choice *platform = &e->form->group->platform;

    return (e->point.time_s - e->form->start_s) /
           platform_kind_of(platform)->facts(platform->conf).lifetime_s;
}

static void print_left_out(const struct estimated *e)
{
    int64_t count = evaluations(e);

    printf(
        "  left out     polls, LISTs, jitter, skew, sharing, misfortune (docs/estimate.md)\n");
    if (count)
        printf("               %" PRId64 " charged evaluations of %.4g s of a core\n", count,
               longest_evaluation_s(e));
    if (lives(e) > 1)
        printf("               re-invocations: the workers outlive a function %.3g times\n",
               lives(e));
}

/* -- for people -----------------------------------------------------------------------------
 */

static const char *label(const struct estimated *e, char out[WORD])
{
    const struct choice *platform = &e->form->group->platform;

    snprintf(out, WORD, "%s", platform_kind_of(platform)->facts(platform->conf).label);
    return out;
}

static void print_sample(const struct estimated *e)
{
    const struct sample *sample = e->sample;

    if (!sample)
        return;
    printf("  sample       %.3g %% of the rows (%" PRId64
           "), %d worker%s: train loss %.5f after "
           "%" PRId64 " rounds",
           100 * sample->ratio, sample->rows, sample->workers, sample->workers > 1 ? "s" : "",
           sample->train_loss, sample->rounds);
    if (sample->workers != e->form->workers)
        printf(", times f(%d) = %.4g", e->form->workers, e->factor);
    if (sample->end != SAMPLE_REACHED)
        printf("; %s", sample->end == SAMPLE_DIVERGED ? "it diverges"
                                                      : "the criterion is not met by then");
    printf("\n");
}

/* For people: a mean of distributions has any number of digits. */
static void print_short(double value, enum dimension dimension, char out[WORD])
{
    char digits[WORD];

    snprintf(digits, sizeof digits, "%.6g", value);
    units_format(strtod(digits, NULL), dimension, out, WORD);
}

static void print_round(const struct estimated *e)
{
    const struct critical *exchange = &e->form->exchange;
    const struct critical_line *line = &e->form->line;
    double rate =
        fmin(line->connection_bytes_per_s, fmin(line->up_bytes_per_s, line->down_bytes_per_s));
    char latency[WORD], bandwidth[WORD];

    print_short(line->latency_s, DIMENSION_SECONDS, latency);
    print_short(rate, DIMENSION_BYTES_PER_S, bandwidth);
    printf("  a round      %" PRId64 " x %s + %" PRId64 " B / %s", exchange->next.operations,
           latency, exchange->next.bytes, bandwidth);
    if (e->form->exchange_work_s > 0)
        printf(" + %.6g s of work on messages", e->form->exchange_work_s);
    printf(" = %.6g s of exchange", exchange->next.s);
    if (exchange->first.operations != exchange->next.operations)
        printf(" (the first: %" PRId64 " x %s + %" PRId64 " B)", exchange->first.operations,
               latency, exchange->first.bytes);
    printf("\n");
}

/* What is shown as 0 has no sign. */
static double unsigned_zero(double value, int digits)
{
    return fabs(value) < 0.5 * pow(10, -digits) ? 0 : value;
}

static void print_row(const struct row *row)
{
    int digits = row->is_money ? 6 : 3;
    const char *unit = row->is_money ? " USD" : " s";

    printf("  %-12s %14.*f%s", row->name, digits, row->estimate, unit);
    if (!isnan(row->simulated))
        printf("%*s %13.*f%-4s %13.*f%s", row->is_money ? 0 : 2, "", digits, row->simulated,
               unit, digits, unsigned_zero(difference(row), digits), unit);
    if (!isnan(relative(row)))
        printf("%*s%8.2f %%", row->is_money ? 0 : 2, "", unsigned_zero(100 * relative(row), 2));
    printf("\n");
}

void estimate_text(const struct estimated *e)
{
    const struct scenario *scenario = e->form->scenario;
    const struct choice *main = scenario->channels.entry;
    struct row row[ROWS_MOST];
    size_t count = fill_rows(e, row);
    char name[WORD];

    printf("%s: %d workers (%s), %s over %s, %" PRId64 " rounds (%.4g epochs, by %s)\n",
           scenario->name, e->form->workers, label(e, name), scenario->pattern.kind->name,
           main->kind->name, e->point.rounds,
           (double)e->point.rounds * e->form->epochs_per_round, e->reason);
    if (*e->facts->charge_note)
        printf("  charged      %s\n", e->facts->charge_note);
    print_sample(e);
    print_round(e);
    printf("  %-12s %18s", "", "estimate");
    if (e->run)
        printf(" %17s %17s", "simulated", "difference");
    printf("\n");
    for (size_t i = 0; i < count; i++)
        print_row(&row[i]);
    printf("               of which nodes %.6f USD, requests %.6f USD, rent %.6f USD\n",
           usd(e->point.nodes_pusd), usd(e->point.requests_pusd), usd(e->point.rent_pusd));
    if (e->run)
        printf("  simulated    %" PRId64 " rounds, %s (%s)\n", e->run->end.rounds,
               run_status_name(e->run->end.status), e->run->end.stop_reason);
    print_left_out(e);
}

/* -- as JSON --------------------------------------------------------------------------------
 */

/* JSON has no NaN: what is not known is null. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *moment_json(const struct moment *moment)
{
    return json_pack("{s:o, s:I, s:I}", "time_s", number(moment->s), "operations",
                     (json_int_t)moment->operations, "bytes", (json_int_t)moment->bytes);
}

static json_t *rows_json(const struct estimated *e)
{
    json_t *rows = json_object();
    struct row row[ROWS_MOST];
    size_t count = fill_rows(e, row);

    for (size_t i = 0; i < count; i++) {
        json_t *object = json_object();

        json_object_set_new(object, "unit", json_string(row[i].is_money ? "USD" : "s"));
        json_object_set_new(object, "estimate", number(row[i].estimate));
        if (e->run) {
            json_object_set_new(object, "simulated", number(row[i].simulated));
            json_object_set_new(object, "difference", number(difference(&row[i])));
            json_object_set_new(object, "relative", number(relative(&row[i])));
        }
        json_object_set_new(rows, row[i].name, object);
    }
    return rows;
}

static json_t *sample_json(const struct estimated *e)
{
    static const char *const ends[] = {"reached", "not_reached", "diverged"};
    const struct sample *sample = e->sample;

    if (!sample)
        return json_null();
    return json_pack("{s:f, s:i, s:I, s:s, s:I, s:f, s:o, s:o, s:o}", "ratio", sample->ratio,
                     "workers", sample->workers, "rows", (json_int_t)sample->rows, "end",
                     ends[sample->end], "rounds", (json_int_t)sample->rounds, "factor",
                     e->factor, "train_loss", number(sample->train_loss), "test_loss",
                     number(sample->test_loss), "test_accuracy", number(sample->test_accuracy));
}

void estimate_json(const struct estimated *e)
{
    json_t *object = json_object();

    json_object_set_new(object, "name", json_string(e->form->scenario->name));
    json_object_set_new(object, "workers", json_integer(e->form->workers));
    json_object_set_new(object, "rounds", json_integer((json_int_t)e->point.rounds));
    json_object_set_new(object, "epochs",
                        number((double)e->point.rounds * e->form->epochs_per_round));
    json_object_set_new(object, "reason", json_string(e->reason));
    json_object_set_new(object, "charge_note",
                        *e->facts->charge_note ? json_string(e->facts->charge_note)
                                               : json_null());
    json_object_set_new(object, "sample", sample_json(e));
    json_object_set_new(object, "latency_s", number(e->form->line.latency_s));
    json_object_set_new(object, "first_exchange", moment_json(&e->form->exchange.first));
    json_object_set_new(object, "exchange", moment_json(&e->form->exchange.next));
    json_object_set_new(object, "terms", rows_json(e));
    json_object_set_new(object, "nodes_usd", number(usd(e->point.nodes_pusd)));
    json_object_set_new(object, "requests_usd", number(usd(e->point.requests_pusd)));
    json_object_set_new(object, "rent_usd", number(usd(e->point.rent_pusd)));
    if (e->run) {
        json_object_set_new(object, "simulated_rounds", json_integer(e->run->end.rounds));
        json_object_set_new(object, "status", json_string(run_status_name(e->run->end.status)));
    }
    json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
    json_decref(object);
}
