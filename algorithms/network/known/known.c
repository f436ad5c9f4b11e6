/* SPDX-License-Identifier: MIT
 * known.c -- the registry of known networks. */
#include <stdlib.h>
#include <string.h>

#include "algorithms/network/network.h"
#include "base/memory.h"

#define KNOWN(name_) extern const struct known_kind known_##name_;
#include "algorithms/network/known/list.h"
#undef KNOWN

static const struct kind *const kinds[] = {
#define KNOWN(name_) &known_##name_.kind,
#include "algorithms/network/known/list.h"
#undef KNOWN
    NULL,
};

const struct family known_family = {
    .name = "network",
    .doc = "Networks that are known by name.",
    .kinds = kinds,
};

static int index_of(const char *const *names, const char *name)
{
    int i = 0;

    while (strcmp(names[i], name) != 0)
        i++;
    return i;
}

void *known_presets(const struct kind *kind)
{
    char *conf = memory_new(1, kind->conf_size + 1);

    for (const struct field *field = kind->fields; field && field->member; field++) {
        void *member = conf + field->offset;

        if (!field->preset)
            continue;
        if (field->type == FIELD_INT)
            *(int64_t *)member = strtoll(field->preset, NULL, 10);
        else if (field->type == FIELD_NUMBER)
            *(double *)member = strtod(field->preset, NULL);
        else if (field->type == FIELD_BOOL)
            *(bool *)member = field->preset[0] == 'y' || field->preset[0] == 't';
        else if (field->type == FIELD_ENUM)
            *(int *)member = index_of(field->names, field->preset);
    }
    return conf;
}
