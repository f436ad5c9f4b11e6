/* SPDX-License-Identifier: MIT
 * Providers' files are checked whole, used or not. */
#include <unistd.h>

#include "tests/unit/scenario/families.h"

/* What scenario_check_provider says about a file with this content; free it. */
static char *check(const char *yaml)
{
    struct scenario_options options = {.families = test_families,
                                       .platforms_dir = PLATFORMS_DIR};
    struct diag_list diags;
    char path[] = "/tmp/provider-XXXXXX", *all;
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_true(write(fd, yaml, strlen(yaml)) == (ssize_t)strlen(yaml));
    close(fd);
    diag_init(&diags);
    scenario_check_provider(path, &options, &diags);
    unlink(path);
    all = said(&diags);
    diag_done(&diags);
    return all;
}

static void complains(const char *yaml, const char *words)
{
    char *all = check(yaml);

    if (!strstr(all, words)) {
        print_error("not said: %s\nsaid:\n%s", words, all);
        fail();
    }
    free(all);
}

static void a_sound_provider_is_silent(void **state)
{
    struct scenario_options options = {.families = test_families,
                                       .platforms_dir = PLATFORMS_DIR};
    struct diag_list diags;

    (void)state;
    diag_init(&diags);
    scenario_check_provider(PLATFORMS_DIR "/cloud.yaml", &options, &diags);
    scenario_check_provider(PLATFORMS_DIR "/cloud-2.yaml", &options, &diags);
    assert_int_equal(diags.count, 0);
    diag_done(&diags);
}

static void a_number_without_source_or_date_is_an_error(void **state)
{
    (void)state;
    complains(
        "platform: {faas: {lifetime: 900 s}}\n",
        ":1:19: error: 'lifetime' has no source: write {value: ..., source: \"...\", date: "
        "2020-11-01}\n");
    complains("platform: {faas: {lifetime: {value: 900 s, source: x}}}\n",
              "error: 'lifetime' has no date: write");
    complains("date: 2020\ncompute: {lr: {row: {value: 1 us}}}\n",
              "error: 'row' has no source");
}

static void a_word_needs_no_source(void **state)
{
    char *all = check("platform: {faas: {trigger: tree, init_billed: yes}}\n");

    (void)state;
    assert_string_equal(all, "");
    free(all);
}

static void a_leaf_that_no_scenario_uses_is_checked_too(void **state)
{
    (void)state;
    complains("platform: {faas: {lifetime: {value: 900 GB, source: x, date: 2020}}}\n",
              ":1:37: error: 'lifetime' has the wrong unit: '900 GB'");
    complains("instance: {t2: {source: x, date: 2020, vcpus: 0}}\n",
              "error: 'vcpus' is 0, but must be above 0\n");
    complains("platform: {faas: {trigger: serail}}\n", "note: did you mean 'serial'?\n");
}

static void unknown_sections_kinds_and_fields_get_suggestions(void **state)
{
    (void)state;
    complains("platfrom: {}\n", ":1:1: error: a provider has no section 'platfrom'\n");
    complains("platfrom: {}\n", "note: did you mean 'platform'?\n");
    complains("channel: {s4: {}}\n", "note: did you mean 's3'?\n");
    complains("channel: {s3: {latencie: 1 s}}\n", "note: did you mean 'latency'?\n");
    complains("platform: {faas: {lifetime: {value: 9 s, sauce: x}}}\n",
              "did you mean 'source'?\n");
}

static void a_date_is_a_date(void **state)
{
    (void)state;
    complains("date: yesterday\n",
              "error: 'date' must be a date like 2020-11-01, not 'yesterday'\n");
}

static void a_provider_must_not_extend_itself(void **state)
{
    struct scenario_options options = {.families = test_families,
                                       .platforms_dir = "tests/unit/scenario/circle"};
    struct diag_list diags;
    char *all;

    (void)state;
    diag_init(&diags);
    scenario_check_provider("tests/unit/scenario/circle/a.yaml", &options, &diags);
    all = said(&diags);
    assert_non_null(strstr(all, "extends itself"));
    free(all);
    diag_done(&diags);
}

static void a_file_must_be_called_what_it_calls_itself(void **state)
{
    (void)state;
    complains("name: other\n", "calls itself 'other'\n");
}

static void an_overlay_may_leave_sources_out(void **state)
{
    struct scenario *s =
        load(WORKERS "platform: {kind: faas, provider: cloud, file: overlay.yaml, "
                     "memory: 1 GB}\n" CHANNEL LEARNING);

    (void)state;
    assert_string_equal(scenario_place(s, "channels.main.latency").file,
                        "tests/unit/scenario/overlay.yaml");
    scenario_free(s);
}

/* -- tables ---------------------------------------------------------------------------------
 */

static void sound_tables_are_silent(void **state)
{
    struct diag_list diags;

    (void)state;
    diag_init(&diags);
    scenario_check_tables(test_families, &diags);
    diag_print(&diags, stderr);
    assert_int_equal(diags.count, 0);
    diag_done(&diags);
}

struct odd_conf {
    double wait_s;
    struct choice what;
    int word;
};

static void unsound_tables_are_told(void **state)
{
    static const char *const words[] = {"a", NULL};
    static const struct field fields[] = {
        CONF(struct odd_conf, wait_s, .preset = "3 GB", .doc = "x"),
        CONF(struct odd_conf, what, .family = "nothing", .doc = "x"),
        CONF(struct odd_conf, word, .key = "wait", .names = words, .preset = "b"),
        CONF_END,
    };
    static const struct kind odd = {"odd", "Odd.", NULL, fields, sizeof(struct odd_conf), NULL};
    static const struct kind *const kinds[] = {&odd, NULL};
    static const struct family family = {"odd", "Odd.", kinds};
    static const struct family *const families[] = {
        &job_family,     &platform_family,  &channel_family, &loss_family,
        &pattern_family, &sync_family,      &model_family,   &optimizer_family,
        &data_family,    &partition_family, &family,         NULL,
    };
    struct diag_list diags;
    char *all;

    (void)state;
    diag_init(&diags);
    scenario_check_tables(families, &diags);
    all = said(&diags);
    assert_non_null(strstr(all, "'wait' has the wrong unit: '3 GB'"));
    assert_non_null(strstr(all, "a family 'nothing', which does not exist"));
    assert_non_null(strstr(all, "'wait' has no doc"));
    assert_non_null(strstr(all, "two fields have the key 'wait'"));
    assert_non_null(strstr(all, "'wait' must be one of a, not 'b'"));
    free(all);
    diag_done(&diags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_provider_is_silent),
        cmocka_unit_test(a_number_without_source_or_date_is_an_error),
        cmocka_unit_test(a_word_needs_no_source),
        cmocka_unit_test(a_leaf_that_no_scenario_uses_is_checked_too),
        cmocka_unit_test(unknown_sections_kinds_and_fields_get_suggestions),
        cmocka_unit_test(a_date_is_a_date),
        cmocka_unit_test(a_provider_must_not_extend_itself),
        cmocka_unit_test(a_file_must_be_called_what_it_calls_itself),
        cmocka_unit_test(an_overlay_may_leave_sources_out),
        cmocka_unit_test(sound_tables_are_silent),
        cmocka_unit_test(unsound_tables_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
