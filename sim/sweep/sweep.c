/* SPDX-License-Identifier: MIT
 * sweep.c -- see sweep.h. */
#include "sim/sweep/sweep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/job/job.h"
#include "sim/scenario/document.h"
#include "sim/scenario/sheet.h"

#define ONE_OR_MORE                                                                            \
    "{\"oneOf\": [{\"type\": \"string\"}, {\"type\": \"array\", \"minItems\": 1,"              \
    " \"items\": {\"type\": \"string\"}}]}"

const struct field sweep_fields[] = {
    CONF(struct sweep_conf, name, .optional = true, .absent = "the file's name",
         .doc = "The campaign of its runs in the database."),
    CONF(struct sweep_conf, scenario, .schema = ONE_OR_MORE,
         .doc = "File of the scenario, beside this file, or a list of files."),
    CONF(struct sweep_conf, set, .optional = true, .absent = "nothing",
         .schema = "{\"type\": \"object\"}",
         .doc = "Keys of the scenario and their values, for all points."),
    CONF(struct sweep_conf, axes, .fields = axes_fields, .optional = true,
         .absent = "one point for each scenario",
         .doc =
             "What is varied. Blocks that stand side by side are combined, each point of one "
             "with each of the others."),
    CONF(struct sweep_conf, where, .optional = true, .absent = "all points",
         .schema = ONE_OR_MORE,
         .doc =
             "Which points are wanted: a comparison over the axes, such as 'workers * memory "
             "<= 300 GB' or 'channel == s3 or workers > 10', or a list of them that must all "
             "hold."),
    CONF(struct sweep_conf, replications, .min = 1, .max = 100000, .preset = "1",
         .doc = "Runs of each point, with other seeds; the same seeds at every point, so that "
                "points can be compared in pairs."),
    CONF(struct sweep_conf, seed, .min = 1, .optional = true,
         .absent = "the scenario's; 1 with replications",
         .doc = "Seed of the first replication; the others count on from it. Also of what is "
                "drawn at random."),
    CONF(struct sweep_conf, point_name, .optional = true,
         .absent = "the scenario's file and the values of all axes",
         .doc = "What a run is called, with axes in braces: '{channel} with {memory}'."),
    CONF_END,
};

static char *stem_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t length = strlen(name);

    if (length > 5 && strcmp(name + length - 5, ".yaml") == 0)
        length -= 5;
    return arena_bytes(arena, name, length);
}

static bool add_scenario(struct sweep *sweep, const struct node *node, struct diag_list *diags)
{
    if (node->type == NODE_BAD)
        return false;
    if (node->type != NODE_SCALAR || !node->text[0]) {
        diag_add(diags, DIAG_ERROR, node->place, "'scenario' must be a file, not %s",
                 node_type_word(node));
        return false;
    }
    sweep->scenario[sweep->scenarios] =
        arena_text(&sweep->arena, sheet_path(sweep->sheet, node->text));
    sweep->stem[sweep->scenarios++] = stem_of(&sweep->arena, node->text);
    return true;
}

static bool read_scenarios(struct sweep *sweep, struct diag_list *diags)
{
    const struct node *node = sweep->conf.scenario;
    size_t count = node->type == NODE_LIST ? node->count : 1;
    bool ok = true;

    sweep->scenario = arena_alloc(&sweep->arena, count + 1, sizeof(char *));
    sweep->stem = arena_alloc(&sweep->arena, count + 1, sizeof(char *));
    if (node->type != NODE_LIST)
        return add_scenario(sweep, node, diags);
    for (const struct item *item = node->first; item; item = item->next)
        ok = add_scenario(sweep, item->value, diags) && ok;
    if (ok && !sweep->scenarios) {
        diag_add(diags, DIAG_ERROR, node->place, "there is no scenario in it");
        return false;
    }
    return ok;
}

static bool read_common(struct sweep *sweep, struct diag_list *diags)
{
    const struct node *set = sweep->conf.set;

    if (!set || set->type == NODE_BAD)
        return true;
    if (set->type != NODE_MAPPING) {
        diag_add(diags, DIAG_ERROR, set->place, "'set' must be a mapping (key: value), not %s",
                 node_type_word(set));
        return false;
    }
    sweep->common = arena_alloc(&sweep->arena, set->count + 1, sizeof(struct scenario_setting));
    for (const struct item *item = set->first; item; item = item->next)
        if (item->value->type != NODE_BAD)
            sweep->common[sweep->commons++] =
                (struct scenario_setting){item->key, node_in_a_line(&sweep->arena, item->value),
                                          item->place, item->value->place};
    return true;
}

struct sweep *sweep_new(const char *path, const struct scenario_options *options,
                        struct diag_list *diags)
{
    struct sweep *sweep = NEW(struct sweep);
    size_t errors = diags->errors;

    sweep->options = *options;
    sweep->options.shelf = scenario_shelf_new();
    sweep->path = arena_text(&sweep->arena, path);
    sweep->sheet = sheet_new(path, "a sweep", sweep_fields, &sweep->conf, diags);
    if (!sweep->sheet)
        return sweep_free(sweep);
    sweep->name = sweep->conf.name ? sweep->conf.name : stem_of(&sweep->arena, path);
    if ((int)!read_scenarios(sweep, diags) | (int)!read_common(sweep, diags) |
        !axes_read(&sweep->axes, &sweep->conf.axes,
                   (uint64_t)(sweep->conf.seed ? sweep->conf.seed : 1), &sweep->arena, diags))
        return sweep_free(sweep);
    return diags->errors > errors ? sweep_free(sweep) : sweep;
}

struct sweep *sweep_free(struct sweep *sweep)
{
    if (!sweep)
        return NULL;
    for (size_t b = 0; b < AXES_BLOCKS; b++) {
        for (size_t i = 0; i < sweep->axes.block[b].axes; i++)
            free(sweep->axes.block[b].axis[i].value);
        free(sweep->axes.block[b].axis);
    }
    free(sweep->point);
    sheet_free(sweep->sheet);
    scenario_shelf_free(sweep->options.shelf);
    arena_done(&sweep->arena);
    free(sweep);
    return NULL;
}

/* -- a point's scenario -- */
struct gather {
    struct scenario_setting *setting;
    size_t count;
};

static void add_setting(void *arg, const struct axis *axis, const struct axis_value *value)
{
    struct gather *gather = arg;

    gather->setting[gather->count++] =
        (struct scenario_setting){axis->key, value->text, axis->place, value->place};
}

static size_t most_settings(const struct sweep *sweep)
{
    size_t count = sweep->commons + 3;

    for (size_t b = 0; b < sweep->axes.blocks; b++)
        count += sweep->axes.block[b].axes;
    return count;
}

/* A plain text as YAML. */
static char *as_yaml(const char *text)
{
    char *out = NEW_ARRAY(char, 2 * strlen(text) + 3), *to = out;

    *to++ = '\'';
    for (; *text; text++) {
        if (*text == '\'')
            *to++ = '\'';
        *to++ = *text;
    }
    *to++ = '\'';
    *to = '\0';
    return out;
}

static void check(const struct scenario *scenario, struct diag_list *diags)
{
    const struct job_kind *job = job_kind_of(&scenario->job);

    job_check_parts(scenario, diags);
    if (job->check)
        job->check(scenario, NULL, diags);
}

/* A mistake that is there already does not count twice, but it is one all the same: hence each
 * point has a list of its own. */
static bool same_place(const struct place *a, const struct place *b)
{
    return a->file && b->file && a->line == b->line && a->column == b->column &&
           strcmp(a->file, b->file) == 0;
}

static const struct axis *range_at(const struct sweep *sweep, struct place place)
{
    for (size_t b = 0; b < sweep->axes.blocks; b++)
        for (size_t i = 0; i < sweep->axes.block[b].axes; i++) {
            const struct axis *axis = &sweep->axes.block[b].axis[i];

            if (axis->is_range &&
                (same_place(&axis->place, &place) || same_place(&axis->value[0].place, &place)))
                return axis;
        }
    return NULL;
}

static bool is_complained_of(const struct diag_list *diags, struct place place)
{
    for (size_t i = 0; i < diags->count; i++)
        if (diags->diag[i].level == DIAG_ERROR && same_place(&diags->diag[i].place, &place))
            return true;
    return false;
}

/* What an error of a point's leaves open: a number that was drawn, or values that each alone
 * would do. */
static void add_hint(const struct sweep *sweep, const struct point *point,
                     const struct axis *axis, bool together, struct place place,
                     struct diag_list *diags)
{
    if (axis)
        diag_add(diags, DIAG_NOTE, place,
                 "'%s' is drawn from a range, and so are other points' values: a 'step' makes "
                 "it take only 'min', 'min' + 'step', ...",
                 axis->key);
    else if (together && sweep->points > (size_t)sweep->conf.replications)
        diag_add(
            diags, DIAG_NOTE, place,
            "so at point '%s', and perhaps at others; 'where' says which points are wanted",
            point->name);
}

/* What is wrong with numbers drawn from a range is said once, not for every point.  alone: how
 * much of own is about single keys; what follows is about what is chosen together. */
static void pass_on(const struct sweep *sweep, const struct point *point,
                    const struct diag_list *own, size_t alone, struct diag_list *diags)
{
    bool skipping = false;

    for (size_t i = 0; i < own->count; i++) {
        const struct diag *diag = &own->diag[i];
        const struct axis *axis = range_at(sweep, diag->place);

        if (diag->level != DIAG_NOTE)
            skipping = axis && is_complained_of(diags, diag->place);
        if (skipping)
            continue;
        diag_add(diags, diag->level, diag->place, "%s", diag->text);
        if (diag->level == DIAG_ERROR)
            add_hint(sweep, point, axis, i >= alone, diag->place, diags);
    }
}

static struct scenario *resolve(const struct sweep *sweep, const struct point *point,
                                const struct scenario_options *options, struct diag_list *diags)
{
    struct diag_list own;
    struct scenario *scenario;
    size_t alone;

    diag_init(&own);
    scenario = scenario_new(sweep->scenario[point->scenario], options, &own);
    alone = own.count;
    if (scenario)
        check(scenario, &own);
    if (own.errors)
        scenario = scenario_free(scenario);
    pass_on(sweep, point, &own, alone, diags);
    diag_done(&own);
    return scenario;
}

struct scenario *sweep_resolve(const struct sweep *sweep, size_t index, struct diag_list *diags)
{
    const struct point *point = &sweep->point[index];
    const struct place here = {sweep->path, 1, 1};
    struct scenario_options options = sweep->options;
    struct gather gather = {NEW_ARRAY(struct scenario_setting, most_settings(sweep)), 0};
    struct scenario *scenario;
    char *name = as_yaml(point->name), *campaign = as_yaml(sweep->name), seed[32];

    gather.setting[gather.count++] = (struct scenario_setting){"name", name, here, here};
    gather.setting[gather.count++] =
        (struct scenario_setting){"campaign", campaign, here, here};
    if (sweep->conf.seed || sweep->conf.replications > 1) {
        snprintf(seed, sizeof seed, "%lld",
                 (long long)((sweep->conf.seed ? sweep->conf.seed : 1) + point->replication));
        gather.setting[gather.count++] = (struct scenario_setting){"seed", seed, here, here};
    }
    for (size_t i = 0; i < sweep->commons; i++)
        gather.setting[gather.count++] = sweep->common[i];
    axes_of(&sweep->axes, point->combination, add_setting, &gather);
    options.settings = gather.setting;
    options.setting_count = gather.count;
    scenario = resolve(sweep, point, &options, diags);
    free(gather.setting);
    free(name);
    free(campaign);
    return scenario;
}

struct rows {
    struct param_row *row;
    size_t count;
};

static void add_row(void *arg, const struct axis *axis, const struct axis_value *value)
{
    struct rows *rows = arg;

    if (rows->count < SWEEP_MOST_AXES)
        rows->row[rows->count++] =
            (struct param_row){axis->key, value->name, value->number, value->unit};
}

size_t sweep_axes(const struct sweep *sweep, size_t index,
                  struct param_row row[SWEEP_MOST_AXES])
{
    struct rows rows = {row, 0};

    if (sweep->scenarios > 1)
        row[rows.count++] =
            (struct param_row){"scenario", sweep->stem[sweep->point[index].scenario], NAN, ""};
    axes_of(&sweep->axes, sweep->point[index].combination, add_row, &rows);
    return rows.count;
}
