/* SPDX-License-Identifier: MIT
 * plan.c -- compiles the schedules of all ranks; see plan.h.
 *
 * Every schedule is asked for twice, to count and to fill, so that no more than one rank's is
 * in memory beside the plan: 300 ranks of scatter_reduce have 270,000 steps. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/channel/plan.h"

struct compiler {
    const struct choice *collective;
    struct vector_size size;
    struct schedule schedule; /* of one rank */
    struct exchange_plan *plan;
};

static void schedule_of(struct compiler *compiler, int rank)
{
    schedule_clear(&compiler->schedule);
    collective_steps(compiler->collective, &compiler->schedule, rank, compiler->plan->ranks,
                     compiler->size);
}

/* -- counting --------------------------------------------------------------------------------
 */

static void count_step(struct exchange_plan *plan, const struct step *step)
{
    assert(step->slot >= 0 && step->count >= 1 && step->slot + step->count <= plan->slots);
    if (step->lane >= plan->lanes)
        plan->lanes = step->lane + 1;
    if (step->op == STEP_GATHER)
        plan->gathers++;
    if (step->op == STEP_PUT) {
        if (step->sent_bytes > plan->max_message_bytes)
            plan->max_message_bytes = step->sent_bytes;
        return;
    }
    plan->edges += step->count;
    for (int32_t i = 0; i < step->count; i++)
        plan->reader_start[step->slot + i + 1]++;
}

/* Fills plan->lanes, edges, gathers, and reader_start as counts.  Returns the steps. */
static int64_t count_all(struct compiler *compiler)
{
    int64_t steps = 0;

    for (int rank = 0; rank < compiler->plan->ranks; rank++) {
        schedule_of(compiler, rank);
        steps += (int64_t)compiler->schedule.count;
        for (size_t i = 0; i < compiler->schedule.count; i++)
            count_step(compiler->plan, &compiler->schedule.step[i]);
    }
    return steps;
}

/* -- filling ---------------------------------------------------------------------------------
 */

/* Counts at [1..n] become starts: start[i] is where i begins. */
static void sum_up(int64_t *start, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        start[i + 1] += start[i];
}

static void fill_step(struct exchange_plan *plan, int rank, const struct step *step,
                      int64_t *next_reader, struct plan_step *out)
{
    *out = (struct plan_step){.bytes = step->sent_bytes,
                              .slot = step->slot,
                              .count = step->count,
                              .gather = -1,
                              .op = step->op};
    if (step->op == STEP_PUT)
        return;
    if (step->op == STEP_GATHER) {
        out->gather = plan->gathers;
        plan->gather[plan->gathers++] = (struct gather){
            .rank = rank, .slot = step->slot, .count = step->count, .wanted = step->count};
    }
    for (int32_t slot = step->slot; slot < step->slot + step->count; slot++) {
        int64_t edge = next_reader[slot]++;

        assert(edge == plan->reader_start[slot] || plan->reader[edge - 1] < rank);
        plan->reader[edge] = rank; /* ranks come in order, none reads a slot twice */
    }
}

static void fill_rank(struct compiler *compiler, int rank, int64_t *next_reader)
{
    struct exchange_plan *plan = compiler->plan;
    int64_t *lane_start = &plan->lane_start[(int64_t)rank * plan->lanes];
    int64_t *next = NEW_ARRAY(int64_t, (size_t)plan->lanes + 1);

    schedule_of(compiler, rank);
    for (size_t i = 0; i < compiler->schedule.count; i++)
        next[compiler->schedule.step[i].lane + 1]++;
    next[0] = lane_start[0];
    sum_up(next, plan->lanes);
    memcpy(lane_start, next, ((size_t)plan->lanes + 1) * sizeof *next);
    for (size_t i = 0; i < compiler->schedule.count; i++) {
        const struct step *step = &compiler->schedule.step[i];

        fill_step(plan, rank, step, next_reader, &plan->step[next[step->lane]++]);
    }
    free(next);
}

static void fill_all(struct compiler *compiler)
{
    struct exchange_plan *plan = compiler->plan;
    int64_t *next_reader = NEW_ARRAY(int64_t, (size_t)plan->slots + 1);

    memcpy(next_reader, plan->reader_start, (size_t)plan->slots * sizeof *next_reader);
    plan->gathers = 0;
    for (int rank = 0; rank < plan->ranks; rank++)
        fill_rank(compiler, rank, next_reader);
    free(next_reader);
}

/* -- life
 * -------------------------------------------------------------------------------------- */

struct exchange_plan *exchange_plan_new(const struct choice *collective, int ranks,
                                        struct vector_size size)
{
    struct exchange_plan *plan = NEW(struct exchange_plan);
    struct compiler compiler = {.collective = collective, .size = size, .plan = plan};
    int64_t steps;

    plan->ranks = ranks;
    plan->lanes = 1;
    plan->merged = -1;
    plan->slots = collective_of(collective)->slots(collective->conf, ranks);
    plan->reader_start = NEW_ARRAY(int64_t, (size_t)plan->slots + 1);
    steps = count_all(&compiler);
    sum_up(plan->reader_start, plan->slots);
    plan->step = NEW_ARRAY(struct plan_step, (size_t)steps);
    plan->lane_start = NEW_ARRAY(int64_t, (size_t)ranks * (size_t)plan->lanes + 1);
    plan->reader = NEW_ARRAY(int32_t, (size_t)plan->edges);
    plan->gather = NEW_ARRAY(struct gather, (size_t)plan->gathers);
    fill_all(&compiler);
    plan->listings = plan_find_listings(plan, plan->gather, plan->gathers);
    plan_find_runs(plan);
    schedule_done(&compiler.schedule);
    return plan;
}

/* -- merged by the service: everyone PUTs, and GETs what became of it ---------------------- */

static int64_t merged_slots(const void *conf, int ranks)
{
    (void)conf;
    return ranks > 1 ? (int64_t)ranks + 1 : 0;
}

static void merged_steps(const void *conf, struct schedule *out, int rank, int ranks,
                         int64_t bytes)
{
    struct step own = {.op = STEP_PUT, .slot = rank, .count = 1, .bytes = bytes, .summed = 1};
    struct step merged = {
        .op = STEP_GET, .slot = ranks, .count = 1, .bytes = bytes, .summed = ranks};

    (void)conf;
    if (ranks == 1)
        return;
    schedule_add(out, own);
    schedule_add(out, merged);
}

static const struct collective_kind merged_by_service = {
    .kind = {.name = "merged"}, .slots = merged_slots, .steps = merged_steps};

struct exchange_plan *exchange_plan_on(const struct channel_facts *facts,
                                       const struct choice *collective, int ranks,
                                       struct vector_size size)
{
    struct choice merged = {.kind = &merged_by_service.kind};
    struct exchange_plan *plan;

    if (!facts->merges || !collective_of(collective)->has_leader) {
        plan = exchange_plan_new(collective, ranks, size);
        if (facts->has_receiver && facts->is_watched && ranks > 1)
            plan->carried = carried_new(collective, ranks, size, facts->packet_bytes);
        return plan;
    }
    plan = exchange_plan_new(&merged, ranks, size);
    if (ranks > 1) {
        plan->merged = ranks;
        plan->merged_bytes = vector_sent_bytes(size, size.bytes, ranks);
        plan->listings = 1;
    }
    return plan;
}

struct exchange_plan *exchange_plan_free(struct exchange_plan *plan)
{
    if (!plan)
        return NULL;
    free(plan->step);
    free(plan->lane_start);
    free(plan->reader_start);
    free(plan->reader);
    free(plan->gather);
    free(plan->run);
    carried_free(plan->carried);
    free(plan);
    return NULL;
}

int64_t exchange_plan_max_message_bytes(const struct exchange_plan *plan)
{
    return plan->max_message_bytes;
}
