/* SPDX-License-Identifier: MIT
 * sheet.h -- a YAML file that is no scenario but has a table all the same: published figures.
 *
 * Also descriptions of sweeps.  Read by the same loader, so its mistakes get the same answers
 * at file:line:col.  Nothing is layered above or below it, and it cannot choose kinds. */
#ifndef TRAINCAST_SIM_SCENARIO_SHEET_H
#define TRAINCAST_SIM_SCENARIO_SHEET_H

#include <stdio.h>

#include "base/diag.h"
#include "base/field.h"

struct sheet; /* opaque: owns every text and map in conf */

/* Loads path by fields into conf, which is zeroed and of the table's struct.  words is what
 * messages call such a file: "a list of figures".  NULL when diags got errors. */
struct sheet *sheet_new(const char *path, const char *words, const struct field *fields,
                        void *conf, struct diag_list *diags);
struct sheet *sheet_free(struct sheet *sheet); /* NULL-safe, returns NULL */
/* Where "figures.p1.ours" was given, else the nearest thing around it; file is borrowed. */
struct place sheet_place(const struct sheet *sheet, const char *key_path);
/* The fields of such files, for `describe`; words: a headline. */
void sheet_describe(const char *words, const struct field *fields, FILE *out);
/* JSON Schema (draft-07) of such files. */
void sheet_json_schema(const char *title, const struct field *fields, FILE *out);
/* path as the file would see it: beside itself unless absolute.  Borrowed from the sheet. */
const char *sheet_path(struct sheet *sheet, const char *path);

/* Is there one of keys at the file's top, and none of other?  Without complaint. */
bool sheet_is_like(const char *path, const char *const keys[], const char *const other[]);

#endif
