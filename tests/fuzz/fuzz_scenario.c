/* SPDX-License-Identifier: MIT
 * fuzz_scenario.c -- any bytes as a scenario: it loads or complains, and what loads, prints and
 * loads again to the same.
 *
 *     clang -fsanitize=fuzzer,address ...; ./fuzz_scenario -max_total_time=60
 * tests/fuzz/corpus/scenario Run from the top of the source tree, where the small provider of
 * the unit tests is. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/scenario/families.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct scenario *load_bytes(const void *bytes, size_t size)
{
    struct scenario_options options = {.families = test_families,
                                       .platforms_dir = PLATFORMS_DIR};
    struct diag_list diags;
    struct scenario *scenario;

    diag_init(&diags);
    scenario =
        scenario_new_from_memory("tests/unit/scenario/x.yaml", bytes, size, &options, &diags);
    if (!scenario != (diags.errors > 0))
        abort(); /* refused in silence, or taken with errors */
    free(said(&diags));
    diag_done(&diags);
    return scenario;
}

/* The first bytes up to a NUL as --set, the rest as the file. */
static void try_setting(const uint8_t *data, size_t size)
{
    char *setting = malloc(size + 1);
    const char *const set[] = {setting, NULL};
    struct diag_list diags;

    if (!setting)
        return;
    memcpy(setting, data, size);
    setting[size] = '\0';
    scenario_free(load_with(WHOLE, set, &diags));
    diag_done(&diags);
    free(setting);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scenario *scenario = load_bytes(data, size);

    if (size < 200)
        try_setting(data, size);
    if (scenario) {
        char *text = printed(scenario, size % 2);
        struct scenario *again = load_bytes(text, strlen(text));

        if (!again || strcmp(scenario_sha256(scenario), scenario_sha256(again)) != 0) {
            fputs(text, stderr);
            abort();
        }
        free(text);
        scenario_free(again);
    }
    scenario_free(scenario);
    return 0;
}
