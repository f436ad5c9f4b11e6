/* SPDX-License-Identifier: MIT
 * trajectory.c -- a learner that follows a trajectory learns what a computed one would, bit for
 * bit, for every optimizer: from nothing, repeated, extended, evaluated elsewhere, and where
 * somebody is lost on the way. */
#include <string.h>

#include "algorithms/collective/collective.h"
#include "algorithms/math/blas.h"
#include "algorithms/optimizer/optimizer.h"
#include "sim/channel/channel.h"
#include "sim/job/job.h"
#include "sim/job/learner/trajectory.h"
#include "sim/job/sync/sync.h"
#include "sim/node/platform.h"
#include "tests/test.h"

enum { WORKERS = 3, NEVER = -1 };

static const char *const kinds[][2] = {
    {"lr", "{kind: ga_sgd, learning_rate: 0.1, batch_size: 50}"},
    {"lr", "{kind: ga_sgd, learning_rate: 0.1, batch_size: 50, momentum: 0.9, weight_decay: "
           "0.01}"},
    {"lr", "{kind: ma_sgd, learning_rate: 0.1, batch_size: 50}"},
    {"lr", "{kind: ma_sgd, learning_rate: 0.1, batch_size: 50, momentum: 0.9, keep_momentum: "
           "yes}"},
    {"svm", "{kind: admm, learning_rate: 0.1, batch_size: 50}"},
    {"lr", "{kind: admm, learning_rate: 0.1, batch_size: 50, local_epochs: 2}"},
    {"{kind: kmeans, clusters: 4}", "{kind: em, threshold: 0.01}"},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* What happens in a run, as far as learning goes. */
struct script {
    int64_t rounds, evaluate_every;
    int64_t forget_round; /* worker 1 loses its memory: before it has delivered, or after */
    bool delivered;
    int64_t leave_round; /* worker 2 is left out from then on */
};

static struct scenario *scenario_of(size_t kind)
{
    static const struct family *const families[] = {
        &job_family,   &platform_family,  &channel_family, &pattern_family,   &sync_family,
        &model_family, &optimizer_family, &data_family,    &partition_family, NULL,
    };
    struct scenario_options options = {.families = families, .platforms_dir = "platforms"};
    struct scenario *scenario;
    struct diag_list diags;
    char text[640];
    int size = snprintf(text, sizeof text,
                        "name: followed\nworkers: 3\nmodel: %s\n"
                        "data: {source: higgs-like, rows: 700, test_rows: 100}\n"
                        "optimizer: %s\nplatform: {kind: faas, provider: aws-2020}\n"
                        "channel: s3\npattern: allreduce\nsync: bsp\nstop: {epochs: 100}\n",
                        kinds[kind][0], kinds[kind][1]);

    diag_init(&diags);
    scenario = scenario_new_from_memory("followed", text, (size_t)size, &options, &diags);
    diag_print(&diags, stderr);
    assert_non_null(scenario);
    diag_done(&diags);
    return scenario;
}

static void note(struct text *log, const void *bytes, size_t size)
{
    text_add_bytes(log, bytes, size);
}

static void note_evaluation(struct text *log, struct learner *learner, int64_t round)
{
    struct evaluation evaluation = learner_evaluation(learner, round);

    note(log, &evaluation, sizeof evaluation);
}

static void play_round(struct learner *learner, const struct script *script, int64_t round,
                       struct text *log)
{
    bool arrived[WORKERS];
    struct work work;

    for (int w = 0; w < WORKERS; w++)
        arrived[w] = w != 2 || script->leave_round == NEVER || round < script->leave_round;
    for (int w = 0; w < WORKERS; w++) {
        work = learner_begin(learner, w, round);
        note(log, &work, sizeof work);
    }
    if (round == script->forget_round && !script->delivered) {
        learner_forget(learner, 1);
        work = learner_begin(learner, 1, round);
        note(log, &work, sizeof work);
    }
    for (int w = 0; w < WORKERS; w++)
        if (arrived[w])
            learner_finish(learner, w, round);
    if (round == script->forget_round && script->delivered)
        learner_forget(learner, 1);
    learner_reduce(learner, round, arrived);
}

/* All that a run could see of what was learnt, as bytes. */
static struct text play(struct learner *learner, const struct script *script)
{
    struct text log = {0};
    int64_t evaluating = NEVER;

    for (int64_t round = 0; round < script->rounds; round++) {
        bool settled;

        play_round(learner, script, round, &log);
        settled = learner_is_settled(learner, round);
        note(&log, &settled, sizeof settled);
        if ((round + 1) % script->evaluate_every && round + 1 < script->rounds)
            continue;
        if (evaluating != NEVER) /* collected late, as a run does */
            note_evaluation(&log, learner, evaluating);
        learner_evaluate(learner, round);
        evaluating = round;
    }
    note_evaluation(&log, learner, evaluating);
    note_evaluation(&log, learner, 0); /* asked for or not */
    note(&log, learner_parameters(learner),
         (size_t)learner_facts(learner)->parameters * sizeof(float));
    return log;
}

static struct text play_computed(const struct scenario *scenario, const struct script *script)
{
    struct diag_list diags;
    struct learner *learner;
    struct text log;

    diag_init(&diags);
    learner = learner_new_computed(scenario, NULL, &diags);
    assert_non_null(learner);
    log = play(learner, script);
    learner_free(learner);
    diag_done(&diags);
    return log;
}

/* Through bytes, as from one process to the next. */
static struct trajectory *through_bytes(struct trajectory *trajectory)
{
    struct trajectory *again;
    struct text bytes = {0};

    trajectory_pack(trajectory, &bytes);
    again = trajectory_unpack(bytes.chars, bytes.length);
    assert_non_null(again);
    assert_int_equal(trajectory_knowledge(again), trajectory_knowledge(trajectory));
    text_done(&bytes);
    trajectory_free(trajectory);
    return again;
}

static void follow(struct trajectory **trajectory, const struct scenario *scenario,
                   const struct script *script, bool adds)
{
    struct pool *pool = pool_new(1, 0);
    struct diag_list diags;
    struct learner *learner;
    struct text computed = play_computed(scenario, script), followed;

    diag_init(&diags);
    learner = learner_new_following(*trajectory, scenario, NULL, pool, &diags);
    assert_non_null(learner);
    followed = play(learner, script);
    assert_int_equal(learner_has_added(learner), adds);
    learner_free(learner);
    pool_free(pool);
    diag_done(&diags);
    assert_int_equal(computed.length, followed.length);
    assert_memory_equal(computed.chars, followed.chars, computed.length);
    text_done(&computed);
    text_done(&followed);
    *trajectory = through_bytes(*trajectory);
}

static void follow_all(size_t kind, const struct script *script, const bool *adds, size_t count)
{
    struct scenario *scenario = scenario_of(kind);
    struct trajectory *trajectory = trajectory_new();

    for (size_t i = 0; i < count; i++)
        follow(&trajectory, scenario, &script[i], adds[i]);
    trajectory_free(trajectory);
    scenario_free(scenario);
}

static void what_is_repeated_or_extended_is_what_would_be_computed(void **state)
{
    static const struct script scripts[] = {
        {5, 2, NEVER, false, NEVER},  {5, 2, NEVER, false, NEVER},
        {3, 1, NEVER, false, NEVER},  {70, 7, NEVER, false, NEVER},
        {71, 1, NEVER, false, NEVER}, {71, 3, NEVER, false, NEVER},
    };
    static const bool adds[] = {true, false, true, true, true, false};

    (void)state;
    for (size_t kind = 0; kind < KINDS; kind++)
        follow_all(kind, scripts, adds, 6);
}

static void whoever_is_lost_on_the_way_changes_what_this_run_learns_and_no_other(void **state)
{
    static const struct script scripts[] = {
        {9, 2, NEVER, false, NEVER}, {9, 2, 4, false, NEVER},     {9, 2, 4, true, NEVER},
        {9, 2, NEVER, false, 3},     {9, 2, 0, true, NEVER},      {9, 2, 8, false, 6},
        {9, 2, 0, false, 0},         {9, 2, NEVER, false, NEVER},
    };
    struct scenario *scenario;
    struct trajectory *trajectory;

    (void)state;
    for (size_t kind = 0; kind < KINDS; kind++) {
        scenario = scenario_of(kind);
        trajectory = trajectory_new();
        for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
            follow(&trajectory, scenario, &scripts[i], i == 0);
        assert_int_equal(trajectory_rounds(trajectory), 9);
        trajectory_free(trajectory);
        scenario_free(scenario);
    }
}

/* Lost while it computes what nobody knew before. */
static void a_loss_beyond_the_end_leaves_what_was_added_before_it(void **state)
{
    static const struct script scripts[] = {{3, 1, NEVER, false, NEVER},
                                            {9, 1, NEVER, false, 6},
                                            {9, 1, 6, false, NEVER},
                                            {9, 1, NEVER, false, NEVER}};

    (void)state;
    for (size_t kind = 0; kind < KINDS; kind++) {
        struct scenario *scenario = scenario_of(kind);
        struct trajectory *trajectory = trajectory_new();
        int64_t rounds;

        follow(&trajectory, scenario, &scripts[0], true);
        follow(&trajectory, scenario, &scripts[1], true);
        rounds = trajectory_rounds(trajectory);
        assert_int_equal(rounds, 6);
        for (size_t i = 2; i < 4; i++) {
            int64_t before = trajectory_knowledge(trajectory);
            struct trajectory *copy = trajectory_copy(trajectory);
            struct diag_list diags;
            struct learner *learner;
            struct text log, computed = play_computed(scenario, &scripts[i]);

            diag_init(&diags);
            learner = learner_new_following(copy, scenario, NULL, NULL, &diags);
            log = play(learner, &scripts[i]);
            assert_int_equal(log.length, computed.length);
            assert_memory_equal(log.chars, computed.chars, log.length);
            learner_free(learner);
            assert_true(trajectory_knowledge(copy) >= before);
            trajectory_merge(trajectory, copy);
            assert_int_equal(trajectory_knowledge(trajectory), trajectory_knowledge(copy));
            trajectory_free(copy);
            text_done(&log);
            text_done(&computed);
            diag_done(&diags);
        }
        trajectory_free(trajectory);
        scenario_free(scenario);
    }
}

static void bytes_that_are_no_trajectory_are_refused(void **state)
{
    struct scenario *scenario = scenario_of(5);
    struct trajectory *trajectory = trajectory_new();
    struct text bytes = {0};

    (void)state;
    follow(&trajectory, scenario, &(struct script){9, 2, NEVER, false, NEVER}, true);
    trajectory_pack(trajectory, &bytes);
    for (size_t size = 0; size < bytes.length; size += size < 900 ? 1 : 97)
        assert_null(trajectory_unpack(bytes.chars, size));
    for (size_t at = 0; at < bytes.length; at += 3) {
        char *broken = malloc(bytes.length);

        memcpy(broken, bytes.chars, bytes.length);
        broken[at] = (char)~broken[at];
        trajectory_free(trajectory_unpack(broken, bytes.length)); /* reads within its bounds */
        free(broken);
    }
    text_done(&bytes);
    trajectory_free(trajectory);
    scenario_free(scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_repeated_or_extended_is_what_would_be_computed),
        cmocka_unit_test(whoever_is_lost_on_the_way_changes_what_this_run_learns_and_no_other),
        cmocka_unit_test(a_loss_beyond_the_end_leaves_what_was_added_before_it),
        cmocka_unit_test(bytes_that_are_no_trajectory_are_refused),
    };

    math_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
