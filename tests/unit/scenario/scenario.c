/* SPDX-License-Identifier: MIT
 * What a scenario's file becomes. */
#include "tests/unit/scenario/families.h"

static void the_short_form_becomes_a_group_and_a_channel(void **state)
{
    struct scenario *s = load(WHOLE);
    const struct choice *channel = s->channels.entry;

    (void)state;
    assert_int_equal(s->groups.count, 1);
    assert_string_equal(s->groups.name[0], "workers");
    assert_int_equal(first_group(s)->count, 10);
    assert_ptr_equal(first_group(s)->platform.kind, &faas);
    assert_string_equal(s->channels.name[0], "main");
    assert_ptr_equal(channel->kind, &s3);
    assert_ptr_equal(s->job.kind, &data_parallel);
    scenario_free(s);
}

static void the_long_form_loads_to_the_same_scenario(void **state)
{
    struct scenario *brief = load(WHOLE);
    struct scenario *full =
        load("groups: {workers: {count: 10, platform: {kind: faas, provider: cloud, memory: 3 "
             "GB}}}\nchannels: {main: {kind: s3}}\njob: data_parallel\n" LEARNING);

    (void)state;
    assert_string_equal(scenario_sha256(brief), scenario_sha256(full));
    scenario_free(brief);
    scenario_free(full);
}

static void short_and_long_keys_mix_where_they_do_not_conflict(void **state)
{
    struct scenario *s =
        load("groups: {server: {count: 2, platform: {kind: faas, memory: 1 GB}}, "
             "workers: {speed: 2}}\n" WHOLE);

    (void)state;
    assert_int_equal(s->groups.count, 2);
    assert_string_equal(s->groups.name[0], "workers");
    assert_int_equal(first_group(s)->count, 10);
    assert_close(first_group(s)->pace.speed_ratio.a, 2, 0);
    scenario_free(s);
}

static void the_same_thing_in_both_forms_points_at_both_places(void **state)
{
    (void)state;
    refused_with(
        "groups: {workers: {count: 5}}\n" WHOLE, NULL,
        "x.yaml:2:1: error: 'workers' is short for 'groups.workers.count', which is given "
        "too\ntests/unit/scenario/x.yaml:1:20: note: it is given here\n");
}

static void a_provider_fills_in_what_the_scenario_leaves_out(void **state)
{
    struct scenario *s = load(WHOLE);

    (void)state;
    assert_int_equal(first_faas(s)->memory_bytes, 3221225472);
    assert_int_equal(first_faas(s)->cold_start_s.kind, VALUE_LOGNORMAL);
    assert_close(first_faas(s)->cold_start_s.a, 0.25, 0);
    assert_close(first_faas(s)->lifetime_s, 900, 0);
    assert_int_equal(first_faas(s)->duration_pusd_per_gb_s, 16666700);
    scenario_free(s);
}

static void a_channel_takes_the_provider_of_the_first_group(void **state)
{
    struct scenario *s = load(WHOLE);

    (void)state;
    assert_close(first_s3(s)->latency_s.a, 0.08, 0);
    assert_int_equal(first_s3(s)->put_pusd_per_request, 5000000);
    assert_string_equal(scenario_text(s, "channels.main.provider"), "cloud");
    scenario_free(s);
}

static void a_provider_that_extends_another_wins_over_it(void **state)
{
    struct scenario *s = load(
        WORKERS "platform: {kind: faas, provider: cloud-2, memory: 3 GB}\n" CHANNEL LEARNING);

    (void)state;
    assert_close(first_faas(s)->lifetime_s, 600, 0);
    assert_int_equal(first_faas(s)->duration_pusd_per_gb_s, 16666700);
    scenario_free(s);
}

static void an_overlay_wins_over_the_provider_and_the_scenario_over_both(void **state)
{
    struct scenario *s =
        load(WORKERS "platform: {kind: faas, provider: cloud, file: overlay.yaml, "
                     "memory: 3 GB}\nchannel: {kind: s3, bandwidth: 8 Mb/s}\n" LEARNING);

    (void)state;
    assert_close(first_s3(s)->latency_s.a, 0.01, 0);
    assert_close(first_s3(s)->bandwidth_bytes_per_s, 1e6, 0);
    assert_int_equal(first_s3(s)->put_pusd_per_request, 5000000);
    scenario_free(s);
}

static void an_entry_is_looked_up_by_name_and_may_be_changed(void **state)
{
    struct scenario *s =
        load(WORKERS "platform: {kind: iaas, provider: cloud, instance: {name: "
                     "t2.medium, price: 1 USD/h}}\n" CHANNEL LEARNING);
    const struct iaas_conf *conf = first_group(s)->platform.conf;

    (void)state;
    assert_string_equal(conf->instance.name, "t2.medium");
    assert_close(conf->instance.vcpus, 2, 0);
    assert_int_equal(conf->instance.price_pusd_per_hour, 1000000000000);
    assert_close(conf->boot_s, 40, 0);
    scenario_free(s);
}

static void an_overlay_may_add_entries(void **state)
{
    struct scenario *s =
        load(WORKERS "platform: {kind: iaas, provider: cloud, file: overlay.yaml, "
                     "instance: mine}\n" CHANNEL LEARNING);
    const struct iaas_conf *conf = first_group(s)->platform.conf;

    (void)state;
    assert_close(conf->instance.vcpus, 4, 0);
    scenario_free(s);
}

static void compute_is_looked_up_by_the_model(void **state)
{
    struct scenario *s = load(WHOLE);

    (void)state;
    assert_string_equal(first_group(s)->compute.name, "lr");
    assert_close(first_group(s)->compute.row_s, 7.3e-6, 0);
    assert_close(first_group(s)->compute.parallel_ratio, 0.9, 0);
    assert_true(isinf(first_group(s)->compute.flops_per_s));
    scenario_free(s);
}

static void a_service_has_no_data_and_no_model(void **state)
{
    struct scenario *s = load("job: {kind: service, arrivals: 10/s}\n" WORKERS PLATFORM);

    (void)state;
    assert_null(s->data.source.kind);
    assert_null(s->model.kind);
    assert_int_equal(s->evaluate.every.unit, EVERY_NEVER);
    assert_null(first_group(s)->compute.name);
    assert_close(first_group(s)->compute.row_s, 0, 0);
    scenario_free(s);
}

static void a_section_the_job_has_no_use_for_is_refused(void **state)
{
    (void)state;
    refused_with("job: {kind: service, arrivals: 10/s}\nmodel: lr\n" WORKERS PLATFORM, NULL,
                 "x.yaml:2:1: error: a job of kind 'service' does not use 'model'");
}

static void a_section_that_may_be_given_may_be_given(void **state)
{
    struct scenario *s =
        load("job: {kind: service, arrivals: 10/s}\n" WORKERS PLATFORM CHANNEL);

    (void)state;
    assert_int_equal(s->channels.count, 1);
    scenario_free(s);
}

static void a_section_the_job_needs_is_missed(void **state)
{
    (void)state;
    refused_with(WORKERS PLATFORM CHANNEL, NULL,
                 "error: 'model' is missing: a job of kind 'data_parallel' needs it\n"
                 "tests/unit/scenario/x.yaml:1:1: note: there are: lr, svm\n");
}

static void data_has_its_source_and_the_fields_of_that_beside_its_own(void **state)
{
    struct scenario *s =
        load(WORKERS PLATFORM CHANNEL
             "data: {source: file, path: b.csv, validation: 0.2, partition: "
             "contiguous, charge_as: {rows: 11e6, bytes: 8 GB}}\nmodel: lr\n"
             "optimizer: {kind: ga_sgd, learning_rate: 1}\npattern: ring\nsync: "
             "bsp\n");
    const struct file_conf *file = s->data.source.conf;

    (void)state;
    assert_string_equal(file->path, "b.csv");
    assert_int_equal(file->classes, 2);
    assert_ptr_equal(s->data.partition.kind, &contiguous);
    assert_int_equal(s->data.charge_as.rows, 11000000);
    assert_int_equal(s->data.charge_as.bytes, 8000000000);
    assert_close(s->data.validation_ratio, 0.2, 0);
    scenario_free(s);
}

static void what_is_absent_says_so(void **state)
{
    struct scenario *s = load(WHOLE);

    (void)state;
    assert_null(s->campaign);
    assert_int_equal(s->data.charge_as.rows, 0);
    assert_true(isnan(s->stop.train_loss));
    assert_close(s->stop.time_s, 0, 0);
    assert_int_equal(s->stop.cost_pusd, 0);
    assert_true(isinf(first_s3(s)->rate_per_s));
    scenario_free(s);
}

static void presets_fill_in_the_rest(void **state)
{
    struct scenario *s = load(WHOLE);

    (void)state;
    assert_string_equal(s->name, "x");
    assert_int_equal(s->seed, 1);
    assert_ptr_equal(s->data.partition.kind, &iid);
    assert_int_equal(s->evaluate.every.unit, EVERY_EPOCH);
    assert_false(s->evaluate.charged);
    assert_int_equal(s->record.spans, 1);
    scenario_free(s);
}

static void stop_takes_time_and_money(void **state)
{
    struct scenario *s =
        load(WHOLE "stop: {epochs: 10, train_loss: 0.66, time: 2 h, cost: 5 USD}");

    (void)state;
    assert_close(s->stop.epochs, 10, 0);
    assert_close(s->stop.train_loss, 0.66, 0);
    assert_close(s->stop.time_s, 7200, 0);
    assert_int_equal(s->stop.cost_pusd, 5000000000000);
    scenario_free(s);
}

static void a_choice_may_nest_in_a_choice(void **state)
{
    struct scenario *s =
        load(WORKERS PLATFORM "channel: {kind: direct, loss: {kind: bernoulli, "
                              "probability: 0.1}}\n" LEARNING);
    const struct direct_conf *conf = ((const struct choice *)s->channels.entry)->conf;

    (void)state;
    assert_close(((const struct bernoulli_conf *)conf->loss.conf)->probability_ratio, 0.1, 0);
    scenario_free(s);
}

static void links_lie_between_groups_that_exist(void **state)
{
    (void)state;
    refused_with(WHOLE "links: {a: {from: workers, to: workrs}}\n", NULL,
                 "error: there is no group 'workrs'\n");
    refused_with(WHOLE "links: {a: {from: workers, to: workrs}}\n", NULL,
                 "note: did you mean 'workers'?\n");
}

static void a_place_is_known_for_what_was_given(void **state)
{
    struct scenario *s = load(WHOLE);
    struct place given = scenario_place(s, "groups.workers.platform.memory");
    struct place provided = scenario_place(s, "groups.workers.platform.lifetime");

    (void)state;
    assert_int_equal(given.line, 2);
    assert_int_equal(given.column, 41);
    assert_string_equal(provided.file, PLATFORMS_DIR "/cloud.yaml");
    assert_null(scenario_place(s, "seed").file);
    assert_int_equal(scenario_place(s, "channels.main.no.such").line, 3);
    scenario_free(s);
}

static void a_path_of_data_is_beside_the_file_or_under_the_data_folder(void **state)
{
    struct scenario *s = load(WHOLE);
    char *beside = scenario_data_path(s, "a.csv"), *absolute = scenario_data_path(s, "/a.csv");

    (void)state;
    assert_string_equal(beside, "tests/unit/scenario/a.csv");
    assert_string_equal(absolute, "/a.csv");
    free(beside);
    free(absolute);
    scenario_free(s);
}

static void a_file_is_loaded_from_disk(void **state)
{
    struct scenario_options options = {.families = test_families,
                                       .platforms_dir = PLATFORMS_DIR};
    struct diag_list diags;
    char *text;

    (void)state;
    diag_init(&diags);
    assert_null(scenario_new("tests/unit/scenario", &options, &diags));
    assert_null(scenario_new("no/such.yaml", &options, &diags));
    text = said(&diags);
    assert_string_equal(text,
                        "tests/unit/scenario: error: cannot be read: Is a directory\n"
                        "no/such.yaml: error: cannot be read: No such file or directory\n");
    free(text);
    diag_done(&diags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_short_form_becomes_a_group_and_a_channel),
        cmocka_unit_test(the_long_form_loads_to_the_same_scenario),
        cmocka_unit_test(short_and_long_keys_mix_where_they_do_not_conflict),
        cmocka_unit_test(the_same_thing_in_both_forms_points_at_both_places),
        cmocka_unit_test(a_provider_fills_in_what_the_scenario_leaves_out),
        cmocka_unit_test(a_channel_takes_the_provider_of_the_first_group),
        cmocka_unit_test(a_provider_that_extends_another_wins_over_it),
        cmocka_unit_test(an_overlay_wins_over_the_provider_and_the_scenario_over_both),
        cmocka_unit_test(an_entry_is_looked_up_by_name_and_may_be_changed),
        cmocka_unit_test(an_overlay_may_add_entries),
        cmocka_unit_test(compute_is_looked_up_by_the_model),
        cmocka_unit_test(a_service_has_no_data_and_no_model),
        cmocka_unit_test(a_section_the_job_has_no_use_for_is_refused),
        cmocka_unit_test(a_section_that_may_be_given_may_be_given),
        cmocka_unit_test(a_section_the_job_needs_is_missed),
        cmocka_unit_test(data_has_its_source_and_the_fields_of_that_beside_its_own),
        cmocka_unit_test(what_is_absent_says_so),
        cmocka_unit_test(presets_fill_in_the_rest),
        cmocka_unit_test(stop_takes_time_and_money),
        cmocka_unit_test(a_choice_may_nest_in_a_choice),
        cmocka_unit_test(links_lie_between_groups_that_exist),
        cmocka_unit_test(a_place_is_known_for_what_was_given),
        cmocka_unit_test(a_path_of_data_is_beside_the_file_or_under_the_data_folder),
        cmocka_unit_test(a_file_is_loaded_from_disk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
