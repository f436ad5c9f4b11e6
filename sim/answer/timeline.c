/* SPDX-License-Identifier: MIT
 * timeline.c -- see timeline.h.
 *
 * Format: "Trace Event Format", Google; "ph" is the kind of event: X a span, C a counter, i an
 * instant, M a name. */
#include "sim/answer/timeline.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/scenario/json_text.h"

/* A track: what is open on it, innermost last. */
struct track {
    int tid;
    int64_t *end_ns;
    size_t open, capacity;
};

struct trace {
    FILE *out;
    bool comma;
    int tracks;          /* of all lines so far */
    char *line;          /* entity and lane of the rows that come now */
    struct track *track; /* of this line: the first, and those for what does not nest */
    size_t count, capacity;
};

/* Begin and end are rounded each: what ends where another begins does so in the file, too. */
static int64_t whole_ns(double time_s)
{
    return llround(time_s * 1e9);
}

static void begin_event(struct trace *trace, const char *ph, const char *name, int tid)
{
    fprintf(trace->out,
            "%s{\"ph\": \"%s\", \"pid\": 0, \"tid\": %d, \"name\": ", trace->comma ? ",\n" : "",
            ph, tid);
    json_quote(trace->out, name);
    trace->comma = true;
}

/* -- tracks ----------------------------------------------------------------------------------
 */
static void end_line(struct trace *trace)
{
    for (size_t i = 0; i < trace->count; i++)
        free(trace->track[i].end_ns);
    trace->count = 0;
    free(trace->line);
    trace->line = NULL;
}

static struct track *add_track(struct trace *trace)
{
    struct track *track;

    ROOM_FOR_ONE(trace->track, trace->count, trace->capacity);
    track = &trace->track[trace->count++];
    *track = (struct track){.tid = ++trace->tracks};
    begin_event(trace, "M", "thread_name", track->tid);
    fprintf(trace->out, ", \"args\": {\"name\": ");
    json_quote(trace->out, trace->line);
    fprintf(trace->out, "}}");
    begin_event(trace, "M", "thread_sort_index", track->tid);
    fprintf(trace->out, ", \"args\": {\"sort_index\": %d}}", track->tid);
    return track;
}

/* Rows come by begin, longer ones first.  Is it apart from what is open, or within it? */
static bool fits(struct track *track, int64_t begin_ns, int64_t end_ns)
{
    while (track->open && track->end_ns[track->open - 1] <= begin_ns)
        track->open--;
    return !track->open || end_ns <= track->end_ns[track->open - 1];
}

static struct track *track_for(struct trace *trace, const char *line, int64_t begin_ns,
                               int64_t end_ns)
{
    struct track *track = NULL;

    if (!trace->line || strcmp(trace->line, line) != 0) {
        end_line(trace);
        trace->line = memory_text(line);
    }
    for (size_t i = 0; i < trace->count && !track; i++)
        if (fits(&trace->track[i], begin_ns, end_ns))
            track = &trace->track[i];
    if (!track)
        track = add_track(trace);
    ROOM_FOR_ONE(track->end_ns, track->open, track->capacity);
    track->end_ns[track->open++] = end_ns;
    return track;
}

/* -- events ----------------------------------------------------------------------------------
 */
enum { LINE, NAME, BEGIN, END, DETAIL };

static void print_span(void *arg, const struct results_cell *cell, int columns)
{
    struct trace *trace = arg;
    int64_t begin_ns = whole_ns(cell[BEGIN].number), end_ns = whole_ns(cell[END].number);
    struct track *track = track_for(trace, cell[LINE].text, begin_ns, end_ns);

    (void)columns;
    begin_event(trace, "X", cell[NAME].text, track->tid);
    fprintf(trace->out, ", \"ts\": %.3f, \"dur\": %.3f", (double)begin_ns / 1e3,
            (double)(end_ns - begin_ns) / 1e3);
    if (cell[DETAIL].text)
        fprintf(trace->out, ", \"args\": {\"step\": %s}", cell[DETAIL].text);
    fprintf(trace->out, "}");
}

static void print_mark(void *arg, const struct results_cell *cell, int columns)
{
    struct trace *trace = arg;

    (void)columns;
    begin_event(trace, "i", cell[NAME].text, 0);
    fprintf(trace->out, ", \"s\": \"p\", \"ts\": %.3f, \"args\": {\"who\": ",
            (double)whole_ns(cell[BEGIN].number) / 1e3);
    json_quote(trace->out, cell[LINE].text);
    fprintf(trace->out, "}}");
}

static void print_counter(void *arg, const struct results_cell *cell, int columns)
{
    struct trace *trace = arg;

    for (int i = 1; i < columns; i++) {
        if (!isfinite(cell[i].number))
            continue;
        begin_event(trace, "C", cell[i].name, 0);
        fprintf(trace->out, ", \"ts\": %.3f, \"args\": {\"value\": %.9g}}",
                (double)whole_ns(cell[0].number) / 1e3, cell[i].number);
    }
}

static void print_name(void *arg, const struct results_cell *cell, int columns)
{
    struct trace *trace = arg;

    (void)columns;
    begin_event(trace, "M", "process_name", 0);
    fprintf(trace->out, ", \"args\": {\"name\": ");
    json_quote(trace->out, cell[0].text);
    fprintf(trace->out, "}}");
}

static const char spans_sql[] =
    "SELECT coalesce(entity, 'run') || CASE WHEN lane > 0 THEN ', lane ' || lane ELSE '' END,"
    " activity, begin_s, end_s, step"
    " FROM spans WHERE run_id = :run ORDER BY entity_id, lane, begin_s, end_s DESC";
static const char invocations_sql[] =
    "SELECT coalesce(entity, 'run') || ', invocations', function ||"
    " CASE WHEN cold THEN ' (cold)' ELSE '' END, arrival_s, end_s, NULL FROM invocations"
    " WHERE run_id = :run AND end_s IS NOT NULL ORDER BY entity_id, arrival_s, end_s DESC";
static const char marks_sql[] =
    "SELECT coalesce(entity, 'run'), outcome, at_s FROM misfortunes WHERE run_id = :run"
    " ORDER BY at_s";
static const char counters_sql[] =
    "SELECT sim_time_s, train_loss, test_accuracy, cost_usd FROM rounds WHERE run_id = :run"
    " ORDER BY round";

bool timeline_trace(const struct results *results, int64_t run_id, FILE *out, struct err *err)
{
    const struct results_param params[] = {{.name = "run", .number = run_id}, {0}};
    struct trace trace = {.out = out};
    bool ok;

    fprintf(out, "{\"displayTimeUnit\": \"ms\", \"traceEvents\": [\n");
    ok = results_query(results,
                       "SELECT name || ', run ' || run_id FROM runs WHERE run_id = :run",
                       params, print_name, &trace, err) &&
         results_query(results, spans_sql, params, print_span, &trace, err) &&
         results_query(results, invocations_sql, params, print_span, &trace, err) &&
         results_query(results, marks_sql, params, print_mark, &trace, err) &&
         results_query(results, counters_sql, params, print_counter, &trace, err);
    fprintf(out, "\n]}\n");
    end_line(&trace);
    free(trace.track);
    return ok;
}
