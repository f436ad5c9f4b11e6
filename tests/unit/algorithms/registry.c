/* SPDX-License-Identifier: MIT
 * registry.c -- every kind of this library is in its folder's list.h, and every line of a
 * list.h has its file. */
#include <dirent.h>

#include "algorithms/averaging/averaging.h"
#include "algorithms/collective/collective.h"
#include "algorithms/model/model.h"
#include "algorithms/network/network.h"
#include "algorithms/optimizer/optimizer.h"
#include "tests/test.h"

/* Whether the file defines `const struct FAMILY_kind PREFIX_NAME`. */
static bool defines(const char *folder, const char *file, const char *text)
{
    char path[512], line[1024];
    bool found = false;
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", folder, file);
    f = fopen(path, "r");
    assert_non_null(f);
    while (!found && fgets(line, sizeof line, f))
        found = strncmp(line, text, strlen(text)) == 0;
    fclose(f);
    return found;
}

static void check_family(const struct family *family, const char *folder,
                         const char *definition, size_t others)
{
    struct dirent *entry;
    size_t files = 0, kinds = 0;
    DIR *directory = opendir(folder);

    assert_non_null(directory);
    while ((entry = readdir(directory)) != NULL) {
        size_t length = strlen(entry->d_name);
        char name[256] = "";

        if (length < 3 || strcmp(entry->d_name + length - 2, ".c") != 0 ||
            !defines(folder, entry->d_name, definition))
            continue;
        memcpy(name, entry->d_name, length - 2);
        files++;
        if (!family_find(family, name))
            fail_msg("%s/%s is not in list.h", folder, entry->d_name);
    }
    closedir(directory);
    while (family->kinds[kinds])
        kinds++;
    assert_int_equal(kinds, files + others);
    for (size_t i = 0; i < kinds; i++)
        assert_true(strlen(family->kinds[i]->doc) > 10);
}

static void every_model_is_listed(void **state)
{
    size_t known = 0;

    (void)state;
    while (known_family.kinds[known]) /* networks are models, too */
        known++;
    check_family(&model_family, "algorithms/model", "const struct model_kind model_", known);
}

static void every_optimizer_is_listed(void **state)
{
    (void)state;
    check_family(&optimizer_family, "algorithms/optimizer",
                 "const struct optimizer_kind optimizer_", 0);
}

static void every_averaging_is_listed(void **state)
{
    (void)state;
    check_family(&averaging_family, "algorithms/averaging",
                 "const struct averaging_kind averaging_", 0);
}

static void every_collective_is_listed(void **state)
{
    (void)state;
    check_family(&pattern_family, "algorithms/collective",
                 "const struct collective_kind collective_", 0);
}

static void every_layer_is_listed(void **state)
{
    (void)state;
    check_family(&layer_family, "algorithms/network/layer", "const struct layer_kind layer_",
                 0);
}

static void every_known_network_is_listed(void **state)
{
    (void)state;
    check_family(&known_family, "algorithms/network/known", "const struct known_kind known_",
                 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_model_is_listed),
        cmocka_unit_test(every_optimizer_is_listed),
        cmocka_unit_test(every_averaging_is_listed),
        cmocka_unit_test(every_collective_is_listed),
        cmocka_unit_test(every_layer_is_listed),
        cmocka_unit_test(every_known_network_is_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
