/* SPDX-License-Identifier: MIT
 * list, describe, the manual and the JSON Schema, all from the tables. */
#include "tests/unit/scenario/families.h"

static void schema(FILE *out, const void *arg)
{
    (void)arg;
    scenario_json_schema(test_families, out);
}

static void manual(FILE *out, const void *arg)
{
    (void)arg;
    scenario_manual(test_families, out);
}

static void list(FILE *out, const void *arg)
{
    scenario_list(test_families, arg, out);
}

static void describe(FILE *out, const void *arg)
{
    struct err err = {""};

    assert_true(scenario_describe(test_families, arg, out, &err));
}

/* What it writes; free it. */
static char *written(void (*write)(FILE *, const void *), const void *arg)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    write(out, arg);
    fclose(out);
    return text;
}

static void says(char *text, const char *words)
{
    if (!strstr(text, words)) {
        print_error("not said: %s\nsaid:\n%s", words, text);
        fail();
    }
    free(text);
}

static void a_family_is_listed_with_its_kinds(void **state)
{
    (void)state;
    says(written(list, "channel"),
         "channel: How bytes move.\n  s3               Object store.\n");
    says(written(list, NULL), "model: What to learn.\n");
}

static void a_kind_is_described_with_every_field(void **state)
{
    (void)state;
    says(written(describe, "platform.faas"),
         "  memory: memory (like 3 GB), from 128 MB to 10 GB; needed\n      Memory of each "
         "function.\n");
    says(written(describe, "platform.faas"), "  trigger: one of serial, tree; preset serial\n");
    says(written(describe, "loss.bernoulli"), "Source: a textbook\n");
    says(written(describe, "platform.iaas"), "  instance.vcpus: number, above 0; needed\n");
    says(written(describe, "job.service"), "Sections it uses: channel?\n");
}

static void the_scenario_itself_is_described(void **state)
{
    (void)state;
    says(written(describe, "scenario"),
         "  groups.NAME.speed: number or distribution or trace, above 0; preset 1\n");
    says(written(describe, "scenario"), "  workers    = groups.workers.count\n");
}

static void what_there_is_not_gets_a_suggestion(void **state)
{
    struct err err = {""};
    FILE *out = fopen("/dev/null", "w");

    (void)state;
    assert_false(scenario_describe(test_families, "channel.s33", out, &err));
    assert_string_equal(err.text, "there is no 'channel.s33'; did you mean 'channel.s3'?");
    err.text[0] = '\0';
    assert_false(scenario_describe(test_families, "s3", out, &err));
    assert_string_equal(err.text, "there is no 's3'; did you mean 'channel.s3'?");
    fclose(out);
}

static void the_manual_has_a_row_for_every_field(void **state)
{
    (void)state;
    says(written(manual, NULL),
         "| `latency` | duration (like 80 ms) or distribution or trace |  | "
         "needed | Time to the first byte. |\n");
    says(written(manual, NULL), "| `workers` | `groups.workers.count` | ");
}

static void the_schema_is_closed_and_knows_every_kind(void **state)
{
    (void)state;
    says(written(schema, NULL), "\"$schema\": \"http://json-schema.org/draft-07/schema#\"");
    says(written(schema, NULL), "\"const\": \"bernoulli\"");
    says(written(schema, NULL), "\"workers\": {");
}

/* With the path of a file: only writes the schema, for tests/unit/scenario/schema.py. */
int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_family_is_listed_with_its_kinds),
        cmocka_unit_test(a_kind_is_described_with_every_field),
        cmocka_unit_test(the_scenario_itself_is_described),
        cmocka_unit_test(what_there_is_not_gets_a_suggestion),
        cmocka_unit_test(the_manual_has_a_row_for_every_field),
        cmocka_unit_test(the_schema_is_closed_and_knows_every_kind),
    };

    if (argc > 1) {
        FILE *out = fopen(argv[1], "w");

        if (!out)
            return 1;
        schema(out, NULL);
        return fclose(out) ? 1 : 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
