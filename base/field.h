/* SPDX-License-Identifier: MIT
 * field.h -- one table per configurable thing.
 *
 * A table of `struct field` says everything about the members of a configuration struct: from
 * it come the loader and its errors, `describe`, the manual, the JSON Schema, `resolve` and the
 * params rows of the database.  Key, type, unit and offset all come from the member:
 *     CONF(struct faas_conf, keep_alive_s, .min = 0, .preset = "10 min", .doc = "...")
 * is the key `keep_alive`, a double in seconds.  Pure data: nothing here reads YAML. */
#ifndef TRAINCAST_BASE_FIELD_H
#define TRAINCAST_BASE_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/units.h"
#include "base/value.h"

enum field_type {
    FIELD_BOOL,   /* bool: `yes`, `no`, `true`, `false` */
    FIELD_INT,    /* int64_t */
    FIELD_ENUM,   /* int: index into .names */
    FIELD_NUMBER, /* double */
    FIELD_TEXT,   /* char *: owned by the scenario, NULL when absent */
    FIELD_VALUE,  /* struct value */
    FIELD_CHOICE, /* struct choice: `{kind: NAME, ...fields of that kind}` or just `NAME` */
    FIELD_STRUCT, /* a nested struct with its own table */
    FIELD_MAP,   /* struct map: named entries that share one table; with .family set: choices */
    FIELD_ENTRY, /* a struct whose fields a provider lists under a name: `instance: t2.medium`
                  */
    FIELD_YAML,  /* const struct node *: whatever stands there, for whoever reads it (sheets
                  * only; sim/scenario/document.h) */
    FIELD_EVERY, /* struct every: `1 epoch`, `5 rounds`, `30 s`, `never` */
};

struct node;

/* One alternative of a family: "s3" of "channel".  Kinds begin with one of these. */
struct kind {
    const char *name;           /* the YAML word */
    const char *doc;            /* one sentence or more, shown by `describe` */
    const char *source;         /* paper and section, or NULL for our own */
    const struct field *fields; /* NULL or a table that ends in CONF_END */
    size_t conf_size;           /* of the struct the table describes; 0 without fields */
    /* Family "job" only: which sections of a scenario the job uses: "data", "model",
     * "optimizer", "channel", "pattern", "sync"; ends in NULL (NULL: none).  A section that is
     * needed and absent is an error, and so is one that is given and not needed.  "channel?":
     * may be given.  "pattern?": the chosen kind of family "sync" decides, by its own needs. */
    const char *const *needs;
};

/* A set of kinds from which a scenario chooses one. */
struct family {
    const char *name; /* "channel"; also the section of a provider's file */
    const char *doc;
    const struct kind *const *kinds; /* ends in NULL */
    /* What every kind has beside its own fields; not for families whose kinds stand `beside`.
     */
    const struct field *fields; /* NULL or a table that ends in CONF_END */
    size_t conf_size;           /* of the struct that table describes */
};

/* A chosen kind with its loaded configuration; owned by the scenario. */
struct choice {
    const struct kind *kind; /* NULL when the field is optional and absent */
    void *conf;              /* kind->conf_size bytes; NULL when that is 0 */
    void *common;            /* the family's conf_size bytes, likewise */
};

/* Named entries, in the order of the file; entry i is at (char *)entry + i * field->size. */
struct map {
    size_t count;
    char **name;
    void *entry;
};

/* What an optional number (double, struct value) is when it is absent; integers are 0 then. */
enum field_absent { ABSENT_NAN, ABSENT_ZERO, ABSENT_INFINITY };

/* How often something happens. */
struct every {
    enum every_unit { EVERY_NEVER, EVERY_ROUND, EVERY_EPOCH, EVERY_SECOND } unit;
    double count;
};

struct field {
    const char *member; /* C member; the key is this without the unit's suffix */
    const char *key;    /* only where the key differs from that */
    enum field_type type;
    size_t offset;
    /* Inclusive, in the program's unit.  max 0 is no upper limit unless min is below 0; so both
     * 0 (the usual case) is "0 or more".  What may be negative says so: .min = -INFINITY. */
    double min, max;
    bool above_min;              /* min itself is excluded */
    const char *preset;          /* as it would stand in YAML; NULL: required unless optional.
                                  * FIELD_ENTRY: "$model" = named like the kind chosen as `model`
                                  * (or as its `charge_as`); "$model@key.path" = NAME@TEXT where
                                  * there is such an entry, TEXT being what was resolved there
                                  * in the same mapping, else NAME */
    bool optional;               /* may be absent: NaN, 0, NULL or an empty struct then */
    enum field_absent absent_is; /* FIELD_NUMBER, FIELD_VALUE: ... or 0, or INFINITY */
    const char *absent;          /* what absence means, for the manual */
    bool apart;               /* from learning: what this says, and all below it, can change when
                               * and for how much something is learnt, but not what; except by
                               * a contribution left out or a worker's state lost, which the
                               * learner is told of (job/learner/trajectory.h) */
    bool is_file;             /* FIELD_TEXT: names a data file, whose content matters */
    const char *doc;
    const char *source;       /* where the preset comes from, if it is about the world */
    const char *const *names; /* FIELD_ENUM: ends in NULL */
    const char *family;       /* FIELD_CHOICE, FIELD_MAP: family's name; FIELD_ENTRY: provider's
                               * section */
    bool list;                /* FIELD_TEXT: a list of single values, kept as "a, b, c" */
    bool beside;              /* FIELD_CHOICE: the kind's name stands under this key, and its
                               * fields beside it: `data: {source: file, path: ...}` */
    const struct field *fields; /* FIELD_STRUCT, FIELD_MAP, FIELD_ENTRY.  A FIELD_MAP with
                                 * neither this nor a family holds settings for somebody else:
                                 * keys of any form, entries char * of YAML (sheets only) */
    const char *schema;         /* FIELD_YAML: what may stand there, as JSON Schema; NULL:
                                 * anything */
    size_t size;                /* of the member; FIELD_MAP: of one entry */
    enum dimension dimension;   /* FIELD_NUMBER, FIELD_INT, FIELD_VALUE: set explicitly only
                                 * where the member's name does not say (0: by the name) */
};

/* clang-format off */
#define CONF_TYPE(lvalue_) _Generic((lvalue_),                                              \
    bool: FIELD_BOOL, int64_t: FIELD_INT, int: FIELD_ENUM, double: FIELD_NUMBER,            \
    char *: FIELD_TEXT, struct value: FIELD_VALUE, struct choice: FIELD_CHOICE,             \
    struct map: FIELD_MAP, const struct node *: FIELD_YAML,                                 \
    struct every: FIELD_EVERY, default: FIELD_STRUCT)
#define CONF(struct_, member_, ...)                                                         \
    {.member = #member_, .offset = offsetof(struct_, member_),                              \
     .type = CONF_TYPE(((struct_ *)0)->member_),                                            \
     .size = sizeof(((struct_ *)0)->member_), __VA_ARGS__}
/* A provider's entry: CONF_ENTRY(struct iaas_conf, instance, .family = "instance", .fields = ...).
 * The member is a struct whose first member is `char *name`, which its table leaves out. */
#define CONF_ENTRY(struct_, member_, ...)                                                   \
    {.member = #member_, .offset = offsetof(struct_, member_), .type = FIELD_ENTRY,         \
     .size = sizeof(((struct_ *)0)->member_), __VA_ARGS__}
/* Named entries of type entry_: CONF_MAP(struct scenario, groups, struct group_conf, .fields = ...) */
#define CONF_MAP(struct_, member_, entry_, ...)                                             \
    {.member = #member_, .offset = offsetof(struct_, member_), .type = FIELD_MAP,           \
     .size = sizeof(entry_), __VA_ARGS__}
#define CONF_END {.member = NULL}
/* clang-format on */

/* The YAML key of a field, written to out (at least 64 bytes); returns out. */
const char *field_key(const struct field *field, char *out, size_t size);
enum dimension field_dimension(const struct field *field);
const struct field *field_find(const struct field *fields, const char *key);
const struct kind *family_find(const struct family *family, const char *name);

#endif
