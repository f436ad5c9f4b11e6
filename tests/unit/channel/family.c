/* SPDX-License-Identifier: MIT */
#include "tests/test.h"

#include <glob.h>

#include "sim/channel/channel.h"

static void every_channel_is_complete(void **state)
{
    (void)state;
    for (int i = 0; channel_family.kinds[i]; i++) {
        const struct channel_kind *kind = (const struct channel_kind *)channel_family.kinds[i];

        assert_non_null(kind->kind.name);
        assert_non_null(kind->kind.doc);
        assert_true(kind->facts && kind->open && kind->begin && kind->cancel && kind->settle &&
                    kind->accrued_pusd && kind->close);
        assert_null(kind->close(NULL));
    }
}

static void every_setting_is_explained(void **state)
{
    (void)state;
    for (int i = 0; channel_family.kinds[i]; i++)
        for (const struct field *field = channel_family.kinds[i]->fields; field->member;
             field++) {
            assert_non_null(field->doc);
            if (field->optional)
                assert_non_null(field->absent);
        }
}

/* The name after `const struct channel_kind channel_` at the beginning of a line; "" if none.
 */
static void kind_defined_in(const char *path, char name[64])
{
    char line[256];
    FILE *file = fopen(path, "r");

    name[0] = '\0';
    assert_non_null(file);
    while (!name[0] && fgets(line, sizeof line, file))
        sscanf(line, "const struct channel_kind channel_%63[a-z0-9_] =", name);
    fclose(file);
}

static void every_channel_of_the_folder_is_listed(void **state)
{
    glob_t found;
    size_t defined = 0, listed = 0;

    (void)state;
    assert_int_equal(glob("sim/channel/*.c", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char name[64];

        kind_defined_in(found.gl_pathv[i], name);
        if (!name[0])
            continue;
        defined++;
        assert_non_null(family_find(&channel_family, name));
    }
    globfree(&found);
    while (channel_family.kinds[listed])
        listed++;
    assert_int_equal(defined, listed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_channel_is_complete),
        cmocka_unit_test(every_setting_is_explained),
        cmocka_unit_test(every_channel_of_the_folder_is_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
