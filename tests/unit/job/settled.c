/* SPDX-License-Identifier: MIT
 * settled.c -- a learner whose optimizer finds that it may end says so, computed or replayed.
 */
#include "algorithms/collective/collective.h"
#include "algorithms/math/blas.h"
#include "algorithms/optimizer/optimizer.h"
#include "sim/channel/channel.h"
#include "sim/job/job.h"
#include "sim/job/learner/learner.h"
#include "sim/job/sync/sync.h"
#include "sim/node/platform.h"
#include "tests/test.h"

enum { WORKERS = 3, ROUNDS = 40 };

static struct learner *learner_of(const char *optimizer, const char *stop,
                                  struct scenario **ret_scenario, struct diag_list *diags)
{
    static const struct family *const families[] = {
        &job_family,   &platform_family,  &channel_family, &pattern_family,   &sync_family,
        &model_family, &optimizer_family, &data_family,    &partition_family, NULL,
    };
    struct scenario_options options = {.families = families, .platforms_dir = "platforms"};
    char text[512];
    int size = snprintf(text, sizeof text,
                        "name: settled\nworkers: 3\nmodel: {kind: kmeans, clusters: 4}\n"
                        "data: {source: higgs-like, rows: 1000}\noptimizer: %s\n"
                        "platform: {kind: faas, provider: aws-2020}\nchannel: s3\n"
                        "pattern: allreduce\nsync: bsp\nstop: {%s}\n",
                        optimizer, stop);

    diag_init(diags);
    *ret_scenario = scenario_new_from_memory("settled", text, (size_t)size, &options, diags);
    diag_print(diags, stderr);
    assert_non_null(*ret_scenario);
    return learner_new_computed(*ret_scenario, NULL, diags);
}

/* The first round after which the learner is settled; -1: none. */
static int64_t learn(struct learner *learner)
{
    int64_t settled = -1;

    for (int64_t round = 0; round < ROUNDS; round++) {
        for (int w = 0; w < WORKERS; w++)
            learner_begin(learner, w, round);
        for (int w = 0; w < WORKERS; w++)
            learner_finish(learner, w, round);
        learner_reduce(learner, round, NULL);
        if (learner_is_settled(learner, round) && settled < 0)
            settled = round;
        assert_true(settled < 0 || learner_is_settled(learner, round));
    }
    return settled;
}

static int64_t settled_round(const char *optimizer)
{
    struct diag_list diags;
    struct scenario *scenario;
    struct learner *learner = learner_of(optimizer, "epochs: 40", &scenario, &diags);
    int64_t round;

    assert_non_null(learner);
    round = learn(learner);
    learner_free(learner);
    scenario_free(scenario);
    diag_done(&diags);
    return round;
}

static void a_smaller_threshold_takes_more_rounds_and_none_takes_all(void **state)
{
    int64_t soon = settled_round("{kind: em, threshold: 0.5}");
    int64_t late = settled_round("{kind: em, threshold: 0.01}");

    (void)state;
    assert_true(0 <= soon && soon < late);
    assert_int_equal(settled_round("{kind: em}"), -1);
}

static void a_replayed_learner_settles_in_the_same_round(void **state)
{
    struct diag_list diags;
    struct scenario *scenario;
    struct learner *learner = learner_of("{kind: em, threshold: 0.05}", "epochs: 40", &scenario,
                                         &diags),
                   *replayed;
    struct trajectory *trajectory = learner_record(learner);
    int64_t settled = learn(learner);

    (void)state;
    replayed = learner_new_replayed(trajectory);
    assert_true(settled > 0);
    assert_int_equal(learn(replayed), settled);
    learner_free(replayed);
    learner_free(learner);
    trajectory_free(trajectory);
    scenario_free(scenario);
    diag_done(&diags);
}

static void there_is_no_accuracy_to_report_or_to_stop_at(void **state)
{
    struct diag_list diags;
    struct scenario *scenario;
    struct learner *learner = learner_of("{kind: em}", "epochs: 3", &scenario, &diags);
    struct evaluation evaluation;

    (void)state;
    for (int w = 0; w < WORKERS; w++)
        learner_begin(learner, w, 0);
    learner_reduce(learner, 0, NULL);
    learner_evaluate(learner, 0);
    evaluation = learner_evaluation(learner, 0);
    assert_true(isfinite(evaluation.train_loss) && isnan(evaluation.train_accuracy));
    learner_free(learner);
    scenario_free(scenario);
    diag_done(&diags);

    learner_free(learner_of("{kind: em}", "epochs: 3, test_accuracy: 0.9", &scenario, &diags));
    job_kind_of(&scenario->job)->check(scenario, NULL, &diags);
    assert_int_equal(diags.errors, 1);
    assert_string_equal(diags.diag[0].text, "model 'kmeans' has no accuracy to stop at");
    scenario_free(scenario);
    diag_done(&diags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_smaller_threshold_takes_more_rounds_and_none_takes_all),
        cmocka_unit_test(a_replayed_learner_settles_in_the_same_round),
        cmocka_unit_test(there_is_no_accuracy_to_report_or_to_stop_at),
    };

    math_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
