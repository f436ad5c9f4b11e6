/* SPDX-License-Identifier: MIT
 * Files that are no scenarios: read by a table, with the same answers to mistakes. */
#include "tests/test.h"

#include <unistd.h>

#include "sim/scenario/sheet.h"

struct entry {
    double length_s;
    struct map set;
};

struct shelf {
    char *title;
    struct map entries;
};

static const struct field entry_fields[] = {
    CONF(struct entry, length_s, .preset = "1 min", .doc = "How long."),
    CONF_MAP(struct entry, set, char *, .optional = true, .doc = "For somebody else."),
    CONF_END,
};

static const struct field shelf_fields[] = {
    CONF(struct shelf, title, .doc = "What it is."),
    CONF_MAP(struct shelf, entries, struct entry, .fields = entry_fields,
             .doc = "What it has."),
    CONF_END,
};

static char path[] = "/tmp/traincast-sheet-XXXXXX";

static struct sheet *load(const char *text, struct shelf *ret_shelf, struct diag_list *diags)
{
    FILE *out = fopen(path, "w");

    fputs(text, out);
    fclose(out);
    memset(ret_shelf, 0, sizeof *ret_shelf);
    diag_init(diags);
    return sheet_new(path, "a shelf", shelf_fields, ret_shelf, diags);
}

static void refused(const char *text, const char *place, const char *words)
{
    struct diag_list diags;
    struct shelf shelf;
    char *said = NULL, expected[256];
    size_t size;
    FILE *out = open_memstream(&said, &size);

    assert_null(load(text, &shelf, &diags));
    diag_print(&diags, out);
    fclose(out);
    snprintf(expected, sizeof expected, "%s:%s: error: %s\n", path, place, words);
    if (!strstr(said, expected)) {
        print_error("not said: %ssaid:\n%s", expected, said);
        fail();
    }
    free(said);
    diag_done(&diags);
}

static void a_table_fills_its_struct(void **state)
{
    struct diag_list diags;
    struct shelf shelf;
    struct sheet *sheet =
        load("title: A\nentries:\n  one: {}\n  two: {length: 2 s}\n", &shelf, &diags);
    const struct entry *entry = shelf.entries.entry;

    (void)state;
    assert_non_null(sheet);
    assert_string_equal(shelf.title, "A");
    assert_int_equal(shelf.entries.count, 2);
    assert_string_equal(shelf.entries.name[1], "two");
    assert_close(entry[0].length_s, 60, 0);
    assert_close(entry[1].length_s, 2, 0);
    sheet_free(sheet);
    diag_done(&diags);
}

static void settings_are_kept_as_yaml_of_one_line(void **state)
{
    static const char *const expected[] = {"10", "{lognormal: {median: 80 ms, sigma: 0.3}}",
                                           "'it''s, so'", "[1, [2, 3]]"};
    struct diag_list diags;
    struct shelf shelf;
    struct sheet *sheet = load("title: A\nentries:\n  one:\n    set:\n      workers: 10\n"
                               "      channels.main.latency:\n        lognormal:\n"
                               "          median: 80 ms\n          sigma: 0.3\n"
                               "      name: \"it's, so\"\n      list: [1, [2, 3]]\n",
                               &shelf, &diags);
    const struct entry *entry = shelf.entries.entry;

    (void)state;
    assert_non_null(sheet);
    assert_int_equal(entry->set.count, 4);
    assert_string_equal(entry->set.name[1], "channels.main.latency");
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(((char **)entry->set.entry)[i], expected[i]);
    sheet_free(sheet);
    diag_done(&diags);
}

static void places_are_remembered(void **state)
{
    struct diag_list diags;
    struct shelf shelf;
    struct sheet *sheet = load("title: A\nentries:\n  one: {length: 2 s}\n", &shelf, &diags);

    (void)state;
    assert_int_equal(sheet_place(sheet, "entries.one.length").line, 3);
    assert_int_equal(sheet_place(sheet, "entries.one.length").column, 9);
    assert_int_equal(sheet_place(sheet, "entries.one.set").column, 3);
    assert_int_equal(sheet_place(sheet, "nothing").line, 1);
    assert_string_equal(sheet_path(sheet, "x.yaml"), "/tmp/x.yaml");
    assert_string_equal(sheet_path(sheet, "/x.yaml"), "/x.yaml");
    sheet_free(sheet);
    diag_done(&diags);
}

static void mistakes_are_told_at_their_place(void **state)
{
    (void)state;
    refused("title: A\nentries: {one: {lenght: 2 s}}\n", "2:17", "'one' has no field 'lenght'");
    refused("entries: {one: {}}\n", "1:1", "a shelf needs 'title': What it is.");
    refused("title: A\nentries: {one: {length: 2}}\n", "2:25",
            "'length' needs a unit, for example '80 ms', not '2'");
    refused("title: A\nentries: {one: {set: 3}}\n", "2:22",
            "'set' must be a mapping (key: value), not a single value");
    refused("- title\n", "1:1", "a shelf must be a mapping (key: value), not a list");
    refused("title: [\n", "2:1",
            "not valid YAML: did not find expected node content while "
            "parsing a flow node (line 2)");
}

static void a_missing_file_is_told_by_name(void **state)
{
    struct diag_list diags;
    struct shelf shelf = {0};

    (void)state;
    diag_init(&diags);
    assert_null(sheet_new("/nowhere/x.yaml", "a shelf", shelf_fields, &shelf, &diags));
    assert_int_equal(diags.errors, 1);
    assert_string_equal(diags.diag[0].place.file, "/nowhere/x.yaml");
    diag_done(&diags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_fills_its_struct),
        cmocka_unit_test(settings_are_kept_as_yaml_of_one_line),
        cmocka_unit_test(places_are_remembered),
        cmocka_unit_test(mistakes_are_told_at_their_place),
        cmocka_unit_test(a_missing_file_is_told_by_name),
    };
    int failed, file = mkstemp(path);

    if (file < 0)
        return 1;
    close(file);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
