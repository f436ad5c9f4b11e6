/* SPDX-License-Identifier: MIT
 * plan.c -- see plan.h. */
#include "sim/sweep/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/math/blas.h"
#include "base/memory.h"
#include "sim/job/learner/data_shelf.h"

void plan_open(struct plan *plan, const struct sweep *sweep)
{
    *plan = (struct plan){.sweep = sweep, .point = NEW_ARRAY(struct planned, sweep->points)};
}

void plan_close(struct plan *plan)
{
    free(plan->point);
    free(plan->stray);
    learnings_done(&plan->learnings);
    kept_done(&plan->kept);
    *plan = (struct plan){0};
}

static int by_sha256(const void *left, const void *right)
{
    const struct planned *const *a = left, *const *b = right;
    int order = strcmp((*a)->sha256, (*b)->sha256);

    return order ? order : *a < *b ? -1 : *a > *b;
}

static int like_sha256(const void *left, const void *right)
{
    const struct planned *const *a = left, *const *b = right;

    return strcmp((*a)->sha256, (*b)->sha256);
}

/* The points that are to be found, by their hash; the first of those that are the same. */
static struct planned **sorted(struct plan *plan, size_t *ret_count)
{
    struct planned **all = NEW_ARRAY(struct planned *, plan->sweep->points + 1);
    size_t count = 0;

    for (size_t i = 0; i < plan->sweep->points; i++)
        if (plan->point[i].state != PLANNED_SAME)
            all[count++] = &plan->point[i];
    qsort(all, count, sizeof *all, by_sha256);
    *ret_count = count;
    return all;
}

static void mark_same(struct plan *plan)
{
    size_t count;
    struct planned **all = sorted(plan, &count);

    for (size_t i = 1; i < count; i++)
        if (strcmp(all[i]->sha256, all[i - 1]->sha256) == 0)
            all[i]->state = PLANNED_SAME;
    free(all);
}

/* FNV-1a: where two collide, points only run in another order. */
static uint64_t data_of(const struct scenario *scenario)
{
    char *key = data_shelf_key(scenario);
    uint64_t hash = UINT64_C(14695981039346656037);

    for (const char *at = key; at && *at; at++)
        hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
    hash = key ? hash : 0;
    free(key);
    return hash;
}

const char *plan_change(const struct plan *plan, size_t index, const struct scenario *scenario)
{
    const struct planned *planned = &plan->point[index];

    if (strcmp(planned->sha256, scenario_sha256(scenario)) != 0)
        return "a file that its scenario names has changed since the sweep began: give the "
               "command again";
    if (planned->data != data_of(scenario))
        return "its data have changed since the sweep began: what was run before has learnt "
               "from the old ones";
    return NULL;
}

static void note_point(struct plan *plan, size_t index, const struct scenario *scenario,
                       const struct run_build *build)
{
    struct planned *point = &plan->point[index];

    if (kept_has_room(&plan->kept)) {
        struct run_about about;

        run_about_init(&about, scenario, NULL, build);
        kept_add(&plan->kept, index, &about.info);
        run_about_done(&about);
    }
    memcpy(point->sha256, scenario_sha256(scenario), SHA256_TEXT);
    point->learning = learnings_find(&plan->learnings, scenario, build);
    point->data = data_of(scenario);
    point->wanted =
        scenario->stop.epochs > 0 ? scenario->stop.epochs : (double)scenario->stop.rounds;
}

bool plan_check(struct plan *plan, const struct run_build *build, struct diag_list *diags)
{
    size_t errors = diags->errors;

    kept_init(&plan->kept, plan->sweep->points);
    for (size_t i = 0; i < plan->sweep->points && diags->count < DIAG_LIMIT; i++) {
        struct scenario *scenario = sweep_resolve(plan->sweep, i, diags);

        if (!scenario)
            continue;
        note_point(plan, i, scenario, build);
        scenario_free(scenario);
    }
    if (diags->errors > errors)
        return false;
    mark_same(plan);
    return true;
}

/* -- what is there -- */
struct looking {
    struct plan *plan;
    struct planned **all;
    size_t count;
    const struct run_build *build;
};

static bool ended_by_itself(enum run_status status)
{
    switch (status) {
    case RUN_PLANNED:
    case RUN_RUNNING:
    case RUN_TIME_LIMIT:
    case RUN_CANCELLED:
    case RUN_STATUS_COUNT:
        return false;
    case RUN_DONE:
    case RUN_FAILED:
    case RUN_DIVERGED:
    case RUN_DEADLOCK:
    case RUN_OUT_OF_MEMORY:
        return true;
    }
    return false;
}

static enum run_status status_of(const char *name)
{
    for (int i = 0; i < RUN_STATUS_COUNT; i++)
        if (strcmp(run_status_name((enum run_status)i), name) == 0)
            return (enum run_status)i;
    return RUN_STATUS_COUNT;
}

static void note_stray(struct plan *plan, int64_t run_id)
{
    ROOM_FOR_ONE(plan->stray, plan->strays, plan->stray_capacity);
    plan->stray[plan->strays++] = run_id;
}

/* sha256, run_id, status, behaviour_version, blas_core */
static void look_at(void *arg, const struct results_cell *cell, int columns)
{
    struct looking *looking = arg;
    struct planned key, *wanted = &key, **found;
    enum run_status status = status_of(cell[2].text);

    (void)columns;
    snprintf(key.sha256, sizeof key.sha256, "%s", cell[0].text);
    found = bsearch(&wanted, looking->all, looking->count, sizeof *looking->all, like_sha256);
    if (!found && status == RUN_PLANNED)
        note_stray(looking->plan, (int64_t)cell[1].number);
    if (!found || (*found)->state == PLANNED_DONE)
        return;
    if (status == RUN_PLANNED) {
        (*found)->state = PLANNED_DUE;
    } else if (ended_by_itself(status) &&
               (int64_t)cell[3].number == looking->build->behaviour_version &&
               strcmp(cell[4].text ? cell[4].text : "", math_core_name()) == 0) {
        (*found)->state = PLANNED_DONE;
        (*found)->status = status;
    } else {
        return;
    }
    (*found)->run_id = (int64_t)cell[1].number;
}

/* Of the learnings that points to be run ask for: which are in the database? */
static void count_learnings(struct plan *plan)
{
    bool *asked = NEW_ARRAY(bool, plan->learnings.count + 1);

    plan->learnings_new = plan->learnings_known = plan->apart = 0;
    for (size_t i = 0; i < plan->sweep->points; i++) {
        const struct planned *point = &plan->point[i];
        bool is_stored;

        if (point->state != PLANNED_NEW && point->state != PLANNED_DUE)
            continue;
        plan->apart += point->learning == LEARNING_NONE;
        if (point->learning == LEARNING_NONE || asked[point->learning])
            continue;
        asked[point->learning] = true;
        is_stored = plan->learnings.learning[point->learning].is_stored;
        plan->learnings_known += is_stored;
        plan->learnings_new += !is_stored;
    }
    free(asked);
}

static void note_stored(void *arg, const struct results_cell *cell, int columns)
{
    struct learnings *learnings = arg;
    size_t found = learnings_index(learnings, cell[0].text);

    (void)columns;
    if (found != LEARNING_NONE)
        learnings->learning[found].is_stored = true;
}

static void count(struct plan *plan)
{
    count_learnings(plan);
    plan->news = plan->due = plan->done = plan->same = 0;
    for (size_t i = 0; i < plan->sweep->points; i++) {
        const struct planned *point = &plan->point[i];

        plan->news += point->state == PLANNED_NEW;
        plan->due += point->state == PLANNED_DUE;
        plan->done += point->state == PLANNED_DONE;
        plan->same += point->state == PLANNED_SAME;
    }
}

static void note_times(void *arg, const struct results_cell *cell, int columns)
{
    struct plan *plan = arg;

    (void)columns;
    plan->mean_s = cell[0].number;
    plan->longest_s = cell[1].number;
}

bool plan_look(struct plan *plan, const struct results *results, const struct run_build *build,
               struct err *err)
{
    const struct results_param params[] = {{.name = "campaign", .text = plan->sweep->name},
                                           {0}};
    struct looking looking = {.plan = plan, .build = build};
    bool ok = true;

    plan->strays = 0;
    looking.all = sorted(plan, &looking.count);
    for (size_t i = 0; i < looking.count; i++)
        looking.all[i]->state = PLANNED_NEW;
    if (results)
        ok = results_query(results,
                           "SELECT scenario_sha256, run_id, status, behaviour_version,"
                           " blas_core FROM runs WHERE campaign = :campaign ORDER BY run_id",
                           params, look_at, &looking, err);
    if (ok && results)
        ok = results_query(results, "SELECT sha256 FROM trajectories", NULL, note_stored,
                           &plan->learnings, err);
    plan->mean_s = plan->longest_s = NAN;
    if (ok && results)
        ok = results_query(results,
                           "SELECT avg(wall_s), max(wall_s) FROM runs"
                           " WHERE campaign = :campaign AND status = 'done'",
                           params, note_times, plan, err);
    free(looking.all);
    count(plan);
    return ok;
}

/* -- rows -- */
static bool write_rows(struct plan *plan, size_t index, const struct run_info *info,
                       struct results *results, struct err *err)
{
    struct param_row axis[SWEEP_MOST_AXES];
    size_t axes = sweep_axes(plan->sweep, index, axis);

    if (!results_plan(results, info, axis, axes, &plan->point[index].run_id, err))
        return false;
    plan->point[index].state = PLANNED_DUE;
    return true;
}

static bool write_point(struct plan *plan, size_t index, struct results *results,
                        const struct run_build *build, struct err *err)
{
    const struct run_info *kept = plan->kept.point ? plan->kept.point[index] : NULL;
    struct diag_list diags;
    struct run_about about;
    struct scenario *scenario;
    bool ok;

    if (kept)
        return write_rows(plan, index, kept, results, err);
    diag_init(&diags);
    scenario = sweep_resolve(plan->sweep, index, &diags);
    diag_done(&diags);
    if (!scenario)
        return err_set(err, "a file of the sweep changed while it was read");
    run_about_init(&about, scenario, NULL, build);
    ok = write_rows(plan, index, &about.info, results, err);
    run_about_done(&about);
    scenario_free(scenario);
    return ok;
}

bool plan_write(struct plan *plan, struct results *results, const struct run_build *build,
                const bool *chosen, struct err *err)
{
    bool ok = results_batch_begin(results, err) && plan_look(plan, results, build, err);

    for (size_t i = 0; ok && i < plan->sweep->points; i++)
        if (plan->point[i].state == PLANNED_NEW && (!chosen || chosen[i]))
            ok = write_point(plan, i, results, build, err);
    ok = results_batch_end(results, ok, err) && ok;
    kept_done(&plan->kept);
    count(plan);
    return ok;
}

bool plan_prune(struct plan *plan, struct results *results, struct err *err)
{
    bool ok = results_batch_begin(results, err);
    size_t left = 0;

    for (size_t i = 0; ok && i < plan->strays; i++) {
        enum run_status status;
        enum claim claim = CLAIM_OTHERS;

        ok = results_claim(results, plan->stray[i], &claim, &status, err);
        if (ok && claim == CLAIM_OURS) {
            ok = results_forget(results, plan->stray[i], err);
        } else {
            int64_t others = plan->stray[i];

            plan->stray[i] = plan->stray[left];
            plan->stray[left++] = others;
        }
    }
    ok = ok && results_forget_unused(results, err);
    ok = results_batch_end(results, ok, err) && ok;
    for (size_t i = left; i < plan->strays; i++) /* their numbers may be given again */
        results_unclaim(results, plan->stray[i]);
    plan->strays = left;
    return ok;
}

bool plan_leave_out(struct plan *plan, const struct results *other,
                    const struct run_build *build, bool *chosen, struct err *err)
{
    if (!plan_look(plan, other, build, err))
        return false;
    for (size_t i = 0; i < plan->sweep->points; i++)
        if (plan->point[i].state == PLANNED_DONE || plan->point[i].state == PLANNED_SAME)
            chosen[i] = false;
    return true;
}
