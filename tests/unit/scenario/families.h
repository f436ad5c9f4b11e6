/* SPDX-License-Identifier: MIT
 * families.h -- small families of kinds, and helpers, for the tests of sim/scenario. */
#ifndef TRAINCAST_TESTS_UNIT_SCENARIO_FAMILIES_H
#define TRAINCAST_TESTS_UNIT_SCENARIO_FAMILIES_H

#include "base/memory.h"
#include "sim/scenario/scenario.h"
#include "tests/test.h"

#define PLATFORMS_DIR "tests/unit/scenario/platforms"

/* -- platform
 * ---------------------------------------------------------------------------------- */
struct faas_conf {
    int64_t memory_bytes;
    struct value cold_start_s;
    double lifetime_s;
    int64_t duration_pusd_per_gb_s;
    int trigger;
    bool init_billed;
};
static const char *const trigger_words[] = {"serial", "tree", NULL};
static const struct field faas_fields[] = {
    CONF(struct faas_conf, memory_bytes, .min = 134217728, .max = 10737418240,
         .doc = "Memory of each function."),
    CONF(struct faas_conf, cold_start_s, .max = 60, .doc = "Time to start a sandbox."),
    CONF(struct faas_conf, lifetime_s, .above_min = true, .doc = "Longest life."),
    CONF(struct faas_conf, duration_pusd_per_gb_s, .key = "price", .doc = "Price of time."),
    CONF(struct faas_conf, trigger, .names = trigger_words, .preset = "serial", .doc = "How."),
    CONF(struct faas_conf, init_billed, .preset = "no", .doc = "Whether start is billed."),
    CONF_END,
};
struct instance_conf {
    char *name;
    double vcpus;
    int64_t price_pusd_per_hour;
};
static const struct field instance_fields[] = {
    CONF(struct instance_conf, vcpus, .above_min = true, .doc = "Virtual cores."),
    CONF(struct instance_conf, price_pusd_per_hour, .doc = "Price of an hour."),
    CONF_END,
};
struct iaas_conf {
    struct instance_conf instance;
    double boot_s;
};
static const struct field iaas_fields[] = {
    CONF_ENTRY(struct iaas_conf, instance, .family = "instance", .fields = instance_fields,
               .doc = "The instance type."),
    CONF(struct iaas_conf, boot_s, .preset = "40 s", .doc = "Time to boot."),
    CONF_END,
};
static const struct kind faas = {
    "faas", "Functions.", NULL, faas_fields, sizeof(struct faas_conf), NULL};
static const struct kind iaas = {
    "iaas", "Machines.", NULL, iaas_fields, sizeof(struct iaas_conf), NULL};
static const struct kind *const platform_kinds[] = {&faas, &iaas, NULL};
static const struct family platform_family = {"platform", "What nodes are.", platform_kinds};

/* -- channel
 * ------------------------------------------------------------------------------------- */
struct s3_conf {
    struct value latency_s;
    double bandwidth_bytes_per_s;
    int64_t put_pusd_per_request;
    double rate_per_s;
    int polling;
};
static const char *const polling_words[] = {"ideal", "computed", "explicit", NULL};
static const struct field s3_fields[] = {
    CONF(struct s3_conf, latency_s, .doc = "Time to the first byte."),
    CONF(struct s3_conf, bandwidth_bytes_per_s, .above_min = true, .doc = "Of a connection."),
    CONF(struct s3_conf, put_pusd_per_request, .key = "put_price", .doc = "Price of a PUT."),
    CONF(struct s3_conf, rate_per_s, .key = "rate", .optional = true,
         .absent_is = ABSENT_INFINITY, .absent = "no limit", .doc = "Requests."),
    CONF(struct s3_conf, polling, .names = polling_words, .preset = "computed", .doc = "How."),
    CONF_END,
};
struct direct_conf {
    struct choice loss;
    char *on;
};
static const struct field direct_fields[] = {
    CONF(struct direct_conf, loss, .family = "loss", .optional = true, .doc = "What is lost."),
    CONF(struct direct_conf, on, .optional = true, .doc = "A group."),
    CONF_END,
};
static const struct kind s3 = {"s3",      "Object store.",        NULL,
                               s3_fields, sizeof(struct s3_conf), NULL};
static const struct kind direct = {
    "direct", "Node to node.", NULL, direct_fields, sizeof(struct direct_conf), NULL};
static const struct kind *const channel_kinds[] = {&s3, &direct, NULL};
static const struct family channel_family = {"channel", "How bytes move.", channel_kinds};

struct bernoulli_conf {
    double probability_ratio;
};
static const struct field bernoulli_fields[] = {
    CONF(struct bernoulli_conf, probability_ratio, .max = 1, .doc = "Of each message."),
    CONF_END,
};
static const struct kind bernoulli = {
    "bernoulli", "Independent.", "a textbook", bernoulli_fields, sizeof(struct bernoulli_conf),
    NULL};
static const struct kind *const loss_kinds[] = {&bernoulli, NULL};
static const struct family loss_family = {"loss", "What gets lost.", loss_kinds};

/* -- learning
 * ------------------------------------------------------------------------------------- */
struct sgd_conf {
    double learning_rate;
    int64_t batch_size;
};
static const struct field sgd_fields[] = {
    CONF(struct sgd_conf, learning_rate, .above_min = true, .doc = "Step size."),
    CONF(struct sgd_conf, batch_size, .min = 1, .preset = "100", .doc = "Rows of a step."),
    CONF_END,
};
static const struct kind ga_sgd = {
    "ga_sgd", "Gradients.", NULL, sgd_fields, sizeof(struct sgd_conf), NULL};
static const struct kind *const optimizer_kinds[] = {&ga_sgd, NULL};
static const struct family optimizer_family = {"optimizer", "How to learn.", optimizer_kinds};

static const struct kind lr = {"lr", "Logistic regression.", NULL, NULL, 0, NULL};
static const struct kind svm = {"svm", "Hinge loss.", NULL, NULL, 0, NULL};
static const struct kind *const model_kinds[] = {&lr, &svm, NULL};
static const struct family model_family = {"model", "What to learn.", model_kinds};

static const struct kind allreduce = {"allreduce", "One leader.", NULL, NULL, 0, NULL};
static const struct kind ring = {"ring", "A ring.", NULL, NULL, 0, NULL};
static const struct kind *const pattern_kinds[] = {&allreduce, &ring, NULL};
static const struct family pattern_family = {"pattern", "Who sends to whom.", pattern_kinds};

static const struct kind bsp = {"bsp", "All wait for all.", NULL, NULL, 0, NULL};
static const struct kind *const sync_kinds[] = {&bsp, NULL};
static const struct family sync_family = {"sync", "Who waits.", sync_kinds};

struct file_conf {
    char *path;
    int64_t classes;
};
static const struct field file_fields[] = {
    CONF(struct file_conf, path, .doc = "The file."),
    CONF(struct file_conf, classes, .min = 2, .max = 1000, .preset = "2", .doc = "How many."),
    CONF_END,
};
static const struct kind file_kind = {
    "file", "A file.", NULL, file_fields, sizeof(struct file_conf), NULL};
static const struct kind made_up = {"made-up", "No file.", NULL, NULL, 0, NULL};
static const struct kind *const data_kinds[] = {&file_kind, &made_up, NULL};
static const struct family data_family = {"data", "Where rows are from.", data_kinds};

static const struct kind iid = {"iid", "Shuffled.", NULL, NULL, 0, NULL};
static const struct kind contiguous = {"contiguous", "As they stand.", NULL, NULL, 0, NULL};
static const struct kind *const partition_kinds[] = {&contiguous, &iid, NULL};
static const struct family partition_family = {"partition", "Who gets which rows.",
                                               partition_kinds};

/* -- jobs
 * --------------------------------------------------------------------------------------------
 */
static const char *const training_needs[] = {"data",    "model", "optimizer", "channel",
                                             "pattern", "sync",  NULL};
static const char *const service_needs[] = {"channel?", NULL};
static const struct kind data_parallel = {"data_parallel", "Training.", NULL, NULL, 0,
                                          training_needs};
struct service_conf {
    double arrivals_per_s;
};
static const struct field service_fields[] = {
    CONF(struct service_conf, arrivals_per_s, .above_min = true, .doc = "Requests."),
    CONF_END,
};
static const struct kind service = {
    "service", "Requests.", NULL, service_fields, sizeof(struct service_conf), service_needs};
static const struct kind *const job_kinds[] = {&data_parallel, &service, NULL};
static const struct family job_family = {"job", "What nodes do.", job_kinds};

static const struct family *const test_families[] = {
    &job_family,  &platform_family, &channel_family,   &loss_family, &pattern_family,
    &sync_family, &model_family,    &optimizer_family, &data_family, &partition_family,
    NULL,
};

/* -- helpers
 * ------------------------------------------------------------------------------------------ */
#define WORKERS  "workers: 10\n"
#define PLATFORM "platform: {kind: faas, provider: cloud, memory: 3 GB}\n"
#define CHANNEL  "channel: s3\n"
#define LEARNING                                                                               \
    "data: {source: file, path: a.csv}\nmodel: lr\noptimizer: {kind: ga_sgd, learning_rate: "  \
    "0.1}\npattern: ring\nsync: bsp\n"
#define WHOLE WORKERS PLATFORM CHANNEL LEARNING

static inline struct scenario *load_with(const char *text, const char *const *set,
                                         struct diag_list *diags)
{
    struct scenario_options options = {
        .families = test_families, .platforms_dir = PLATFORMS_DIR, .set = set};

    diag_init(diags);
    return scenario_new_from_memory("tests/unit/scenario/x.yaml", text, strlen(text), &options,
                                    diags);
}

/* What diag_print says; free it. */
static inline char *said(const struct diag_list *diags)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    diag_print(diags, out);
    fclose(out);
    return text;
}

/* The scenario, which must be sound. */
static inline struct scenario *load(const char *text)
{
    struct diag_list diags;
    struct scenario *scenario = load_with(text, NULL, &diags);

    if (!scenario)
        diag_print(&diags, stderr);
    assert_non_null(scenario);
    assert_int_equal(diags.count, 0);
    diag_done(&diags);
    return scenario;
}

/* The scenario must be refused, with these words among the complaints. */
static inline void refused_with(const char *text, const char *const *set, const char *words)
{
    struct diag_list diags;
    struct scenario *scenario = load_with(text, set, &diags);
    char *all = said(&diags);

    assert_null(scenario);
    if (!strstr(all, words)) {
        print_error("not said: %s\nsaid:\n%s", words, all);
        fail();
    }
    free(all);
    diag_done(&diags);
}

static inline char *printed(const struct scenario *scenario, bool with_origins)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    scenario_print(scenario, with_origins, out);
    fclose(out);
    return text;
}

static inline const struct group_conf *first_group(const struct scenario *scenario)
{
    return scenario->groups.entry;
}

static inline const struct faas_conf *first_faas(const struct scenario *scenario)
{
    return first_group(scenario)->platform.conf;
}

static inline const struct s3_conf *first_s3(const struct scenario *scenario)
{
    return ((const struct choice *)scenario->channels.entry)->conf;
}

#endif
