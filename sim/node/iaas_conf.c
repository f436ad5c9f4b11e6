/* SPDX-License-Identifier: MIT
 * iaas_conf.c -- the tables of rented machines: what is common, and what an instance type has.
 */
#include "sim/node/iaas.h"

/* clang-format off */
const struct field instance_fields[] = {
    CONF(struct instance_conf, vcpus, .above_min = true, .max = 100000,
         .doc = "Virtual CPUs."),
    CONF(struct instance_conf, speed_ratio, .above_min = true, .max = 1000, .preset = "1",
         .doc = "How fast a core is, beside the one that compute profiles and serialisations were "
                "measured on."),
    CONF(struct instance_conf, memory_bytes, .min = 1048576, .max = 0x1p50,
         .doc = "Memory."),
    CONF(struct instance_conf, nic_up_bytes_per_s, .above_min = true, .max = 1e15,
         .doc = "Network bandwidth out of the machine, shared by all its transfers.  Where the "
                "provider promises a baseline and bursts above it, the baseline."),
    CONF(struct instance_conf, nic_down_bytes_per_s, .above_min = true, .max = 1e15,
         .doc = "Network bandwidth into the machine, likewise."),
    CONF(struct instance_conf, latency_s, .max = 60, .optional = true,
         .absent = "as the channel says",
         .doc = "One-way latency of a direct message between two such machines."),
    CONF(struct instance_conf, price_pusd_per_hour, .max = 1e18,
         .doc = "On-demand price."),
    CONF(struct instance_conf, credits.baseline_ratio, .key = "baseline", .max = 1,
         .preset = "1",
         .doc = "Share of every vCPU that is left when the CPU credits are used up."),
    CONF(struct instance_conf, credits.credits_per_hour, .key = "credits_per_hour",
         .max = 1e9, .preset = "0",
         .doc = "CPU credits earned an hour, each one core for one minute; 0: the machine knows "
                "no credits, its cores are always there in full."),
    CONF(struct instance_conf, credits.launch_credits, .key = "launch_credits", .max = 1e9,
         .preset = "0", .doc = "CPU credits that a new machine has."),
    CONF(struct instance_conf, credits.max_credits, .key = "max_credits", .max = 1e9,
         .preset = "0", .doc = "CPU credits that can be earned and kept."),
    CONF_END,
};

const struct field iaas_fields[] = {
    CONF_ENTRY(struct iaas_conf, instance, .family = "instance", .fields = instance_fields,
         .doc = "Type of the machines, by the provider's name."),
    CONF(struct iaas_conf, boot_time_s, .max = 86400,
         .doc = "From the request for a machine until it can be logged into; drawn for each.  "
                "The cluster goes on when the last one is there."),
    CONF(struct iaas_conf, pair_setup_s, .max = 3600,
         .doc = "A coordinator then makes all machines known to each other, pair by pair: its "
                "time for one pair, W (W - 1)/2 pairs."),
    CONF(struct iaas_conf, disk_bytes_per_s, .above_min = true, .max = 1e15,
         .doc = "What a machine reads from its own volume in a second, for data that lie there "
                "(`data.location`); shared by its tasks."),
    CONF(struct iaas_conf, disk_latency_s, .max = 60, .preset = "0 s",
         .doc = "Time to the first byte from that volume."),
    CONF(struct iaas_conf, min_billed_s, .max = 86400,
         .doc = "A machine is billed for this time at least."),
    CONF(struct iaas_conf, billing_granularity_s, .min = 1, .max = 86400,
         .doc = "A machine's time is rounded up to a multiple of this (whole seconds)."),
    CONF(struct iaas_conf, max_concurrent, .max = 1e9, .preset = "0",
         .doc = "Tasks that run on one machine at once; others queue, first in, first out.  0: "
                "no limit."),
    CONF_END,
};
/* clang-format on */

static bool is_whole(double x)
{
    return x == (double)(int64_t)x;
}

void iaas_check(const void *settings, struct place place, struct diag_list *diags)
{
    const struct iaas_conf *conf = settings;
    const struct credits_conf *credits = &conf->instance.credits;

    if (!is_whole(conf->billing_granularity_s) || !is_whole(conf->min_billed_s))
        diag_add(diags, DIAG_ERROR, place,
                 "'billing_granularity' and 'min_billed' must be whole numbers of seconds");
    if (credits->credits_per_hour > 0 && !(credits->baseline_ratio > 0))
        diag_add(diags, DIAG_ERROR, place,
                 "'%s' earns CPU credits, so its 'baseline' must be above 0",
                 conf->instance.name);
}
