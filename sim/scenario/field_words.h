/* SPDX-License-Identifier: MIT
 * field_words.h -- what a table says, in words: for `describe` and the manual. */
#ifndef TRAINCAST_SIM_SCENARIO_FIELD_WORDS_H
#define TRAINCAST_SIM_SCENARIO_FIELD_WORDS_H

#include "base/field.h"
#include "base/text.h"

/* "duration", "one of counts, rows", "a channel" ... */
void field_type_words(const struct field *field, struct text *out);
/* "from 0 s to 60 s", "above 0"; nothing where only the sign is bound. */
void field_range_words(const struct field *field, struct text *out);
/* "preset 10 min", "needed", "may be absent: no limit". */
void field_preset_words(const struct field *field, struct text *out);

/* Every field of a table, nested ones with a dotted path ("groups.NAME.count"), in order. */
typedef void(field_words_fn)(void *arg, const char *path, const struct field *field);
void field_walk(const struct field *fields, const char *prefix, field_words_fn *each,
                void *arg);

#endif
