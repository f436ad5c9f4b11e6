/* SPDX-License-Identifier: MIT
 * sweep_print.c -- see sweep_print.h. */
#include "sim/command/sweep_print.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "sim/sweep/clock.h"

enum { MOST_FAILURES = 20 };
static const double terminal_s = 0.2, log_s = 10;

/* -- while it runs -- */
void sweep_print_begin(struct sweep_print *print)
{
    print->terminal = isatty(STDERR_FILENO);
    print->shown_s = clock_wall_s();
}

void sweep_print_end(struct sweep_print *print)
{
    if (print->terminal && !print->quiet)
        fputs("\r\033[K", stderr);
    if (print->failures > MOST_FAILURES)
        fprintf(stderr, "traincast sweep: ... and %zu more that failed\n",
                print->failures - MOST_FAILURES);
}

static void print_duration(double seconds)
{
    if (!isfinite(seconds))
        fputs("?", stderr);
    else if (seconds < 120)
        fprintf(stderr, "%.0f s", seconds);
    else if (seconds < 7200)
        fprintf(stderr, "%.0f min", seconds / 60);
    else
        fprintf(stderr, "%.1f h", seconds / 3600);
}

void sweep_print_progress(void *arg, const struct sweep_progress *now)
{
    struct sweep_print *print = arg;
    double wall_s = clock_wall_s();

    if (print->quiet || wall_s - print->shown_s < (print->terminal ? terminal_s : log_s))
        return;
    print->shown_s = wall_s;
    if (print->terminal)
        fputs("\r\033[K", stderr);
    fprintf(stderr, "%zu of %zu done, %zu failed", now->before + now->done + now->elsewhere,
            now->points, now->failed);
    if (isfinite(now->rate_per_s)) {
        fprintf(stderr, "  %.3g/s  ETA ", now->rate_per_s);
        print_duration(now->eta_s);
    }
    fputs(print->terminal ? "" : "\n", stderr);
    fflush(stderr);
}

void sweep_print_failure(void *arg, size_t point, const char *message)
{
    struct sweep_print *print = arg;

    if (print->failures++ >= MOST_FAILURES)
        return;
    fprintf(stderr, "%straincast sweep: point %zu (%s): %s\n",
            print->terminal && !print->quiet ? "\r\033[K" : "", point + 1,
            print->sweep->point[point].name, message);
}

/* -- before and after -- */
void sweep_print_points(const struct sweep *sweep, const bool *chosen)
{
    for (size_t i = 0; i < sweep->points; i++) {
        struct param_row axis[SWEEP_MOST_AXES];
        size_t axes = sweep_axes(sweep, i, axis);

        if (chosen && !chosen[i])
            continue;
        printf("%zu\t%s\t%lld", i + 1, sweep->point[i].name,
               (long long)sweep->point[i].replication + 1);
        for (size_t k = 0; k < axes; k++)
            printf("\t%s=%s", axis[k].key, axis[k].text);
        putchar('\n');
    }
}

static void print_json(json_t *object)
{
    json_dumpf(object, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
    putchar('\n');
    json_decref(object);
}

/* On this machine's cores, by what the campaign's runs took so far. */
static double expected_s(const struct plan *plan)
{
    size_t runs = plan->news + plan->due;
    size_t long_runs = plan->learnings_new < runs ? plan->learnings_new : runs;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    return ((double)long_runs * plan->longest_s + (double)(runs - long_runs) * plan->mean_s) /
           (double)(cores > 0 ? cores : 1);
}

void sweep_print_plan(const struct plan *plan, const char *db, bool json)
{
    const struct sweep *sweep = plan->sweep;

    if (json) {
        print_json(json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:f}", "sweep",
                             sweep->name, "points", (int)sweep->points, "in_database",
                             (int)plan->done, "to_run", (int)(plan->news + plan->due), "same",
                             (int)plan->same, "computations_new", (int)plan->learnings_new,
                             "computations_known", (int)plan->learnings_known, "computed_apart",
                             (int)plan->apart, "expected_s",
                             isfinite(plan->mean_s) ? expected_s(plan) : -1.0));
        return;
    }
    printf("%s: %zu points\n", sweep->name, sweep->points);
    printf("  %6zu done already, in %s\n", plan->done, db);
    if (plan->same)
        printf("  %6zu ask for the same as another\n", plan->same);
    if (plan->strays)
        printf(
            "  %6zu more wait there and are not in the file (any more): --prune removes them\n",
            plan->strays);
    printf("  %6zu to run\n", plan->news + plan->due);
    printf("  %6zu distinct computations of what they learn%s\n",
           plan->learnings_new + plan->learnings_known,
           plan->learnings_known ? ", of which" : "");
    if (plan->learnings_known)
        printf("  %6zu are known from earlier runs\n", plan->learnings_known);
    if (plan->news + plan->due && isfinite(plan->mean_s))
        printf(
            "  about %.3g s on this machine, by what runs of this campaign took (mean %.3g s, "
            "longest %.3g s)\n",
            expected_s(plan), plan->mean_s, plan->longest_s);
    else if (plan->news + plan->due)
        printf("  how long it takes is not known before some points have run, for example "
               "--shard 1/%zu\n",
               plan->sweep->points / 10 + 1);
    if (plan->apart)
        printf(
            "  %6zu points compute or need nothing that others share: what they learn depends "
            "on the clock, or they learn nothing\n",
            plan->apart);
}

bool sweep_print_result(const struct sweep_run *run, const char *db, bool json,
                        const char *next)
{
    const struct sweep_progress *now = &run->now;
    size_t failed_before, left, same = 0, before;

    for (size_t i = 0; i < run->plan->sweep->points; i++) {
        if (run->chosen && !run->chosen[i])
            continue;
        same += run->plan->point[i].state == PLANNED_SAME;
    }
    failed_before = now->badly_before;
    before = now->before - failed_before - same;
    left = now->points - now->before - now->done - now->elsewhere - now->failed;
    if (json)
        print_json(json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:b, s:f, s:s}", "sweep",
                             run->plan->sweep->name, "points", (int)now->points, "done_now",
                             (int)now->done, "done_before", (int)before, "done_elsewhere",
                             (int)now->elsewhere, "failed", (int)(now->failed + failed_before),
                             "left", (int)left, "same", (int)same, "interrupted",
                             (int)run->interrupted, "elapsed_s", now->elapsed_s, "db", db));
    else
        printf("%s: %zu points: %zu done now, %zu before, %zu failed%s in %.1f s (%s)\n",
               run->plan->sweep->name, now->points, now->done, before,
               now->failed + failed_before, left ? ", some not run" : "", now->elapsed_s, db);
    if (!json && now->elsewhere)
        printf("  %zu more were finished meanwhile by another sweep\n", now->elsewhere);
    if (!json && same)
        printf("  %zu of them ask for the same as another point\n", same);
    if (!json && (left || now->failed))
        printf("  %s\n", next);
    return !left && !now->failed && !failed_before;
}
