/* SPDX-License-Identifier: MIT
 * tables.c -- what is written by hand and read by machine: the tables of every kind, and the
 * providers' files that fill them in. */
#include <dirent.h>

#include "algorithms/averaging/averaging.h"
#include "algorithms/collective/collective.h"
#include "algorithms/model/model.h"
#include "algorithms/optimizer/optimizer.h"
#include "sim/channel/channel.h"
#include "sim/job/job.h"
#include "sim/job/sync/sync.h"
#include "sim/network/transport/transport.h"
#include "sim/node/platform.h"
#include "sim/scenario/scenario.h"
#include "tests/test.h"
#include "traces/dataset/data.h"
#include "traces/graph/graph.h"
#include "traces/partition/partition.h"

#define PLATFORMS_DIR "platforms"

static const struct family *const all[] = {
    &job_family,       &platform_family, &channel_family,   &pattern_family,
    &sync_family,      &model_family,    &optimizer_family, &data_family,
    &partition_family, &loss_family,     &transport_family, &averaging_family,
    &graph_family,     &layer_family,    NULL,
};

static void the_tables_of_every_kind_are_sound(void **state)
{
    struct diag_list diags;

    (void)state;
    diag_init(&diags);
    scenario_check_tables(all, &diags);
    diag_print(&diags, stderr);
    assert_int_equal(diags.count, 0);
    diag_done(&diags);
}

static void every_provider_is_sound_and_every_number_has_a_source(void **state)
{
    struct scenario_options options = {.families = all, .platforms_dir = PLATFORMS_DIR};
    DIR *folder = opendir(PLATFORMS_DIR);
    const struct dirent *file;
    struct diag_list diags;
    int count = 0;

    (void)state;
    assert_non_null(folder);
    diag_init(&diags);
    while ((file = readdir(folder))) {
        char path[512];

        if (!strstr(file->d_name, ".yaml"))
            continue;
        snprintf(path, sizeof path, PLATFORMS_DIR "/%s", file->d_name);
        scenario_check_provider(path, &options, &diags);
        count++;
    }
    closedir(folder);
    diag_print(&diags, stderr);
    assert_int_equal(diags.count, 0);
    assert_true(count >= 2);
    diag_done(&diags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tables_of_every_kind_are_sound),
        cmocka_unit_test(every_provider_is_sound_and_every_number_has_a_source),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
