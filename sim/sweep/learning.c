/* SPDX-License-Identifier: MIT
 * learning.c -- see learning.h. */
#include "sim/sweep/learning.h"

#include <inttypes.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms/math/blas.h"
#include "base/memory.h"
#include "sim/channel/channel.h"
#include "sim/job/job.h"

enum { CHANNELS_MOST = 16 };

/* Groups on whose machines a channel runs teach nobody anything. */
static void hosts(const struct scenario *scenario, const char *host[CHANNELS_MOST + 1])
{
    size_t count = 0;

    for (size_t i = 0; i < scenario->channels.count && count < CHANNELS_MOST; i++) {
        const struct choice *channel = (const struct choice *)scenario->channels.entry + i;
        const char *on = channel_kind_of(channel)->facts(channel->conf).on;

        if (on)
            host[count++] = on;
    }
    host[count] = NULL;
}

static char *inputs_of(const struct scenario *scenario, const struct run_build *build)
{
    const char *host[CHANNELS_MOST + 1];
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return memory_text("");
    hosts(scenario, host);
    scenario_print_learning(scenario, host, out);
    fprintf(out, "behaviour_version: %" PRId64 "\nblas_core: %s\n", build->behaviour_version,
            math_core_name());
    fclose(out);
    return text;
}

static void hash(const char *text, char out[SHA256_TEXT])
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct sha256_ctx context;

    sha256_init(&context);
    sha256_update(&context, strlen(text), (const uint8_t *)text);
    sha256_digest(&context, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

/* -- the hash table -- */
static size_t *slot_of(const struct learnings *learnings, const char *sha256)
{
    char first[16];
    size_t at;

    memcpy(first, sha256, 15);
    first[15] = '\0';
    at = strtoull(first, NULL, 16) & (learnings->slots - 1);
    while (learnings->slot[at] &&
           strcmp(learnings->learning[learnings->slot[at] - 1].sha256, sha256) != 0)
        at = (at + 1) & (learnings->slots - 1);
    return &learnings->slot[at];
}

static void grow(struct learnings *learnings)
{
    if (2 * learnings->count < learnings->slots)
        return;
    learnings->slots = learnings->slots ? 4 * learnings->slots : 64;
    free(learnings->slot);
    learnings->slot = NEW_ARRAY(size_t, learnings->slots);
    for (size_t i = 0; i < learnings->count; i++)
        *slot_of(learnings, learnings->learning[i].sha256) = i + 1;
}

size_t learnings_find(struct learnings *learnings, const struct scenario *scenario,
                      const struct run_build *build)
{
    const struct job_kind *job = job_kind_of(&scenario->job);
    struct learning learning = {0};
    size_t *slot;

    if (!job->trains || !job_is_repeatable(scenario, NULL))
        return LEARNING_NONE;
    learning.inputs = inputs_of(scenario, build);
    hash(learning.inputs, learning.sha256);
    grow(learnings);
    slot = slot_of(learnings, learning.sha256);
    if (*slot) {
        free(learning.inputs);
        return *slot - 1;
    }
    ROOM_FOR_ONE(learnings->learning, learnings->count, learnings->capacity);
    learnings->learning[learnings->count] = learning;
    *slot = ++learnings->count;
    return learnings->count - 1;
}

size_t learnings_index(const struct learnings *learnings, const char *sha256)
{
    return learnings->slots ? *slot_of(learnings, sha256) - 1 : LEARNING_NONE;
}

void learnings_done(struct learnings *learnings)
{
    for (size_t i = 0; i < learnings->count; i++) {
        learning_forget(&learnings->learning[i]);
        free(learnings->learning[i].inputs);
    }
    free(learnings->learning);
    free(learnings->slot);
    *learnings = (struct learnings){0};
}

/* -- the database -- */
bool learning_read(struct learning *learning, const struct results *results, struct err *err)
{
    struct text bytes = {0};

    if (!results_cache_get(results, learning->sha256, &bytes, err))
        return false;
    if (bytes.length)
        learning->trajectory = trajectory_unpack(bytes.chars, bytes.length);
    learning->is_stored = learning->trajectory != NULL;
    text_done(&bytes);
    return true;
}

bool learning_write(struct learning *learning, struct results *results, struct err *err)
{
    struct text bytes = {0};
    bool ok;

    trajectory_pack(learning->trajectory, &bytes);
    ok = results_cache_put(results, learning->sha256, learning->inputs,
                           trajectory_rounds(learning->trajectory), &bytes, err);
    learning->is_stored = learning->is_stored || ok;
    text_done(&bytes);
    return ok;
}

void learning_forget(struct learning *learning)
{
    learning->trajectory = trajectory_free(learning->trajectory);
}
