/* SPDX-License-Identifier: MIT
 * run_about.c -- see run_about.h. */
#include "sim/job/run_about.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "algorithms/math/blas.h"
#include "base/memory.h"
#include "sim/engine/engine.h"

enum { COMMAND_LINE_MOST = 1 << 14 };

static void keep_param(void *arg, const char *key, const char *text, double value,
                       const char *unit)
{
    struct run_about *params = arg;

    ROOM_FOR_ONE(params->param, params->params, params->param_capacity);
    params->param[params->params++] =
        (struct param_row){memory_text(key), memory_text(text), value, unit};
}

static const char *name_of(const struct choice *choice)
{
    return choice->kind ? choice->kind->name : NULL;
}

size_t run_datasets(struct dataset_row row[2], const struct learner *learner)
{
    const struct learner_facts *facts = learner ? learner_facts(learner) : NULL;

    if (!facts)
        return 0;
    row[0] =
        (struct dataset_row){"train",         facts->data_name, facts->data_sha256, facts->rows,
                             facts->features, facts->classes,   facts->file_bytes};
    row[1] = (struct dataset_row){
        "test",          facts->test_name, facts->test_sha256,    facts->test_rows,
        facts->features, facts->classes,   facts->test_file_bytes};
    return facts->test_rows ? 2 : 1;
}

/* A sentence about what is charged instead of what is computed, or NULL. */
static const char *charge_note(const struct scenario *scenario, const struct learner *learner,
                               struct text *note)
{
    const struct charge_as_conf *as = &scenario->data.charge_as;

    if (as->rows || as->bytes)
        text_add(note,
                 "time, bytes and money are those of %" PRId64 " rows, %" PRId64
                 " bytes; the model learns from the rows in memory",
                 as->rows, as->bytes);
    if (learner && *learner_facts(learner)->charge_note)
        text_add(note, "%s%s", note->length ? "; " : "", learner_facts(learner)->charge_note);
    return note->chars;
}

static char *canonical_text(const struct scenario *scenario)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    if (!stream)
        return memory_text("");
    scenario_print(scenario, false, stream);
    fclose(stream);
    return text;
}

static void fill_build(struct run_info *info, const struct run_build *build)
{
    info->behaviour_version = build->behaviour_version;
    info->blas_core = math_core_name();
    info->version = build->version;
    info->git_commit = build->git_commit;
    info->simgrid_version = engine_simgrid_version();
    info->openblas_version = math_config();
}

struct run_info run_build_info(const struct run_build *build)
{
    struct run_info info = {0};

    fill_build(&info, build);
    return info;
}

/* As a shell would take it again; "" where that is not known. */
static void add_command_line(struct text *out)
{
    FILE *file = fopen("/proc/self/cmdline", "rb");
    char bytes[COMMAND_LINE_MOST];
    size_t size = file ? fread(bytes, 1, sizeof bytes - 1, file) : 0, length;

    if (file)
        fclose(file);
    bytes[size] = '\0';
    text_add(out, "%s", "");
    for (size_t at = 0; at < size; at += length + 1) {
        const char *word = bytes + at, *quote;

        length = strlen(word);
        quote = *word && !strpbrk(word, " \t\n\"'`$&|;<>()*?[]{}\\#!~") ? "" : "'";
        text_add(out, "%s%s", at ? " " : "", quote);
        for (; *word; word++)
            text_add(out, *word == '\'' ? "'\\''" : "%c", *word);
        text_add(out, "%s", quote);
    }
}

void run_about_init(struct run_about *about, const struct scenario *scenario,
                    const struct learner *learner, const struct run_build *build)
{
    const struct group_conf *group = scenario->groups.entry;

    *about = (struct run_about){.text = canonical_text(scenario)};
    scenario_leaves(scenario, keep_param, about);
    gethostname(about->host, sizeof about->host - 1);
    add_command_line(&about->command_line);
    about->info = (struct run_info){
        .name = scenario->name,
        .campaign = scenario->campaign,
        .seed = scenario->seed,
        .job = name_of(&scenario->job),
        .workers = group->count,
        .platform = name_of(&group->platform),
        .provider = scenario_text(scenario, "groups.workers.platform.provider"),
        .channel = scenario->channels.count ? name_of(scenario->channels.entry) : NULL,
        .pattern = name_of(&scenario->pattern),
        .sync = name_of(&scenario->sync),
        .model = name_of(&scenario->model),
        .optimizer = name_of(&scenario->optimizer),
        .data = name_of(&scenario->data.source),
        .scenario_text = about->text,
        .scenario_sha256 = scenario_sha256(scenario),
        .charge_as = charge_note(scenario, learner, &about->note),
        .params = about->param,
        .param_count = about->params,
        .datasets = about->dataset,
        .dataset_count = run_datasets(about->dataset, learner),
        .created_utc = build->now_utc,
        .hostname = about->host,
        .command_line = about->command_line.chars,
    };
    fill_build(&about->info, build);
}

void run_about_done(struct run_about *about)
{
    for (size_t i = 0; i < about->params; i++) {
        free((char *)about->param[i].key);
        free((char *)about->param[i].text);
    }
    free(about->param);
    free(about->text);
    text_done(&about->note);
    text_done(&about->command_line);
    *about = (struct run_about){0};
}
