/* SPDX-License-Identifier: MIT
 * The resolved scenario as text: it loads again to itself, and says where everything is from.
 */
#include "tests/unit/scenario/families.h"

#define RICH                                                                                   \
    "name: \"a name: with # and \\\"quotes\\\" \\u00e4 \\t\"\ncampaign: 'null'\n"              \
    "speed: {lognormal: {median: 1, sigma: 0.1}}\n"                                            \
    "links: {a: {from: workers, to: workers, latency: {trace: lat.csv}, bandwidth: 1 Gb/s}}\n" \
    "stop: {epochs: 2.5, train_loss: 0.66, time: 100 s, cost: 5 USD}\nseed: "                  \
    "123456789012345678\n"                                                                     \
    "evaluate: {every: 5 rounds, charged: yes}\n"

/* Loading what is printed must print the same. */
static void comes_back(const char *text)
{
    struct scenario *first = load(text), *second;
    char *one = printed(first, false), *two;
    struct diag_list diags;

    second = load_with(one, NULL, &diags);
    if (!second) {
        diag_print(&diags, stderr);
        fputs(one, stderr);
    }
    assert_non_null(second);
    two = printed(second, false);
    assert_string_equal(one, two);
    assert_string_equal(scenario_sha256(first), scenario_sha256(second));
    free(one);
    free(two);
    scenario_free(first);
    scenario_free(second);
    diag_done(&diags);
}

static void what_is_printed_loads_again_to_the_same_bytes(void **state)
{
    (void)state;
    comes_back(WHOLE);
    comes_back(RICH WHOLE);
    comes_back("job: {kind: service, arrivals: 10/s}\n" WORKERS PLATFORM);
    comes_back(
        WORKERS
        "platform: {kind: iaas, provider: cloud, file: overlay.yaml, instance: "
        "mine}\nchannel: {kind: direct, loss: {kind: bernoulli, probability: 0.1}}\n" LEARNING);
}

static void with_origins_it_loads_again_too(void **state)
{
    struct scenario *s = load(RICH WHOLE), *again;
    char *text = printed(s, true);
    struct diag_list diags;

    (void)state;
    again = load_with(text, NULL, &diags);
    assert_non_null(again);
    assert_string_equal(scenario_sha256(s), scenario_sha256(again));
    free(text);
    scenario_free(s);
    scenario_free(again);
    diag_done(&diags);
}

static void the_file_of_a_trace_is_written_out(void **state)
{
    struct scenario *s = load(RICH WHOLE);
    char *text = printed(s, false);

    (void)state;
    assert_non_null(strstr(text, "trace: [[0 s, 80 ms], [10 s, 200 ms]]\n"));
    free(text);
    scenario_free(s);
}

static void an_origin_is_a_preset_a_line_or_a_source(void **state)
{
    struct scenario *s = load(WHOLE);
    char *text = printed(s, true);

    (void)state;
    assert_non_null(strstr(text, "seed: 1  # preset\n"));
    assert_non_null(strstr(text, "memory: 3 GB  # tests/unit/scenario/x.yaml:2\n"));
    assert_non_null(strstr(text, "lifetime: 15 min  # " PLATFORMS_DIR
                                 "/cloud.yaml:8, source: a guide (2020-11-01)\n"));
    assert_non_null(strstr(text, "latency: 80 ms  # " PLATFORMS_DIR
                                 "/cloud.yaml:12, fitted to: one figure of it, source: a paper "
                                 "(2020-11-01)\n"));
    assert_non_null(strstr(text, "sigma: 0.3  # " PLATFORMS_DIR
                                 "/cloud.yaml:7, source: measured (2021-02-03)\n"));
    free(text);
    scenario_free(s);
}

static void equal_scenarios_have_equal_hashes_and_others_do_not(void **state)
{
    struct scenario *a = load(WHOLE), *b = load("# other\n" WHOLE),
                    *c = load(WHOLE "seed: 2\n");

    (void)state;
    assert_int_equal(strlen(scenario_sha256(a)), 64);
    assert_string_equal(scenario_sha256(a), scenario_sha256(b));
    assert_string_not_equal(scenario_sha256(a), scenario_sha256(c));
    scenario_free(a);
    scenario_free(b);
    scenario_free(c);
}

struct seen {
    const char *key;
    char text[64], unit[16];
    double number;
    int count;
};

static void look(void *arg, const char *key_path, const char *text, double number,
                 const char *unit)
{
    struct seen *seen = arg;

    if (strcmp(key_path, seen->key) != 0)
        return;
    seen->count++;
    seen->number = number;
    snprintf(seen->text, sizeof seen->text, "%s", text);
    snprintf(seen->unit, sizeof seen->unit, "%s", unit);
}

static struct seen leaf(const char *text, const char *key)
{
    struct scenario *s = load(text);
    struct seen seen = {.key = key};

    scenario_leaves(s, look, &seen);
    scenario_free(s);
    assert_int_equal(seen.count, 1);
    return seen;
}

static void a_leaf_has_its_text_its_number_and_its_unit(void **state)
{
    struct seen memory = leaf(WHOLE, "groups.workers.platform.memory");
    struct seen cost = leaf(WHOLE "stop: {cost: 5 USD}\n", "stop.cost");
    struct seen kind = leaf(WHOLE, "channels.main.kind");

    (void)state;
    assert_string_equal(memory.text, "3 GB");
    assert_close(memory.number, 3221225472, 0);
    assert_string_equal(memory.unit, "B");
    assert_close(cost.number, 5, 0);
    assert_string_equal(cost.unit, "USD");
    assert_string_equal(kind.text, "s3");
    assert_true(isnan(kind.number));
}

static void a_distribution_is_a_leaf_for_each_parameter(void **state)
{
    (void)state;
    assert_close(leaf(RICH WHOLE, "groups.workers.speed.lognormal.sigma").number, 0.1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_printed_loads_again_to_the_same_bytes),
        cmocka_unit_test(with_origins_it_loads_again_too),
        cmocka_unit_test(the_file_of_a_trace_is_written_out),
        cmocka_unit_test(an_origin_is_a_preset_a_line_or_a_source),
        cmocka_unit_test(equal_scenarios_have_equal_hashes_and_others_do_not),
        cmocka_unit_test(a_leaf_has_its_text_its_number_and_its_unit),
        cmocka_unit_test(a_distribution_is_a_leaf_for_each_parameter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
