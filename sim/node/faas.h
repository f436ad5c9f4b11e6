/* SPDX-License-Identifier: MIT
 * faas.h -- the settings of functions as a service; faas.c says how they behave.
 *
 * A provider's file has them under `platform: {faas: ...}`; a scenario may override any of
 * them. Numbers about the world have no preset: they come from the provider's file, with a
 * source. */
#ifndef TRAINCAST_SIM_NODE_FAAS_H
#define TRAINCAST_SIM_NODE_FAAS_H

#include "base/diag.h"
#include "base/field.h"

/* How a job's many workers are started. */
enum trigger {
    TRIGGER_SERIAL, /* one trigger function invokes them one after another (LambdaML) */
    TRIGGER_TREE,   /* each function that has started invokes trigger_fan_out others */
};

struct faas_conf {
    /* size: what a memory size brings with it */
    int64_t memory_bytes;
    int64_t min_memory_bytes, max_memory_bytes, step_memory_bytes;
    int64_t vcpu_memory_bytes; /* memory that brings one whole vCPU */
    double max_vcpus;
    int64_t nic_full_memory_bytes; /* NIC rates are full from here on, proportional below */
    double nic_up_bytes_per_s, nic_down_bytes_per_s;

    /* start and end */
    struct value cold_start_s, warm_start_s, keep_alive_s;
    struct value invoke_overhead_s; /* of one call of a trigger */
    int trigger;                    /* enum trigger */
    int64_t trigger_fan_out;
    double lifetime_s;

    /* the account's limits, and who waits how long when they are reached */
    int64_t concurrency;
    int64_t scaling_burst;     /* new sandboxes at once ... */
    double scaling_rate_per_s; /* ... and then */
    double throttle_backoff_s, throttle_max_backoff_s, throttle_give_up_s; /* asynchronous */
    double client_backoff_s, client_max_backoff_s;                         /* synchronous */
    int64_t client_max_attempts;
    int64_t async_retries;
    double async_retry_delay_s;

    /* bill */
    double billing_granularity_s;
    bool init_billed;
    int64_t duration_price_pusd_per_gb_s, request_price_pusd_per_request;
    int64_t price_pusd_per_hour; /* of one function, instead of duration_price; 0: absent */

    /* injected misfortune */
    double crash_rate_per_s;    /* of running time; 0: never */
    struct value crash_after_s; /* NaN: never */
    int64_t crash_attempts; /* crash_after strikes so many attempts of a task, then no more */
    int64_t crash_member;   /* ... of this member; -1: of everyone */
};

extern const struct field faas_fields[];

void faas_check(const void *conf, struct place place, struct diag_list *diags);
/* What a GB-second costs, by whichever price is given. */
int64_t faas_pusd_per_gb_s(const struct faas_conf *conf);
double faas_vcpus(const struct faas_conf *conf);
double faas_nic_ratio(const struct faas_conf *conf); /* share of the full NIC rates */

#endif
