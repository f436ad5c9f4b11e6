/* SPDX-License-Identifier: MIT
 * What a user hears who made a mistake: where, what, and how to write it. */
#include "tests/unit/scenario/families.h"

#define AT "tests/unit/scenario/x.yaml:"

static void an_unknown_key_gets_a_suggestion(void **state)
{
    (void)state;
    refused_with(WHOLE "stop: {epocs: 3}\n", NULL,
                 AT "9:8: error: 'stop' has no field 'epocs'\n" AT
                    "9:8: note: did you mean 'epochs'?\n");
    refused_with("worker: 10\n" PLATFORM CHANNEL LEARNING, NULL,
                 AT "1:1: error: a scenario has no field 'worker'\n" AT
                    "1:1: note: did you mean 'workers'?\n");
}

static void an_unknown_kind_gets_a_suggestion_or_the_list(void **state)
{
    (void)state;
    refused_with(WORKERS PLATFORM "channel: s33\n" LEARNING, NULL,
                 AT "3:10: error: there is no channel 's33'\n" AT
                    "3:10: note: did you mean 's3'?\n");
    refused_with(WORKERS PLATFORM "channel: {kind: carrier-pigeon}\n" LEARNING, NULL,
                 AT "3:17: error: there is no channel 'carrier-pigeon'\n" AT
                    "3:17: note: there are: s3, direct\n");
}

static void a_missing_unit_is_shown_how_to_write(void **state)
{
    (void)state;
    refused_with(
        WORKERS "platform: {kind: faas, provider: cloud, memory: 3008}\n" CHANNEL LEARNING,
        NULL, AT "2:49: error: 'memory' needs a unit, for example '3 GB', not '3008'\n");
}

static void a_wrong_unit_is_told_the_right_ones(void **state)
{
    (void)state;
    refused_with(
        WHOLE "stop: {time: 3 GB}\n", NULL,
        "error: 'time' has the wrong unit: '3 GB' (it may be 'ns', 'us', 'ms', 's', 'min', "
        "'h', 'd'), for example '80 ms'\n");
    refused_with(WORKERS PLATFORM "channel: {kind: s3, bandwidth: 65 mb/s}\n" LEARNING, NULL,
                 "(it may be 'MB/s', 'Mb/s')");
}

static void out_of_range_shows_both_ends_with_units(void **state)
{
    (void)state;
    refused_with(
        WORKERS
        "platform: {kind: faas, provider: cloud, memory: 1 GB, cold_start: 90 s}\n" CHANNEL
            LEARNING,
        NULL, AT "2:67: error: 'cold_start' is 90 s, outside [0 s, 1 min]\n");
    refused_with("workers: 0\n" PLATFORM CHANNEL LEARNING, NULL,
                 AT "1:10: error: 'workers' is 0, outside [1, 1000000]\n");
    refused_with(WHOLE "stop: {epochs: 0}\n", NULL,
                 AT "9:16: error: 'epochs' is 0, but must be above 0\n");
}

static void what_has_a_unit_is_not_negative(void **state)
{
    (void)state;
    refused_with(WORKERS PLATFORM "channel: {kind: s3, latency: -1 ms}\n" LEARNING, NULL,
                 "error: 'latency' is -1 ms, but must be at least 0 s\n");
}

static void a_key_given_twice_points_at_both(void **state)
{
    (void)state;
    refused_with(WHOLE "seed: 1\nseed: 2\n", NULL,
                 AT "10:1: error: 'seed' is given twice\n" AT
                    "9:1: note: it is first given here\n");
}

static void a_missing_key_is_named_in_the_form_the_user_writes(void **state)
{
    (void)state;
    refused_with(WORKERS CHANNEL LEARNING, NULL,
                 AT "1:1: error: 'platform' is missing: What the nodes are.\n" AT
                    "1:1: note: there are: faas, iaas\n");
    refused_with("groups: {a: {count: 1}}\n" CHANNEL LEARNING, NULL,
                 AT "1:10: error: 'a' needs 'platform': ");
    refused_with(WORKERS PLATFORM CHANNEL "data: {source: file}\n", NULL,
                 AT "4:1: error: 'data' from 'file' needs 'path': The file.\n");
}

static void a_wrong_shape_is_told_the_right_one(void **state)
{
    (void)state;
    refused_with("workers: [1, 2]\n" PLATFORM CHANNEL LEARNING, NULL,
                 AT "1:10: error: 'workers' must be a single value, not a list\n");
    refused_with(WHOLE "stop: 10\n", NULL,
                 AT "9:7: error: 'stop' must be a mapping (key: value), not a single value\n");
    refused_with(WHOLE "record: {spans: {a: b}}\n", NULL,
                 "error: 'spans' must be a single value, not a mapping (key: value)\n");
    refused_with("- 1\n", NULL,
                 "error: a scenario must be a mapping (key: value), not a list\n");
    refused_with("groups: [a]\n", NULL,
                 "error: 'groups' must be a mapping (key: value), not a list\n");
}

static void a_key_without_value_is_told(void **state)
{
    (void)state;
    refused_with("workers:\n" PLATFORM CHANNEL LEARNING, NULL,
                 "error: 'workers' has no value\n");
    refused_with(WORKERS PLATFORM "channel: ~\n" LEARNING, NULL,
                 "error: 'channel' has no value\n");
}

static void a_word_out_of_a_list_is_told_the_list(void **state)
{
    (void)state;
    refused_with(WHOLE "record: {spans: critcal}\n", NULL,
                 AT
                 "9:17: error: 'spans' must be one of none, critical, all, not 'critcal'\n" AT
                 "9:17: note: did you mean 'critical'?\n");
    refused_with(WHOLE "evaluate: {charged: perhaps}\n", NULL,
                 "error: 'charged' must be yes or no, not 'perhaps'\n");
    refused_with(WHOLE "evaluate: {every: 3 fortnights}\n", NULL,
                 "error: 'every' must be like '1 epoch', '5 rounds', '30 s' or 'never', not '3 "
                 "fortnights'\n");
}

static void a_whole_number_is_whole(void **state)
{
    (void)state;
    refused_with("workers: 2.5\n" PLATFORM CHANNEL LEARNING, NULL,
                 "error: 'workers' must be a whole number, not '2.5'\n");
}

static void every_mistake_is_told_at_once_in_order(void **state)
{
    struct diag_list diags;
    char *all;

    (void)state;
    assert_null(load_with("workers: ten\nseed: x\nfoo: 1\nchannel: s3\n" PLATFORM LEARNING,
                          NULL, &diags));
    all = said(&diags);
    assert_int_equal(diags.errors, 3);
    assert_true(strstr(all, ":1:10:") < strstr(all, ":2:7:"));
    assert_true(strstr(all, ":2:7:") < strstr(all, ":3:1:"));
    free(all);
    diag_done(&diags);
}

static void an_unknown_provider_is_told_those_there_are(void **state)
{
    (void)state;
    refused_with(
        WORKERS "platform: {kind: faas, provider: clod, memory: 1 GB}\n" CHANNEL LEARNING, NULL,
        AT "2:34: error: there is no provider 'clod'\n" AT
           "2:34: note: did you mean 'cloud'?\n" AT "2:34: note: there are: cloud, cloud-2\n");
    refused_with(WORKERS
                 "platform: {kind: faas, provider: ../x, memory: 1 GB}\n" CHANNEL LEARNING,
                 NULL, "error: there is no provider '../x'\n");
}

static void without_a_provider_the_error_says_to_name_one(void **state)
{
    (void)state;
    refused_with(
        WORKERS "platform: {kind: faas, memory: 1 GB}\n" CHANNEL LEARNING, NULL,
        "error: 'faas' needs a provider, which says what it can do and what it costs: name one "
        "('provider: NAME', there are: cloud, cloud-2)\n");
}

static void an_unknown_entry_gets_a_suggestion_and_the_list(void **state)
{
    (void)state;
    refused_with(
        WORKERS
        "platform: {kind: iaas, provider: cloud, instance: t2.mediun}\n" CHANNEL LEARNING,
        NULL,
        AT "2:51: error: provider 'cloud' has no instance 't2.mediun'\n" AT
           "2:51: note: did you mean 't2.medium'?\n" AT
           "2:51: note: it has: t2.medium, c5.large\n");
}

static void a_provider_is_accepted_for_platforms_and_channels_only(void **state)
{
    (void)state;
    refused_with(WORKERS PLATFORM CHANNEL "model: {kind: lr, provider: cloud}\n", NULL,
                 "error: 'lr' has no field 'provider'\n");
}

static void a_model_without_compute_entry_is_told(void **state)
{
    (void)state;
    refused_with(
        WORKERS PLATFORM CHANNEL
        "data: {source: made-up}\nmodel: svm\noptimizer: {kind: ga_sgd, learning_rate: 1}\n"
        "pattern: ring\nsync: bsp\n",
        NULL, "error: provider 'cloud' has no compute 'svm'\n");
}

static void a_bad_name_of_a_group_is_refused(void **state)
{
    (void)state;
    refused_with(
        WHOLE "links: {a.b: {from: workers, to: workers}}\n", NULL,
        "error: 'a.b' is no good name: it may have up to 31 letters, digits, '_' and '-'\n");
}

static void a_distribution_is_checked_like_anything_else(void **state)
{
    (void)state;
    refused_with(WHOLE "speed: {lognorm: {median: 1, sigma: 1}}\n", NULL,
                 "error: 'speed' cannot be 'lognorm'\n" AT
                 "9:9: note: did you mean 'lognormal'?\n");
    refused_with(WHOLE "speed: {lognormal: {median: 1}}\n", NULL,
                 AT "9:9: error: 'lognormal' needs 'sigma'\n");
    refused_with(WHOLE "speed: {lognormal: {median: 1, sigma: 1, mu: 0}}\n", NULL,
                 "error: 'lognormal' has no field 'mu'\n");
    refused_with(WHOLE "speed: {uniform: {min: 2, max: 1}}\n", NULL,
                 "error: 'min' is above 'max'\n");
    refused_with(WHOLE "speed: {normal: {mean: 1, sd: 1}, uniform: {min: 1, max: 2}}\n", NULL,
                 "error: 'speed' must be one number or one of: lognormal");
}

static void a_mistake_in_a_setting_is_told_at_the_setting(void **state)
{
    const char *const typo[] = {"stop.epocs=3", NULL}, *const form[] = {"epochs", NULL};
    const char *const wrong[] = {"workers=many", NULL}, *const yaml[] = {"workers=[", NULL};

    (void)state;
    refused_with(WHOLE, typo,
                 "--set stop.epocs=3: error: 'stop' has no field 'epocs'\n"
                 "--set stop.epocs=3: note: did you mean 'epochs'?\n");
    refused_with(WHOLE, form, "--set epochs: error: must be KEY.PATH=VALUE");
    refused_with(WHOLE, wrong, "--set workers=many: error: 'workers' must be a whole number");
    refused_with(WHOLE, yaml, "--set workers=[: error: not valid YAML: ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_key_gets_a_suggestion),
        cmocka_unit_test(an_unknown_kind_gets_a_suggestion_or_the_list),
        cmocka_unit_test(a_missing_unit_is_shown_how_to_write),
        cmocka_unit_test(a_wrong_unit_is_told_the_right_ones),
        cmocka_unit_test(out_of_range_shows_both_ends_with_units),
        cmocka_unit_test(what_has_a_unit_is_not_negative),
        cmocka_unit_test(a_key_given_twice_points_at_both),
        cmocka_unit_test(a_missing_key_is_named_in_the_form_the_user_writes),
        cmocka_unit_test(a_wrong_shape_is_told_the_right_one),
        cmocka_unit_test(a_key_without_value_is_told),
        cmocka_unit_test(a_word_out_of_a_list_is_told_the_list),
        cmocka_unit_test(a_whole_number_is_whole),
        cmocka_unit_test(every_mistake_is_told_at_once_in_order),
        cmocka_unit_test(an_unknown_provider_is_told_those_there_are),
        cmocka_unit_test(without_a_provider_the_error_says_to_name_one),
        cmocka_unit_test(an_unknown_entry_gets_a_suggestion_and_the_list),
        cmocka_unit_test(a_provider_is_accepted_for_platforms_and_channels_only),
        cmocka_unit_test(a_model_without_compute_entry_is_told),
        cmocka_unit_test(a_bad_name_of_a_group_is_refused),
        cmocka_unit_test(a_distribution_is_checked_like_anything_else),
        cmocka_unit_test(a_mistake_in_a_setting_is_told_at_the_setting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
