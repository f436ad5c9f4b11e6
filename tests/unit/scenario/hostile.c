/* SPDX-License-Identifier: MIT
 * Files made to hurt: a clear answer in little time and memory. */
#include <sys/resource.h>
#include <time.h>

#include "tests/unit/scenario/families.h"

static void refused_bytes(const char *bytes, size_t size, const char *words)
{
    struct scenario_options options = {.families = test_families,
                                       .platforms_dir = PLATFORMS_DIR};
    struct diag_list diags;
    struct scenario *s;
    char *all;
    clock_t begin = clock();

    diag_init(&diags);
    s = scenario_new_from_memory("x.yaml", bytes, size, &options, &diags);
    all = said(&diags);
    assert_null(s);
    if (!strstr(all, words)) {
        print_error("not said: %s\nsaid: %.500s\n", words, all);
        fail();
    }
    /* generous: sanitizers are slow; quadratic would be hours */
    assert_true((double)(clock() - begin) / CLOCKS_PER_SEC < 20);
    assert_true(strlen(all) < 100000);
    free(all);
    diag_done(&diags);
}

/* unit, times over, between head and tail. */
static void refused_repeated(const char *head, const char *unit, size_t times, const char *tail,
                             const char *words)
{
    size_t length = strlen(unit), size = strlen(head) + times * length + strlen(tail);
    char *bytes = malloc(size + 1), *at;

    assert_non_null(bytes);
    at = stpcpy(bytes, head);
    for (size_t i = 0; i < times; i++, at += length)
        memcpy(at, unit, length);
    strcpy(at, tail);
    refused_bytes(bytes, size, words);
    free(bytes);
}

static void an_alias_bomb_is_refused(void **state)
{
    (void)state;
    refused_with("a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n", NULL,
                 "x.yaml:1:4: error: anchors (&a) are not supported");
    refused_with("a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n", NULL,
                 "x.yaml:2:8: error: aliases (*a) are not supported");
}

static void deep_nesting_is_refused(void **state)
{
    (void)state;
    refused_repeated("a: ", "[", 10000, "", "error: nested more than 64 deep");
    refused_repeated("a: ", "{a: ", 10000, "", "error: nested more than 64 deep");
    refused_repeated("a:\n ", "- ", 10000, "", "error: nested more than 64 deep");
    refused_repeated("", "? ", 10000, "", "error: ");
}

static void a_nul_byte_is_refused_where_it_stands(void **state)
{
    (void)state;
    refused_bytes("seed: 1\nna\0me: x\n", 17,
                  "x.yaml:2:3: error: the file contains a NUL byte");
    refused_with("name: \"a\\0b\"\n", NULL, "error: the text contains a NUL character");
}

static void invalid_utf8_is_refused_where_it_stands(void **state)
{
    (void)state;
    refused_bytes("name: \xff\n", 8, "x.yaml:1:7: error: not valid UTF-8 (byte 0xff)");
    refused_bytes("name: \xc3", 7, "x.yaml:1:7: error: not valid UTF-8 (byte 0xc3)");
    refused_bytes("name: \xed\xa0\x80", 9, "error: not valid UTF-8");
    refused_bytes("name: \xc0\xaf", 8, "error: not valid UTF-8");
    refused_bytes("\xff\xfe\x6e\x00", 4, "error: not valid UTF-8");
    refused_bytes("name: \x1b[31m\n", 12,
                  "error: the file contains a control character (0x1b)");
}

static void a_byte_order_mark_is_no_mistake(void **state)
{
    (void)state;
    scenario_free(load("\xEF\xBB\xBF" WHOLE));
}

static void nothing_is_refused(void **state)
{
    (void)state;
    refused_bytes("", 0, "x.yaml:1:1: error: there is nothing in it");
    refused_bytes("# only\n", 7, "error: there is nothing in it");
    refused_bytes("---\n", 4, "error: a scenario must be a mapping");
}

static void two_documents_are_refused(void **state)
{
    (void)state;
    refused_with(WHOLE "---\n" WHOLE, NULL,
                 "x.yaml:9:1: error: a second document begins here: a file holds one");
}

static void tags_and_directives_are_refused(void **state)
{
    (void)state;
    refused_with("seed: !!int 3\n", NULL, "error: tags (!!int) are not supported");
    refused_with("seed: !x {a: 1}\n", NULL, "error: tags (!x) are not supported");
    refused_with("%YAML 1.1\n---\nseed: 1\n", NULL,
                 "x.yaml:1:1: error: a line must not begin with '%'");
    refused_repeated("", "%TAG !a! tag:a\n", 500000, "--- a\n", "error: a line must not begin");
}

static void a_file_above_the_limit_is_refused(void **state)
{
    (void)state;
    refused_repeated("# ", "x", 17 << 20, "\n", "x.yaml: error: is larger than 16 MiB");
}

static void too_many_values_are_refused(void **state)
{
    (void)state;
    refused_repeated("a: [", "1,", 1000000, "]\n", "error: there are more than 500000 values");
}

static void many_mistakes_are_told_up_to_a_limit(void **state)
{
    (void)state;
    refused_repeated("", "unknown_key_that_is_a_little_long: 1\n", 200000, "",
                     "error: there are more errors than these ");
    refused_repeated("groups:\n", "  ?: {}\n", 1, "", "error: ");
}

static void a_mapping_of_many_keys_takes_no_quadratic_time(void **state)
{
    size_t capacity = 4 << 20;
    char *text = malloc(capacity), *at = text;

    (void)state;
    assert_non_null(text);
    at += sprintf(at, "groups:\n");
    for (int i = 0; i < 200000; i++)
        at += sprintf(at, "  g%06d: {}\n", i);
    refused_bytes(text, (size_t)(at - text), "error: more than 1000 entries");
    free(text);
}

static void what_is_no_yaml_is_told_in_its_line(void **state)
{
    (void)state;
    refused_with("workers: 10\n  platform: x\n", NULL, "x.yaml:2:11: error: not valid YAML: ");
    refused_with("a: [1, 2\n", NULL, "error: not valid YAML: ");
    refused_with("a: \"x\n", NULL, "error: not valid YAML: ");
    refused_repeated("a: ", "\"", 100001, "", "error: not valid YAML: ");
    refused_with("{[a, b]: 1}\n", NULL, "x.yaml:1:2: error: a key must be a word, not a list");
}

static void a_mistake_is_not_repeated_to_the_terminal_raw(void **state)
{
    (void)state;
    refused_with("\"a\\x1b[31m\\nb\": 1\n", NULL, "a scenario has no field 'a?[31m?b'\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alias_bomb_is_refused),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(a_nul_byte_is_refused_where_it_stands),
        cmocka_unit_test(invalid_utf8_is_refused_where_it_stands),
        cmocka_unit_test(a_byte_order_mark_is_no_mistake),
        cmocka_unit_test(nothing_is_refused),
        cmocka_unit_test(two_documents_are_refused),
        cmocka_unit_test(tags_and_directives_are_refused),
        cmocka_unit_test(a_file_above_the_limit_is_refused),
        cmocka_unit_test(too_many_values_are_refused),
        cmocka_unit_test(many_mistakes_are_told_up_to_a_limit),
        cmocka_unit_test(a_mapping_of_many_keys_takes_no_quadratic_time),
        cmocka_unit_test(what_is_no_yaml_is_told_in_its_line),
        cmocka_unit_test(a_mistake_is_not_repeated_to_the_terminal_raw),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
