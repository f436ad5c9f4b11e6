/* SPDX-License-Identifier: MIT
 * paje.c -- a run as a Paje trace; see timeline.h.
 *
 * Format: Schnorr, de Oliveira Stein, Chassin de Kergommeaux, "Paje trace file format", 2013:
 * definitions of events, then of types, then events in the order of time. */
#include <math.h>

#include "sim/answer/timeline.h"

static const char head[] = "%EventDef PajeDefineContainerType 0\n"
                           "% Alias string\n% Type string\n% Name string\n%EndEventDef\n"
                           "%EventDef PajeDefineStateType 1\n"
                           "% Alias string\n% Type string\n% Name string\n%EndEventDef\n"
                           "%EventDef PajeCreateContainer 2\n"
                           "% Time date\n% Alias string\n% Type string\n% Container string\n"
                           "% Name string\n%EndEventDef\n"
                           "%EventDef PajeDestroyContainer 3\n"
                           "% Time date\n% Type string\n% Name string\n%EndEventDef\n"
                           "%EventDef PajePushState 4\n"
                           "% Time date\n% Type string\n% Container string\n% Value string\n"
                           "%EndEventDef\n"
                           "%EventDef PajePopState 5\n"
                           "% Time date\n% Type string\n% Container string\n%EndEventDef\n"
                           "0 run 0 run\n0 entity run entity\n1 activity entity activity\n"
                           "2 0 the_run run 0 traincast\n";

#define CONTAINER "'e' || coalesce(entity_id, 'r') || '_' || lane" /* no spaces in an alias */

static const char containers_sql[] =
    "SELECT DISTINCT " CONTAINER ", coalesce(entity, 'run') ||"
    " CASE WHEN lane > 0 THEN ', lane ' || lane ELSE '' END FROM spans WHERE run_id = :run"
    " ORDER BY entity_id, lane";
/* An end comes before a beginning of the same moment; what takes no time is left out. */
static const char states_sql[] =
    "SELECT begin_s AS at_s, 1 AS begins, " CONTAINER ", activity FROM spans"
    " WHERE run_id = :run AND end_s > begin_s"
    " UNION ALL SELECT end_s, 0, " CONTAINER ", activity FROM spans"
    " WHERE run_id = :run AND end_s > begin_s ORDER BY 1, 2";

static void print_container(void *arg, const struct results_cell *cell, int columns)
{
    (void)columns;
    fprintf(arg, "2 0 %s entity the_run \"%s\"\n", cell[0].text, cell[1].text);
}

static void print_state(void *arg, const struct results_cell *cell, int columns)
{
    (void)columns;
    if (cell[1].number > 0)
        fprintf(arg, "4 %.9f activity %s %s\n", cell[0].number, cell[2].text, cell[3].text);
    else
        fprintf(arg, "5 %.9f activity %s\n", cell[0].number, cell[2].text);
}

static void print_end(void *arg, const struct results_cell *cell, int columns)
{
    (void)columns;
    if (!isnan(cell[0].number))
        fprintf(arg, "3 %.9f run the_run\n", cell[0].number);
}

bool timeline_paje(const struct results *results, int64_t run_id, FILE *out, struct err *err)
{
    const struct results_param params[] = {{.name = "run", .number = run_id}, {0}};

    fputs(head, out);
    return results_query(results, containers_sql, params, print_container, out, err) &&
           results_query(results, states_sql, params, print_state, out, err) &&
           results_query(
               results,
               "SELECT max(sim_time_s, (SELECT coalesce(max(end_s), 0) FROM spans WHERE"
               " run_id = :run)) FROM runs WHERE run_id = :run",
               params, print_end, out, err);
}
