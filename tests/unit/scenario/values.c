/* SPDX-License-Identifier: MIT
 * Constants, distributions, tables from files; and what --set does. */
#include "tests/unit/scenario/families.h"

static struct value speed(const char *yaml)
{
    char *text = memory_format(WHOLE "speed: %s\n", yaml);
    struct scenario *s = load(text);
    struct value value = first_group(s)->pace.speed_ratio;

    value.table = NULL; /* dies here */
    scenario_free(s);
    free(text);
    return value;
}

static void every_distribution_loads(void **state)
{
    (void)state;
    assert_int_equal(speed("1.5").kind, VALUE_CONSTANT);
    assert_int_equal(speed("{uniform: {min: 1, max: 2}}").kind, VALUE_UNIFORM);
    assert_int_equal(speed("{normal: {mean: 1, sd: 0}}").kind, VALUE_NORMAL);
    assert_int_equal(speed("{lognormal: {median: 1, sigma: 0}}").kind, VALUE_LOGNORMAL);
    assert_int_equal(speed("{exponential: {mean: 1}}").kind, VALUE_EXPONENTIAL);
    assert_int_equal(speed("{weibull: {scale: 1, shape: 2}}").kind, VALUE_WEIBULL);
}

static void parameters_go_where_value_draw_expects_them(void **state)
{
    struct value uniform = speed("{uniform: {max: 2, min: 1}}");
    struct value weibull = speed("{weibull: {scale: 3, shape: 2}}");

    (void)state;
    assert_close(uniform.a, 1, 0);
    assert_close(uniform.b, 2, 0);
    assert_close(weibull.a, 3, 0);
    assert_close(weibull.b, 2, 0);
}

static void a_trace_is_read_from_a_file_beside_the_scenario(void **state)
{
    struct scenario *s =
        load(WHOLE "links: {a: {from: workers, to: workers, latency: {trace: lat.csv}}}\n");
    const struct link_conf *link = s->links.entry;

    (void)state;
    assert_int_equal(link->latency_s.kind, VALUE_TRACE);
    assert_int_equal(link->latency_s.table->count, 2);
    assert_close(link->latency_s.table->time_s[1], 10, 0);
    assert_close(link->latency_s.table->value[0], 0.08, 0);
    assert_close(link->latency_s.table->value[1], 0.2, 0);
    scenario_free(s);
}

static void an_empirical_distribution_may_be_written_out(void **state)
{
    struct scenario *s = load(WHOLE "speed: {empirical: [1, 2, 4]}\n");

    (void)state;
    assert_int_equal(first_group(s)->pace.speed_ratio.kind, VALUE_EMPIRICAL);
    assert_close(value_mean(&first_group(s)->pace.speed_ratio), 7.0 / 3, 1e-15);
    scenario_free(s);
}

static void a_mistake_in_a_csv_is_told_at_its_line(void **state)
{
    (void)state;
    refused_with(
        WHOLE "links: {a: {from: workers, to: workers, latency: {trace: bad.csv}}}\n", NULL,
        "tests/unit/scenario/bad.csv:3:4: error: 'the value' has the wrong unit: '3 MB'");
    refused_with(
        WHOLE "speed: {empirical: none.csv}\n", NULL,
        "x.yaml:9:20: error: cannot read 'tests/unit/scenario/none.csv': No such file or "
        "directory\n");
    refused_with(WHOLE "speed: {trace: [[0 s, 1], [0 s, 2]]}\n", NULL,
                 "error: times must ascend from row to row\n");
    refused_with(WHOLE "speed: {empirical: []}\n", NULL, "error: there are no numbers in it\n");
}

/* -- --set and --seed --------------------------------------------------------------------- */

static struct scenario *load_set(const char *a, const char *b)
{
    const char *const set[] = {a, b, NULL};
    struct diag_list diags;
    struct scenario *s = load_with(WHOLE, set, &diags);

    if (!s)
        diag_print(&diags, stderr);
    assert_non_null(s);
    diag_done(&diags);
    return s;
}

static void a_setting_wins_over_the_file(void **state)
{
    struct scenario *s = load_set("workers=20", "optimizer.learning_rate=0.5");

    (void)state;
    assert_int_equal(first_group(s)->count, 20);
    assert_close(((const struct sgd_conf *)s->optimizer.conf)->learning_rate, 0.5, 0);
    scenario_free(s);
}

static void a_later_setting_wins_over_an_earlier(void **state)
{
    struct scenario *s = load_set("workers=20", "groups.workers.count=30");

    (void)state;
    assert_int_equal(first_group(s)->count, 30);
    scenario_free(s);
}

static void a_setting_reaches_into_a_choice_that_was_one_word(void **state)
{
    struct scenario *s = load_set("channel.polling=ideal", NULL);

    (void)state;
    assert_int_equal(first_s3(s)->polling, 0);
    assert_close(first_s3(s)->latency_s.a, 0.08, 0);
    scenario_free(s);
}

static void a_setting_reaches_into_a_choice_that_is_a_preset(void **state)
{
    static const char *const set[] = {"data.partition.shards=3", NULL};

    (void)state;
    refused_with(WHOLE, set,
                 "--set data.partition.shards=3: error: 'iid' has no field 'shards'");
}

static void a_setting_may_replace_a_choice_whole(void **state)
{
    struct scenario *s = load_set("platform={kind: iaas, provider: cloud, instance: c5.large}",
                                  "channel=direct");
    const struct iaas_conf *conf = first_group(s)->platform.conf;

    (void)state;
    assert_string_equal(conf->instance.name, "c5.large");
    assert_ptr_equal(((const struct choice *)s->channels.entry)->kind, &direct);
    scenario_free(s);
}

static void a_setting_reaches_into_a_distribution_of_the_provider(void **state)
{
    struct scenario *s = load_set("platform.cold_start.lognormal.sigma=2", NULL);

    (void)state;
    assert_close(first_faas(s)->cold_start_s.a, 0.25, 0);
    assert_close(first_faas(s)->cold_start_s.b, 2, 0);
    scenario_free(s);
}

static void the_seed_of_the_command_line_wins_over_all(void **state)
{
    const int64_t seed = 9223372036854775807;
    const char *const set[] = {"seed=3", NULL};
    struct scenario_options options = {
        .families = test_families, .platforms_dir = PLATFORMS_DIR, .set = set, .seed = &seed};
    struct diag_list diags;
    struct scenario *s;

    (void)state;
    diag_init(&diags);
    s = scenario_new_from_memory("x.yaml", WHOLE, strlen(WHOLE), &options, &diags);
    assert_non_null(s);
    assert_true(s->seed == seed);
    assert_string_equal(scenario_place(s, "seed").file, "--seed 9223372036854775807");
    scenario_free(s);
    diag_done(&diags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_distribution_loads),
        cmocka_unit_test(parameters_go_where_value_draw_expects_them),
        cmocka_unit_test(a_trace_is_read_from_a_file_beside_the_scenario),
        cmocka_unit_test(an_empirical_distribution_may_be_written_out),
        cmocka_unit_test(a_mistake_in_a_csv_is_told_at_its_line),
        cmocka_unit_test(a_setting_wins_over_the_file),
        cmocka_unit_test(a_later_setting_wins_over_an_earlier),
        cmocka_unit_test(a_setting_reaches_into_a_choice_that_was_one_word),
        cmocka_unit_test(a_setting_reaches_into_a_choice_that_is_a_preset),
        cmocka_unit_test(a_setting_may_replace_a_choice_whole),
        cmocka_unit_test(a_setting_reaches_into_a_distribution_of_the_provider),
        cmocka_unit_test(the_seed_of_the_command_line_wins_over_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
