/* SPDX-License-Identifier: MIT
 * overhead.c -- what simulating costs beside the mathematics, as one ratio:
 *
 *     (run - the same run replayed with phantoms) / the same mathematics in a bare loop
 *
 * The replayed run is all that is not mathematics (clock, exchanges, ledger); what a run takes
 * beyond it should be the mathematics and nothing else.  All three use the same data, the same
 * threads and the same batches; each is done several times, in turn, and the fastest counts,
 * because anything else on this machine only makes it slower.  The ratio of wall-clock times is
 * the promise; that of processor times is steadier on a busy machine, but does not see cores
 * idling.
 *
 *     bench_overhead SCENARIO.yaml [REPETITIONS]
 *
 * Prints one JSON object. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "algorithms/math/blas.h"
#include "algorithms/reduce.h"
#include "sim/command/load.h"
#include "sim/job/learner/computed.h"
#include "sim/job/run.h"
#include "sim/sweep/clock.h"

struct spent {
    double wall_s, processor_s; /* of all threads */
};

static double processor_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static struct spent now(void)
{
    return (struct spent){clock_wall_s(), processor_s()};
}

static void keep_least(struct spent *least, struct spent begun)
{
    least->wall_s = fmin(least->wall_s, clock_wall_s() - begun.wall_s);
    least->processor_s = fmin(least->processor_s, processor_s() - begun.processor_s);
}

static const struct spent never = {INFINITY, INFINITY};

/* The learner as it was before its first round, so that it can learn again. */
static void rewind_learner(struct computed *c, const struct scenario *scenario)
{
    c->round = 0;
    c->evaluating = -1;
    c->evaluated_count = 0;
    for (int w = 0; w < c->workers; w++)
        c->contribution[w].round = -1;
    c->model.kind->init(&c->model, (uint64_t)scenario->seed, c->weights);
}

static int64_t run_once(const struct scenario *scenario, struct learner *learner,
                        struct spent *least)
{
    struct run run = {0};
    struct run_options how = {0};
    struct err err = {0};
    struct spent begun = now();
    int64_t rounds;

    if (!run_execute(&run, scenario, learner, &how, &err)) {
        fprintf(stderr, "bench_overhead: %s\n", err.text);
        exit(3);
    }
    keep_least(least, begun);
    if (run.end.status != RUN_DONE) {
        fprintf(stderr, "bench_overhead: the run ended as %s: %s\n",
                run_status_name(run.end.status), run.end.message ? run.end.message : "");
        exit(1);
    }
    rounds = run.end.rounds;
    run_done(&run);
    return rounds;
}

/* -- the mathematics alone
 * ------------------------------------------------------------------- */
static void contribute(void *arg, int lane)
{
    struct contribution *mine = arg;
    struct computed *c = mine->computed;

    mine->weight =
        c->optimizer.kind->contribute(&c->optimizer, c->weights, NULL, &mine->sampler,
                                      mine->round, &c->scratch[lane], mine->message);
}

static void score(void *arg, int lane)
{
    struct score_part *part = arg;
    struct computed *c = part->computed;

    part->score = (struct score){0};
    c->model.kind->evaluate(&c->model, c->weights, part->rows, c->scratch[lane].number,
                            &part->score);
}

/* Returns the sum of losses, so that nothing can be left out. */
static double learn_round(struct computed *c, int64_t round)
{
    const double all = 1e12; /* never below what is worth a thread */
    double loss = 0;

    for (int w = 0; w < c->workers; w++) {
        c->contribution[w].round = round;
        pool_submit(c->pool, &c->contribution[w].future, all, contribute, &c->contribution[w]);
    }
    for (int w = 0; w < c->workers; w++) {
        future_wait(c->pool, &c->contribution[w].future);
        c->message[w] = c->contribution[w].message;
        c->weight[w] = c->contribution[w].weight;
    }
    reduce(c->message, c->weight, NULL, c->workers, c->message_floats, c->reduced);
    c->optimizer.kind->apply(&c->optimizer, c->weights, c->reduced, round);
    for (size_t i = 0; i < c->part_count; i++)
        pool_submit(c->pool, &c->part[i].future, all, score, &c->part[i]);
    for (size_t i = 0; i < c->part_count; i++) {
        future_wait(c->pool, &c->part[i].future);
        loss += c->part[i].score.loss;
    }
    return loss;
}

static double loop_once(struct computed *c, int64_t rounds, struct spent *least)
{
    struct spent begun = now();
    double loss = 0;

    for (int64_t round = 0; round < rounds; round++)
        loss = learn_round(c, round);
    keep_least(least, begun);
    return loss;
}

/* -- all three ----------------------------------------------------------------------------- */
static void measure(struct loaded *loaded, int repetitions)
{
    struct computed *c = (struct computed *)loaded->learner;
    struct trajectory *trajectory = learner_record(loaded->learner);
    struct learner *replayed = NULL;
    struct spent run = never, replay = never, loop = never;
    double loss = 0;
    int64_t rounds;

    for (int i = 0; i < repetitions; i++) {
        rewind_learner(c, loaded->scenario);
        rounds = run_once(loaded->scenario, loaded->learner, &run);
        if (!replayed)
            replayed = learner_new_replayed(trajectory);
        run_once(loaded->scenario, replayed, &replay);
        rewind_learner(c, loaded->scenario);
        loss = loop_once(c, rounds, &loop);
    }
    printf("{\"run_s\": %.6f, \"replayed_s\": %.6f, \"loop_s\": %.6f, \"ratio\": %.4f, "
           "\"processor_ratio\": %.4f, \"threads\": %d, \"train_loss\": %.9f}\n",
           run.wall_s, replay.wall_s, loop.wall_s, (run.wall_s - replay.wall_s) / loop.wall_s,
           (run.processor_s - replay.processor_s) / loop.processor_s, c->lanes,
           loss / (double)c->train.rows);
    loaded->learner->recorded = NULL;
    learner_free(replayed);
    trajectory_free(trajectory);
}

int main(int argc, char **argv)
{
    struct command_options options = {.seed = COMMAND_NO_SEED};
    struct loaded loaded;
    int repetitions = argc > 2 ? atoi(argv[2]) : 3;

    if (argc < 2 || repetitions < 1) {
        fprintf(stderr, "usage: bench_overhead SCENARIO.yaml [REPETITIONS]\n");
        return 2;
    }
    math_init();
    if (!load_all(&loaded, argv[1], &options) || !loaded.learner) {
        loaded_done(&loaded);
        return 2;
    }
    measure(&loaded, repetitions);
    loaded_done(&loaded);
    return 0;
}
