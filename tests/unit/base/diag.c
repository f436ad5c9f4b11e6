/* SPDX-License-Identifier: MIT */
#include "base/diag.h"
#include "tests/test.h"

static char *printed(const struct diag_list *list)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    diag_print(list, out);
    fclose(out);
    return text;
}

static void prints(struct diag_list *list, const char *want)
{
    char *text = printed(list);

    assert_string_equal(text, want);
    free(text);
    diag_done(list);
    diag_done(list);
}

static void a_place_is_as_long_as_it_is_known(void **state)
{
    struct diag_list list;

    (void)state;
    diag_init(&list);
    diag_add(&list, DIAG_ERROR, (struct place){"a", 3, 4}, "x %d", 1);
    diag_add(&list, DIAG_WARNING, (struct place){"b", 3, 0}, "y");
    diag_add(&list, DIAG_ERROR, (struct place){"c", 0, 0}, "z");
    diag_add(&list, DIAG_ERROR, (struct place){NULL, 0, 0}, "w");
    prints(&list, "error: w\na:3:4: error: x 1\nb:3: warning: y\nc: error: z\n");
}

static void it_is_sorted_by_place_and_notes_stay_behind_their_error(void **state)
{
    struct diag_list list;

    (void)state;
    diag_init(&list);
    diag_add(&list, DIAG_ERROR, (struct place){"b", 9, 1}, "last");
    diag_add(&list, DIAG_NOTE, (struct place){"b", 1, 1}, "its note");
    diag_add(&list, DIAG_ERROR, (struct place){"b", 2, 7}, "second");
    diag_add(&list, DIAG_ERROR, (struct place){"b", 2, 3}, "first");
    diag_add(&list, DIAG_ERROR, (struct place){"a", 1, 1}, "other file");
    prints(&list, "b:2:3: error: first\nb:2:7: error: second\nb:9:1: error: last\n"
                  "b:1:1: note: its note\na:1:1: error: other file\n");
}

static void a_repetition_is_left_out_with_its_notes(void **state)
{
    struct diag_list list;

    (void)state;
    diag_init(&list);
    for (int i = 0; i < 3; i++) {
        diag_add(&list, DIAG_ERROR, (struct place){"a", 1, 1}, "x");
        diag_add(&list, DIAG_NOTE, (struct place){"a", 2, 1}, "note");
    }
    assert_int_equal(list.errors, 1);
    prints(&list, "a:1:1: error: x\na:2:1: note: note\n");
}

static void names_of_files_are_its_own(void **state)
{
    struct diag_list list;
    char name[] = "a";

    (void)state;
    diag_init(&list);
    diag_add(&list, DIAG_ERROR, (struct place){name, 1, 1}, "x");
    name[0] = 'b';
    prints(&list, "a:1:1: error: x\n");
}

static void beyond_the_limit_errors_are_only_counted(void **state)
{
    struct diag_list list;
    char *text;

    (void)state;
    diag_init(&list);
    for (int i = 0; i < DIAG_LIMIT + 50; i++)
        diag_add(&list, DIAG_ERROR, (struct place){"a", i + 1, 1}, "x");
    assert_int_equal(list.count, DIAG_LIMIT);
    assert_int_equal(list.errors, DIAG_LIMIT + 50);
    text = printed(&list);
    assert_non_null(strstr(text, "error: there are more errors than these 200\n"));
    free(text);
    diag_done(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_is_as_long_as_it_is_known),
        cmocka_unit_test(it_is_sorted_by_place_and_notes_stay_behind_their_error),
        cmocka_unit_test(a_repetition_is_left_out_with_its_notes),
        cmocka_unit_test(names_of_files_are_its_own),
        cmocka_unit_test(beyond_the_limit_errors_are_only_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
