/* SPDX-License-Identifier: MIT
 * search_check.c -- the values of a search, and what can be wrong with them.
 *
 * Every trial's scenario is made and checked as if it stood alone; a mistake in it is a mistake
 * in the value. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sim/job/search.h"

/* -- values --------------------------------------------------------------------------------
 */

char *search_setting(const struct search_conf *conf, int number)
{
    const char *at = conf->values;

    for (; number > 0 && at; number--) {
        at = strchr(at, ',');
        at = at ? at + 1 : NULL;
    }
    if (!at)
        return NULL;
    at += strspn(at, " ");
    return memory_format("%s=%.*s", conf->key, (int)strcspn(at, ","), at);
}

int search_trials(const struct search_conf *conf)
{
    int count = 1;

    for (const char *at = conf->values; (at = strchr(at, ',')); at++)
        count++;
    return count;
}

double search_value(const struct search_conf *conf, int number)
{
    char *text = search_setting(conf, number), *end;
    const char *value = strchr(text, '=') + 1;
    double x = strtod(value, &end);

    if (end == value)
        x = NAN;
    free(text);
    return x;
}

static bool begins_with(const char *key, const char *word)
{
    size_t length = strlen(word);

    return strncmp(key, word, length) == 0 && (key[length] == '.' || key[length] == '\0');
}

bool search_same_rows(const struct search_conf *conf)
{
    return !begins_with(conf->key, "data") && !begins_with(conf->key, "seed");
}

/* -- checks --------------------------------------------------------------------------------
 */
static const struct search_conf *conf_of(const struct scenario *scenario)
{
    return scenario->job.conf;
}

static bool has_field(const struct choice *choice, const char *key)
{
    const struct field *field = choice->kind ? choice->kind->fields : NULL;
    char own[64];

    for (; field && field->member; field++)
        if (strcmp(field_key(field, own, sizeof own), key) == 0)
            return true;
    return false;
}

/* "optimizer.learning_rate" for "learning_rate"; NULL: nothing has such a field. */
static char *whole_key(const struct scenario *scenario, const char *key)
{
    const struct {
        const char *word;
        const struct choice *choice;
    } parts[] = {{"optimizer", &scenario->optimizer},
                 {"model", &scenario->model},
                 {"data", &scenario->data.source}};

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (has_field(parts[i].choice, key))
            return memory_format("%s.%s", parts[i].word, key);
    return NULL;
}

static bool check_key(const struct scenario *scenario, struct diag_list *diags)
{
    static const char *const words[] = {"data", "model",    "optimizer", "pattern", "sync",
                                        "stop", "evaluate", "seed",      NULL};
    const char *key = conf_of(scenario)->key;
    struct place place = scenario_place(scenario, "job.key");
    const char *last = strrchr(key, '.');
    char *meant;

    if (last && (strcmp(last, ".kind") == 0 || strcmp(last, ".source") == 0)) {
        diag_add(diags, DIAG_ERROR, place,
                 "trials cannot differ in '%s': they have the settings of one kind; a sweep "
                 "varies that",
                 key);
        return false;
    }
    for (int i = 0; words[i]; i++)
        if (begins_with(key, words[i]))
            return true;
    meant = whole_key(scenario, key);
    if (meant)
        diag_add(diags, DIAG_ERROR, place, "there is no key '%s'; did you mean '%s'?", key,
                 meant);
    else
        diag_add(
            diags, DIAG_ERROR, place,
            "trials cannot differ in '%s': they share what they run on; a sweep varies that",
            key);
    free(meant);
    return false;
}

int64_t search_lanes(const struct search_conf *conf)
{
    int64_t trials = search_trials(conf);

    return conf->at_once && conf->at_once < trials ? conf->at_once : trials;
}

/* Trials that got a part of their workers each would wait for each other for ever. */
static void check_admission(const struct scenario *scenario, struct diag_list *diags)
{
    const struct group_conf *group = (const struct group_conf *)scenario->groups.entry +
                                     run_find(&scenario->groups, "workers");
    const struct platform_kind *platform = platform_kind_of(&group->platform);
    int64_t lanes = search_lanes(conf_of(scenario));
    int64_t most = platform->facts(group->platform.conf).nodes_most;

    if (most && platform->shared && lanes * group->count > most)
        diag_add(
            diags, DIAG_ERROR, scenario_place(scenario, "job.at_once"),
            "%lld trials of %lld workers at once are more than the %lld functions that the "
            "account runs: 'at_once' may be %lld",
            (long long)lanes, (long long)group->count, (long long)most,
            (long long)(most / group->count));
}

/* Mistakes of a trial's scenario are the value's. */
static void pass_on(const struct scenario *scenario, const char *text,
                    const struct diag_list *own, struct diag_list *diags)
{
    for (size_t i = 0; i < own->count; i++)
        if (own->diag[i].level == DIAG_ERROR)
            diag_add(diags, DIAG_ERROR, scenario_place(scenario, "job.values"), "%s: %s", text,
                     own->diag[i].text);
}

static void check_value(const struct scenario *scenario, struct learner *learner,
                        const char *text, struct diag_list *diags)
{
    struct diag_list own;
    struct scenario *variant;
    struct learner *beside = NULL;

    diag_init(&own);
    variant = scenario_variant(scenario, text, &own);
    if (variant && learner)
        beside =
            learner_new_beside(learner, variant, search_same_rows(conf_of(scenario)), &own);
    if (variant && (beside || !learner))
        job_data_parallel.check(variant, beside, &own);
    pass_on(scenario, text, &own, diags);
    learner_free(beside);
    scenario_free(variant);
    diag_done(&own);
}

void search_check(const struct scenario *scenario, const struct learner *learner,
                  struct diag_list *diags)
{
    size_t errors = diags->errors;
    char *text;

    job_data_parallel.check(scenario, learner, diags);
    if (!check_key(scenario, diags) || diags->errors > errors)
        return;
    if (search_trials(conf_of(scenario)) > TRIALS_MOST) {
        diag_add(diags, DIAG_ERROR, scenario_place(scenario, "job.values"),
                 "more than %d values", (int)TRIALS_MOST);
        return;
    }
    check_admission(scenario, diags);
    for (int i = 0; diags->errors == errors && (text = search_setting(conf_of(scenario), i));
         i++) {
        check_value(scenario, (struct learner *)learner, text, diags);
        free(text);
    }
}
