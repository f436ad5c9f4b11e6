/* SPDX-License-Identifier: MIT
 * faas_conf.c -- the table of a function platform's settings, and what follows from them. */
#include <math.h>

#include "sim/node/faas.h"
#include "sim/node/faas_inside.h"

static const char *const trigger_names[] = {"serial", "tree", NULL};

/* clang-format off */
const struct field faas_fields[] = {
    CONF(struct faas_conf, memory_bytes, .min = 1048576, .max = 0x1p50,
         .doc = "Memory of each function; vCPUs and network bandwidth follow from it."),
    CONF(struct faas_conf, min_memory_bytes, .min = 1048576, .max = 0x1p50,
         .doc = "Smallest function the provider offers."),
    CONF(struct faas_conf, max_memory_bytes, .min = 1048576, .max = 0x1p50,
         .doc = "Largest function the provider offers."),
    CONF(struct faas_conf, step_memory_bytes, .min = 1048576, .max = 0x1p50,
         .doc = "Memory sizes are multiples of this, whole MB."),
    CONF(struct faas_conf, vcpu_memory_bytes, .min = 1048576, .max = 0x1p50,
         .doc = "Memory that brings one whole vCPU; other sizes get a share in proportion."),
    CONF(struct faas_conf, max_vcpus, .above_min = true, .max = 1024,
         .doc = "The most vCPUs a function gets."),
    CONF(struct faas_conf, nic_full_memory_bytes, .min = 1048576, .max = 0x1p50,
         .doc = "From this memory on a function has the full network bandwidth; a smaller one "
                "has a share in proportion."),
    CONF(struct faas_conf, nic_up_bytes_per_s, .above_min = true, .max = 1e15,
         .doc = "Network bandwidth out of a function, shared by all its transfers."),
    CONF(struct faas_conf, nic_down_bytes_per_s, .above_min = true, .max = 1e15,
         .doc = "Network bandwidth into a function, shared by all its transfers."),

    CONF(struct faas_conf, cold_start_s, .max = 86400,
         .doc = "From the platform's accepting an invocation to its first instruction, in a new "
                "sandbox; drawn for each invocation."),
    CONF(struct faas_conf, warm_start_s, .max = 86400,
         .doc = "The same, in a sandbox that has served before."),
    CONF(struct faas_conf, keep_alive_s, .max = 31536000,
         .doc = "How long a sandbox stays warm after its last invocation; drawn each time."),
    CONF(struct faas_conf, invoke_overhead_s, .max = 3600,
         .doc = "Time a trigger spends on one asynchronous invocation."),
    CONF(struct faas_conf, trigger, .names = trigger_names, .preset = "serial",
         .doc = "How a job's workers are started: `serial`, a trigger function invokes one after "
                "another; `tree`, each function, once started, first invokes `trigger_fan_out` "
                "others.",
         .source = "serial: LambdaML, github.com/DS3Lab/LambdaML at e7d466e"),
    CONF(struct faas_conf, trigger_fan_out, .min = 1, .max = 10000, .preset = "8",
         .doc = "Functions that each function of a tree invokes."),
    CONF(struct faas_conf, lifetime_s, .above_min = true, .max = 31536000,
         .doc = "The longest a function may run; then it is ended, and billed."),

    CONF(struct faas_conf, concurrency, .min = 1, .max = 1e9,
         .doc = "Functions of the account that may run at once; others are throttled."),
    CONF(struct faas_conf, scaling_burst, .min = 1, .max = 1e9,
         .doc = "New sandboxes the platform makes at once; then `scaling_rate` applies."),
    CONF(struct faas_conf, scaling_rate_per_s, .max = 1e9,
         .doc = "New sandboxes a second beyond the burst, which refills at this rate."),
    CONF(struct faas_conf, throttle_backoff_s, .above_min = true, .max = 86400,
         .doc = "The platform tries a throttled asynchronous invocation again after this time, "
                "then after twice as long, and so on."),
    CONF(struct faas_conf, throttle_max_backoff_s, .above_min = true, .max = 86400,
         .doc = "The longest such time."),
    CONF(struct faas_conf, throttle_give_up_s, .max = 31536000,
         .doc = "An asynchronous invocation that is still throttled after this time is lost."),
    CONF(struct faas_conf, client_backoff_s, .above_min = true, .max = 86400,
         .doc = "The caller of a throttled synchronous invocation tries again after this time, "
                "then after twice as long, and so on."),
    CONF(struct faas_conf, client_max_backoff_s, .above_min = true, .max = 86400,
         .doc = "The longest such time."),
    CONF(struct faas_conf, client_max_attempts, .min = 1, .max = 1e6,
         .doc = "After so many attempts the caller sees the outcome throttled."),
    CONF(struct faas_conf, async_retries, .max = 1000,
         .doc = "How often the platform runs an asynchronous invocation again that crashed, ran "
                "out of memory or out of time."),
    CONF(struct faas_conf, async_retry_delay_s, .max = 86400,
         .doc = "Time before the first such retry; each further one waits twice as long."),

    CONF(struct faas_conf, billing_granularity_s, .min = 0.001, .max = 3600,
         .doc = "A billed duration is rounded up to a multiple of this (whole milliseconds)."),
    CONF(struct faas_conf, init_billed,
         .doc = "Whether the cold start is part of the billed duration."),
    CONF(struct faas_conf, duration_price_pusd_per_gb_s, .max = 1e15,
         .doc = "Price of a second of a function with 1 GB (1024 MB) of memory."),
    CONF(struct faas_conf, request_price_pusd_per_request, .max = 1e15,
         .doc = "Price of each invocation."),

    CONF(struct faas_conf, price_pusd_per_hour, .min = 1, .max = 1e18, .optional = true,
         .absent = "`duration_price` times the memory",
         .doc = "Price of one function for an hour, whatever its memory: for a function that "
                "would cost as much as a machine (with a GPU, say).",
         .source = "LambdaML, section 5: functions with a GPU at the unit price of g3s.xlarge or "
                   "g4dn.xlarge"),

    CONF(struct faas_conf, crash_rate_per_s, .max = 1e6, .preset = "0 /h",
         .doc = "Crashes per running function and time, at exponential intervals."),
    CONF(struct faas_conf, crash_after_s, .max = 31536000, .optional = true,
         .absent = "no scripted crash",
         .doc = "A function crashes this long after its first instruction (scripted misfortune; "
                "see `crash_attempts`, `crash_member`)."),
    CONF(struct faas_conf, crash_attempts, .max = 1e9, .preset = "1",
         .doc = "How many attempts of each task `crash_after` strikes; later ones are spared."),
    CONF(struct faas_conf, crash_member, .min = -1, .max = 1e9, .preset = "-1",
         .doc = "The member of the group that `crash_after` strikes; -1: all of them."),
    CONF_END,
};
/* clang-format on */

int64_t faas_pusd_per_gb_s(const struct faas_conf *conf)
{
    double gb = (double)conf->memory_bytes / 1073741824.0;

    return conf->price_pusd_per_hour
               ? llround((double)conf->price_pusd_per_hour / 3600 / gb)
               : conf->duration_price_pusd_per_gb_s;
}

double faas_vcpus(const struct faas_conf *conf)
{
    return fmin((double)conf->memory_bytes / (double)conf->vcpu_memory_bytes, conf->max_vcpus);
}

double faas_nic_ratio(const struct faas_conf *conf)
{
    return fmin((double)conf->memory_bytes / (double)conf->nic_full_memory_bytes, 1);
}

static long long mb(int64_t bytes)
{
    return (long long)(bytes >> 20);
}

void faas_check(const void *settings, struct place place, struct diag_list *diags)
{
    const struct faas_conf *conf = settings;
    int64_t memory = conf->memory_bytes;
    double granularity_ms = conf->billing_granularity_s * 1000;

    if (memory < conf->min_memory_bytes || memory > conf->max_memory_bytes)
        diag_add(diags, DIAG_ERROR, place,
                 "a function has %lld MB to %lld MB at this provider, not %lld MB",
                 mb(conf->min_memory_bytes), mb(conf->max_memory_bytes), mb(memory));
    else if (memory % conf->step_memory_bytes != 0)
        diag_add(
            diags, DIAG_ERROR, place,
            "a function's memory is a multiple of %lld MB at this provider; the sizes next "
            "to %lld MB are %lld MB and %lld MB",
            mb(conf->step_memory_bytes), mb(memory),
            mb(memory - memory % conf->step_memory_bytes),
            mb(memory - memory % conf->step_memory_bytes + conf->step_memory_bytes));
    if (conf->step_memory_bytes % MEMORY_MB != 0)
        diag_add(diags, DIAG_ERROR, place, "'step_memory' must be a whole number of MB");
    if (fabs(granularity_ms - nearbyint(granularity_ms)) > 1e-9)
        diag_add(diags, DIAG_ERROR, place,
                 "'billing_granularity' must be a whole number of milliseconds");
}
