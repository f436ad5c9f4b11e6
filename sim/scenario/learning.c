/* SPDX-License-Identifier: MIT
 * learning.c -- what of a scenario can change what is learnt; see scenario_print_learning.
 *
 * The tables say what cannot (`apart`), so a field that nobody thought of matters: at worst
 * something is computed twice. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "sim/scenario/resolved.h"
#include "sim/scenario/scenario.h"

static bool is_left_out(const char *path, const char *const *left_out)
{
    static const char groups[] = "groups.";

    if (strncmp(path, groups, sizeof groups - 1) != 0)
        return false;
    for (; left_out && *left_out; left_out++)
        if (strcmp(path + sizeof groups - 1, *left_out) == 0)
            return true;
    return false;
}

/* A file that was changed or replaced is another one, under whatever name. */
static void print_file(const struct scenario *scenario, const char *path, FILE *out)
{
    char *full = scenario_data_path(scenario, path);
    struct stat status;

    if (stat(full, &status) == 0)
        fprintf(out, " # %" PRId64 " bytes of %" PRId64 ".%09ld", (int64_t)status.st_size,
                (int64_t)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
    free(full);
}

static void print_below(const struct scenario *scenario, const struct resolved *node,
                        struct text *path, const char *const *left_out, FILE *out)
{
    for (const struct resolved *child = node->first; child; child = child->next) {
        size_t length = path->length;

        text_add(path, "%s%s", length > 0 ? "." : "", child->key);
        if (!child->apart && !is_left_out(path->chars, left_out)) {
            if (child->text)
                fprintf(out, "%s: %s", path->chars, child->text);
            if (child->text && child->is_file)
                print_file(scenario, child->text, out);
            if (child->text)
                fputc('\n', out);
            print_below(scenario, child, path, left_out, out);
        }
        path->length = length;
        path->chars[length] = '\0';
    }
}

/* Of the scenario's own keys under data: what is done with the rows once they are there. */
static bool is_about_use(const char *key)
{
    static const char *const keys[] = {"partition", "location", "validation", "images",
                                       "charge_as"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

void scenario_print_data(const struct scenario *scenario, FILE *out)
{
    const struct resolved *data = resolved_find(scenario_resolved(scenario), "data", false);
    bool is_read = false;

    for (const struct resolved *child = data ? data->first : NULL; child; child = child->next) {
        if (is_about_use(child->key) || !child->text)
            continue;
        fprintf(out, "%s: %s", child->key, child->text);
        if (child->is_file) {
            char *full = scenario_data_path(scenario, child->text);

            is_read = true;
            fprintf(out, " # %s", full);
            print_file(scenario, child->text, out);
            free(full);
        }
        fputc('\n', out);
    }
    if (!is_read)
        fprintf(out, "seed: %" PRId64 "\n", scenario->seed);
}

void scenario_print_learning(const struct scenario *scenario, const char *const *left_out,
                             FILE *out)
{
    struct text path = {0};

    text_add(&path, "%s", "");
    print_below(scenario, scenario_resolved(scenario), &path, left_out, out);
    text_done(&path);
}
