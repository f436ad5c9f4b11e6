/* SPDX-License-Identifier: MIT */
#include "base/field.h"
#include "tests/test.h"

struct inner {
    char *name;
    double x;
};

struct conf {
    bool yes;
    int64_t memory_bytes;
    int word;
    double cold_start_s;
    char *text;
    struct value latency_s;
    struct choice choice;
    struct map map;
    struct every every;
    struct inner inner, entry;
};

static const struct field fields[] = {
    CONF(struct conf, yes, .doc = "x"),
    CONF(struct conf, memory_bytes),
    CONF(struct conf, word),
    CONF(struct conf, cold_start_s, .key = "init"),
    CONF(struct conf, text),
    CONF(struct conf, latency_s),
    CONF(struct conf, choice),
    CONF_MAP(struct conf, map, struct inner, .doc = "x"),
    CONF(struct conf, every),
    CONF(struct conf, inner),
    CONF_ENTRY(struct conf, entry, .family = "x"),
    CONF_END,
};

static void the_type_comes_from_the_member(void **state)
{
    static const enum field_type want[] = {
        FIELD_BOOL,   FIELD_INT, FIELD_ENUM,  FIELD_NUMBER, FIELD_TEXT, FIELD_VALUE,
        FIELD_CHOICE, FIELD_MAP, FIELD_EVERY, FIELD_STRUCT, FIELD_ENTRY};

    (void)state;
    for (size_t i = 0; fields[i].member; i++)
        assert_int_equal(fields[i].type, want[i]);
    assert_int_equal(fields[3].offset, offsetof(struct conf, cold_start_s));
    assert_int_equal(fields[7].size, sizeof(struct inner));
    assert_int_equal(fields[9].size, sizeof(struct inner));
}

static void the_key_is_the_member_without_its_unit(void **state)
{
    char key[64];

    (void)state;
    assert_string_equal(field_key(&fields[1], key, sizeof key), "memory");
    assert_string_equal(field_key(&fields[5], key, sizeof key), "latency");
    assert_string_equal(field_key(&fields[3], key, sizeof key), "init");
    assert_int_equal(field_dimension(&fields[3]), DIMENSION_SECONDS);
}

static void a_field_is_found_by_its_key(void **state)
{
    (void)state;
    assert_ptr_equal(field_find(fields, "memory"), &fields[1]);
    assert_ptr_equal(field_find(fields, "init"), &fields[3]);
    assert_null(field_find(fields, "cold_start"));
    assert_null(field_find(NULL, "memory"));
}

static void a_kind_is_found_by_its_name(void **state)
{
    static const struct kind a = {.name = "a"}, b = {.name = "b"};
    static const struct kind *const kinds[] = {&a, &b, NULL};
    static const struct family family = {"letters", "Letters.", kinds};

    (void)state;
    assert_ptr_equal(family_find(&family, "b"), &b);
    assert_null(family_find(&family, "c"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_type_comes_from_the_member),
        cmocka_unit_test(the_key_is_the_member_without_its_unit),
        cmocka_unit_test(a_field_is_found_by_its_key),
        cmocka_unit_test(a_kind_is_found_by_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
