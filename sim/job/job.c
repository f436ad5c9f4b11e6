/* SPDX-License-Identifier: MIT
 * job.c -- the registry of job kinds. */
#include "sim/job/job.h"

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
