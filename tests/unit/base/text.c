/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "tests/test.h"

static void a_text_grows_as_it_is_added_to(void **state)
{
    struct text text = {0};

    (void)state;
    for (int i = 0; i < 1000; i++)
        text_add(&text, "%d,", i % 10);
    text_add_bytes(&text, "end", 3);
    assert_int_equal(text.length, 2003);
    assert_string_equal(text.chars + 1996, "8,9,end");
    text_done(&text);
    text_done(&text);
    assert_null(text.chars);
}

static void the_distance_counts_slips(void **state)
{
    (void)state;
    assert_int_equal(text_distance("timeout", "timeout"), 0);
    assert_int_equal(text_distance("timout", "timeout"), 1);
    assert_int_equal(text_distance("tiemout", "timeout"), 1);
    assert_int_equal(text_distance("", "abc"), 3);
    assert_int_equal(text_distance("kitten", "sitting"), 3);
    assert_int_equal(text_distance("Cold-Start", "cold_start"), 0);
}

static void words_too_long_are_far(void **state)
{
    char word[100];

    (void)state;
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    assert_int_equal(text_distance(word, word), TEXT_FAR);
}

static void the_nearest_of_some_words_is_found(void **state)
{
    struct nearest near = {.word = "polings"}, far = {.word = "zebra"}, tie = {.word = "ab"};

    (void)state;
    nearest_try(&near, "latency");
    nearest_try(&near, "polling");
    assert_string_equal(near.best, "polling");
    nearest_try(&far, "polling");
    assert_null(far.best);
    nearest_try(&tie, "ac");
    nearest_try(&tie, "ad");
    assert_string_equal(tie.best, "ac");
}

static void what_is_shown_is_short_and_harmless(void **state)
{
    char out[TEXT_SHOWN], text[200] = "";

    (void)state;
    assert_string_equal(text_shown("a\x1b[0m\n", out), "a?[0m?");
    for (int i = 0; i < 30; i++)
        strcat(text, "\xC3\xA4");
    text_shown(text, out);
    assert_int_equal(strlen(out), 48 + 3);
    memmove(text + 1, text, 61);
    text[0] = 'x';
    text_shown(text, out);
    assert_int_equal(strlen(out), 47 + 3); /* not through the middle of a character */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_grows_as_it_is_added_to),
        cmocka_unit_test(the_distance_counts_slips),
        cmocka_unit_test(words_too_long_are_far),
        cmocka_unit_test(the_nearest_of_some_words_is_found),
        cmocka_unit_test(what_is_shown_is_short_and_harmless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
