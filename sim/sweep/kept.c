/* SPDX-License-Identifier: MIT
 * kept.c -- see kept.h. */
#include "sim/sweep/kept.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void kept_init(struct kept *kept, size_t points)
{
    *kept = (struct kept){.point = NEW_ARRAY(struct run_info *, points + 1)};
}

void kept_done(struct kept *kept)
{
    arena_done(&kept->arena);
    free(kept->word);
    free(kept->point);
    *kept = (struct kept){0};
}

bool kept_has_room(const struct kept *kept)
{
    return kept->point && kept->bytes < KEPT_MOST_BYTES;
}

static const char **slot_of(struct kept *kept, const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    size_t at;

    for (const char *c = text; *c; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
    at = hash & (kept->slots - 1);
    while (kept->word[at] && strcmp(kept->word[at], text) != 0)
        at = (at + 1) & (kept->slots - 1);
    return &kept->word[at];
}

static void grow(struct kept *kept)
{
    const char **old = kept->word;
    size_t slots = kept->slots;

    if (2 * kept->words < slots)
        return;
    kept->slots = slots ? 4 * slots : 1024;
    kept->word = NEW_ARRAY(const char *, kept->slots);
    for (size_t i = 0; i < slots; i++)
        if (old[i])
            *slot_of(kept, old[i]) = old[i];
    free(old);
}

static const char *word(struct kept *kept, const char *text)
{
    const char **slot;

    if (!text)
        return NULL;
    grow(kept);
    slot = slot_of(kept, text);
    if (!*slot) {
        *slot = arena_text(&kept->arena, text);
        kept->words++;
        kept->bytes += (int64_t)strlen(text) + 1;
    }
    return *slot;
}

static const struct param_row *params(struct kept *kept, const struct run_info *info)
{
    struct param_row *row =
        arena_alloc(&kept->arena, info->param_count + 1, sizeof(struct param_row));

    for (size_t i = 0; i < info->param_count; i++)
        row[i] = (struct param_row){word(kept, info->params[i].key),
                                    word(kept, info->params[i].text), info->params[i].number,
                                    word(kept, info->params[i].unit)};
    kept->bytes += (int64_t)((info->param_count + 1) * sizeof *row);
    return row;
}

void kept_add(struct kept *kept, size_t point, const struct run_info *info)
{
    struct run_info *copy = ARENA_NEW(&kept->arena, struct run_info);
    const char **const texts[] = {
        &copy->name,      &copy->campaign,        &copy->job,         &copy->platform,
        &copy->provider,  &copy->channel,         &copy->pattern,     &copy->sync,
        &copy->model,     &copy->optimizer,       &copy->data,        &copy->scenario_text,
        &copy->blas_core, &copy->scenario_sha256, &copy->version,     &copy->git_commit,
        &copy->charge_as, &copy->simgrid_version, &copy->created_utc, &copy->openblas_version,
        &copy->hostname,  &copy->command_line,
    };

    *copy = *info;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = word(kept, *texts[i]);
    copy->params = params(kept, info);
    copy->datasets = NULL; /* nothing is known of them before they are loaded */
    copy->dataset_count = 0;
    kept->bytes += (int64_t)sizeof *copy;
    kept->point[point] = copy;
}
