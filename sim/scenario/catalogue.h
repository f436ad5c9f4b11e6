/* SPDX-License-Identifier: MIT
 * catalogue.h -- providers' files (platforms/NAME.yaml) and the user's overlays of the same
 * form.
 *
 *     name: aws-2020
 *     date: 2020-11-01                # of every number that gives none itself
 *     extends: ...                    # another provider: what is not here is there
 *     platform: {faas: {lifetime: {value: 900 s, source: "AWS guide", date: 2020-11-01}}}
 *     channel:  {s3: {...}}           # a family: its kinds: their fields
 *     instance: {t2.medium: {...}}    # a section of entries that some field looks up by name
 * In a provider's file every number has a source and a date, its own or those of the mapping
 * around it (`source:`, `date:` beside the fields); `fitted_to:` says that it was calibrated.
 * An overlay may leave them out and give the bare value. */
#ifndef TRAINCAST_SIM_SCENARIO_CATALOGUE_H
#define TRAINCAST_SIM_SCENARIO_CATALOGUE_H

#include "base/field.h"
#include "sim/scenario/document.h"

struct loader;

struct catalogue {
    const char *name; /* "aws-2020", or the overlay's file name as given */
    const char *path;
    enum layer layer;        /* LAYER_PROVIDER or LAYER_OVERLAY */
    const struct node *root; /* NULL: could not be read */
    struct catalogue *extends;
    bool loading;           /* its `extends` is being followed */
    struct catalogue *next; /* of the loader's list */
};

enum { SCOPE_MOST = 16 };

/* What a choice takes its numbers from: overlay and provider with what they extend, in order.
 */
struct scope {
    const struct catalogue *catalogue[SCOPE_MOST];
    size_t count;
    const char *provider; /* NULL: none */
    const char *file;     /* overlay as named; NULL: none */
};

/* Puts provider and overlay (items of the scenario, NULL = not given) into *out. */
void scope_open(struct loader *loader, const struct item *provider, const struct item *file,
                struct scope *out);
/* Adds from's provider (not its overlay) behind what is there. */
void scope_add_provider(struct scope *to, const struct scope *from);
/* Reads and checks a provider's file that is named by its path. */
void catalogue_open(struct loader *loader, const char *path);
/* scope's mappings root[section][name], highest first, into found[SCOPE_MOST]. */
size_t scope_find(const struct scope *scope, const char *section, const char *name,
                  struct item *found[SCOPE_MOST]);
/* "aws-2020, aws-2025": what is in the platforms' folder, sorted; "" when nothing is. */
char *catalogue_names(const struct loader *loader);
/* The same as an array in the loader's arena. */
const char **catalogue_name_list(const struct loader *loader, size_t *ret_count);
/* "t2.medium, t2.2xlarge, ...": the entries of a section. */
char *scope_entries(const struct loader *loader, const struct scope *scope, const char *section,
                    const char *word, const char **ret_nearest);

/* -- catalogue_check.c ------------------------------------------------------------ */
/* Reports every mistake in a catalogue, and replaces {value: X, source: ...} by X that knows
 * its source. */
void catalogue_check(struct loader *loader, const struct catalogue *catalogue);

#endif
