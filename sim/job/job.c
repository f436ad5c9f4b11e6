/* SPDX-License-Identifier: MIT
 * job.c -- the registry of job kinds. */
#include "sim/job/job.h"

#include "sim/scenario/scenario.h"

#define JOB(name_) extern const struct job_kind job_##name_;
#include "sim/job/list.h"
#undef JOB

static const struct kind *const kinds[] = {
#define JOB(name_) &job_##name_.kind,
#include "sim/job/list.h"
#undef JOB
    NULL,
};

const struct family job_family = {
    .name = "job",
    .doc = "What a run does with its groups and channels.",
    .kinds = kinds,
};

bool job_is_repeatable(const struct scenario *scenario, const char **ret_why)
{
    const struct job_kind *kind = job_kind_of(&scenario->job);
    const char *why = kind->unrepeatable ? kind->unrepeatable(scenario)
                                         : "a job of its kind learns nothing that is recorded";

    if (ret_why)
        *ret_why = why;
    return !why;
}
