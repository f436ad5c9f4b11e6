/* SPDX-License-Identifier: MIT
 * field.c -- see field.h. */
#include "base/field.h"

#include <stdio.h>
#include <string.h>

const char *field_key(const struct field *field, char *out, size_t size)
{
    size_t stem;

    if (field->key) {
        snprintf(out, size, "%s", field->key);
        return out;
    }
    dimension_of_name(field->member, &stem);
    snprintf(out, size, "%.*s", (int)stem, field->member);
    return out;
}

enum dimension field_dimension(const struct field *field)
{
    return field->dimension != DIMENSION_NONE ? field->dimension
                                              : dimension_of_name(field->member, NULL);
}

const struct field *field_find(const struct field *fields, const char *key)
{
    char own[64];

    for (const struct field *field = fields; field && field->member; field++)
        if (strcmp(field_key(field, own, sizeof own), key) == 0)
            return field;
    return NULL;
}

const struct kind *family_find(const struct family *family, const char *name)
{
    for (size_t i = 0; family->kinds[i]; i++)
        if (strcmp(family->kinds[i]->name, name) == 0)
            return family->kinds[i];
    return NULL;
}
