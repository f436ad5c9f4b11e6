/* SPDX-License-Identifier: MIT
 * sync_bench.h -- a learner of three workers with shards of different sizes. */
#ifndef TRAINCAST_TESTS_UNIT_JOB_SYNC_BENCH_H
#define TRAINCAST_TESTS_UNIT_JOB_SYNC_BENCH_H

#include "algorithms/collective/collective.h"
#include "algorithms/math/blas.h"
#include "algorithms/optimizer/optimizer.h"
#include "sim/channel/channel.h"
#include "sim/job/job.h"
#include "sim/job/learner/stale.h"
#include "sim/job/sync/sync.h"
#include "sim/node/platform.h"
#include "tests/test.h"

#define GA "{kind: ga_sgd, learning_rate: 0.5, batch_size: 50}"
#define MA "{kind: ma_sgd, learning_rate: 0.1, batch_size: 50}"

enum { WORKERS = 3 };

static const bool all[WORKERS] = {true, true, true};

struct bench {
    struct diag_list diags;
    struct scenario *scenario;
    struct pool *pool;
    struct learner *learner;
};

static inline void bench_init(struct bench *bench, const char *optimizer, int helpers)
{
    static const struct family *const families[] = {
        &job_family,   &platform_family,  &channel_family, &pattern_family,   &sync_family,
        &model_family, &optimizer_family, &data_family,    &partition_family, NULL,
    };
    struct scenario_options options = {.families = families, .platforms_dir = "platforms"};
    char text[1024];
    int size = snprintf(text, sizeof text,
                        "name: learner\nworkers: 3\nmodel: lr\n"
                        "data: {source: higgs-like, rows: 1000, test_rows: 100}\n"
                        "optimizer: %s\n"
                        "platform: {kind: faas, provider: aws-2020}\nchannel: s3\n"
                        "sync: asp\nstop: {epochs: 3}\n",
                        optimizer);

    diag_init(&bench->diags);
    bench->scenario =
        scenario_new_from_memory("learner", text, (size_t)size, &options, &bench->diags);
    diag_print(&bench->diags, stderr);
    assert_non_null(bench->scenario);
    bench->pool = pool_new(helpers, 0);
    bench->learner = learner_new_computed(bench->scenario, bench->pool, &bench->diags);
    assert_non_null(bench->learner);
}

static inline void bench_done(struct bench *bench)
{
    learner_free(bench->learner);
    pool_free(bench->pool);
    scenario_free(bench->scenario);
    diag_done(&bench->diags);
}

static inline size_t bench_bytes(const struct bench *bench)
{
    return (size_t)learner_facts(bench->learner)->parameters * sizeof(float);
}

static inline void assert_same_weights(const struct bench *a, const struct bench *b)
{
    assert_memory_equal(learner_parameters(a->learner), learner_parameters(b->learner),
                        bench_bytes(a));
}

/* With a barrier. */
static inline void learn_together(struct learner *learner, int rounds)
{
    for (int64_t r = 0; r < rounds; r++) {
        for (int w = 0; w < WORKERS; w++)
            learner_begin(learner, w, r);
        learner_reduce(learner, r, NULL);
    }
}

#endif
