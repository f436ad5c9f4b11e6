/* SPDX-License-Identifier: MIT
 * sync.c -- the registry of kinds of synchronisation. */
#include "sim/job/sync/sync.h"

#define SYNC(name_) extern const struct sync_kind sync_##name_;
#include "sim/job/sync/list.h"
#undef SYNC

static const struct kind *const kinds[] = {
#define SYNC(name_) &sync_##name_.kind,
#include "sim/job/sync/list.h"
#undef SYNC
    NULL,
};

const struct family sync_family = {
    .name = "sync",
    .doc = "When a worker may go on to its next round.",
    .kinds = kinds,
};
